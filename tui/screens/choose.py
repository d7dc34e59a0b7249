"""One word out of a list, found by typing some of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

ALL = ""


class Choose(ModalScreen[str]):
    """Gives one of the words, the empty word for `none`, or None. Each word comes with a few more about it."""

    DEFAULT_CSS = """
    Choose { align: center middle; }
    Choose > Vertical { width: 64; max-width: 95%; height: auto; max-height: 90%; padding: 1 2; background: $surface;
        border: round $accent; }
    Choose OptionList { height: auto; max-height: 14; border: none; margin-top: 1; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel"),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
    ]

    def __init__(self, question: str, words: Sequence[tuple[str, str]], none: str = "") -> None:
        super().__init__()
        self._question, self._words, self._none = question, words, none

    def compose(self) -> ComposeResult:
        """The question, a field that narrows the list, the list."""
        with Vertical():
            yield Label(self._question)
            yield Input(placeholder="type to narrow")
            yield OptionList()

    def on_mount(self) -> None:
        """All words at first."""
        self._narrow("")

    def _narrow(self, typed: str) -> None:
        wanted = typed.lower().split()
        rows = [(word, more) for word, more in self._words if all(part in f"{word} {more}".lower() for part in wanted)]
        listed = self.query_one(OptionList)
        listed.clear_options()
        if self._none and not typed:
            listed.add_option(Option(self._none, id="-"))
        listed.add_options([Option(Text.assemble(word, (f"  {more}", "dim")), id=f"={word}") for word, more in rows])
        if listed.option_count:
            listed.highlighted = 0

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow as is typed."""
        self._narrow(event.value)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Take the highlighted word."""
        self.query_one(OptionList).action_select()

    def action_move(self, by: int) -> None:
        """Move the highlight; the field keeps the focus."""
        listed = self.query_one(OptionList)
        if by > 0:
            listed.action_cursor_down()
        else:
            listed.action_cursor_up()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the word."""
        chosen = event.option.id or ""
        self.dismiss(ALL if chosen == "-" else chosen[1:])
