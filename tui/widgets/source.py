"""Lines of text that are scrolled, of any number: only those in view are drawn. And the source of a kernel, coloured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.console import Console
from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

SEARCH = Style(reverse=True)


class LinesView(ScrollView, can_focus=True):
    """Lines, one a row. `wraps`: a line that is too long goes on in the next row, indented; else one scrolls to its
    end. Lines longer than the view are marked `›` where they go on."""

    DEFAULT_CSS = """
    LinesView { height: 1fr; width: 1fr; border: round $panel-lighten-2; border-title-color: $text;
        border-subtitle-color: $text-muted; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 1; padding: 0; }
    LinesView:focus { border: round $accent; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Down", show=False),
        Binding("k", "scroll_up", "Up", show=False),
        Binding("g", "scroll_home", "To the start", show=False),
        Binding("G", "scroll_end", "To the end", show=False),
    ]

    def __init__(self, title: str = "", *, wraps: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._wraps = wraps
        self._given: Sequence[Text] = ()
        self._rows: list[Text] = []

    @property
    def lines(self) -> list[str]:
        """What the rows say, for tests and for screen readers."""
        return [row.plain for row in self._rows]

    def show(
        self, lines: Sequence[Text], title: str | None = None, subtitle: str | None = None, *, top: bool = True
    ) -> None:
        """Put other lines; `top`: from the first on, else where one was."""
        self._given = lines
        if title is not None:
            self.border_title = title
        if subtitle is not None:
            self.border_subtitle = subtitle
        self._lay_out()
        if top:
            self.scroll_to(0, 0, animate=False)

    def on_resize(self, _event: events.Resize) -> None:
        """Another width: lines break elsewhere."""
        self._lay_out()

    def _lay_out(self) -> None:
        self._rows = self._broken(max(10, self.scrollable_content_region.width))
        wide = 0 if self._wraps else max((row.cell_len for row in self._rows), default=0)
        self.virtual_size = Size(wide, len(self._rows))
        self.refresh()

    def _broken(self, width: int) -> list[Text]:
        """The rows of the lines in so many columns."""
        if not self._wraps:
            return list(self._given)
        console = Console(width=width, color_system=None, legacy_windows=False)
        return [row for line in self._given for row in _wrapped(line, width, console)]

    def render_line(self, y: int) -> Strip:
        """One row, from the column scrolled to on."""
        x, top = self.scroll_offset
        width = self.scrollable_content_region.width
        base = self.rich_style
        if top + y >= len(self._rows):
            return Strip.blank(width, base)
        row = self._rows[top + y]
        strip = Strip(row.render(self.app.console), row.cell_len)
        shown = strip.crop(x, x + width).adjust_cell_length(width)
        if strip.cell_length > x + width:
            shown = Strip([*shown.crop(0, width - 1), *Text("›", "dim").render(self.app.console, "")], width)
        return shown.apply_style(base)


def _wrapped(line: Text, width: int, console: Console) -> list[Text]:
    """A line in rows; those after the first are indented by two more than it."""
    if line.cell_len <= width:
        return [line]
    indent = len(line.plain) - len(line.plain.lstrip()) + 2
    first, *rest = line.wrap(console, width)
    if not rest:
        return [first]
    rows = line[len(first.plain) :].wrap(console, max(8, width - indent))
    return [first, *(Text.assemble(" " * indent, _stripped(row)) for row in rows)]


def _stripped(row: Text) -> Text:
    left = len(row.plain) - len(row.plain.lstrip())
    return row[left:] if left else row


class SourceView(LinesView):
    """The readable source of a kernel."""

    def source(self, text: str, title: str) -> None:
        """Show a source, its words coloured."""
        self.show(coloured(text, dark=self.app.current_theme.dark), title)


def coloured(text: str, *, dark: bool) -> list[Text]:
    """The lines of a Python text in the terminal's own colours; comments and words are told apart by weight too."""
    made = Syntax("", "python", theme="ansi_dark" if dark else "ansi_light", word_wrap=False).highlight(text)
    return list(made.split("\n", allow_blank=True))
