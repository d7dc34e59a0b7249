"""The form `window`: windows that move over pictures, and pools. Channels are worked on side by side.

Where the pictures lie with their channels in padded rows, whole vectors are worked on, pads and all; else number by
number. Each thread takes pictures, or rows of them, of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from ..graph import Graph, Node
from ..layouts import Layout
from ..ops.window import in_picture, places
from ..types import Dim
from .lines import Lines
from .recipe import Recipe
from .site import Misfit, matrix, strides

STRETCH, MOST_TAPS = 16, 200
"""Points whose sums are held in registers at once, and the most additions a row that are written out one by one."""
PICTURE = {"windows": 0, "pool_max": 0, "pool_sum": 0, "pool_max_back": 1, "unwindows": -1, "pool_spread": -1}
"""Which of its inputs and its result is the picture that the windows move over."""


def window_recipe(graph: Graph, node: Node) -> tuple[Recipe, tuple[str, ...], tuple[Dim, ...]]:
    """Recipe, operands (inputs, then the result) and sizes (how many pictures) of one node."""
    kept = tuple(dict.fromkeys(node.inputs))
    node = pictured(node)
    tensors = [*(graph[s] for s in node.inputs), node]
    picture = tensors[PICTURE[node.op]]
    attrs: dict[str, Any] = dict(node.attrs)
    shown = attrs.pop("picture", None)
    height, width = cast("tuple[int, int]", (shown or picture.type.shape[1:3])[:2])
    channels = picture.type.shape[3]
    down, across = places(height, width, **attrs)
    recipe: Recipe = {
        "form": "window", "op": node.op, "picture": [height, width, channels], "places": [down, across],
        **{name: list(value) for name, value in attrs.items()},
        "args": [kept.index(s) for s in node.inputs],
        "operands": [lying(graph[s]) for s in kept] + [lying(node)],
    }  # fmt: skip
    batch = node.type.shape[0] if node.op != "windows" else graph[node.inputs[0]].type.shape[0]
    return recipe, (*kept, node.id), (batch,)


def pictured(node: Node) -> Node:
    """The node itself; a table of `unwindows` as the picture that lies in the same place."""
    if node.op != "unwindows":
        return node
    if not node.attr("table"):
        return _without_table(node)
    assert node.layout is not None, f"{node.id} has no layout"
    shape = cast("tuple[int, int, int]", node.attr("picture"))
    if node.layout.order != (0, 1):
        raise Misfit(f"{node.id} does not lie with its channels side by side")
    layout = Layout((0, 1, 2, 3), 3, node.layout.pitch)
    return _without_table(replace(node, type=in_picture(node.type, shape), layout=layout))


def _without_table(node: Node) -> Node:
    return replace(node, attrs=tuple(pair for pair in node.attrs if pair[0] != "table"))


def lying(node: Node) -> dict[str, Any]:
    """An operand as these forms have it: strides, rows, and whether channels are whole vectors in rows of their own."""
    assert node.layout is not None, f"{node.id} has no layout"
    found = matrix(node)
    return {
        "strides": list(strides(node)), "columns": found.columns, "pitch": found.pitch,
        "channels_in_rows": node.layout.split == node.type.rank - 1 and strides(node)[-1] == 1 and found.pitch % 16 == 0,
    }  # fmt: skip


class Windows(Lines):
    """Writes a kernel over windows of pictures; its methods `op_…` are the ops."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe
        self.operands: list[dict[str, Any]] = recipe["operands"]
        self.height, self.width, self.channels = recipe["picture"]
        self.down, self.across = recipe["places"]
        (self.kh, self.kw), (self.sh, self.sw) = recipe["size"], recipe["stride"]
        (self.dh, self.dw), self.pad = recipe["dilation"], recipe["pad"]
        self.out = len(self.operands) - 1

    def text(self) -> str:
        self.addresses(len(self.operands))
        self.put("count = get(sizes, 0)")
        self.put("b = count * thread // threads")
        self.open("while b < count * (thread + 1) // threads:")
        getattr(self, f"op_{self.recipe['op']}")()
        self.close("b += 1")
        return self.kernel()

    # places in memory

    def operand(self, argument: int) -> int:
        """The operand that an argument of the op is; -1 is the result."""
        return self.out if argument < 0 else int(self.recipe["args"][argument])

    def at(self, argument: int, y: str, x: str) -> str:
        """The first channel of a point of a picture."""
        s = self.operands[self.operand(argument)]["strides"]
        return f"{s[0]} * b + {s[1]} * ({y}) + {s[2]} * ({x})"

    def row(self, argument: int) -> str:
        """The first number of the row of window i, j."""
        return f"{self.operands[self.operand(argument)]['pitch']} * ((b * {self.down} + i) * {self.across} + j)"

    def whole_vectors(self, *arguments: int) -> bool:
        return all(self.operands[self.operand(a)]["channels_in_rows"] for a in arguments)

    # loops

    def over_places(self) -> None:
        self.loop("i", self.down)
        self.loop("j", self.across)

    def end_places(self) -> None:
        self.close("j += 1")
        self.close("i += 1")

    def over_window(self) -> None:
        """The points of the window at i, j that lie on the picture: ky, kx and y, x."""
        self.loop("ky", self.kh)
        self.put(f"y = {self.sh} * i + {self.dh} * ky - {self.pad[0]}")
        self.loop("kx", self.kw)
        self.put(f"x = {self.sw} * j + {self.dw} * kx - {self.pad[2]}")
        self.open(f"if y >= 0 and y < {self.height} and x >= 0 and x < {self.width}:")

    def end_window(self, otherwise: str = "") -> None:
        self.close()
        if otherwise:
            self.open("else:")
            self.put(otherwise)
            self.close()
        self.close("kx += 1")
        self.close("ky += 1")

    def over_points(self) -> None:
        self.loop("y", self.height)
        self.loop("x", self.width)

    def end_points(self) -> None:
        self.close("x += 1")
        self.close("y += 1")

    def over_windows_of_point(self) -> None:
        """The windows i, j in which the point y, x stands at ky, kx."""
        self.loop("ky", self.kh)
        self.put(f"i = y + {self.pad[0]} - {self.dh} * ky")
        self.loop("kx", self.kw)
        self.put(f"j = x + {self.pad[2]} - {self.dw} * kx")
        self.open(f"if i >= 0 and j >= 0 and i % {self.sh} == 0 and j % {self.sw} == 0:")
        self.put(f"i_ = i // {self.sh}")
        self.put(f"j_ = j // {self.sw}")
        self.open(f"if i_ < {self.down} and j_ < {self.across}:")

    def end_windows_of_point(self) -> None:
        self.close()
        self.end_window()

    def over_channels(self, *, vectors: bool) -> None:
        pitch = -(-self.channels // 16) * 16
        self.loop("c", pitch if vectors else self.channels)

    def end_channels(self, *, vectors: bool) -> None:
        self.close("c += LANES" if vectors else "c += 1")

    def load(self, argument: int, start: str, *, vectors: bool) -> str:
        place = self.operand(argument)
        if vectors:
            return f"load_float32(p{place}, {start} + c)"
        step = self.operands[place]["strides"][-1]
        return f"number(p{place}, {start} + {step} * c)"

    def store(self, start: str, value: str, *, vectors: bool) -> None:
        if vectors:
            self.put(f"store_float32(p{self.out}, {start} + c, {value})")
        else:
            step = self.operands[self.out]["strides"][-1]
            self.put(f"set_number(p{self.out}, {start} + {step} * c, {value})")

    def pads_of_example(self) -> None:
        """Zeros behind the rows of picture b."""
        operand = self.operands[self.out]
        columns, pitch = operand["columns"], operand["pitch"]
        if columns == pitch or operand["channels_in_rows"]:
            return
        self.loop("c", pitch, columns)
        self.put(f"set_number(p{self.out}, {operand['strides'][0]} * b + c, F(0.0))")
        self.close("c += 1")

    def pads_of_place(self, *, vectors: bool) -> None:
        """Zeros behind the channels at `to`, where single channels were stored into rows of channels."""
        operand = self.operands[self.out]
        if not vectors and operand["channels_in_rows"] and operand["pitch"] > operand["columns"]:
            self.loop("c", operand["pitch"], operand["columns"])
            self.put(f"set_number(p{self.out}, to + c, F(0.0))")
            self.close("c += 1")

    # windows

    def op_windows(self) -> None:
        self.over_places()
        self.put(f"to = {self.row(-1)}")
        self.over_window()
        self.put(f"at = {self.at(0, 'y', 'x')}")
        self.copied()
        self.close()
        self.open("else:")
        self.zeroed("to", self.channels)
        self.close()
        self.put(f"to += {self.channels}")
        self.close("kx += 1")
        self.close("ky += 1")
        operand = self.operands[self.out]
        if operand["pitch"] > operand["columns"]:
            self.zeroed("to", operand["pitch"] - operand["columns"])
        self.end_places()

    def copied(self) -> None:
        """The channels at `at`, to `to`: vectors, and the rest number by number."""
        source, step = self.operand(0), self.operands[self.operand(0)]["strides"][-1]
        self.put("c = 0")
        if step == 1 and self.channels >= 4:
            self.open(f"while c + LANES <= {self.channels}:")
            self.put(f"store_float32(p{self.out}, to + c, load_float32(p{source}, at + c))")
            self.close("c += LANES")
        self.open(f"while c < {self.channels}:")
        self.put(f"set_number(p{self.out}, to + c, number(p{source}, at + {step} * c))")
        self.close("c += 1")

    def zeroed(self, start: str, count: int) -> None:
        self.put("c = 0")
        if count >= 4:
            self.open(f"while c + LANES <= {count}:")
            self.put(f"store_float32(p{self.out}, {start} + c, splat(F(0.0)))")
            self.close("c += LANES")
        self.open(f"while c < {count}:")
        self.put(f"set_number(p{self.out}, {start} + c, F(0.0))")
        self.close("c += 1")

    def op_unwindows(self) -> None:
        few = self.across * self.kw <= MOST_TAPS
        if self.operands[self.out]["channels_in_rows"] and (self.dh, self.dw) == (1, 1) and few:
            self.gathered()
        else:
            self.spread_out()

    def gathered(self) -> None:
        """Row by row of points, all that the windows say of them, a stretch of points in registers at once.

        Vectors read on into the next point of a window: what they find behind the channels is cut off at the end.
        """
        pitch = self.operands[self.operand(0)]["pitch"]
        self.loop("y", self.height)
        # the first and the last row of a window that can stand here
        self.put(f"ky_first = max((y + {self.pad[0]}) % {self.sh}, y + {self.pad[0] - self.sh * (self.down - 1)})")
        self.put(f"ky_last = min({self.kh - 1}, y + {self.pad[0]})")
        self.loop("c", self.operands[self.out]["pitch"])
        for start in range(0, self.width, STRETCH):
            points = range(start, min(start + STRETCH, self.width))
            for x in points:
                self.put(f"t{x} = splat(F(0.0))")
            self.loop("ky", "ky_last + 1", "ky_first")
            self.put(f"line = (b * {self.down} + (y + {self.pad[0]} - ky) // {self.sh}) * {self.across}")
            self.put(f"at = {pitch} * line + {self.channels * self.kw} * ky + c")
            for x, j, kx in self.taps(points):
                self.put(f"t{x} = vadd(t{x}, load_float32(p{self.operand(0)}, at + {pitch * j + self.channels * kx}))")
            self.close(f"ky += {self.sh}")
            for x in points:
                kept = f"t{x}" if self.channels % 16 == 0 else f"keep(t{x}, {self.channels} - c)"
                self.store(f"{self.at(-1, 'y', str(x))}", kept, vectors=True)
        self.close("c += LANES")
        self.close("y += 1")

    def taps(self, points: range) -> list[tuple[int, int, int]]:
        """The windows j of a row in which the points stand, and where in them: x, j, kx."""
        found = [(j * self.sw + kx - self.pad[2], j, kx) for j in range(self.across) for kx in range(self.kw)]
        return [tap for tap in found if tap[0] in points]

    def spread_out(self) -> None:
        pitch, step = self.operands[self.operand(0)]["pitch"], self.operands[self.out]["strides"][-1]
        self.over_points()
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        if step == 1:
            self.zeroed("to", self.operands[self.out]["pitch"] if self.whole_vectors(-1) else self.channels)
        else:
            self.over_channels(vectors=False)
            self.put(f"set_number(p{self.out}, to + {step} * c, F(0.0))")
            self.end_channels(vectors=False)
        self.over_windows_of_point()
        self.put(
            f"at = {pitch} * ((b * {self.down} + i_) * {self.across} + j_) + {self.channels} * (ky * {self.kw} + kx)"
        )
        self.added(step)
        self.end_windows_of_point()
        self.end_points()
        self.pads_of_example()

    def added(self, step: int) -> None:
        """The channels at `at`, added to those at `to`."""
        source = self.operand(0)
        self.put("c = 0")
        if step == 1 and self.channels >= 4:
            self.open(f"while c + LANES <= {self.channels}:")
            both = f"vadd(load_float32(p{self.out}, to + c), load_float32(p{source}, at + c))"
            self.put(f"store_float32(p{self.out}, to + c, {both})")
            self.close("c += LANES")
        self.open(f"while c < {self.channels}:")
        both = f"number(p{self.out}, to + {step} * c) + number(p{source}, at + c)"
        self.put(f"set_number(p{self.out}, to + {step} * c, {both})")
        self.close("c += 1")
