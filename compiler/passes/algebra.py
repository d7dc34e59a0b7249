"""The rewrites of `simplify`: each looks at one node and what it reads, and names its rewrite.

A rule returns the value to read in the node's place, or None. It must be right for every size, so none asks
what a symbolic size is; and it must leave something simpler, so that applying rules comes to an end.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from ..graph import Builder, Node, Value
from ..ops.op import REGISTRY
from ..types import Dim, Size, TensorType, product

Rule = Callable[["Algebra", Node], Value | None]
RULES: dict[str, list[Rule]] = {}

SAFE_PRODUCT = (1e-30, 1e30)
"""Two constant factors are joined when their product's size lies between these: float32 would not underflow."""


def rule(*ops: str) -> Callable[[Rule], Rule]:
    """Apply the decorated rewrite to nodes of these ops."""

    def register(rewrite: Rule) -> Rule:
        for name in ops:
            RULES.setdefault(name, []).append(rewrite)
        return rewrite

    return register


class Algebra:
    """A builder whose every node is in simplest form: what is added is rewritten until no rule applies."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.node, self.value = builder.node, builder.value
        self.constant, self.broadcast = builder.constant, builder.broadcast

    def add(self, op: str, inputs: Sequence[object], **attrs: object) -> Value:
        return self.settle(self.builder.add(op, inputs, name=None, **attrs))

    def settle(self, value: Value) -> Value:
        """`value`, or the simpler one that the first matching rule makes of it."""
        node = self.node(value)
        for rewrite in (*GENERAL, *RULES.get(node.op, ())) if node.inputs else ():
            simpler: Value | None = rewrite(self, node)
            if simpler is not None:
                return simpler
        return value


def spread_scalar(new: Algebra, value: Value) -> Value | None:
    """The number that `value` is spread from: itself at rank 0, the source of a broadcast of one."""
    if value.type.rank == 0:
        return value
    node = new.node(value)
    if node.op == "broadcast" and new.value(node.inputs[0]).type.rank == 0:
        return new.value(node.inputs[0])
    return None


def number(new: Algebra, value: Value) -> float | None:
    """The constant that every element of `value` is."""
    scalar = spread_scalar(new, value)
    if scalar is None or new.node(scalar).op != "constant":
        return None
    return float(cast(float, new.node(scalar).attr("value")))


def inputs(new: Algebra, node: Node) -> list[Value]:
    """What `node` reads, in the graph under construction."""
    return [new.value(source) for source in node.inputs]


def source(new: Algebra, value: Value, *ops: str) -> Value | None:
    """The first input of the node behind `value` when its op is one of `ops`."""
    node = new.node(value)
    return new.value(node.inputs[0]) if node.op in ops else None


# --- numbers ---------------------------------------------------------------------------------------------


def fold(new: Algebra, node: Node) -> Value | None:
    """f(constant, constant)   -->   constant. Floats of rank 0, and finite results, only."""
    values = inputs(new, node)
    if REGISTRY[node.op].kind != "elementwise" or node.type.rank or node.type.dtype not in ("float32", "float64"):
        return None
    known = [number(new, value) for value in values]
    if any(k is None or v.type.dtype != node.type.dtype for k, v in zip(known, values, strict=True)):
        return None
    with np.errstate(all="ignore"):
        result = float(REGISTRY[node.op].oracle(*(np.float64(cast(float, k)) for k in known), **node.attributes))
    return new.constant(result, node.type) if math.isfinite(result) else None


def spread_last(new: Algebra, node: Node) -> Value | None:
    """f(broadcast(a), broadcast(b))   -->   broadcast(f(a, b)), a and b of rank 0"""
    if REGISTRY[node.op].kind != "elementwise" or node.type.rank == 0:
        return None
    scalars = [spread_scalar(new, value) for value in inputs(new, node)]
    if any(scalar is None for scalar in scalars):
        return None
    return new.broadcast(new.add(node.op, scalars, **node.attributes), node.type)


PICTURE = 4
"""The axes of a batch of pictures."""


def reshape_last(new: Algebra, node: Node) -> Value | None:
    """f(reshape(t), y)   -->   reshape(f(t, reshape(y))), t a table with a row for each place of a picture.

    So all work on a picture between two windows is done on one table, and can share a kernel.
    """
    shape = node.type.shape
    if REGISTRY[node.op].kind != "elementwise" or len(shape) != PICTURE:
        return None
    table = (product(shape[:-1]), shape[-1])
    values = inputs(new, node)
    if not any(_is_table(new, value, table) for value in values):
        return None
    made = new.add(node.op, [_as_table(new, value, table) for value in values], **node.attributes)
    return new.add("reshape", [made], shape=shape)


def _is_table(new: Algebra, value: Value, table: tuple[Dim, ...]) -> bool:
    inner = source(new, value, "reshape")
    return inner is not None and inner.type.shape == table


def _as_table(new: Algebra, value: Value, table: tuple[Dim, ...]) -> Value:
    node = new.node(value)
    if node.op == "broadcast" and node.attr("axes") in ((), (PICTURE - 1,)):
        axes = (1,) if node.attr("axes") else ()
        return new.add("broadcast", [new.value(node.inputs[0])], shape=table, axes=axes)
    if _is_table(new, value, table):
        return new.value(node.inputs[0])
    return new.add("reshape", [value], shape=table)


GENERAL: tuple[Rule, ...] = (fold, spread_last, reshape_last)
"""Rules for elementwise ops whatever they are; tried before the op's own."""

# --- arithmetic ------------------------------------------------------------------------------------------


@rule("add")
def add_zero(new: Algebra, node: Node) -> Value | None:
    """x + 0   -->   x"""
    x, y = inputs(new, node)
    return x if number(new, y) == 0 else y if number(new, x) == 0 else None


@rule("add")
def add_negative(new: Algebra, node: Node) -> Value | None:
    """x + (-y)   -->   x - y"""
    x, y = inputs(new, node)
    if (inner := source(new, y, "negative")) is not None:
        return new.add("subtract", [x, inner])
    inner = source(new, x, "negative")
    return None if inner is None else new.add("subtract", [y, inner])


@rule("subtract")
def subtract_zero(new: Algebra, node: Node) -> Value | None:
    """x - 0   -->   x;   0 - x   -->   -x"""
    x, y = inputs(new, node)
    return x if number(new, y) == 0 else new.add("negative", [y]) if number(new, x) == 0 else None


@rule("subtract")
def subtract_negative(new: Algebra, node: Node) -> Value | None:
    """x - (-y)   -->   x + y"""
    x, y = inputs(new, node)
    inner = source(new, y, "negative")
    return None if inner is None else new.add("add", [x, inner])


@rule("multiply")
def multiply_one(new: Algebra, node: Node) -> Value | None:
    """x * 1   -->   x;   x * -1   -->   -x.  Never x * 0: x may be infinite."""
    x, y = inputs(new, node)
    for value, other in ((x, y), (y, x)):
        if (factor := number(new, other)) in (1.0, -1.0):
            return value if factor == 1.0 else new.add("negative", [value])
    return None


@rule("multiply")
def multiply_constants(new: Algebra, node: Node) -> Value | None:
    """(x * c) * d   -->   x * (c d), where c d neither over- nor underflows"""
    for value, other in (inputs(new, node), reversed(inputs(new, node))):
        outer, inner = number(new, other), new.node(value)
        if outer is None or inner.op != "multiply":
            continue
        for x, c in (inputs(new, inner), reversed(inputs(new, inner))):
            factor = number(new, c)
            if factor is not None and SAFE_PRODUCT[0] < abs(factor * outer) < SAFE_PRODUCT[1]:
                return new.add("multiply", [x, factor * outer])
    return None


@rule("multiply")
def multiply_negative(new: Algebra, node: Node) -> Value | None:
    """(-x) * c   -->   x * -c;   (-x) * (-y)   -->   x * y"""
    x, y = inputs(new, node)
    left, right = source(new, x, "negative"), source(new, y, "negative")
    if left is not None and right is not None:
        return new.add("multiply", [left, right])
    for inner, other in ((left, y), (right, x)):
        if inner is not None and (factor := number(new, other)) is not None:
            return new.add("multiply", [inner, -factor])
    return None


@rule("divide")
def divide_by_number(new: Algebra, node: Node) -> Value | None:
    """x / 1   -->   x;   x / s   -->   x * (1 / s), s one number for all elements of x"""
    x, y = inputs(new, node)
    if number(new, y) == 1.0:
        return x
    scalar = spread_scalar(new, y)
    if scalar is None or node.type.dtype not in ("float32", "float64") or number(new, y) == 0.0:
        return None
    if number(new, x) == 1.0:
        return new.broadcast(new.add("reciprocal", [scalar]), node.type)
    return new.add("multiply", [x, new.broadcast(new.add("reciprocal", [scalar]), node.type)])


@rule("negative")
def negative_of(new: Algebra, node: Node) -> Value | None:
    """-(-x)   -->   x;   -(x - y)   -->   y - x;   -(x * c)   -->   x * -c"""
    (x,) = inputs(new, node)
    inner = new.node(x)
    if inner.op == "negative":
        return new.value(inner.inputs[0])
    if inner.op == "subtract":
        a, b = inputs(new, inner)
        return new.add("subtract", [b, a])
    if inner.op == "multiply":
        for value, other in (inputs(new, inner), reversed(inputs(new, inner))):
            if (factor := number(new, other)) is not None:
                return new.add("multiply", [value, -factor])
    return None


@rule("power")
def small_power(new: Algebra, node: Node) -> Value | None:
    """x^1   -->   x;   x^2   -->   square(x);   x^-1   -->   reciprocal(x);   x^0.5   -->   sqrt(x)"""
    (x,) = inputs(new, node)
    name = {2.0: "square", -1.0: "reciprocal", 0.5: "sqrt"}.get(cast(float, node.attr("exponent")))
    if node.attr("exponent") == 1.0:
        return x
    return None if name is None else new.add(name, [x])


@rule("square", "abs")
def even(new: Algebra, node: Node) -> Value | None:
    """square(-x)   -->   square(x);   abs(abs(x))   -->   abs(x);   abs(-x)   -->   abs(x)"""
    (x,) = inputs(new, node)
    inner = source(new, x, "negative", "abs")
    return None if inner is None else new.add(node.op, [inner])


@rule("relu", "abs", "floor", "sign")
def idempotent(new: Algebra, node: Node) -> Value | None:
    """relu(relu(x))   -->   relu(x);   abs of a square or a relu   -->   the square or the relu"""
    (x,) = inputs(new, node)
    settled = {"relu": ("relu", "abs", "square"), "abs": ("abs", "square", "relu")}.get(node.op, (node.op,))
    return x if new.node(x).op in settled else None


@rule("maximum", "minimum")
def same_twice(new: Algebra, node: Node) -> Value | None:
    """max(x, x)   -->   x"""
    x, y = inputs(new, node)
    return x if x.id == y.id else None


@rule("where")
def where_known(new: Algebra, node: Node) -> Value | None:
    """where(c, x, x)   -->   x;   where(1, x, y)   -->   x;   where(0, x, y)   -->   y"""
    condition, x, y = inputs(new, node)
    if x.id == y.id:
        return x
    known = number(new, condition)
    return None if known is None else (x if known != 0 else y)


@rule("log")
def stable_log(new: Algebra, node: Node) -> Value | None:
    """log(exp(x))   -->   x;   log(softmax(x))   -->   log_softmax(x);   log(sigmoid(x))   -->   -softplus(-x)"""
    (x,) = inputs(new, node)
    inner = new.node(x)
    if inner.op == "exp":
        return new.value(inner.inputs[0])
    if inner.op == "softmax":
        return new.add("log_softmax", inputs(new, inner), **inner.attributes)
    if inner.op == "sigmoid":
        return new.add("negative", [new.add("softplus", [new.add("negative", inputs(new, inner))])])
    return None


# --- movement --------------------------------------------------------------------------------------------


@rule("cast", "reshape", "broadcast", "slice", "pad", "concat", "sum", "max", "transpose")
def nothing_moves(new: Algebra, node: Node) -> Value | None:
    """reshape to the shape it has, cast to the type it has, sum over no axes …   -->   x"""
    x = inputs(new, node)[0]
    if x.type != node.type or len(node.inputs) != 1:
        return None
    if node.op == "transpose":
        return x if node.attr("order") == tuple(range(x.type.rank)) else None
    return x


@rule("reshape")
def reshape_reshape(new: Algebra, node: Node) -> Value | None:
    """reshape(reshape(x))   -->   reshape(x)"""
    inner = source(new, inputs(new, node)[0], "reshape")
    return None if inner is None else new.add("reshape", [inner], **node.attributes)


@rule("transpose")
def transpose_transpose(new: Algebra, node: Node) -> Value | None:
    """transpose(transpose(x, p), q)   -->   transpose(x, p of q)"""
    inner = new.node(inputs(new, node)[0])
    if inner.op != "transpose":
        return None
    first, second = cast(Any, inner.attr("order")), cast(Any, node.attr("order"))
    return new.add("transpose", inputs(new, inner), order=tuple(first[axis] for axis in second))


@rule("broadcast")
def broadcast_broadcast(new: Algebra, node: Node) -> Value | None:
    """broadcast(broadcast(x))   -->   broadcast(x)"""
    inner = new.node(inputs(new, node)[0])
    if inner.op != "broadcast":
        return None
    first, second = cast(Any, inner.attr("axes")), cast(Any, node.attr("axes"))
    axes = tuple(second[axis] for axis in first)
    return new.add("broadcast", inputs(new, inner), shape=node.type.shape, axes=axes)


@rule("reshape", "transpose", "slice")
def move_spread(new: Algebra, node: Node) -> Value | None:
    """reshape(broadcast(a))   -->   broadcast(a), a of rank 0; so for transpose and slice"""
    (x,) = inputs(new, node)
    scalar = spread_scalar(new, x) if x.type.rank else None
    return None if scalar is None else new.broadcast(scalar, node.type)


@rule("sum", "max")
def reduce_reduce(new: Algebra, node: Node) -> Value | None:
    """sum(sum(x, p), q)   -->   sum(x, p and q);   so for max"""
    (x,) = inputs(new, node)
    inner = new.node(x)
    if inner.op != node.op:
        return None
    first, second = cast(Any, inner.attr("axes")), cast(Any, node.attr("axes"))
    left = [axis for axis in range(new.value(inner.inputs[0]).type.rank) if axis not in first]
    axes = tuple(sorted((*first, *(left[axis] for axis in second))))
    return new.add(node.op, inputs(new, inner), axes=axes)


@rule("sum")
def sum_spread(new: Algebra, node: Node) -> Value | None:
    """sum(broadcast(a))   -->   broadcast(a * n), a of rank 0; n is the op `size` where it is not known"""
    (x,) = inputs(new, node)
    scalar = spread_scalar(new, x) if x.type.rank else None
    if scalar is None:
        return None
    count = product(x.type.shape[axis] for axis in cast(Any, node.attr("axes")))
    if not isinstance(count, Size):
        return new.broadcast(new.add("multiply", [scalar, float(count)]), node.type)
    if node.type.dtype != "float32":
        return None
    size = new.builder.leaf("size", TensorType(()), of=count.names, factor=count.factor)
    return new.broadcast(new.add("multiply", [scalar, size]), node.type)


@rule("matmul")
def matmul_transpose(new: Algebra, node: Node) -> Value | None:
    """matmul(transpose(a), b)   -->   matmul(a, b, transpose_a turned); so for b"""
    sides = inputs(new, node)
    turns = dict(node.attributes)
    for position, flag in enumerate(("transpose_a", "transpose_b")):
        if (inner := source(new, sides[position], "transpose")) is not None:
            sides[position], turns[flag] = inner, not turns[flag]
    if turns == node.attributes:
        return None
    return new.add("matmul", sides, **turns)
