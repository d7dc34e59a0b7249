"""The results of some runs beside each other, and what differs between their specs."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from ..model.comparison import Results, RunRow, date, differences, results
from ..model.plot import sign_of

LONGEST_NAME = 16
SIDES = {"-": "red", "+": "green", "~": "yellow"}


class ResultsView(VerticalScroll, can_focus=True):
    """A column a run; below, the differences of each to the first, which are found in another thread."""

    DEFAULT_CSS = """
    ResultsView { border: round $panel-lighten-2; border-title-color: $text; padding: 0 1; height: 1fr;
        scrollbar-size-vertical: 1; }
    ResultsView:focus { border: round $accent; }
    ResultsView > Static { height: auto; }
    """

    def __init__(self, *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "results"
        self._plain = plain
        self._told_of: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Table and differences."""
        yield Static(id="table")
        yield Static(id="differences")

    def show(self, rows: Sequence[RunRow]) -> None:
        """Other runs."""
        self.query_one("#table", Static).update(_as_table(results(rows), self._plain) if rows else "")
        names = tuple(row.name for row in rows)
        if names == self._told_of:
            return
        self._told_of = names
        if len(rows) > 1:
            self.query_one("#differences", Static).update(Text("\ncomparing the specs…", style="dim"))
            self._tell_differences(rows)
        else:
            self.query_one("#differences", Static).update(_facts(rows[0]) if rows else "")

    @work(exclusive=True, group="differences")
    async def _tell_differences(self, rows: Sequence[RunRow]) -> None:
        first = rows[0]
        text = Text()
        for other in rows[1:]:
            text.append(f"\n{first.name} -> {other.name}\n", style="bold")
            lines = await asyncio.to_thread(differences, first.folder, other.folder)
            for line in lines:
                text.append(line + "\n", style=SIDES.get(line[:1], ""))
            if not lines:
                text.append("the same network, trained the same way\n", style="dim")
        self.query_one("#differences", Static).update(text)


def _as_table(found: Results, plain: bool) -> Table:
    """A column a run, with its sign; the best of each row is bold and has a star."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, min_width=2 + max(map(len, found.heads)))
    for _ in found.rows:
        table.add_column(justify="right", no_wrap=True)
    several = len(found.rows) > 1
    names = [f"{sign_of(at, plain)} {_end(row[0])}" if several else row[0] for at, row in enumerate(found.rows)]
    table.add_row("", *(Text(name, "bold") for name in names))
    for at, head in enumerate(found.heads[1:], 1):
        if found.parts[at] != found.parts[at - 1]:
            table.add_row(Text(found.parts[at] and f"on {found.parts[at]}", "italic"))
        cells = [_cell(row[at], best=at in best) for row, best in zip(found.rows, found.best, strict=True)]
        table.add_row(Text(f"  {head}" if found.parts[at] else head, "dim"), *cells)
    return table


def _end(name: str) -> str:
    """The end of a long name: its number tells it from others."""
    return name if len(name) <= LONGEST_NAME else "…" + name[1 - LONGEST_NAME :]


def _cell(words: str, *, best: bool) -> Text:
    return Text(f"★ {words}", "bold") if best else Text(words)


def _facts(row: RunRow) -> Text:
    """What else is known of one run."""
    text = Text(style="dim")
    text.append(
        f"\nnetwork {row.spec}, begun {date(row.started) or 'never'}, {row.steps:,} steps, {row.status.replace('_', ' ')}\n"
    )
    text.append("space marks runs to compare them: curves, results, and what differs in their specs")
    return text
