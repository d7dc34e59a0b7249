"""The map of a network's inputs: its decision border with the data over it, or the curve it has fitted."""

from __future__ import annotations

from rich.color import Color as RichColor
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.widgets import Static

from ..model.input_map import LEVELS, InputMap, Spot, drawn, extent, in_words, legend

CLASS_COLOURS = ("#4c96ff", "#ff9632", "#3cb46e", "#c864c8", "#e0c030", "#40c0c8")
"""Those of the areas, for dark and for light ground alike."""
FAINT, FULL = 0.12, 0.62
"""How much of its colour an area has, from guessing to certain."""
LEAST_HEIGHT, LEAST_WIDTH = 4, 12


class InputMapView(Vertical, can_focus=True):
    """A plane or a curve that fills the room there is."""

    DEFAULT_CSS = """
    InputMapView { border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
        height: 1fr; width: 1fr; }
    InputMapView:focus { border: round $accent; }
    InputMapView > Static { height: 1fr; width: 1fr; text-wrap: nowrap; text-overflow: clip; }
    InputMapView > Static.-words { text-wrap: wrap; }
    """

    def __init__(self, *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self._plain = plain
        self._shown: InputMap | None = None
        self._empty = ""
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The map."""
        yield self._body

    def show(self, shown: InputMap | None, title: str, empty: str) -> None:
        """Another map, or None and why there is none; nothing is drawn where it is the same."""
        same = shown is self._shown and shown is not None
        self._empty = empty
        self.border_title = title
        self.border_subtitle = f"step {shown.step:,}" if shown is not None else ""
        self._shown = shown
        if not same:
            self._draw()

    @property
    def words(self) -> str:
        """The map in words."""
        return in_words(self._shown) if self._shown is not None else self._empty

    def on_resize(self) -> None:
        """Draw for the new room."""
        self._draw()

    def notify_style_update(self) -> None:
        """Draw on the ground of another theme."""
        super().notify_style_update()
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        shown, size = self._shown, self._body.size
        self._body.set_class(shown is None or self._plain, "-words")
        if shown is None:
            self._body.update(Text(self._empty, style="italic dim"))
            return
        if self._plain:
            self._body.update(Text(self.words))
            return
        width, height = max(LEAST_WIDTH, size.width), max(LEAST_HEIGHT, size.height - 2)
        if size.width and size.height:
            self._body.update(self._text(shown, width, height))

    def _text(self, shown: InputMap, width: int, height: int) -> Text:
        ground = Color.parse(self.app.theme_variables.get("background", "#000000"))
        colourless = self.app.no_color
        text = Text(no_wrap=True, overflow="crop")
        for row in drawn(shown, width, height):
            for spot in row:
                text.append(spot.sign, _style(shown, spot, ground, colourless))
            text.append("\n")
        for number, (words, of) in enumerate(legend(shown)):
            text.append("  " if number else "")
            text.append(words, "dim" if of is None or colourless else Style(color=_rich(_colour(of)), bold=True))
        text.append(f"\n{extent(shown)}", "dim")
        return text


def _style(shown: InputMap, spot: Spot, ground: Color, colourless: bool) -> Style:
    if colourless:
        return Style(bold=spot.front is not None, dim=spot.front is None)
    if spot.strength is None:
        return Style(color=_rich(_colour(spot.front or 0)), bold=spot.front == 1)
    if not shown.classes:
        behind = ground.blend(_colour(0), FAINT + (FULL - FAINT) * spot.strength)
        front = spot.front if spot.front is not None else spot.owner
        level = FAINT + (1 - FAINT) * front / (len(LEVELS) - 1)
        colour = ground.blend(_colour(1), level) if spot.front is not None else behind.blend(_colour(0), 0.4)
        return Style(color=_rich(colour), bgcolor=_rich(behind), bold=spot.front is not None)
    area = _colour(spot.owner)
    behind = ground.blend(area, FAINT + (FULL - FAINT) * spot.strength)
    if spot.front is None:
        return Style(color=_rich(behind.blend(area, 0.45)), bgcolor=_rich(behind))
    # a point in an area of its own colour must be seen, too: it is drawn towards the text's colour
    towards = Color.parse("#ffffff" if ground.brightness < 0.5 else "#000000")
    own = _colour(spot.front).blend(towards, 0.55 if spot.front == spot.owner else 0.15)
    return Style(color=_rich(own), bgcolor=_rich(behind), bold=True)


def _colour(number: int) -> Color:
    return Color.parse(CLASS_COLOURS[number % len(CLASS_COLOURS)])


def _rich(colour: Color) -> RichColor:
    return RichColor.from_rgb(colour.r, colour.g, colour.b)
