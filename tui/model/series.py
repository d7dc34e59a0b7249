"""Numbers over the steps of a run: a growing array that never grows beyond a bound, and its least and greatest values
in columns of a chart."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Steps = npt.NDArray[np.int64]
Values = npt.NDArray[np.float64]
CAPACITY = 1 << 20
"""Points kept: 16 MiB. When they are full, the older half is thinned to the extremes of every four points."""
FIRST = 256
GROUP = 4


class Series:
    """Points with rising steps. `steps` and `values` are views: copy them to keep them."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = max(capacity, 4 * GROUP)
        self._steps: Steps = np.zeros(min(FIRST, self._capacity), np.int64)
        self._values: Values = np.zeros(len(self._steps), np.float64)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def steps(self) -> Steps:
        return self._steps[: self._count]

    @property
    def values(self) -> Values:
        return self._values[: self._count]

    @property
    def last(self) -> float | None:
        """The newest value; None where there is none."""
        return float(self._values[self._count - 1]) if self._count else None

    def add(self, steps: Steps, values: Values) -> None:
        """Add points; their steps are above those that are there."""
        while len(steps):
            room = self._room(len(steps))
            some = slice(self._count, self._count + room)
            self._steps[some], self._values[some] = steps[:room], values[:room]
            self._count += room
            steps, values = steps[room:], values[room:]

    def cut(self, step: int) -> None:
        """Forget the points from a step on: the run was resumed before them."""
        self._count = int(np.searchsorted(self.steps, step))

    def before(self, step: int) -> Series:
        """A copy with the points up to a step."""
        count = int(np.searchsorted(self.steps, step, "right"))
        found = Series(self._capacity)
        found.add(self.steps[:count], self.values[:count])
        return found

    def columns(self, first: float, last: float, count: int) -> tuple[Values, Values]:
        """The least and the greatest value in each of `count` equal columns of the steps between `first` and `last`; NaN
        where there is none. No spike is lost."""
        low, high = np.full(count, np.nan), np.full(count, np.nan)
        begin, end = np.searchsorted(self.steps, [first, last + 1e-9])
        if begin == end or last <= first:
            return low, high
        # where each column begins among the steps, which are sorted: no need to place every point
        edges = np.searchsorted(self.steps[begin:end], np.linspace(first, last, count + 1)[:-1])
        starts = edges[edges < end - begin]
        full = np.flatnonzero(np.diff(np.append(starts, end - begin)) > 0)
        values = self.values[begin:end]
        low[full] = np.fmin.reduceat(values, starts[full])
        high[full] = np.fmax.reduceat(values, starts[full])
        return low, high

    def _room(self, wanted: int) -> int:
        """How many points can be added now; makes room for at least one."""
        if self._count + wanted > len(self._steps):
            size = min(self._capacity, max(2 * len(self._steps), self._count + wanted))
            if size > len(self._steps):
                self._steps = np.concatenate([self.steps, np.zeros(size - self._count, np.int64)])
                self._values = np.concatenate([self.values, np.zeros(size - self._count)])
        if self._count == len(self._steps):
            self._thin()
        return min(wanted, len(self._steps) - self._count)

    def _thin(self) -> None:
        """Keep of every four points of the older half the least and the greatest."""
        half = self._count // 2 // GROUP * GROUP
        values = self._values[:half].reshape(-1, GROUP)
        known = np.where(np.isnan(values), np.inf, values)
        lows = known.argmin(1)
        highs = np.where(np.isnan(values), -np.inf, values).argmax(1)
        # a group of equal values has one place for both ends
        highs = np.where(lows == highs, (lows + 1) % GROUP, highs)
        places = np.sort(np.stack([lows, highs], 1), 1) + GROUP * np.arange(len(values))[:, None]
        kept = np.concatenate([places.reshape(-1), np.arange(half, self._count)])
        self._steps[: len(kept)], self._values[: len(kept)] = self._steps[kept], self._values[kept]
        self._count = len(kept)
