"""Curves over the steps of a run: thinned to points of the screen, smoothed, with round numbers on their axes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Window = tuple[float, float]
SMOOTHINGS = (0.0, 0.01, 0.04, 0.12)
"""Widths of the moving mean, as shares of the steps in view."""
SMALLEST_WINDOW = 8.0
FINE = 4
"""Means of points that a smoothed line is made of, for each of its columns, at least."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over steps, the steps rising. `noisy`: drawn as a dim band with a smoothed line; `slot`: its colour and
    sign among those of the chart."""

    name: str
    steps: Array
    values: Array
    noisy: bool = False
    slot: int = 0


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a step, such as a changed learning rate: one sign and words."""

    step: float
    sign: str
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """How charts that belong together are looked at. `window`: the steps in view, None for all; with `follow` its
    width is kept and its end is the newest step. `cursor`: the step of the cross-hair."""

    window: Window | None = None
    follow: bool = True
    log: bool = False
    smoothing: int = 1
    cursor: float | None = None

    def span(self, extent: Window) -> Window:
        """The steps in view, of all those there are."""
        if self.window is None:
            return extent if extent[1] > extent[0] else (extent[0], extent[0] + 1)
        first, last = self.window
        return (extent[1] - (last - first), extent[1]) if self.follow else (first, last)


def looked(look: Look, what: str, extent: Window) -> Look:
    """The look after one key: `log`, `smooth`, `follow`, `all`, `in`, `out`, `left`, `right`, `first`, `last`."""
    if what == "log":
        return replace(look, log=not look.log)
    if what == "smooth":
        return replace(look, smoothing=(look.smoothing + 1) % len(SMOOTHINGS))
    if what == "follow":
        return replace(look, follow=not look.follow, window=look.span(extent) if look.window else None)
    if what == "all":
        return replace(look, window=None, cursor=None, follow=True)
    if what in ("in", "out"):
        return zoomed(look, 0.5 if what == "in" else 2.0, extent)
    return _pointed(look, what, extent)


def zoomed(look: Look, factor: float, extent: Window, at: float | None = None) -> Look:
    """The window made `factor` as wide about a step: `at`, the cross-hair, or the newest while it is followed."""
    first, last = look.span(extent)
    wide = max(SMALLEST_WINDOW, (last - first) * factor)
    if wide >= extent[1] - extent[0]:
        return replace(look, window=None)
    stays = look.cursor if at is None else at
    if stays is None or not first <= stays <= last:
        return replace(look, window=(last - wide, last))
    share = (stays - first) / (last - first)
    begin = min(max(extent[0], stays - wide * share), extent[1] - wide)
    return replace(look, window=(begin, begin + wide), follow=False)


def _pointed(look: Look, what: str, extent: Window) -> Look:
    first, last = look.span(extent)
    if what in ("first", "last"):
        return replace(look, cursor=first if what == "first" else last)
    by = (last - first) / 50 * (-1 if what == "left" else 1)
    cursor = last if look.cursor is None else min(max(extent[0], look.cursor + by), extent[1])
    if look.window is None or first <= cursor <= last:
        return replace(look, cursor=cursor)
    shift = cursor - (first if cursor < first else last)
    return replace(look, cursor=cursor, window=(first + shift, last + shift), follow=False)


def extent_of(curves: Sequence[Curve]) -> Window:
    """The first and the last step of all curves."""
    some = [curve.steps for curve in curves if len(curve.steps)]
    return (min(float(s[0]) for s in some), max(float(s[-1]) for s in some)) if some else (0.0, 1.0)


def columns(curve: Curve, span: Window, count: int) -> tuple[Array, Array]:
    """Least and greatest value in each of `count` columns of the steps in view; NaN where there is none. No spike is
    lost: thinning keeps both ends."""
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    a, b = _inside(curve.steps, span)
    if a == b:
        return low, high
    values = curve.values[a:b]
    # where each column begins among the steps, which are sorted: no need to place every point
    edges = np.searchsorted(curve.steps[a:b], np.linspace(*span, count + 1)[:-1])
    full = np.flatnonzero(np.diff(np.append(edges, b - a)))
    low[full] = np.fmin.reduceat(values, edges[full])
    high[full] = np.fmax.reduceat(values, edges[full])
    return low, high


def line(curve: Curve, span: Window, count: int, smoothing: float = 0.0) -> Array:
    """One value a column: the mean over the steps near it (`smoothing`: of which share of the view), straight lines
    between those columns that have values; NaN before the first and behind the last."""
    a, b = _inside(curve.steps, span, reach=(span[1] - span[0]) * smoothing / 2)
    steps, values = curve.steps[a:b], curve.values[a:b]
    good = np.isfinite(values)
    if not good.all():
        steps, values = steps[good], values[good]
    if not len(steps):
        return np.full(count, np.nan)
    at = span[0] + (np.arange(count) + 0.5) * (span[1] - span[0]) / count
    if smoothing > 0:
        steps, values = _thinned(steps, values, 2 * FINE * count)
        return _moving_mean(steps, values, at, (span[1] - span[0]) * smoothing / 2)
    shown = np.interp(at, steps, values)
    half = (span[1] - span[0]) / count
    return np.where((at < steps[0] - half) | (at > steps[-1] + half), np.nan, shown)


def _thinned(steps: Array, values: Array, most: int) -> tuple[Array, Array]:
    """Means of equally many points each, where there are far more than so many."""
    size = len(values) // most
    if size < 2:
        return steps, values
    whole = len(values) // size * size
    means = values[:whole].reshape(-1, size).mean(1)
    middles = steps[size // 2 : whole : size]
    # the last points are more than a rest: the line has to reach the newest
    rest = [values[whole:].mean()] if whole < len(values) else []
    return np.append(middles, steps[-1:] if rest else []), np.append(means, rest)


def _moving_mean(steps: Array, values: Array, at: Array, half: float) -> Array:
    """The mean within `half` of each place; the window is narrower at the ends, so that it stays in the middle."""
    room = np.clip(np.minimum(at - steps[0], steps[-1] - at), 0, half)
    first = np.searchsorted(steps, at - room, "left")
    last = np.searchsorted(steps, at + room, "right")
    total = np.concatenate([[0.0], np.cumsum(values)])
    inside = np.maximum(last - first, 1)
    means = (total[last] - total[np.minimum(first, last)]) / inside
    shown = np.where(last > first, means, np.interp(at, steps, values))
    step = (at[1] - at[0]) if len(at) > 1 else 1.0
    return np.where((at < steps[0] - step) | (at > steps[-1] + step), np.nan, shown)


def _inside(steps: Array, span: Window, reach: float = 0.0) -> tuple[int, int]:
    """The points in view, and one more on each side for the line to come from."""
    a = int(np.searchsorted(steps, span[0] - reach, "left"))
    b = int(np.searchsorted(steps, span[1] + reach, "right"))
    return (a, b) if reach == 0 else (max(0, a - 1), min(len(steps), b + 1))


def value_at(curve: Curve, step: float) -> float | None:
    """The value of the last point at or before a step; None before the first."""
    at = int(np.searchsorted(curve.steps, step, "right")) - 1
    return float(curve.values[at]) if at >= 0 else None


def cut(curve: Curve, step: float) -> Curve:
    """The curve as it was at a step."""
    upto = int(np.searchsorted(curve.steps, step, "right"))
    return replace(curve, steps=curve.steps[:upto], values=curve.values[:upto])


# axes


def reach_of(shown: Sequence[Array], log: bool) -> Window:
    """The values that a chart spans: all but single spikes, a little room at both ends; on a log scale above 0."""
    some = [values[np.isfinite(values)] for values in shown]
    every = np.concatenate(some) if some else np.zeros(0)
    if log:
        every = every[every > 0]
    if not len(every):
        return (0.1, 1.0) if log else (0.0, 1.0)
    low, high = float(every.min()), float(every.max())
    if log:
        return (low / 1.1, high * 1.1)
    usual = float(np.percentile(every, 98))
    if high > low + 6 * (usual - low) > low:
        high = usual + (usual - low)
    room = 0.04 * (high - low) or abs(high) * 0.1 or 1.0
    return (max(0.0, low - room) if low >= 0 else low - room, high + room)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers (1, 2 or 5 times a power of ten) from low to high, at most so many."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return []
    power = 10.0 ** (math.floor(math.log10((high - low) / most)) - 1)
    for step in (power * factor for factor in (5, 10, 20, 50, 100, 200)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [round(k * step, 12) for k in range(first, last + 1)]
    return []


def log_ticks(low: float, high: float, most: int) -> list[float]:
    """Powers of ten, with 2 and 5 between them where there is room."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for factors in ((1, 2, 5), (1, 3), (1,)):
        found = [f * 10.0**p for p in powers for f in factors if low <= f * 10.0**p <= high]
        if len(found) <= most:
            return found
    every = max(1, math.ceil(len(found) / most))
    return found[::every]


def figure(value: float | None) -> str:
    """A value in at most 8 signs: `0.0431`, `12.4k`, `3.1e-05`, `none` where there is none."""
    if value is None:
        return "none"
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("inf" if value > 0 else "-inf")
    size = abs(value)
    if size >= 1e6:
        return f"{value:.2e}".replace("e+0", "e").replace("e+", "e")
    if size >= 1000:
        return f"{value:,.0f}"
    if size == 0:
        return "0"
    return f"{value:.4g}" if size >= 1e-4 else f"{value:.1e}"


def tick_words(values: Sequence[float]) -> list[str]:
    """Axis numbers, all with the same digits behind the point: 0.25, 0.50, 0.75."""
    if len(values) < 2 or max(map(abs, values)) >= 10000:
        return [_short(value) for value in values]
    gap = min(b - a for a, b in zip(values, values[1:], strict=False))
    if gap < 1e-4:
        return [f"{value:.1e}" for value in values]
    digits = max(0, -math.floor(math.log10(gap) + 1e-9))
    if abs(gap * 10**digits - round(gap * 10**digits)) > 1e-6:
        digits += 1
    return [f"{value:.{digits}f}" for value in values]


def _short(value: float) -> str:
    """1500 -> 1,500; 20000 -> 20k; 3000000 -> 3M; 0.001 -> 1e-3."""
    size = abs(value)
    for unit, word in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size >= 10 * unit or (size >= unit > 1e3):
            return f"{value / unit:g}{word}"
    if size >= 1000:
        return f"{value:,.0f}"
    if 0 < size < 1e-2:
        mantissa, power = f"{value:.0e}".split("e")
        return f"{mantissa}e{int(power)}"
    return f"{value:g}"


def axis_words(values: Sequence[float], log: bool) -> list[str]:
    """The words at the ticks of an axis of values."""
    return [_short(value) for value in values] if log else tick_words(values)


def step_words(values: Sequence[float]) -> list[str]:
    """The words at the ticks of an axis of steps, all in one unit: 0, 5k, 10k."""
    size = max([abs(value) for value in values] + [0])
    for unit, word in ((1e6, "M"), (1e3, "k")):
        if size >= 10 * unit:
            return [f"{value / unit:g}{word}" if value else "0" for value in values]
    return [f"{value:,.10g}" for value in values]


# words, for screen readers and for those who want no picture


def in_words(curve: Curve) -> str:
    """A curve as a sentence: where it began, stands, was lowest and highest, and which way it goes."""
    good = np.isfinite(curve.values)
    if not good.any():
        return f"{curve.name}: no values yet"
    steps, values = curve.steps[good], curve.values[good]
    low, high = int(values.argmin()), int(values.argmax())
    words = (
        f"{curve.name}: {figure(float(values[0]))} at step {steps[0]:,.0f}, now {figure(float(values[-1]))} at "
        f"{steps[-1]:,.0f}; lowest {figure(float(values[low]))} at {steps[low]:,.0f}, highest "
        f"{figure(float(values[high]))} at {steps[high]:,.0f}; {trend(values)}"
    )
    lost = len(curve.values) - int(good.sum())
    return words + (f"; {lost:,} not finite" if lost else "")


def trend(values: Array) -> str:
    """Which way the last fifth goes, compared to the fifth before: falling, rising or level."""
    fifth = max(1, len(values) // 5)
    if len(values) < 4:
        return "too few points for a trend"
    recent, before = float(values[-fifth:].mean()), float(values[-2 * fifth : -fifth].mean())
    scale = max(float(values.std()), abs(before) * 0.01, 1e-12)
    if abs(recent - before) < 0.05 * scale:
        return "level"
    return "falling" if recent < before else "rising"
