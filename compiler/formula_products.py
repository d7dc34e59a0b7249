"""`a @ b` in formulas: rows times columns, inside one example."""

from __future__ import annotations

from typing import cast

from ..dsl.formula import Binary, FormulaMistake, written
from .graph import Value
from .types import Dim, product

ROW, TABLE = 1, 2


def product_of(node: Binary, left: Value | float, right: Value | float) -> Value:
    """[k] @ [k] -> a number, [m, k] @ [k] -> [m], [k] @ [k, n] -> [n], [m, k] @ [k, n] -> [m, n].

    Raises FormulaMistake where the inner sizes differ.
    """
    if not isinstance(left, Value) or not isinstance(right, Value):
        raise FormulaMistake(
            "E130", node.place, f"`{written(node)}`: `@` multiplies tensors, and one is a number", "Write `*`."
        )
    a, b = left.type.shape[1:], right.type.shape[1:]
    if not (ROW <= len(a) <= TABLE and ROW <= len(b) <= TABLE):
        raise FormulaMistake(
            "E201", node.place, f"`{written(node)}`: `@` multiplies rows and tables, here are {[*a]} and {[*b]}",
            "Bring them to one or two axes, with `reshape`.",
        )  # fmt: skip
    if a[-1] != b[0]:
        raise FormulaMistake(
            "E201", node.place,
            f"`{written(node)}`: the last axis of {[*a]} is {a[-1]}, the first of {[*b]} is {b[0]}",
            "They have to be equal; `transpose(x)` exchanges the axes of a table.",
        )  # fmt: skip
    shared = _same_for_all(right)
    if shared is not None and len(b) == TABLE:
        return _by_weights(left, shared, b[-1])
    return _by_example(left, right)


def _same_for_all(value: Value) -> Value | None:
    """What is repeated for every example, as weights are; None for what differs."""
    node = value.builder.node(value)
    if node.op != "broadcast" or node.attr("axes") != tuple(range(1, value.type.rank)):
        return None
    return value.builder.value(node.inputs[0])


def _by_weights(left: Value, weights: Value, columns: Dim) -> Value:
    """All rows of all examples as one table: one matrix product."""
    add, shape = left.builder.add, left.type.shape
    inner = shape[-1]
    rows = left if left.type.rank == TABLE else add("reshape", [left], shape=(product(shape[:-1]), inner))
    made = add("matmul", [rows, weights])
    return made if left.type.rank == TABLE else add("reshape", [made], shape=(*shape[:-1], columns))


def _by_example(left: Value, right: Value) -> Value:
    """Products of tables, one for each example; a row is a table of one row, and two rows are multiplied and added."""
    add = left.builder.add
    if left.type.rank == right.type.rank == 1 + ROW:
        return add("sum", [cast(Value, left * right)], axes=(1,))
    if right.type.rank == 1 + ROW:
        # a table times a row is the row times the transposed table
        made = add("batch_matmul", [_as_table(right), left], transpose_b=True)
        return add("reshape", [made], shape=left.type.shape[:-1])
    made = add("batch_matmul", [_as_table(left), right])
    return add("reshape", [made], shape=(*left.type.shape[:-1], right.type.shape[-1]))


def _as_table(value: Value) -> Value:
    """A table as it is, a row as the only one of a table."""
    first, *others = value.type.shape
    return value if len(others) == TABLE else value.builder.add("reshape", [value], shape=(first, 1, *others))
