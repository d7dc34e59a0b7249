"""Tables that stay readable on a narrow terminal: columns of less weight are left out, long names lose their middle."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

GAP = 2
LEAST_NAME = 14
"""What is left of a name at least."""
PIPED = 160
"""Columns of text that goes to a file, where COLUMNS does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and its cells. `weight`: the column with the least is left out first, 0 never; `right`: numbers."""

    title: str
    cells: tuple[str, ...]
    weight: int = 0
    right: bool = False

    @property
    def width(self) -> int:
        return max(cell_len(text) for text in (self.title, *self.cells))


def columns_wide() -> int:
    """How many characters a line of output may have: the terminal's, what COLUMNS says, or 160."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return max(20, shutil.get_terminal_size().columns)
    return PIPED


def fitted_lines(columns: Sequence[Column], width: int) -> tuple[list[str], list[str]]:
    """The lines of a table at most so wide, headings first; and the titles of the columns left out.

    The first column is that of names: what is too long there loses its middle, once nothing else can go.
    Columns without a cell are left out without a word.
    """
    kept = [column for column in columns if column.weight == 0 or any(column.cells)]
    gone: list[str] = []
    while _wide(kept, LEAST_NAME) > width and any(column.weight for column in kept):
        least = min((column for column in kept if column.weight), key=lambda column: column.weight)
        kept.remove(least)
        gone.append(least.title)
    room = max(LEAST_NAME, width - _wide(kept[1:], None) - (GAP if kept[1:] else 0))
    names = Column(kept[0].title, tuple(shortened(cell, room) for cell in kept[0].cells))
    shown = [names, *kept[1:]]
    rows = zip(*((column.title, *column.cells) for column in shown), strict=True)
    return [_line(row, shown) for row in rows], gone


def shortened(text: str, most: int) -> str:
    """The text with its middle left out where it is too long."""
    if cell_len(text) <= most:
        return text
    front = (most - 1) // 2
    end = set_cell_size(text[::-1], most - 1 - front)[::-1]
    return f"{set_cell_size(text, front)}…{end}"


def folded(line: str, width: int) -> list[str]:
    """A sentence in lines of at most so many characters, later ones set in; a line that fits stays as it is."""
    if cell_len(line) <= width:
        return [line]
    return textwrap.wrap(line, width, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)


def _wide(columns: Sequence[Column], most_name: int | None) -> int:
    widths = [column.width for column in columns]
    if most_name is not None and widths:
        widths[0] = min(widths[0], max(most_name, 24))
    return sum(widths) + GAP * max(0, len(widths) - 1)


def _line(row: Sequence[str], columns: Sequence[Column]) -> str:
    cells = (
        " " * (column.width - cell_len(cell)) + cell if column.right else set_cell_size(cell, column.width)
        for cell, column in zip(row, columns, strict=True)
    )
    return (" " * GAP).join(cells).rstrip()
