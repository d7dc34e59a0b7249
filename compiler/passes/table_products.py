"""Rewrites of products of tables, one for each example: as few as do the work, and read the way they lie."""

from __future__ import annotations

from ..graph import Node, Value
from ..types import product
from .algebra import Algebra, inputs, rule, source

TURNED = (0, 2, 1)
"""The order of axes of tables that are transposed one by one."""


@rule("batch_matmul")
def transposed_tables(new: Algebra, node: Node) -> Value | None:
    """batch_matmul(transpose(a), b)   -->   batch_matmul(a, b, transpose_a turned); so for b"""
    sides = inputs(new, node)
    turns = dict(node.attributes)
    for position, flag in enumerate(("transpose_a", "transpose_b")):
        inner = source(new, sides[position], "transpose")
        if inner is not None and new.node(sides[position]).attr("order") == TURNED:
            sides[position], turns[flag] = inner, not turns[flag]
    return new.add("batch_matmul", sides, **turns) if turns != node.attributes else None


@rule("batch_matmul")
def row_for_column(new: Algebra, node: Node) -> Value | None:
    """batch_matmul(a, b) with one column   -->   reshape(batch_matmul(b, a, both transposed)): one row, in vectors"""
    count, m, n = node.type.shape
    if n != 1 or m == 1:
        return None
    a, b = inputs(new, node)
    turns = {"transpose_a": not node.attr("transpose_b"), "transpose_b": not node.attr("transpose_a")}
    return new.add("reshape", [new.add("batch_matmul", [b, a], **turns)], shape=(count, m, n))


@rule("batch_matmul")
def one_table_for_all(new: Algebra, node: Node) -> Value | None:
    """batch_matmul(a, broadcast(w))   -->   matmul of the rows of all examples and w"""
    a, b = inputs(new, node)
    table = source(new, b, "broadcast")
    if table is None or table.type.rank != 2 or new.node(b).attr("axes") != (1, 2):
        return None
    m, k = a.type.shape[1:]
    if node.attr("transpose_a") and 1 not in (m, k):
        return None
    if node.attr("transpose_a"):
        m, k = k, m
    rows = new.add("reshape", [a], shape=(product((a.type.shape[0], m)), k))
    made = new.add("matmul", [rows, table], transpose_b=node.attr("transpose_b"))
    return new.add("reshape", [made], shape=node.type.shape)
