"""The form of what has the focus in the picture: what it is, what it costs, and its options to be changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from ...dsl.diagnostics import Diagnostic
from ...dsl.edit_write import Value
from ...dsl.entries import LAYERS
from ...dsl.kinds.tables import lookup
from ..model.fields import Field, Form, merged, shortened
from ..model.inner_fields import FAMILIES, set_within
from ..model.layers import sizes
from ..model.problems import SIGNS
from ..model.sizing import sized
from .field_row import FieldRow

NARROW, WIDE = 11, 15
"""Columns of the fields' names, at least and at most."""
MOST_REMARKS = 3
NOTHING = "Choose a layer in the picture to see its options here."


class Inspector(Widget, can_focus=True):
    """One form. Tab goes through the fields, enter enters, escape goes back (`Left`)."""

    DEFAULT_CSS = """
    Inspector { layout: vertical; padding: 0 1; border-left: solid $border; }
    Inspector #head { height: auto; max-height: 60%; }
    Inspector #fields { height: 1fr; scrollbar-size-vertical: 1; }
    Inspector #help { height: auto; max-height: 5; border-top: solid $border; color: $text-muted; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "page", "What it is"),
        Binding("escape", "leave", "Back to the picture", show=False),
    ]

    class SetOption(Message):
        """An option was given a value, or (None) is to be taken away. `id`: the layer's, or a section's address."""

        def __init__(self, id: str, option: str, value: Value | None) -> None:
            super().__init__()
            self.id, self.option, self.value = id, option, value

    class Rename(Message):
        """The layer is to have another name."""

        def __init__(self, id: str, name: str) -> None:
            super().__init__()
            self.id, self.name = id, name

    class ReplaceKind(Message):
        """The layer is to be of another kind."""

        def __init__(self, id: str, kind: str) -> None:
            super().__init__()
            self.id, self.kind = id, kind

    class EditLines(Message):
        """A value is to be edited in several lines. `id`: the layer's, or a section's address."""

        def __init__(self, id: str, field: Field) -> None:
            super().__init__()
            self.id, self.field = id, field

    class Turned(Message):
        """The next form (1) or the one before (-1) is asked for."""

        def __init__(self, by: int) -> None:
            super().__init__()
            self.by = by

    class Left(Message):
        """Escape: back to where one came from."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.form: Form | None = None
        self._rows: list[FieldRow] = []

    def compose(self) -> ComposeResult:
        """What it is; its fields; help."""
        yield Static(id="head")
        yield VerticalScroll(id="fields", can_focus=False)
        yield Static(id="help", markup=False)

    def on_mount(self) -> None:
        """Begin with what there is."""
        self.show(self.form)

    def show(self, form: Form | None, remarks: Sequence[Diagnostic] = ()) -> None:
        """Show a form, or that there is none. `remarks` are those about the layer."""
        self.form = form
        if not self.is_mounted or not self.query("#head"):
            return
        self.query_one("#head", Static).update(Text(NOTHING, style="dim") if form is None else head(form, remarks))
        fields = form.fields if form is not None else ()
        held = next((row for row in self._rows if row.input.has_focus), None)
        key = held.field.key if held is not None and held.field is not None else ""
        self._grow(len(fields))
        before, owner = "", form.id if form is not None else ""
        longest = max((len(field.name) + field.depth + 2 for field in fields), default=0)
        for row, field in zip(self._rows, fields, strict=False):
            row.display = True
            row.show(owner, field, heading(field) if heading(field) != before else "", min(max(NARROW, longest), WIDE))
            before = heading(field)
        for row in self._rows[len(fields) :]:
            row.enter()
            row.display = False
        if held is not None:
            self._hold(held, key)
        self._help()

    def _hold(self, held: FieldRow, key: str) -> None:
        """Keep the focus at the field it was in, wherever that stands now; without it at the first."""
        if held.display and held.field is not None and held.field.key == key:
            return
        same = (row for row in self.rows if row.field is not None and row.field.key == key)
        to = next(same, None) or self._first()
        if to is not None:
            to.input.focus()
        else:
            self.screen.set_focus(self)

    def show_many(self, forms: Sequence[Form]) -> None:
        """Show what several layers have in common."""
        self.show(merged(forms) if forms else None)

    def _grow(self, count: int) -> None:
        """Rows are kept and shown again: a form is another one at every step through the picture."""
        new = [FieldRow(word_help) for _ in range(count - len(self._rows))]
        if new:
            self._rows += new
            self.query_one("#fields").mount(*new)

    @property
    def rows(self) -> list[FieldRow]:
        """The rows that are shown."""
        return self._rows[: len(self.form.fields)] if self.form is not None else []

    def focus(self, scroll_visible: bool = True) -> Self:
        """The first field has the focus in place of the form."""
        first = self._first()
        if first is None:
            return super().focus(scroll_visible)
        first.input.focus(scroll_visible)
        return self

    def on_focus(self) -> None:
        """The focus goes on to the first field."""
        if (first := self._first()) is not None:
            first.input.focus()

    def _first(self) -> FieldRow | None:
        return next(iter(self.rows), None)

    def on_field_row_entered(self, event: FieldRow.Entered) -> None:
        """Help is for the field that has the focus."""
        event.stop()
        event.row.scroll_visible(animate=False)
        self._help()

    def on_descendant_blur(self) -> None:
        """Without a field, help is for the whole."""
        self._help()

    def _help(self) -> None:
        row = next((row for row in self.rows if row.input.has_focus), None)
        text = ""
        if row is not None and row.field is not None:
            text = f"{row.field.name}: {row.field.help}" if row.field.help else row.field.name
            text = f"¶ several lines: enter edits them. {text}" if row.field.fixed else text
        elif self.form is not None and any(field.fixed for field in self.form.fields):
            text = "¶ stands in several lines: enter edits them."
        self._say(text)

    def _say(self, text: str) -> None:
        told = self.query_one("#help", Static)
        told.update(text)
        told.display = bool(text)

    def on_field_row_set(self, event: FieldRow.Set) -> None:
        """Send the edit that a field asks for."""
        event.stop()
        owner, field = event.owner, event.field
        if field.section == "kind":
            self.post_message(self.ReplaceKind(owner, event.text))
        elif field.section == "wiring" and field.name == "name" and event.text:
            self.post_message(self.Rename(owner, event.text))
        else:
            value = set_within(field, event.given.value)
            self.post_message(self.SetOption(field.place or owner, field.path[0], value))

    def on_field_row_opened(self, event: FieldRow.Opened) -> None:
        """Have a value edited in several lines; of several layers only what they have in common is told."""
        event.stop()
        if self.form is not None and self.form.several == 1:
            self.post_message(self.EditLines(event.field.place or event.owner, event.field))

    def on_field_row_weighed(self, event: FieldRow.Weighed) -> None:
        """Say what the value that is being typed would come to."""
        event.stop()
        form = self.form
        found = sized(form, event.field, event.given) if form is not None else None
        if found is None:
            return
        if found.remark:
            event.row.tell(found.remark)
            return
        told = f"would give {sizes(found.shape)}"
        if found.parameters:
            told += f", {found.parameters:,} parameters"
        if found.multiply_adds:
            told += f", {found.multiply_adds:,} multiply-adds"
        self._say(told)

    def on_field_row_turned(self, event: FieldRow.Turned) -> None:
        """Ask for the next form, or the one before."""
        event.stop()
        self.post_message(self.Turned(event.by))

    def action_page(self) -> None:
        """The page of the kind in the documents."""
        if self.form is None or self.form.known is None:
            self.notify("There is no page about this.")
            return
        from .kind_page import KindPage

        self.app.push_screen(KindPage(self.form.known))

    def action_leave(self) -> None:
        """Escape in a form without fields."""
        self.post_message(self.Left())

    def on_field_row_left(self, event: FieldRow.Left) -> None:
        """Escape."""
        event.stop()
        self.post_message(self.Left())


def heading(field: Field) -> str:
    """What a field and its neighbours stand under: `wiring`, or the table `stop` of `train`."""
    if field.section != "own":
        return "wiring" if field.section == "kind" and field.site is LAYERS else field.section
    return field.place.rpartition(".")[2] if "." in field.place else ""


def word_help(field: Field, word: str) -> str:
    """What a word that may be chosen means."""
    family = FAMILIES.get(field.option.type)
    kind = lookup(family, word) if family is not None else None
    if kind is None and field.site is not None:
        kind = field.site.find(word)
    return kind.help if kind is not None else ""


def head(form: Form, remarks: Sequence[Diagnostic] = ()) -> RenderableType:
    """Name, kind and line; what is wrong; formula or meaning; what it costs."""
    title = Text(form.title, style="bold", no_wrap=True, overflow="ellipsis")
    if form.kind not in (form.title, "section"):
        title.append(f"  {form.kind}", style="not bold")
    if form.line:
        title.append(f"  line {form.line}", style="dim not bold")
    rows: list[RenderableType] = [title]
    for remark in remarks[:MOST_REMARKS]:
        told = Text(f"{SIGNS[remark.severity]} {remark.message}", style="bold")
        way = f" → {shortened(remark.suggestion)}" if remark.suggestion else ""
        rows.append(told.append(way, style="not bold italic"))
    if form.help:
        rows.append(Text(form.help, style="dim"))
    if form.formula:
        rows.append(Text(form.formula, style="italic"))
    if form.facts:
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in form.facts:
            table.add_row(Text(name, style="dim"), Text(value))
        rows += [Text(""), table]
    rows.append(Text(""))
    return Group(*rows)
