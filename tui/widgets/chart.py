"""Curves over steps: zoom that stays while data arrives, a cross-hair shared with other charts, marks, log scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from textwrap import wrap
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from ..model.curves import Curve, Look, Mark, Window, extent_of, in_words, looked, zoomed
from ..model.plot import AXIS, CURSOR, MARK, WORD, Plot, plot

DARK = ("#5ab4ff", "#ffb454", "#7fd962", "#f07178", "#d2a6ff", "#59d8c4", "#ffd866", "#ff8fd0")
LIGHT = ("#005fb8", "#b45309", "#2c7a1f", "#b91c3c", "#6d28d9", "#00766c", "#7a6000", "#a8207a")
"""Colours of curves, for dark and light themes; each is told apart by its sign too."""
LEAST_ROWS = 7
"""Fewer are too few for a chart below words."""
LOOK_KEYS: tuple[Binding, ...] = (
    Binding("y", "look('log')", "Log scale"),
    Binding("t", "look('smooth')", "Smoothing", show=False),
    Binding("f", "look('follow')", "Follow", show=False),
    Binding("plus,equals_sign", "look('in')", "Zoom in", show=False),
    Binding("minus", "look('out')", "Zoom out", show=False),
    Binding("0", "look('all')", "Whole run", show=False),
    Binding("left", "look('left')", "Cross-hair back", show=False),
    Binding("right", "look('right')", "Cross-hair on", show=False),
    Binding("home", "look('first')", "Cross-hair to the start", show=False),
    Binding("end", "look('last')", "Cross-hair to the end", show=False),
)


class Chart(Widget, can_focus=True):
    """One chart. `log_allowed`: whether a log scale makes sense of its values. It never looks otherwise by itself:
    it posts `Looked`, and whoever holds it gives the same look to all charts that belong together."""

    BINDINGS: ClassVar[list[BindingType]] = [*LOOK_KEYS]
    DEFAULT_CSS = """
    Chart { height: 1fr; width: 1fr; border: round $panel-lighten-2; border-title-color: $text;
        border-subtitle-color: $text-muted; padding: 0; }
    Chart:focus { border: round $accent; }
    """

    class Looked(Message):
        """The charts are to be looked at in this way."""

        def __init__(self, look: Look) -> None:
            super().__init__()
            self.look = look

    def __init__(self, title: str, *, log_allowed: bool = True, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = title
        self.look = Look()
        self._log_allowed, self._plain = log_allowed, plain
        self._curves: tuple[Curve, ...] = ()
        self._marks: tuple[Mark, ...] = ()
        self._extent: Window | None = None
        self._plot: Plot | None = None
        self._strips: list[Strip] = []
        self._empty = "no values yet"

    # what is shown

    def show(
        self,
        curves: Sequence[Curve],
        marks: Sequence[Mark] = (),
        *,
        extent: Window | None = None,
        empty: str | None = None,
    ) -> None:
        """Other curves and marks. `extent`: all steps there are; `empty`: what stands where there is no curve."""
        self._curves, self._marks, self._extent = tuple(curves), tuple(marks), extent
        if empty is not None:
            self._empty = empty
        self._anew()

    def look_at(self, look: Look) -> None:
        """Look in another way."""
        if look != self.look:
            self.look = look
            self._anew()

    @property
    def words(self) -> str:
        """All curves in words, for screen readers."""
        return "\n".join(in_words(curve) for curve in self._curves) or self._empty

    @property
    def all_steps(self) -> Window:
        """The first and last step of all there is."""
        return self._extent or extent_of(self._curves)

    def _anew(self) -> None:
        self._plot = None
        self.refresh()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self._anew()

    def notify_style_update(self) -> None:
        """Draw in the colours of the new theme."""
        super().notify_style_update()
        self._plot = None

    # drawing

    def render_line(self, y: int) -> Strip:
        """One row; the chart is drawn when its first row is asked for and something has changed."""
        if self._plot is None:
            self._draw()
        width = self.content_size.width
        if y >= len(self._strips):
            return Strip.blank(width, self.rich_style)
        return self._strips[y].adjust_cell_length(width, self.rich_style)

    def _draw(self) -> None:
        base = self.rich_style
        width, height = self.content_size
        if not any(len(curve.steps) for curve in self._curves):
            self._plot = Plot((), 0, 0, (0.0, 1.0), 0)
            self._strips = [Strip.blank(width, base)] * (height // 2)
            self._strips.append(Strip([Segment(self._empty.center(width), base + Style(italic=True, dim=True))]))
            return
        said = self._lines(width) if self._plain else []
        self._strips = said
        if self._plain and height - len(said) < LEAST_ROWS:
            self._plot = Plot((), 0, 0, (0.0, 1.0), 0)
            return
        self._plot = plot(
            self._curves,
            self.look,
            width,
            height - len(said),
            self._marks,
            extent=self._extent,
            log_allowed=self._log_allowed,
            ascii=self._plain,
        )
        inks = self._inks()
        rows = self._plot.rows
        self._strips = said + [Strip([Segment(t, inks.get(owner, base)) for t, owner in row]) for row in rows]
        self.border_subtitle = self._said()

    def _lines(self, width: int) -> list[Strip]:
        """What the curves do, in words, for those who see no drawing."""
        lines = [line for words in self.words.splitlines() for line in wrap(words, max(20, width))]
        return [Strip([Segment(line, self.rich_style)]) for line in lines]

    def _inks(self) -> dict[int, Style]:
        dark = self.app.current_theme.dark
        base, behind = self.rich_style, self.background_colors[1]
        found: dict[int, Style] = {
            MARK: base + Style(color="yellow" if dark else "#8a6100"),
            CURSOR: base + Style(bold=True),
            WORD: base,
        }
        for slot in {curve.slot for curve in self._curves}:
            colour = Color.parse((DARK if dark else LIGHT)[slot % len(DARK)])
            found[2 * slot + 1] = base + Style(color=colour.rich_color)
            found[2 * slot] = base + Style(color=behind.blend(colour, 0.42).rich_color)
        axis = behind.blend(Color.parse("#ffffff" if dark else "#000000"), 0.55)
        found[AXIS] = base + Style(color=axis.rich_color)
        return found

    def _said(self) -> str:
        """How the chart is looked at, where that is not the usual way."""
        look, words = self.look, []
        if look.log and self._log_allowed:
            words.append("log")
        if any(curve.noisy for curve in self._curves):
            words.append(("not smoothed", "", "smoothed more", "smoothed most")[look.smoothing])
        if look.window is not None:
            words.append("zoom, following" if look.follow else "zoom (0: all)")
        return " · ".join(word for word in words if word)

    # keys and mouse

    def action_look(self, what: str) -> None:
        """A key: look otherwise."""
        self.post_message(self.Looked(looked(self.look, what, self.all_steps)))

    def _step_under(self, event: events.MouseEvent) -> float | None:
        at = event.get_content_offset(self)
        return None if at is None or self._plot is None else self._plot.step_at(at.x)

    def on_click(self, event: events.Click) -> None:
        """The cross-hair goes where the pointer is."""
        step = self._step_under(event)
        if step is not None:
            self.post_message(self.Looked(replace(self.look, cursor=step)))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Zoom in about the pointer."""
        self._zoom(0.7, event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Zoom out about the pointer."""
        self._zoom(1 / 0.7, event)

    def _zoom(self, factor: float, event: events.MouseEvent) -> None:
        event.stop()
        step = self._step_under(event)
        self.post_message(self.Looked(zoomed(self.look, factor, self.all_steps, step)))
