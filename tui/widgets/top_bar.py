"""The line at the top: the screens with their keys, the one that is shown, and the file or run on the desk."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

NAMES = {"design": "Design", "compile": "Compile", "train": "Train", "runs": "Runs", "learn": "Learn"}


class TopBar(Widget):
    """One line. A click on a screen's name asks for it."""

    DEFAULT_CSS = """
    TopBar { height: 1; dock: top; background: $panel; color: $text; padding: 0 1; }
    """

    class Chosen(Message):
        """A screen was asked for."""

        def __init__(self, mode: str) -> None:
            super().__init__()
            self.mode = mode

    def __init__(self, mode: str, subject: str = "") -> None:
        super().__init__()
        self._mode, self._subject = mode, subject

    def show(self, subject: str) -> None:
        """Name what lies on the desk."""
        if subject != self._subject:
            self._subject = subject
            self.refresh()

    def render(self) -> Table:
        """Names on the left, the subject on the right."""
        line = Table.grid(expand=True)
        line.add_column()
        line.add_column(justify="right", overflow="ellipsis", no_wrap=True)
        line.add_row(self._names(), Text(self._subject, style="bold"))
        return line

    def _names(self) -> Text:
        short = self.size.width < 76
        found = Text()
        for number, (mode, name) in enumerate(NAMES.items(), 1):
            here = mode == self._mode
            words = f"[{number} {name}]" if here else f" {number} {'' if short else name + ' '}"
            found.append(words, style="bold reverse" if here else "")
        return found

    def on_click(self, event: Click) -> None:
        """Find the name under the pointer."""
        at, left = event.x - 1, 0
        short = self.size.width < 76
        for number, (mode, name) in enumerate(NAMES.items(), 1):
            words = f"[{number} {name}]" if mode == self._mode else f" {number} {'' if short else name + ' '}"
            if left <= at < left + len(words):
                self.post_message(self.Chosen(mode))
            left += len(words)
