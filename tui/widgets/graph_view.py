"""The network as a picture that is moved in by keys and mouse: boxes with lines, or rows with lanes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from rich.segment import Segment
from textual import events, work
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size, Spacing
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ...compiler.diagram import Picture
from ..model.folding import at_first, folded, group_round, groups_in, shown_for
from ..model.lanes import LaneScene, suits
from ..model.marks import Heat, Mark
from ..model.moves import Way, step
from ..model.nested import Place
from ..model.paint import BoxScene
from ..model.scene import ASCII, Lit
from .box_colours import Palette

View = Literal["boxes", "lanes"]
AT_ONCE = 150
"""Boxes up to which a picture is laid out at once; larger ones beside the screen."""
LETTERS = "asdfjklghqwertyuiopzxcvbnmASDFJKLGHQWERTYUIOPZXCVBNM0123456789"
MOST_STRIPS = 4000
LANE_WAYS: dict[Way, Way] = {"down": "next", "up": "before", "left": "up", "right": "down"}
"""In rows, up and down are the rows themselves, and the lines are left and right."""


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a scene is made from."""

    picture: Picture
    closed: frozenset[str]
    view: View
    zoom: int
    fit: bool
    hot: bool
    width: int

    def made(self) -> BoxScene | LaneScene:
        """The scene; where it is to fit, with less text if it would be too wide."""
        picture = folded(self.picture, self.closed)
        if self.view == "lanes":
            return LaneScene.of(picture, max(30, self.width))
        scene = BoxScene.of(picture, self.zoom, hot=self.hot)
        if self.fit and self.zoom > 1 and scene.width > self.width:
            return BoxScene.of(picture, 1, hot=self.hot)
        return scene


class GraphView(ScrollView, can_focus=True):
    """A picture of a network. `show` gives it one; everything else is as it was left."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"graph-view--{role}"
        for role in (
            "edge", "skip", "aim", "hot", "label", "hot-label", "frame", "frame-name", "frame-kind", "focus", "selected",
            "error", "warning", "error-sign", "warning-sign", "head",
        )
    }  # fmt: skip
    DEFAULT_CSS = """
    GraphView { background: $background; color: $foreground; scrollbar-size: 1 1; }
    GraphView .graph-view--edge { color: $foreground 55%; }
    GraphView .graph-view--skip { color: $warning 75%; }
    GraphView .graph-view--aim { color: $foreground 40%; }
    GraphView .graph-view--hot { color: $accent; text-style: bold; }
    GraphView .graph-view--label { color: $foreground 60%; }
    GraphView .graph-view--hot-label { color: $accent; text-style: bold; }
    GraphView .graph-view--frame { color: $foreground 30%; }
    GraphView .graph-view--frame-name { color: $foreground 90%; text-style: bold; }
    GraphView .graph-view--frame-kind { color: $foreground 55%; }
    GraphView .graph-view--focus { color: $accent; text-style: bold; }
    GraphView .graph-view--selected { color: $success; text-style: bold; }
    GraphView .graph-view--error { color: $error; }
    GraphView .graph-view--warning { color: $warning; }
    GraphView .graph-view--error-sign { color: $error; text-style: bold reverse; }
    GraphView .graph-view--warning-sign { color: $warning; text-style: bold reverse; }
    GraphView .graph-view--head { color: $foreground 60%; text-style: underline; }
    """
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
        Binding("v", "view", "Lanes or boxes"),
        Binding("plus,equals_sign", "zoom(1)", "Larger", show=False),
        Binding("minus", "zoom(-1)", "Smaller", show=False),
        Binding("0", "fit", "Size that fits", show=False),
        Binding("ctrl+o", "jump", "Jump to a box by a letter", show=False),
    ]

    focused_id: reactive[str] = reactive("", repaint=False, init=False)
    selected: reactive[set[str]] = reactive(set, repaint=False, init=False)
    heat: reactive[Mapping[str, Heat] | None] = reactive(None, repaint=False, init=False)
    grey: reactive[bool] = reactive(False, repaint=False, init=False)
    plain: reactive[bool] = reactive(False, repaint=False, init=False)
    view: reactive[View] = reactive("boxes", repaint=False, init=False)
    zoom: reactive[int] = reactive(2, repaint=False, init=False)
    scene: reactive[BoxScene | LaneScene | None] = reactive(None, repaint=False, init=False)
    """What is shown now; the map looks at it."""

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

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.folded: set[str] = set()
        self.picture: Picture | None = None
        self._marks: Mapping[str, Mark] = {}
        self._letters: dict[str, str] = {}
        self._fit, self._chose_view, self._chose_folds = True, False, False
        self._wanted = ""
        self._made: Asked | None = None
        self._strips: dict[tuple[int, int, int], Strip] = {}
        self._palette: Palette | None = None

    # what is shown

    def show(self, picture: Picture, *, layers: object = None, marks: Mapping[str, Mark] | None = None) -> None:
        """Shows a picture; folds, focus and selection stay as far as their boxes are still there."""
        del layers  # all that stands in the boxes is in the picture
        self._marks = marks or {}
        if picture != self.picture:
            self.picture = picture
            if not self._chose_folds:
                self.folded = at_first(picture)
            if not self._chose_view:
                shown = folded(picture, self.folded)
                self.set_reactive(GraphView.view, "lanes" if suits(shown.boxes, shown.links) else "boxes")
        self._build()

    def focus_when_there(self, box_id: str) -> None:
        """Gives a box the focus, or does so when a picture with it is shown."""
        self._wanted = box_id
        self._find_focus()

    def _build(self) -> None:
        """Lays out what is asked for, if that is not what is shown."""
        if self.picture is None or not self.is_mounted:
            return
        hot = self.heat is not None
        asked = Asked(
            self.picture, frozenset(self.folded), self.view, self.zoom, self._fit, hot and self.view == "boxes",
            # a column for the scrollbar
            self.outer_size.width - 1,
        )  # fmt: skip
        if asked == self._made:
            self._repaint()
            return
        self._made = asked
        if len(self.picture.boxes) <= AT_ONCE:
            self._take(asked, asked.made())
        else:
            self._lay_out(asked)

    @work(thread=True, exclusive=True, group="layout")
    def _lay_out(self, asked: Asked) -> None:
        scene = asked.made()
        self.app.call_from_thread(self._take, asked, scene)

    def _take(self, asked: Asked, scene: BoxScene | LaneScene) -> None:
        if asked != self._made:
            return
        self.scene = scene
        if isinstance(scene, BoxScene):
            self.set_reactive(GraphView.zoom, scene.zoom)
        self.virtual_size = Size(scene.width, scene.height + self._head)
        self._find_focus()
        self._repaint()
        self._scroll_there()

    def _find_focus(self) -> None:
        """A focus that is there: the one that was asked for, the one there was, or the first box."""
        scene, picture = self.scene, self.picture
        if scene is None or picture is None:
            return
        for box_id in (self._wanted, self.focused_id):
            shown = shown_for(picture, self.folded, box_id) if box_id else ""
            if shown in scene.places:
                if box_id == self._wanted:
                    self._wanted = ""
                self.focused_id = shown
                return
        inside = [name for name in scene.places if self.focused_id and name.startswith(f"{self.focused_id}.")]
        layers = [box.id for box in picture.boxes if box.id in scene.places and box.family != "data"]
        self.focused_id = next(iter([*inside, *layers, *scene.places]), "")

    # state

    def on_mount(self) -> None:
        """A theme changes all colours."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())
        self._build()

    def on_resize(self) -> None:
        """Rows are as wide as the pane, and boxes are to fit it."""
        if (
            self._fit
            and self.view == "boxes"
            and self._made is not None
            and self._made.width != self.outer_size.width - 1
        ):
            self.set_reactive(GraphView.zoom, 2)
        self._build()

    def on_focus(self) -> None:
        """The border of the focused box tells where the keys go."""
        self._repaint()

    on_blur = on_focus

    def watch_focused_id(self, before: str, now: str) -> None:
        """Only the rows that look different are painted."""
        self._renew(before, now)
        self._scroll_there()
        if now and now != before:
            self.post_message(self.Focused(now))

    def watch_selected(self, before: set[str], now: set[str]) -> None:
        """The borders of the boxes change."""
        self._renew(*(before ^ now))
        self.post_message(self.Selected(frozenset(now)))

    def watch_heat(self, before: Mapping[str, Heat] | None, now: Mapping[str, Heat] | None) -> None:
        """With the first and last heat the boxes change their size."""
        if (before is None) != (now is None):
            self._build()
        else:
            self._repaint()

    def watch_grey(self) -> None:
        """The picture of an earlier text is grey."""
        self._repaint()

    def watch_plain(self) -> None:
        """Signs that every screen reader has."""
        self._repaint()

    def watch_view(self) -> None:
        """Boxes or lanes."""
        self._chose_view = True
        self._build()

    def watch_zoom(self) -> None:
        """How much stands in the boxes."""
        self._build()

    # painting

    @property
    def _head(self) -> int:
        return 1 if isinstance(self.scene, LaneScene) else 0

    @property
    def _pad(self) -> int:
        """Columns left of a picture that is narrower than the pane."""
        return max(0, (self.size.width - self.scene.width) // 2) if self.scene is not None else 0

    def _repaint(self) -> None:
        self._strips.clear()
        self._palette = None
        self.refresh()

    def _renew(self, *box_ids: str) -> None:
        """Paints again the rows that look different with these boxes."""
        scene = self.scene
        if scene is None:
            return
        ranges = [rows for box_id in box_ids if box_id for rows in scene.rows_of(box_id)]
        for key in [key for key in self._strips if any(low <= key[0] <= high for low, high in ranges)]:
            del self._strips[key]
        top, height = self.scroll_offset.y, self.size.height
        for low, high in ranges:
            first, last = max(low + self._head - top, 0), min(high + self._head - top, height - 1)
            if first <= last:
                self.refresh(Region(0, first, self.size.width, last - first + 1))

    def _lit(self) -> Lit:
        return Lit(self.focused_id, frozenset(self.selected), self._marks, self.heat, self.grey, self._letters)

    def render_line(self, y: int) -> Strip:
        """One line of the pane."""
        scene, width = self.scene, self.size.width
        palette = self._colours()
        if scene is None:
            return Strip.blank(width, palette.paper)
        left, top = self.scroll_offset
        row = -1 if y < self._head else y + top - self._head
        key = (row, left, width)
        strip = self._strips.get(key)
        if strip is None:
            if len(self._strips) > MOST_STRIPS:
                self._strips.clear()
            strip = self._strips[key] = self._line(scene, row, palette).crop_extend(left, left + width, palette.paper)
        return strip

    def _line(self, scene: BoxScene | LaneScene, row: int, palette: Palette) -> Strip:
        if row >= scene.height:
            return Strip.blank(self.size.width, palette.paper)
        painted = scene.head() if row < 0 and isinstance(scene, LaneScene) else scene.row(row, self._lit())
        table = ASCII if self.plain else {}
        segments = [Segment(text.translate(table), palette[tone]) for text, tone in painted]
        if pad := self._pad:
            segments.insert(0, Segment(" " * pad, palette.paper))
        return Strip(segments)

    def _colours(self) -> Palette:
        if self._palette is None:
            paper, ink = self.background_colors[1], self.colors[3]
            accent = self.get_component_styles("graph-view--hot").color
            self._palette = Palette(
                paper, ink, accent, self.get_component_rich_style, dark=self.app.current_theme.dark, grey=self.grey
            )
        return self._palette

    def _scroll_there(self) -> None:
        place = self.scene.places.get(self.focused_id) if self.scene is not None else None
        if place is not None and self.is_mounted:
            region = Region(place.x + self._pad, place.y + self._head, place.width, place.height)
            self.scroll_to_region(region, spacing=Spacing(2 + self._head, 2, 2, 2), animate=False, force=True)

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
    def links(self) -> Iterable[Any]:
        """The links of what is shown, groups closed."""
        return folded(self.picture, self.folded).links if self.picture is not None else ()

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
        if self.picture is None or not self.focused_id:
            return
        group = self.focused_id if self.focused_id in self.folded else group_round(
            folded(self.picture, self.folded), self.focused_id
        )  # fmt: skip
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
        self._fit = False
        self.zoom = max(0, min(2, self.zoom + by))

    def action_fit(self) -> None:
        """As much text as there is room for."""
        self._fit = True
        self.set_reactive(GraphView.zoom, 2)
        self._build()

    # jumping

    def action_jump(self) -> None:
        """Show a letter at every box that can be seen; the letter goes there."""
        if self.scene is None:
            return
        top, left = self.scroll_offset.y - self._head, self.scroll_offset.x - self._pad
        seen = Region(left, top, self.size.width, self.size.height)
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
        """A remark is told where the pointer is."""
        mark = self._marks.get(self._under(event.x, event.y) or "")
        self.tooltip = mark.words if mark is not None and mark.words else None


def _region(place: Place) -> Region:
    return Region(place.x, place.y, place.width, place.height)
