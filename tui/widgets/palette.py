"""All kinds of layers, to choose from: as a pane beside the picture and as a dialog."""

from __future__ import annotations

from typing import ClassVar, Self

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.message import Message
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from ...dsl.edit import Document
from ...dsl.kinds.tables import find_layer
from ..model.palette import LATELY, Choice, advice, palette, search

ROOMY = 44
"""Columns from which a row has its meaning beside it."""
NAMES = 20


class PalettePane(Widget):
    """A field to search in, the kinds in groups, and what the highlighted one does. `Chosen` is a kind's name."""

    DEFAULT_CSS = """
    PalettePane { layout: vertical; border-right: solid $border; }
    PalettePane > Input { margin: 0 1; }
    PalettePane > OptionList {
        height: 1fr; border: none; padding: 0 1; background: transparent; scrollbar-size-vertical: 1;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    PalettePane > OptionList > .option-list--option { padding: 0; }
    PalettePane > OptionList > .option-list--option-highlighted { text-style: bold; }
    PalettePane:focus-within > OptionList > .option-list--option-highlighted {
        color: $block-cursor-foreground; background: $block-cursor-background;
    }
    PalettePane > OptionList > .option-list--option-disabled { color: $text-accent; text-style: bold; }
    PalettePane > Static { height: auto; max-height: 9; padding: 0 1; border-top: solid $border; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", "Next kind", show=False),
        Binding("up", "move(-1)", "Kind before", show=False),
        Binding("pagedown", "move(8)", "Further down", show=False),
        Binding("pageup", "move(-8)", "Further up", show=False),
        Binding("f3", "page", "What it is"),
        Binding("escape", "back", "Clear the search, then back"),
    ]

    class Chosen(Message):
        """A kind was taken."""

        def __init__(self, kind: str) -> None:
            super().__init__()
            self.kind = kind

    class Left(Message):
        """Escape with nothing to clear."""

    def __init__(self, document: Document | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._document = document
        self._rows: tuple[Choice, ...] = ()
        self._shown: list[Choice | None] = []

    def compose(self) -> ComposeResult:
        """Search, list, meaning."""
        yield Input(placeholder="search: conv, pool, linear…", compact=True)
        options = OptionList()
        options.can_focus = False
        yield options
        yield Static()

    def on_mount(self) -> None:
        """Show all."""
        self.show(self._document)

    def show(self, document: Document | None) -> None:
        """Show the kinds with those that a file has of its own."""
        self._document = document
        rows = palette(document)
        if rows != self._rows:
            self._rows = rows
            self._fill(self.query_one(Input).value)

    def focus(self, scroll_visible: bool = True) -> Self:
        """The search has the focus."""
        self.query_one(Input).focus(scroll_visible)
        return self

    def _fill(self, query: str) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        self._shown = list[Choice | None]()
        group = ""
        for choice in search(query, self._rows):
            if not query.strip() and choice.group != group:
                group = choice.group
                self._shown.append(None)
                options.add_option(Option(Text(group), disabled=True))
            self._shown.append(choice)
            options.add_option(Option(self._line(choice)))
        first = next((n for n, choice in enumerate(self._shown) if choice is not None), None)
        options.highlighted = first
        self._tell(query)

    def _line(self, choice: Choice) -> Text:
        line = Text(choice.name, no_wrap=True, overflow="ellipsis")
        if not choice.built:
            line.append("  not built yet" if self.size.width >= ROOMY else " not built", style="dim")
        if self.size.width >= ROOMY:
            line.pad_right(max(0, NAMES - line.cell_len))
            line.append(f" {choice.meaning}", style="dim")
        return line

    @property
    def highlighted(self) -> Choice | None:
        """The kind that enter takes."""
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _tell(self, query: str) -> None:
        choice, told = self.highlighted, Text()
        if choice is not None:
            told.append(choice.name, style="bold").append(f"  {choice.group}\n", style="dim").append(choice.meaning)
            if not choice.built:
                told.append("\nRead and checked; not built by this version yet.", style="dim")
            if choice.formula:
                told.append(f"\n{choice.formula}", style="italic")
        elif query.strip():
            told.append(f"No kind is called `{query.strip()}`.")
        if query.strip() and (way := advice(query)):
            told.append(f"\n{way}", style="bold")
        self.query_one(Static).update(told)

    def on_resize(self) -> None:
        """Rows say more where there is room."""
        self._fill(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Search as one types."""
        event.stop()
        self._fill(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the highlighted kind."""
        event.stop()
        self._take(self.highlighted)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell what it does."""
        event.stop()
        self._tell(self.query_one(Input).value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click takes a kind."""
        event.stop()
        self._take(self._shown[event.option_index])

    def _take(self, choice: Choice | None) -> None:
        if choice is None:
            return
        LATELY.took(choice.name)
        self.post_message(self.Chosen(choice.name))
        self.query_one(Input).value = ""
        self.show(self._document)

    def action_move(self, by: int) -> None:
        """Move the highlight, past the headings."""
        options = self.query_one(OptionList)
        rows = [n for n, choice in enumerate(self._shown) if choice is not None]
        if not rows:
            return
        at = rows.index(options.highlighted) if options.highlighted in rows else 0
        options.highlighted = rows[min(max(at + by, 0), len(rows) - 1)] if abs(by) > 1 else rows[(at + by) % len(rows)]

    def action_page(self) -> None:
        """The page of the highlighted kind in the documents."""
        kind = find_layer(self.highlighted.name) if self.highlighted is not None else None
        if kind is None:
            self.notify("There is no page about this.")
            return
        from .kind_page import KindPage

        self.app.push_screen(KindPage(kind))

    def action_back(self) -> None:
        """Clear the search, or leave."""
        field = self.query_one(Input)
        if field.value:
            field.value = ""
        else:
            self.post_message(self.Left())


class PaletteDialog(ModalScreen[str]):
    """The palette over all else; gives the kind, or None."""

    DEFAULT_CSS = """
    PaletteDialog { align: center middle; }
    PaletteDialog > Container {
        width: 84; max-width: 96%; height: 30; max-height: 92%; border: round $accent; background: $surface;
        border-title-align: left; padding: 0;
    }
    PaletteDialog PalettePane { border: none; }
    """

    def __init__(self, document: Document | None = None, title: str = "Add a layer") -> None:
        super().__init__()
        self._document, self._title = document, title

    def compose(self) -> ComposeResult:
        """The palette in a box."""
        with Container() as box:
            box.border_title = self._title
            box.border_subtitle = "enter: take   F3: what it is   esc: back"
            yield PalettePane(self._document)

    def on_mount(self) -> None:
        """The search has the focus."""
        self.set_focus(self.query_one(PalettePane).query_one(Input))

    def on_palette_pane_chosen(self, event: PalettePane.Chosen) -> None:
        """Give the kind."""
        event.stop()
        self.dismiss(event.kind)

    def on_palette_pane_left(self, event: PalettePane.Left) -> None:
        """Give nothing."""
        event.stop()
        self.dismiss(None)
