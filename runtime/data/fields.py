"""From a source's columns to the named columns of the data: numbers, classes, joined columns."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from ...dsl.data_schema import Column
from .arrays import Wanted
from .classes import classes_of_numbers, classes_of_words
from .errors import DataError
from .numbers import numbers_of_array, numbers_of_words, plain_numbers, word_number
from .raw import Array, Named, Raw, Words

if TYPE_CHECKING:
    from ...dsl.spec import Field


@dataclass(frozen=True, slots=True)
class Reading:
    """How one column is read: as what, which classes, which words are missing cells, what fills them."""

    name: str
    kind: str | None = None
    values: tuple[str, ...] | None = None
    missing: frozenset[str] = frozenset({""})
    fill: str | None = None


def named_columns(raw: Raw, fields: Sequence[Field], missing: Sequence[str] = ()) -> dict[str, Named]:
    """The data's columns in order: the fields, then the source's columns that no field reads.

    Of a table (csv) with fields only the fields are taken. Left to itself a column of words is numbers when
    all are numbers, classes when none is, and refused when mixed; a column `label` of whole numbers from 0 up
    is classes. Numbers come as float32 (uint8 stays) with at least one axis (`[1]`), classes as int32 numbers
    of the sorted distinct values. `missing` are words for a missing cell beside the empty one.

    Raises DataError.
    """
    gaps = frozenset({"", *missing})
    found: dict[str, Named] = {}
    read: set[str] = set()
    for field in fields:
        sources = [find_column(raw, column, field.name) for column in field.columns or (field.name,)]
        read.update(sources)
        parts = [read_column(raw, s, _reading(s, field, gaps)) for s in sources]
        found[field.name] = joined(field.name, sources, parts)
    rest = () if raw.table and fields else [name for name in raw.columns if name not in read]
    for source in rest:
        name = fit_name(source)
        if name in found:
            raise DataError(
                "E308", f"{raw.file}: two columns would be called `{name}`", "Name them apart by `fields:`."
            )
        column, values = read_column(raw, source, Reading(source, missing=gaps))
        found[name] = (replace(column, name=name), values)
    return found


def wanted_values(fields: Sequence[Field]) -> Wanted:
    """Which of a source's columns must be read for the schema alone: those that may be classes."""
    classes = {c for f in fields if _kind(f) == "category" or f.values for c in f.columns or (f.name,)}
    renamed = {fit_name(c) for c in classes}
    return lambda name: fit_name(name) == "label" or name in classes or fit_name(name) in renamed


def fit_name(column: str) -> str:
    """A column's name as a name of the language: `Sepal length (cm)` is `sepal_length_cm`."""
    name = re.sub(r"[^a-z0-9]+", "_", column.lower()).strip("_")
    return name if re.match(r"[a-z]", name) else f"column_{name}".rstrip("_")


def _kind(field: Field) -> str | None:
    return field.as_.kind if field.as_ else None


def _reading(source: str, field: Field, gaps: frozenset[str]) -> Reading:
    kind = _kind(field) or ("category" if field.values else None)
    if kind not in (None, "number", "category"):
        raise DataError(
            "E311",
            f"field {field.name}: a column cannot be read as `{kind}` in this version",
            "Read it as number or as category.",
        )
    return Reading(source, kind, field.values, gaps, field.missing)


def find_column(raw: Raw, column: str, field: str) -> str:
    """The source's own name of a column that a field names: as written, as fit name, or by number from 1."""
    if column in raw.columns:
        return column
    for name in raw.columns:
        if fit_name(name) == column:
            return name
    names = list(raw.columns)
    if column.isdecimal() and 1 <= int(column) <= len(names):
        return names[int(column) - 1]
    raise DataError(
        "E308",
        f"field {field}: {raw.file} has no column `{column}`",
        f"Its columns are {', '.join(names[:20])}{', …' if len(names) > 20 else ''}.",
    )


def read_column(raw: Raw, source: str, reading: Reading) -> Named:
    """One column of a source with what is known of it."""
    values = raw.columns[source]
    if isinstance(values, Words):
        return _of_words(values, reading)
    return _of_array(raw, values, reading)


def _of_words(words: Words, reading: Reading) -> Named:
    kind = reading.kind or _guess(words, reading)
    if kind == "category":
        return classes_of_words(words, reading.name, reading.values, reading.missing, reading.fill)
    values = numbers_of_words(words, reading.name, reading.missing, reading.fill)
    return Column(reading.name, (1,), "float32", greatest=_greatest(values)), values


def _greatest(values: Array) -> tuple[float, ...]:
    """The greatest size of each number of a row; empty for pictures, and where no row has a number."""
    if values.ndim > 2 or not len(values):
        return ()
    sizes = np.abs(values.reshape(len(values), -1).astype(np.float64))
    return tuple(float(size) for size in np.max(sizes, axis=0, initial=0.0, where=np.isfinite(sizes)))


def _guess(words: Words, reading: Reading) -> str:
    if fit_name(reading.name) != "label" and plain_numbers(words.texts, reading.missing) is not None:
        return "number"
    there = [(row, word_number(text)) for row, text in enumerate(words.texts) if text not in reading.missing]
    odd = [row for row, number in there if number is None]
    if not odd:
        whole = all(n is not None and n >= 0 and n.is_integer() for _, n in there)
        return "category" if there and whole and fit_name(reading.name) == "label" else "number"
    if len(odd) == len(there):
        return "category"
    row = odd[0]
    raise DataError(
        "E306",
        f"{words.place(row)}, column {reading.name}: {words.texts[row]!r} is no number, others here are",
        "Mend the cell, say that the word means nothing (missing: [...]), or read the column as: category.",
    )


def _of_array(raw: Raw, values: Array, reading: Reading) -> Named:
    known = raw.known.get(reading.name)
    if known and known.classes and reading.kind != "number":
        return _renamed(known, reading), values
    if known and reading.kind is None:
        return known, values
    if reading.kind == "category" or (reading.kind is None and _is_label(reading.name, values)):
        return classes_of_numbers(values, raw.file, reading.name, reading.values)
    numbers = numbers_of_array(values, raw.file, reading.name, reading.fill)
    pixels = numbers.dtype == np.uint8 and numbers.ndim > 2
    low, high = (0.0, 255.0) if pixels else (None, None)
    if known:
        low, high = (known.low, known.high) if known.classes is None else (None, None)
    greatest = _greatest(numbers)
    return Column(reading.name, numbers.shape[1:], str(numbers.dtype), low=low, high=high, greatest=greatest), numbers


def _renamed(known: Column, reading: Reading) -> Column:
    if reading.values is None:
        return known
    if len(reading.values) != known.classes:
        raise DataError(
            "E309",
            f"{len(reading.values)} values are named for {reading.name}, which has {known.classes} classes",
            "Name each class, in order.",
        )
    return replace(known, class_names=reading.values)


def _is_label(name: str, values: Array) -> bool:
    if fit_name(name) != "label" or values.ndim != 1 or not len(values):
        return False
    plain = values.astype(np.float64)
    return bool(np.all(plain >= 0) and np.all(plain == np.floor(plain)))


def joined(field: str, sources: Sequence[str], parts: Sequence[Named]) -> Named:
    """Columns of numbers side by side under the name `field`; one column alone keeps its shape."""
    if len(parts) == 1:
        column, values = parts[0]
        return replace(column, name=field), values
    for source, (column, _) in zip(sources, parts, strict=True):
        if column.classes is not None:
            raise DataError(
                "E308",
                f"field {field}: `{source}` holds classes, which cannot be joined with other columns",
                f"Give `{source}` a field of its own.",
            )
    values = np.concatenate([v.reshape(len(v), -1) if len(v) else _flat_empty(v) for _, v in parts], axis=1)
    found = [c for c, _ in parts]
    greatest = tuple(size for column in found for size in column.greatest) if all(c.greatest for c in found) else ()
    return Column(field, values.shape[1:], str(values.dtype), *_range(found), greatest), values


def _flat_empty(values: Array) -> Array:
    # a reshape of no rows cannot work out the other size
    return np.empty((0, int(np.prod(values.shape[1:]))), values.dtype)


def _range(columns: Sequence[Column]) -> tuple[None, tuple[str, ...], float | None, float | None]:
    ranges = {(c.low, c.high) for c in columns}
    return None, (), *(ranges.pop() if len(ranges) == 1 else (None, None))


def arrays_of(named: Mapping[str, Named]) -> dict[str, Array]:
    """The arrays alone, each in one piece of memory."""
    return {name: np.ascontiguousarray(values) for name, (_, values) in named.items()}
