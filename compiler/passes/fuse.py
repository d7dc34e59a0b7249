"""Which nodes make up a kernel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from ..graph import Builder, Graph, Value
from ..kernel_view import is_leaf
from ..stages import FUSED, LAID_OUT, Pass, Stage
from ..templates import Templates
from ..views import root
from .grouping import Grouping


@dataclass(frozen=True)
class Fuse(Pass):
    """a = f(x); b = g(a)   -->   the same with one kernel number, where a template takes both

    Nodes without a number (leaves and views) have no kernel. What is cheaper to compute again than to keep
    stands once in every kernel that reads it. Every decision is a sentence for `note`.
    """

    templates: Templates = field(repr=False)
    note: list[str] | None = field(default=None, repr=False, compare=False)
    name: ClassVar[str] = "fuse"
    needs: ClassVar[Stage] = LAID_OUT
    leaves: ClassVar[Stage] = FUSED

    def __call__(self, graph: Graph) -> Graph:
        grouping = Grouping(graph, self.templates)
        if self.note is not None:
            self.note.extend(grouping.why)
        writer = _Writer(graph)
        for number, group in enumerate(grouping.groups()):
            writer.kernel(number, grouping.in_order(group.nodes), grouping.placed(group))
        return writer.graph()


class _Writer:
    """The new graph: kernel by kernel, with leaves and views just before they are first read."""

    def __init__(self, graph: Graph) -> None:
        self._old, self._new = graph, Builder()
        self._values = dict[str, Value]()

    def kernel(self, number: int, nodes: tuple[str, ...], placed: set[str]) -> None:
        own = dict[str, Value]()
        for node_id in nodes:
            node = self._old[node_id]
            inputs = [own[s] if s in own else self._outside(s) for s in node.inputs]
            own[node_id] = self._new.copy(node, inputs)
            self._new.update(own[node_id], kernel=number)
        self._values.update({n: own[n] for n in placed})

    def _outside(self, node_id: str) -> Value:
        if node_id not in self._values:
            node = self._old[node_id]
            assert is_leaf(node) or root(self._old, node_id) != node_id, f"{node_id} has no kernel yet"
            self._values[node_id] = self._new.copy(node, [self._outside(s) for s in node.inputs])
        return self._values[node_id]

    def graph(self) -> Graph:
        outputs = {name: self._outside(source).id for name, source in self._old.outputs.items()}
        return Graph(self._new.graph().nodes, outputs)
