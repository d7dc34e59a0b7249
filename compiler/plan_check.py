"""Reading a stored plan as something a stranger may have written: sizes bounded, every buffer inside the arena,
every call inside the buffers. What is refused is refused with a place.

That the kernels a plan names touch only the operands they are given follows from their recipes, which emission
checks when it makes the text anew (`emit`); here is checked that operands and sizes are what they claim.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from .errors import PlanError
from .layouts import padded
from .plan import PLAN_VERSION, Buffer, Call, Extent, Plan, Program
from .record import RecordError
from .types import ITEM_BYTES

LARGEST_ARENA = 1 << 42
LARGEST_BATCH = 1 << 24
LARGEST_FACTOR = 1 << 44
ALIGNMENT, KNOB_BYTES = 64, 4
WRITABLE = frozenset({"state", "published", "scratch"})
PROGRAMS = frozenset({"gradients", "update", "evaluate", "predict", "refresh"})


def read_plan(text: str | bytes) -> Plan:
    """The plan stored as JSON. Raises `PlanError` with the place of the first thing that cannot be trusted."""
    try:
        plan = Plan.model_validate_json(text)
    except RecordError as error:
        raise PlanError(f"plan: {error}") from None
    check_plan(plan)
    return plan


def check_plan(plan: Plan) -> None:
    """Raise `PlanError`, naming the place, unless the plan holds together."""
    for place, wrong in _mistakes(plan):
        raise PlanError(f"plan: {place}: {wrong}")


def _mistakes(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from _head(plan)
    for i, buffer in enumerate(plan.buffers):
        yield from ((f"buffers.{i} ({buffer.name})", wrong) for wrong in _buffer(plan, buffer))
    yield from _apart(plan)
    for name, program in plan.programs.items():
        if name not in PROGRAMS:
            yield f"programs.{name}", "unknown program"
        yield from _program(plan, name, program)
    yield from _named_places(plan)


def _head(plan: Plan) -> Iterator[tuple[str, str]]:
    if plan.version != PLAN_VERSION:
        yield "version", f"{plan.version}, this netloom reads {PLAN_VERSION}"
    if set(plan.sizes) != {"B"} or not 1 <= plan.sizes["B"] <= LARGEST_BATCH:
        yield "sizes", f"{plan.sizes}: B alone, from 1 to {LARGEST_BATCH}, is meant"
    if not 0 <= plan.arena_bytes <= LARGEST_ARENA:
        yield "arena_bytes", f"{plan.arena_bytes} is not between 0 and {LARGEST_ARENA}"
    names = [buffer.name for buffer in plan.buffers]
    if len(set(names)) < len(names):
        yield "buffers", "a name is given twice"
    if not {"rows", "clock"} <= set(names):
        yield "buffers", "rows or clock is missing"


def _buffer(plan: Plan, buffer: Buffer) -> Iterator[str]:
    """What is wrong with one buffer: its layout, its bytes, its place."""
    rank = len(buffer.shape)
    if sorted(buffer.order) != list(range(rank)) or not 0 <= buffer.split <= rank:
        yield f"order {buffer.order} and split {buffer.split} do not fit {rank} axes"
        return
    extents = (*buffer.shape, buffer.bytes)
    allowed = ("N",) if buffer.space == "data" else ("B",)
    if any(not 0 <= e.factor <= LARGEST_FACTOR or any(n not in allowed for n in e.names) for e in extents):
        yield f"a size is negative, over {LARGEST_FACTOR} or grows with something else than {allowed[0]}"
        return
    rows = [buffer.shape[axis] for axis in buffer.order[: buffer.split]]
    columns = [buffer.shape[axis] for axis in buffer.order[buffer.split :]]
    if any(e.names for e in columns):
        yield "a row has no known size"
        return
    if buffer.pitch != padded(math.prod(e.factor for e in columns)):
        yield f"pitch {buffer.pitch} for rows of {math.prod(e.factor for e in columns)}"
    count = math.prod(e.factor for e in rows) * buffer.pitch * ITEM_BYTES[buffer.dtype]
    names = tuple(sorted(name for e in rows for name in e.names))
    if count and buffer.bytes != Extent(factor=count, names=names):
        yield f"{buffer.bytes} bytes, its shape needs {count} {' '.join(names)}"
    yield from _offset(plan, buffer)


def _offset(plan: Plan, buffer: Buffer) -> Iterator[str]:
    if buffer.space == "data":
        if buffer.offset:
            yield "a data column has no offset of its own"
        return
    if buffer.offset < 0 or buffer.offset % (KNOB_BYTES if buffer.space == "knob" else ALIGNMENT):
        yield f"offset {buffer.offset} is not aligned"
    end = buffer.offset + buffer.bytes.at(plan.sizes)
    if end > plan.arena_bytes:
        yield f"ends at {end}, the arena at {plan.arena_bytes}"


def _apart(plan: Plan) -> Iterator[tuple[str, str]]:
    """Control, knobs, states and published values share no byte, with each other or with scratch."""
    kept = [b for b in plan.buffers if b.space in ("control", "knob", "state", "published")]
    lie = sorted((b.offset, b.offset + b.bytes.at(plan.sizes), b.name) for b in kept)
    for (_, end, name), (start, _, other) in zip(lie, lie[1:], strict=False):
        if start < end:
            yield f"buffers ({other})", f"lies over {name}"
    highest = max((end for _, end, _ in lie), default=0)
    for i, buffer in enumerate(plan.buffers):
        if buffer.space == "scratch" and buffer.offset < highest and not _shown(plan, buffer):
            yield f"buffers.{i} ({buffer.name})", "scratch that begins among what is kept"


def _shown(plan: Plan, buffer: Buffer) -> bool:
    """Whether the buffer is another name of a kept one: an output or a gradient that is also published."""
    return any(b.offset == buffer.offset and b.bytes == buffer.bytes for b in plan.buffers if b.space != "scratch")


def _program(plan: Plan, name: str, program: Program) -> Iterator[tuple[str, str]]:
    for i, call in enumerate(program.calls):
        yield from ((f"programs.{name}.calls.{i}", wrong) for wrong in _call(plan, call))
    for i, published in enumerate(program.published):
        buffer = _at(plan, published.buffer)
        count = -1 if buffer is None else math.prod(e.factor for e in buffer.shape)
        if buffer is None or buffer.space != "published" or count != published.count:
            yield f"programs.{name}.published.{i}", "is no published buffer of its count"
    for i, guard in enumerate(program.guards):
        buffer = _at(plan, guard)
        if buffer is None or buffer.shape or buffer.dtype != "float32":
            yield f"programs.{name}.guards.{i}", "is not one float32"


def _call(plan: Plan, call: Call) -> Iterator[str]:
    if not 0 <= call.kernel < len(plan.kernels):
        yield f"kernel {call.kernel} of {len(plan.kernels)}"
        return
    operands = [_at(plan, operand) for operand in call.operands]
    for position, buffer in enumerate(operands):
        if buffer is None:
            yield f"operand {position} is buffer {call.operands[position]} of {len(plan.buffers)}"
    for position in call.writes:
        if not 0 <= position < len(operands):
            yield f"writes operand {position} of {len(operands)}"
        elif (buffer := operands[position]) is not None and buffer.space not in WRITABLE:
            yield f"writes {buffer.name}, which is {buffer.space}"
    for size in call.sizes:
        if not 0 <= size.factor <= LARGEST_FACTOR or any(n not in ("B", "N") for n in size.names):
            yield f"size {size} is negative, over {LARGEST_FACTOR} or of an unknown name"
    if not (math.isfinite(call.cost) and call.cost >= 0):
        yield f"a cost of {call.cost}"


def _named_places(plan: Plan) -> Iterator[tuple[str, str]]:
    """States, knobs, columns and outputs point at buffers of their kind."""
    wanted = [
        *((f"states.{s.name}", s.buffer, ("state",)) for s in plan.states),
        *((f"knobs.{k.name}", k.buffer, ("knob",)) for k in plan.knobs),
        *((f"columns.{c.name}", c.buffer, ("data",)) for c in plan.columns),
        *((f"outputs.{o.name}", o.buffer, ("scratch", "published", "state")) for o in plan.outputs),
    ]
    for place, index, spaces in wanted:
        buffer = _at(plan, index)
        if buffer is None or buffer.space not in spaces:
            yield place, f"buffer {index} is not one of {' or '.join(spaces)}"
    knobs = [plan.buffers[k.buffer].offset for k in plan.knobs if _at(plan, k.buffer)]
    if any(b - a != KNOB_BYTES for a, b in zip(knobs, knobs[1:], strict=False)):
        yield "knobs", "do not lie one after another"


def _at(plan: Plan, index: int) -> Buffer | None:
    return plan.buffers[index] if 0 <= index < len(plan.buffers) else None
