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
        self._errors = self._warnings = 0
        self._note = ""

    def show(self, figures: tuple[str, ...], errors: int, warnings: int) -> None:
        """Put other figures."""
        self._figures, self._errors, self._warnings = figures, errors, warnings
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
        line.append(" · ".join(self._figures))
        if self._note:
            line.append(f"  {self._note}", style="italic dim")
        return line
