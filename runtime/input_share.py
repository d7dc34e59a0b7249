"""How much of a step goes into the input: rows gathered, scaled, augmented. Timed now and then on steps of the training.

Calls are stamped as `profile` stamps them, 20 ns each; a call that does something for several layers counts by the share
of its work that is the input's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from ..compiler.plan import Plan
from .stretch import Outcome

MOST_STAMPS, FEWEST = 1 << 18, 4
"""Words of stamps at once (2 MiB), and steps whatever their number: where few are timed, what a stretch finds cold counts
for too much."""
WAIT_SECONDS, PARTS = 2.0, 30
"""Between two measurements: so long, or such a part of the training so far."""
WARM = 2
"""Stretches before the first: what is new to the machine is slow."""


def input_parts(plan: Plan, inputs: Collection[str]) -> dict[str, npt.NDArray[np.float64]]:
    """For each program, the share of each call that is the input's: that of the origins with these paths."""
    return {name: np.array([_part(call.origins, call.work.weights, inputs) for call in program.calls])
            for name, program in plan.programs.items()}  # fmt: skip


def _part(origins: Iterable[object], weights: Iterable[float], inputs: Collection[str]) -> float:
    paths = [str(getattr(origin, "path", "")) for origin in origins]
    each = list(weights) or [1.0] * len(paths)
    whole = sum(each)
    return sum(weight for path, weight in zip(paths, each, strict=True) if path in inputs) / whole if whole else 0.0


def share_of(outcome: Outcome, parts: Mapping[str, npt.NDArray[np.float64]]) -> float | None:
    """The input's share of the time in all calls, by the medians over the steps; None where nothing was timed."""
    spent = whole = 0.0
    for timing in outcome.timings:
        if len(timing.walls):
            calls = np.median(timing.walls, axis=0)
            spent += float(calls @ parts[timing.program])
            whole += float(calls.sum())
    return spent / whole if whole else None


class InputShare:
    """When to measure, and what was found. `clock` gives seconds."""

    def __init__(
        self, plan: Plan, inputs: Collection[str], threads: int = 1, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._parts = input_parts(plan, {*inputs, *(column.name for column in plan.columns)})
        calls = sum(len(program.calls) for program in plan.programs.values())
        self.steps = max(FEWEST, MOST_STAMPS // (threads * (2 * calls + 1)))
        """That are timed at once, at most."""
        self._clock = clock
        self._began = self._next = clock()
        self._stretches = 0

    def due(self) -> bool:
        """Whether the next stretch is to be timed."""
        return self._stretches >= WARM and self._clock() >= self._next

    def take(self, outcome: Outcome) -> float | None:
        """The share that a stretch tells of; None for one that was not timed."""
        self._stretches += 1
        share = share_of(outcome, self._parts)
        if share is not None:
            now = self._clock()
            self._next = now + max(WAIT_SECONDS, (now - self._began) / PARTS)
            return round(share, 4)
        return None
