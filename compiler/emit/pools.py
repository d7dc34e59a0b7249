"""Kernels of pools and of their gradients, beside those of `windows`."""

from __future__ import annotations

from typing import Any

from .recipe import Recipe
from .window import Windows

FEW_POINTS = 16
"""Points of a window that are written out one by one in the text of a kernel."""


def window_text(recipe: Recipe) -> str:
    """The text of a kernel over windows of pictures, from its recipe."""
    return Pools(recipe).text()


class Pools(Windows):
    """Pools and their gradients, over windows that stand where `over_places` and `over_window` put them."""

    # pools

    def op_pool_max(self) -> None:
        self._pool("-INF", lambda a, v: f"vselect(vgt({v}, {a}), {v}, {a})", lambda a, v: f"max({a}, {v})")

    def op_pool_sum(self) -> None:
        self._pool("0.0", lambda a, v: f"vadd({a}, {v})", lambda a, v: f"{a} + {v}")

    def _pool(self, start: str, wide: Any, single: Any) -> None:
        vectors = self.whole_vectors(0, -1)
        self.over_places()
        self.put(f"to = {self.at(-1, 'i', 'j')}")
        self.over_channels(vectors=vectors)
        self.put(f"best = splat(F({start}))" if vectors else f"best = F({start})")
        self.over_window()
        self.put(f"at = {self.at(0, 'y', 'x')}")
        self.put(f"value = {self.load(0, 'at', vectors=vectors)}")
        self.put(f"best = {(wide if vectors else single)('best', 'value')}")
        self.end_window()
        self.store("to", "best", vectors=vectors)
        self.end_channels(vectors=vectors)
        self.pads_of_place(vectors=vectors)
        self.end_places()
        self.pads_of_example()

    def apart(self) -> bool:
        """Whether every point stands in one window at most, and all that windows stand on is the picture."""
        near = self.sh >= self.kh and self.sw >= self.kw and (self.dh, self.dw) == (1, 1)
        return near and not any(self.pad) and self.whole_vectors(*range(len(self.recipe["args"])), -1)

    def outside_windows(self) -> None:
        """Zeros where no window stands."""
        self.over_points()
        inside = f"y % {self.sh} < {self.kh} and y < {self.sh * self.down} and x % {self.sw} < {self.kw}"
        self.open(f"if not ({inside} and x < {self.sw * self.across}):")
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        self.over_channels(vectors=True)
        self.store("to", "splat(F(0.0))", vectors=True)
        self.end_channels(vectors=True)
        self.close()
        self.end_points()

    def covered(self) -> bool:
        """Whether windows that stand apart leave no point out."""
        whole = (self.sh * self.down, self.sw * self.across) == (self.height, self.width)
        return whole and (self.sh, self.sw) == (self.kh, self.kw)

    def _back_apart(self) -> None:
        """Each point is written once: its g where it is the first largest of its window, else 0."""
        if not self.covered():
            self.outside_windows()
        self.over_places()
        self.put(f"of = {self.at(0, 'i', 'j')}")
        self.put(f"from_ = {self.at(2, 'i', 'j')}")
        self.put(f"at = {self.at(1, f'{self.sh} * i', f'{self.sw} * j')}")
        self.put(f"to = {self.at(-1, f'{self.sh} * i', f'{self.sw} * j')}")
        self.over_channels(vectors=True)
        self.put(f"g = {self.load(0, 'of', vectors=True)}")
        self.put(f"largest = {self.load(2, 'from_', vectors=True)}")
        moved = [(ky, kx) for ky in range(self.kh) for kx in range(self.kw)]
        for ky, kx in moved:
            value = self.load(1, f"at + {self.step(1, ky, kx)}", vectors=True)
            self.put(f"mine = vselect(veq({value}, largest), g, splat(F(0.0)))")
            self.store(f"to + {self.step(-1, ky, kx)}", "mine", vectors=True)
            if (ky, kx) != moved[-1]:
                self.put(f"g = vselect(veq({value}, largest), splat(F(0.0)), g)")
        self.end_channels(vectors=True)
        self.end_places()

    def step(self, argument: int, ky: int, kx: int) -> int:
        """From the first point of a window to another."""
        s = self.operands[self.operand(argument)]["strides"]
        return int(s[1] * ky + s[2] * kx)

    def _spread_apart(self) -> None:
        if not self.covered():
            self.outside_windows()
        self.over_places()
        self.put(f"of = {self.at(0, 'i', 'j')}")
        self.put(f"to = {self.at(-1, f'{self.sh} * i', f'{self.sw} * j')}")
        self.over_channels(vectors=True)
        self.put(f"g = {self.load(0, 'of', vectors=True)}")
        for ky in range(self.kh):
            for kx in range(self.kw):
                self.store(f"to + {self.step(-1, ky, kx)}", "g", vectors=True)
        self.end_channels(vectors=True)
        self.end_places()

    def op_pool_max_back(self) -> None:
        """g, x, y: the first point of each window that is its largest takes its g."""
        if self.apart() and self.kh * self.kw <= FEW_POINTS:
            self._back_apart()
            return
        vectors = self.whole_vectors(0, 1, 2, -1)
        zero, one = ("splat(F(0.0))", "splat(F(1.0))") if vectors else ("F(0.0)", "F(1.0)")
        self.over_points()
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        self.over_channels(vectors=vectors)
        self.store("to", zero, vectors=vectors)
        self.end_channels(vectors=vectors)
        self.pads_of_place(vectors=vectors)
        self.end_points()
        self.over_places()
        self.put(f"of = {self.at(0, 'i', 'j')}")
        self.put(f"from_ = {self.at(2, 'i', 'j')}")
        self.over_channels(vectors=vectors)
        self.put(f"g = {self.load(0, 'of', vectors=vectors)}")
        self.put(f"largest = {self.load(2, 'from_', vectors=vectors)}")
        self.put(f"free = {one}")
        self.over_window()
        self.put(f"at = {self.at(1, 'y', 'x')}")
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        value = self.load(1, "at", vectors=vectors)
        before = self.load(-1, "to", vectors=vectors)
        if vectors:
            self.put(f"hit = vselect(veq({value}, largest), free, {zero})")
            self.store("to", f"vfma(hit, g, {before})", vectors=True)
            self.put("free = vsub(free, hit)")
        else:
            self.put(f"hit = free if {value} == largest else {zero}")
            self.store("to", f"{before} + hit * g", vectors=False)
            self.put("free = free - hit")
        self.end_window()
        self.end_channels(vectors=vectors)
        self.end_places()
        self.pads_of_example()

    def op_pool_spread(self) -> None:
        if self.apart() and self.kh * self.kw <= FEW_POINTS:
            self._spread_apart()
            return
        vectors = self.whole_vectors(0, -1)
        self.over_points()
        self.put(f"to = {self.at(-1, 'y', 'x')}")
        self.over_channels(vectors=vectors)
        self.put("total = splat(F(0.0))" if vectors else "total = F(0.0)")
        self.over_windows_of_point()
        self.put(f"at = {self.at(0, 'i_', 'j_')}")
        value = self.load(0, "at", vectors=vectors)
        self.put(f"total = vadd(total, {value})" if vectors else f"total = total + {value}")
        self.end_windows_of_point()
        self.store("to", "total", vectors=vectors)
        self.end_channels(vectors=vectors)
        self.pads_of_place(vectors=vectors)
        self.end_points()
        self.pads_of_example()
