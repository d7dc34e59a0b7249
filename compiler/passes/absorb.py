"""Norms and constant factors taken into the weights beside them, for programs that do not learn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, cast

from ..derived import depends_on_states, fixed_nodes
from ..graph import Graph, Node, Value
from ..ops.op import REGISTRY
from ..stages import DECOMPOSED, Pass, Stage
from .rewriter import Rewriter

LINEAR_MOVES = frozenset({"reshape", "transpose", "windows", "pool_sum"})
"""Ops through which a factor passes: each element of the result is a sum of elements, or 0."""


@dataclass(frozen=True)
class Absorb(Pass):
    """(matmul(x, w) - mean) * factor + shift   -->   matmul(x, w * factor) + (shift - mean * factor)

    and the same for any such chain of rows and numbers that depend on states alone, be it on a product or not;
    matmul(windows(x * c), w)   -->   matmul(windows(x), w * c), c a number, and no padding but with zeros;
    relu(reshape(x))   -->   reshape(relu(x)), so that it runs beside what makes x.

    Results agree to rounding. The weights that change are computed once (`fold`).
    """

    name: ClassVar[str] = "absorb"
    needs: ClassVar[Stage] = DECOMPOSED
    leaves: ClassVar[Stage] = DECOMPOSED

    def __call__(self, graph: Graph) -> Graph:
        for part in (_work_before_reshapes, _chains, _factors_before_products):
            graph = part(graph)
        return graph


# --- reshapes last ---------------------------------------------------------------------------------------


def _work_before_reshapes(graph: Graph) -> Graph:
    rw = Rewriter(graph)
    for node in rw:
        if REGISTRY[node.op].kind == "elementwise" and node.type.rank > 1:
            flat = [_flat(rw, value) for value in rw.inputs(node)]
            tables = {value.type.shape for value in flat if value is not None and value.type.rank}
            if len(tables) == 1 and None not in flat:
                # numbers spread by themselves to the shape that the tensors have
                made = rw.new.add(node.op, cast("list[Value]", flat), name=None, **node.attributes)
                rw.replace(node, rw.new.add("reshape", [made], shape=node.type.shape))
    return rw.graph()


def _flat(rw: Rewriter, value: Value) -> Value | None:
    """The table that a picture is reshaped from, or the number that it is spread from."""
    node = rw.new.node(value)
    if node.op not in ("reshape", "broadcast"):
        return None
    source = rw.new.value(node.inputs[0])
    if node.op == "broadcast":
        return source if source.type.rank == 0 else None
    alike = source.type.rank == 2 and value.type.rank > 2 and source.type.shape[-1] == value.type.shape[-1]
    return source if alike else None


# --- chains of rows and numbers --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Chain:
    """base * scale + shift. Both are rows along `axes` of the base, or numbers, or None; `links`: ops in the chain;
    `alone`: nothing else reads the base."""

    base: Value
    alone: bool
    axes: tuple[int, ...] = ()
    scale: Value | None = None
    shift: Value | None = None
    links: int = 0


def _chains(graph: Graph) -> Graph:
    rw, fixed = Rewriter(graph), fixed_nodes(graph)
    given = set(graph.outputs.values())
    chains = dict[str, _Chain]()
    for node in rw:
        if node.op not in ("add", "subtract", "multiply") or node.id in fixed or node.type.dtype != "float32":
            continue
        for side in (1, 0):
            source = node.inputs[1 - side]
            row = _row(rw, graph[node.inputs[side]], fixed)
            if row is None or (node.inputs[side] in fixed and source in fixed):
                continue
            # what others read too, must be there in any case: the chain begins behind it
            alone = len(graph.users[source]) == 1 and source not in given
            before = chains.get(source) if alone else None
            start = _Chain(rw[source], alone)
            chain = _linked(rw, before or start, node.op, row, first=side == 0)
            if chain is None:
                chain = _linked(rw, start, node.op, row, first=side == 0)
            if chain is not None:
                chains[node.id] = chain
                value = _written(rw, chain)
                if value is not None:
                    rw.replace(node, value)
            break
    return rw.graph()


def _row(rw: Rewriter, node: Node, fixed: set[str]) -> tuple[Value, tuple[int, ...]] | None:
    """What a broadcast spreads, and along which axes, where it depends on states alone."""
    if node.op != "broadcast" or node.inputs[0] not in fixed:
        return None
    value, axes = rw[node.inputs[0]], cast("tuple[int, ...]", node.attr("axes"))
    return (value, axes) if value.type.rank <= 1 else None


def _linked(rw: Rewriter, chain: _Chain, op: str, row: tuple[Value, tuple[int, ...]], *, first: bool) -> _Chain | None:
    """The chain and one op more; `first`: the row is the op's first input. None where its rows lie along another axis."""
    value, axes = row
    if chain.axes and axes and chain.axes != axes:
        return None
    chain = replace(chain, axes=chain.axes or axes, links=chain.links + 1)
    if op == "multiply":
        scale = value if chain.scale is None else _apply(rw, "multiply", chain.scale, value)
        shift = None if chain.shift is None else _apply(rw, "multiply", chain.shift, value)
        return replace(chain, scale=scale, shift=shift)
    if op == "add":
        return replace(chain, shift=value if chain.shift is None else _apply(rw, "add", chain.shift, value))
    if not first:
        shift = _negative(rw, value) if chain.shift is None else _apply(rw, "subtract", chain.shift, value)
        return replace(chain, shift=shift)
    scale = rw.new.constant(-1.0, replace(value.type, shape=())) if chain.scale is None else _negative(rw, chain.scale)
    return replace(
        chain, scale=scale, shift=value if chain.shift is None else _apply(rw, "subtract", value, chain.shift)
    )


def _apply(rw: Rewriter, op: str, left: Value, right: Value) -> Value:
    return rw.new.add(op, [left, right], name=None)


def _negative(rw: Rewriter, value: Value) -> Value:
    return rw.new.add("negative", [value])


def _written(rw: Rewriter, chain: _Chain) -> Value | None:
    """The chain as a product with other weights, or as one multiplication, and one addition; None where that is no
    gain."""
    product = rw.new.node(chain.base)
    value: Value | None = None
    if chain.scale is not None and chain.alone and product.op == "matmul":
        value = _scaled_product(rw, product, chain)
    if value is None:
        if chain.links < 2 or (chain.links == 2 and chain.scale is not None and chain.shift is not None):
            return None
        value = chain.base if chain.scale is None else _spread(rw, "multiply", chain.base, chain.scale, chain.axes)
    return value if chain.shift is None else _spread(rw, "add", value, chain.shift, chain.axes)


def _spread(rw: Rewriter, op: str, value: Value, row: Value, axes: tuple[int, ...]) -> Value:
    if row.type.rank:
        row = rw.new.add("broadcast", [row], shape=value.type.shape, axes=axes)
    return rw.new.add(op, [value, row], name=None)


# --- weights ---------------------------------------------------------------------------------------------


def _scaled_product(rw: Rewriter, product: Node, chain: _Chain) -> Value | None:
    """The product with columns of its right operand scaled; None where they are no weights, or not columns."""
    assert chain.scale is not None, "asked for a scale"
    if chain.scale.type.rank and chain.axes != (1,):
        return None
    left, right = (rw.new.value(source) for source in product.inputs)
    weights = _scaled_weights(rw, right, chain.scale, axis=0 if product.attr("transpose_b") else 1)
    return None if weights is None else rw.new.add("matmul", [left, weights], name=None, **product.attributes)


def _scaled_weights(rw: Rewriter, weights: Value, scale: Value, axis: int) -> Value | None:
    """Weights times a number or, along an axis, a row. Filters are scaled as filters, and then seen as a table."""
    if not _hangs_on_states(rw, weights):
        return None
    node = rw.new.node(weights)
    if node.op == "reshape" and axis == 0:
        whole = rw.new.value(node.inputs[0])
        if whole.type.rank and whole.type.shape[0] == weights.type.shape[0]:
            scaled = _spread(rw, "multiply", whole, scale, (0,))
            return rw.new.add("reshape", [scaled], shape=weights.type.shape)
    return _spread(rw, "multiply", weights, scale, (axis,))


def _hangs_on_states(rw: Rewriter, value: Value) -> bool:
    """Whether a value of the new graph depends on states and constants alone."""
    node = rw.new.node(value)
    known = {source for source in node.inputs if _hangs_on_states(rw, rw.new.value(source))}
    return depends_on_states(node, known)


def _factors_before_products(graph: Graph) -> Graph:
    rw = Rewriter(graph)
    given = set(graph.outputs.values())
    for node in rw:
        if node.op != "matmul":
            continue
        path, factor = _factor_behind(rw, graph, node.inputs[0], given)
        if factor is None:
            continue
        weights = _scaled_weights(rw, rw[node.inputs[1]], factor, axis=0)
        if weights is None:
            continue
        value = rw[path.pop()]
        for step in reversed(path):
            value = rw.new.copy(graph[step], [value])
        rw.replace(node, rw.new.add("matmul", [value, weights], name=None, **node.attributes))
    return rw.graph()


def _factor_behind(rw: Rewriter, graph: Graph, node_id: str, given: set[str]) -> tuple[list[str], Value | None]:
    """The moves between a product and a multiplication by a number before it, what is multiplied at the end, and the
    number; None where there is none that only this product needs."""
    path = list[str]()
    while len(graph.users[node_id]) == 1 and node_id not in given:
        node = graph[node_id]
        if node.op == "multiply":
            for side in (1, 0):
                spread = graph[node.inputs[side]]
                if spread.op == "broadcast" and graph[spread.inputs[0]].op == "constant":
                    return [*path, node.inputs[1 - side]], rw[spread.inputs[0]]
            return [], None
        if node.op not in LINEAR_MOVES:
            return [], None
        path.append(node_id)
        node_id = node.inputs[0]
    return [], None
