"""The view of lanes: a row a box, and on its left a lane for every tensor that is still to be read, like the log of a
version control.

    ●─╮    conv1    conv2d   6 filters 5×5   28×28×6      156
    ●─│─╮  conv2
    ◆─╯─╯  add1
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ...compiler.diagram import Box, Group, Item, Link, Picture
from ...compiler.diagram_lanes import Lanes, Step
from ...compiler.diagram_repeats import each
from ...compiler.diagram_text import clipped
from ...compiler.diagram_words import count, title
from .box_text import BAR, SIGNS, bar, narrow
from .nested import Place
from .scene import SIGN_ROLES, Lit, Role, Run, Tone, runs

MOST_LANES = 20
"""Lanes that are drawn at most; of more tensors those that are read last are only named by a sign."""
GAP = 2
CURSOR, ROW = -1, -2
"""As a tone's depth: the row of the focus, and all others."""
BAR_ROOM = 110
"""Columns from which on parameters are drawn as bars, too."""
HEADS = ("layer", "kind", "", "shape", "parameters")
LEAST = (11, 8, 10, 99, 99)
"""Columns that are kept of name, kind, detail, shape and parameters, as long as the column is there."""
HEAVY = str.maketrans("│─╭╮╰╯├┤┬┴┼", "┃━┏┓┗┛┣┫┳┻╋")
LINES = "│─╭╮╰╯├┤┬┴┼"
AIM = str.maketrans("│─", "┊┈")


@dataclass(frozen=True, slots=True)
class _Cell:
    """A sign of the lanes and whose tensor it shows."""

    sign: str
    source: str
    aim: bool = False


@dataclass(slots=True)
class _Row:
    """A row: of a box, or the head of a group. `cells`: name, kind, detail, shape, parameters."""

    id: str
    lanes: list[_Cell]
    cells: tuple[str, str, str, str, str]
    family: str
    indent: int
    box: Box | None = None


@dataclass(slots=True)
class _Walk:
    """The lanes at one moment, and the rows so far."""

    lanes: Lanes
    reads: dict[str, list[str]]
    aims: dict[str, bool]
    rows: list[_Row] = field(default_factory=list)

    def over(self, items: Iterable[Item], indent: int) -> None:
        """One level of items."""
        for item in items:
            if isinstance(item, Group):
                name, kind = title(item)
                self.rows.append(_Row(item.id, self._rest(), (f"▾ {name}", kind, "", "", ""), "block", indent))
                self.over(item.items, indent + 1)
            else:
                lanes = self._step(item)
                self.rows.append(_Row(item.id, lanes, _cells(item), item.family, indent, item))

    def _rest(self) -> list[_Cell]:
        return [cell for source in self.lanes.sources for cell in (self._going(source), _Cell(" ", ""))]

    def _going(self, source: str | None) -> _Cell:
        return _Cell(" ", "") if source is None else _Cell("│", source, self.aims.get(source, False))

    def _step(self, box: Box) -> list[_Cell]:
        """The lanes in a box's row; afterwards they are as they are below it."""
        step = self.lanes.enter(box.id, self.reads.get(box.id, ()))
        cells = self._drawn(box, step)
        if step.missed:
            cells.append(_Cell("…", box.id))
        self.lanes.leave(box.id, step)
        return cells

    def _drawn(self, box: Box, step: Step) -> list[_Cell]:
        low, high = step.span
        found: list[_Cell] = []
        for at, source in enumerate(self.lanes.sources):
            going = self._going(source)
            if at == step.own:
                found.append(_Cell(SIGNS.get(box.family, "●"), box.id))
            elif at in step.reading:
                found.append(replace(going, sign=step.corner(at)))
            elif going.source:
                found.append(going)
            else:
                found.append(_Cell("─", box.id) if low < at < high else going)
            found.append(_Cell("─", box.id) if low <= at < high else _Cell(" ", ""))
        return found


def _cells(box: Box) -> tuple[str, str, str, str, str]:
    name, kind = title(box)
    if box.family != "block" and box.repeat == 1:
        kind = " · ".join(word for word in (box.kind if box.kind != box.name else "", box.activation) if word)
    words = [box.detail, box.note, f"shares {box.shared}" if box.shared else ""]
    numbers = f"{count(box.parameters)}{' held' if box.held else ''}{each(box)}" if box.parameters else ""
    return narrow(name), kind, narrow(", ".join(filter(None, words))), box.shape, numbers


@dataclass(slots=True)
class LaneScene:
    """A picture as rows, in so many columns. Its `places` are as long as the boxes' shares of parameters: so the map
    shows where those are."""

    width: int
    places: dict[str, Place]
    _rows: list[_Row]
    _at: dict[str, int]
    _columns: list[int]
    _lanes: int
    _most: int
    _reads: dict[str, list[str]]
    _last: dict[str, int]

    @classmethod
    def of(cls, picture: Picture, width: int) -> LaneScene:
        """The picture in `width` columns, from 30 on; it is never wider."""
        links = _downwards(picture)
        readers: dict[str, set[str]] = {box.id: set() for box in picture.boxes}
        reads: dict[str, list[str]] = {}
        for link in links:
            readers[link.source].add(link.target)
            reads.setdefault(link.target, []).append(link.source)
        real = {link.source for link in links if link.role != "aim"}
        walk = _Walk(Lanes(readers, MOST_LANES), reads, {source: source not in real for source in readers})
        walk.over(picture.items, 0)
        rows = walk.rows
        at = {row.id: number for number, row in enumerate(rows)}
        last = {link.source: at[link.target] for link in sorted(links, key=lambda link: at[link.target])}
        lanes = min(max((len(row.lanes) for row in rows), default=0), max(4, width // 3))
        most = max((row.box.parameters for row in rows if row.box is not None), default=0)
        places = {
            row.id: Place(0, number, max(1, round(width * row.box.parameters / max(1, most))), 1)
            for number, row in enumerate(rows)
            if row.box is not None
        }
        room = width - lanes - 3
        columns = _widths(rows, room)
        # bars only where they leave room for words, or there is room for both
        bars = sum(columns) + GAP * 5 + BAR + 1 <= room or width >= BAR_ROOM
        columns = _widths(rows, room - BAR - 1) if bars else columns
        return cls(width, places, rows, at, columns, lanes, most if bars else 0, reads, last)

    @property
    def height(self) -> int:
        """Rows, without the head."""
        return len(self._rows)

    def at(self, x: int, y: int) -> str | None:
        """The box or group of a row."""
        return self._rows[y].id if 0 <= y < len(self._rows) and 0 <= x < self.width else None

    def rows_of(self, box_id: str) -> Sequence[tuple[int, int]]:
        """Its row, and those its lanes pass."""
        at = self._at.get(box_id)
        if at is None:
            return ()
        first = min((self._at[source] for source in self._reads.get(box_id, ())), default=at)
        return [(min(first, at), max(at, self._last.get(box_id, at)))]

    def head(self) -> list[Run]:
        """What the columns are called."""
        tone = Tone("head")
        text = " " * (self._lanes + 3) + self._spaced(HEADS)
        return [(text[: self.width].ljust(self.width), tone)]

    def row(self, y: int, lit: Lit) -> list[Run]:
        """One row of signs."""
        if not 0 <= y < len(self._rows):
            return [(" " * self.width, Tone("paper"))]
        row = self._rows[y]
        here = row.id == lit.focused
        depth = CURSOR if here else ROW
        signs, tones = self._front(row, lit, depth)
        self._put_lanes(row, y, lit, depth, signs, tones)
        for text, role in self._words(row, lit, here=here):
            signs += text
            tones += [Tone(role, row.family, depth, lit.warm(row.id))] * len(text)
        short = self.width - len(signs)
        signs += " " * short
        tones += [Tone("paper", "", depth)] * short
        return runs(signs[: self.width], tones[: self.width])

    def _front(self, row: _Row, lit: Lit, depth: int) -> tuple[list[str], list[Tone]]:
        """The signs for focus, selection and remarks."""
        letter = lit.letters.get(row.id, "")
        state = letter or ("✓" if row.id in lit.selected else "▶" if row.id == lit.focused else " ")
        mark = lit.marks.get(row.id)
        sign = " " if mark is None else "✖" if mark.severity == "error" else "!"
        role: Role = "paper" if mark is None else SIGN_ROLES[mark.severity]
        look: Role = "selected" if state == "✓" else "focus"
        return [state, sign], [Tone(look, row.family, depth), Tone(role, "", depth)]

    def _put_lanes(self, row: _Row, y: int, lit: Lit, depth: int, signs: list[str], tones: list[Tone]) -> None:
        own = self._reads.get(lit.focused, ())
        reach = self._at.get(lit.focused, -1)
        for cell in row.lanes[: self._lanes]:
            hot = cell.source != "" and (cell.source == lit.focused or (cell.source in own and y <= reach))
            sign = cell.sign.translate(HEAVY) if hot else cell.sign.translate(AIM) if cell.aim else cell.sign
            family = self._rows[self._at[cell.source]].family if cell.source else ""
            signs.append(sign)
            role: Role = "paper" if not family else "hot" if hot and cell.sign in LINES else "lane"
            tones.append(Tone(role, family, depth))
        missing = max(0, self._lanes + 1 - len(row.lanes[: self._lanes]))
        signs += " " * missing
        tones += [Tone("paper", "", depth)] * missing

    def _words(self, row: _Row, lit: Lit, *, here: bool) -> list[tuple[str, Role]]:
        name = "  " * row.indent + row.cells[0]
        role: Role = "focus-name" if here else "name" if row.box is not None else "frame-name"
        roles: tuple[Role, ...] = (role, "kind", "text", "label", "number")
        cells = (name, *row.cells[1:])
        found: list[tuple[str, Role]] = []
        for number, (cell, width, own) in enumerate(zip(cells, self._columns, roles, strict=True)):
            if width:
                shown = clipped(cell, width)
                shown = shown.rjust(width) if number > 2 else shown.ljust(width)
                found.append((shown + " " * GAP, own))
        heat = lit.heat.get(row.id) if lit.heat is not None else None
        if heat is not None:
            return [*found, (f"{bar(heat.share)} {heat.words or f'{heat.share:.0%}'}", "heat")]
        if row.box is not None and row.box.parameters and self._columns[4] and self._most:
            found.append((bar(row.box.parameters / self._most).rstrip() or "▏", "lane"))
        return found

    def _spaced(self, cells: Sequence[str]) -> str:
        sides = [
            cell[:width].rjust(width) if number > 2 else cell[:width].ljust(width)
            for number, (cell, width) in enumerate(zip(cells, self._columns, strict=True))
        ]
        return "".join(side + " " * GAP for side, width in zip(sides, self._columns, strict=True) if width)


def _downwards(picture: Picture) -> list[Link]:
    """The links that go to a later box."""
    place = {box.id: number for number, box in enumerate(picture.boxes)}
    return [link for link in picture.links if place.get(link.source, len(place)) < place.get(link.target, -1)]


def _widths(rows: Sequence[_Row], width: int) -> list[int]:
    """Columns of the five cells. Where room is short, words are cut, then parameters go, then details."""
    natural = [max((len(row.cells[at]) for row in rows), default=0) for at in range(5)]
    natural[0] = max((len(row.cells[0]) + 2 * row.indent for row in rows), default=0)
    natural = [max(own, len(head)) if own else 0 for own, head in zip(natural, HEADS, strict=True)]
    kept = [at for at in range(5) if natural[at]]
    for at in (4, 2, 1, 3, None):
        least = sum(min(natural[column], LEAST[column]) + GAP for column in kept)
        if least <= width or at is None:
            break
        kept = [column for column in kept if column != at]
    widths = [min(natural[at], LEAST[at]) if at in kept else 0 for at in range(5)]
    spare = width - sum(own + GAP for own in widths if own)
    widths[0] += min(0, spare)
    for at in kept:
        more = max(0, min(spare, natural[at] - widths[at]))
        widths[at] += more
        spare -= more
    return widths


def suits(boxes: Mapping[str, Box] | Sequence[Box], links: Sequence[Link]) -> bool:
    """Whether lanes show a picture better than boxes: it is a long chain."""
    return len(boxes) > LONG and len(links) < 1.25 * len(boxes)


LONG = 40
"""Boxes up to which a chain is drawn as boxes."""
