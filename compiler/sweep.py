"""Joining calls of one flat kernel over neighbouring buffers into one call."""

from __future__ import annotations

from collections.abc import Sequence

from .plan import Buffer, Call, Extent, Kernel
from .work import together

FLAT = "flat"
"""The form of kernel that runs over a range of elements and knows nothing of shapes."""


def swept(calls: Sequence[Call], kernels: Sequence[Kernel], buffers: Sequence[Buffer]) -> tuple[Call, ...]:
    """kernel 3 on (w1, g1), 640 elements; kernel 3 on (w2, g2), 64   -->   kernel 3 on (w1, g1), 704 elements

    where w2 lies right behind w1 and g2 behind g1. Numbers that both calls read stay as they are. The whole
    update of a network becomes one sweep, since memory lays weights, gradients and slots out in one order.
    """
    joined = list[Call]()
    ends = list[tuple[int, ...]]()
    for call in calls:
        reach = _ends(call, buffers)
        if joined and _continues(joined[-1], ends[-1], call, kernels, buffers):
            joined[-1] = _longer(joined[-1], call)
            ends[-1] = reach
        else:
            joined.append(call)
            ends.append(reach)
    return tuple(joined)


def _ends(call: Call, buffers: Sequence[Buffer]) -> tuple[int, ...]:
    """Where each operand's buffer ends; sizes that wait for the batch never join."""
    found = []
    for operand in call.operands:
        buffer = buffers[operand]
        found.append(-1 if buffer.bytes.names else buffer.offset + buffer.bytes.factor)
    return tuple(found)


def _continues(
    last: Call, ends: tuple[int, ...], call: Call, kernels: Sequence[Kernel], buffers: Sequence[Buffer]
) -> bool:
    if call.kernel != last.kernel or kernels[call.kernel].recipe.get("form") != FLAT:
        return False
    if len(call.sizes) != 1 or call.sizes[0].names or last.sizes[0].names:
        return False
    steps = [
        _step(before, end, operand, buffers)
        for before, end, operand in zip(last.operands, ends, call.operands, strict=True)
    ]
    moved = [step for step in steps if step == "behind"]
    return bool(moved) and all(step in ("behind", "same") for step in steps)


def _step(before: int, end: int, operand: int, buffers: Sequence[Buffer]) -> str:
    """Whether an operand is the same number as before, or begins where the one before ended."""
    if before == operand and not buffers[operand].shape:
        return "same"
    return "behind" if end == buffers[operand].offset and buffers[operand].shape else "apart"


def _longer(last: Call, call: Call) -> Call:
    sizes = (Extent(factor=last.sizes[0].factor + call.sizes[0].factor),)
    weights = dict.fromkeys(last.origins + call.origins, 0.0)
    for one in (last, call):
        for origin, weight in zip(one.origins, one.work.weights, strict=False):
            weights[origin] += weight
    work = together(last.work, call.work, tuple(weights.values()))
    return last.model_copy(
        update={"sizes": sizes, "cost": last.cost + call.cost, "origins": tuple(weights), "work": work}
    )
