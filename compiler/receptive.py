"""Receptive fields: how much of the picture one place of a layer sees, and how far apart what neighbours see lies.

A place i of a layer sees the points low to high of the picture along each axis. Both ends move alike from place to
place: by `jump` points, where windows stride and enlarging shares them out (a jump below 1). The field is that of the
arithmetic alone: it may be larger than the picture, whose border cuts it.

Source: Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural networks", Distill.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import cast

from ..dsl.formula import Binary, Call, Formula, Unary
from ..dsl.formula import Node as Part
from ..dsl.kinds.tables import lookup
from ..dsl.kinds.windows import CONVOLUTIONS, edges, steps_of
from .experiment import Experiment, options_of
from .formula_ops import COMPOSED, CURVES, ELEMENTWISE
from .graph import Graph, Node

WINDOWS = {**dict.fromkeys(CONVOLUTIONS.values(), "kernel"), "max_pool": "size", "avg_pool": "size"}
"""The kinds that move a window over a signal, a picture or a volume, and their word for its size."""
WHOLE_KINDS = frozenset({"flatten", "global_avg_pool", "global_max_pool"})
POINTWISE = frozenset({"dense", "dropout", "batch_norm", "layer_norm", "split", "linear", "unit_length"})
"""Each place is made of the same place of what is read. A batch norm's own numbers are taken as given."""
JOINERS = frozenset({"add", "multiply", "maximum", "average", "concat", "mode"})
MOST_PHASES = 4096
"""Of an enlarged picture, how many neighbours may each see a part of their own."""


@dataclass(frozen=True, slots=True)
class Along:
    """One axis: place k * len(ends) + r sees the points ends[r][0] + k * step to ends[r][1] + k * step."""

    ends: tuple[tuple[int, int], ...] = ((0, 0),)
    step: int = 1

    @property
    def jump(self) -> Fraction:
        """How many points of the picture lie between what two neighbours see, on average."""
        return Fraction(self.step, len(self.ends))

    @property
    def size(self) -> int:
        """The most points that one place sees, from the first to the last of them."""
        return max(high - low + 1 for low, high in self.ends)

    def seen(self, place: int) -> tuple[int, int]:
        """The first and the last point that a place sees; below 0 and past the end they lie outside the picture."""
        turn, phase = divmod(place, len(self.ends))
        low, high = self.ends[phase]
        return low + turn * self.step, high + turn * self.step

    def through_windows(self, size: int, stride: int, before: int, dilation: int) -> Along:
        """What windows of `size` see of a layer that sees this, `before` places of padding in front of it."""
        phases = len(self.ends) // math.gcd(len(self.ends), stride)
        firsts = [place * stride - before for place in range(phases)]
        ends = tuple((self.seen(at)[0], self.seen(at + dilation * (size - 1))[1]) for at in firsts)
        return Along(ends, self.step * stride * phases // len(self.ends))

    def enlarged(self, scale: int) -> Along | None:
        """The same, every place standing for `scale` of them; None where that is too much to follow."""
        if scale * len(self.ends) > MOST_PHASES:
            return None
        return Along(tuple(ends for ends in self.ends for _ in range(scale)), self.step)

    def joined(self, other: Along) -> Along | None:
        """What is seen through either of two layers that are joined place by place; None where they drift apart."""
        phases = math.lcm(len(self.ends), len(other.ends))
        if self.jump != other.jump or phases > MOST_PHASES:
            return None
        both = [(self.seen(place), other.seen(place)) for place in range(phases)]
        ends = tuple((min(a[0], b[0]), max(a[1], b[1])) for a, b in both)
        return Along(ends, self.step * phases // len(self.ends))


@dataclass(frozen=True, slots=True)
class Field:
    """What one place of a layer sees of the picture (signal, volume) `of` along each axis, or all of it (None)."""

    of: str
    axes: tuple[Along, ...] | None

    @property
    def size(self) -> tuple[int, ...] | None:
        return None if self.axes is None else tuple(along.size for along in self.axes)

    @property
    def jump(self) -> tuple[Fraction, ...] | None:
        return None if self.axes is None else tuple(along.jump for along in self.axes)


Fields = Mapping[str, Field]
"""A field for each picture that a layer sees anything of."""


def receptive_fields(experiment: Experiment) -> dict[str, Field | None]:
    """The field of every layer; of a layer that sees several pictures, the largest; None where it has no meaning."""
    graph = experiment.graph
    found: dict[str, Fields | None] = {}
    for node in graph:
        found[node.id] = _fields(node, graph, [found[source] for source in node.inputs])
    return {node_id: _largest(fields) for node_id, fields in found.items()}


def _largest(fields: Fields | None) -> Field | None:
    if not fields:
        return None
    return max(fields.values(), key=lambda field: math.inf if field.size is None else math.prod(field.size))


def _fields(node: Node, graph: Graph, read: list[Fields | None]) -> Fields | None:
    """The fields of a node from those of what it reads: {} where nothing is seen, None where it is not known."""
    if node.op == "field":
        axes = node.type.rank - 2
        return {node.id: Field(node.id, (Along(),) * axes)} if axes in CONVOLUTIONS else {}
    known = {source: fields for source, fields in zip(node.inputs, read, strict=True) if fields}
    if any(fields is None for fields in read):
        return None
    if node.op in WHOLE_KINDS or not any(map(_has_places, known.values())):
        return {of: Field(of, None) for fields in known.values() for of in fields}
    if node.op in WINDOWS:
        return _each(known[node.inputs[0]], _windows(node, graph[node.inputs[0]]))
    if node.op == "resize":
        return _resized(node, graph[node.inputs[0]], known[node.inputs[0]])
    placed = [graph[source] for source, fields in known.items() if _has_places(fields)]
    if _place_by_place(node) and all(source.type.shape[1:-1] == node.type.shape[1:-1] for source in placed):
        return _joined(list(known.values()))
    return None


def _has_places(fields: Fields) -> bool:
    return any(field.axes is not None for field in fields.values())


def _place_by_place(node: Node) -> bool:
    """Whether every place of a picture is made of the same place of the pictures it reads."""
    if node.type.rank - 2 not in CONVOLUTIONS:
        return False
    if node.op == "formula":
        return _elementwise(cast(Formula, node.attr("formula")).tree)
    return node.op in POINTWISE or node.op in JOINERS or lookup("activation", node.op) is not None


def _elementwise(tree: Part) -> bool:
    match tree:
        case Unary(operand=operand):
            return _elementwise(operand)
        case Binary(operator=operator, left=left, right=right):
            return operator != "@" and _elementwise(left) and _elementwise(right)
        case Call(function=function, arguments=arguments, over=None):
            several = function in ELEMENTWISE and len(arguments) > 1
            return (several or function in CURVES or function in COMPOSED) and all(map(_elementwise, arguments))
        case Call():
            return False
    return True


Moved = tuple[Along | None, ...]


def _windows(node: Node, source: Node) -> Callable[[tuple[Along, ...]], Moved]:
    options, word = options_of(node), WINDOWS[node.op]
    sizes = cast(tuple[int, ...], source.type.shape[1:-1])
    steps, before = steps_of(options, word, len(sizes)), (first for first, _ in edges(options, word, sizes))
    windows = [*zip(*steps, before, strict=True)]

    def moved(axes: tuple[Along, ...]) -> Moved:
        return tuple(
            along.through_windows(size, stride, first, dilation)
            for along, (size, stride, dilation, first) in zip(axes, windows, strict=True)
        )

    return moved


def _resized(node: Node, source: Node, fields: Fields) -> Fields | None:
    """Every place a square of equals; other factors, and what lies between points, are not followed."""
    sizes = (cast(tuple[int, int], one.type.shape[1:3]) for one in (node, source))
    (down, rest), (across, other) = (divmod(new, old) for new, old in zip(*sizes, strict=True))
    if rest or other or options_of(node)["by"] != "nearest":
        return None
    return _each(fields, lambda axes: (axes[0].enlarged(down), axes[1].enlarged(across)))


def _each(fields: Fields, move: Callable[[tuple[Along, ...]], Moved]) -> Fields | None:
    """Every field moved on; None where one of them gets out of hand."""
    found: dict[str, Field] = {}
    for of, field in fields.items():
        moved = None if field.axes is None else _all(move(field.axes))
        if field.axes is not None and moved is None:
            return None
        found[of] = Field(of, moved)
    return found


def _joined(all_fields: list[Fields]) -> Fields | None:
    """What is seen through any of several layers joined place by place."""
    found = dict(all_fields[0])
    for of, field in (pair for fields in all_fields[1:] for pair in fields.items()):
        before = found.get(of, field)
        if before.axes is None or field.axes is None:
            found[of] = Field(of, None)
            continue
        both = _all(a.joined(b) for a, b in zip(before.axes, field.axes, strict=True))
        if both is None:
            return None
        found[of] = Field(of, both)
    return found


def _all(axes: Iterable[Along | None]) -> tuple[Along, ...] | None:
    """Every axis, or None where one of them is not known."""
    known = list[Along]()
    for along in axes:
        if along is None:
            return None
        known.append(along)
    return tuple(known)
