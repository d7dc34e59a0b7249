"""The page of a kind, over all else: what it is for, its options, its sizes, an example."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown

from ...dsl.kinds.kind import Kind
from ...dsl.reference.kind_page import kind_page
from ...dsl.reference.markdown import without_links


class KindPage(ModalScreen[None]):
    """One kind's page of the language's documents."""

    DEFAULT_CSS = """
    KindPage { align: center middle; }
    KindPage > VerticalScroll {
        width: 92; max-width: 98%; height: auto; max-height: 94%; border: round $accent; background: $surface;
        scrollbar-size-vertical: 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,f3", "dismiss", "Back")]

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self._kind = kind

    def compose(self) -> ComposeResult:
        """The page in a box that scrolls."""
        with VerticalScroll() as box:
            box.border_title = f"{self._kind.family} {self._kind.name}"
            box.border_subtitle = "esc: back"
            yield Markdown(without_links(kind_page(self._kind)))
