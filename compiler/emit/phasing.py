"""Strided convolutions gone backwards, the gradient to a picture or a transposed convolution: how they are laid out.

A point y of the picture (the padding counted) is q stride + r. All points of one phase r are seen by the same points k
of the window, those with dilation k = r + stride shift, and from the places q - shift. So each phase is a convolution of
stride 1 of what the places hold, with its own share of the filters, whose sums stay in registers; nothing is added up in
memory.  Source: own, after Dumoulin & Visin 2016, arXiv:1603.07285, section 4.5.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from .blocking import LARGEST_HOLD, WORTH_SHARING
from .site import Misfit

Pair = tuple[int, int]
MOST_PHASES = 16
"""Phases of a picture, of which each has text of its own."""


@dataclass(frozen=True, slots=True)
class Phase:
    """Points r, r + stride, … of an axis: those with q from `first` to `last`; the window's points that see them, as
    (first, step, how many), and their shifts as (first, step)."""

    r: int
    first: int
    last: int
    taps: tuple[int, int, int]
    shifts: Pair

    @property
    def count(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Axis:
    """The phases of an axis; q goes from `low` to `high`, shifts from 0 to `reach`."""

    stride: int
    before: int
    phases: tuple[Phase, ...]

    @property
    def low(self) -> int:
        return min(phase.first for phase in self.phases)

    @property
    def high(self) -> int:
        return max(phase.last for phase in self.phases)

    @property
    def reach(self) -> int:
        return max((p.shifts[0] + p.shifts[1] * (p.taps[2] - 1) for p in self.phases if p.taps[2]), default=0)


def axis_of(length: int, window: int, stride: int, before: int, dilation: int) -> Axis:
    """The phases of an axis of so many points, with so many zeros in front."""
    found = list[Phase]()
    for r in range(stride):
        first, last = -((r - before) // stride), (length - 1 + before - r) // stride
        taps = [k for k in range(window) if (dilation * k - r) % stride == 0]
        shifts = [(dilation * k - r) // stride for k in taps]
        steps = (taps[1] - taps[0], shifts[1] - shifts[0]) if len(taps) > 1 else (0, 0)
        start = (taps[0], shifts[0]) if taps else (0, 0)
        if last >= first:
            found.append(Phase(r, first, last, (start[0], steps[0], len(taps)), (start[1], steps[1])))
    return Axis(stride, before, tuple(found))


def axes_of(slide: dict[str, Any]) -> tuple[Axis, Axis]:
    """Down and across."""
    how = zip(*(slide[name] for name in ("picture", "window", "steps", "before", "apart")), strict=True)
    down, across = (axis_of(*cast("tuple[int, int, int, int, int]", one)) for one in how)
    return down, across


def phased(
    picture: dict[str, Any], size: Pair, stride: Pair, pad: tuple[int, ...], dilation: Pair, large: Pair
) -> dict[str, Any]:
    """What the kernel needs to know to go back from `picture`, the places, to one of `large` points."""
    slide: dict[str, Any] = {
        "picture": list(large), "window": list(size), "steps": list(stride), "before": [pad[0], pad[2]], "apart": list(dilation),
    }  # fmt: skip
    if stride[0] * stride[1] > MOST_PHASES:
        raise Misfit("windows that step over so many points are added up one by one")
    axes = axes_of(slide)
    before = [axis.reach - axis.low for axis in axes]
    behind = [max(0, axis.high - places + 1) for axis, places in zip(axes, picture["size"], strict=False)]
    if min(before) < 0:
        raise Misfit("more padding than the window reaches")
    # what is read, as `Source` has it: a window of all shifts, at every q
    slide |= {
        **picture, "pad": [before[0], behind[0], before[1], behind[1]], "kernel": [axis.reach + 1 for axis in axes],
        "stride": [1, 1], "dilation": [1, 1],
    }  # fmt: skip
    if _held(slide, 1) > LARGEST_HOLD:
        raise Misfit("a few rows of the picture are more than a thread can hold at once")
    return slide


def _held(slide: dict[str, Any], rows: int) -> int:
    """Numbers held for so many q."""
    width = slide["size"][1] + slide["pad"][2] + slide["pad"][3]
    return int((rows + slide["kernel"][0] - 1) * width * slide["size"][2])


def bands_of(slide: dict[str, Any], work: int) -> tuple[int, int]:
    """How many bands a picture is cut into, and how many q each has; the last may have fewer."""
    down, _ = axes_of(slide)
    count = down.high - down.low + 1
    least = 2 if work >= WORTH_SHARING and count > 1 else 1
    for bands in range(least, count + 1):
        if _held(slide, -(-count // bands)) <= LARGEST_HOLD:
            break
    rows = -(-count // bands)
    return -(-count // rows), rows
