"""The mask of a ReLU in front of a max pool, on the small picture instead of the large one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ..graph import Graph, Node, Value
from ..stages import TYPED, Pass, Stage
from .rewriter import Rewriter

PICTURE_AXES = (0, 1, 2)


@dataclass(frozen=True)
class PoolMasks(Pass):
    """where(x > 0, pool_max_back(g, x, y), 0) with y = pool_max(x)   -->   pool_max_back(where(y > 0, g, 0), x, y)

    A gradient goes to the place where x is y, so the mask is the same there, and zero changes nothing elsewhere: the
    same bits from a picture of a quarter of the size. The sum of the result over examples and places (the gradient of
    a bias) is that of the masked g, where windows stand on the picture alone: each gives its g to one place. Source: own.
    """

    name: ClassVar[str] = "pool-masks"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = TYPED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        masked = dict[str, Value]()
        for node in rw:
            if node.op == "where" and (back := _masked_back(graph, node)) is not None:
                gradient = _mask(rw, back)
                rw.replace(node, _spread(rw, node, back, gradient))
                if not any(back.attributes["pad"]):  # type: ignore[arg-type]
                    masked[node.id] = gradient
            elif node.op == "sum" and node.inputs[0] in masked and _over_places(graph, node):
                rw.replace(node, rw.new.add("sum", [masked[node.inputs[0]]], axes=PICTURE_AXES))
        return rw.graph()


def _masked_back(graph: Graph, node: Node) -> Node | None:
    """The `pool_max_back` whose result a `where` masks by the sign of the pooled picture; None for any other."""
    test, kept, other = (graph[source] for source in node.inputs)
    back = _flat(graph, kept)
    if (
        test.op != "greater"
        or back.op != "pool_max_back"
        or not (_is_zero(graph, other) and _is_zero(graph, graph[test.inputs[1]]))
    ):
        return None
    _, x, y = back.inputs
    pooled = graph[y]
    fits = pooled.op == "pool_max" and pooled.inputs == (x,) and pooled.attrs == back.attrs
    return back if fits and _flat(graph, graph[x]) is _flat(graph, graph[test.inputs[0]]) else None


def _flat(graph: Graph, node: Node) -> Node:
    """The tensor that a node shows in another shape."""
    while node.op == "reshape":
        node = graph[node.inputs[0]]
    return node


def _is_zero(graph: Graph, node: Node) -> bool:
    while node.op == "broadcast":
        node = graph[node.inputs[0]]
    return node.op == "constant" and node.attr("value") == 0.0


def _mask(rw: Rewriter, back: Node) -> Value:
    """The gradient where the largest of its window is above 0."""
    gradient, _, y = rw.inputs(back)
    zero = rw.new.constant(0.0, y.type)
    return rw.new.add("where", [rw.new.add("greater", [y, zero]), gradient, zero])


def _spread(rw: Rewriter, node: Node, back: Node, gradient: Value) -> Value:
    _, x, y = rw.inputs(back)
    rw.new.origins = back.origins
    found = rw.new.add("pool_max_back", [gradient, x, y], **back.attributes)  # type: ignore[arg-type]
    return found if found.type == node.type else rw.new.add("reshape", [found], shape=node.type.shape)


def _over_places(graph: Graph, node: Node) -> bool:
    """Whether a sum leaves the channels alone."""
    return node.attr("axes") == tuple(range(graph[node.inputs[0]].type.rank - 1))
