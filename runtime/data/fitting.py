"""One array brought to a column's shape, type and range."""

from __future__ import annotations

import math

import numpy as np

from ...dsl.data_schema import Column
from .errors import DataError
from .raw import Array


def fit(values: Array, column: Column, what: str) -> Array:
    """`values` with a row an example as `column` has them; a single example may leave that axis out, and axes
    may be flat or without a last 1 where the count of numbers is right. `what` is told in messages.

    Raises DataError for another count of numbers, for what is not finite, not whole where the column is,
    outside its known range, or no class of it.
    """
    if values.dtype.kind not in "buif":
        raise DataError("E312", f"{what}: {column.name} holds {values.dtype}, not numbers", "Give numbers.")
    shaped = _shaped(values, column, what)
    bad = np.argwhere(~np.isfinite(shaped))
    if len(bad):
        raise DataError(
            "E306",
            f"{what}: {column.name}, row {bad[0][0] + 1} holds {shaped[tuple(bad[0])]}",
            "Mend the row.",
        )
    if column.classes is not None:
        return _classes(shaped, column, what)
    if column.dtype == "uint8":
        low, high = (0, 255) if column.high is None else (column.low or 0, column.high)
        return _whole(shaped, column, what, (low, high))
    with np.errstate(over="ignore"):
        numbers = shaped.astype(column.dtype)
    if not np.isfinite(numbers).all():
        raise DataError("E306", f"{what}: {column.name} is too large for {column.dtype}", "Scale the numbers.")
    return numbers


def _shaped(values: Array, column: Column, what: str) -> Array:
    shape, size = column.shape, math.prod(column.shape)
    if values.shape == shape and shape:
        return values[np.newaxis]
    if values.ndim and math.prod(values.shape[1:]) == size:
        return values.reshape(len(values), *shape)
    if values.size == size:
        return values.reshape(1, *shape)
    raise DataError(
        "E312",
        f"{what}: {column.name} has the shape {list(values.shape)}; an example is {list(shape)}, "
        f"{size} numbers, so rows of them are [rows, {', '.join(map(str, shape))}]",
        "Bring the array to this shape.",
    )


def _whole(values: Array, column: Column, what: str, limits: tuple[float, float]) -> Array:
    low, high = limits
    bad = np.argwhere((values != np.floor(values)) | (values < low) | (values > high))
    if len(bad):
        raise DataError(
            "E312",
            f"{what}: {column.name}, row {bad[0][0] + 1} holds {values[tuple(bad[0])]}; "
            f"the network was trained on whole numbers from {low:g} to {high:g}",
            "Bring the values to that range; a `prepare: scale` in the spec is applied after it.",
        )
    return values.astype(column.dtype)


def _classes(values: Array, column: Column, what: str) -> Array:
    """Numbers that are class names become the class; others are class numbers already."""
    names = {name: number for number, name in enumerate(column.class_names)}
    count = column.classes or 0
    found = np.empty(values.shape, np.int32)
    for row, value in enumerate(values.reshape(-1).tolist()):
        number = names.get(f"{value:g}", value)
        if number != int(number) or not 0 <= number < count:
            raise DataError(
                "E309",
                f"{what}: {column.name}, row {row + 1} is {value:g}, no class",
                f"Classes: 0 to {count - 1}.",
            )
        found.reshape(-1)[row] = int(number)
    return found
