"""One step of a network in numbers: what goes into each layer, what it gives out, and what comes back.

worked = work_through(loaded, examples=2)
worked.layers[3].output          # one row an example
worked.layers[3].output_gradient # d loss / d output

The interpreter computes in float64, with dropout off, and with the first weights unless others are given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from ..compiler.experiment import Experiment, LayerWeight, Term, activation_of, options_of, weights_of
from ..compiler.graph import Graph, Node
from ..compiler.interpret import interpret_all, leaf_name
from ..compiler.passes.gradient import Gradient
from ..dsl.data_schema import DataSchema
from ..dsl.diagnostics import NetloomError
from ..dsl.kinds.tables import find_layer, lookup
from . import start
from .data.dataset import Dataset
from .data.standin import random_like
from .measure import first_of, knob_of

Array = npt.NDArray[Any]
MOST_WORK = 3_000_000_000
"""Multiply-adds of the way forward that the interpreter is asked for at most: some seconds."""
STAND_IN_ROWS = 16
HIDDEN = ("number", "mode")
"""Nodes of the network's graph that are no layers."""


class TooLarge(NetloomError):  # noqa: N818  says what it is
    """The network is too large to be worked through number by number."""


@dataclass(frozen=True, slots=True)
class Named:
    """An array with a name: `image`, `dense1.weights`; and d loss by it, where there is one."""

    name: str
    value: Array
    gradient: Array | None = None


@dataclass(frozen=True, slots=True)
class WorkedLayer:
    """One layer. Arrays begin with the axis of examples, those of `weights` do not. `before`: what its activation is
    taken of, where it has one; `options`: those of the file, with its defaults; `statistics`: what is kept of the
    examples seen while training (a running mean), where this step reads it."""

    id: str
    kind: str
    line: int
    help: str
    formula: str
    activation: str
    options: Mapping[str, object]
    inputs: tuple[Named, ...]
    weights: tuple[Named, ...]
    before: Named | None
    output: Named
    statistics: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class WorkedLoss:
    """One part of the loss: its kind, what it reads, and what it comes to; `value` is the whole loss."""

    name: str
    kind: str
    formula: str
    line: int
    reads: tuple[Named, ...]
    value: float


@dataclass(frozen=True, slots=True)
class Worked:
    """The step. `examples`: how many go through it together, those from `first` on of the `rows` of a `part` of the
    data; `made_up`: the data was not at hand, and is random."""

    layers: tuple[WorkedLayer, ...]
    losses: tuple[WorkedLoss, ...]
    examples: int
    made_up: bool
    part: str
    first: int
    rows: int


def weight_shapes(loaded: start.Loaded) -> dict[str, tuple[int, ...]]:
    """The shape of each weight of a network, by its name."""
    return {weight.name: tuple(weight.shape) for node in loaded.experiment.graph for weight in weights_of(node)}


def work_through(
    loaded: start.Loaded, examples: int = 1, first: int = 0, states: Mapping[str, Array] | None = None
) -> Worked:
    """Take `examples` of the part that trains, from the `first` on, through the network and back.

    `states`: weights to take, by name, such as those of a run. Raises TooLarge.
    """
    experiment = loaded.experiment
    work = examples * sum(int(cast(int, node.attributes.get("multiply_adds", 0))) for node in experiment.graph)
    if work > MOST_WORK:
        raise TooLarge(
            f"{work:,} multiply-adds are too many to be worked through here one by one: at most {MOST_WORK:,}"
        )
    graph, names = _graph(experiment, loaded)
    data, made_up = _data(loaded, graph)
    part, begin, rows = _rows(data, examples, first)
    values = _values(graph, data, rows, experiment.seed, states or {})
    every = interpret_all(graph, values, {"B": len(rows), "N": len(rows)}, "float64")
    seen = _Seen(graph, names, every)
    layers = [_layer(seen, node) for node in experiment.graph if node.op not in HIDDEN and node.id in names]
    losses = [_loss(seen, term, loaded) for term in experiment.terms]
    return Worked(tuple(layers), tuple(losses), len(rows), made_up, part, begin, len(data.parts[part]))


@dataclass(frozen=True, slots=True)
class _Seen:
    """The graph, the node of each layer's output, and every node's value."""

    graph: Graph
    names: Mapping[str, str]
    every: Mapping[str, Array]

    def output(self, name: str) -> Array | None:
        node_id = self.graph.outputs.get(name)
        return None if node_id is None else np.asarray(self.every[node_id])

    def of_layer(self, name: str) -> Named:
        return self.of_node(name, self.names[name])

    def of_node(self, name: str, node_id: str) -> Named:
        return Named(name, np.asarray(self.every[node_id]), self.output(f"cotangent/{node_id}"))


def _graph(experiment: Experiment, loaded: start.Loaded) -> tuple[Graph, dict[str, str]]:
    """The ops of a step with what comes back to each layer, and the node that each layer's result is."""
    taps = [node.id for node in experiment.graph]
    graph = start.expanded(loaded, "train" if experiment.trains else "predict", taps)
    names = {name: graph.outputs[f"out/{name}"] for name in taps if f"out/{name}" in graph.outputs}
    if experiment.trains:
        before = [found for node_id in names.values() if (found := _before(graph, node_id)) is not None]
        floats = [node_id for node_id in (*names.values(), *before) if graph[node_id].type.dtype.startswith("float")]
        graph = Gradient(also=tuple(dict.fromkeys(floats)))(graph)
    return graph, names


def _before(graph: Graph, node_id: str) -> str | None:
    """What the activation of a layer is taken of: the input of its last node (but for one that only gives it its
    shape), where that is of the same layer."""
    node = graph[node_id]
    if node.op == "reshape" and graph[node.inputs[0]].origins[:1] == node.origins[:1]:
        node = graph[node.inputs[0]]
    if len(node.inputs) != 1 or node.op in ("reshape", "take", "cast"):
        return None
    source = graph[node.inputs[0]]
    return source.id if source.origins[:1] == node.origins[:1] and source.type == node.type else None


def _data(loaded: start.Loaded, graph: Graph) -> tuple[Dataset, bool]:
    """The file's data; where it is not at hand, random numbers of its shapes."""
    if loaded.spec.data is not None:
        try:
            return start.dataset(loaded), False
        except NetloomError:
            return random_like(loaded.schema, {"train": STAND_IN_ROWS}), True
    columns = {
        str(node.attr("name")): np.random.default_rng(0).standard_normal(
            (STAND_IN_ROWS, *(int(size) for size in node.type.shape[1:] if isinstance(size, int)))
        )
        for node in graph
        if node.op == "column"
    }
    parts = {"train": np.arange(STAND_IN_ROWS, dtype=np.int64)}
    return Dataset(DataSchema({}, {"train": STAND_IN_ROWS}), columns, parts), True


def _rows(data: Dataset, examples: int, first: int) -> tuple[str, int, npt.NDArray[np.int64]]:
    """The part that trains, where in it the examples begin, and their rows in the data."""
    name = "train" if "train" in data.parts else next(iter(data.parts))
    part = data.parts[name]
    begin = max(0, min(first, len(part) - examples))
    return name, begin, np.asarray(part[begin : begin + examples], np.int64)


def _values(
    graph: Graph, data: Dataset, rows: npt.NDArray[np.int64], seed: int, states: Mapping[str, Array]
) -> dict[str, Any]:
    """What the leaves of the graph are. Only the rows that are read are copied out of the columns."""
    found: dict[str, Any] = {"rows": np.arange(len(rows), dtype=np.int64), "clock": np.int64(0)}
    for node in graph:
        name = str(node.attr("name")) if node.op in ("column", "state", "knob") else ""
        if node.op == "column":
            found[leaf_name(node)] = np.asarray(data.columns[name])[rows]
        elif node.op == "state":
            found[leaf_name(node)] = states[name] if name in states else first_of(node, data, seed)
        elif node.op == "knob":
            found[leaf_name(node)] = knob_of(node)
    return found


def _layer(seen: _Seen, node: Node) -> WorkedLayer:
    kind = find_layer(node.op)
    node_id = seen.names[node.id]
    before = _before(seen.graph, node_id)
    return WorkedLayer(
        id=node.id,
        kind="data" if node.op == "field" else node.op,
        line=node.origins[0].line,
        help="A column of the data, prepared as the file says." if node.op == "field" else kind.help if kind else "",
        formula=str(node.attr("formula")) if node.op == "formula" else kind.formula if kind else "",
        activation=activation_of(node) or "",
        options={} if node.op in ("field", "formula") else options_of(node),
        inputs=tuple(seen.of_layer(name) for name in node.inputs if name in seen.names),
        weights=tuple(_weight(seen, weight) for weight in weights_of(node)),
        before=None
        if before is None
        else _like(seen.of_node(f"{node.id} before {activation_of(node)}", before), seen.every[node_id].shape),
        output=seen.of_layer(node.id),
        statistics=_statistics(seen, node),
    )


def _statistics(seen: _Seen, node: Node) -> tuple[Named, ...]:
    """What a layer keeps of the examples it has seen; empty where the step reads the batch itself in its place."""
    if any(name.startswith(f"next/{node.id}.") for name in seen.graph.outputs):
        return ()
    states = [n for n in seen.graph if n.op == "state" and n.attr("role") == "statistic"]
    names = {str(n.attr("name")): n.id for n in states}
    return tuple(
        Named(name, np.asarray(seen.every[at])) for name, at in names.items() if name.startswith(f"{node.id}.")
    )


def _like(named: Named, shape: tuple[int, ...]) -> Named:
    """The same numbers in the layer's own shape."""
    gradient = None if named.gradient is None else named.gradient.reshape(shape)
    return Named(named.name, named.value.reshape(shape), gradient)


def _weight(seen: _Seen, weight: LayerWeight) -> Named:
    state = next(n for n in seen.graph if n.op == "state" and n.attr("name") == weight.name)
    return Named(weight.name, np.asarray(seen.every[state.id]), seen.output(f"gradient/{weight.name}"))


def _loss(seen: _Seen, term: Term, loaded: start.Loaded) -> WorkedLoss:
    kind = lookup("loss", term.kind)
    value = seen.output("loss")
    return WorkedLoss(
        name=term.name,
        kind=term.kind,
        formula=kind.formula if kind else "",
        line=term.origin.line,
        reads=tuple(seen.of_layer(node_id) for node_id in term.tensors.values() if node_id in seen.names),
        value=float(value) if value is not None else 0.0,
    )
