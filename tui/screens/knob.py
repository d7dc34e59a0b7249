"""The dialog of a live number, such as the learning rate: what it is, what it was, what it is to be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Label

from ..model.curves import Array, figure
from ..model.plot import sparkline
from ..model.steering import new_value
from .leave import BOX

Answer = tuple[str, float | None]


class KnobDialog(ModalScreen[Answer]):
    """Asks for another value; gives the knob and its value (None: back to the file's), or nothing. With several knobs
    ctrl+n goes to the next."""

    DEFAULT_CSS = BOX.format(name="KnobDialog") + "KnobDialog Input { margin: 1 0 0 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Cancel"),
        ("ctrl+n,down", "next(1)", "Next"),
        ("up", "next(-1)", "Before"),
    ]

    def __init__(self, knobs: Mapping[str, float], history: Mapping[str, Array], first: str = "") -> None:
        super().__init__()
        self._knobs, self._history = dict(knobs), history
        self._knob = first if first in self._knobs else next(iter(self._knobs))

    def compose(self) -> ComposeResult:
        """What it is, a field, and what will be."""
        with Vertical():
            yield Label("", id="knob", classes="title")
            yield Label("", id="so-far")
            yield Input(placeholder="0.001, x2, /10; nothing: as in the file")
            yield Label("", id="change")
            yield Label("enter: set it from the next step on   esc: leave it", classes="dim")

    def on_mount(self) -> None:
        """Tell of the first."""
        self._tell()

    def _tell(self) -> None:
        now = self._knobs[self._knob]
        several = f"  ({list(self._knobs).index(self._knob) + 1} of {len(self._knobs)}, ↓ next)"
        title = self._knob.replace("_", " ")
        self.query_one("#knob", Label).update(title + (several if len(self._knobs) > 1 else ""))
        past = sparkline(self._history[self._knob], 30) if self._knob in self._history else ""
        self.query_one("#so-far", Label).update(f"now {figure(now)}   so far {past}" if past else f"now {figure(now)}")
        self._preview(self.query_one(Input).value)

    def _preview(self, text: str) -> bool:
        """old -> new, or what is wrong; gives whether it can be set."""
        label, now = self.query_one("#change", Label), self._knobs[self._knob]
        try:
            value = new_value(text, now)
        except ValueError as mistake:
            label.update(str(mistake))
            label.set_classes("bad")
            return False
        told = "the file's schedule again" if value is None else f"{figure(value)}, held until you change it again"
        label.update(f"{figure(now)} -> {told}")
        label.set_classes("good")
        return True

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say what would be."""
        self._preview(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give it."""
        if self._preview(event.value):
            self.dismiss((self._knob, new_value(event.value, self._knobs[self._knob])))

    def action_next(self, by: int) -> None:
        """Another knob."""
        names = list(self._knobs)
        self._knob = names[(names.index(self._knob) + by) % len(names)]
        self._tell()
