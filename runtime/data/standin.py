"""Random data in the shapes of a schema, for measuring speed where the real data is not at hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from ...dsl.data_schema import Column, DataSchema
from .chance import STAND_IN, uniform, words
from .dataset import Dataset
from .raw import Array


def random_like(schema: DataSchema, counts: Mapping[str, int] | None = None, seed: int = 0) -> Dataset:
    """A data set with `counts` rows in each part (those of the schema when None), the same for the same seed.

    Pixels and classes are drawn evenly from their range, other numbers from one of mean 0 and deviation 1.
    """
    parts = dict(schema.parts if counts is None else counts)
    total = sum(parts.values())
    columns = {
        name: _draw(column, total, seed + number) for number, (name, column) in enumerate(schema.columns.items())
    }
    rows, first = {}, 0
    for part, count in parts.items():
        rows[part] = np.arange(first, first + count, dtype=np.int64)
        first += count
    return Dataset(DataSchema(schema.columns, parts), columns, rows)


def _draw(column: Column, rows: int, seed: int) -> Array:
    shape = (rows, *column.shape)
    if column.classes is not None:
        return (uniform(seed, STAND_IN, shape) * column.classes).astype(np.int32)
    if column.dtype == "uint8":
        levels = 256 if column.high is None else int(column.high) + 1
        size = math.prod(shape)
        # eight pixels from a word: a large set is made in a moment
        drawn = words(seed, STAND_IN, -(-size // 8)).view(np.uint8)[:size]
        return ((drawn.astype(np.uint16) * levels) >> 8).astype(np.uint8).reshape(shape)
    known = column.low is not None and column.high is not None
    low = column.low if known and column.low is not None else -math.sqrt(3)
    high = column.high if known and column.high is not None else math.sqrt(3)
    return (uniform(seed, STAND_IN, shape) * (high - low) + low).astype(column.dtype)
