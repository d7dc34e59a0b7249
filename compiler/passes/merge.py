"""Common subexpressions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..graph import Graph, Node, Value
from ..stages import TYPED, Pass, Stage
from .rewriter import Rewriter

COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "equal", "logical_and", "logical_or"})
"""Ops whose two inputs may change places without changing a bit."""


@dataclass(frozen=True)
class Merge(Pass):
    """a = f(x, y); b = f(x, y)   -->   a = f(x, y), read in place of b

    Two nodes are the same when op, attributes, type and inputs are (in any order for the ops that commute).
    The one that is left carries the origins of both. Random draws are functions of their key, so equal keys
    are one draw.
    """

    name: ClassVar[str] = "merge"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        seen: dict[object, Value] = {}
        for node in rw:
            key = self._key(node, tuple(value.id for value in rw.inputs(node)))
            if (known := seen.get(key)) is None:
                seen[key] = rw.keep(node)
                continue
            origins = rw.new.node(known).origins
            rw.new.update(known, origins=origins + tuple(o for o in node.origins if o not in origins))
            rw.replace(node, known)
        return rw.graph()

    def _key(self, node: Node, inputs: tuple[str, ...]) -> object:
        if node.op in COMMUTATIVE:
            inputs = tuple(sorted(inputs))
        return node.op, inputs, node.attrs, node.type
