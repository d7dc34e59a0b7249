"""Columns of numbers: from words and from arrays to float32, every value finite."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .errors import DataError
from .raw import Array, Words

LARGEST = float(np.finfo(np.float32).max)


def word_number(text: str) -> float | None:
    """The number a cell writes (`nan` and `inf` too), or None. No underscores, ASCII digits only."""
    if "_" in text or not text.isascii():
        return None
    try:
        return float(text)
    except ValueError:
        return None


def plain_numbers(texts: Sequence[str], missing: frozenset[str]) -> NDArray[np.float64] | None:
    """All cells at once, where each plainly writes a finite number of float32; None where one may not."""
    if any(word_number(word) is not None for word in missing):
        return None
    together = "".join(texts)
    if "_" in together or not together.isascii():
        return None
    try:
        numbers = np.array(list(map(float, texts)), np.float64)
    except ValueError:
        return None
    # a NaN fails this comparison too
    return numbers if np.all(np.abs(numbers) <= LARGEST) else None


def numbers_of_words(words: Words, column: str, missing: frozenset[str], fill: str | None) -> Array:
    """float32, `[rows, 1]`. `fill` is the number for the `missing` words; without it they are refused, as is
    every cell that is not a finite number of float32. Raises DataError with line and column."""
    stand_in = _fill_number(column, fill)
    plain = plain_numbers(words.texts, missing)
    if plain is not None:
        return plain.astype(np.float32)[:, np.newaxis]
    values = np.empty((len(words.texts), 1), np.float32)
    for row, text in enumerate(words.texts):
        number = stand_in if text in missing else word_number(text)
        if number is None or not abs(number) <= LARGEST:
            raise _bad_cell(words, row, column, missing)
        values[row, 0] = number
    return values


def numbers_of_array(values: Array, file: str, column: str, fill: str | None) -> Array:
    """uint8 as it is, all else float32, with at least one axis beside the rows. A NaN takes the number `fill`
    where one is given. Raises DataError with row (from 1) and index for a value that is not finite."""
    shaped = values[:, np.newaxis] if values.ndim == 1 else values
    if shaped.dtype == np.uint8:
        return shaped
    with np.errstate(over="ignore"):
        numbers: NDArray[np.float32] = shaped.astype(np.float32)
    stand_in = _fill_number(column, fill)
    if stand_in is not None:
        numbers = np.where(np.isnan(numbers), np.float32(stand_in), numbers)
    bad = ~np.isfinite(numbers)
    if bad.any():
        row, *inside = (int(i) for i in np.argwhere(bad)[0])
        raise DataError(
            "E306",
            f"{file}, column {column}: row {row + 1}, index {inside} is {shaped[(row, *inside)]}, "
            "not a finite number of float32",
            "Mend the data, or give the field a number for what is missing (missing: 0).",
        )
    return numbers


def _fill_number(column: str, fill: str | None) -> float | None:
    if fill is None:
        return None
    number = word_number(fill)
    if number is None or not math.isfinite(number):
        raise DataError(
            "E311",
            f"{column}: missing: {fill} is not a number to put in",
            "Write the number that stands in for a missing cell: missing: 0.",
        )
    return number


def _bad_cell(words: Words, row: int, column: str, missing: frozenset[str]) -> DataError:
    text, place = words.texts[row], f"{words.place(row)}, column {column}"
    if text in missing:
        return missing_cell(place, text)
    number = word_number(text)
    if number is None:
        return DataError(
            "E306",
            f"{place}: {text!r} is no number",
            "Mend the cell, say that the word means nothing (missing: [...]), or read it as: category.",
        )
    why = "is not finite" if not math.isfinite(number) else "is too large for float32"
    return DataError("E306", f"{place}: {text} {why}", "Mend the cell, or name the word under `missing:`.")


def missing_cell(place: str, text: str) -> DataError:
    """The error for a missing cell that nothing stands in for."""
    what = f"the cell holds {text!r}, which means missing" if text else "the cell is empty"
    return DataError("E305", f"{place}: {what}", "Fill it, or give the field a stand-in (missing: 0).")
