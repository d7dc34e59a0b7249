"""Many small pictures in rows, as half-block signs: filters, what layers give, examples and mistakes."""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from ..model.pictures import GAP, Colour, OpenCell, Shown, drawn, inked

LARGEST = 28
"""Cells that a picture is made larger to, at most."""


class Pictures(VerticalScroll, can_focus=True):
    """Pictures in rows, each with its words below; as many beside each other as there is room for."""

    DEFAULT_CSS = """
    Pictures { border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
        height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }
    Pictures:focus { border: round $accent; }
    Pictures > Static { height: auto; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    Pictures > Static.-words { text-wrap: wrap; }
    """

    def __init__(self, title: str, *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._plain = plain
        self._shown: tuple[Shown, ...] = ()
        self._each, self._empty = LARGEST, "no pictures yet"
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The pictures."""
        yield self._body

    def show(
        self, shown: Sequence[Shown], title: str, each: int = LARGEST, empty: str = "no pictures yet", at: str = ""
    ) -> None:
        """Other pictures, each at most `each` cells wide."""
        self._shown, self._each, self._empty = tuple(shown), each, empty
        self.border_title, self.border_subtitle = title, at
        self._draw()

    @property
    def words(self) -> str:
        """What is shown, in words."""
        return "\n".join(
            f"{'wrong: ' if s.wrong else ''}{s.words or 'picture'}, {s.values.shape[0]} x {s.values.shape[1]} points"
            for s in self._shown
        )

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        if not self._shown:
            self._body.add_class("-words")
            self._body.update(Text(self._empty, style="italic dim"))
            return
        self._body.remove_class("-words")
        if self._plain:
            self._body.update(Text(self.words))
            return
        width = max(8, self.content_size.width - 1)
        self._body.update(picture_text(self._shown, width, self._each, plain=self.app.no_color))


def picture_text(shown: Sequence[Shown], width: int, each: int, *, plain: bool) -> Text:
    """All pictures as text, in rows of as many as fit in `width`."""
    blocks = [_block(one, min(width, each), plain) for one in shown]
    wide = [max(block[0].cell_len, 1) for block in blocks]
    text, used = Text(no_wrap=True), 0
    row: list[list[Text]] = []
    for number, block in enumerate(blocks):
        if row and used + GAP + wide[number] > width:
            _add_row(text, row)
            row, used = [], 0
        row.append(block)
        used += wide[number] + GAP * (used > 0)
    _add_row(text, row)
    text.rstrip()
    return text


def _block(shown: Shown, each: int, plain: bool) -> list[Text]:
    """A picture's lines and its words, all equally wide."""
    if plain:
        lines = [Text(line) for line in inked(shown, each, each)]
    else:
        lines = [_coloured(line) for line in drawn(shown, each, each)]
    wide = lines[0].cell_len if lines else 1
    if shown.words:
        sign = "✗ " if shown.wrong else ""
        wide = max(wide, min(each, len(sign + shown.words)))
        lines.append(Text((sign + shown.words)[:wide], style="bold" if shown.wrong else "dim"))
    for line in lines:
        line.pad_right(wide - line.cell_len)
    return lines


def _coloured(row: Sequence[OpenCell]) -> Text:
    line = Text()
    for sign, above, below in row:
        line.append(sign, _style(above, below))
    return line


def _style(above: Colour, below: Colour | None) -> Style:
    behind = None if below is None else f"rgb({below[0]},{below[1]},{below[2]})"
    return Style(color=f"rgb({above[0]},{above[1]},{above[2]})", bgcolor=behind)


def _add_row(text: Text, row: Sequence[list[Text]]) -> None:
    """Blocks side by side; shorter ones end in blank lines, so that their words stand under them."""
    if not row:
        return
    for at in range(max(len(block) for block in row)):
        for number, block in enumerate(row):
            if number:
                text.append(" " * GAP)
            text.append_text(block[at] if at < len(block) else Text(" " * block[0].cell_len))
        text.append("\n")
