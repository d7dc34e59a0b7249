"""How large the numbers of each layer are: one small histogram a layer on a shared log scale, with words beside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
BARS, PLAIN_BARS = " ▁▂▃▄▅▆▇█", " .:-=+*#@"
NUMBER = 10
"""Cells of the number behind the bars."""
LEAST_BARS = 12


@dataclass(frozen=True, slots=True)
class Ridge:
    """The sizes of one layer's numbers. `counts[i]`: how many have log10 |x| between `low + i w` and `low + (i+1) w`,
    w the width of a bin; `zero`: which share is 0; `rms`: the root of their mean square; `finite`: whether all are."""

    layer: str
    counts: Array
    low: float
    high: float
    rms: float
    zero: float = 0.0
    finite: bool = True
    words: str = ""
    """What is wrong, in a few words; empty where nothing is."""


@dataclass(frozen=True, slots=True)
class RidgeRow:
    """One line: the layer, the bars, the number, and words behind it; `bad`: these tell what is wrong."""

    name: str
    bars: str
    number: str
    words: str
    bad: bool


def reach_of(ridges: Sequence[Ridge]) -> tuple[int, int]:
    """The powers of ten between which all but a hundredth of each layer's numbers lie."""
    low, high = math.inf, -math.inf
    for ridge in ridges:
        inside = np.flatnonzero(_kept(ridge.counts))
        if len(inside):
            wide = (ridge.high - ridge.low) / len(ridge.counts)
            low = min(low, ridge.low + wide * float(inside[0]))
            high = max(high, ridge.low + wide * float(inside[-1] + 1))
    if low > high:
        return -4, 1
    first, last = math.floor(low + 1e-9), math.ceil(high - 1e-9)
    return (first, last) if last > first else (first, first + 1)


def _kept(counts: Array) -> npt.NDArray[np.bool_]:
    total = counts.sum()
    if not total:
        return np.zeros(len(counts), bool)
    share = counts.cumsum() / total
    found: npt.NDArray[np.bool_] = (share > 0.005) & (share - counts / total < 0.995) & (counts > 0)
    return found


def bars(ridge: Ridge, reach: tuple[int, int], width: int, plain: bool = False) -> str:
    """The histogram over the powers of ten of `reach`, in so many signs; the highest bar is full."""
    count = len(ridge.counts)
    edges = np.linspace(ridge.low, ridge.high, count + 1)
    summed = np.concatenate([[0.0], ridge.counts.cumsum()])
    heights = np.diff(np.interp(np.linspace(*reach, width + 1), edges, summed))
    most = float(heights.max()) if width else 0.0
    signs = PLAIN_BARS if plain else BARS
    if not most > 0:
        return " " * width
    return "".join(signs[math.ceil(float(h) / most * (len(signs) - 1))] for h in heights)


def axis(reach: tuple[int, int], width: int) -> str:
    """The powers of ten under the bars: 1e-6 … 1e0, as many as there is room for."""
    line = [" "] * width
    powers = range(reach[0], reach[1] + 1)
    for power in powers:
        word = f"1e{power}"
        at = round((power - reach[0]) / (reach[1] - reach[0]) * width) - (len(word) if power == reach[1] else 0)
        at = max(0, min(at if power in (reach[0], reach[1]) else at - len(word) // 2, width - len(word)))
        if all(sign == " " for sign in line[max(0, at - 1) : at + len(word) + 1]):
            line[at : at + len(word)] = word
    return "".join(line)


def ridge_rows(ridges: Sequence[Ridge], width: int, plain: bool = False) -> tuple[list[RidgeRow], str]:
    """A row a layer, and the axis below: names left (the end of long ones), bars, then numbers and words."""
    if not ridges:
        return [], ""
    reach = reach_of(ridges)
    name = min(max(len(r.layer) for r in ridges), max(8, width // 4))
    tails = [_tail(r) for r in ridges]
    tail = min(max(map(len, tails)), max(0, width - name - 1 - NUMBER - LEAST_BARS))
    room = max(LEAST_BARS, width - name - 1 - NUMBER - tail)
    rows = [
        RidgeRow(_end(r.layer, name), bars(r, reach, room, plain), f"{_size(r):>8}  ", _cut(words, tail), bool(r.words))
        for r, words in zip(ridges, tails, strict=True)
    ]
    return rows, " " * (name + 1) + axis(reach, room)


def _tail(ridge: Ridge) -> str:
    """What stands behind the number: what is wrong, else how many are 0."""
    if ridge.words:
        return f"! {ridge.words}"
    return f"{ridge.zero:.0%} zero" if ridge.zero >= 0.005 else ""


def _size(ridge: Ridge) -> str:
    return _power(ridge.rms) if ridge.finite else ""


def _cut(words: str, room: int) -> str:
    return words if len(words) <= room else words[: room - 1] + "…" if room > 4 else words[:1]


def _end(name: str, room: int) -> str:
    return f"{name:<{room}}" if len(name) <= room else "…" + name[1 - room :]


def _power(value: float) -> str:
    return "0" if value == 0 else (f"{value:.3f}" if 0.01 <= value < 100 else f"{value:.1e}")


def in_words(ridges: Sequence[Ridge], of: str) -> str:
    """The layers as sentences, for screen readers."""
    return "\n".join(
        f"{r.layer}: {of} about {_power(r.rms)}{f', {r.zero:.0%} zero' if r.zero >= 0.005 else ''}"
        f"{'' if r.finite else ', not finite'}{f'; {r.words}' if r.words else ''}"
        for r in ridges
    )
