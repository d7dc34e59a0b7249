"""Kernel text of convolutions: blocks of places and channels whose sums stay in registers.

Where a picture is padded, or its channels do not lie as the block wants them, each thread first copies the part it
works on, zeros round it, to memory of its own (it stays in the second-level cache); else the picture is read in place.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any, cast

from .blocking import LARGEST_HOLD, WORTH_SHARING, Patch, patch_of, shares_of
from .convolution import held_rows, held_width
from .product import epilogue
from .recipe import Recipe
from .writer import Writer

GROUPED, LARGEST_GROUP = 1 << 17, 8
"""Numbers of pictures and their gradients that are gone through for one block of filters after the other, so that the
block's sums stay in the first-level cache meanwhile; and how many bands that may be."""


def group_of(numbers: int) -> int:
    """How many bands of so many numbers go together."""
    return max(1, min(LARGEST_GROUP, GROUPED // numbers))


class Source:
    """The picture as blocks read it: where a place of it lies, and the loops over a window."""

    def __init__(self, slide: dict[str, Any], down: int, *, hold: bool) -> None:
        self.slide, self.down = slide, down
        self.height, self.width, self.channels = cast("tuple[int, int, int]", slide["size"])
        self.held = hold or any(slide["pad"])
        self.rows, self.long = held_rows(slide, down), held_width(slide)
        inside = (self.long * self.channels, self.channels)
        self.row, self.place = inside if self.held else cast("tuple[int, int]", slide["strides"][1:])

    @property
    def space(self) -> int:
        """Numbers to hold of one band, and a vector more: the last one may be written past the end."""
        return self.rows * self.row + 16

    def address(self) -> str:
        """Where the band `band` of picture `image` begins that is read in place."""
        slide, down = self.slide, self.down * self.slide["stride"][0]
        return f"p{slide['a']} + 4 * ({slide['strides'][0]} * image + {down * slide['strides'][1]} * band)"

    def loops(self, b_steps: list[int]) -> tuple[tuple[int, int, int], ...]:
        """The loops of a block over a window; `b_steps`: steps in the other operand by row, place, channel."""
        (kh, kw), (dh, dw) = self.slide["kernel"], self.slide["dilation"]
        outer = (kh, dh * self.row, b_steps[0])
        if self.place == self.channels and dw == 1 and b_steps[1] == self.channels * b_steps[2]:
            return outer, (kw * self.channels, 1, b_steps[2])
        return outer, (kw, dw * self.place, b_steps[1]), (self.channels, 1, b_steps[2])

    def fetch(self, w: Writer, at: str = "hold()") -> None:
        """The address `src` of the first place of the band `band` of picture `image`; `at`: where it is held."""
        slide, p = self.slide, f"p{self.slide['a']}"
        stride_ = self.down * slide["stride"][0]
        if not self.held:
            w.put(f"src = {self.address()}")
            return
        top, _, left, right = slide["pad"]
        w.put(f"src = {at}")
        w.put("y = 0")
        w.open(f"while y < {self.rows}:")
        w.put(f"real = {stride_} * band + y - {top}")
        w.put(f"to = {self.row} * y")
        w.open(f"if real >= 0 and real < {self.height}:")
        w.put(f"at = {slide['strides'][0]} * image + {slide['strides'][1]} * real")
        self._zeros(w, "to", left * self.channels)
        self._copy(w, p, left * self.channels)
        self._zeros(w, f"to + {(left + self.width) * self.channels}", right * self.channels)
        w.close()
        w.open("else:")
        self._zeros(w, "to", self.row)
        w.close()
        w.put("y += 1")
        w.close()

    def _copy(self, w: Writer, p: str, shift: int) -> None:
        """One row: as a whole where it lies as a whole, else place by place; vectors may run over their end,
        what they spoil is written after them."""
        step, count = self.slide["strides"][2], self.channels
        runs = 1 if step == count else self.width
        length = self.width * count if runs == 1 else count
        w.put("x = 0")
        w.open(f"while x < {runs}:")
        w.put("c = 0")
        w.open(f"while c < {length}:")
        w.put(f"store_float32(src, to + {shift} + {count} * x + c, load_float32({p}, at + {step} * x + c))")
        w.put("c += LANES")
        w.close()
        w.put("x += 1")
        w.close()

    @staticmethod
    def _zeros(w: Writer, start: str, count: int) -> None:
        if count:
            w.put("c = 0")
            w.open(f"while c < {count}:")
            w.put(f"store_float32(src, {start} + c, splat(F(0.0)))")
            w.put("c += LANES")
            w.close()


def bands_of(slide: dict[str, Any], work: int) -> int:
    """Into how many bands of equal height the rows of places are cut."""
    down = int(slide["places"][0])
    for bands in range(1, down + 1):
        fits = held_rows(slide, down // bands) * held_width(slide) * slide["size"][2] <= LARGEST_HOLD
        if down % bands == 0 and fits and (bands > 1 or work < WORTH_SHARING):
            return bands
    return down


def convolve_text(recipe: Recipe, lanes: int) -> str:
    """Places by channels, block by block; then the work that goes along, on what has just been stored."""
    slide = recipe["slide"]
    down, across = slide["places"]
    kh, kw = slide["kernel"]
    steps = kh * kw * slide["size"][2]
    vectors = recipe["pitch"] // lanes
    bands = bands_of(slide, down * across * steps * recipe["columns"])
    source = Source(slide, down // bands, hold=False)
    patch = patch_of(source.down, across, vectors, steps, lanes)
    w = Writer(recipe)
    w.start()
    w.put("count = get(sizes, 1)")
    w.share(f"(count * {bands})", "unit", "end")
    w.open("while unit < end:")
    w.put(f"image = unit // {bands}")
    w.put(f"band = unit - image * {bands}")
    source.fetch(w)
    w.put(f"top = unit * {source.down * across}")
    w.put(f"dst = p{slide['c']} + {4 * recipe['pitch']} * top")
    w.put(f"wts = p{slide['b']} + {4 * slide['b_start']}")
    _panels(w, source, patch, vectors, lanes)
    if slide["masked"]:
        _mask(w, slide["c"], source.down * across)
    w.put(f"lines = {source.down * across}")
    w.put("left = 0")
    w.put(f"width = {recipe['pitch']}")
    epilogue(w, slide["c"], recipe)
    w.put("unit += 1")
    return w.kernel(_blocks(source, patch, vectors, recipe["pitch"]))


def _blocks(source: Source, patch: Patch, vectors: int, pitch: int) -> str:
    across = source.slide["places"][1]
    sh, sw = source.slide["stride"]
    spots = [(i, j) for i in range(patch.down) for j in range(patch.across)]
    a_rows = tuple(i * sh * source.row + j * sw * source.place for i, j in spots)
    c_rows = tuple((i * across + j) * pitch for i, j in spots)
    loops = source.loops(source.slide["b_steps"])
    lines = [f"hold = scratch({source.space})"] if source.held else []
    lines.append(f"whole = block({a_rows}, {patch.vectors}, {loops}, {c_rows}, False)")
    if vectors % patch.vectors:
        lines.append(f"edge = block({a_rows}, {vectors % patch.vectors}, {loops}, {c_rows}, False)")
    return "\n".join(lines) + "\n\n\n"


def _panels(w: Writer, source: Source, patch: Patch, vectors: int, lanes: int) -> None:
    full, last = divmod(vectors, patch.vectors)
    if full:
        w.put("panel = 0")
        w.open(f"while panel < {full * patch.vectors * lanes}:")
        _patches(w, source, patch, "whole", "panel")
        w.put(f"panel += {patch.vectors * lanes}")
        w.close()
    if last:
        _patches(w, source, patch, "edge", str(full * patch.vectors * lanes))


def _patches(w: Writer, source: Source, patch: Patch, name: str, panel: str) -> None:
    """All places of the band; a patch at the edge is moved inwards, and what it shares with another is the same."""
    across = source.slide["places"][1]
    sh, sw = source.slide["stride"]
    w.put("i = 0")
    w.open(f"while i < {source.down}:")
    w.put(f"i0 = min(i, {source.down - patch.down})")
    w.put("j = 0")
    w.open(f"while j < {across}:")
    w.put(f"j0 = min(j, {across - patch.across})")
    at = f"{sh * source.row} * i0 + {sw * source.place} * j0"
    w.put(f"{name}(src + 4 * ({at}), wts + 4 * {panel}, dst + 4 * ({w.pitch} * ({across} * i0 + j0) + {panel}))")
    w.put(f"j += {patch.across}")
    w.close()
    w.put(f"i += {patch.down}")
    w.close()


def _mask(w: Writer, target: int, lines: int) -> None:
    """Zeros behind the channels."""
    first = w.columns // 16 * 16
    w.put("r = top")
    w.open(f"while r < top + {lines}:")
    w.put(f"j = {first}")
    w.open(f"while j < {w.pitch}:")
    w.put(f"last = load_float32(p{target}, {w.pitch} * r + j)")
    w.put(f"store_float32(p{target}, {w.pitch} * r + j, keep(last, {w.columns} - j))")
    w.put("j += LANES")
    w.close()
    w.put("r += 1")
    w.close()


def filters_text(recipe: Recipe, lanes: int) -> str:
    """Sums over all places of all pictures, picture by picture; each thread has rows of the filters of its own."""
    slide = recipe["slide"]
    (down, across), (kh, kw) = slide["places"], slide["kernel"]
    bands = bands_of(slide, 0)
    source = Source(slide, down // bands, hold=slide["strides"][2] != slide["size"][2])
    vectors, channels = recipe["pitch"] // lanes, slide["size"][2]
    ends, wide = shares_of(kw * channels, kh, vectors, source.down * across, lanes)
    full, last = divmod(vectors, wide)
    chunks, panels = len(ends) - 1, full + (last > 0)
    kinds = _kinds(source, ends)
    w = Writer({**recipe, "body": [], "exits": []})
    for i in range(3):
        w.put(f"p{i} = arena + get(offsets, {i})")
    w.put("count = get(sizes, 0)")
    w.share(str(chunks * panels), "unit", "end")
    _clear(w, ends, wide * lanes, recipe["pitch"])
    places = slide["b_row"] * source.down * across
    _groups(w, source, bands, places)
    w.loop("u", "end", "unit")
    w.put(f"panel = u // {chunks}")
    w.put(f"chunk = u - panel * {chunks}")
    w.put(f"dst = p{slide['c']} + {4 * wide * lanes} * panel")
    w.loop("g", "group")
    w.put(f"image = (turn + g) // {bands}")
    w.put(f"band = turn + g - image * {bands}")
    w.put(f"src = held + {4 * source.space} * g" if source.held else f"src = {source.address()}")
    w.put(f"right = p{slide['b']} + {4 * places} * (turn + g) + {4 * wide * lanes} * panel")
    for chunk, (start, _) in enumerate(pairwise(ends)):
        w.open(f"{'if' if chunk == 0 else 'elif'} chunk == {chunk}:")
        call = f"_{kinds[chunk]}(src + {4 * _row_offset(source, start)}, right, dst + {4 * start * recipe['pitch']})"
        if last:
            w.put(f"if panel < {full}:")
            w.put(f"    whole{call}")
            w.put("else:")
            w.put(f"    edge{call}")
        else:
            w.put(f"whole{call}")
        w.close()
    w.close("g += 1")
    w.close("u += 1")
    w.close("turn += group")
    return w.kernel(_filter_blocks(source, ends, kinds, wide, last, recipe["pitch"]))


def _groups(w: Writer, source: Source, bands: int, places: int) -> None:
    """Begin to go through groups of bands, `places` numbers of gradient each, all of a group fetched."""
    if source.held:
        w.put("held = hold()")
    w.put("turn = 0")
    w.open(f"while unit < end and turn < count * {bands}:")
    w.put(f"group = min({group_of(source.space + places)}, count * {bands} - turn)")
    if source.held:
        w.loop("g", "group")
        w.put(f"image = (turn + g) // {bands}")
        w.put(f"band = turn + g - image * {bands}")
        source.fetch(w, f"held + {4 * source.space} * g")
        w.close("g += 1")


def _clear(w: Writer, ends: tuple[int, ...], columns: int, pitch: int) -> None:
    """Zeros in this thread's part of the result."""
    chunks = len(ends) - 1
    w.put("u = unit")
    w.open("while u < end:")
    w.put(f"panel = u // {chunks}")
    w.put(f"chunk = u - panel * {chunks}")
    w.put("r = 0")
    w.put("stop = 0")
    for chunk, (start, stop) in enumerate(pairwise(ends)):
        w.put(f"{'if' if chunk == 0 else 'elif'} chunk == {chunk}:")
        w.put(f"    r = {start}")
        w.put(f"    stop = {stop}")
    w.open("while r < stop:")
    w.put(f"j = panel * {columns}")
    w.open(f"while j < min((panel + 1) * {columns}, {pitch}):")
    w.put(f"store_float32(p{w.recipe['slide']['c']}, {pitch} * r + j, splat(F(0.0)))")
    w.put("j += LANES")
    w.close()
    w.put("r += 1")
    w.close()
    w.put("u += 1")
    w.close()


def _row_offset(source: Source, row: int) -> int:
    """Where the point of the window that a row of filters belongs to lies."""
    (_, kw), (dh, dw) = source.slide["kernel"], source.slide["dilation"]
    point, channel = divmod(row, source.channels)
    ky, kx = divmod(point, kw)
    return int(ky * dh * source.row + kx * dw * source.place + channel)


def _kinds(source: Source, ends: tuple[int, ...]) -> list[int]:
    """The kind of block each stretch of rows wants: alike where the offsets are, from the first one on."""
    shapes = [_offsets(source, start, stop) for start, stop in pairwise(ends)]
    known = list(dict.fromkeys(shapes))
    return [known.index(shape) for shape in shapes]


def _offsets(source: Source, start: int, stop: int) -> tuple[int, ...]:
    first = _row_offset(source, start)
    return tuple(_row_offset(source, row) - first for row in range(start, stop))


def _filter_blocks(source: Source, ends: tuple[int, ...], kinds: list[int], wide: int, last: int, pitch: int) -> str:
    across, (sh, sw) = source.slide["places"][1], source.slide["stride"]
    step = source.slide["b_row"]
    loops = ((source.down, sh * source.row, across * step), (across, sw * source.place, step))
    room = source.space * group_of(source.space + step * source.down * across)
    lines = [f"hold = scratch({room})"] if source.held else []
    for kind in sorted(set(kinds)):
        chunk = kinds.index(kind)
        a_rows = _offsets(source, ends[chunk], ends[chunk + 1])
        c_rows = tuple(i * pitch for i in range(len(a_rows)))
        lines.append(f"whole_{kind} = block({a_rows}, {wide}, {loops}, {c_rows}, True)")
        if last:
            lines.append(f"edge_{kind} = block({a_rows}, {last}, {loops}, {c_rows}, True)")
    return "\n".join(lines) + "\n\n\n"
