"""The picture of a compiled plan: a box a call of a kernel, in the order in which they run, with predicted times."""

from __future__ import annotations

from collections.abc import Iterator

from .diagram import Box, Family, Group, Link, Picture
from .diagram_words import time
from .pipeline import Compiled
from .plan import Buffer, Call, Extent, Plan
from .sweep import FLAT
from .types import ITEM_BYTES

FAMILIES: dict[str, Family] = {
    "matmul": "product", "rows": "rows", "columns": "pool", "total": "pool", "flat": "work", "numbers": "work",
    "nest": "shape",
}  # fmt: skip
MOST_LAYERS = 3
"""How many layers a kernel's box names."""


def kernels(compiled: Compiled, mode: str) -> Picture:
    """What runs in a step of `train`, or once in `evaluate` or `predict`; nothing folded.

    A link is a buffer that one call writes and a later one reads. Data columns are boxes; weights are told of in
    the calls that move them.
    """
    plan = compiled.plan
    programs = ("gradients", "update") if mode == "train" else (mode,)
    written = _Written(plan)
    links: list[Link] = []
    groups = []
    for name in programs:
        boxes = []
        for number, call in enumerate(plan.programs[name].calls):
            boxes.append(_box(f"{name} {number}", call, plan, written.moved(call)))
            links += written.call(f"{name} {number}", call)
        groups.append(Group(f"program {name}", name, tuple(boxes)))
    used = {link.source for link in links}
    inputs = [box for box in written.columns.values() if box.id in used]
    calls = [call for name in programs for call in plan.programs[name].calls]
    facts = (
        f"{len(calls)} calls of {len({call.kernel for call in calls})} kernels",
        f"{time(sum(call.cost for call in calls))} predicted on one thread, {plan.sizes['B']} examples",
    )
    full = [group for group in groups if group.items]
    items = full if len(full) > 1 else [item for group in full for item in group.items]
    return Picture(compiled.experiment.name, (*inputs, *items), tuple(dict.fromkeys(links)), facts)


class _Written:
    """Who wrote last what lies in the arena. Places are used again: writing a buffer ends what lay there before."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._by: dict[int, str] = {}
        self.columns = {
            column.buffer: Box(f"column {column.name}", column.name, "data", "data",
                               shape=_shape(plan.buffers[column.buffer])) for column in plan.columns
        }  # fmt: skip

    def call(self, box_id: str, call: Call) -> Iterator[Link]:
        """The links to a call; what it writes is then its own."""
        covered = [self._covered(call, operand) for operand in call.operands]
        for buffer in dict.fromkeys(buffer for operand in covered for buffer in operand):
            source = self.columns[buffer].id if buffer in self.columns else self._by.get(buffer)
            if source is not None:
                yield Link(source, box_id, _shape(self._plan.buffers[buffer]))
        for position in call.writes:
            for buffer in covered[position]:
                self._by = {other: by for other, by in self._by.items() if not self._overlap(buffer, other)}
                self._by[buffer] = box_id

    def moved(self, call: Call) -> list[str]:
        """The states a call writes, by name."""
        found = dict.fromkeys(b for position in call.writes for b in self._covered(call, call.operands[position]))
        return [self._plan.buffers[b].name.partition("/")[2] for b in found if self._plan.buffers[b].space == "state"]

    def _covered(self, call: Call, operand: int) -> list[int]:
        """The buffers an operand reaches over: a flat kernel may go on into the neighbours."""
        first = self._plan.buffers[operand]
        flat = self._plan.kernels[call.kernel].recipe.get("form") == FLAT
        if not flat or not first.shape or len(call.sizes) != 1 or call.sizes[0].names:
            return [operand]
        end = first.offset + call.sizes[0].factor * ITEM_BYTES[first.dtype]
        # other buffers may lie at the same place at another time; of those, only one that is written now counts
        return [
            operand,
            *(
                number
                for number, buffer in enumerate(self._plan.buffers)
                if buffer.space == first.space and first.offset < buffer.offset < end
                and (number in self._by or buffer.space == "state")
            ),
        ]  # fmt: skip

    def _overlap(self, one: int, other: int) -> bool:
        a, b, sizes = self._plan.buffers[one], self._plan.buffers[other], self._plan.sizes
        if a.space != b.space or a.space == "data":
            return one == other
        return a.offset < b.offset + b.bytes.at(sizes) and b.offset < a.offset + a.bytes.at(sizes)


def _box(box_id: str, call: Call, plan: Plan, states: list[str]) -> Box:
    template, _, ops = plan.kernels[call.kernel].name.partition(": ")
    paths = list(dict.fromkeys(origin.path for origin in call.origins))
    told = ", ".join(paths[:MOST_LAYERS]) + (
        f" and {len(paths) - MOST_LAYERS} more" if len(paths) > MOST_LAYERS else ""
    )
    given = [plan.buffers[call.operands[position]] for position in call.writes]
    changes = f"moves {len(states)} states" if len(states) > 1 else f"moves {states[0]}" if states else ""
    return Box(box_id, template, ops or template, FAMILIES.get(template, "work"), detail=told, note=changes,
               shape=_shape(given[0]) if given else "", cost=call.cost,
               line=call.origins[0].line if call.origins else 0)  # fmt: skip


def _shape(buffer: Buffer) -> str:
    return "×".join(map(_extent, buffer.shape)) or "1"


def _extent(extent: Extent) -> str:
    names = " ".join(extent.names)
    return f"{extent.factor}{names}" if extent.factor != 1 or not names else names
