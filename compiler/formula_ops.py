"""A formula of tensors as ops: one rule for what it means and for the sizes that come out.

Formulas live inside one example. An input is spread over a named axis it lacks or has as 1, never by position;
without `over=` a reduction covers the whole example.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from ..dsl.formula import Binary, Call, Formula, FormulaMistake, Node, Number, Path, Unary, evaluate, written
from ..dsl.kinds.joiners import AXES
from .formula_products import product_of
from .graph import Value
from .types import BATCH, Dim, TensorType, product

Operand = Value | float
ELEMENTWISE = {
    "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "==": "equal", ">": "greater", ">=": "greater_equal",
    "<": "less", "<=": "less_equal", "and": "logical_and", "or": "logical_or", "min": "minimum", "max": "maximum",
    "minimum": "minimum", "maximum": "maximum", "where": "where",
}  # fmt: skip
"""Ops of two or more operands, by their sign or name."""
CURVES = frozenset({"exp", "log", "sqrt", "abs", "sign", "square", "floor", "sigmoid", "tanh", "relu", "softplus"})
"""Functions that are an op of one operand."""
COMPOSED: Mapping[str, Callable[[Value], Value]] = {
    "log2": lambda x: _value(x.builder.add("log", [x]) * (1 / math.log(2))),
    "ceil": lambda x: _value(-x.builder.add("floor", [_value(-x)])),
    "round": lambda x: x.builder.add("floor", [_value(x + 0.5)]),
}
"""Functions of one operand that are made of ops."""


def formula_value(formula: Formula, names: Mapping[str, Operand]) -> Value:
    """The formula over `names` (tensors with the batch first, or numbers), by path.

    Raises FormulaMistake: a name that stands for nothing, sizes that do not fit, what cannot be built yet.
    """
    found = _Reading(names).of(formula.tree)
    if isinstance(found, Value):
        return found
    raise FormulaMistake("E130", formula.place, f"`{formula.text}` is a number; here a tensor is wanted")


def _value(symbol: object) -> Value:
    return cast(Value, symbol)


class _Reading:
    def __init__(self, names: Mapping[str, Operand]) -> None:
        self.names = names

    def of(self, node: Node) -> Operand:
        match node:
            case Number(value=number):
                return float(number)
            case Path():
                return as_numbers(self.names[str(node)])
            case Unary(operator="not", operand=operand):
                return self.logical_not(operand)
            case Unary(operand=operand):
                value = self.of(operand)
                return -value if isinstance(value, float) else _value(-value)
            case Binary():
                return self.binary(node)
            case Call():
                return self.call(node)

    def logical_not(self, operand: Node) -> Operand:
        value = self.of(operand)
        if isinstance(value, float):
            raise FormulaMistake(
                "E130", operand.place, f"`{written(operand)}` is a number, which is neither true nor false"
            )
        return value.builder.add("logical_not", [value])

    def binary(self, node: Binary) -> Operand:
        left, right = self.of(node.left), self.of(node.right)
        if isinstance(left, float) and isinstance(right, float):
            return self.number(node, {"left": left, "right": right})
        match node.operator:
            case "^":
                return _power(node, left, right)
            case "%":
                quotient = elementwise("divide", node, [left, right])
                whole = quotient.builder.add("floor", [quotient])
                return elementwise("subtract", node, [left, elementwise("multiply", node, [whole, right])])
            case "!=":
                same = elementwise("equal", node, [left, right])
                return same.builder.add("logical_not", [same])
            case "@":
                return product_of(node, left, right)
            case operator if operator in ELEMENTWISE:
                return elementwise(ELEMENTWISE[operator], node, [left, right])
        raise AssertionError(f"`{node.operator}` is no operator of formulas")

    def number(self, node: Binary, values: Mapping[str, float]) -> float:
        """Two numbers: computed here and now."""
        tree = Binary(node.operator, Path(("left",)), Path(("right",)), node.place)
        return float(evaluate(Formula(written(node), tree, node.place), values))  # type: ignore[arg-type]

    def call(self, node: Call) -> Operand:
        values = [self.of(argument) for argument in node.arguments]
        tensors = [value for value in values if isinstance(value, Value)]
        if not tensors:
            arguments = tuple(Number(value) for value in values if isinstance(value, float))
            made = Formula(written(node), Call(node.function, arguments, node.over, node.place), node.place)
            return float(evaluate(made, {}))  # type: ignore[arg-type]
        name, first = node.function, tensors[0]
        if len(values) > 1:
            return _folded(ELEMENTWISE[name], node, values)
        if name in CURVES:
            return first.builder.add(name, [first])
        if name in COMPOSED:
            return COMPOSED[name](first)
        if name in REDUCTIONS:
            return REDUCTIONS[name](first, over_axes(node, first))
        return SHAPED[name](node, first)


def as_numbers(value: Operand) -> Operand:
    """Class numbers as floats, to be compared."""
    if isinstance(value, Value) and value.type.dtype != "float32":
        return value.builder.add("cast", [value], dtype="float32")
    return value


def elementwise(op: str, node: Node, operands: Sequence[Operand]) -> Value:
    """The op on operands brought to one shape."""
    values = spread_together(node, [value for value in operands if isinstance(value, Value)])
    left = iter(values)
    return values[0].builder.add(op, [next(left) if isinstance(value, Value) else value for value in operands])


def _folded(op: str, node: Call, values: list[Operand]) -> Value:
    """`max(a, b, c)` two by two; `where` takes its three at once."""
    if op == "where":
        first = next(value for value in values if isinstance(value, Value))
        whole = [v if isinstance(v, Value) else first.builder.constant(v, first.type) for v in values]
        return elementwise(op, node, whole)
    numbers = [value for value in values if isinstance(value, float)]
    tensors: list[Operand] = [value for value in values if isinstance(value, Value)]
    if numbers:
        tensors.append(max(numbers) if op == "maximum" else min(numbers))
    total = tensors[0]
    for value in tensors[1:]:
        total = elementwise(op, node, [total, value])
    return _value(total)


def _power(node: Binary, base: Operand, exponent: Operand) -> Value:
    if isinstance(base, Value) and isinstance(exponent, float):
        return (
            base.builder.add("square", [base])
            if exponent == 2
            else base.builder.add("power", [base], exponent=exponent)
        )
    if isinstance(base, float):
        if base <= 0:
            raise FormulaMistake(
                "E130", node.place, f"`{written(node)}`: a power of {base:g} is no real number everywhere"
            )
        logarithm: Operand = math.log(base)
    else:
        logarithm = base.builder.add("log", [base])
    scaled = elementwise("multiply", node, [exponent, logarithm])
    return scaled.builder.add("exp", [scaled])


MATRIX = 2

# reductions inside one example

Axes = tuple[int, ...]


def over_axes(node: Call, value: Value) -> Axes:
    """The axes that a reduction covers: the named one, or all of the example."""
    if node.over is None:
        return tuple(range(1, value.type.rank))
    return (axis_named(node, value, node.over),)


def axis_named(node: Node, value: Value, name: str) -> int:
    """The number of the axis called `name`, the batch being 0. Raises FormulaMistake E216."""
    names = axis_names(value.type.rank - 1)
    word = "channels" if name == "features" else name
    if word not in names:
        known = f"it has {', '.join(names)}" if names else "it has no axis"
        raise FormulaMistake("E216", node.place, f"`{written(node)}`: there is no axis `{name}` here; {known}")
    return names.index(word) + 1


def axis_names(rank: int) -> tuple[str, ...]:
    """The names of an example's axes; beyond three axes they have none."""
    return AXES.get(rank, tuple(f"axis {n}" for n in range(1, rank + 1)))


def _sum(x: Value, axes: Axes) -> Value:
    return x.builder.add("sum", [x], axes=axes) if axes else x


def _mean(x: Value, axes: Axes) -> Value:
    return _value(_sum(x, axes) * (1.0 / _count(x, axes)))


def _count(x: Value, axes: Axes) -> int:
    count = product(x.type.shape[axis] for axis in axes)
    assert isinstance(count, int), "sizes within an example are known"
    return count


def _var(x: Value, axes: Axes) -> Value:
    from_mean = _value(x - _again(_mean(x, axes), x, axes))
    return _mean(x.builder.add("square", [from_mean]), axes)


def _norm(x: Value, axes: Axes) -> Value:
    return x.builder.add("sqrt", [_sum(x.builder.add("square", [x]), axes)])


def _max(x: Value, axes: Axes) -> Value:
    return x.builder.add("max", [x], axes=axes) if axes else x


def _min(x: Value, axes: Axes) -> Value:
    return _value(-_max(_value(-x), axes))


REDUCTIONS: Mapping[str, Callable[[Value, Axes], Value]] = {
    "sum": _sum, "mean": _mean, "var": _var, "norm": _norm, "max": _max, "min": _min, "maximum": _max, "minimum": _min,
}  # fmt: skip


def _again(value: Value, like: Value, axes: Axes) -> Value:
    """A reduced value spread over the axes it was reduced over."""
    kept = tuple(axis for axis in range(like.type.rank) if axis not in axes)
    return value.builder.add("broadcast", [value], shape=like.type.shape, axes=kept) if axes else value


# functions that look at axes


def _normalize(node: Call, x: Value) -> Value:
    """x at length 1 along one axis, or as a whole."""
    axes = over_axes(node, x)
    return _value(x / _again(_norm(x, axes), x, axes))


def _softmax(node: Call, x: Value) -> Value:
    """softmax along one axis, or over all numbers of the example."""
    axes, last = over_axes(node, x), x.type.rank - 1
    add = x.builder.add
    if axes == (last,):
        return add("softmax", [x])
    if node.over is None:
        flat = add("reshape", [x], shape=(BATCH, _count(x, axes)))
        return add("reshape", [add("softmax", [flat])], shape=x.type.shape)
    order = tuple(axis for axis in range(x.type.rank) if axis not in axes) + axes
    back = tuple(order.index(axis) for axis in range(x.type.rank))
    return add("transpose", [add("softmax", [add("transpose", [x], order=order)])], order=back)


def _argmax(node: Call, x: Value) -> Value:
    """Where the greatest number stands, from 0, along one axis or among all numbers of the example."""
    axes, add = over_axes(node, x), x.builder.add
    if node.over is None and x.type.rank > 1:
        x, axes = add("reshape", [x], shape=(BATCH, _count(x, axes))), (1,)
    if not axes:
        return _value(x * 0.0)
    return add("cast", [add("argmax", [x], axis=axes[0])], dtype="float32")


def _size(node: Call, x: Value) -> Value:
    """How many numbers there are along one axis, or in the example."""
    count = _count(x, over_axes(node, x))
    return x.builder.constant(float(count), TensorType((BATCH,)))


def _transpose(node: Call, x: Value) -> Value:
    """The last two axes exchanged."""
    if x.type.rank < 1 + MATRIX:
        raise FormulaMistake(
            "E201", node.place, f"`{written(node)}`: {[*x.type.shape[1:]]} has no two axes to exchange",
            "Only a table can be transposed.",
        )  # fmt: skip
    rank = x.type.rank
    return x.builder.add("transpose", [x], order=(*range(rank - 2), rank - 1, rank - 2))


SHAPED: Mapping[str, Callable[[Call, Value], Value]] = {
    "softmax": _softmax, "normalize": _normalize, "argmax": _argmax, "size": _size, "transpose": _transpose,
    "stop_gradient": lambda _node, x: x.builder.add("stop_gradient", [x]),
}  # fmt: skip
"""Functions of one tensor that look at its axes."""


# spreading by the names of axes


def spread_together(node: Node, values: Sequence[Value]) -> list[Value]:
    """All values over every axis that one of them has."""
    shapes = {value.type.shape for value in values}
    if len(shapes) <= 1:
        return list(values)
    names = axis_names(max(value.type.rank for value in values) - 1)
    sizes: dict[str, Dim] = {}
    for value in values:
        for name, size in zip(axis_names(value.type.rank - 1), value.type.shape[1:], strict=True):
            known = sizes.get(name, 1)
            if name not in names or (known not in (1, size) and size != 1):
                raise _clash(node, values)
            sizes[name] = size if known == 1 else known
    return [_spread(value, tuple((name, sizes[name]) for name in names)) for value in values]


def _spread(value: Value, wanted: tuple[tuple[str, Dim], ...]) -> Value:
    shape = (BATCH, *(size for _, size in wanted))
    if value.type.shape == shape:
        return value
    own = dict(zip(axis_names(value.type.rank - 1), value.type.shape[1:], strict=True))
    kept = [(at, size) for at, (name, size) in enumerate(wanted, 1) if name in own and own[name] == size]
    narrow = (BATCH, *(size for _, size in kept))
    if value.type.shape != narrow:
        value = value.builder.add("reshape", [value], shape=narrow)
    return value.builder.add("broadcast", [value], shape=shape, axes=(0, *(at for at, _ in kept)))


def _clash(node: Node, values: Sequence[Value]) -> FormulaMistake:
    parts = (node.left, node.right) if isinstance(node, Binary) else node.arguments if isinstance(node, Call) else ()
    sign = f"`{node.operator}`" if isinstance(node, Binary) else f"`{written(node)}`"
    if len(parts) == len(values):
        pairs = zip(parts, values, strict=True)
        told = ", ".join(f"`{written(part)}` is {[*value.type.shape[1:]]}" for part, value in pairs)
    else:
        told = " and ".join(str([*value.type.shape[1:]]) for value in values)
    return FormulaMistake(
        "E201", node.place, f"{told}; {sign} wants equal sizes", "Bring them to one size, axis by axis."
    )
