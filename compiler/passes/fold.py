"""What depends on states alone, computed once for many batches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from ..derived import DERIVED, definitions, fixed_nodes
from ..graph import Builder, Graph, Node, Value
from ..kernel_view import is_leaf
from ..stages import DECOMPOSED, Pass, Stage
from ..views import VIEW_OPS, is_view
from .rewriter import without_dead


@dataclass(frozen=True)
class Fold(Pass):
    """y = matmul(x, w * s), w and s states   -->   y = matmul(x, d);   next/d = w * s

    d is a state of the role `derived`: the program `refresh` computes it when the states it hangs on have changed,
    and no batch does. What is cheap to see otherwise stays: broadcasts, and views. Run again after `layout`, it takes
    the copies of weights along that lie otherwise than a kernel reads them. Only for programs that move no state.
    """

    mode: str = "predict"
    name: ClassVar[str] = "fold"
    needs: ClassVar[Stage] = DECOMPOSED
    leaves: ClassVar[Stage] = DECOMPOSED

    def __call__(self, graph: Graph) -> Graph:
        cuts = _cuts(graph)
        return _Folding(graph, self.mode).cut(cuts) if cuts else graph


def _cuts(graph: Graph) -> set[str]:
    """The nodes to compute once: fixed, read by what is not, and neither a leaf nor seen through."""
    fixed = fixed_nodes(graph)
    given = {source for name, source in graph.outputs.items() if not name.startswith("next/")}
    needed = set[str]()
    for node in reversed(tuple(graph)):
        users = graph.users[node.id]
        if node.id in fixed and any(user not in fixed or (user in needed and _seen(graph, user)) for user in users):
            needed.add(node.id)
    return {n for n in needed if not is_leaf(graph[n]) and not _seen(graph, n) and n not in given}


def _seen(graph: Graph, node_id: str) -> bool:
    """Whether a node is what it reads, seen otherwise: it costs nothing for each batch."""
    node = graph[node_id]
    if node.op in VIEW_OPS and node.layout is not None:
        return is_view(node, graph[node.inputs[0]])
    return node.op == "broadcast" or node.op in VIEW_OPS


class _Folding:
    """The new graph: what is computed once beside what reads its result."""

    def __init__(self, graph: Graph, mode: str) -> None:
        self._old, self._mode, self._new = graph, mode, Builder()
        self._once = dict[str, Value]()
        self._each = dict[str, Value]()
        self._outputs = dict[str, str]()

    def cut(self, cuts: set[str]) -> Graph:
        graph, fixed, defined = self._old, fixed_nodes(self._old), definitions(self._old)
        for node in _definitions_first(graph, defined):
            self._new.origins = node.origins
            if node.id in defined:
                # another state may hang on it: that one is computed from what this one is computed from
                self._once[node.id] = self._once[defined[node.id]]
                self._each[node.id] = self._new.copy(node, [])
                continue
            if node.id in fixed:
                self._once[node.id] = self._new.copy(node, [self._once[s] for s in node.inputs])
            self._each[node.id] = self._for_each(node, node.id in cuts)
        for name, source in graph.outputs.items():
            place = self._once if name.startswith("next/") else self._each
            self._outputs[name] = place[source].id
        return _without_unread(without_dead(Graph(self._new.graph().nodes, self._outputs)))

    def _for_each(self, node: Node, cut: bool) -> Value:
        """What each batch reads in the place of a node."""
        if not cut:
            inputs = [self._each[s] for s in node.inputs]
            same = node.id in self._once and all(
                self._once[s].id == i.id for s, i in zip(node.inputs, inputs, strict=True)
            )
            return self._once[node.id] if same else self._new.copy(node, inputs)
        name = f"{self._mode}/{node.id}"
        leaf = self._new.leaf("state", node.type, name=name, role=DERIVED, trainable=False, start=(DERIVED, ()))
        self._new.update(leaf, layout=node.layout)
        self._outputs[f"next/{name}"] = self._once[node.id].id
        return leaf


def _definitions_first(graph: Graph, defined: Mapping[str, str]) -> list[Node]:
    """The nodes in an order in which derived states stand after what computes them."""
    fixed = fixed_nodes(graph)
    early = [node for node in graph if node.id in fixed and node.id not in defined]
    free = [node for node in early if not _hangs_on(graph, node.id, defined)]
    taken = {node.id for node in free} | set(defined)
    return [*free, *(graph[leaf] for leaf in defined), *(node for node in graph if node.id not in taken)]


def _hangs_on(graph: Graph, node_id: str, leaves: Mapping[str, str]) -> bool:
    waiting, seen = [node_id], set[str]()
    while waiting:
        current = waiting.pop()
        if current in leaves:
            return True
        if current not in seen:
            seen.add(current)
            waiting.extend(graph[current].inputs)
    return False


def _without_unread(graph: Graph) -> Graph:
    """Without the next values of derived states that nothing reads any more."""
    states = {f"next/{n.attr('name')}" for n in graph if n.op == "state"}
    outputs = {name: source for name, source in graph.outputs.items() if name in states or name[:5] != "next/"}
    return graph if len(outputs) == len(graph.outputs) else without_dead(Graph(graph.nodes, outputs))
