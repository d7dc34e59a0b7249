"""A screen as text, and an application of one widget."""

from __future__ import annotations

from typing import Any

from textual.app import App, ComposeResult
from textual.widget import Widget


class Holder(App[None]):
    """One widget and the messages that it sent up, as (name, what it says)."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.said: list[Any] = []

    def compose(self) -> ComposeResult:
        """The widget alone."""
        yield self.widget


def shown(app: App[Any]) -> str:
    """What stands on the screen, line by line, without blanks at the end."""
    return "\n".join(strip.text.rstrip() for strip in app.screen._compositor.render_strips()) + "\n"
