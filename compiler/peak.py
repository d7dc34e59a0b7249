"""The memory that a compiled network takes at its peak, found from the plan: nothing is run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .plan import Buffer, Plan

WEIGHTS = ("weight", "statistic")
"""Roles of states that prediction needs too."""


@dataclass(frozen=True, slots=True)
class Peak:
    """Bytes at the largest batch. Columns of the data lie besides."""

    weights: int
    """Weights and running statistics, the padding of their rows included."""
    optimizer: int
    """What the optimiser keeps for each weight: moments and the like."""
    gradients: int
    """The gradients of the weights."""
    working: int
    """Outputs of layers, their gradients, and other values on the way, as many as are needed at one time."""

    @property
    def total(self) -> int:
        return self.weights + self.optimizer + self.gradients + self.working


def training_peak(plan: Plan) -> Peak | None:
    """The peak of a training step; None where nothing is trained."""
    if "gradients" not in plan.programs:
        return None
    named = [b for b in plan.buffers if b.name.startswith("gradient/") and b.space == "scratch"]
    gradients = sum({b.offset: _bytes(plan, b) for b in named}.values())
    held = _held(plan, WEIGHTS)
    moved = _held(plan, ("slot", "counter"))
    working = _reach(plan, ("gradients", "update")) - _front(plan) - gradients
    return Peak(held, moved, gradients, working + _others(plan, held + moved))


def inference_peak(plan: Plan) -> Peak | None:
    """The peak of a prediction, with its weights alone in memory; None where nothing is predicted."""
    if "predict" not in plan.programs:
        return None
    return Peak(_held(plan, WEIGHTS), 0, 0, _reach(plan, ("predict",)) - _front(plan))


def _held(plan: Plan, roles: Iterable[str]) -> int:
    return sum(_bytes(plan, plan.buffers[state.buffer]) for state in plan.states if state.role in roles)


def _bytes(plan: Plan, buffer: Buffer) -> int:
    return -(-buffer.bytes.at(plan.sizes) // 64) * 64


def _front(plan: Plan) -> int:
    """Where the scratch begins, which all programs share."""
    named = (b for b in plan.buffers if b.space not in ("scratch", "data"))
    return max((b.offset + _bytes(plan, b) for b in named), default=0)


def _others(plan: Plan, states: int) -> int:
    """Knobs, published numbers, the rows of the batch: small things before the scratch."""
    return _front(plan) - states


def _reach(plan: Plan, programs: Iterable[str]) -> int:
    """The end of the last buffer that one of the programs touches."""
    touched = {operand for name in programs for call in plan.programs[name].calls for operand in call.operands}
    ends = [b.offset + _bytes(plan, b) for b in (plan.buffers[i] for i in touched) if b.space == "scratch"]
    return max([_front(plan), *ends])
