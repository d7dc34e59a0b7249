"""Kernel text of the gradient to 3x3 filters by minimal filtering: the convolution of `winograd`, read backwards.

    g' = G' [sum over tiles of (A y' A') * (B' d B)] G

for gradients y' of the results. Pictures are taken in parts, always the same ones, which threads share; whichever
thread is last adds the parts up in their order, so the bits depend neither on how many threads there are nor on which
is faster.
"""

from __future__ import annotations

from itertools import pairwise

from .blocking import shares_of
from .column_sums import HEAD, PARTS
from .recipe import Recipe
from .tiling import FREE, POINTS, SIDE, apart
from .winograd import Tiled


def winograd_filters_text(recipe: Recipe, lanes: int) -> str:
    """The gradient to filters of a recipe like that of the form `filters`."""
    return _Filters(recipe, lanes).text()


class _Filters(Tiled):
    def __init__(self, recipe: Recipe, lanes: int) -> None:
        super().__init__({**recipe, "body": [], "exits": []}, apart(recipe["slide"], recipe["columns"]))
        vectors = self.pitch // lanes
        self.ends, self.vectors = shares_of(self.channels, 1, vectors, self.tiles.count, lanes)
        self.wide, self.last = self.vectors * lanes, vectors % self.vectors
        self.numbers = 9 * self.channels * self.pitch

    def text(self) -> str:
        """The whole kernel."""
        self.addresses(3)
        self.put("count = get(sizes, 0)")
        self.put("shared = arena + get(offsets, 3)")
        for name in ("u", "v", "m"):
            self.put(f"{name} = {name}_room()")
        self.put("half = splat(F(0.5))")
        self.share(str(PARTS), "part", "final")
        self.open("while part < final:")
        self._zeros()
        self.put(f"image = count * part // {PARTS}")
        self.put(f"stop = count * (part + 1) // {PARTS}")
        self.open("while image < stop:")
        self.loop("band", self.tiles.bands)
        self.picture.fetch(self)
        self.groups()
        self.changed_points()
        self._changed_gradients()
        self._products()
        self.end_groups()
        self.close("band += 1")
        self.close("image += 1")
        self._part()
        self.close("part += 1")
        self._sum_of_parts()
        return self.kernel(self._definitions())

    def _definitions(self) -> str:
        count, products = self.tiles.count, FREE * self.channels * self.pitch
        loops = ((count, self.points, self.pitch),)
        lines = [f"hold = scratch({self.picture.space})"] if self.picture.held else []
        lines += [
            f"u_room = scratch({products})",
            f"v_room = scratch({FREE * count * self.points})",
            f"m_room = scratch({FREE * count * self.pitch})",
        ]
        for rows in sorted({stop - start for start, stop in pairwise(self.ends)}):
            shape = tuple(range(rows)), tuple(i * self.pitch for i in range(rows))
            lines.append(f"whole_{rows} = block({shape[0]}, {self.vectors}, {loops}, {shape[1]}, True)")
            if self.last:
                lines.append(f"edge_{rows} = block({shape[0]}, {self.last}, {loops}, {shape[1]}, True)")
        return "\n".join(lines) + "\n\n\n"

    def _zeros(self) -> None:
        self.loop("k", FREE * self.channels * self.pitch)
        self.put("store_float32(u, k, splat(F(0.0)))")
        self.close("k += LANES")

    def _changed_gradients(self) -> None:
        """A y' A' of every tile to `m`: product, tile, filter. Numbers with a 3 have the other sign, which is put right
        at the end."""
        step, row = self.slide["b_row"], self.slide["b_row"] * self.across
        self.tiles_of_group()
        self.put(f"corner = image * {self.rows * row} + i * {row} + i1 * {step}")
        self.loop("j", self.pitch)
        for y in range(SIDE):
            for x in range(SIDE):
                self._gradient(y, x, f"load_float32(p{self.slide['b']}, corner + j + {y * row + x * step})")
        self.put(f"at = {self.pitch} * ({self.tiles.long} * y + x) + j")
        for x in range(SIDE):
            self._spread(f"e0_{x}", f"e1_{x}", [f"h{y}_{x}" for y in range(POINTS)])
        for y in range(POINTS):
            made = [f"b{x}" for x in range(POINTS)]
            self._spread(f"h{y}_0", f"h{y}_1", made)
            for x in range(POINTS):
                place = (POINTS * y + x) * self.tiles.count * self.pitch
                self.put(f"store_float32(m, at + {place}, {made[x]})")
        self.close("j += LANES")
        self.close("x += 1")
        self.close("y += 1")

    def _gradient(self, y: int, x: int, value: str) -> None:
        """One number of the tile; 0 outside the picture."""
        inside = self.inside(y, x)
        if not inside:
            self.put(f"e{y}_{x} = {value}")
            return
        self.put(f"e{y}_{x} = splat(F(0.0))")
        self.open(f"if {inside}:")
        self.put(f"e{y}_{x} = {value}")
        self.close()

    def _spread(self, first: str, second: str, made: list[str]) -> None:
        self.put(f"{made[0]} = {first}")
        self.put(f"{made[1]} = vadd({first}, {second})")
        self.put(f"{made[2]} = vsub({first}, {second})")
        self.put(f"{made[3]} = {second}")

    def _products(self) -> None:
        full = self.pitch // self.wide
        count = self.tiles.count
        self.loop("q", FREE)
        self.put(f"left = v + {4 * count * self.points} * q")
        self.put(f"right = m + {4 * count * self.pitch} * q")
        self.put(f"dst = u + {4 * self.channels * self.pitch} * q")
        self.loop("panel", full * self.wide)
        self._blocks("whole", "panel")
        self.close(f"panel += {self.wide}")
        if self.last:
            self._blocks("edge", str(full * self.wide))
        self.close("q += 1")

    def _blocks(self, name: str, panel: str) -> None:
        for start, stop in pairwise(self.ends):
            target = f"dst + 4 * ({start * self.pitch} + {panel})"
            self.put(f"{name}_{stop - start}(left + {4 * start}, right + 4 * {panel}, {target})")

    def _part(self) -> None:
        """G' u G, to where this part belongs."""
        self.put(f"own = {HEAD} + part * {self.numbers}")
        self.loop("k", self.channels)
        self.loop("j", self.pitch)
        self.put(f"at = {self.pitch} * k + j")
        for x in range(POINTS):
            for y in range(POINTS):
                place = (POINTS * y + x) * self.channels * self.pitch
                self.put(f"m{y} = load_float32(u, at + {place})")
            self._gathered([f"m{y}" for y in range(POINTS)], [f"a{y}_{x}" for y in range(3)])
        for y in range(3):
            self._gathered([f"a{y}_{x}" for x in range(POINTS)], [f"b{x}" for x in range(3)])
            for x in range(3):
                place = (3 * y + x) * self.channels * self.pitch
                self.put(f"store_float32(shared, own + at + {place}, b{x})")
        self.close("j += LANES")
        self.close("k += 1")

    def _gathered(self, given: list[str], made: list[str]) -> None:
        self.put(f"sums = vmul(half, vadd({given[1]}, {given[2]}))")
        self.put(f"{made[0]} = vadd({given[0]}, sums)")
        self.put(f"{made[1]} = vmul(half, vsub({given[1]}, {given[2]}))")
        self.put(f"{made[2]} = vsub(sums, {given[3]})")

    def _sum_of_parts(self) -> None:
        self.open("if arrived(shared, threads) == 1:")
        self.loop("k", self.numbers)
        self.put(f"total = load_float32(shared, {HEAD} + k)")
        for part in range(1, PARTS):
            self.put(f"total = vadd(total, load_float32(shared, {HEAD + part * self.numbers} + k))")
        self.put(f"store_float32(p{self.slide['c']}, k, total)")
        self.close("k += LANES")
        self.close()
