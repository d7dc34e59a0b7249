"""Views: nodes whose result already lies in memory, under other axes.

A view gets no kernel; memory gives it the buffer of its root.
"""

from __future__ import annotations

from .graph import Graph, Node
from .layouts import Layout
from .types import Shape, product

VIEW_OPS = frozenset({"reshape", "transpose"})


def is_view(node: Node, source: Node) -> bool:
    """Whether `node`, which reads `source` alone, lies exactly where `source` lies. Both need a layout."""
    if node.op not in VIEW_OPS or node.layout is None or source.layout is None:
        return False
    if node.op == "transpose":
        return node.layout == transposed(source.layout, node.attr("order"))
    return _same_matrix(source.layout, source.type.shape, node.layout, node.type.shape) or (
        _without_gaps(source) and _without_gaps(node)
    )


def _without_gaps(node: Node) -> bool:
    """Whether all elements lie one behind the other in their logical order: any reshape of them lies as they do."""
    layout, shape = node.layout, node.type.shape
    assert layout is not None, f"{node.id} has no layout"
    return layout.order == tuple(range(len(shape))) and layout.columns(shape) == layout.pitch


def split_axes(long: Shape, short: Shape) -> list[list[int]] | None:
    """Which neighbouring axes of `long` make up each axis of `short` when it is reshaped; None: they do not."""
    found, at = list[list[int]](), 0
    for length in short:
        group = [at] if at < len(long) else []
        at += 1
        while group and product(long[a] for a in group) != length and at < len(long):
            group.append(at)
            at += 1
        if not group or product(long[a] for a in group) != length:
            return None
        while at < len(long) and long[at] == 1 and (len(found) + 1 == len(short) or short[len(found) + 1] != 1):
            group.append(at)  # an axis of length one goes with its neighbour
            at += 1
        found.append(group)
    return found if at == len(long) else None


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
    """Rows and columns agree, and axes that one has as one lie side by side in the other."""
    return (
        _same_order(a, a_shape, b, b_shape)
        and a.pitch == b.pitch
        and a.rows(a_shape) == b.rows(b_shape)
        and a.columns(a_shape) == b.columns(b_shape)
    )


def _same_order(a: Layout, a_shape: Shape, b: Layout, b_shape: Shape) -> bool:
    if a.order == tuple(range(len(a_shape))) and b.order == tuple(range(len(b_shape))):
        return True
    long, short = (a, b) if len(a_shape) > len(b_shape) else (b, a)
    shapes = (a_shape, b_shape) if long is a else (b_shape, a_shape)
    groups = split_axes(*shapes)
    if groups is None:
        return False
    # where an axis of length one stands changes nothing
    lies = [axis for axis in long.order if shapes[0][axis] != 1]
    return lies == [axis for place in short.order for axis in groups[place] if shapes[0][axis] != 1]
