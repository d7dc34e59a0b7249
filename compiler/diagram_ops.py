"""The picture of a network's op graph: a box an operation, grouped by the layers that asked for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from .diagram import Box, Family, Link, Picture, grouped, named_within
from .experiment import Experiment
from .graph import Graph, Node
from .ops.op import REGISTRY

SEEN_THROUGH = frozenset({"broadcast", "stop_gradient"})
"""Ops that are no boxes: what they give is drawn as what they read."""
TOLD = frozenset({"constant", "size", "state", "knob"})
"""Leaves that are told of in the boxes that read them: numbers, and what is learned."""
HIDDEN = frozenset({"rows"})
"""Leaves that nobody asked for: the numbers of the examples of a batch."""
CLASSES: dict[str, Family] = {
    "elementwise": "work", "composite": "rows", "contraction": "product", "movement": "shape", "reduction": "pool",
}  # fmt: skip
OUT = {"out": "output", "next": "next value"}
SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷"}


def operations(experiment: Experiment, graph: Graph, facts: Iterable[str] = ()) -> Picture:
    """The picture of an op graph, nothing folded. Constants stand in the ops that read them."""
    stands_for = _stands_for(graph)
    shown = [node for node in graph if node.id not in stands_for and node.op not in TOLD | HIDDEN]
    known = {node.id for node in shown}
    counted = set[str]()
    boxes = [_box(node, graph, stands_for, counted) for node in shown]
    links = [
        Link(stands_for.get(source, source), node.id, shape(graph[stands_for.get(source, source)]))
        for node in shown
        for source in node.inputs
        if stands_for.get(source, source) in known
    ]
    outputs = dict[str, Box]()
    for name, node_id in graph.outputs.items():
        source = stands_for.get(node_id, node_id)
        if source in known:
            if name == "publish/loss" and graph.outputs.get("loss") == node_id:
                continue
            kind = "reported" if name.startswith("publish/") else name.partition("/")[0] if "/" in name else "output"
            outputs[name] = Box(f"output {name}", name.partition("/")[2] or name, OUT.get(kind, kind), "output")
            links.append(Link(source, f"output {name}", shape(graph[source])))
    around = {node.id: _around(node, experiment) for node in shown}
    items = grouped([*boxes, *outputs.values()], around)
    said = (*facts, f"{len(boxes)} operations")
    return Picture(experiment.name, named_within(items), tuple(dict.fromkeys(links)), said, unit="operations")


def _stands_for(graph: Graph) -> dict[str, str]:
    found = dict[str, str]()
    for node in graph:
        if node.op in SEEN_THROUGH:
            found[node.id] = found.get(node.inputs[0], node.inputs[0])
    return found


def _around(node: Node, experiment: Experiment) -> tuple[str, ...]:
    path = node.origins[0].path
    if path not in experiment.graph.nodes:
        return (path,)
    parts = path.split(".")
    return tuple(".".join(parts[:end]) for end in range(1, len(parts) + 1))


def _box(node: Node, graph: Graph, stands_for: Mapping[str, str], counted: set[str]) -> Box:
    line = node.origins[0].line
    if node.op in ("column", "clock"):
        named = str(node.attributes.get("name", node.op))
        return Box(node.id, named, node.op, "data", shape=shape(node), line=line)
    leaves = [leaf for source in node.inputs if (leaf := graph[stands_for.get(source, source)]).op == "state"]
    fresh = [leaf for leaf in leaves if leaf.id not in counted and leaf.attributes.get("role") == "weight"]
    counted |= {leaf.id for leaf in fresh}
    return Box(node.id, node.op, node.op, CLASSES.get(REGISTRY[node.op].kind, "work"), shape=shape(node),
               detail=_operands(node, graph, stands_for), parameters=sum(map(_elements, fresh)), line=line)  # fmt: skip


def _elements(node: Node) -> int:
    return math.prod(size for size in node.type.shape if isinstance(size, int))


def _operands(node: Node, graph: Graph, stands_for: Mapping[str, str]) -> str:
    """What an op reads that is no box, as `× 0.5` or `with dense1.bias`; the axes it goes along."""
    words = []
    for place, source in enumerate(node.inputs):
        leaf = graph[stands_for.get(source, source)]
        if leaf.op in TOLD:
            sign = SIGNS.get(node.op, "with")
            words.append(f"{_told(leaf)} {sign}" if place == 0 and sign != "with" else f"{sign} {_told(leaf)}")
    axes = node.attributes.get("axes", node.attributes.get("axis"))
    if axes is not None and REGISTRY[node.op].kind == "reduction":
        words.append(
            f"over axes {_by(axes)}" if isinstance(axes, tuple) and len(axes) > 1 else f"over axis {_by(axes)}"
        )
    return ", ".join(words)


def _told(leaf: Node) -> str:
    if leaf.op in ("state", "knob"):
        return str(leaf.attributes.get("name", leaf.op))
    value = leaf.attributes.get("value")
    return f"{value:g}" if isinstance(value, float) else "size of " + _by(leaf.attributes.get("of"))


def _by(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def shape(node: Node) -> str:
    """The whole shape, the batch as `B`."""
    return "×".join(map(str, node.type.shape)) or "1"
