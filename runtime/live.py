"""Live numbers: the value of every knob at every step, as plain arithmetic on the step.

A live number is `{kind: {option: value}}`; a quantity is a number of epochs or `[number, unit]` with unit steps,
epochs or % (of the whole run).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Steps = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Clockwork:
    """What a schedule may know of the run: steps an epoch and steps in all."""

    steps_an_epoch: int
    steps_in_all: int

    def steps(self, quantity: Any, otherwise: float | None = None) -> float:
        """A quantity in steps; `otherwise` (or the whole run) where none is given."""
        if quantity is None:
            return float(self.steps_in_all if otherwise is None else otherwise)
        number, unit = (quantity[0], quantity[1]) if isinstance(quantity, list | tuple) else (quantity, "epochs")
        factor = {"epochs": self.steps_an_epoch, "%": self.steps_in_all / 100, "steps": 1}[unit]
        return float(number) * factor


Rule = Callable[[Steps, Mapping[str, Any], Clockwork], Any]
RULES: dict[str, Rule] = {}


def rule(function: Rule) -> Rule:
    """Register what computes the live number that the function is called like."""
    RULES[function.__name__] = function
    return function


@rule
def constant(t: Steps, o: Mapping[str, Any], _run: Clockwork) -> Any:
    """value"""
    return np.full_like(t, o["value"])


@rule
def linear(t: Steps, o: Mapping[str, Any], run: Clockwork) -> Any:
    """From start to end in a straight line over `over`, then end; before it, up from 0 over `warmup`."""
    return _warmed(t, o, run, lambda share: o["start"] + (o.get("end", 0.0) - o["start"]) * share)


@rule
def cosine(t: Steps, o: Mapping[str, Any], run: Clockwork) -> Any:
    """From start to end along half a cosine over `over`, then end; before it, up from 0 over `warmup`.

    Source: Loshchilov & Hutter 2017, arXiv:1608.03983.
    """
    end = o.get("end", 0.0)
    return _warmed(t, o, run, lambda share: end + (o["start"] - end) * (1 + np.cos(np.pi * share)) / 2)


def _warmed(t: Steps, o: Mapping[str, Any], run: Clockwork, shape: Callable[[Steps], Any]) -> Any:
    warm = run.steps(o.get("warmup"), 0)
    share = np.clip((t - warm) / max(run.steps(o.get("over")) - warm, 1.0), 0, 1)
    return np.where(t < warm, o["start"] * (t + 1) / max(warm, 1.0), shape(share))


@rule
def steps(t: Steps, o: Mapping[str, Any], run: Clockwork) -> Any:
    """start * factor^n, n the drops behind: one `every` so often, or one at each of `at`."""
    if o.get("at") is not None:
        marks = np.array([run.steps(at) for at in o["at"]])
        return o["start"] * o["factor"] ** (t[:, None] >= marks).sum(1)
    return o["start"] * o["factor"] ** np.floor(t / max(run.steps(o.get("every")), 1.0))


@rule
def exponential(t: Steps, o: Mapping[str, Any], run: Clockwork) -> Any:
    """start * factor^(t / every)"""
    return o["start"] * o["factor"] ** (t / max(run.steps(o.get("every"), run.steps_an_epoch), 1.0))


@rule
def inverse_time(t: Steps, o: Mapping[str, Any], run: Clockwork) -> Any:
    """start / (1 + rate t / every)"""
    return o["start"] / (1 + o["rate"] * t / max(run.steps(o.get("every"), run.steps_an_epoch), 1.0))


@rule
def switch(t: Steps, o: Mapping[str, Any], run: Clockwork) -> Any:
    """The value of the last time passed: `at` holds pairs of time and value; before the first, the first."""
    marks = sorted((run.steps(at), float(value)) for at, value in o["at"])
    result = np.full_like(t, marks[0][1])
    for at, value in marks:
        result = np.where(t >= at, value, result)
    return result


@rule
def plateau(t: Steps, o: Mapping[str, Any], _run: Clockwork) -> Any:
    """start; the run multiplies it by `factor` each time the metric has not improved for `patience` epochs."""
    return np.full_like(t, o["start"])


def knob_table(
    lives: Sequence[Mapping[str, Any]],
    first: int,
    count: int,
    run: Clockwork,
    factors: Sequence[float] | None = None,
    overrides: Mapping[int, float] | None = None,
) -> npt.NDArray[np.float32]:
    """Row s: every knob's value at step first + s. `factors` multiply (plateaus); `overrides` replace."""
    t = np.arange(first, first + count, dtype=np.float64)
    table = np.zeros((count, len(lives)), np.float32)
    for k, live in enumerate(lives):
        ((kind, options),) = live.items()
        table[:, k] = RULES[kind](t, options, run) * (factors[k] if factors else 1.0)
    for k, value in (overrides or {}).items():
        table[:, k] = value
    return table
