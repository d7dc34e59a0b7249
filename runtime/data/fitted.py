"""Numbers fitted on the training part: what `prepare` and `statistic` states start from."""

from __future__ import annotations

import numpy as np

from .dataset import Dataset, column_of
from .errors import DataError
from .raw import Array

KINDS = ("mean", "deviation", "least", "greatest", "least_all", "greatest_all")


def statistic(dataset: Dataset, column: str, of: str) -> Array:
    """float32, of one example's shape, or a single number (`least_all`, `greatest_all`: over all elements).

    `deviation` is that of the population (the root of the mean square distance from the mean); 1 stands where
    it is 0, so that a constant element can be divided by it. Only rows of the part `train` count; sums are
    taken in float64. Raises DataError for an unknown column or statistic, and for classes, which have none.
    """
    described = column_of(dataset.schema, column)
    if described.classes is not None:
        raise DataError("E311", f"`{column}` holds classes, which have no {of}", "Name a column of numbers.")
    if of not in KINDS:
        raise DataError("E311", f"there is no statistic `{of}`", f"There are {', '.join(KINDS)}.")
    values = dataset.columns[column]
    rows = dataset.parts["train"]
    if of in ("mean", "deviation"):
        return _moment(values, rows, of)
    part = values[rows]
    extreme = part.min if of.startswith("least") else part.max
    return np.asarray(extreme() if of.endswith("_all") else extreme(axis=0), np.float32)


def _moment(values: Array, rows: Array, of: str) -> Array:
    mean = _mean(values, rows, np.zeros(values.shape[1:]), power=1)
    if of == "mean":
        return np.asarray(mean, np.float32)
    deviation = np.sqrt(_mean(values, rows, mean, power=2))
    # what differs only by rounding from its mean is constant: dividing by it would blow noise up
    flat = deviation <= np.maximum(np.abs(mean) * 1e-12, np.finfo(np.float32).tiny)
    return np.where(flat, 1.0, deviation).astype(np.float32)


def _mean(values: Array, rows: Array, less: Array, power: int) -> Array:
    """The mean over the rows of (value - less) ** power, in float64, a piece of the rows at a time."""
    total = np.zeros(values.shape[1:])
    piece = max(1, (1 << 22) // max(1, total.size))
    for first in range(0, len(rows), piece):
        part = values[rows[first : first + piece]].astype(np.float64) - less
        total += (part**power).sum(axis=0)
    return total / max(1, len(rows))
