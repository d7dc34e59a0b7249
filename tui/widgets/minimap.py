"""The whole picture beside the part that is shown."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.strip import Strip
from textual.widget import Widget

from ..model.minimap import Chart, chart
from .graph_view import GraphView


class MiniMap(Widget):
    """A map of a `GraphView`: dots are boxes, the bright part is seen, `◆` has the focus. A click goes there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"minimap--box", "minimap--seen", "minimap--focus"}
    DEFAULT_CSS = """
    MiniMap { background: $background; border-left: solid $foreground 20%; }
    MiniMap .minimap--box { color: $foreground 45%; }
    MiniMap .minimap--seen { color: $foreground; background: $foreground 12%; }
    MiniMap .minimap--focus { color: $accent; background: $foreground 12%; text-style: bold; }
    """

    def __init__(self, graph: GraphView, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._graph = graph
        self._key: tuple[object, int, int] = (None, 0, 0)
        self._chart = Chart((), 1.0, 1.0)

    def on_mount(self) -> None:
        """Follow the graph."""
        for name in ("scroll_x", "scroll_y", "focused_id", "scene"):
            self.watch(self._graph, name, self._follow, init=False)

    def _follow(self) -> None:
        self.refresh()

    def _drawn(self) -> Chart:
        scene, (width, height) = self._graph.scene, self.content_size
        if scene is not None and self._key != (scene, width, height):
            self._key = (scene, width, height)
            self._chart = chart(scene.places, (scene.width, scene.height), width, height)
        return self._chart

    def render_line(self, y: int) -> Strip:
        """One line of the map."""
        width = self.content_size.width
        paper = Style(bgcolor=self.background_colors[1].rich_color)
        scene, drawn = self._graph.scene, self._drawn()
        if scene is None or y >= len(drawn.rows):
            return Strip.blank(width, paper)
        box, seen, focus = (self.get_component_rich_style(f"minimap--{name}") for name in ("box", "seen", "focus"))
        left, top = drawn.cell(*self._graph.scroll_offset)
        size = self._graph.room
        right, low = drawn.cell(self._graph.scroll_offset.x + size.width, self._graph.scroll_offset.y + size.height - 1)
        inside = top <= y <= low
        row = drawn.rows[y].ljust(width)[:width]
        styles = [seen if inside and left <= x <= right else box for x in range(width)]
        place = scene.places.get(self._graph.focused_id)
        signs = list(row)
        if place is not None:
            x, own = drawn.cell(place.x + place.width // 2, place.y + place.height // 2)
            if own == y and x < width:
                signs[x], styles[x] = "◆", focus
        cells = zip(signs, styles, strict=True)
        parts = groupby(cells, key=lambda cell: id(cell[1]))
        return Strip([_joined(list(part)) for _, part in parts], width)

    def on_click(self, event: events.Click) -> None:
        """Show what was clicked at."""
        x, y = self._drawn().back(event.x - self.gutter.left, event.y - self.gutter.top)
        size = self._graph.room
        self._graph.scroll_to(x - size.width // 2, y - size.height // 2, animate=False)


def _joined(cells: list[tuple[str, Style]]) -> Segment:
    """Neighbours of one style."""
    return Segment("".join(sign for sign, _ in cells), cells[0][1])
