"""How large the numbers of an array are: a histogram on a logarithmic scale and a few figures, small enough to record.

An array's sizes are `{"low": …, "counts": […], "rms": …, "mean": …, "zero": …}`: `counts[i]` numbers have log10 |x|
between low + i/2 and low + (i+1)/2; `rms` is the root of the mean square, `mean` the mean of |x|, `zero` the share that is
exactly 0. `bad`, where it is there, counts the numbers that are not finite; all else is of the finite ones. Of large
arrays every so many-th number is looked at.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
WIDTH = 0.5
"""Of a bin, in powers of ten."""
LOWEST, HIGHEST = -20.0, 20.0
"""Powers of ten; what is smaller or larger counts in the first or last bin."""
MOST = 1 << 16
"""Numbers of one array that are looked at."""
DIGITS = 4
SATURATED = {"sigmoid": (0.02, 0.98), "tanh": (-0.96, 0.96)}
"""Outside of these a curve's slope is below 8 % of its steepest: what goes back through it is next to nothing."""
UNIT_SAMPLES = 4
"""A unit is called dead only after it was seen so often."""


def sizes(arrays: Iterable[Array]) -> dict[str, Any] | None:
    """The sizes of the numbers of some arrays together; None where there are no numbers."""
    parts = [_some(np.asarray(array)) for array in arrays]
    flat = np.concatenate(parts) if parts else np.empty(0)
    if not flat.size:
        return None
    good = np.abs(flat[np.isfinite(flat)])
    found: dict[str, Any] = {"low": 0.0, "counts": [], "rms": None, "mean": None, "zero": None}
    if good.size < flat.size:
        found["bad"] = int(flat.size - good.size)
    if good.size:
        found["low"], found["counts"] = _histogram(good[good > 0])
        found["rms"] = rounded(math.sqrt(float(np.mean(np.square(good)))))
        found["mean"] = rounded(float(good.mean()))
        found["zero"] = rounded(float((good == 0).mean()))
    return found


def saturated(array: Array, activation: str) -> float | None:
    """The share of outputs of a curve with flat ends that lie on one; None for other curves."""
    if activation not in SATURATED or not array.size:
        return None
    low, high = SATURATED[activation]
    return rounded(float(((array < low) | (array > high)).mean()))


def dead(array: Array, activation: str) -> float | None:
    """The share of units (last axis) of a relu that are 0 for every example and place; None for other curves, and for
    too few examples to tell."""
    if activation != "relu" or array.ndim < 2 or array.shape[0] < UNIT_SAMPLES:
        return None
    return rounded(float((array == 0).reshape(-1, array.shape[-1]).all(0).mean()))


def ratio(changed: Iterable[Array], before: Iterable[Array]) -> float | None:
    """The root mean square of a change over that of what is changed; None where that is 0 or not finite."""
    before = list(before)
    moved = sum(float(np.square(new - old, dtype=np.float64).sum()) for new, old in zip(changed, before, strict=True))
    there = sum(float(np.square(old, dtype=np.float64).sum()) for old in before)
    if not there or not math.isfinite(moved) or not math.isfinite(there):
        return None
    return rounded(math.sqrt(moved / there))


def rounded(number: float) -> float:
    """To four digits: what a record needs."""
    return float(f"{number:.{DIGITS - 1}e}")


def _some(array: Array) -> Array:
    flat = array.reshape(-1)
    return flat[:: -(-flat.size // MOST)].astype(np.float64) if flat.size else flat.astype(np.float64)


def _histogram(positive: Array) -> tuple[float, list[int]]:
    """The lowest filled bin's lower edge, and the counts from there to the highest filled one."""
    if not positive.size:
        return 0.0, []
    powers = np.clip(np.log10(positive), LOWEST, HIGHEST - WIDTH / 2)
    bins = np.floor(powers / WIDTH).astype(np.int64)
    first = int(bins.min())
    return first * WIDTH, [int(n) for n in np.bincount(bins - first)]
