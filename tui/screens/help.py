"""The keys of what has the focus, of its screen, and everywhere."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen, Screen
from textual.widgets import Label, Static

from ..keys import GLOBAL, rows


class HelpDialog(ModalScreen[None]):
    """Keys in groups: the focused pane's own first."""

    DEFAULT_CSS = """
    HelpDialog { align: center middle; }
    HelpDialog > VerticalScroll { width: 72; max-width: 95%; max-height: 90%; height: auto; padding: 1 2;
        background: $surface; border: round $accent; }
    HelpDialog .group { color: $accent; text-style: bold; margin-top: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,f1,q,question_mark", "dismiss", "Close")]

    def __init__(self, of: Screen[Any]) -> None:
        super().__init__()
        self._of = of

    def compose(self) -> ComposeResult:
        """A table a group."""
        with VerticalScroll():
            for title, keys in groups(self._of):
                yield Label(title, classes="group")
                yield Static(_table(keys))
            yield Label("The mouse does all of it too. esc closes this.", classes="dim")


def groups(screen: Screen[Any]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What the keys do: in the focused pane, in the panes round it, on the screen, everywhere."""
    found = []
    node: Any = screen.focused
    while node is not None and node is not screen:
        if own := rows(type(node).__dict__.get("BINDINGS", ())):
            found.append((_called(type(node).__name__), own))
        node = node.parent
    if own := rows(type(screen).BINDINGS):
        found.append(("This screen", own))
    return [*found, ("Everywhere", rows(GLOBAL))]


def _called(name: str) -> str:
    """`GraphView` as people say it."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).capitalize()


def _table(keys: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for key, words in keys:
        table.add_row(key, words)
    return table
