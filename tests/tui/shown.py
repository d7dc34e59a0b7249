"""A screen of the designer in a small application, and its text."""

from __future__ import annotations

from typing import Any, cast

from textual.app import App
from textual.screen import Screen

from netloom.tui.app import Designer
from netloom.tui.desk import Desk


class Holder(App[None]):
    """Holds one screen; counts what is asked of the application."""

    CSS = ".title {} .dim {} .bad { color: $error; } .good { color: $success; }"

    def __init__(self, kind: Any, desk: Desk) -> None:
        super().__init__()
        self.desk, self._kind = desk, kind
        self.watched: list[object] = []
        self.opened: list[tuple[object, object]] = []
        self.played = 0

    async def on_mount(self) -> None:
        """Show it."""
        shown: Screen[None] = self._kind(self.desk)
        await self.push_screen(shown)

    def action_alone(self) -> None:
        """What the program itself does."""
        Designer.action_alone(cast("Designer", self))

    async def watch_run(self, folder: object) -> None:
        """A run was chosen."""
        self.watched.append(folder)

    async def open_file(self, path: object = None, text: object = None) -> None:
        """A file was chosen."""
        self.opened.append((path, text))

    async def action_play(self) -> None:
        """The record was to be played."""
        self.played += 1


def text_of(app: App[Any]) -> str:
    """The characters on the screen, a line each, blanks at the ends left out."""
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines) + "\n"
