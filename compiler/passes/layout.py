"""Where every tensor's axes lie."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from ..graph import Graph, Node, Value
from ..kernel_view import ancestors
from ..layouts import Layout, padded, plain
from ..ops.op import REGISTRY
from ..stages import DECOMPOSED, LAID_OUT, Pass, Stage, right_operand
from ..types import Shape, Size
from ..views import is_view
from .rewriter import Rewriter
from .table_rows import row_by_row

Order = tuple[int, ...]
FILTERS = (1, 2, 3, 0)
"""Filters (F, height, width, C) lie with what they make side by side: blocks of convolutions read rows of them."""
SAVED_SHARE, SAVED_LEAST = 0.2, 256
"""Weights are laid the other way where that saves this share of their numbers, pads included, and so many of them: a
few pads are no reason to copy them."""
PICTURE = 4
"""The axes of a batch of pictures."""


@dataclass(frozen=True)
class LayOut(Pass):
    """y = matmul(x, w, transpose_b) with w (units, inputs)   -->   the same, w lying inputs by units

    Every node gets a layout. Tensors that meet in an elementwise op form a class that lies one way: as the
    first matmul that reads a state of the class wants it, else in logical order with the unknown sizes in
    front, or a row for each row of tables that are worked on row by row. Reshapes and transposes whose result is where its input is become views. Where a matmul's right
    operand lies another way, a `relayout` copies it; and where an output would be a leaf, or the next value
    of a state would share its buffer or lie otherwise than the state, a `relayout` makes it one of its own.

    `states` gives the order of axes of states laid out before, in another program that shares them.
    """

    states: tuple[tuple[str, Order], ...] = ()
    name: ClassVar[str] = "layout"
    needs: ClassVar[Stage] = DECOMPOSED
    leaves: ClassVar[Stage] = LAID_OUT

    def __call__(self, graph: Graph) -> Graph:
        classes = _Classes(graph)
        orders = self._orders(graph, classes)
        by_example = {classes.of(node.id) for node in graph if node.op in ("column", "take", "uniform")}
        in_rows = row_by_row(graph, classes.of, by_example)
        rw = Rewriter(graph)
        turned = dict[tuple[str, Layout], Value]()
        for node in rw:
            order, whole = orders.get(classes.of(node.id)), classes.of(node.id) in by_example
            by_row = classes.of(node.id) in in_rows
            laid = replace(node, layout=_arranged(node.type.shape, order, by_example=whole, by_row=by_row))
            inputs = rw.inputs(node)
            if node.op == "matmul":
                _turn_right_operand(rw, laid, inputs, turned)
            rw.replace(node, rw.new.copy(laid, inputs))
        _own_outputs(rw)
        return rw.graph()

    def _orders(self, graph: Graph, classes: _Classes) -> dict[str, Order]:
        """The order of axes of each class that has a wish: of states laid out before, then the first matmul's."""
        fixed = dict(self.states)
        orders = dict[str, Order]()
        for node in graph:
            if node.op == "state" and (order := fixed.get(str(node.attr("name")))) is not None:
                orders.setdefault(classes.of(node.id), order)
        for node in graph:
            if node.op == "matmul" and graph[node.inputs[1]].op == "state":
                orders.setdefault(classes.of(node.inputs[1]), _weights_order(graph, node))
            elif node.op == "matmul" and node.attr("transpose_b") and _are_filters(graph, graph[node.inputs[1]]):
                orders.setdefault(classes.of(graph[node.inputs[1]].inputs[0]), FILTERS)
        _follow_filters(graph, classes, orders)
        return orders


def _follow_filters(graph: Graph, classes: _Classes, orders: dict[str, Order]) -> None:
    """The orders of tables of filters and of their gradients."""
    for node in graph:
        # what filters are reshaped to and from lies as they do
        if _reshapes_filters(graph, node):
            for whole, flat in ((node.id, node.inputs[0]), (node.inputs[0], node.id)):
                if graph[whole].type.rank == PICTURE and orders.get(classes.of(whole)) == FILTERS:
                    orders.setdefault(classes.of(flat), (1, 0))
    for node in graph:
        # sums over all places are made row by row of the window, for all filters at once
        if node.op == "matmul" and node.attr("transpose_a") and graph[node.inputs[1]].op == "windows":
            orders.setdefault(classes.of(node.id), (1, 0))


def _weights_order(graph: Graph, product: Node) -> Order:
    """How a matmul's weights lie: as it reads them, unless rows as short as its results would be mostly pads.

    The last layer's (10, 100) as 100 rows of 10 take 100 vectors, as 10 rows of 100 they take 70. One product of a
    training step reads a copy that lies the other way in either case.
    """
    straight: Order = (1, 0) if product.attr("transpose_b") else (0, 1)
    turned = straight[::-1]
    shape = graph[product.inputs[1]].type.shape
    first, second = (shape[axis] for axis in straight)
    if not isinstance(first, int) or not isinstance(second, int) or 1 in (first, second):
        return straight
    length = first * padded(second)
    saved = length - second * padded(first)
    return turned if saved >= max(SAVED_SHARE * length, SAVED_LEAST) else straight


def _are_filters(graph: Graph, node: Node) -> bool:
    """Whether these are the filters of a convolution as a table."""
    return _reshapes_filters(graph, node) and graph[node.inputs[0]].op == "state"


def _reshapes_filters(graph: Graph, node: Node) -> bool:
    if node.op != "reshape":
        return False
    one, other = graph[node.inputs[0]].type.shape, node.type.shape
    long, short = (one, other) if len(one) > len(other) else (other, one)
    known = all(isinstance(n, int) for n in (*long, *short))
    return known and (len(long), len(short)) == (PICTURE, 2) and long[0] == short[0]


class _Classes:
    """Tensors of one shape that meet in elementwise ops, as sets with one member that stands for all."""

    def __init__(self, graph: Graph) -> None:
        self._parent = {node.id: node.id for node in graph}
        for node in graph:
            if REGISTRY[node.op].kind == "elementwise" and node.type.rank > 1:
                for source in node.inputs:
                    if graph[source].type.shape == node.type.shape:
                        self._parent[self.of(source)] = self.of(node.id)

    def of(self, node_id: str) -> str:
        above = self._parent[node_id]
        while above != self._parent[above]:
            self._parent[node_id] = self._parent[above]
            node_id, above = above, self._parent[above]
        return above


def _arranged(shape: Shape, order: Order | None, *, by_example: bool = True, by_row: bool = False) -> Layout:
    """Axes in the order wished for, unknown sizes in front in any case: a row has a known length.

    A picture has a row of channels for each of its places, unless it comes and goes `by_example`. `by_row`: the first
    two axes count the rows, whatever lies along the third.
    """
    wished = order or tuple(range(len(shape)))
    unknown = tuple(axis for axis in wished if isinstance(shape[axis], Size))
    if order == FILTERS and not unknown:
        return plain(shape, split=PICTURE - 1, order=order)
    if len(shape) < 2 or not unknown:
        return plain(shape, order=wished)
    known = tuple(axis for axis in wished if axis not in unknown)
    if by_row and order is None:
        return plain(shape, split=2)
    if len(shape) == PICTURE and order is None and not by_example:
        return plain(shape, split=PICTURE - 1, order=unknown + known)
    return plain(shape, split=len(unknown), order=unknown + known)


def _turn_right_operand(
    rw: Rewriter, product: Node, inputs: list[Value], turned: dict[tuple[str, Layout], Value]
) -> None:
    """Have the matmul read its right operand in the order it must have: one copy serves all its readers."""
    position, order = right_operand(product)
    operand = inputs[position]
    layout = _arranged(operand.type.shape, order)
    if layout.order != order or rw.new.node(operand).layout == layout:
        return  # along an axis of unknown size nothing can lie: a plain loop takes it as it is
    if (operand.id, layout) not in turned:
        turned[operand.id, layout] = _copied(rw, operand, layout)
    inputs[position] = turned[operand.id, layout]


def _copied(rw: Rewriter, value: Value, layout: Layout) -> Value:
    copy = rw.new.add("relayout", [value])
    rw.new.update(copy, layout=layout)
    return copy


def _own_outputs(rw: Rewriter) -> None:
    """Give each output that needs it a copy: leaves, and next and published values that share a tensor."""
    outputs = rw.old.outputs
    states = {node.attr("name"): rw[node.id] for node in rw.old if node.op == "state"}
    shared = ancestors(rw.old, [source for name, source in outputs.items() if not name.startswith("next/")])
    taken = {rw[source].id for source in shared}
    published = set[str]()
    for name, source in outputs.items():
        value = rw[source]
        rw.new.origins = rw.old[source].origins
        origin, layout = _root(rw, value), rw.new.node(value).layout
        assert layout is not None, f"{source} has no layout"
        own, used = origin.id == value.id, published
        if name.startswith("next/"):
            wanted = rw.new.node(states[name.removeprefix("next/")]).layout
            assert wanted is not None, f"the state of {name} has no layout"
            own, used, layout = own and layout == wanted, taken, wanted
        elif not name.startswith("publish/"):
            # what is given out is read in its own shape, not in that of the tensor it is a view of
            used = set()
        if not own or origin.id in used or _is_leaf(rw, origin):
            rw.output(name, _copied(rw, value, layout))
        used.add(origin.id)


def _is_leaf(rw: Rewriter, value: Value) -> bool:
    return REGISTRY[rw.new.node(value).op].kind == "leaf"


def _root(rw: Rewriter, value: Value) -> Value:
    """The tensor whose buffer holds `value`."""
    node = rw.new.node(value)
    while node.inputs and is_view(node, source := rw.new.node(rw.new.value(node.inputs[0]))):
        node = source
    return rw.new.value(node.id)
