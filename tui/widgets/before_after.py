"""The graph before a pass and after it: side by side where there is room, one under the other where there is not."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rich.text import Text

from ..model.pass_steps import Row, Sign
from .source import LinesView

SIDE_BY_SIDE = 84
"""Columns from which on both stand side by side."""
SIGNS: dict[Sign, str] = {"same": " ", "gone": "-", "new": "+", "changed": "~"}
STYLES: dict[Sign, str] = {"same": "dim", "gone": "red", "new": "green", "changed": "yellow"}


class BeforeAfter(LinesView):
    """Rows of a comparison. `-` is gone, `+` is new, `~` is otherwise; in colours too."""

    def __init__(self, title: str = "before | after", *, id: str | None = None) -> None:
        super().__init__(title, id=id)
        self._compared: Sequence[Row] = ()
        self._empty = ""

    def compare(self, rows: Sequence[Row], title: str, empty: str) -> None:
        """Show a comparison; where it has no rows, the words `empty`."""
        self._compared, self._empty = rows, empty
        self.show((), title)

    def _broken(self, width: int) -> list[Text]:
        if not self._compared:
            return [Text(self._empty, "dim")]
        both = any(row.before for row in self._compared if row.sign != "title") and any(
            row.after for row in self._compared
        )
        columns = width >= SIDE_BY_SIDE and both
        return [line for row in self._compared for line in (_beside(row, width) if columns else _below(row, width))]


def _beside(row: Row, width: int) -> Iterator[Text]:
    if row.sign in ("title", "more"):
        yield _heading(row)
        return
    half = (width - 5) // 2
    left, right = _cut(row.before, half), _cut(row.after, half)
    style, sign = STYLES[row.sign], SIGNS[row.sign]
    for place, (before, after) in enumerate(zip_longest(left, right, fillvalue="")):
        line = Text(f"{sign if place == 0 else ' '} ", style)
        line.append_text(_side(before.ljust(half), row, style if row.sign != "new" else ""))
        line.append(" │ ", "dim")
        line.append_text(_side(after, row, style if row.sign != "gone" else ""))
        yield line


def _side(text: str, row: Row, style: str) -> Text:
    """A side of a row. Of one that changed, the words that are in this side alone are bold."""
    shown = Text(text, style)
    if row.sign == "changed" and row.before and row.after:
        common = set(row.before.split()) & set(row.after.split())
        at = 0
        for word in text.split():
            at = text.index(word, at)
            if word not in common:
                shown.stylize("bold", at, at + len(word))
            at += len(word)
    return shown


def _below(row: Row, width: int) -> Iterator[Text]:
    if row.sign in ("title", "more"):
        yield _heading(row)
        return
    if row.sign == "same":
        yield from (Text(f"  {part}", "dim") for part in _cut(row.after, width - 2))
        return
    for sign, line, style in (("-", row.before, "red"), ("+", row.after, "green")):
        for place, part in enumerate(_cut(line, width - 2) if line else ()):
            yield Text.assemble((f"{sign if place == 0 else ' '} ", style), _side(part, row, style))


def _heading(row: Row) -> Text:
    return Text(row.before, "bold") if row.sign == "title" else Text(f"  ⋯ {row.before}", "dim italic")


def _cut(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, max(8, width), subsequent_indent="    ", break_on_hyphens=False) or [""]
