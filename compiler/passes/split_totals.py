"""Large sums over everything, row by row first, so that the whole team works on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from ..graph import Graph, Node
from ..layouts import Layout
from ..stages import LAID_OUT, Pass, Stage
from ..types import Dim, Shape, Size, TensorType, evaluate

USUAL = {"B": 64, "N": 1}
WORTH_ELEMENTS = 1 << 16
"""From here on one thread takes longer than the meeting that another kernel costs."""
WORTH_COLUMNS = 64


@dataclass(frozen=True)
class SplitTotals(Pass):
    """sum(x)   -->   sum(rows), rows = sum(x) along each row, as x lies in memory

    where x is large. The threads share the rows, and the order of each sum is fixed by the sizes alone: the
    bits do not depend on how many threads there are.
    """

    name: ClassVar[str] = "split-totals"
    needs: ClassVar[Stage] = LAID_OUT
    leaves: ClassVar[Stage] = LAID_OUT

    def __call__(self, graph: Graph) -> Graph:
        nodes = {made.id: made for node in graph for made in _split(graph, node)}
        return Graph(nodes, graph.outputs)


def _split(graph: Graph, node: Node) -> Iterator[Node]:
    """The node, or the two that take its place; the second has its name."""
    if node.op != "sum" or node.type.shape:
        yield node
        return
    source = graph[node.inputs[0]]
    layout, shape = source.layout, source.type.shape
    if layout is None or not _worth(layout, shape):
        yield node
        return
    above = layout.order[: layout.split]
    kept = sorted(above)
    across = tuple(axis for axis in range(len(shape)) if axis not in above)
    left = tuple(shape[axis] for axis in kept)
    order = tuple(kept.index(axis) for axis in above)
    rows = replace(
        node,
        id=f"{node.id}.rows",
        attrs=(("axes", across),),
        type=TensorType(left, node.type.dtype),
        layout=Layout(order, len(order), 1),
    )
    yield rows
    yield replace(node, inputs=(rows.id,), attrs=(("axes", tuple(range(len(left)))),))


def _worth(layout: Layout, shape: Shape) -> bool:
    rows = layout.rows(shape)
    columns = layout.columns(shape)
    return _known(rows) and columns >= WORTH_COLUMNS and evaluate(rows, USUAL) * columns >= WORTH_ELEMENTS


def _known(rows: Dim) -> bool:
    """Whether a usual number of rows can be told, and there are some to share."""
    return (not isinstance(rows, Size) or set(rows.names) <= USUAL.keys()) and evaluate(rows, USUAL) > 1
