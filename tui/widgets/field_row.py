"""One line of a form: the option's name, its value to be typed or chosen, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList

from ..model.fields import Field
from ..model.typed import Typed, stepped
from .field_input import FieldInput
from .word_list import WordList

LABEL = 12
"""Columns of the names, where no other number is given."""


class FieldRow(Widget):
    """A field of a form. `Set` goes up when a good value was entered."""

    DEFAULT_CSS = """
    FieldRow { height: 1; layout: vertical; }
    FieldRow > .field-row--remark { color: $text-error; }
    FieldRow > FieldInput { width: 1fr; margin: 0 2 0 12; }
    FieldRow > FieldInput:focus { background: $boost; }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"field-row--remark"}

    class Set(Message):
        """A value was entered for what `owner` is; `given.value` None takes the option away."""

        def __init__(self, owner: str, field: Field, given: Typed, text: str) -> None:
            super().__init__()
            self.owner, self.field, self.given, self.text = owner, field, given, text

    class Entered(Message):
        """The field has the focus."""

        def __init__(self, row: FieldRow) -> None:
            super().__init__()
            self.row = row

    class Opened(Message):
        """The value is to be edited in several lines."""

        def __init__(self, owner: str, field: Field) -> None:
            super().__init__()
            self.owner, self.field = owner, field

    class Turned(Message):
        """Page down (1) or up (-1); what was typed is entered before."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """Escape with nothing left to take back."""

    class Weighed(Message):
        """Something else stands in the field, and is not entered yet: what would it come to?"""

        def __init__(self, row: FieldRow, field: Field, given: Typed) -> None:
            super().__init__()
            self.row, self.field, self.given = row, field, given

    def __init__(self, help_of: Callable[[Field, str], str] | None = None) -> None:
        super().__init__()
        self.field: Field | None = None
        self.owner, self.heading, self.label = "", "", LABEL
        self._remark = ""
        self._room = (-1, -1, -1)
        self._list: WordList | None = None
        self._moved = False
        self._help_of = help_of
        self._input = FieldInput(compact=True, select_on_focus=False)  # it selects by itself

    def compose(self) -> ComposeResult:
        """The value; all else of the row is drawn by itself."""
        yield self._input

    @property
    def input(self) -> FieldInput:
        """Where the value is typed."""
        return self._input

    @property
    def remark(self) -> str:
        """What is wrong with what stands in the field."""
        return self._remark

    @property
    def open(self) -> bool:
        """Whether the list of words is shown."""
        return self._list is not None

    def show(self, owner: str, field: Field, heading: str = "", label: int = LABEL) -> None:
        """Show another field, or another value. What is being typed into the same field stays; what was typed into
        another is entered there.

        `owner` is what the form is of; `heading` stands above the field; names take `label` columns.
        """
        same = self.field is not None and (self.owner, self.field.key) == (owner, field.key)
        if not same:
            self.enter()
        typing = same and self._input.has_focus and self._input.value != _text(self.field)
        self.owner, self.field, self.heading, self.label = owner, field, heading, label
        if not typing:
            self._put(_text(field))
        if not same and self._input.has_focus:
            self._input.select_all()
        self._input.placeholder = "(differ)" if field.differs else field.default or ("needed" if field.needed else "—")
        self._input.switch, self._input.closed = field.truth, field.fixed
        self.tell(field.remark if not typing else self._remark)

    def _put(self, text: str) -> None:
        if self._input.value != text:
            with self._input.prevent(Input.Changed):
                self._input.value = text
            # where it is not typed in, a long value is shown from its beginning
            self._input.cursor_position = len(text) if self._input.has_focus else 0

    def tell(self, remark: str) -> None:
        """Say below the field what is wrong; nothing takes it away."""
        self._remark = remark
        self._lay()

    def _lay(self) -> None:
        above = 1 if self.heading else 0
        below = len(self._wrapped(self._remark)) if self._remark else 0
        room = (above, below, self.label)
        if room != self._room:
            self._room = room
            self.styles.height = above + 1 + below
            self._input.styles.margin = (above, 2, 0, self.label)
        self.refresh()

    def _wrapped(self, text: str) -> list[Text]:
        width = max(8, (self.size.width or 30) - 2)
        return list(Text(text).wrap(self.app.console, width)) if self.is_attached else [Text(text)]

    def on_resize(self) -> None:
        """The remark needs other lines."""
        self._lay()

    # drawing

    def render(self) -> Text:
        """Heading, name with its marks, remark; the value is drawn over it."""
        if self.field is None:
            return Text("")
        found = Text(no_wrap=True, overflow="crop")
        if self.heading:
            rule = f"{self.heading} " + "─" * self.size.width
            found.append(rule[: self.size.width] + "\n", style="dim")
        found.append_text(self._label(self.field))
        found.append(" " * max(0, self.size.width - self.label - 1))
        found.append(self._mark(self.field))
        red = self.get_component_rich_style("field-row--remark", partial=True)
        for number, line in enumerate(self._wrapped(self._remark) if self._remark else ()):
            found.append("\n  " if number else "\n! ", style="bold").append(line.plain, style=red)
        return found

    def _label(self, field: Field) -> Text:
        is_set = field.written is not None
        indent = "└" * (field.depth > 0)
        mark = "!" if self._remark else "•" if is_set else " "
        name = f"{mark}{' ' * (field.depth - 1)}{indent}{field.name}"
        name = name if len(name) < self.label else f"{name[: self.label - 2]}…"
        return Text(f"{name:<{self.label}}", style="bold" if is_set else "")

    def _mark(self, field: Field) -> str:
        if field.fixed:
            return "¶"
        if field.truth:
            on = (field.written or field.default) == "true"
            return "✓" if on else "·"
        return "▾" if field.choices else "±" if field.numeric else " "

    def on_click(self, event: events.Click) -> None:
        """The mark at the right opens the list, or turns on and off."""
        if event.widget is not self or self.field is None:
            return
        self._input.focus()
        if event.x < self.size.width - 2:
            return
        if self.field.fixed:
            self.post_message(self.Opened(self.owner, self.field))
        elif self.field.truth:
            self._toggle()
        elif self.field.choices:
            self._open("")

    # typing

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say at once what is wrong; offer words that begin so."""
        event.stop()
        if self.field is None or not self._input.has_focus:
            return
        if self.field.choices and event.value:
            self._open(event.value)
        else:
            self._close()
        # a word that is still being chosen is no mistake
        given = self._read(event.value)
        self.tell("" if self.open else given.remark)
        if given.good and event.value.strip() != _text(self.field):
            self.post_message(self.Weighed(self, self.field, given))

    def _read(self, text: str) -> Typed:
        assert self.field is not None, "a row that is typed into has a field"
        return self.field.read(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: the highlighted word, else what was typed; on an untouched field the list."""
        event.stop()
        if self._list is not None and self._meant(self._list.word or ""):
            self._take_word()
        elif self.field is not None and not self.open and self._input.value == _text(self.field) and self.field.choices:
            self._open("")
        else:
            good = self._read(self._input.value).good
            self.enter()
            if good:  # on to the next field: here the arrows would still change the number
                self.screen.focus_next("FieldRow Input")

    def _meant(self, word: str) -> bool:
        """Whether enter is for the highlighted word: not for one that was not chosen, where what was typed will do."""
        text = self._input.value.strip()
        return self._moved or word.startswith(text) or not self._read(text).good

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Leaving the field enters what was typed."""
        event.stop()
        self._close()
        self.enter()

    def on_descendant_focus(self) -> None:
        """Tell whose help is to be shown."""
        self.post_message(self.Entered(self))

    def enter(self) -> None:
        """Send what was typed, if it is another value and a good one."""
        self._close()
        field, text = self.field, self._input.value.strip()
        if field is None or field.fixed or text == _text(field) or (field.differs and not text):
            return
        given = self._read(text)
        if given.good:
            self.post_message(self.Set(self.owner, field, given, text))
            self.field = replace(field, written=text or None, differs=False)
        self.tell(given.remark)

    def on_field_input_vertical(self, event: FieldInput.Vertical) -> None:
        """Up and down: in the list, by steps, on or off, or to the next field."""
        event.stop()
        field = self.field
        if field is None:
            return
        if self._list is not None:
            self._moved = True
            self._list.move(-event.by)
        elif field.truth:
            self._toggle()
        elif field.numeric and (step := stepped(self._input.value or field.default, field.option, event.by)):
            self._put(step)
            self.enter()
        elif field.choices:
            self._open("")
        elif not field.numeric:
            self.screen.focus_previous() if event.by > 0 else self.screen.focus_next()

    def on_field_input_turned(self, event: FieldInput.Turned) -> None:
        """Page down and up: enter what was typed first."""
        event.stop()
        self.enter()
        self.post_message(self.Turned(event.by))

    def on_field_input_lines(self, event: FieldInput.Lines) -> None:
        """F2, or any key in a value of several lines: edit it as such."""
        event.stop()
        self.enter()
        if self.field is not None and not (self.field.truth or self.field.differs or self.field.section == "kind"):
            self.post_message(self.Opened(self.owner, self.field))

    def on_field_input_toggled(self, event: FieldInput.Toggled) -> None:
        """Space: on or off."""
        event.stop()
        self._toggle()

    def _toggle(self) -> None:
        field = self.field
        assert field is not None, "a row that is switched has a field"
        now = (self._input.value or field.default) == "true"
        text = "false" if now else "true"
        # the default need not be said
        self._put("" if text == field.default and not field.differs else text)
        self.enter()

    def on_field_input_back(self, event: FieldInput.Back) -> None:
        """Escape: the list away, then what was typed, then the focus."""
        event.stop()
        if self._list is not None:
            self._close()
        elif self.field is not None and self._input.value != _text(self.field):
            self._put(_text(self.field))
            self.tell(self.field.remark)
            self.post_message(self.Entered(self))
        else:
            self.post_message(self.Left())

    # the list of words

    def _open(self, begun: str) -> None:
        field = self.field
        assert field is not None, "a row with a list has a field"
        words = [word for word in field.choices if word.startswith(begun)]
        words += [word for word in field.choices if begun and begun in word and word not in words]
        if not words or words == [begun]:
            self._close()
            return
        told = [(word, self._help_of(field, word) if self._help_of else "") for word in words]
        if self._list is None:
            self._list = WordList()
            self._list.styles.margin = (0, 0, 0, self.label)
            self.mount(self._list)
        self._moved = False
        self._list.put(told, self._input.value)

    def _close(self) -> None:
        if self._list is not None:
            self._list.remove()
            self._list = None

    def _take_word(self) -> None:
        word = self._list.word if self._list is not None else None
        self._close()
        if word is not None:
            self._put(word)
            self.enter()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A word was clicked."""
        event.stop()
        self._take_word()


def _text(field: Field | None) -> str:
    """The value as it stands in the field; of one in several lines all in one."""
    if field is None or field.written is None:
        return ""
    return " ".join(field.written.split()) if field.fixed else field.written
