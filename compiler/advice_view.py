"""What the warnings look at: a file, its network and its data, and where each layer is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from ..dsl.data_schema import Column, DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.kinds.tables import lookup
from ..dsl.places import Place
from ..dsl.spec import Body, Entry, Spec
from .build_weights import THROUGH
from .experiment import Experiment, activation_of, options_of, weights_of
from .graph import Node

RESHAPING = THROUGH - {"dropout"}
"""Layers that hand on their input's numbers as they are."""
NORMS = frozenset({"batch_norm", "layer_norm", "group_norm", "instance_norm", "rms_norm"})
"""Layers that bring numbers to mean 0 or deviation 1, whatever they were."""
SCORES = ("logits", "prediction", "probabilities")
"""How losses call what they compare with the target."""


def bodies(spec: Spec) -> Iterator[Body]:
    """Every body of a file: the main one, those of networks, those of blocks."""
    yield spec.network
    yield from (network.body for network in spec.networks.values() if network.body is not None)
    yield from (block.body for block in spec.blocks.values())


def entries_of(body: Body) -> Iterator[Entry]:
    """The entries of a body, those of graph lines too; not what stands inside them."""
    yield from body.layers or ()
    for line in body.graph or ():
        if isinstance(line.what, Entry):
            yield line.what
        elif isinstance(line.what, tuple):
            yield from line.what


def within(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries, and those in their branches and chains."""
    for entry in entries:
        yield entry
        for branch in (entry.branches or {}).values():
            yield from within(branch)


@dataclass(frozen=True)
class View:
    """A file that is right, with the network that was built of it."""

    experiment: Experiment
    schema: DataSchema
    spec: Spec
    diagnostics: Diagnostics

    def warn(self, code: str, place: Place, message: str, suggestion: str) -> None:
        """Record a warning, once at a place: a repeated layer, or one of a block, is one line."""
        if not any(known.code == code and known.place == place for known in self.diagnostics.items):
            self.diagnostics.warn(code, place, message, suggestion)

    # places

    @cached_property
    def entries(self) -> Mapping[Place, Entry]:
        """Every entry of a body that is written as one, by its place."""
        return {entry.place: entry for body in bodies(self.spec) for entry in within(entries_of(body))}

    def at(self, node: Node) -> Place:
        """Where a layer is asked for."""
        place = self.experiment.places.get(node.id)
        return place or Place(self.spec.file, node.origins[0].line, 1)

    def written(self, node: Node, option: str) -> Place | None:
        """Where an option of a layer is written; None where it is left out, or stands as the main option."""
        entry = self.entries.get(self.at(node))
        return None if entry is None else entry.option_places.get(option)

    def option(self, node: Node, option: str) -> Place:
        """Where an option of a layer is written, or else the layer."""
        return self.written(node, option) or self.at(node)

    # the network

    def users(self, node: Node) -> tuple[Node, ...]:
        """The layers that read it."""
        return tuple(self.experiment.graph[name] for name in self.experiment.graph.users[node.id])

    def behind(self, node: Node, through: frozenset[str]) -> Node:
        """The node itself, or the first one before it that is not of the kinds looked through."""
        while node.op in through and node.inputs:
            node = self.experiment.graph[node.inputs[0]]
        return node

    @cached_property
    def holders(self) -> Mapping[str, int]:
        """How many layers hold each weight."""
        return Counter(weight.name for node in self.experiment.graph for weight in weights_of(node))

    @cached_property
    def roots(self) -> frozenset[str]:
        """The nodes that are asked for: outputs, and what losses and metrics compare."""
        found = set(self.experiment.outputs.values())
        for term in self.experiment.terms:
            found |= {*term.tensors.values(), *([term.where] if term.where else [])}
        for metric in self.experiment.metrics:
            found |= {metric.prediction, metric.target, *([metric.where] if metric.where else [])}
        return frozenset(found & self.experiment.graph.nodes.keys())

    @cached_property
    def asked(self) -> frozenset[str]:
        """The roots and all that they hang on."""
        seen, waiting = set[str](), list(self.roots)
        while waiting:
            if (name := waiting.pop()) not in seen:
                seen.add(name)
                waiting += self.experiment.graph[name].inputs
        return frozenset(seen)


def column_of(node: Node) -> Column | None:
    """The data column that a node is; None for a layer."""
    found = node.attributes.get("column")
    return found if isinstance(found, Column) else None


def is_curve(node: Node) -> bool:
    """Whether a node is an activation written as a layer of its own."""
    return lookup("activation", node.op) is not None


def trains(node: Node) -> bool:
    """Whether a layer has weights that training moves."""
    return any(weight.trainable for weight in weights_of(node))


def same_curve(left: Node, right: Node) -> bool:
    """Whether two nodes end in one activation, with the same options."""
    return activation_of(left) == activation_of(right) and _curve_options(left) == _curve_options(right)


def _curve_options(node: Node) -> object:
    if is_curve(node):
        return tuple(sorted(options_of(node).items(), key=lambda pair: pair[0]))
    chosen = options_of(node).get("activation")
    return tuple(sorted(chosen[1], key=lambda pair: pair[0])) if isinstance(chosen, tuple) else ()


def size_of(node: Node) -> tuple[int, ...]:
    """The sizes of one example."""
    return tuple(size for size in node.type.shape[1:] if isinstance(size, int))
