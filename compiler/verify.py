"""Whether each pass keeps the meaning of a network, found by running both sides of it.

    findings = verify(graph, passes, {"B": 3, "N": 5})

Every pass is run, and the interpreter works out both graphs in float64 from the same random values. The first
pass whose outputs differ is to blame; its graph is then cut down to the smallest that still shows the mistake.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from .derived import definitions
from .graph import Graph, Node
from .interpret import interpret, interpret_all, leaf_name
from .kernel_view import ancestors, is_leaf
from .stages import Pass, StageError
from .types import evaluate

Array = npt.NDArray[Any]
TOLERANCE = 1e-7
"""Relative, in float64: passes may sum in another order, and constants are folded."""


@dataclass(frozen=True, slots=True)
class Blame:
    """A pass that changes what a network means: the output that shows it, by how much, and the smallest graph
    found on which the pass still goes wrong."""

    name: str
    output: str
    difference: float
    graph: Graph

    def __str__(self) -> str:
        return f"pass {self.name} changes {self.output} by {self.difference:.3g}:\n{self.graph.text()}"


def verify(graph: Graph, passes: Iterable[Pass], sizes: Mapping[str, int], seed: int = 0) -> tuple[Graph, Blame | None]:
    """The graph after all passes (up to the one to blame), and the blame, or None when all keep the meaning.

    `sizes` gives B and N; small numbers are enough. Values are drawn from `seed`.
    """
    for step in passes:
        values = random_values(graph, sizes, seed)
        try:
            after = step(graph)
        except StageError as error:
            raise StageError(f"pass {step.name}: {error}") from error
        if (found := _worst(graph, after, values, sizes)) is not None:
            small = _smallest(step, _only(graph, found[0]), sizes, seed)
            return after, Blame(step.name, *found, small)
        graph = after
    return graph, None


def random_values(graph: Graph, sizes: Mapping[str, int], seed: int) -> dict[str, Array]:
    """A value for each leaf: normal floats (positive for slots and statistics), small whole numbers, rows below N."""
    found = dict[str, Array]()
    for node in graph:
        if is_leaf(node) and node.op not in ("constant", "size"):
            # by name, so that the two sides of a pass are given the same
            draw = np.random.default_rng([seed, *leaf_name(node).encode()])
            found[leaf_name(node)] = _random(node, sizes, draw)
    return found


def _random(node: Node, sizes: Mapping[str, int], draw: np.random.Generator) -> Array:
    shape = tuple(evaluate(dim, sizes) for dim in node.type.shape)
    if node.op == "rows":
        return draw.integers(0, sizes["N"], shape)
    if node.type.dtype == "uint8":
        return draw.integers(0, 256, shape).astype(np.uint8)
    if node.type.dtype in ("int32", "int64"):
        return draw.integers(0, 2, shape).astype(node.type.dtype)
    values = draw.normal(size=shape)
    positive = node.op == "knob" or (node.op == "state" and node.attr("role") in ("slot", "statistic"))
    return np.abs(values) + 0.1 if positive else values


def _worst(
    before: Graph, after: Graph, values: Mapping[str, Array], sizes: Mapping[str, int]
) -> tuple[str, float] | None:
    """The output of both graphs that differs most beyond the tolerance, and by how much."""
    values = {**random_values(after, sizes, 0), **values}
    old, new = interpret(before, values, sizes), interpret(after, values, sizes)
    inner = {f"next/{node.attr('name')}" for node in before if node.id in definitions(before)}
    old = {name: value for name, value in old.items() if name not in inner}
    missing = next((name for name in old if name not in new), None)
    if missing is not None:
        return missing, float("inf")
    differences = {name: _difference(old[name], new[name]) for name in old}
    name = max(differences, key=differences.__getitem__, default=None)
    return (name, differences[name]) if name is not None and differences[name] > TOLERANCE else None


def _difference(old: Array, new: Array) -> float:
    """The largest difference relative to the largest value; equal infinities and NaNs do not differ."""
    if old.shape != new.shape:
        return float("inf")
    a, b = old.astype(np.float64), new.astype(np.float64)
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    finite = np.isfinite(a) & np.isfinite(b)
    if np.any(~same & ~finite):
        return float("inf")
    scale = max(1.0, float(np.max(np.abs(a), initial=0.0, where=finite)))
    apart = np.abs(np.subtract(a, b, out=np.zeros_like(a), where=finite))
    return float(np.max(apart, initial=0.0)) / scale


def _only(graph: Graph, output: str) -> Graph:
    """The graph of one output, and of the outputs a pass cannot do without."""
    kept = {output, "loss"} & set(graph.outputs)
    outputs = {name: source for name, source in graph.outputs.items() if name in kept}
    live = ancestors(graph, outputs.values())
    return Graph({node.id: node for node in graph if node.id in live}, outputs)


def _smallest(step: Pass, graph: Graph, sizes: Mapping[str, int], seed: int) -> Graph:
    """The graph cut down while the pass still goes wrong on it: first to the earliest node that shows the
    mistake, then inner nodes are replaced by leaves holding what they were."""
    for node in graph:
        part = _only(Graph(graph.nodes, {"publish/shown": node.id}), "publish/shown")
        if not is_leaf(node) and _goes_wrong(step, part, {}, sizes, seed):
            graph = part
            break
    values = random_values(graph, sizes, seed)
    every = interpret_all(graph, values, sizes)
    for node in reversed(tuple(graph)):
        if is_leaf(node) or node.id in graph.outputs.values() or node.id not in graph.nodes:
            continue
        cut = _cut(graph, node)
        if _goes_wrong(step, cut, {f"state/{node.id}": every[node.id]}, sizes, seed):
            graph = cut
    return graph


def _cut(graph: Graph, node: Node) -> Graph:
    """The graph with a leaf in the place of an inner node."""
    attrs = (("name", node.id), ("role", "statistic"), ("trainable", False), ("start", ("zeros", ())))
    leaf = Node(node.id, "state", (), attrs, node.type, node.origins, node.layout)
    nodes = {n.id: leaf if n.id == node.id else n for n in graph}
    live = ancestors(Graph(nodes, graph.outputs), graph.outputs.values())
    return Graph({node_id: n for node_id, n in nodes.items() if node_id in live}, graph.outputs)


def _goes_wrong(step: Pass, graph: Graph, known: Mapping[str, Array], sizes: Mapping[str, int], seed: int) -> bool:
    """Whether the pass changes the meaning of this graph; a graph that it cannot take shows nothing."""
    try:
        after = step(graph)
        return _worst(graph, after, {**random_values(graph, sizes, seed), **known}, sizes) is not None
    except (StageError, KeyError):
        return False
