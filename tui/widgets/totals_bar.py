"""The line of totals: parameters, work, memory, time, and how the check went; always in view."""

from __future__ import annotations

from rich.text import Text
from textual.widget import Widget


class TotalsBar(Widget):
    """One line of figures; `note` stands behind them, such as `checking…`."""

    DEFAULT_CSS = """
    TotalsBar { height: 1; background: $boost; color: $text; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._figures: tuple[str, ...] = ()
        self._short: tuple[str, ...] = ()
        self._errors = self._warnings = 0
        self._note = ""

    def show(self, figures: tuple[str, ...], errors: int, warnings: int, short: tuple[str, ...] = ()) -> None:
        """Put other figures; `short`: where those are too long for the line."""
        self._figures, self._errors, self._warnings, self._short = figures, errors, warnings, short or figures
        self.refresh()

    def note(self, words: str) -> None:
        """What is going on."""
        if words != self._note:
            self._note = words
            self.refresh()

    def render(self) -> Text:
        """Signs besides colours: ✗ errors, ! warnings, ✓ none."""
        line = Text(no_wrap=True, overflow="ellipsis")
        if self._errors:
            line.append(f"✗ {self._errors} error{'s' * (self._errors > 1)}  ", style="bold red")
        if self._warnings:
            line.append(f"! {self._warnings} warning{'s' * (self._warnings > 1)}  ", style="yellow")
        if not self._errors and not self._warnings and self._figures:
            line.append("✓  ", style="green")
        told = " · ".join(self._figures)
        line.append(told if line.cell_len + len(told) <= self.content_size.width else " · ".join(self._short))
        if self._note:
            line.append(f"  {self._note}", style="italic dim")
        return line
