"""A picture of a network on the screen: which scene is shown, and which of its rows are painted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.segment import Segment
from textual import work
from textual.geometry import Region, Size, Spacing
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ...compiler.diagram import Picture
from ..model.box_text import text_of
from ..model.folding import at_first, folded, heat_shown, marks_shown, stands_for
from ..model.lanes import LaneScene, suits
from ..model.layers import Layer
from ..model.marks import Heat, Mark
from ..model.paint import BoxScene
from ..model.scene import Lit, plain
from .box_colours import Palette

View = Literal["boxes", "lanes"]
AT_ONCE = 150
"""Boxes up to which a picture is laid out at once; larger ones beside the screen."""
MOST_STRIPS = 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """All that a scene is made from. `closed` and `view` are None where nobody chose them: they go by the picture."""

    picture: Picture
    closed: frozenset[str] | None
    view: View | None
    zoom: int
    fit: bool
    heated: bool
    width: int

    def made(self) -> Made:
        """What comes of it; slow for a large picture."""
        closed = frozenset(at_first(self.picture)) if self.closed is None else self.closed
        picture = folded(self.picture, closed)
        suited: View = "lanes" if suits(picture.boxes, picture.links) else "boxes"
        view = self.view or suited
        scene = LaneScene.of(picture, max(30, self.width)) if view == "lanes" else self._boxes(picture)
        return Made(self, closed, view, picture, scene)

    def _boxes(self, picture: Picture) -> BoxScene:
        """The boxes: where they are to fit, as large as fits."""
        scene = BoxScene.of(picture, self.zoom, hot=self.heated)
        if not self.fit or scene.width <= self.width:
            return scene
        smaller = [BoxScene.of(picture, zoom, hot=self.heated) for zoom in range(self.zoom - 1, -1, -1)]
        # what fits in no size is best moved over in the middle one
        return next((found for found in smaller if found.width <= self.width), (smaller or [scene])[0])


@dataclass(frozen=True, slots=True)
class Made:
    """A scene, the picture with its closed groups that it shows, and what both were made from."""

    asked: Asked
    closed: frozenset[str]
    view: View
    picture: Picture
    scene: BoxScene | LaneScene


class GraphPane(ScrollView, can_focus=True):
    """A picture of a network. `show` gives it one; everything else is as it was left."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"graph-view--{role}"
        for role in (
            "edge", "skip", "aim", "hot", "label", "hot-label", "frame", "frame-name", "frame-kind", "focus", "selected",
            "error", "warning", "error-sign", "warning-sign", "head",
        )
    }  # fmt: skip
    DEFAULT_CSS = """
    GraphPane { background: $background; color: $foreground; scrollbar-size: 1 1; }
    GraphPane .graph-view--edge { color: $foreground 55%; }
    GraphPane .graph-view--skip { color: $warning 75%; }
    GraphPane .graph-view--aim { color: $foreground 40%; }
    GraphPane .graph-view--hot { color: $accent; text-style: bold; }
    GraphPane .graph-view--label { color: $foreground 60%; }
    GraphPane .graph-view--hot-label { color: $accent; text-style: bold; }
    GraphPane .graph-view--frame { color: $foreground 30%; }
    GraphPane .graph-view--frame-name { color: $foreground 90%; text-style: bold; }
    GraphPane .graph-view--frame-kind { color: $foreground 55%; }
    GraphPane .graph-view--focus { color: $accent; text-style: bold; }
    GraphPane .graph-view--selected { color: $success; text-style: bold; }
    GraphPane .graph-view--error { color: $error; }
    GraphPane .graph-view--warning { color: $warning; }
    GraphPane .graph-view--error-sign { color: $error; text-style: bold reverse; }
    GraphPane .graph-view--warning-sign { color: $warning; text-style: bold reverse; }
    GraphPane .graph-view--head { color: $foreground 60%; text-style: underline; }
    """
    focused_id: reactive[str] = reactive("", repaint=False, init=False)
    selected: reactive[set[str]] = reactive(set, repaint=False, init=False)
    heat: reactive[Mapping[str, Heat] | None] = reactive(None, repaint=False, init=False)
    grey: reactive[bool] = reactive(False, repaint=False, init=False)
    plain: reactive[bool] = reactive(False, repaint=False, init=False)
    view: reactive[View] = reactive("boxes", repaint=False, init=False)
    zoom: reactive[int] = reactive(2, repaint=False, init=False)
    scene: reactive[BoxScene | LaneScene | None] = reactive(None, repaint=False, init=False)
    """What is shown now; the map looks at it."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.folded: set[str] = set()
        self.picture: Picture | None = None
        self.shown: Picture | None = None
        self._marks: Mapping[str, Mark] = {}
        self._letters: dict[str, str] = {}
        self._fit, self._chose_view, self._chose_folds = True, False, False
        self._busy = False
        self._wanted = ""
        self._place: int | None = None
        self._made: Asked | None = None
        self._strips: dict[tuple[int, int, int], Strip] = {}
        self._palette: Palette | None = None
        self._inside: dict[str, str] = {}
        self._drawn: dict[str, str] = {}
        self._told: tuple[Mapping[str, Mark], Mapping[str, Heat] | None] | None = None

    # what is shown

    def show(
        self, picture: Picture, *, layers: Mapping[str, Layer] | None = None, marks: Mapping[str, Mark] | None = None,
        made: Made | None = None,
    ) -> None:  # fmt: skip
        """Shows a picture; folds, focus and selection stay as far as their boxes are still there. `made`: what `ahead`
        made of this picture."""
        self._drawn = {drawn: layer.id for layer in (layers or {}).values() for drawn in layer.drawn}
        self._marks = marks or {}
        self.picture = picture
        self._build(made)

    def ahead(self, picture: Picture) -> Made:
        """Lays a picture out as it would be shown now; to be called beside the screen."""
        return self._asked(picture).made()

    def _asked(self, picture: Picture) -> Asked:
        view = self.view if self._chose_view else None
        return Asked(
            picture, frozenset(self.folded) if self._chose_folds else None, view, 2 if self._fit else self.zoom, self._fit,
            self.heat is not None and view != "lanes",
            # a column for the scrollbar
            self.outer_size.width - 1,
        )  # fmt: skip

    def focus_when_there(self, box_id: str) -> None:
        """Gives a box the focus, or does so when a picture with it is shown."""
        self._wanted = box_id
        self._find_focus()

    def _build(self, made: Made | None = None) -> None:
        """Lays out what is asked for, if that is not what is shown, nor made already."""
        if self.picture is None or not self.is_mounted:
            return
        asked = self._asked(self.picture)
        if asked == self._made:
            self._repaint()
            return
        self._made = asked
        if made is not None and made.asked == asked:
            self._take(made)
        elif len(self.picture.boxes) <= AT_ONCE:
            self._take(asked.made())
        elif not self._busy:
            self._busy = True
            self._lay_out(asked)

    @work(thread=True, group="layout")
    def _lay_out(self, asked: Asked) -> None:
        self.app.call_from_thread(self._laid_out, asked.made())

    def _laid_out(self, made: Made) -> None:
        """What was laid out beside the screen; when something else is asked for by now, that is next."""
        self._busy = False
        self._take(made)
        if self._made is not None and self._made != made.asked:
            self._made = None
            self._build()

    def _take(self, made: Made) -> None:
        if made.asked != self._made:
            return
        scene = made.scene
        before = list(self.scene.places) if self.scene is not None else []
        self._place = before.index(self.focused_id) if self.focused_id in before else None
        self.folded = set(made.closed)
        self.set_reactive(GraphPane.view, made.view)
        self.scene, self.shown = scene, made.picture
        self._inside = stands_for(made.asked.picture, made.closed)
        if isinstance(scene, BoxScene):
            self.set_reactive(GraphPane.zoom, scene.zoom)
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
            shown = self.standing_for(box_id)
            if shown:
                if box_id == self._wanted:
                    self._wanted = ""
                self.focused_id = shown
                return
        if self._place is not None and scene.places:
            # where the lost one was
            self.focused_id = list(scene.places)[min(self._place, len(scene.places) - 1)]
            return
        layers = [box.id for box in picture.boxes if box.id in scene.places and box.family != "data"]
        self.focused_id = next(iter([*layers, *scene.places]), "")

    def standing_for(self, box_id: str) -> str:
        """The box that shows a layer: itself, the box it is drawn in, the closed group round it, or the first box of an
        open group; empty where none does."""
        places = self.scene.places if self.scene is not None else {}
        at = self._inside.get(box_id, box_id)
        at = at if at in places else self._drawn.get(box_id, box_id)
        at = self._inside.get(at, at)
        if at in places or not box_id:
            return at if at in places else ""
        return next((name for name in places if name.startswith(f"{box_id}.")), "")

    # state

    def validate_focused_id(self, box_id: str) -> str:
        """What is not shown cannot have the focus; what stands for it can."""
        return box_id if self.scene is None else self.standing_for(box_id) or self.focused_id

    def on_mount(self) -> None:
        """A theme changes all colours."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint())
        self._build()

    def on_resize(self) -> None:
        """Rows are as wide as the pane, and boxes are to fit it."""
        self._build()

    def on_focus(self) -> None:
        """The border of the focused box tells where the keys go."""
        self._repaint()

    on_blur = on_focus

    def watch_focused_id(self, before: str, now: str) -> None:
        """Only the rows that look different are painted."""
        self._renew(before, now)
        self._scroll_there()

    def watch_selected(self, before: set[str], now: set[str]) -> None:
        """The borders of the boxes change."""
        self._renew(*(before ^ now))

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
        self._fit = False
        self._build()

    # painting

    @property
    def room(self) -> Size:
        """Columns and rows of the pane without scrollbars."""
        return self.scrollable_content_region.size

    @property
    def _head(self) -> int:
        return 1 if isinstance(self.scene, LaneScene) else 0

    @property
    def _pad(self) -> int:
        """Columns left of a picture that is narrower than the pane."""
        return max(0, (self.room.width - self.scene.width) // 2) if self.scene is not None else 0

    def _repaint(self) -> None:
        self._strips.clear()
        self._palette, self._told = None, None
        self.refresh()

    def _renew(self, *box_ids: str) -> None:
        """Paints again the rows that look different with these boxes."""
        scene = self.scene
        if scene is None:
            return
        ranges = [rows for box_id in box_ids if box_id for rows in scene.rows_of(box_id)]
        for key in [key for key in self._strips if any(low <= key[0] <= high for low, high in ranges)]:
            del self._strips[key]
        top, height = self.scroll_offset.y, self.room.height
        for low, high in ranges:
            first, last = max(low + self._head - top, 0), min(high + self._head - top, height - 1)
            if first <= last:
                self.refresh(Region(0, first, self.room.width, last - first + 1))

    def words_on(self, box_id: str) -> str:
        """The remark on a box, and what does not stand in it for want of room."""
        mark = self._lit().marks.get(box_id)
        lines = [mark.words] if mark is not None and mark.words else []
        if isinstance(self.scene, BoxScene) and self.scene.zoom < 2 and box_id in self.scene.boxes:
            full = text_of(self.scene.boxes[box_id], 2)
            lines += [" ".join(word for word in (line.left, line.right) if word) for line in full]
        return "\n".join(lines)

    def _lit(self) -> Lit:
        if self._told is None:
            heat = None if self.heat is None else heat_shown(self.heat, self._inside)
            self._told = marks_shown(self._marks, self._inside), heat
        return Lit(self.focused_id, frozenset(self.selected), *self._told, self.grey, self._letters)

    def render_line(self, y: int) -> Strip:
        """One line of the pane."""
        scene, width = self.scene, self.room.width
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
            return Strip.blank(self.room.width, palette.paper)
        painted = scene.head() if row < 0 and isinstance(scene, LaneScene) else scene.row(row, self._lit())
        segments = [Segment(text, palette[tone]) for text, tone in (plain(painted) if self.plain else painted)]
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
