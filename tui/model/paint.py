"""The view of boxes: a layout painted row by row, each row only when it is looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from ...compiler.diagram import Box, Picture
from ...compiler.diagram_text import clipped
from .box_text import MARGINS, Zoom, fitted, size_of, text_of
from .nested import Frame, Layout, Place, Route, laid_out
from .scene import PAPER, SIGN_ROLES, Lit, Role, Run, Tone, runs

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8
GAPS = (2, 2, 3)
"""Free columns between neighbours, by zoom."""
BUCKET = 32
"""Rows that are looked up together."""
LIGHT = " ╵╷│╴╯╮┤╶╰╭├─┴┬┼"
HEAVY = " ╹╻┃╸┛┓┫╺┗┏┣━┻┳╋"
DASHED = {"│": "╎", "─": "╌"}
DOTTED = {"│": "┊", "─": "┈"}
BORDERS = {"plain": "╭─╮│╰╯┬", "grey": "╭╌╮╎╰╯┬", "focus": "┏━┓┃┗┛┳", "selected": "╔═╗║╚╝╦"}


@dataclass(frozen=True, slots=True)
class Segment:
    """A straight piece of a route."""

    x1: int
    y1: int
    x2: int
    y2: int
    route: int


@dataclass(slots=True)
class _Label:
    text: str
    x: int
    net: int
    source: str


@dataclass(slots=True)
class BoxScene:
    """A picture as boxes and lines, at one zoom."""

    picture: Picture
    layout: Layout
    zoom: Zoom
    hot: bool
    width: int = 0
    boxes: dict[str, Box] = field(default_factory=dict)
    _segments: dict[int, list[Segment]] = field(default_factory=dict)
    _rows: dict[int, list[str]] = field(default_factory=dict)
    _frames: dict[int, list[Frame]] = field(default_factory=dict)
    _labels: dict[int, list[_Label]] = field(default_factory=dict)
    _tops: dict[str, list[int]] = field(default_factory=dict)
    _bottoms: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, picture: Picture, zoom: Zoom, *, hot: bool = False) -> BoxScene:
        """Lays the picture out. `hot`: boxes have room for heat."""
        layout = laid_out(
            picture, lambda box, lines: size_of(box, lines, zoom, hot=hot), gap=GAPS[zoom], labels=zoom > 0
        )
        scene = cls(picture, layout, zoom, hot, layout.width, {box.id: box for box in picture.boxes})
        scene._index()
        return scene

    @property
    def height(self) -> int:
        """Rows of the whole picture."""
        return self.layout.height

    @property
    def places(self) -> Mapping[str, Place]:
        """Cells of every box, in the picture's order."""
        return self.layout.places

    def at(self, x: int, y: int) -> str | None:
        """The box in a cell, or the group whose title stands there."""
        for name in self._rows.get(y, ()):
            place = self.layout.places[name]
            if place.x <= x < place.x + place.width:
                return name
        for frame in self._frames.get(y // BUCKET, ()):
            left = frame.place.x + frame.title_at
            if y == frame.place.y and left <= x < left + frame.title_room:
                return frame.id
        return None

    def rows_of(self, box_id: str) -> Sequence[tuple[int, int]]:
        """The box's rows, and those of the lines that begin or end there."""
        place = self.layout.places.get(box_id)
        if place is None:
            return ()
        found = [(place.y, place.y + place.height - 1)]
        for route in self.layout.routes:
            if box_id in (route.link.source, route.link.target):
                rows = [y for _, y in route.points]
                found.append((min(rows), max(rows)))
        return found

    # finding what is in a row

    def _index(self) -> None:
        for name, place in self.layout.places.items():
            for y in range(place.y, place.y + place.height):
                self._rows.setdefault(y, []).append(name)
        for frame in self.layout.frames:
            for bucket in range(frame.place.y // BUCKET, (frame.place.y + frame.place.height - 1) // BUCKET + 1):
                self._frames.setdefault(bucket, []).append(frame)
        told, ends = set[int](), Counter(route.net for route in self.layout.routes)
        for number, route in enumerate(self.layout.routes):
            self._index_route(number, route)
            if self.zoom > 0 and route.net not in told and not route.back and route.link.shape:
                told.add(route.net)
                link = route.link
                text = link.text if ends[route.net] == 1 else replace(link, branch="").text
                self._put_label(route, text, route.points[0][0], route.points[0][1] + 1)
            if self.zoom > 0 and ends[route.net] > 1 and route.link.branch and not route.back:
                self._add_branch(route)

    def _index_route(self, number: int, route: Route) -> None:
        for (x1, y1), (x2, y2) in pairwise(route.points):
            piece = Segment(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2), number)
            for bucket in range(piece.y1 // BUCKET, piece.y2 // BUCKET + 1):
                self._segments.setdefault(bucket, []).append(piece)
        tops = self._tops.setdefault(route.link.target, [])
        tops.append(-1 - route.points[-1][0] if route.back else route.points[-1][0])
        self._bottoms.setdefault(route.link.source, []).append(route.points[0][0])

    def _add_branch(self, route: Route) -> None:
        """The name of a joiner's branch whose tensor goes elsewhere too: in the middle of its longest way down."""
        downs = [(y2 - y1, x1, (y1 + y2) // 2) for (x1, y1), (_, y2) in pairwise(route.points)]
        _, x, y = max(downs)
        self._put_label(route, route.link.branch, x, y)

    def _put_label(self, route: Route, text: str, x: int, y: int) -> None:
        label = _Label(text, x + 2, route.net, route.link.source)
        self._labels.setdefault(y, []).append(label)
        self.width = max(self.width, x + 2 + len(text) + 1)

    # painting

    def row(self, y: int, lit: Lit) -> list[Run]:
        """One row of signs."""
        if not 0 <= y < self.height:
            return [(" " * self.width, PAPER)]
        signs, tones = [" "] * self.width, [PAPER] * self.width
        self._paint_frames(y, signs, tones)
        self._paint_lines(y, lit, signs, tones)
        for name in self._rows.get(y, ()):
            self._paint_box(self.boxes[name], y - self.layout.places[name].y, lit, signs, tones)
        return runs(signs, tones)

    def _paint_frames(self, y: int, signs: list[str], tones: list[Tone]) -> None:
        for frame in self._frames.get(y // BUCKET, ()):
            place = frame.place
            if not place.y <= y < place.y + place.height:
                continue
            last = place.x + place.width - 1
            line, inside = Tone("frame", "", frame.depth), Tone("paper", "", frame.depth + 1)
            if place.y < y < place.y + place.height - 1:
                tones[place.x : last + 1] = [line, *[inside] * (place.width - 2), line]
                signs[place.x] = signs[last] = "│"
                continue
            ends = "╭╮" if y == place.y else "╰╯"
            tones[place.x : last + 1] = [line] * place.width
            signs[place.x : last + 1] = [ends[0], *"─" * (place.width - 2), ends[1]]
            if y == place.y:
                _write_title(frame, signs, tones)

    def _paint_lines(self, y: int, lit: Lit, signs: list[str], tones: list[Tone]) -> None:
        masks: dict[int, dict[int, int]] = {}
        roles: dict[tuple[int, int], Role] = {}
        for piece in self._segments.get(y // BUCKET, ()):
            if not piece.y1 <= y <= piece.y2:
                continue
            route = self.layout.routes[piece.route]
            role = _role(route, lit)
            for x in range(piece.x1, piece.x2 + 1):
                nets = masks.setdefault(x, {})
                nets[route.net] = nets.get(route.net, 0) | _mask(piece, x, y)
                key = (x, route.net)
                roles[key] = min(roles.get(key, role), role, key=STRENGTH.__getitem__)
        for x, nets in masks.items():
            # where two nets cross, the one that goes down is whole
            net = next((net for net, mask in nets.items() if mask & (UP | DOWN)), next(iter(nets)))
            signs[x] = _line_sign(nets[net], roles[x, net])
            tones[x] = Tone(roles[x, net], "", tones[x].depth)
        for label in self._labels.get(y, ()):
            self._write_label(label, lit, signs, tones)

    def _write_label(self, label: _Label, lit: Lit, signs: list[str], tones: list[Tone]) -> None:
        length = len(label.text)
        # to the right of its line, else to the left; a free cell between
        for x, low, high in ((label.x, -1, 0), (label.x - 3 - length, 0, 1)):
            needed = signs[max(0, x + low) : x + length + high]
            if x < 0 or x + length > len(signs) or any(sign != " " for sign in needed):
                continue
            role: Role = "hot-label" if label.source == lit.focused else "label"
            for at, sign in enumerate(label.text, x):
                signs[at], tones[at] = sign, Tone(role, "", tones[at].depth)
            return

    def _paint_box(self, box: Box, line: int, lit: Lit, signs: list[str], tones: list[Tone]) -> None:
        place = self.layout.places[box.id]
        painted = self._small(box, place, lit) if self.zoom == 0 else self._large(box, place, line, lit)
        x, depth = place.x, tones[place.x].depth
        for text, role in painted:
            tone = Tone(role, box.family, depth, lit.warm(box.id))
            signs[x : x + len(text)] = text
            tones[x : x + len(text)] = [tone] * len(text)
            x += len(text)

    def _small(self, box: Box, place: Place, lit: Lit) -> list[tuple[str, Role]]:
        """A box of one row: its name between bars, which say in what state it is."""
        heat = lit.heat.get(box.id) if lit.heat else None
        line = text_of(box, 0, heat)[0]
        text = clipped(line.left, place.width - 2)
        shown = text.center(place.width - 2)
        ends, role = ("▐", "▌"), "name"
        edge: Role = "border"
        if box.id in lit.letters:
            ends, edge = (lit.letters[box.id], " "), "focus"
        elif box.id == lit.focused:
            ends, role, edge = ("▶", "◀"), "focus-name", "focus"
        elif box.id in lit.selected:
            ends, edge = ("✓", " "), "selected"
        mark = lit.marks.get(box.id)
        last: tuple[str, Role] = (ends[1], edge)
        if mark is not None:
            last = ("✖" if mark.severity == "error" else "!", SIGN_ROLES[mark.severity])
        return [(ends[0], edge), (shown, role), last]  # type: ignore[list-item]

    def _large(self, box: Box, place: Place, line: int, lit: Lit) -> list[tuple[str, Role]]:
        state: Literal["focus", "selected", "plain"] = "plain"
        if box.id == lit.focused or box.id in lit.selected:
            state = "focus" if box.id == lit.focused else "selected"
        style = BORDERS["grey" if lit.grey and state == "plain" else state]
        mark = lit.marks.get(box.id)
        edge: Role = state if state != "plain" else mark.severity if mark is not None else "border"
        if line == 0:
            return self._top(box, place, lit, style, edge)
        if line == place.height - 1:
            signs = list(style[4] + style[1] * (place.width - 2) + style[5])
            for x in self._bottoms.get(box.id, ()):
                signs[x - place.x] = style[6]
            for x in self._tops.get(box.id, ()):
                if x < 0:
                    signs[-1 - x - place.x] = "▲"
            return [("".join(signs), edge)]
        heat = lit.heat.get(box.id) if lit.heat else None
        lines = text_of(box, self.zoom, heat, hot=self.hot)
        text = lines[line - 1]
        space = " " * (MARGINS[self.zoom] // 2 - 1)
        left, right = fitted(text, place.width - MARGINS[self.zoom])
        role: Role = "focus-name" if state == "focus" and text.role == "name" else text.role  # type: ignore[assignment]
        return [(f"{style[3]}", edge), (f"{space}{left}", role), (f"{right}{space}", "kind"), (style[3], edge)]

    def _top(self, box: Box, place: Place, lit: Lit, style: str, edge: Role) -> list[tuple[str, Role]]:
        signs = list(style[0] + style[1] * (place.width - 2) + style[2])
        for x in self._tops.get(box.id, ()):
            if x >= 0:
                signs[x - place.x] = "▼"
        if box.id in lit.selected:
            signs[1] = "✓"
        if box.id in lit.letters:
            return [(signs[0], edge), (f" {lit.letters[box.id]} ", "warning-sign"), ("".join(signs[4:]), edge)]
        mark = lit.marks.get(box.id)
        if mark is None:
            return [("".join(signs), edge)]
        word = ("✖" if mark.severity == "error" else "!") + (str(mark.count) if 1 < mark.count < 10 else "")
        sign = f" {word} "
        return [("".join(signs[: -len(sign) - 1]), edge), (sign, SIGN_ROLES[mark.severity]), (signs[-1], edge)]


STRENGTH: dict[str, int] = {"hot": 0, "edge": 1, "skip": 2, "aim": 3}
"""Which of several roles of one net shows."""


def _role(route: Route, lit: Lit) -> Role:
    if lit.focused in (route.link.source, route.link.target):
        return "hot"
    return {"skip": "skip", "aim": "aim"}.get(route.link.role, "edge")  # type: ignore[return-value]


def _mask(piece: Segment, x: int, y: int) -> int:
    if piece.y1 == piece.y2:
        return (LEFT if x > piece.x1 else 0) | (RIGHT if x < piece.x2 else 0)
    return (UP if y > piece.y1 else 0) | (DOWN if y < piece.y2 else 0)


def _line_sign(mask: int, role: Role) -> str:
    if role == "hot":
        return HEAVY[mask]
    sign = LIGHT[mask]
    return DASHED.get(sign, sign) if role == "skip" else DOTTED.get(sign, sign) if role == "aim" else sign


def _write_title(frame: Frame, signs: list[str], tones: list[Tone]) -> None:
    at, room = frame.place.x + frame.title_at, frame.title_room
    name = clipped(f"▾ {frame.name}", max(0, room - 2))
    rest = room - len(name) - 3
    parts: list[tuple[str, Role]] = [(f" {name} ", "frame-name")]
    if frame.kind and rest >= len(frame.kind):
        parts.append((f"{frame.kind} ", "frame-kind"))
    for text, role in parts:
        for sign in text if name else "":
            signs[at], tones[at] = sign, Tone(role, "", frame.depth)
            at += 1
