"""Kernel text of strided convolutions gone backwards: blocks of points of one phase whose sums stay in registers."""

from __future__ import annotations

from typing import Any

from .blocking import Patch, patch_of
from .phasing import Phase, axes_of, bands_of
from .product import epilogue
from .recipe import Recipe
from .sliding import Source
from .writer import Writer


class Phases:
    """Writes the kernel."""

    def __init__(self, recipe: Recipe, lanes: int) -> None:
        self.slide: dict[str, Any] = recipe["slide"]
        self.pitch, self.lanes, self.vectors = recipe["pitch"], lanes, recipe["pitch"] // lanes
        self.channels = recipe["columns"]
        self.height, self.width = self.slide["picture"]
        self.down, self.across = axes_of(self.slide)
        self.filters = self.slide["size"][2]
        taps = self.slide["window"][0] * self.slide["window"][1]
        small = self.slide["size"][0] * self.slide["size"][1]
        self.bands, self.rows = bands_of(self.slide, small * taps * self.filters * self.channels)
        self.source = Source(self.slide, self.rows, hold=False)
        self.blocks = dict[str, str]()
        self.w = Writer(recipe)

    def text(self) -> str:
        w, slide = self.w, self.slide
        w.start()
        w.put("count = get(sizes, 1)")
        w.share(f"(count * {self.bands})", "unit", "end")
        w.open("while unit < end:")
        w.put(f"image = unit // {self.bands}")
        w.put(f"band = unit - image * {self.bands}")
        self.source.fetch(w)
        w.put(f"wts = p{slide['b']}")
        low = self.down.stride * self.down.low - self.down.before
        w.put(f"first = {self.down.stride * self.rows} * band + {low}")
        w.loop("i", self.rows)
        for phase in self.down.phases:
            self._row(phase)
        w.close("i += 1")
        w.put("high = max(first, 0)")
        w.put(f"lines = {self.width} * (min(first + {self.down.stride * self.rows}, {self.height}) - high)")
        w.put(f"top = {self.width} * ({self.height} * image + high)")
        w.put("left = 0")
        w.put(f"width = {self.pitch}")
        epilogue(w, slide["c"], w.recipe)
        w.put("unit += 1")
        hold = f"hold = scratch({self.source.space})\n" if self.source.held else ""
        named = "".join(f"{name} = {made}\n" for made, name in self.blocks.items())
        return w.kernel(f"{hold}{named}\n\n")

    def _row(self, phase: Phase) -> None:
        """The row of points of a phase for one q, all phases across."""
        w = self.w
        w.put(f"y = first + {self.down.stride} * i + {phase.r}")
        w.open(f"if y >= 0 and y < {self.height}:")
        w.put(f"dst = p{self.slide['c']} + {4 * self.pitch * self.width} * ({self.height} * image + y)")
        for across in self.across.phases:
            if phase.taps[2] and across.taps[2]:
                self._points(phase, across)
            else:
                self._nothing(across)
        if self.slide["masked"]:
            self._mask()
        w.close()

    def _mask(self) -> None:
        """Zeros behind the channels of a row."""
        w, first = self.w, self.channels // 16 * 16
        w.loop("j", self.width)
        w.loop("c", self.pitch, first)
        w.put(f"last = load_float32(dst, {self.pitch} * j + c)")
        w.put(f"store_float32(dst, {self.pitch} * j + c, keep(last, {self.channels} - c))")
        w.close("c += LANES")
        w.close("j += 1")

    def _nothing(self, across: Phase) -> None:
        """Zeros at points that no window sees."""
        w, step = self.w, self.across.stride * self.pitch
        w.loop("j", across.count)
        w.loop("c", self.pitch)
        w.put(f"store_float32(dst, {self._to(across)} + {step} * j + c, splat(F(0.0)))")
        w.close("c += LANES")
        w.close("j += 1")

    def _to(self, across: Phase) -> int:
        """Where the first point of a phase lies in its row."""
        return int(self.pitch * (self.across.stride * across.first + across.r - self.across.before))

    def _points(self, phase: Phase, across: Phase) -> None:
        w, source, step = self.w, self.source, self.across.stride * self.pitch
        patch = patch_of(1, across.count, self.vectors, phase.taps[2] * across.taps[2] * self.filters, self.lanes)
        row = self.down.reach - phase.shifts[0]
        place = across.first - self.across.low + self.across.reach - across.shifts[0]
        start = (phase.taps[0] * self.slide["window"][1] + across.taps[0]) * self.channels
        full, last = divmod(self.vectors, patch.vectors)
        w.put(f"at = src + 4 * ({source.row} * (i + {row}) + {source.place * place})")
        for first, count, wide in ((0, full, patch.vectors), (full * patch.vectors, 1, last)):
            if not count or not wide:
                continue
            name = self._block(phase, across, patch, wide)
            w.loop("panel", (first + count * wide) * self.lanes, first * self.lanes)
            w.loop("j", across.count)
            w.put(f"j0 = min(j, {across.count - patch.across})")
            to = f"{self._to(across)} + {step} * j0 + panel"
            w.put(f"{name}(at + {4 * source.place} * j0, wts + 4 * ({start} + panel), dst + 4 * ({to}))")
            w.close(f"j += {patch.across}")
            w.close(f"panel += {wide * self.lanes}")

    def _block(self, phase: Phase, across: Phase, patch: Patch, vectors: int) -> str:
        """The name of the block of a phase; phases alike share one."""
        source, channels, wide = self.source, self.channels, self.slide["window"][1]
        a_rows = tuple(j * source.place for j in range(patch.across))
        c_rows = tuple(j * self.across.stride * self.pitch for j in range(patch.across))
        loops = (
            (phase.taps[2], -phase.shifts[1] * source.row, phase.taps[1] * wide * channels),
            (across.taps[2], -across.shifts[1] * source.place, across.taps[1] * channels),
            (self.filters, 1, self.slide["rise"]),
        )
        made = f"block({a_rows}, {vectors}, {loops}, {c_rows}, False)"
        return self.blocks.setdefault(made, f"block_{len(self.blocks)}")


def phases_text(recipe: Recipe, lanes: int) -> str:
    """Every point of the picture, phase by phase; then the work that goes along, on what has just been stored."""
    return Phases(recipe, lanes).text()
