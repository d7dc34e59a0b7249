"""A group of nodes as a kernel sees it: one matrix of rows and columns that all its tensors fit.

Every value is `full` (a matrix like the domain's), `row` (one number a row), `col` (one number a column) or `num`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from ..graph import Graph, Node
from ..layouts import Layout
from ..ops.op import REGISTRY
from ..types import Dim

ValueKind = Literal["full", "row", "col", "num", "table", "index", "matrix"]
WIDE = frozenset({"float64", "int64"})
GENERATORS = frozenset({"take", "one_hot", "uniform"})
REDUCTIONS = frozenset({"sum", "max", "argmax"})


class Misfit(Exception):  # noqa: N818  no failure: the reason why nodes are kept apart
    """These nodes cannot share this form of kernel; the text is a sentence for people."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows (perhaps unknown), columns and pitch."""

    rows: Dim
    columns: int
    pitch: int


@dataclass(frozen=True, slots=True)
class Site:
    """The domain, and the kind of every value of the group: its nodes and what they read."""

    graph: Graph
    nodes: tuple[str, ...]
    exits: tuple[str, ...]
    domain: Matrix
    kinds: dict[str, ValueKind]
    operands: tuple[str, ...]
    """What it reads from outside, each once, in order of use; constants and sizes left out."""

    def reduces(self, node: Node) -> Literal["row", "col", "total"] | None:
        """What a reduction leaves: a number a row, a number a column, or one number; None where there is
        nothing to add up."""
        if node.op not in REDUCTIONS:
            return None
        if self.kinds[node.id] == "num":
            return "total" if self.kinds[node.inputs[0]] != "num" else None
        if self.kinds[node.id] == "row" and self.domain.columns == 1:
            return None  # a row of one number is its own sum
        return "row" if self.kinds[node.id] == "row" else "col"


def matrix(node: Node) -> Matrix:
    """The node's buffer as rows and columns."""
    assert node.layout is not None, f"{node.id} has no layout"
    return Matrix(node.layout.rows(node.type.shape), node.layout.columns(node.type.shape), node.layout.pitch)


def make_site(graph: Graph, nodes: tuple[str, ...], exits: Iterable[str]) -> Site:
    """Find the domain and the kinds; `Misfit` where the nodes do not fit one domain."""
    inside = set(nodes)
    for node_id in nodes:
        if graph[node_id].op == "batch_matmul":
            raise Misfit(f"{node_id} multiplies tables example by example: a kernel of its own")
        _check_type(graph[node_id], graph)
    domain = _domain(graph, nodes)
    kinds: dict[str, ValueKind] = {}
    operands: dict[str, None] = {}
    for node_id in nodes:
        node = graph[node_id]
        for port, source in enumerate(node.inputs):
            if source in inside:
                continue
            if node.op == "matmul":
                kinds.setdefault(source, "matrix")
            else:
                kinds[source] = _outside_kind(graph, node, port, domain)
            if graph[source].op not in ("constant", "size"):
                operands[source] = None
        kinds[node_id] = _kind(node, domain)
        _check_node(graph, node, kinds, domain)
    given = set(exits)
    return Site(graph, nodes, tuple(n for n in nodes if n in given), domain, kinds, tuple(operands))


def _check_type(node: Node, graph: Graph) -> None:
    if node.type.dtype in WIDE or any(
        graph[s].type.dtype in WIDE and not _is_index(graph, node, port) for port, s in enumerate(node.inputs)
    ):
        raise Misfit(f"{node.id} is computed in double precision, apart from float32 vectors")


def _is_index(graph: Graph, node: Node, port: int) -> bool:
    return (node.op == "take" and port == 1) or node.op == "uniform"


def _domain(graph: Graph, nodes: tuple[str, ...]) -> Matrix:
    best = Matrix(1, 1, 1)
    for node_id in nodes:
        node = graph[node_id]
        candidates = [node, *(graph[s] for p, s in enumerate(node.inputs) if not _skipped(graph, node, p))]
        for candidate in candidates:
            if candidate.type.shape and candidate.layout is not None:
                best = max(best, matrix(candidate), key=lambda m: (m.rows != 1) + 2 * (m.columns != 1))
    return best


def _skipped(graph: Graph, node: Node, port: int) -> bool:
    return node.op in ("take", "uniform", "matmul") or graph[node.inputs[port]].op in ("constant", "size")


def _outside_kind(graph: Graph, node: Node, port: int, domain: Matrix) -> ValueKind:
    source = graph[node.inputs[port]]
    if node.op == "take":
        if port == 1:
            return "index"
        if matrix(source).pitch != matrix(node).pitch or not _in_order(source) or not _in_order(node):
            raise Misfit(f"{node.id}: the rows of {source.id} lie otherwise than those of the result")
        return "table"
    if node.op == "uniform":
        return "index"
    return _kind(source, domain)


def _in_order(node: Node) -> bool:
    layout = node.layout
    return layout is not None and layout.order == tuple(range(node.type.rank)) and layout.split == 1


def _kind(node: Node, domain: Matrix) -> ValueKind:
    if not node.type.shape:
        return "num"
    own = matrix(node)
    if own.rows == own.columns == 1 and domain.rows != 1:
        # the bias of a single unit: a number, whatever its axes
        return "num"
    if own == domain:
        return "full" if domain.columns > 1 else "row"
    if own.columns == 1 and own.rows == domain.rows:
        return "row"
    if own.rows == 1 and (own.columns, own.pitch) == (domain.columns, domain.pitch):
        return "col"
    raise Misfit(f"{node.id} is {own.rows} x {own.columns}, not {domain.rows} x {domain.columns}")


def _check_node(graph: Graph, node: Node, kinds: dict[str, ValueKind], domain: Matrix) -> None:
    kind = REGISTRY[node.op].kind
    if kind == "elementwise" or node.op == "relayout":
        _check_elementwise(graph, node)
    elif node.op == "broadcast":
        _check_broadcast(graph[node.inputs[0]], node, kinds)
    elif node.op in REDUCTIONS:
        _check_reduction(graph[node.inputs[0]], node)
        _check_reduced(node, kinds[node.inputs[0]], domain)
    elif node.op == "one_hot":
        if kinds[node.inputs[0]] != "row" or kinds[node.id] != "full" or not _in_order(node):
            raise Misfit(f"{node.id}: its labels are not one a row")
    elif node.op == "uniform":
        if not _in_order(node) or kinds[node.id] not in ("full", "row"):
            raise Misfit(f"{node.id}: its examples are not its rows")
    elif node.op not in ("take", "matmul"):
        raise Misfit(f"{node.op} moves values: a kernel of its own")
    assert domain.columns >= 1


def _check_reduced(node: Node, kind: ValueKind, domain: Matrix) -> None:
    """What is reduced is a number, or as large as the site."""
    if kind not in ("full" if domain.columns > 1 else "row", "num"):
        raise Misfit(f"{node.id} adds up {node.inputs[0]}, which is not a matrix of {domain.rows} x {domain.columns}")
    if node.op == "argmax" and domain.columns == 1:
        raise Misfit(f"{node.id} looks for the largest of one number")


def _check_elementwise(graph: Graph, node: Node) -> None:
    for source in node.inputs:
        if graph[source].type.shape and graph[source].layout != node.layout:
            raise Misfit(f"{node.id} and {source} lie in different orders")


def _check_broadcast(source: Node, node: Node, kinds: dict[str, ValueKind]) -> None:
    if kinds[source.id] == "num":
        return
    layout, axes = node.layout, node.attr("axes")
    assert layout is not None
    assert isinstance(axes, tuple)
    found = kinds[source.id]
    wanted = layout.order[: layout.split] if found == "row" else layout.order[layout.split :]
    if found not in ("row", "col") or tuple(axes[a] for a in _order(source)) != wanted:
        raise Misfit(f"{node.id} spreads {source.id} along neither rows nor columns")


def _order(node: Node) -> tuple[int, ...]:
    assert node.layout is not None
    # axes of length one lie anywhere
    return node.layout.order


def _check_reduction(source: Node, node: Node) -> None:
    layout = source.layout
    assert layout is not None, f"{source.id} has no layout"
    axes = set(_axes(node))
    if axes == set(range(source.type.rank)):
        return
    if axes not in (set(layout.order[: layout.split]), set(layout.order[layout.split :])):
        raise Misfit(f"{node.id} sums over some of the axes of a row")


def _axes(node: Node) -> tuple[int, ...]:
    attrs = node.attributes
    axes = attrs["axes"] if "axes" in attrs else (attrs["axis"],)
    assert isinstance(axes, tuple)
    return axes


def strides(node: Node) -> tuple[int, ...]:
    """Elements between neighbours along each logical axis; only the outermost size may be unknown."""
    layout: Layout | None = node.layout
    assert layout is not None, f"{node.id} has no layout"
    found = [0] * node.type.rank
    step: Dim = 1
    for position in reversed(range(len(layout.order))):
        if position == layout.split - 1:
            step = layout.pitch
        axis = layout.order[position]
        assert isinstance(step, int), f"{node.id}: an inner axis has no known size"
        found[axis] = step
        length = node.type.shape[axis]
        step = step * length if isinstance(length, int) else length
    return tuple(found)
