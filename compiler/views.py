"""Views: nodes whose result already lies in memory, under other axes.

A view gets no kernel; memory gives it the buffer of its root.
"""

from __future__ import annotations

from .graph import Graph, Node
from .layouts import Layout
from .types import Shape

VIEW_OPS = frozenset({"reshape", "transpose"})


def is_view(node: Node, source: Node) -> bool:
    """Whether `node`, which reads `source` alone, lies exactly where `source` lies. Both need a layout."""
    if node.op not in VIEW_OPS or node.layout is None or source.layout is None:
        return False
    if node.op == "transpose":
        return node.layout == transposed(source.layout, node.attr("order"))
    return _same_matrix(source.layout, source.type.shape, node.layout, node.type.shape)


def transposed(layout: Layout, order: object) -> Layout:
    """How `transpose(x, order)` lies when no element moves."""
    assert isinstance(order, tuple)
    return Layout(tuple(order.index(axis) for axis in layout.order), layout.split, layout.pitch)


def root(graph: Graph, node_id: str) -> str:
    """The node whose buffer holds `node_id`: itself unless it is a view."""
    node = graph[node_id]
    while node.inputs and is_view(node, graph[node.inputs[0]]):
        node = graph[node.inputs[0]]
    return node.id


def _same_matrix(a: Layout, a_shape: Shape, b: Layout, b_shape: Shape) -> bool:
    """Rows and columns agree and both hold their axes in logical order."""
    in_order = a.order == tuple(range(len(a_shape))) and b.order == tuple(range(len(b_shape)))
    return (
        in_order
        and a.pitch == b.pitch
        and a.rows(a_shape) == b.rows(b_shape)
        and a.columns(a_shape) == b.columns(b_shape)
    )
