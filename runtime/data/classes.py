"""Columns of classes: the distinct values in order, and each row's number among them."""

from __future__ import annotations

import math

import numpy as np

from ...dsl.data_schema import Column
from .errors import DataError
from .numbers import missing_cell, word_number
from .raw import Array, Named, Words

MOST_CLASSES = 1_000_000


def classes_of_words(
    words: Words, name: str, values: tuple[str, ...] | None, missing: frozenset[str], fill: str | None
) -> Named:
    """int32, one a row. The classes are `values` in their order, else the distinct words: by size when all
    are numbers, by letters otherwise. `fill` is the class of the missing cells.

    Raises DataError with line and column for a missing cell without `fill`, and for a word that is no class.
    """
    texts = [fill if fill is not None and text in missing else text for text in words.texts]
    for row, text in enumerate(texts):
        if text in missing and text != fill:
            raise missing_cell(f"{words.place(row)}, column {name}", text)
    names = values or _sorted(set(texts))
    _refuse_many(name, len(names))
    number = {text: n for n, text in enumerate(names)}
    for row, text in enumerate(texts):
        if text not in number:
            raise DataError(
                "E309",
                f"{words.place(row)}, column {name}: {text!r} is none of {', '.join(names[:20])}",
                "Mend the cell, or add the word to the field's values.",
            )
    return _named(name, np.array([number[text] for text in texts], np.int32), names)


def classes_of_numbers(values: Array, file: str, name: str, names: tuple[str, ...] | None) -> Named:
    """int32, one a row: the place of each whole number among the distinct ones, by size.

    `names` are what 0, 1, 2, … are called; then the numbers stay as they are. Raises DataError for numbers
    that are not whole, a table of several a row, or a number without a name.
    """
    flat = values.reshape(-1) if values.ndim == 2 and values.shape[1] == 1 else values
    if flat.ndim != 1:
        raise DataError(
            "E308",
            f"{file}, column {name}: {flat.shape[1:]} numbers a row, not one class",
            "Read it as: number.",
        )
    plain = flat.astype(np.float64)
    odd = np.flatnonzero(~np.isfinite(plain) | (plain != np.floor(plain)))
    if len(odd):
        raise DataError(
            "E306",
            f"{file}, column {name}: row {odd[0] + 1} is {plain[odd[0]]}, not a whole number",
            "Read it as: number, or save whole numbers.",
        )
    if names is not None:
        return _by_name(plain, file, name, names)
    distinct, place = np.unique(plain, return_inverse=True)
    _refuse_many(name, len(distinct))
    return _named(name, place.reshape(-1).astype(np.int32), tuple(str(int(d)) for d in distinct))


def _by_name(plain: Array, file: str, name: str, names: tuple[str, ...]) -> Named:
    outside = np.flatnonzero((plain < 0) | (plain >= len(names)))
    if len(outside):
        raise DataError(
            "E309",
            f"{file}, column {name}: row {outside[0] + 1} is {int(plain[outside[0]])}, "
            f"and {len(names)} values name 0 to {len(names) - 1}",
            "Name every class, in order.",
        )
    return _named(name, plain.astype(np.int32), names)


def _named(name: str, numbers: Array, names: tuple[str, ...]) -> Named:
    return Column(name, (), "int32", classes=len(names), class_names=names), numbers


def _sorted(texts: set[str]) -> tuple[str, ...]:
    numbers = {text: word_number(text) for text in texts}
    if all(n is not None and not math.isnan(n) for n in numbers.values()):
        return tuple(sorted(texts, key=lambda text: (numbers[text], text)))
    return tuple(sorted(texts))


def _refuse_many(name: str, count: int) -> None:
    if count > MOST_CLASSES:
        raise DataError("E304", f"{name} has {count} classes; at most {MOST_CLASSES}", "Read it as: number.")
