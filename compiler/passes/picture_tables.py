"""Gradients of pictures as tables, where only tables are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ..graph import Graph, Node
from ..stages import TYPED, Pass, Stage
from ..types import product
from .rewriter import Rewriter


@dataclass(frozen=True)
class PictureTables(Pass):
    """reshape(unwindows(g))   -->   unwindows(g, table=True), where nothing else reads the picture.

    So what is done to the gradient of a picture (the mask of a ReLU, the sum with a shortcut's) can share its kernel.
    """

    name: ClassVar[str] = "picture-tables"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        for node in rw:
            if node.op == "reshape" and _shows_all(graph, node):
                window = graph[node.inputs[0]]
                how: dict[str, Any] = {**window.attributes, "table": True}
                rw.replace(node, rw.new.add("unwindows", [rw[window.inputs[0]]], **how))
        return rw.graph()


def _shows_all(graph: Graph, node: Node) -> bool:
    window = graph[node.inputs[0]]
    if window.op != "unwindows" or graph.users[window.id] != (node.id,) or window.id in graph.outputs.values():
        return False
    shape = window.type.shape
    return node.type.shape == (product(shape[:-1]), shape[-1])
