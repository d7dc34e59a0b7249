"""Numbers fitted on the training part: what `prepare` and `statistic` states start from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import cast

import numpy as np

from ...compiler.expand.fields import AFTER, changed_graph, prepare_graph
from ...compiler.experiment import Experiment, Prepare
from ...compiler.graph import Graph, Node
from ...compiler.interpret import interpret
from ...dsl.data_schema import Column
from .dataset import Dataset, column_of
from .errors import DataError
from .raw import Array

KINDS = (
    "mean", "deviation", "mean_channels", "deviation_channels", "mean_all", "deviation_all",
    "least", "greatest", "least_all", "greatest_all",
)  # fmt: skip
PIECE = 1 << 22
"""Numbers looked at together."""


def statistic(dataset: Dataset, column: str, of: str) -> Array:
    """float32, of one example's shape, of its last axis (`mean_channels`), or one number (`least_all`: over all).

    `mean after log plus=1.0` is that of the column with these steps done to it. `deviation` is that of the population
    (the root of the mean square distance from the mean); 1 stands where it is 0, so that a constant element can be
    divided by it. Only rows of the part `train` count; sums are taken in float64. Raises DataError for an unknown
    column or statistic, for classes, which have none, and where a step has made something that is no number.
    """
    described = column_of(dataset.schema, column)
    of, _, done = of.partition(AFTER)
    if described.classes is not None:
        raise DataError("E311", f"`{column}` holds classes, which have no {of}", "Name a column of numbers.")
    if of not in KINDS:
        raise DataError("E311", f"there is no statistic `{of}`", f"There are {', '.join(KINDS)}.")
    steps = [_step(text) for text in done.split("; ")] if done else []
    axes = _axes(of, len(described.shape) + 1)
    if of.startswith(("least", "greatest")):
        extreme = np.min if of.startswith("least") else np.max
        found = [extreme(part, axis=axes) for part in _pieces(dataset, column, steps)]
        return np.asarray(extreme(found, axis=0), np.float32)
    return _moment(dataset, column, steps, axes, of)


def prepared(dataset: Dataset, column: str, steps: Sequence[Prepare], rows: Array) -> Array:
    """Some rows of a column as the network sees them after `steps`: float64, classes int32 until they are rows."""
    described, values = column_of(dataset.schema, column), dataset.columns[column][rows]
    graph = prepare_graph(described, steps)
    known: dict[str, Array] = {f"column/{column}": values, "rows": np.arange(len(rows))}
    return interpret(graph, known | _statistics(dataset, column, graph), {"B": len(rows), "N": len(rows)})["value"]


def changed(dataset: Dataset, experiment: Experiment, node: Node, count: int, rows: Array, step: int) -> Array:
    """Some rows of a column as training sees them at a step, after all of `prepare` and `count` steps of `augment`."""
    column, graph = cast(Column, node.attr("column")).name, changed_graph(experiment, node, count)
    known = {f"column/{column}": dataset.columns[column], "rows": rows, "clock": np.asarray(step, np.int64)}
    return interpret(graph, known | _statistics(dataset, column, graph), {"B": len(rows), "N": dataset.rows})["value"]


def _statistics(dataset: Dataset, column: str, graph: Graph) -> dict[str, Array]:
    """The fitted numbers that a graph reads."""
    return {
        f"state/{node.attr('name')}": statistic(dataset, column, dict(node.attr("start")[1])["of"])  # type: ignore[index]
        for node in graph
        if node.op == "state"
    }


def _step(text: str) -> Prepare:
    """The reverse of a step's own text."""
    kind, *options = text.split(" ")
    return Prepare(kind, {name: _value(word) for name, _, word in (option.partition("=") for option in options)})


def _value(word: str) -> object:
    for number in (int, float):
        with suppress(ValueError):
            return number(word)
    return word


def _axes(of: str, rank: int) -> tuple[int, ...]:
    """What a statistic is taken over: the examples, and all within them but the last axis, or all."""
    if of.endswith("_all"):
        return tuple(range(rank))
    return tuple(range(rank - 1)) if of.endswith("_channels") else (0,)


def _pieces(dataset: Dataset, column: str, steps: Sequence[Prepare]) -> Iterator[Array]:
    """The training rows, some at a time; the plain numbers where nothing was done to them."""
    values, rows = dataset.columns[column], dataset.parts["train"]
    count = max(1, PIECE // max(1, int(np.prod(values.shape[1:]))))
    for first in range(0, len(rows), count):
        some = rows[first : first + count]
        if not steps:
            yield values[some]
            continue
        part = prepared(dataset, column, steps, some)
        if not np.isfinite(part).all():
            row = int(np.argwhere(~np.isfinite(part))[0][0])
            raise DataError(
                "E306", f"`{column}`, row {some[row] + 1}: after {', '.join(map(str, steps))} it is no number",
                "The logarithm is of numbers above 0: write `{log: 1}` where there are zeros.",
            )  # fmt: skip
        yield part


def _moment(dataset: Dataset, column: str, steps: Sequence[Prepare], axes: tuple[int, ...], of: str) -> Array:
    mean = _mean(dataset, column, steps, axes, None)
    if of.startswith("mean"):
        return np.asarray(mean, np.float32)
    deviation = np.sqrt(_mean(dataset, column, steps, axes, mean))
    # what differs only by rounding from its mean is constant: dividing by it would blow noise up
    flat = deviation <= np.maximum(np.abs(mean) * 1e-12, np.finfo(np.float32).tiny)
    return np.where(flat, 1.0, deviation).astype(np.float32)


def _mean(dataset: Dataset, column: str, steps: Sequence[Prepare], axes: tuple[int, ...], less: Array | None) -> Array:
    """The mean over `axes` of the values, or of the squares of their distances from `less`, in float64."""
    total, count = np.float64(0.0), 0
    for part in _pieces(dataset, column, steps):
        plain = part.astype(np.float64)
        total = total + (plain if less is None else (plain - less) ** 2).sum(axis=axes)
        count += plain.size
    size = int(np.prod([dataset.columns[column].shape[axis] for axis in range(1, part.ndim) if axis not in axes]))
    return np.asarray(total / max(1, count // max(1, size)))
