"""One question with one field."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from .leave import BOX


class Ask(ModalScreen[str]):
    """Asks for a word; gives it, or None."""

    DEFAULT_CSS = BOX.format(name="Ask")
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Cancel")]

    def __init__(self, question: str, given: str = "") -> None:
        super().__init__()
        self._question, self._given = question, given

    def compose(self) -> ComposeResult:
        """The question over the field."""
        with Vertical():
            yield Label(self._question)
            yield Input(self._given, select_on_focus=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the word."""
        self.dismiss(event.value.strip() or None)
