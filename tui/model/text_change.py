"""The smallest change between two texts, and places of a text as lines and columns, for a pane that splits lines."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

Place = tuple[int, int]
"""Row and column, from 0."""


@dataclass(frozen=True, slots=True)
class Change:
    """`text` in place of the characters from `start` up to, not including, `end`."""

    start: int
    end: int
    text: str


def smallest(old: str, new: str) -> Change | None:
    """What to replace in `old` to have `new`; None where they are equal. A line end is never cut in two."""
    if old == new:
        return None
    start, end = _common(old, new), 0
    most = min(len(old), len(new)) - start
    while end < most and old[-1 - end] == new[-1 - end]:
        end += 1
    if start and old[start - 1] == "\r":
        start -= 1
    if end and old[-end] == "\n" and "\r" in (old[-end - 1 : -end], new[-end - 1 : -end]):
        end -= 1
    return Change(start, len(old) - end, new[start : len(new) - end])


BLOCK = 4096


def _common(one: str, other: str) -> int:
    """How many characters both begin with."""
    at, most = 0, min(len(one), len(other))
    while at < most and one[at : at + BLOCK] == other[at : at + BLOCK]:
        at += BLOCK
    at = min(at, most)
    while at < most and one[at] == other[at]:
        at += 1
    return at


class Rows:
    """A text by its rows, split as `str.splitlines` does."""

    def __init__(self, text: str) -> None:
        self.length = len(text)
        self.starts = [0]
        for line in text.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        if len(self.starts) > 1 and text[-1] not in "\r\n":
            self.starts.pop()

    def place(self, at: int) -> Place:
        """Row and column of a character."""
        row = bisect_right(self.starts, at) - 1
        return row, at - self.starts[row]

    def at(self, place: Place) -> int:
        """The character at a row and column; what lies outside is the nearest end."""
        row, column = place
        if row >= len(self.starts):
            return self.length
        return min(self.starts[row] + column, self.length)
