"""The value in a line of a form, where it is typed."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Input
from textual.widgets.input import Selection

ERASING = ("backspace", "delete", "ctrl+w", "ctrl+u", "ctrl+k", "ctrl+x", "ctrl+d")
"""Keys that take letters away."""


class FieldInput(Input):
    """The value. Up and down step a number or open the list of words; escape takes back what was typed, then leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "vertical(1)", "Step or choose", key_display="↑↓"),
        Binding("down", "vertical(-1)", "Step back, or choose", show=False),
        Binding("pagedown", "turn(1)", "Next form"),
        Binding("pageup", "turn(-1)", "Form before", show=False),
        Binding("f2", "lines", "In several lines"),
        Binding("escape", "back", "Take back; leave"),
    ]

    switch = False
    """Whether the value is on or off: space turns it."""
    closed = False
    """Whether the value stands in several lines: it is edited elsewhere."""

    class Lines(Message):
        """The value is to be edited in several lines."""

    class Vertical(Message):
        """Up (1) or down (-1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Toggled(Message):
        """Space, where a blank is no text."""

    class Back(Message):
        """Escape."""

    class Turned(Message):
        """Page down (1) or up (-1)."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    def select_all(self) -> None:
        """All of it; of a value that is longer than the field, its beginning is seen."""
        super().select_all()
        self._from_start()

    def _on_focus(self, event: events.Focus) -> None:
        if not event.from_app_focus:
            self.select_all()

    def _on_blur(self, _event: events.Blur) -> None:
        self.cursor_position = 0

    def _from_start(self) -> None:
        """Put the cursor to the beginning of a long value; all stays selected."""
        if self.selection == Selection(0, len(self.value)) and len(self.value) >= self.size.width:
            self.selection = Selection(len(self.value), 0)

    def action_vertical(self, by: int) -> None:
        """Ask the row."""
        self.post_message(self.Vertical(by))

    async def _on_key(self, event: events.Key) -> None:
        asked: Message | None = self.Toggled() if self.switch and event.key == "space" else None
        if self.closed and (event.is_printable or event.key in ("enter", *ERASING)):
            asked = self.Lines()
        if asked is not None:
            event.stop()
            event.prevent_default()
            self.post_message(asked)

    def _on_paste(self, event: events.Paste) -> None:
        if self.closed:
            event.stop()
            event.prevent_default()

    def action_lines(self) -> None:
        """Ask the row."""
        self.post_message(self.Lines())

    def action_turn(self, by: int) -> None:
        """Ask the form."""
        self.post_message(self.Turned(by))

    def action_back(self) -> None:
        """Ask the row."""
        self.post_message(self.Back())
