"""One question with one field."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from .leave import BOX


class Ask(ModalScreen[str]):
    """Asks for a word; gives it, or None. `take` does something with the word, and gives why it could not: that is
    said, and the word may be mended."""

    DEFAULT_CSS = BOX.format(name="Ask") + "Ask #refused { display: none; }"
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Cancel")]

    def __init__(self, question: str, given: str = "", take: Callable[[str], str | None] | None = None) -> None:
        super().__init__()
        self._question, self._given, self._take = question, given, take

    def compose(self) -> ComposeResult:
        """The question over the field; what is wrong with the answer."""
        with Vertical():
            yield Label(self._question)
            yield Input(self._given, select_on_focus=True)
            yield Label("", id="refused", classes="bad", markup=False)

    def on_mount(self) -> None:
        """The field has the focus at once: what is typed before the first picture is the answer, too."""
        self.set_focus(self.query_one(Input))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the word, unless it is refused."""
        word = event.value.strip()
        refused = self._take(word) if word and self._take is not None else None
        told = self.query_one("#refused", Label)
        told.update(refused or "")
        told.display = bool(refused)
        if not refused:
            self.dismiss(word or None)
