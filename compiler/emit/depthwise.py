"""The form `depthwise`: convolutions of each channel by itself, forward, to data and to filters.

Channels lie in vectors. A stretch of places of a row is worked on at once, its sums in registers; what stands at the
same places of the window from stretch to stretch becomes a loop, the edges are written out. Forward and to data every
thread takes rows of its own, to filters it takes rows of the window and vectors of channels. Where channels do not lie
side by side, number by number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, cast

from ..graph import Graph, Node
from ..ops.window import places
from ..types import Dim
from .recipe import Recipe
from .site import Misfit
from .window import Windows, lying

STRETCH = 8
"""Places of a row whose sums are in registers at once, or a few more, as many as the stride divides."""
VECTOR = 16
"""Channels are padded to so many."""
PICTURE = {"depthwise": 0, "depthwise_data": -1, "depthwise_filters": 0}
"""Which of its inputs and its result is the picture that the windows move over."""
Tap = tuple[int, int, int]
"""Place of the result, column of the window, place that is read: counted from the stretch."""


def depthwise_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (inputs, then the result) and sizes (how many pictures) of one node."""
    kept = tuple(dict.fromkeys(node.inputs))
    tensors = [*(graph[s] for s in node.inputs), node]
    if any(tensor.type.dtype != "float32" for tensor in tensors):
        raise Misfit(f"{node.op} is done in float32 alone")
    picture = tensors[PICTURE[node.op]]
    attrs: dict[str, Any] = dict(node.attrs)
    attrs.pop("picture", None)
    height, width, channels = cast("tuple[int, int, int]", picture.type.shape[1:])
    recipe: Recipe = {
        "form": "depthwise", "op": node.op, "picture": [height, width, channels],
        "places": list(places(height, width, **attrs)),
        **{name: list(value) for name, value in attrs.items()},
        "args": [kept.index(s) for s in node.inputs],
        "operands": [lying(graph[s]) for s in kept] + [lying(node)],
    }  # fmt: skip
    return recipe, (*kept, node.id), (picture.type.shape[0],)


def depthwise_text(recipe: Recipe) -> str:
    """The text of the kernel of one of the three ops."""
    return _Depthwise(recipe).text()


class _Depthwise(Windows):
    def text(self) -> str:
        self.addresses(len(self.operands))
        self.put("count = get(sizes, 0)")
        wide = self.whole_vectors(*range(len(self.recipe["args"])), -1)
        getattr(self, f"{'wide' if wide else 'single'}_{self.recipe['op']}")()
        return self.kernel()

    @property
    def pitch(self) -> int:
        return -(-int(self.channels) // VECTOR) * VECTOR

    # rows of places, in vectors

    def wide_depthwise(self) -> None:
        self._rows_of_result(self.down, self.across)

    def wide_depthwise_data(self) -> None:
        self._rows_of_result(self.height, self.width)

    def _rows_of_result(self, rows: int, long: int) -> None:
        self._shared(f"count * {rows}")
        self.put(f"b = unit // {rows}")
        self.put(f"r = unit - b * {rows}")
        self.loop("c", self.pitch)
        for stretch in self._stretches(long):
            self._stretch(*stretch)
        self.close("c += LANES")
        self.close("unit += 1")

    def _stretch(self, first: int, stop: int, count: int, taps: tuple[Tap, ...]) -> None:
        """Stretches `first` to `stop` of `count` places, all of which read alike."""
        places_ = sorted({place for place, _, _ in taps})
        self.loop("n", stop, first)
        for place in range(count):
            self.put(f"t{place} = splat(F(0.0))")
        if places_:
            self.loop("ky", self.kh)
            self._row_read()
            self._filters_of_row()
            read = self.operands[self.operand(0)]["strides"]
            self.put(f"at = {read[0]} * b + {read[1]} * q + {read[2] * self._moved} * n + c")
            for source, uses in _by_source(taps):
                self.put(f"v = load_float32(p{self.operand(0)}, at + {read[2] * source})")
                for place, kx in uses:
                    self.put(f"t{place} = vfma(v, w{kx}, t{place})")
            self.close()
            self.close("ky += 1")
        written = self.operands[self.out]["strides"]
        self.put(f"to = {written[0]} * b + {written[1]} * r + {written[2] * self._block} * n + c")
        for place in range(count):
            self.put(f"store_float32(p{self.out}, to + {written[2] * place}, t{place})")
        self.close("n += 1")

    def _row_read(self) -> None:
        """`q`, the row that row ky of the window reads for row r of the result, if there is one."""
        if self.recipe["op"] == "depthwise":
            self.put(f"q = {self.sh} * r + {self.dh} * ky - {self.pad[0]}")
            self.open(f"if q >= 0 and q < {self.height}:")
        else:
            self.put(f"z = r + {self.pad[0]} - {self.dh} * ky")
            self.put(f"q = z // {self.sh}")
            self.open(f"if z >= 0 and z % {self.sh} == 0 and q < {self.down}:")

    def _filters_of_row(self) -> None:
        step = self.operands[self.operand(1)]["strides"][0]
        for kx in range(self.kw):
            self.put(f"w{kx} = load_float32(p{self.operand(1)}, {step} * (ky * {self.kw} + {kx}) + c)")

    # the gradient to the filters, in vectors

    def wide_depthwise_filters(self) -> None:
        chunks = self.pitch // VECTOR
        step = self.operands[self.out]["strides"][0]
        self.loop("b", "count")
        self._shared(str(self.kh * chunks))
        self.put(f"ky = unit // {chunks}")
        self.put(f"c = {VECTOR} * (unit - ky * {chunks})")
        self.put(f"end = c + {VECTOR}")
        self.open("while c < end:")
        for kx in range(self.kw):
            # two sums each: an addition need not wait for the one before
            self.put(f"a{kx} = splat(F(0.0))")
            self.put(f"o{kx} = splat(F(0.0))")
        self.loop("i", self.down)
        self.put(f"q = {self.sh} * i + {self.dh} * ky - {self.pad[0]}")
        self.open(f"if q >= 0 and q < {self.height}:")
        for first, stop, _, taps in self._stretches(self.across):
            self._added(first, stop, taps)
        self.close()
        self.close("i += 1")
        for kx in range(self.kw):
            place = f"{step} * (ky * {self.kw} + {kx}) + c"
            self.put(f"s = vadd(a{kx}, o{kx})")
            self.open("if b > 0:")
            self.put(f"s = vadd(s, load_float32(p{self.out}, {place}))")
            self.close()
            self.put(f"store_float32(p{self.out}, {place}, s)")
        self.close("c += LANES")
        self.close("unit += 1")
        self.close("b += 1")

    def _added(self, first: int, stop: int, taps: tuple[Tap, ...]) -> None:
        read, given = (self.operands[self.operand(n)]["strides"] for n in (0, 1))
        self.loop("n", stop, first)
        self.put(f"at = {read[0]} * b + {read[1]} * q + {read[2] * self._moved} * n + c")
        self.put(f"of = {given[0]} * b + {given[1]} * i + {given[2] * self._block} * n + c")
        for place in sorted({place for place, _, _ in taps}):
            self.put(f"g{place} = load_float32(p{self.operand(1)}, of + {given[2] * place})")
        for source, uses in _by_source(taps):
            self.put(f"v = load_float32(p{self.operand(0)}, at + {read[2] * source})")
            for place, kx in uses:
                total = f"{'ao'[place % 2]}{kx}"
                self.put(f"{total} = vfma(v, g{place}, {total})")
        self.close("n += 1")

    # stretches

    def _shared(self, count: str) -> None:
        self.put(f"unit = ({count}) * thread // threads")
        self.put(f"last = ({count}) * (thread + 1) // threads")
        self.open("while unit < last:")

    @property
    def _back(self) -> bool:
        return bool(self.recipe["op"] == "depthwise_data")

    @property
    def _block(self) -> int:
        """How many places a stretch has, but for the last."""
        return -(-STRETCH // int(self.sw)) * int(self.sw) if self._back else STRETCH

    @property
    def _moved(self) -> int:
        """How far what is read moves on from one stretch to the next."""
        return self._block // int(self.sw) if self._back else self._block * int(self.sw)

    def _taps(self, place: int) -> Iterator[tuple[int, int]]:
        """What a place of a row reads: column of the window, and place."""
        for kx in range(self.kw):
            if self._back:
                at, rest = divmod(place + self.pad[2] - self.dw * kx, self.sw)
                if not rest and 0 <= at < self.across:
                    yield kx, at
            else:
                at = self.sw * place + self.dw * kx - self.pad[2]
                if 0 <= at < self.width:
                    yield kx, at

    def _stretches(self, long: int) -> list[tuple[int, int, int, tuple[Tap, ...]]]:
        """A row in stretches: those alike that follow each other as first, stop, how many places, what they read."""
        block, found = self._block, list[tuple[int, tuple[Tap, ...]]]()
        for n in range(-(-long // block)):
            inside = range(n * block, min((n + 1) * block, long))
            taps = tuple(
                (place - n * block, kx, at - n * self._moved) for place in inside for kx, at in self._taps(place)
            )
            found.append((len(inside), taps))
        runs = [(how, [n for n, _ in group]) for how, group in groupby(enumerate(found), key=lambda item: item[1])]
        return [(numbers[0], numbers[-1] + 1, count, taps) for (count, taps), numbers in runs]

    # number by number

    def single_depthwise(self) -> None:
        self._own_pictures()
        self.over_places()
        self.put(f"to = {self.at(-1, 'i', 'j')}")
        self.over_channels(vectors=False)
        self.put("total = F(0.0)")
        self.over_window()
        self.put(f"at = {self.at(0, 'y', 'x')}")
        self.put(f"total = total + {self.load(0, 'at', vectors=False)} * {self._filter()}")
        self.end_window()
        self.store("to", "total", vectors=False)
        self.end_channels(vectors=False)
        self.pads_of_place(vectors=False)
        self.end_places()
        self.pads_of_example()
        self.close("b += 1")

    def single_depthwise_data(self) -> None:
        self._own_pictures()
        self.over_points()
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        self.over_channels(vectors=False)
        self.put("total = F(0.0)")
        self.over_windows_of_point()
        self.put(f"at = {self.at(0, 'i_', 'j_')}")
        self.put(f"total = total + {self.load(0, 'at', vectors=False)} * {self._filter()}")
        self.end_windows_of_point()
        self.store("to", "total", vectors=False)
        self.end_channels(vectors=False)
        self.pads_of_place(vectors=False)
        self.end_points()
        self.pads_of_example()
        self.close("b += 1")

    def single_depthwise_filters(self) -> None:
        written = self.operands[self.out]
        self._shared(str(self.kh * self.kw))
        self.put(f"ky = unit // {self.kw}")
        self.put(f"kx = unit - ky * {self.kw}")
        self.put(f"to = {written['strides'][0]} * unit")
        self.over_channels(vectors=False)
        self.put("total = F(0.0)")
        self.loop("b", "count")
        self.over_places()
        self.put(f"y = {self.sh} * i + {self.dh} * ky - {self.pad[0]}")
        self.put(f"x = {self.sw} * j + {self.dw} * kx - {self.pad[2]}")
        self.open(f"if y >= 0 and y < {self.height} and x >= 0 and x < {self.width}:")
        self.put(f"at = {self.at(0, 'y', 'x')}")
        self.put(f"of = {self.at(1, 'i', 'j')}")
        self.put(f"total = total + {self.load(0, 'at', vectors=False)} * {self.load(1, 'of', vectors=False)}")
        self.close()
        self.end_places()
        self.close("b += 1")
        self.store("to", "total", vectors=False)
        self.end_channels(vectors=False)
        if written["strides"][1] == 1 and written["pitch"] > written["columns"] > 1:
            self.loop("c", written["pitch"], written["columns"])
            self.put(f"set_number(p{self.out}, to + c, F(0.0))")
            self.close("c += 1")
        self.close("unit += 1")

    def _own_pictures(self) -> None:
        self.put("b = count * thread // threads")
        self.open("while b < count * (thread + 1) // threads:")

    def _filter(self) -> str:
        """The number of the filter of channel c at ky, kx."""
        row, step = self.operands[self.operand(1)]["strides"]
        return f"number(p{self.operand(1)}, {row} * (ky * {self.kw} + kx) + {step} * c)"


def _by_source(taps: tuple[Tap, ...]) -> list[tuple[int, list[tuple[int, int]]]]:
    """The places that are read, each with the places and columns of the window that it goes to."""
    found: dict[int, list[tuple[int, int]]] = {}
    for place, kx, source in taps:
        found.setdefault(source, []).append((place, kx))
    return sorted(found.items())
