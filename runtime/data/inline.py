"""Rows written in the spec itself: `values: {x: [[1, -1], [0, 0]], label: [0, 1]}`."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ...dsl.diagnostics import NOT_BUILT
from .errors import DataError
from .raw import Array, Raw, Words
from .reach import Reach

FILE = "values"


def read_values(options: Mapping[str, object], reach: Reach) -> Raw:
    """One column a name; the outermost list is the rows. Lists of words become columns of words.

    Raises DataError for rows of different shapes and columns of different lengths.
    """
    if not options:
        raise DataError("E311", "values: holds no column", "Write columns: values: {x: [[1, 2], [3, 4]]}.")
    columns = {name: _column(name, rows) for name, rows in options.items()}
    lengths = {name: len(c.texts) if isinstance(c, Words) else len(c) for name, c in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {n}" for name, n in lengths.items())
        raise DataError("E307", f"values: columns of different lengths: {told}", "Give each the same rows.")
    return Raw(columns, next(iter(lengths.values())), file=FILE)


def _column(name: str, rows: object) -> Array | Words:
    if isinstance(rows, dict):
        raise DataError(NOT_BUILT, f"values: {name} from a file", "Write the numbers.")
    if not isinstance(rows, list | tuple) or not rows:
        raise DataError(
            "E311",
            f"values: {name} is not a list of rows",
            f"Write a row an example: {name}: [[1, 2], [3, 4]].",
        )
    if all(isinstance(row, str) for row in rows):
        return Words(tuple(rows), FILE, tuple(range(1, len(rows) + 1)))
    shapes = [_shape(name, row) for row in rows]
    for number, shape in enumerate(shapes, 1):
        if shape != shapes[0]:
            raise DataError(
                "E307",
                f"values: row {number} of {name} has the shape {list(shape)}, row 1 has {list(shapes[0])}",
                "Give every row the same shape.",
            )
    return np.array(rows, np.int64 if _whole(rows) else np.float64)


def _shape(name: str, row: object) -> tuple[int, ...]:
    if isinstance(row, bool) or not isinstance(row, int | float | list | tuple):
        raise DataError("E306", f"values: {row!r} in {name} is not a number", "Write numbers.")
    if isinstance(row, int | float):
        return ()
    inner = {_shape(name, item) for item in row}
    if len(inner) != 1:
        raise DataError("E307", f"values: a row of {name} is uneven or empty", "Give a full table of numbers.")
    return (len(row), *inner.pop())


def _whole(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_whole(item) for item in value)
    return isinstance(value, int) and abs(value) < 2**62
