"""Which nodes are cheaper to compute again in every kernel that reads them than to keep."""

from __future__ import annotations

from ..graph import Graph, Node
from ..kernel_view import is_leaf, is_view_in, wanted_first
from ..ops.op import REGISTRY

CHEAP = frozenset(
    [
        "add",
        "subtract",
        "multiply",
        "negative",
        "square",
        "abs",
        "sign",
        "floor",
        "relu",
        "step",
        "cast",
        "maximum",
        "minimum",
        "where",
        "greater",
        "greater_equal",
        "less",
        "less_equal",
        "equal",
        "logical_and",
        "logical_or",
        "logical_not",
    ]
)
"""Elementwise ops of about one instruction."""


def recomputed(graph: Graph) -> set[str]:
    """The ids of nodes that get no kernel of their own: broadcasts, arithmetic on numbers known before the
    step, and one-instruction work on a single tensor that is kept in memory in any case."""
    kept = _kept(graph)
    first = wanted_first(graph)
    found = set[str]()
    behind = dict[str, frozenset[str]]()
    position = {node.id: i for i, node in enumerate(graph)}
    for node in graph:
        if _only_for_products(graph, node):
            found.add(node.id)
            behind[node.id] = frozenset(node.inputs)
            continue
        if node.id in kept or is_leaf(node):
            continue
        tensors = _tensors(graph, node, found, behind)
        if node.op == "broadcast" or (tensors is not None and _light(graph, node, tensors, kept, first, position)):
            found.add(node.id)
            behind[node.id] = tensors or frozenset()
    return found


def _only_for_products(graph: Graph, node: Node) -> bool:
    """Windows that only products read: their kernels look at the picture itself."""
    users = graph.users[node.id]
    return node.op == "windows" and bool(users) and all(graph[u].op == "matmul" for u in users)


def _kept(graph: Graph) -> set[str]:
    """What lies in memory whatever kernels there are: outputs, what a view shows, what a product or a convolution
    reads."""
    kept = set(graph.outputs.values())
    for node in graph:
        if REGISTRY[node.op].kind == "contraction" or node.op == "windows" or is_view_in(graph, node):
            kept.update(node.inputs)
    return kept


def _tensors(graph: Graph, node: Node, found: set[str], behind: dict[str, frozenset[str]]) -> frozenset[str] | None:
    """The tensors of rank 1 and up that the node and the recomputed nodes behind it read; None when a number
    among them is not known before the step."""
    tensors = set[str]()
    for source in node.inputs:
        if source in found:
            tensors |= behind[source]
        elif graph[source].type.rank:
            tensors.add(source)
        elif not is_leaf(graph[source]):
            return None
    return frozenset(tensors)


def _light(
    graph: Graph, node: Node, tensors: frozenset[str], kept: set[str], first: set[str], position: dict[str, int]
) -> bool:
    if REGISTRY[node.op].kind != "elementwise":
        return False
    if node.type.rank == 0:
        return not tensors
    if node.op not in CHEAP:
        return False
    if len(tensors) != 1:
        return _one_of_its_size(graph, node, tensors, position)
    (source,) = tensors
    crosses = source in first and node.id not in first
    return source in kept or is_leaf(graph[source]) or crosses


def _one_of_its_size(graph: Graph, node: Node, tensors: frozenset[str], position: dict[str, int]) -> bool:
    """Whether the node reads one tensor of its own size that is kept in any case, and smaller ones."""
    size = node.type.elements
    wide = [name for name in tensors if graph[name].type.elements == size]
    return len(wide) == 1 and len(tensors) > 1 and _comes_back(graph, wide[0], position)


def _comes_back(graph: Graph, source: str, position: dict[str, int]) -> bool:
    """Whether something reads a tensor beside what was summed up from it, or went through other kernels: so it is with
    what a mean is taken from, and with what goes round a block of layers."""
    waiting = [(name, False) for user in graph.users[source] for name in graph[user].inputs if name != source]
    seen = set[tuple[str, bool]]()
    while waiting:
        name, crossed = waiting.pop()
        if name == source and crossed:
            return True
        if position[name] > position[source] and (name, crossed) not in seen:
            seen.add((name, crossed))
            through = crossed or REGISTRY[graph[name].op].kind in ("reduction", "contraction")
            waiting.extend((other, through) for other in graph[name].inputs)
    return False
