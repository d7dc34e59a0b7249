"""Kernel text of 3x3 convolutions by minimal filtering: two by two results at once with 16 products, not with 36.

A tile of 2 x 2 results looks at 4 x 4 points. Filters g, points d and results y are changed to numbers that are
multiplied one by one and added over channels:

    y = A' [(G g G') * (B' d B)] A

Winograd, "Arithmetic Complexity of Computations" (1980); Lavin and Gray, "Fast Algorithms for Convolutional Neural
Networks" (2015), F(2x2, 3x3). Its constants are 1 and 1/2, so that it rounds hardly worse than the plain sums do.

A group of tiles is changed, multiplied and changed back while its numbers lie in the first-level cache. The 16 products
are products of matrices, tiles by channels and channels by filters. Work that goes along is done in registers, before
results are stored.
"""

from __future__ import annotations

from .blocking import patch_of
from .product import result_of
from .recipe import Recipe
from .sliding import Source
from .tiling import FREE, POINTS, SIDE, Tiles, padded, tiles_of
from .writer import Writer


class Tiled(Writer):
    """What both kernels share: the picture in tiles, and its points changed."""

    def __init__(self, recipe: Recipe, tiles: Tiles) -> None:
        super().__init__(recipe)
        slide = recipe["slide"]
        self.slide, self.tiles = slide, tiles
        self.rows, self.across = slide["places"]
        top, bottom, left, right = slide["pad"]
        even = {"places": [SIDE * tiles.high, SIDE * tiles.wide],
                "pad": [top, bottom + self.rows % SIDE, left, right + self.across % SIDE]}  # fmt: skip
        self.picture = Source({**slide, **even}, SIDE * tiles.down, hold=False)
        self.channels = slide["size"][2]
        self.points = padded(self.channels)

    def groups(self) -> None:
        """Begin to go through the groups of a band: rows of tiles from `ty`, tiles of a row from `tx`."""
        self.loop("ty", self.tiles.down)
        self.loop("first", self.tiles.wide)
        self.put(f"tx = min(first, {self.tiles.wide - self.tiles.long})")

    def end_groups(self) -> None:
        """End them."""
        self.close(f"first += {self.tiles.long}")
        self.close(f"ty += {self.tiles.low}")

    def tiles_of_group(self) -> None:
        """Begin to go through the tiles of a group, the first result of each at `i`, `i1`: two loops, over `y` and
        `x`."""
        self.loop("y", self.tiles.low)
        self.loop("x", self.tiles.long)
        self.put(f"i = {SIDE} * ({self.tiles.down} * band + ty + y)")
        self.put(f"i1 = {SIDE} * (tx + x)")

    def inside(self, y: int, x: int) -> str:
        """When result y, x of a tile lies in the picture; nothing where it always does."""
        told = []
        if y and self.rows % SIDE:
            told.append(f"i + 1 < {self.rows}")
        if x and self.across % SIDE:
            told.append(f"i1 + 1 < {self.across}")
        return " and ".join(told)

    def changed_points(self) -> None:
        """B' d B of every tile of the group, to `v`: product, tile, channel. Neighbours share two columns of points,
        which are worked on once."""
        step, row = self.picture.place, self.picture.row
        self.loop("y", self.tiles.low)
        self.loop("c", self.points)
        self.put(f"at = {SIDE * row} * (ty + y) + {SIDE * step} * tx + c")
        for j in range(SIDE):
            self._column("o", j, j * step, row)
        self.loop("x", self.tiles.long)
        for j in range(SIDE):
            self._column("n", j, (SIDE + j) * step, row)
        self.put(f"to = {self.points} * ({self.tiles.long} * y + x) + c")
        for i in range(POINTS):
            made = (f"vsub(o{i}_0, n{i}_0)", f"vadd(o{i}_1, n{i}_0)", f"vsub(n{i}_0, o{i}_1)", f"vsub(o{i}_1, n{i}_1)")
            for j, value in enumerate(made):
                place = (POINTS * i + j) * self.tiles.count * self.points
                self.put(f"store_float32(v, to + {place}, {value})")
        for i in range(POINTS):
            for j in range(SIDE):
                self.put(f"o{i}_{j} = n{i}_{j}")
        self.put(f"at += {SIDE * step}")
        self.close("x += 1")
        self.close("c += LANES")
        self.close("y += 1")

    def _column(self, stem: str, j: int, offset: int, row: int) -> None:
        for i in range(POINTS):
            self.put(f"d{i} = load_float32(src, at + {offset + i * row})")
        made = ("vsub(d0, d2)", "vadd(d1, d2)", "vsub(d2, d1)", "vsub(d1, d3)")
        for i, value in enumerate(made):
            self.put(f"{stem}{i}_{j} = {value}")


def winograd_text(recipe: Recipe, lanes: int) -> str:
    """The convolution of a recipe like that of the form `convolve`."""
    return _Convolution(recipe, lanes).text()


class _Convolution(Tiled):
    def __init__(self, recipe: Recipe, lanes: int) -> None:
        super().__init__(recipe, tiles_of(recipe["slide"], recipe["columns"]))
        self.vectors = recipe["pitch"] // lanes
        self.patch = patch_of(1, self.tiles.count, self.vectors, self.channels, lanes)
        self.wide = self.patch.vectors * lanes

    def text(self) -> str:
        """The whole kernel."""
        bands = self.tiles.bands
        self.start()
        self.put("count = get(sizes, 1)")
        self.put("u = filters()")
        self.put("v = points()")
        self.put("m = results()")
        self.share(f"(count * {bands})", "unit", "end")
        self.put("changed = 0")
        self.open("while unit < end:")
        self.open("if changed == 0:")
        self._changed_filters()
        self.put("changed = 1")
        self.close()
        self.put(f"image = unit // {bands}")
        self.put(f"band = unit - image * {bands}")
        self.picture.fetch(self)
        self.groups()
        self.changed_points()
        self._products()
        self._results()
        self.end_groups()
        self.close("unit += 1")
        return self.kernel(self._definitions())

    def _definitions(self) -> str:
        patch, count = self.patch, self.tiles.count
        loops = ((self.channels, 1, self.pitch),)
        rows = tuple(i * self.points for i in range(patch.across)), tuple(i * self.pitch for i in range(patch.across))
        lines = [f"hold = scratch({self.picture.space})"] if self.picture.held else []
        lines += [
            f"filters = scratch({FREE * self.channels * self.pitch})",
            f"points = scratch({FREE * count * self.points})",
            f"results = scratch({FREE * count * self.pitch})",
            f"whole = block({rows[0]}, {patch.vectors}, {loops}, {rows[1]}, False)",
        ]
        if last := self.vectors % patch.vectors:
            lines.append(f"edge = block({rows[0]}, {last}, {loops}, {rows[1]}, False)")
        return "\n".join(lines) + "\n\n\n"

    def _changed_filters(self) -> None:
        """G g G' to `u`: product, channel, filter."""
        slide = self.slide
        self.put("half = splat(F(0.5))")
        self.put(f"wts = p{slide['b']} + {4 * slide['b_start']}")
        self.loop("k", self.channels)
        self.loop("j", self.pitch)
        down, across, rise = slide["b_steps"]
        for x in range(3):
            for y in range(3):
                self.put(f"g{y} = load_float32(wts, {rise} * k + j + {down * y + across * x})")
            self._changed([f"g{y}" for y in range(3)], [f"a{y}_{x}" for y in range(POINTS)])
        for y in range(POINTS):
            self._changed([f"a{y}_{x}" for x in range(3)], [f"b{x}" for x in range(POINTS)])
            for x in range(POINTS):
                place = (POINTS * y + x) * self.channels * self.pitch
                self.put(f"store_float32(u, {self.pitch} * k + j + {place}, b{x})")
        self.close("j += LANES")
        self.close("k += 1")

    def _changed(self, given: list[str], made: list[str]) -> None:
        self.put(f"ends = vmul(half, vadd({given[0]}, {given[2]}))")
        self.put(f"middle = vmul(half, {given[1]})")
        self.put(f"{made[0]} = {given[0]}")
        self.put(f"{made[1]} = vadd(ends, middle)")
        self.put(f"{made[2]} = vsub(ends, middle)")
        self.put(f"{made[3]} = {given[2]}")

    def _products(self) -> None:
        full, last = divmod(self.vectors, self.patch.vectors)
        count = self.tiles.count
        self.loop("q", FREE)
        self.put(f"left = v + {4 * count * self.points} * q")
        self.put(f"right = u + {4 * self.channels * self.pitch} * q")
        self.put(f"dst = m + {4 * count * self.pitch} * q")
        self.loop("panel", full * self.wide)
        self._blocks("whole", "panel")
        self.close(f"panel += {self.wide}")
        if last:
            self._blocks("edge", str(full * self.wide))
        self.close("q += 1")

    def _blocks(self, name: str, panel: str) -> None:
        """All tiles of the group; a block at the end is moved back, and what it shares with another is the same."""
        self.loop("t", self.tiles.count)
        self.put(f"t0 = min(t, {self.tiles.count - self.patch.across})")
        self.put(f"{name}(left + {4 * self.points} * t0, right + 4 * {panel}, dst + 4 * ({self.pitch} * t0 + {panel}))")
        self.close(f"t += {self.patch.across}")

    def _results(self) -> None:
        """A' m A of every tile, and what goes along with it; results outside the picture are left out."""
        self.tiles_of_group()
        self.put(f"corner = (image * {self.rows} + i) * {self.across} + i1")
        self.loop("j", self.pitch)
        self.forget("full", "row", "col")
        self.put(f"at = {self.pitch} * ({self.tiles.long} * y + x) + j")
        for x in range(POINTS):
            for y in range(POINTS):
                place = (POINTS * y + x) * self.tiles.count * self.pitch
                self.put(f"m{y} = load_float32(m, at + {place})")
            self._gathered([f"m{y}" for y in range(POINTS)], [f"s{y}_{x}" for y in range(SIDE)])
        for y in range(SIDE):
            self._gathered([f"s{y}_{x}" for x in range(POINTS)], [f"y{y}_{x}" for x in range(SIDE)])
        for y in range(SIDE):
            for x in range(SIDE):
                self._result(y, x)
        self.forget("full", "row", "col")
        self.close("j += LANES")
        self.close("x += 1")
        self.close("y += 1")

    def _gathered(self, given: list[str], made: list[str]) -> None:
        self.put(f"{made[0]} = vadd({given[0]}, vadd({given[1]}, {given[2]}))")
        self.put(f"{made[1]} = vsub(vsub({given[1]}, {given[2]}), {given[3]})")

    def _result(self, y: int, x: int) -> None:
        inside = self.inside(y, x)
        if inside:
            self.open(f"if {inside}:")
        self.put(f"r = corner + {y * self.across + x}")
        self.put(f"start = r * {self.pitch}")
        self._stored(f"y{y}_{x}")
        if inside:
            self.close()

    def _stored(self, value: str) -> None:
        """The result of row `r` and what is made of it, to where each belongs."""
        if self.slide["masked"]:
            value = f"keep({value}, {self.columns} - j)"
        result = result_of(self.recipe)
        if len(self.body) == 1 and result[0] == "node":
            self.put(f"store_float32(p{self.slide['c']}, start + j, {value})")
            return
        self.forget("full", "row")
        self.put(f"result = {value}")
        self.known[result] = "result"
        names = [(place, self.value(["node", node])) for node, place, _ in self.recipe["exits"]]
        for place, name in names:
            self.store(place, name)
