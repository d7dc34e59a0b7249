"""The list of runs: one row each, some of them marked, with what there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import DataTable

from ..model.comparison import HEADS, RunRow, cells
from ..model.plot import sign_of

STATES = {"✓": "green", "✗": "bold red", "▶": "bold", "■": "yellow"}
FIRST = ("run", "state", "part", "metric", "loss", "loss over time", "age", "epochs", "weights")
"""The columns, those that a narrow list keeps first."""
TREND = 16


class RunTable(DataTable[Text]):
    """Rows of runs. Space marks; what is marked is compared."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "mark", "Mark")]
    DEFAULT_CSS = """
    RunTable { border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
        height: 1fr; background: transparent; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    RunTable:focus { border: round $accent; }
    """

    class Marked(Message):
        """What is marked has changed."""

    class Pointed(Message):
        """Another row has the cursor."""

    def __init__(self, *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=False)
        self.border_title = "runs"
        self.marked: list[str] = []
        self._plain = plain
        self._shown: list[RunRow] = []
        self._now = 0.0
        self._drawn: tuple[object, ...] = ()

    @property
    def pointed(self) -> RunRow | None:
        """The row with the cursor."""
        at = self.cursor_row
        return self._shown[at] if 0 <= at < len(self._shown) else None

    def show(self, rows: Sequence[RunRow], now: float, note: str = "") -> None:
        """Other rows; the cursor stays on its run."""
        self._shown, self._now = list(rows), now
        self.marked = [name for name in self.marked if any(row.name == name for row in rows)]
        self.border_subtitle = note
        self._draw()

    def on_resize(self) -> None:
        """As many columns as there is room for."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted or not self.content_size.width:
            return
        table = [cells(row, self._now, TREND, self._plain) for row in self._shown]
        heads = self._fitting(table)
        drawn = (heads, table, tuple(self.marked))
        if drawn == self._drawn:
            return
        self._drawn = drawn
        name = self.pointed.name if self.pointed is not None else None
        at = self.cursor_row
        with self.prevent(DataTable.RowHighlighted):
            self.clear(columns=True)
            for head in ("", *heads):
                self.add_column(Text(head, style="dim"), key=head or "mark")
            for row, words in zip(self._shown, table, strict=True):
                self.add_row(*self._row(row, dict(zip(HEADS, words, strict=True)), heads), key=row.name)
            names = [row.name for row in self._shown]
            self.move_cursor(row=names.index(name) if name in names else at, animate=False)

    def _row(self, row: RunRow, words: dict[str, str], heads: Sequence[str]) -> list[Text]:
        marked = row.name in self.marked
        found = [Text(sign_of(self.marked.index(row.name), self._plain) if marked else " ", style="bold")]
        for head in heads:
            style = STATES.get(row.sign, "") if head == "state" else ("cyan" if head == HEADS[-1] else "")
            found.append(
                Text(
                    words[head],
                    style=style,
                    justify="right" if head in ("age", "epochs", "loss", "weights") else "left",
                )
            )
        return found

    def _fitting(self, table: Sequence[Sequence[str]]) -> tuple[str, ...]:
        wide = {head: max([len(row[at]) for row in table] + [len(head)]) + 2 for at, head in enumerate(HEADS)}
        room, kept = self.content_size.width - 4, set()
        for head in FIRST:
            if wide[head] <= room:
                kept.add(head)
                room -= wide[head]
        return tuple(head for head in HEADS if head in kept or head == HEADS[0])

    def action_mark(self) -> None:
        """Mark the row, or take its mark away."""
        if (row := self.pointed) is None:
            return
        if row.name in self.marked:
            self.marked.remove(row.name)
        else:
            self.marked.append(row.name)
        self._draw()
        self.post_message(self.Marked())

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        """Tell of it."""
        event.stop()
        self.post_message(self.Pointed())
