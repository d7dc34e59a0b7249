"""How much of a step goes into the input: rows gathered, scaled, augmented. Timed now and then on steps of the training.

Calls are stamped as `profile` stamps them, 20 ns each; a call that does something for several layers counts by the share
of its work that is the input's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from ..compiler.plan import Plan
from .stretch import Outcome
from .timing import Times, Timing, share_of_step

MOST_STAMPS, FEWEST = 1 << 18, 4
"""Words of stamps at once (2 MiB), and steps whatever their number: where few are timed, what a stretch finds cold counts
for too much."""
WAIT_SECONDS, PARTS = 2.0, 30
"""Between two measurements: so long, or such a part of the training so far."""
WARM = 2
"""Stretches before the first: what is new to the machine is slow."""


def input_parts(plan: Plan, inputs: Collection[str]) -> dict[str, Times]:
    """For each program, the share of each call that is the input's: that of the origins with these paths."""
    return {name: np.array([_part(call.origins, call.work.weights, inputs) for call in program.calls])
            for name, program in plan.programs.items()}  # fmt: skip


def _part(origins: Iterable[object], weights: Iterable[float], inputs: Collection[str]) -> float:
    paths = [str(getattr(origin, "path", "")) for origin in origins]
    each = list(weights) or [1.0] * len(paths)
    whole = sum(each)
    return sum(weight for path, weight in zip(paths, each, strict=True) if path in inputs) / whole if whole else 0.0


def share_of(outcome: Outcome, parts: Mapping[str, Times]) -> float | None:
    """The input's share of the steps of a stretch, by medians over its steps; None where nothing was timed."""
    calls, weights, whole = list[Times](), list[Times](), 0.0
    for programs in _segments(outcome.timings):
        each = [np.median(timing.walls, axis=0) for timing in programs]
        calls += each
        weights += [parts[timing.program] for timing in programs]
        whole += _step(programs[0].began, float(sum(times.sum() for times in each)))
    return share_of_step(np.concatenate(calls), np.concatenate(weights), whole) if calls else None


def _segments(timings: Iterable[Timing]) -> list[list[Timing]]:
    """The programs that make up a step, for each segment of a stretch: where one comes again, another begins."""
    found = list[list[Timing]]()
    for timing in timings:
        if not len(timing.walls):
            continue
        if not found or timing.program in {known.program for known in found[-1]}:
            found.append([])
        found[-1].append(timing)
    return found


def _step(began: Times, in_calls: float) -> float:
    """The median of a step from one beginning to the next; of a single step what is in its calls."""
    return max(float(np.median(np.diff(began))), in_calls) if len(began) > 1 else in_calls


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
