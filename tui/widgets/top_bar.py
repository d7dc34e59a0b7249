"""The line at the top: the screens with their keys, the one that is shown, and the file or run on the desk."""

from __future__ import annotations

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

NAMES = {"design": "Design", "compile": "Compile", "train": "Train", "runs": "Runs", "learn": "Learn"}
SHORT = 76
"""Columns below which the other screens are told by their numbers alone."""


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
        found = Text()
        for mode, words in self._words():
            found.append(words, style="bold reverse" if mode == self._mode else "")
        return found

    def _words(self) -> Iterator[tuple[str, str]]:
        """Each screen and how it is called here, in order."""
        short = self.size.width < SHORT
        for number, (mode, name) in enumerate(NAMES.items(), 1):
            here = f"[{number} {name}]"
            yield mode, here if mode == self._mode else f" {number} {'' if short else name + ' '}"

    def on_click(self, event: Click) -> None:
        """Find the name under the pointer."""
        at, left = event.x - 1, 0
        for mode, words in self._words():
            if left <= at < left + len(words):
                self.post_message(self.Chosen(mode))
            left += len(words)
