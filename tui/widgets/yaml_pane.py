"""The text of the file: highlighted, marked where something is wrong, completed, and never out of step with the sketch."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.document._document import EditResult
from textual.document._document_navigator import DocumentNavigator
from textual.document._edit import Edit
from textual.document._wrapped_document import WrappedDocument
from textual.geometry import Offset
from textual.message import Message
from textual.strip import Strip
from textual.widgets import OptionList, TextArea
from textual.widgets.text_area import Selection

from ...dsl.diagnostics import Diagnostic
from ...dsl.kinds.kind import KINDS
from ..model.completion import Completion, complete
from ..model.fields import shortened
from ..model.problems import SIGNS, at_line
from ..model.text_change import Rows, smallest
from .word_list import WordList
from .yaml_colours import coloured, indent_behind

MOST_LINES = 800
"""Lines from which on nothing is highlighted: every key would parse them all."""
LINE_END = re.compile(r"\r\n|\n|\r")
IN_FLIGHT = 64
"""Texts that were told and may still come back."""


class QuickLines(WrappedDocument):
    """Lines whose number is known: Textual's own counts them anew for each that it paints."""

    @property
    def height(self) -> int:
        return len(self._offset_to_line_info)


class YamlPane(TextArea):
    """The text. What is typed is told (`Typed`); what the sketch made of it is taken (`take`) by the smallest change.

    Undo is the sketch's: the pane has none of its own. Line ends of the file stay as they are.
    """

    DEFAULT_CSS = """
    YamlPane {
        border: none; border-top: solid $border; padding: 0; border-title-align: left;
        scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1;
    }
    YamlPane:focus { border: none; border-top: solid $accent; }
    YamlPane > .yaml--error { color: $text-error; }
    YamlPane > .yaml--warning { color: $text-warning; }
    YamlPane > .yaml--hint { color: $text-muted; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"yaml--error", "yaml--warning", "yaml--hint"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+space", "complete", "Complete"),
        Binding("escape", "leave", "Back to the picture"),
    ]

    class Typed(Message):
        """`text` came in place of the characters from `start` to `end` of the whole text."""

        def __init__(self, start: int, end: int, text: str) -> None:
            super().__init__()
            self.start, self.end, self.text = start, end, text

    class Left(Message):
        """Escape: back to where one came from."""

    class Moved(Message):
        """The cursor came to another line (from 1)."""

        def __init__(self, line: int) -> None:
            super().__init__()
            self.line = line

    def __init__(self, text: str = "", *, id: str | None = None) -> None:
        self._whole = ""
        self._rows = Rows("")
        self._told: deque[str] = deque(maxlen=IN_FLIGHT)
        self._taking = False
        self._diagnostics: tuple[Diagnostic, ...] = ()
        self._list: WordList | None = None
        self._offered: Completion | None = None
        self._line = 0
        super().__init__(
            "", soft_wrap=False, show_line_numbers=True, tab_behavior="indent", max_checkpoints=1, id=id
        )  # fmt: skip
        self.indent_width = 2
        self._begin = text

    def on_mount(self) -> None:
        """Colours as the theme is dark or light."""
        coloured(self)
        self.take(self._begin)
        self._tell_line()

    def _set_document(self, text: str, language: str | None) -> None:
        super()._set_document(text, language)
        self.wrapped_document = QuickLines(self.document, tab_width=self.indent_width)
        self.navigator = DocumentNavigator(self.wrapped_document)

    # the text, here and in the sketch

    @property
    def whole(self) -> str:
        """The whole text, with the line ends it has."""
        return self._whole

    def take(self, text: str) -> None:
        """Show a text. The cursor stays at what it is at; an echo of what was typed here changes nothing."""
        if text in self._told:
            while self._told and self._told.popleft() != text:
                pass
            return
        self._told.clear()
        change = smallest(self._whole, text)
        if change is None:
            return
        rows, first = self._rows, not self._whole
        if text.count("\n") > MOST_LINES:
            self._colour("")
        start, end = rows.place(change.start), rows.place(change.end)
        self._whole, self._rows = text, Rows(text)
        self._taking = True
        try:
            self.replace(change.text, start, end, maintain_selection_offset=True)
        finally:
            self._taking = False
        if first:
            self.move_cursor((0, 0))
        self._in_step()

    def _in_step(self) -> None:
        """Colour up to so many lines. Where the lines came out otherwise than the text's, set them anew."""
        lines = self._whole.splitlines()
        self._colour("yaml" if len(lines) <= MOST_LINES else "")
        cursor, scroll = self.cursor_location, self.scroll_offset
        shown = list(self.document.lines)
        if shown not in (lines, [*lines, ""]):
            self.load_text(self._whole)
            self._put_back(cursor, scroll)

    def _colour(self, language: str) -> None:
        """Highlight as a language has it; the cursor stays."""
        if language != (self.language or ""):
            cursor, scroll = self.cursor_location, self.scroll_offset
            self.language = language or None
            self._put_back(cursor, scroll)

    def _put_back(self, cursor: tuple[int, int], scroll: Offset) -> None:
        self.selection = Selection.cursor(cursor)
        self.scroll_to(scroll.x, scroll.y, animate=False, force=True)

    def edit(self, edit: Edit) -> EditResult:
        """Make an edit, and tell of it where it was made here."""
        if self._taking:
            return super().edit(edit)
        start, end = self._rows.at(edit.top), self._rows.at(edit.bottom)
        text = self._ended(edit.text)
        self._whole = self._whole[:start] + text + self._whole[end:]
        self._rows = Rows(self._whole)
        result = super().edit(edit)
        self._told.append(self._whole)
        self.post_message(self.Typed(start, end, text))
        return result

    def _ended(self, text: str) -> str:
        """Typed line ends as the file has them."""
        found = LINE_END.search(self._whole)
        return LINE_END.sub(found[0] if found else "\n", text)

    def undo(self) -> None:
        """Undo belongs to the sketch."""

    def redo(self) -> None:
        """So does redo."""

    def go_to(self, line: int, column: int = 1) -> None:
        """Move the cursor to a line and column, both from 1, and show them in the middle."""
        marked = line == 1 and self._whole.startswith("\ufeff")
        row = max(0, min(line - 1, self.document.line_count - 1))
        self._close()
        self.move_cursor((row, min(max(0, column - 1 + marked), len(self.document.get_line(row)))), center=True)

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the cursor, from 1."""
        row, column = self.cursor_location
        return row + 1, column + 1

    # what is wrong

    def mark(self, diagnostics: Sequence[Diagnostic]) -> None:
        """Mark the lines that remarks point at; that of the cursor's line is told above the text."""
        self._diagnostics = tuple(diagnostics)
        self._line_cache.clear()
        self._tell_line()
        self.refresh()

    def get_line(self, line_index: int) -> Text:
        """A line, with what remarks point at underlined."""
        line = super().get_line(line_index)
        for found in self._diagnostics:
            place = found.place
            if place.line == line_index + 1:
                start = place.column - 1
                line.stylize("underline", start, start + max(place.length, 1))
        return line

    def _render_line(self, y: int) -> Strip:
        strip = super()._render_line(y)
        at = y + self.scroll_offset.y
        if at >= self.wrapped_document.height or not self.show_line_numbers:
            return strip
        row, section = self.wrapped_document._offset_to_line_info[at]
        found = at_line(self._diagnostics, row + 1) if section == 0 else None
        if found is None:
            return strip
        gutter = self.gutter_width
        under = next((segment.style for segment in strip.crop(gutter - 2, gutter - 1)), None) or Style()
        style = under + self.get_component_rich_style(f"yaml--{found.severity}", partial=True) + Style(bold=True)
        sign = Strip([Segment(SIGNS[found.severity], style)])
        return Strip.join([strip.crop(0, gutter - 2), sign, strip.crop(gutter - 1)])

    def _tell_line(self) -> None:
        found = at_line(self._diagnostics, self.cursor_location[0] + 1)
        title = Text("text" if not self.read_only else "text (read only)")
        if found is not None:
            title = Text(f"{SIGNS[found.severity]} {found.message}")
            if found.suggestion:
                title.append(f" → {shortened(found.suggestion)}")
        self.border_title = title.markup

    def on_text_area_selection_changed(self) -> None:
        """Tell of the line that the cursor came to."""
        line = self.cursor_location[0] + 1
        if line != self._line:
            self._line = line
            self._tell_line()
            self.post_message(self.Moved(line))

    # completion

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """Offer words for what is being typed."""
        event.stop()
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        if self.has_focus and not self._taking and self._told and before[-1:].isidentifier():
            self._offer(begun=True)
        else:
            self._close()

    def action_complete(self) -> None:
        """Offer all that may stand here."""
        self._offer(begun=False)

    def _offer(self, *, begun: bool) -> None:
        """Show what may stand at the cursor; `begun`: only where a part of it stands already."""
        found = None if self.read_only else complete(self.document.lines, *self.cursor_location)
        if found is None or (begun and (found.whole or not found.begun)):
            self._close()
            return
        self._offered = found
        if self._list is None:
            self._list = WordList()
            self._list.styles.position = "absolute"
            self.screen.mount(self._list)
        self._list.put(found.words)
        x, y = self.cursor_screen_offset
        self._list.absolute_offset = Offset(max(0, x - len(found.begun) - 1), y + 1)

    def _close(self) -> None:
        if self._list is not None:
            self._list.remove()
            self._list, self._offered = None, None

    @property
    def offered(self) -> tuple[str, ...]:
        """The words that are offered now."""
        return tuple(word for word, _ in self._offered.words) if self._offered is not None else ()

    def _take_word(self) -> None:
        offered, word = self._offered, self._list.word if self._list is not None else None
        self._close()
        if offered is None or word is None:
            return
        row, column = self.cursor_location
        rest = self.document.get_line(row)[column:]
        colon = ": " if offered.key and self._takes_colon(offered, word) and not rest.startswith(":") else ""
        self.replace(word + colon, (row, offered.column), (row, column), maintain_selection_offset=False)
        self._close()

    def _takes_colon(self, offered: Completion, word: str) -> bool:
        """Whether a key with a value is what the word will be: an option, not a kind that may stand alone."""
        told = dict(offered.words)
        return word in told and not self._stands_alone(word)

    def _stands_alone(self, word: str) -> bool:
        return word[:1].isupper() or any(name == word for _, name in KINDS)

    async def _on_key(self, event: events.Key) -> None:
        """Keys of the list, while it is shown; else those of the text."""
        if self._list is not None and event.key in ("up", "down", "tab", "enter", "escape"):
            event.stop()
            event.prevent_default()
            if event.key in ("up", "down"):
                self._list.move(1 if event.key == "down" else -1)
            elif event.key == "escape":
                self._close()
            else:
                self._take_word()
            return
        if event.key == "enter" and not self.read_only:
            event.stop()
            event.prevent_default()
            self._new_line()
            return
        if event.key == "escape":
            # the text would take it for a step to the next widget
            event.stop()
            event.prevent_default()
            self.action_leave()

    def _new_line(self) -> None:
        """A new line begins where the one above does, further in below a key that is left open."""
        row, column = self.cursor_location
        before = self.document.get_line(row)[:column]
        self._replace_via_keyboard("\n" + " " * indent_behind(before), *self.selection)

    def on_blur(self) -> None:
        """Nothing is offered where nobody types."""
        self._close()

    def on_unmount(self) -> None:
        """Nor when it is gone."""
        self._close()

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.post_message(self.Left())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A word was clicked."""
        event.stop()
        self._take_word()
