"""Warnings about numbers that come in as they are."""

from __future__ import annotations

from collections.abc import Iterator

from ..dsl.data_schema import Column
from .advice_view import NORMS, RESHAPING, View, column_of
from .graph import Node

LARGE_INPUT = 16.0
APART = 100.0
"""How many times larger one column may be than another."""


def about_data(view: View) -> None:
    """Add the warnings about inputs that are not prepared."""
    for node, column in _unprepared(view):
        reach = max(abs(column.low or 0.0), abs(column.high or 0.0))
        if reach > LARGE_INPUT:
            view.warn(
                "W206", view.at(node),
                f"`{column.name}` goes up to {reach:g} and is not scaled: sums of such numbers are wide, and the first steps "
                "may be wild",
                "Add `prepare: [scale]` to `data`.",
            )  # fmt: skip
    _apart(view)


def _unprepared(view: View) -> Iterator[tuple[Node, Column]]:
    """The columns of numbers that a layer weighs as they are."""
    for node in view.experiment.graph:
        column = column_of(node)
        if column is None or column.classes is not None or node.attributes.get("prepare"):
            continue
        if any(reader.op == "dense" or reader.op.startswith("conv") for reader in _readers(view, node)):
            yield node, column


def _readers(view: View, node: Node) -> Iterator[Node]:
    """The layers that compute with a column, past those that hand it on."""
    for reader in view.users(node):
        if reader.op in RESHAPING | {"dropout", "concat"}:
            yield from _readers(view, reader)
        elif reader.op not in NORMS:
            yield reader


def _apart(view: View) -> None:
    """Columns of a table, of which the largest rules the sums and the smallest is not heard."""
    found = [(node, column, size) for node, column in _unprepared(view) for size in column.greatest if size > 0]
    if not found:
        return
    smallest, largest = min(found, key=lambda each: each[2]), max(found, key=lambda each: each[2])
    if largest[2] > LARGE_INPUT and largest[2] / smallest[2] >= APART:
        node, column, size = largest
        other = "" if smallest[1].name == column.name else f" of `{smallest[1].name}`"
        view.warn(
            "W225", view.at(node),
            f"a number of `{column.name}` goes up to {size:.4g}, another{other} only to {smallest[2]:.2g}, "
            f"{size / smallest[2]:,.0f} times less: the large one rules, and no learning rate suits both",
            "Add `prepare: [standardize]` to `data`.",
        )  # fmt: skip
