"""Questions about what is not saved: before leaving, before a training is stopped, and under which name."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label

BOX = """
{name} {{ align: center middle; }}
{name} Label {{ width: 100%; }}
{name} > Vertical {{ width: 64; max-width: 95%; height: auto; padding: 1 2; background: $surface;
    border: round $accent; }}
{name} Horizontal {{ height: auto; margin-top: 1; align-horizontal: right; }}
{name} Button {{ margin-left: 1; min-width: 10; }}
"""


class LeaveDialog(ModalScreen[str]):
    """Save, throw away, or stay. Gives `save`, `discard` or None."""

    DEFAULT_CSS = BOX.format(name="LeaveDialog")
    BINDINGS: ClassVar[list[BindingType]] = [
        ("s,y", "answer('save')", "Save"),
        ("d,n", "answer('discard')", "Discard"),
        ("escape,c", "dismiss", "Stay"),
    ]

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """The question and its three answers."""
        with Vertical():
            yield Label(f"{self._path.name if self._path else 'The new file'} has changes that are not saved.")
            with Horizontal():
                yield Button("Stay", id="stay")
                yield Button("Discard", id="discard", variant="warning")
                yield Button("Save", id="save", variant="primary")

    def on_mount(self) -> None:
        """Saving is one key away."""
        self.query_one("#save").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """An answer by mouse or enter."""
        self.dismiss(None if event.button.id == "stay" else event.button.id)

    def action_answer(self, answer: str) -> None:
        """An answer by its key."""
        self.dismiss(answer)


class StopDialog(ModalScreen[str]):
    """Stop a training: save first, throw away, or go on. Gives `save`, `discard` or None."""

    DEFAULT_CSS = BOX.format(name="StopDialog")
    BINDINGS: ClassVar[list[BindingType]] = [
        ("s,S,y", "answer('save')", "Save and stop"),
        ("d", "answer('discard')", "Stop without saving"),
        ("escape,n", "dismiss", "Go on"),
    ]

    def compose(self) -> ComposeResult:
        """The question and its three answers, each with its key."""
        with Vertical():
            yield Label("Stop the training? Without saving, what it learnt since its last checkpoint is lost.")
            with Horizontal():
                yield Button("Go on (esc)", id="stay")
                yield Button("Only stop (d)", id="discard", variant="warning")
                yield Button("Save and stop (s)", id="save", variant="primary")

    def on_mount(self) -> None:
        """Enter goes on."""
        self.query_one("#stay").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """An answer by mouse or enter."""
        self.dismiss(None if event.button.id == "stay" else event.button.id)

    def action_answer(self, answer: str) -> None:
        """An answer by its key."""
        self.dismiss(answer)


class NameDialog(ModalScreen[Path]):
    """Asks for the path of a file that has none. Gives it, or None."""

    DEFAULT_CSS = BOX.format(name="NameDialog")
    BINDINGS: ClassVar[list[BindingType]] = [("escape", "dismiss", "Cancel")]

    def __init__(self, given: str = "network.yaml") -> None:
        super().__init__()
        self._given = given

    def compose(self) -> ComposeResult:
        """The question and a field."""
        with Vertical():
            yield Label("Save as")
            yield Input(self._given)
            yield Label("", id="mistake", classes="bad")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take a path that may be written; an existing file is not overwritten without a second enter."""
        path = Path(event.value.strip()).expanduser()
        if not event.value.strip():
            return
        if path.suffix not in (".yaml", ".yml"):
            path = path.with_name(path.name + ".yaml")
        mistake = self.query_one("#mistake", Label)
        if path.exists() and str(path) not in str(mistake.content):
            mistake.update(f"{path} exists: enter again writes over it")
            return
        self.dismiss(path)
