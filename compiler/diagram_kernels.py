"""The picture of a compiled plan: a box a call of a kernel, in the order in which they run, with predicted times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from .diagram import Box, Family, Group, Item, Link, Picture, Role, named_within
from .diagram_words import time
from .graph import Graph
from .pipeline import Compiled
from .plan import Buffer, Call, Extent, Plan
from .sweep import FLAT
from .types import ITEM_BYTES

FAMILIES: dict[str, Family] = {
    "matmul": "product", "rows": "rows", "columns": "pool", "total": "pool", "flat": "work", "numbers": "work",
    "nest": "shape", "products": "product",
}  # fmt: skip
OPTIMIZER = "train.optimizer"
MOST_LAYERS = 3
"""How many layers a kernel's box names."""


def kernels(compiled: Compiled, mode: str) -> Picture:
    """What runs in a step of `train`, or once in `evaluate` or `predict`; nothing folded.

    A link is a buffer that one call writes and a later one reads. Data columns are boxes; weights are told of in
    the calls that move them. Frames are the ways forward and back and the update, and within them the layers that the
    calls are of, by the block they are in: as many in a row as run one after the other, so calls stay in order.
    """
    plan = compiled.plan
    programs = ("gradients", "update") if mode == "train" else (mode,)
    written = _Written(plan)
    links: list[Link] = []
    rows: list[tuple[Box, tuple[str, ...]]] = []
    losses = set[str]()
    for name in programs:
        for number, call in enumerate(plan.programs[name].calls):
            box = _box(f"{name} {number}", call, plan, written.moved(call))
            # what comes after the first step back has the way back behind it, whatever it is for
            turned = call.work.phase == "forward" and rows and rows[-1][1][0] == "backward"
            phase = "backward" if turned else call.work.phase
            rows.append((box, (phase, *_around(call, compiled.experiment.graph))))
            links += written.call(box.id, call)
            losses |= {box.id} if any(path.startswith("train.loss.") for path in owners(call)) else set()
    around = {box.id: path for box, path in rows}
    used = {link.source for link in links}
    inputs = [box for box in written.columns.values() if box.id in used]
    calls = [call for name in programs for call in plan.programs[name].calls]
    facts = (
        f"{len(calls)} calls of {len({call.kernel for call in calls})} kernels",
        f"{time(sum(call.cost for call in calls))} predicted on one thread, {plan.sizes['B']} examples",
    )
    kinds = {node.id: node.op for node in compiled.experiment.graph} | dict(compiled.experiment.parts)
    items = _in_frames(rows, 0, kinds)
    if mode != "train":
        items = tuple(inner for item in items for inner in (item.items if isinstance(item, Group) else (item,)))
    found = (replace(link, role=_role(link, around, losses)) for link in dict.fromkeys(links))
    return Picture(compiled.experiment.name, (*inputs, *named_within(items)), tuple(found), facts, unit="kernels")


def _role(link: Link, around: Mapping[str, tuple[str, ...]], losses: set[str]) -> Role:
    """A tensor of the way forward, or of the data, that a later one reads is kept for it; but the loss begins the way
    back."""
    phase, *_ = around.get(link.source, ("forward",))
    kept = phase == "forward" and around[link.target][0] != "forward"
    return "kept" if kept and link.source not in losses else "data"


def _around(call: Call, graph: Graph) -> tuple[str, ...]:
    """The paths of the blocks round the layer that most of a call is of, and of the layer itself."""
    paths = owners(call)
    path = next((path for path in paths if path in graph.nodes), paths[0] if paths else "")
    if OPTIMIZER in paths and call.work.phase != "update":
        # the length of the whole gradient, summed up layer by layer
        path = OPTIMIZER
    if path not in graph.nodes:
        return (path,) if path else ()
    parts = path.split(".")
    return tuple(".".join(parts[:end]) for end in range(1, len(parts) + 1))


def owners(call: Call) -> list[str]:
    """The paths of the layers that asked for a call, first the one most of its work is of."""
    weights = call.work.weights or (0.0,) * len(call.origins)
    parts: dict[str, float] = {}
    for origin, weight in zip(call.origins, weights, strict=True):
        parts[origin.path] = parts.get(origin.path, 0.0) + weight
    return sorted(parts, key=lambda path: -parts[path])


def _in_frames(rows: Sequence[tuple[Box, tuple[str, ...]]], depth: int, kinds: Mapping[str, str]) -> tuple[Item, ...]:
    """Calls in frames, each round calls that follow each other; one call alone has none below the outermost."""
    found: list[Item] = []
    for path, run in groupby(rows, key=lambda row: row[1][depth] if len(row[1]) > depth else ""):
        members = list(run)
        if not path:
            found += [box for box, _ in members]
            continue
        items = _in_frames(members, depth + 1, kinds)
        if len(items) == 1 and depth:
            found += items
        else:
            first = members[0][0].id
            aside = path.startswith("train.") or path == "update"
            found.append(Group(f"{first} {path}", path, items, kind=kinds.get(path, ""),
                               up=not depth and path != "forward", aside=aside))  # fmt: skip
    return tuple(found)


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
    paths = owners(call)
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
