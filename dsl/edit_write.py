"""Values as text that goes into a file: `{units: 64}` in one line, or lines of a block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .edit_parts import Part
from .scalars import INSIDE, quoted, written
from .tree import Plain

WIDEST = 110
"""Columns of a line; what is longer is laid out as a block where it may be."""


@dataclass(frozen=True, slots=True)
class Written:
    """A scalar as it is written in a file already, quotes and all."""

    text: str


Value = Plain | Written | Mapping[str, "Value"] | Sequence["Value"]


def flow(value: Value) -> str:
    """The value in one line."""
    if isinstance(value, Written):
        return value.text
    if isinstance(value, Mapping):
        return "{" + ", ".join(pair(key, flow(inner)) for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return written(value)


def pair(key: str, text: str) -> str:
    """The line of a key and its value; an empty `text` leaves the value out."""
    return f"{written(key)}: {text}" if text else f"{written(key)}:"


def item_lines(value: Value, column: int) -> list[str]:
    """The lines of a value that stands by itself after a dash or in a document, the first without its blanks.

    A table's pairs take a line each; what stands in them is in one line unless that is too long.
    """
    if isinstance(value, Mapping) and value:
        return [line for number, key in enumerate(value) for line in _numbered(number, key, value[key], column)]
    return [flow(value)]


def pair_lines(key: str, value: Value, column: int) -> list[str]:
    """The lines of `key: value` at a column, the first without its blanks."""
    line = pair(key, flow(value))
    if column + len(line) <= WIDEST or not isinstance(value, Mapping | Sequence) or isinstance(value, str) or not value:
        return [line]
    blanks = " " * (column + 2)
    if isinstance(value, Mapping):
        below = item_lines(value, column + 2)
        return [f"{written(key)}:", blanks + below[0], *below[1:]]
    lines = [f"{written(key)}:"]
    for item in value:
        below = item_lines(item, column + 4)
        lines += [f"{blanks}- {below[0]}", *below[1:]]
    return lines


def _numbered(number: int, key: str, value: Value, column: int) -> list[str]:
    lines = pair_lines(key, value, column)
    return [" " * column + lines[0] if number else lines[0], *lines[1:]]


def value_of(part: Part, text: str) -> Value:
    """A part as a value whose scalars stay as they are written in `text`, fit for any place."""
    if part.is_table:
        return {str(key): value_of(inner, text) for key, inner in part.inner.items()}
    if part.is_list:
        return [value_of(inner, text) for inner in part.items]
    return scalar_of(part, text[part.start : part.end])


def scalar_of(part: Part, raw: str) -> Value:
    """A scalar as it shall be written: `raw`, its text in the file, or quoted where that spans lines."""
    if part.nothing:
        return Written("")
    if part.style in ("'", '"') and "\n" not in raw and "\r" not in raw:
        return Written(raw)
    if part.style or "\n" in raw or "\r" in raw:
        return Written(quoted(part.text or ""))
    # a plain text may hold, in a block, what brackets would cut
    return Written(quoted(raw)) if INSIDE.search(raw) and (set(raw) & set(",[]{}")) else Written(raw)
