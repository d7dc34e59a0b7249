"""Moving in the picture of a network by keys and mouse: focus, selection, folding, size, jumping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from ...compiler.diagram import Link
from ..model.folding import group_round, groups_in
from ..model.lanes import LaneScene
from ..model.moves import Way, step
from ..model.nested import Place
from .graph_pane import GraphPane

LETTERS = "asdfjklghqwertyuiopzxcvbnmASDFJKLGHQWERTYUIOPZXCVBNM0123456789"
LANE_WAYS: dict[Way, Way] = {"down": "next", "up": "before", "left": "up", "right": "down"}
"""In rows, up and down are the rows themselves, and the lines are left and right."""


class GraphView(GraphPane):
    """A picture of a network, as boxes with lines or as rows with lanes, that is moved in."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "go('down')", "Along the lines", show=False),
        Binding("up,k", "go('up')", "Back along the lines", show=False),
        Binding("left,h", "go('left')", "To the left", show=False),
        Binding("right,l", "go('right')", "To the right", show=False),
        Binding("J", "go('over')", "Along the longest line", show=False),
        Binding("K", "go('over-back')", "Back along the longest line", show=False),
        Binding("full_stop", "go('next')", "Next in order", show=False),
        Binding("comma", "go('before')", "The one before in order", show=False),
        Binding("g,home", "go('first')", "First", show=False),
        Binding("G,end", "go('last')", "Last", show=False),
        Binding("shift+down", "extend('down')", "Select along the lines", show=False),
        Binding("shift+up", "extend('up')", "Select back along the lines", show=False),
        Binding("shift+left", "extend('left')", "Select to the left", show=False),
        Binding("shift+right", "extend('right')", "Select to the right", show=False),
        Binding("space", "select", "Select", show=False),
        Binding("escape", "clear", "Select nothing", show=False),
        Binding("enter", "open", "Edit"),
        Binding("f", "fold", "Fold"),
        Binding("F", "fold_all", "Fold or unfold all", show=False),
        Binding("v", "view", "View"),
        Binding("plus,equals_sign", "zoom(1)", "Larger", show=False),
        Binding("minus", "zoom(-1)", "Smaller", show=False),
        Binding("0", "fit", "Size that fits", show=False),
        Binding("ctrl+o", "jump", "Jump to a box by a letter", show=False),
    ]

    class Focused(Message):
        """Another box has the focus."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    class Opened(Message):
        """A box was entered, by the key or two clicks."""

        def __init__(self, id: str) -> None:
            super().__init__()
            self.id = id

    class Selected(Message):
        """Other boxes are selected."""

        def __init__(self, ids: frozenset[str]) -> None:
            super().__init__()
            self.ids = ids

    def watch_focused_id(self, before: str, now: str) -> None:
        """Tell of the new focus."""
        super().watch_focused_id(before, now)
        if now and now != before:
            self.post_message(self.Focused(now))

    def watch_selected(self, before: set[str], now: set[str]) -> None:
        """Tell of the new selection."""
        super().watch_selected(before, now)
        self.post_message(self.Selected(frozenset(now)))

    # keys

    def action_go(self, way: Way) -> None:
        """Move the focus."""
        self._go(way)

    def _go(self, way: Way) -> str:
        if self.scene is None or self._made is None:
            return ""
        way = LANE_WAYS.get(way, way) if isinstance(self.scene, LaneScene) else way
        self.focused_id = step(self.scene.places, self.links, self.focused_id, way)
        return self.focused_id

    @property
    def links(self) -> Sequence[Link]:
        """The links of what is shown, groups closed."""
        return self.shown.links if self.shown is not None else ()

    def action_extend(self, way: Way) -> None:
        """Move the focus and select on the way."""
        before = self.focused_id
        self.selected = {*self.selected, before, self._go(way)} - {""}

    def action_select(self) -> None:
        """Select the focused box, or no longer."""
        if self.focused_id:
            self.selected = self.selected ^ {self.focused_id}

    def action_clear(self) -> None:
        """Leave the letters, or select nothing."""
        if self._letters:
            self._letters = {}
            self._repaint()
        self.selected = set()

    def action_open(self) -> None:
        """Edit the focused box."""
        if self.focused_id:
            self.post_message(self.Opened(self.focused_id))

    def action_fold(self) -> None:
        """Close the group round the focused box, or open the closed one."""
        if self.shown is None or not self.focused_id:
            return
        focused = self.focused_id
        group = focused if focused in self.folded else group_round(self.shown, focused)
        if group is not None:
            self.toggle(group)

    def toggle(self, group: str) -> None:
        """Close or open a group."""
        self._chose_folds = True
        self.folded = self.folded ^ {group}
        self._build()

    def action_fold_all(self) -> None:
        """Close all groups, or open all if some are closed."""
        if self.picture is not None:
            self._chose_folds = True
            self.folded = set() if self.folded else {group.id for group in groups_in(self.picture.items)}
            self._build()

    def action_view(self) -> None:
        """Lanes instead of boxes, or boxes instead of lanes."""
        self.view = "boxes" if self.view == "lanes" else "lanes"

    def action_zoom(self, by: int) -> None:
        """More or less text in the boxes."""
        self.zoom = max(0, min(2, self.zoom + by))

    def action_fit(self) -> None:
        """As much text as there is room for."""
        self._fit = True
        self._build()

    # jumping

    def action_jump(self) -> None:
        """Show a letter at every box that can be seen; the letter goes there."""
        if self.scene is None:
            return
        top, left = self.scroll_offset.y - self._head, self.scroll_offset.x - self._pad
        seen = Region(left, top, self.room.width, self.room.height)
        boxes = [name for name, place in self.scene.places.items() if seen.overlaps(_region(place))]
        self._letters = dict(zip(boxes, LETTERS, strict=False))
        self._repaint()

    def on_key(self, event: events.Key) -> None:
        """A letter, while letters are shown."""
        if not self._letters or event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        goal = next((name for name, letter in self._letters.items() if letter == event.character), None)
        self._letters = {}
        self._repaint()
        if goal is not None:
            self.focused_id = goal

    # mouse

    def _under(self, x: int, y: int) -> str | None:
        if self.scene is None or y < self._head:
            return None
        return self.scene.at(x + self.scroll_offset.x - self._pad, y + self.scroll_offset.y - self._head)

    def on_click(self, event: events.Click) -> None:
        """One click: the focus; two: edit; with shift or ctrl: select. A group's title closes it."""
        found = self._under(event.x, event.y)
        if found is None or self.scene is None:
            return
        if found not in self.scene.places:
            self.toggle(found)
            return
        self.focused_id = found
        if event.shift or event.ctrl:
            self.action_select()
        elif event.chain == 2:
            self.toggle(found) if found in self.folded else self.action_open()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """What is cut in a small box, and remarks, are told where the pointer is."""
        words = self.words_on(self._under(event.x, event.y) or "")
        self.tooltip = Text(words) if words else None

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """With ctrl: smaller."""
        self._wheel(event, -1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """With ctrl: larger."""
        self._wheel(event, 1)

    def _wheel(self, event: events.MouseEvent, by: int) -> None:
        if event.ctrl:
            event.stop()
            event.prevent_default()
            self.action_zoom(by)


def _region(place: Place) -> Region:
    return Region(place.x, place.y, place.width, place.height)
