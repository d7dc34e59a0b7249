"""States that are computed from other states: what hangs on states alone is the same for many batches."""

from __future__ import annotations

from collections.abc import Mapping

from .graph import Graph, Node
from .kernel_view import is_leaf
from .types import Size

DERIVED = "derived"
"""The role of a state that is computed from other states and from nothing else."""


def definitions(graph: Graph) -> dict[str, str]:
    """The node that computes each derived state, by the id of the state's leaf."""
    found = dict[str, str]()
    for node in graph:
        if node.op == "state" and node.attr("role") == DERIVED:
            made = graph.outputs.get(f"next/{node.attr('name')}")
            if made is not None:
                found[node.id] = made
    return found


def depends_on_states(node: Node, fixed: Mapping[str, object] | set[str]) -> bool:
    """Whether a node is the same for every batch and every step, where `fixed` are those of which it is known."""
    if any(isinstance(dim, Size) for dim in node.type.shape):
        return False
    if is_leaf(node):
        return node.op in ("state", "constant")
    return all(source in fixed for source in node.inputs)


def fixed_nodes(graph: Graph) -> set[str]:
    """The nodes that depend on states and constants alone."""
    found = set[str]()
    for node in graph:
        if depends_on_states(node, found):
            found.add(node.id)
    return found
