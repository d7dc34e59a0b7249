"""Which nodes are cheaper to compute again in every kernel that reads them than to keep."""

from __future__ import annotations

from collections import deque
from typing import cast

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


LOOKED_AT = 256
"""Nodes that are looked at, at most, for a way back to a tensor."""


def recomputed(graph: Graph) -> set[str]:
    """The ids of nodes that get no kernel of their own: broadcasts, arithmetic on numbers known before the
    step, and one-instruction work on tensors that are kept in memory in any case."""
    return _Search(graph).found


class _Search:
    """One walk over a graph. `found`: what is computed again; `behind`: the tensors that such nodes read."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.found = set[str]()
        self._behind = dict[str, frozenset[str]]()
        self._kept = _kept(graph)
        self._first = wanted_first(graph)
        self._position = {node.id: i for i, node in enumerate(graph)}
        self._known = dict[str, bool]()
        for node in graph:
            self._look_at(node)

    def _look_at(self, node: Node) -> None:
        if _only_for_products(self.graph, node):
            self._again(node, frozenset(node.inputs))
        elif node.id not in self._kept and not is_leaf(node):
            tensors = self._tensors(node)
            if node.op == "broadcast" or (tensors is not None and self._light(node, tensors)):
                self._again(node, tensors or frozenset())

    def _again(self, node: Node, tensors: frozenset[str]) -> None:
        self.found.add(node.id)
        self._behind[node.id] = tensors

    def _tensors(self, node: Node) -> frozenset[str] | None:
        """The tensors of rank 1 and up that the node and the recomputed nodes behind it read; None when a number
        among them is not known before the step."""
        tensors = set[str]()
        for source in node.inputs:
            if source in self.found:
                tensors |= self._behind[source]
            elif self.graph[source].type.rank:
                tensors.add(source)
            elif not is_leaf(self.graph[source]):
                return None
        return frozenset(tensors)

    def _light(self, node: Node, tensors: frozenset[str]) -> bool:
        if REGISTRY[node.op].kind != "elementwise":
            return False
        if node.type.rank == 0:
            return not tensors
        if node.op not in CHEAP:
            return False
        if len(tensors) == 1:
            (source,) = tensors
            crosses = source in self._first and node.id not in self._first
            return source in self._kept or is_leaf(self.graph[source]) or crosses
        size = node.type.elements
        wide = [name for name in tensors if self.graph[name].type.elements == size]
        # to read two tensors where one could be stored and read costs no more where nobody else reads that one
        most = 2 if all(REGISTRY[self.graph[u].op].kind == "reduction" for u in self.graph.users[node.id]) else 1
        return 1 <= len(wide) <= most and all(name in self._kept or self._comes_back(name) for name in wide)

    def _comes_back(self, source: str) -> bool:
        """Whether something reads a tensor, or cheap work on it, beside what was summed up from it or went through
        other kernels, so that it is kept in any case: so it is with what a mean is taken from, and with what goes
        round a block of layers."""
        if source not in self._known:
            self._known[source] = self._way_back(source)
        return self._known[source]

    def _way_back(self, source: str) -> bool:
        graph, direct = self.graph, {source}
        readers = list(graph.users[source])
        for user in graph.users[source]:
            if graph[user].op in CHEAP:
                direct.add(user)
                readers += graph.users[user]
        waiting = deque((name, False) for reader in readers for name in graph[reader].inputs if name not in direct)
        seen = set[tuple[str, bool]]()
        while waiting and len(seen) < LOOKED_AT:
            name, crossed = waiting.popleft()
            if name == source and crossed:
                return True
            if self._position[name] > self._position[source] and (name, crossed) not in seen:
                seen.add((name, crossed))
                through = crossed or _ends_kernel(graph[name])
                waiting.extend((other, through) for other in graph[name].inputs)
        return False


def _ends_kernel(node: Node) -> bool:
    """Whether what reads the node must be in another kernel than what it reads. A sum along each row need not end one."""
    kind = REGISTRY[node.op].kind
    axes = node.attributes.get("axes", (node.attributes.get("axis"),))
    return kind == "contraction" or (kind == "reduction" and 0 in cast("tuple[object, ...]", axes))


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
