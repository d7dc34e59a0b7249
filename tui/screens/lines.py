"""A value of several lines, edited by itself: a table, a list of lists, a long text."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from ..model.fields import Field
from ..widgets.yaml_colours import coloured, indent_behind


class ValueLines(TextArea):
    """The lines; a new one begins where the one above does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+home", "to_end(False)", "First line", show=False),
        Binding("ctrl+end", "to_end(True)", "Last line", show=False),
    ]

    def __init__(self, text: str, *, read_only: bool = False) -> None:
        super().__init__(
            text, soft_wrap=False, show_line_numbers=True, tab_behavior="indent", language="yaml", read_only=read_only
        )
        self.indent_width = 2

    def on_mount(self) -> None:
        """Colours as the theme is."""
        coloured(self)
        if "\n" not in self.text:
            self.action_to_end(True)

    def action_to_end(self, last: bool) -> None:
        """To the end of the last line, or to the first."""
        self.move_cursor(self.document.end if last else (0, 0))

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            row, column = self.cursor_location
            indent = indent_behind(self.document.get_line(row)[:column])
            self._replace_via_keyboard("\n" + " " * indent, *self.selection)
        elif event.key == "escape":
            # the text would take it for a step to the next widget
            event.stop()
            event.prevent_default()
            self.screen.dismiss()


class LinesDialog(ModalScreen[str]):
    """Edits a value as lines, tells at each key what is wrong with them, and gives them; or None."""

    DEFAULT_CSS = """
    LinesDialog { align: center middle; }
    LinesDialog > Vertical {
        width: 90; max-width: 96%; height: 26; max-height: 92%; border: round $accent; background: $surface;
        border-title-align: left; padding: 0;
    }
    LinesDialog ValueLines, LinesDialog ValueLines:focus { height: 1fr; border: none; padding: 0; }
    LinesDialog #told { height: auto; max-height: 5; padding: 0 1; color: $text-muted; }
    LinesDialog #told.-wrong { color: $text-error; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "take", "Take it", priority=True),
        Binding("escape", "dismiss", "As it was"),
    ]

    def __init__(self, field: Field, text: str, *, read_only: bool = False) -> None:
        super().__init__()
        self._field, self._text, self._read_only = field, text, read_only

    def compose(self) -> ComposeResult:
        """The lines, and what there is to say of them."""
        with Vertical() as box:
            box.border_title = ".".join(self._field.path)
            box.border_subtitle = "esc: back" if self._read_only else "ctrl+s or F2: take   esc: as it was"
            yield ValueLines(self._text, read_only=self._read_only)
            yield Static(id="told", markup=False)

    def on_mount(self) -> None:
        """Begin with what stands there."""
        self._tell()

    @property
    def text(self) -> str:
        """The lines as they are now."""
        return self.query_one(ValueLines).text.rstrip()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Check as one types."""
        event.stop()
        self._tell()

    def _tell(self) -> str:
        """Say what is wrong, or what the value means; gives what is wrong."""
        remark = self._field.read(self.text).remark if self.text != self._text else ""
        told = self.query_one("#told", Static)
        told.set_class(bool(remark), "-wrong")
        told.update(Text(f"! {remark}" if remark else self._field.help))
        return remark

    def action_take(self) -> None:
        """Give the lines, where nothing is wrong with them."""
        if self._read_only:
            self.dismiss()
        elif not self._tell():
            self.dismiss(self.text)
