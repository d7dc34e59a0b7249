"""How a run stands: the line of its state and progress, its numbers, what is found wrong with it, and its time."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from ..model.told import Going

PANEL = """
{name} {{ border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
    height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }}
{name}:focus {{ border: round $accent; }}
"""
LONGEST_NAME = 20
"""Cells of a number's name at most."""


class RunLine(Widget):
    """One line: state, progress, and when it ends; what is less needed goes first where there is little room."""

    DEFAULT_CSS = "RunLine { height: 1; padding: 0 1; background: $boost; color: $text; }"

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self._plain = plain
        self._going = Going("…", "no run")

    def show(self, going: Going) -> None:
        """Other words; nothing is drawn where they are the same."""
        if going != self._going:
            self._going = going
            self.refresh()

    @property
    def words(self) -> str:
        """The whole line, without the bar."""
        g = self._going
        share = "" if g.share is None else f"{g.share:.0%}"
        return "  ".join(word for word in (f"{g.sign} {g.words}", g.epoch, share, g.step, g.left, g.speed) if word)

    def render(self) -> Text:
        """The state first, then the bar in the room that is left."""
        g, width = self._going, self.size.width - 2
        line = Text(no_wrap=True, overflow="ellipsis")
        line.append(f"{g.sign} {g.words}", style="bold red" if g.bad else "bold")
        share = "" if g.share is None else f"{g.share:4.0%}"
        behind = [word for word in (share, g.epoch, g.left, g.step, g.speed) if word]
        bar = 12 if g.share is not None and not self._plain else 0
        while behind and line.cell_len + bar + sum(cell_len(w) + 2 for w in behind) + 2 > width:
            behind.pop()
        spare = width - line.cell_len - sum(cell_len(w) + 2 for w in behind) - 2
        if g.share is not None and not self._plain and spare >= 8:
            full = round(g.share * min(spare, 40))
            line.append("  " + "━" * full, style="bold")
            line.append("─" * (min(spare, 40) - full), style="dim")
        for word in behind:
            line.append(f"  {word}")
        return line


class Figures(VerticalScroll, can_focus=True):
    """Names and numbers, a line each."""

    DEFAULT_CSS = PANEL.format(name="Figures") + "Figures > Static { height: auto; width: 1fr; }"

    def __init__(self, title: str = "figures", id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._rows: tuple[tuple[str, str], ...] = ()
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The table."""
        yield self._body

    def show(self, rows: Sequence[tuple[str, str]]) -> None:
        """Other numbers; nothing is drawn where they are the same."""
        if tuple(rows) == self._rows:
            return
        self._rows = tuple(rows)
        table = Table.grid(padding=(0, 1))
        table.add_column(style="dim", no_wrap=True, max_width=LONGEST_NAME, overflow="ellipsis")
        table.add_column()
        for name, value in self._rows:
            table.add_row(name, value)
        self._body.update(table)

    @property
    def words(self) -> str:
        """The rows as text."""
        return "\n".join(f"{name}: {value}" for name, value in self._rows)


class Findings(VerticalScroll, can_focus=True):
    """What is found in the record, the worst first: what it is, and below it what to try."""

    DEFAULT_CSS = PANEL.format(name="Findings") + "Findings > Static { height: auto; width: 1fr; }"

    def __init__(self, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "diagnosis"
        self._shown: tuple[tuple[str, str], ...] | None = None
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The text."""
        yield self._body

    def show(self, findings: Sequence[tuple[str, str]], good: str) -> None:
        """Pairs of words and way out; `good` stands where there is none."""
        if self._shown == (shown := (*findings, ("", good))):
            return
        self._shown = shown
        self.border_subtitle = f"{len(findings)} to look at" if findings else ""
        text = Text()
        for words, way_out in findings:
            text.append("! ", style="bold yellow")
            text.append(words)
            text.append(f"\n  {way_out}\n" if way_out else "\n", style="dim")
        if not findings:
            text.append(good, style="dim")
        text.rstrip()
        self._body.update(text)

    @property
    def words(self) -> str:
        """All of it as text."""
        return "\n".join(f"{words} {way_out}".strip() for words, way_out in self._shown or ())


class TimeLine(Widget):
    """The time of a record as a slider: shown while an earlier step is looked at. A click goes to a step."""

    DEFAULT_CSS = "TimeLine { height: 1; padding: 0 1; background: $accent 20%; color: $text; }"

    class Sought(Message):
        """A step was asked for."""

        def __init__(self, step: float) -> None:
            super().__init__()
            self.step = step

    def __init__(self) -> None:
        super().__init__()
        self._step, self._last, self._playing = 0.0, 1.0, False

    @property
    def words(self) -> str:
        """Where we are."""
        return f"{'playing' if self._playing else 'looking back'}, step {self._step:,.0f} of {self._last:,.0f}"

    def show(self, step: float, last: float, *, playing: bool) -> None:
        """Another step, or a longer record."""
        self._step, self._last, self._playing = step, max(last, 1.0), playing
        self.refresh()

    def _parts(self) -> tuple[str, int, str]:
        head = f"{'▶ playing' if self._playing else '‖ looking back'}  step {self._step:,.0f} of {self._last:,.0f}  "
        tail = "  , back  . on  p play  esc now"
        room = self.size.width - 2 - len(head) - len(tail)
        return (head, room, tail) if room >= 10 else (head, max(4, self.size.width - 2 - len(head)), "")

    def render(self) -> Text:
        """Where we are between the first step and the last."""
        head, room, tail = self._parts()
        at = min(room - 1, round(self._step / self._last * (room - 1)))
        line = Text(head, style="bold", no_wrap=True)
        line.append("━" * at + "●" + "─" * (room - 1 - at))
        line.append(tail, style="dim")
        return line

    def on_click(self, event: events.Click) -> None:
        """Go to the step under the pointer."""
        head, room, _ = self._parts()
        at = event.x - 1 - len(head)
        if 0 <= at < room:
            self.post_message(self.Sought(at / max(1, room - 1) * self._last))
