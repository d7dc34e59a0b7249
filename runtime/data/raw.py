"""What a source gives before the spec's fields are applied: arrays, or columns of words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from ...dsl.data_schema import Column

Array = NDArray[Any]

Named = tuple[Column, Array]
"""A column of the data with its values, one row an example."""


@dataclass(frozen=True, slots=True)
class Words:
    """A column as text, one entry a row. `file` and `lines` say where each stands (lines count from 1)."""

    texts: tuple[str, ...]
    file: str
    lines: tuple[int, ...]

    def place(self, row: int) -> str:
        """File and line of a row (from 0), for messages."""
        return f"{self.file}, line {self.lines[row]}"


@dataclass(frozen=True, slots=True)
class Raw:
    """The columns of a source, all of one length. Of `rows`, the last `own_test` are a test part of its own.

    `known` holds what is certain of a column whatever its values (classes, range). After a peek the arrays
    may have no rows, but the right shape and type of one example.
    """

    columns: Mapping[str, Array | Words]
    rows: int
    own_test: int = 0
    known: Mapping[str, Column] = field(default_factory=dict)
    file: str = ""
    """The file, or the words that name the source, for messages."""
    table: bool = False
    """A table of named text columns: with `fields:`, only what the fields read becomes data."""
