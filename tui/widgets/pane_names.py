"""The names of panes that follow each other where there is no room for all; a click chooses one."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget


class PaneNames(Widget):
    """One line; the pane that is shown stands in brackets."""

    DEFAULT_CSS = "PaneNames { height: 1; padding: 0 1; background: $panel; color: $text; }"

    class Chosen(Message):
        """A pane was asked for."""

        def __init__(self, pane: str) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, panes: Mapping[str, str]) -> None:
        super().__init__()
        self._panes = dict(panes)
        self._here = next(iter(panes))
        self._notes: dict[str, str] = {}

    def show(self, pane: str) -> None:
        """Another pane is shown."""
        if pane != self._here:
            self._here = pane
            self.refresh()

    def note(self, pane: str, words: str) -> None:
        """A word behind a name, such as `! 2`: there is something to see."""
        if self._notes.get(pane, "") != words:
            self._notes[pane] = words
            self.refresh()

    def render(self) -> Text:
        """All names, and the key that goes through them."""
        line = Text(no_wrap=True, overflow="ellipsis")
        for pane, name in self._panes.items():
            line.append(self._word(pane, name), "bold" if pane == self._here else "")
        line.append("   ] next pane", "dim")
        return line

    def _word(self, pane: str, name: str) -> str:
        if note := self._notes.get(pane):
            name = f"{name} {note}"
        return f"[{name}] " if pane == self._here else f" {name}  "

    def on_click(self, event: Click) -> None:
        """Find the name under the pointer."""
        left = 1
        for pane, name in self._panes.items():
            wide = len(self._word(pane, name))
            if left <= event.x < left + wide:
                self.post_message(self.Chosen(pane))
            left += wide
