"""Sizes of gradients, activations or weights: a small histogram a layer, the least healthy told in words."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from ..model.ridge_rows import Ridge, in_words, ridge_rows


class Ridges(VerticalScroll, can_focus=True):
    """A row a layer; scrolls where there are more layers than rows."""

    DEFAULT_CSS = """
    Ridges { border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
        height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }
    Ridges:focus { border: round $accent; }
    Ridges > Static { height: auto; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    Ridges > Static.-words { text-wrap: wrap; }
    """

    def __init__(self, title: str = "layers", *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._plain = plain
        self._ridges: tuple[Ridge, ...] = ()
        self._of, self._empty = "gradients", "no look inside yet"
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The rows."""
        yield self._body

    def show(self, ridges: Sequence[Ridge], of: str, empty: str = "no look inside yet", at: str = "") -> None:
        """Other layers. `of`: what the numbers are; `at`: when they were looked at."""
        self._ridges, self._of, self._empty = tuple(ridges), of, empty
        self.border_title, self.border_subtitle = of, at
        self._draw()

    @property
    def words(self) -> str:
        """All layers in words."""
        return in_words(self._ridges, self._of) or self._empty

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        if not self._ridges:
            self._body.add_class("-words")
            self._body.update(Text(self._empty, style="italic dim"))
            return
        self._body.remove_class("-words")
        if self._plain:
            self._body.add_class("-words")
            self._body.update(Text(self.words))
            return
        rows, axis = ridge_rows(self._ridges, max(20, self.content_size.width - 1))
        text = Text(no_wrap=True, overflow="ellipsis")
        for row in rows:
            text.append(f"{row.name} ")
            text.append(row.bars, style="yellow" if row.bad else "cyan")
            text.append(row.number, style="" if row.bad else "dim")
            text.append(f"{row.words}\n", style="bold yellow" if row.bad else "dim")
        text.append(f"{axis}     rms", style="dim")
        self._body.update(text)
