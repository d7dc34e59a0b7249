"""The layers of a network as the rows of a table: sizes, costs, memory, what they see; one by one or by block."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from .cost import costs
from .experiment import Experiment, weights_of
from .receptive import Field, receptive_fields

SCREEN = 40
"""How many rows are read at a glance."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """One layer, or what a block of `layers` of them comes to. Bytes are of one example.

    A block's `shape` and `field` are those of its last layer; `times`: how many equal blocks in a row it stands for,
    up to the one called `last`. Their costs are added up.
    """

    name: str
    kind: str
    activation: str | None
    reads: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int
    trainable: int
    multiply_adds: int
    activation_bytes: int
    gradient_bytes: int
    field: Field | None
    line: int
    layers: int = 1
    times: int = 1
    last: str = ""

    @property
    def bytes(self) -> int:
        return self.activation_bytes + self.gradient_bytes


def layer_rows(experiment: Experiment) -> tuple[LayerRow, ...]:
    """Every layer and data column, in the order in which they are computed.

    A layer's memory is its output, and in training the gradient of the loss with respect to it, which is as large:
    there is one where the loss depends on the layer and the layer on a weight that is trained.
    """
    fields, moved = receptive_fields(experiment), with_gradient(experiment)
    return tuple(
        LayerRow(
            name=row.name, kind=row.kind, activation=row.activation, reads=row.reads, shape=row.shape,
            parameters=row.parameters, trainable=row.trainable, multiply_adds=row.multiply_adds,
            activation_bytes=row.bytes, gradient_bytes=row.bytes if row.name in moved else 0,
            field=fields[row.name], line=row.line,
        )
        for row in costs(experiment)
    )  # fmt: skip


def with_gradient(experiment: Experiment) -> set[str]:
    """The layers through whose output a gradient goes to some weight."""
    graph = experiment.graph
    learns: set[str] = set()
    for node in graph:
        if any(source in learns for source in node.inputs) or any(w.trainable for w in weights_of(node)):
            learns.add(node.id)
    waiting = [tensor for term in experiment.terms for tensor in term.tensors.values()]
    judged: set[str] = set()
    while waiting:
        node_id = waiting.pop()
        if node_id not in judged:
            judged.add(node_id)
            waiting.extend(graph[node_id].inputs)
    return learns & judged


def parts(path: str) -> tuple[str, ...]:
    """A layer's path level by level: `stage.2.Bottleneck1.add1` is `stage.2`, `Bottleneck1`, `add1`."""
    found: list[str] = []
    for word in path.split("."):
        if found and word.isdigit():
            found[-1] += f".{word}"
        else:
            found.append(word)
    return tuple(found)


def deepest(rows: Iterable[LayerRow]) -> int:
    """How many levels the paths of the layers have."""
    return max((len(parts(row.name)) for row in rows), default=1)


def by_block(rows: Sequence[LayerRow], depth: int | None = None, most: int = SCREEN) -> tuple[LayerRow, ...]:
    """The rows with every block below `depth` levels as one, and equal blocks in a row as one.

    Without a depth: the deepest that makes at most so many rows, and closes at least the innermost blocks.
    """
    if depth is not None:
        return _repeated(_closed(rows, depth))
    levels = deepest(rows)
    for level in range(max(levels - 1, 1), 1, -1):
        folded = _repeated(_closed(rows, level))
        if len(folded) <= most:
            return folded
    return _repeated(_closed(rows, 1))


def _closed(rows: Sequence[LayerRow], depth: int) -> tuple[LayerRow, ...]:
    """A row for each block that lies at `depth`; its layers follow one another."""

    def around(row: LayerRow) -> tuple[str, ...]:
        return parts(row.name)[:depth]

    return tuple(_block(".".join(path), tuple(members)) for path, members in groupby(rows, around))


def _block(path: str, members: tuple[LayerRow, ...]) -> LayerRow:
    if len(members) == 1 and members[0].name == path:
        return members[0]
    own = {member.name for member in members}
    outside = tuple(dict.fromkeys(source for member in members for source in member.reads if source not in own))
    return _sum(replace(members[-1], name=path, kind="block", activation=None, reads=outside), members)


def _sum(row: LayerRow, members: Sequence[LayerRow]) -> LayerRow:
    return replace(
        row, line=min(member.line for member in members), layers=sum(m.layers for m in members),
        parameters=sum(m.parameters for m in members), trainable=sum(m.trainable for m in members),
        multiply_adds=sum(m.multiply_adds for m in members),
        activation_bytes=sum(m.activation_bytes for m in members),
        gradient_bytes=sum(m.gradient_bytes for m in members),
    )  # fmt: skip


def _repeated(rows: Iterable[LayerRow]) -> tuple[LayerRow, ...]:
    """Equal blocks in a row as one row, from the first to the last of them."""
    found: list[LayerRow] = []
    for _, group in groupby(rows, _looks):
        run = tuple(group)
        alike = len(run) > 1 and run[0].kind == "block"
        found += [replace(_sum(run[-1], run), name=run[0].name, reads=run[0].reads, times=len(run), last=run[-1].name)] if alike else run  # fmt: skip
    return tuple(found)


def _looks(row: LayerRow) -> tuple[object, ...]:
    """What makes two blocks equal; a name that counts them does not."""
    stem = ".".join(part.rstrip("0123456789.") for part in parts(row.name))
    return stem, row.kind, row.layers, row.shape, row.parameters, row.multiply_adds, row.bytes


def totals(rows: Iterable[LayerRow]) -> dict[str, int]:
    """The sums over all layers; bytes are of one example."""
    listed = tuple(rows)
    names = ("parameters", "trainable", "multiply_adds", "activation_bytes", "gradient_bytes")
    return {name: sum(getattr(row, name) for row in listed) for name in names}


def places_seen(row: LayerRow) -> str:
    """The receptive field in words: `5 × 5`, `all`; `-` where it has no meaning."""
    if row.field is None:
        return "-"
    if row.field.size is None:
        return "all"
    return " × ".join(map(str, row.field.size))


def steps_between(row: LayerRow) -> str:
    """How far apart what neighbours see lies: `4`, `2 × 1`, `1/2`; nothing where there are no places."""
    jump = None if row.field is None else row.field.jump
    if jump is None:
        return ""
    return " × ".join(map(str, jump if len(set(jump)) > 1 else jump[:1]))


def elements(row: LayerRow) -> int:
    """How many numbers a layer gives out for one example."""
    return math.prod(row.shape)
