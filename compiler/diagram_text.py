"""A picture as text for the terminal: a row a box, and a lane on the left for every tensor that is still to be read.

    ○        image     data
    ●        flatten1
    ├─●      body.dense1         takes from lane 0, which goes on
    ●─╯      add1                joins both lanes

A line that runs past a lane without a corner or a fork crosses it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .diagram import Box, Group, Item, Link, Picture
from .diagram_lanes import Lanes, Step
from .diagram_overlay import hottest, warmth
from .diagram_repeats import each
from .diagram_words import count, spent_in_words, time, title

MARKS = {"data": "○", "join": "◆", "formula": "◆", "block": "■", "loss": "◇", "output": "▶"}
"""What marks a box on its lane; `●` for all others."""
BAR = 8
"""Columns of the hottest box's bar."""
GAP = 2
LEAST = 12
"""Columns of a name that are kept however narrow the terminal is."""
Cells = tuple[str, ...]


@dataclass(slots=True)
class _Drawn:
    """The lanes as text; `aims` are the links that lead to a loss."""

    lanes: Lanes
    aims: set[tuple[str, str]]

    @classmethod
    def of(cls, picture: Picture, links: Sequence[Link]) -> _Drawn:
        readers: dict[str, set[str]] = {box.id: set() for box in picture.boxes}
        for link in links:
            readers[link.source].add(link.target)
        return cls(Lanes(readers), {(link.source, link.target) for link in links if link.role == "aim"})

    def step(self, box: Box, reads: Iterable[str]) -> str:
        """The lanes' part of a box's row; the lanes are then as they are below it."""
        step = self.lanes.enter(box.id, reads)
        row = self._row(step, MARKS.get(box.family, "●"))
        self.lanes.leave(box.id, step)
        return row

    def rest(self) -> str:
        """The lanes' part of a row without a box."""
        return " ".join(map(self._going, self.lanes.sources))

    def _going(self, source: str | None) -> str:
        if source is None:
            return " "
        return "┆" if all((source, reader) in self.aims for reader in self.lanes.readers[source]) else "│"

    def _row(self, step: Step, mark: str) -> str:
        low, high = step.span
        signs = []
        for at, source in enumerate(self.lanes.sources):
            if at == step.own:
                signs.append(mark)
            elif at in step.reading:
                signs.append(step.corner(at))
            elif source is not None:
                signs.append(self._going(source))
            else:
                signs.append("─" if low < at < high else " ")
            signs.append("─" if low <= at < high else " ")
        return "".join(signs).rstrip()


def terminal_text(picture: Picture, width: int = 100) -> str:
    """The picture in at most `width` columns, from 30 on. Where there would be lanes in more than a third of them, those
    that go furthest are left out; the heading says how many."""
    most, rows = width // 6, list[tuple[str, Cells]]()
    links = _known(picture)
    hot = hottest(picture.boxes) if picture.heat else None
    while True:
        kept = _near(picture, links, most)
        rows.clear()
        _walk(picture.items, _Drawn.of(picture, kept), _reads(kept), 0, rows, hot)
        if most <= 1 or max((_wide(lanes) for lanes, _ in rows), default=0) <= width // 3:
            break
        most -= 1
    fewer = len({(link.source, link.target) for link in links}) - len({(link.source, link.target) for link in kept})
    said = f"{fewer} {'lines' if fewer > 1 else 'line'} to boxes far below left out" if fewer else ""
    head = [clipped(picture.name, width), clipped(" · ".join(picture.facts), width)]
    head += [clipped(line, width) for line in (picture.heat, said) if line]
    return "\n".join(line.rstrip() for line in [*head, "", *_laid_out(rows, width), ""])


def _known(picture: Picture) -> list[Link]:
    """The links that go downwards."""
    place = {box.id: number for number, box in enumerate(picture.boxes)}
    return [link for link in picture.links if place.get(link.source, len(place)) < place.get(link.target, -1)]


def _reads(links: Iterable[Link]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in links:
        found.setdefault(link.target, []).append(link.source)
    return found


def _near(picture: Picture, links: list[Link], most: int) -> list[Link]:
    """Links such that no more than `most` tensors are waited for at once: the one that ends last goes first."""
    place = {box.id: number for number, box in enumerate(picture.boxes)}
    starting: dict[str, list[Link]] = {}
    for link in links:
        starting.setdefault(link.source, []).append(link)
    waiting: dict[str, list[Link]] = {}
    gone = set[Link]()
    for box in picture.boxes:
        now = place[box.id]
        waiting |= {box.id: starting[box.id]} if box.id in starting else {}
        waiting = {
            source: left
            for source, ways in waiting.items()
            if (left := [link for link in ways if place[link.target] > now and link not in gone])
        }
        while len(waiting) > most:
            last = max(waiting, key=lambda source: max(place[link.target] for link in waiting[source]))
            gone |= set(waiting.pop(last))
    return [link for link in links if link not in gone]


def _walk(
    items: Iterable[Item], lanes: _Drawn, reads: dict[str, list[str]], depth: int, rows: list[tuple[str, Cells]],
    most: float | None,
) -> None:  # fmt: skip
    indent = "  " * depth
    for item in items:
        if isinstance(item, Group):
            name, kind = title(item)
            rows.append((lanes.rest(), (f"{indent}▾ {name}", kind, "", "", "")))
            _walk(item.items, lanes, reads, depth + 1, rows, most)
        else:
            drawn = lanes.step(item, reads.get(item.id, ()))
            rows.append((drawn, _cells(item, indent, most)))


def _cells(box: Box, indent: str, most: float | None) -> Cells:
    name, kind = title(box)
    says = ", ".join(word for word in (kind, box.detail, box.note) if word)
    says += f", shares {box.shared}" if box.shared else ""
    parameters = f"{count(box.parameters)}{' held' if box.held else ''}{each(box)}" if box.parameters else ""
    work = f"{count(box.multiply_adds)}{each(box)}" if box.multiply_adds else ""
    work = work or (time(box.cost) if box.cost else "")
    return (f"{indent}{name}", says, box.shape, parameters, work if most is None else _measured(box, most))


def _measured(box: Box, most: float) -> str:
    """A box's measured time with a bar, as long as its part of the hottest one's."""
    length = round(BAR * warmth(box, most))
    return f"{spent_in_words(box)}{each(box)} {'█' * length}{'░' * (BAR - length)}" if box.spent else ""


def _laid_out(rows: list[tuple[str, Cells]], width: int) -> list[str]:
    """Columns, narrowed to the width: costs go first, then words are cut."""
    timed = any(cells[4].endswith(("s", "█", "░")) for _, cells in rows)
    heads = ("layer", "", "shape", "parameters", "time" if timed else "multiply-adds")
    table = [(lanes, tuple(map(_plain, cells))) for lanes, cells in rows]
    left = max((_wide(lanes) for lanes, _ in table), default=0)
    widths = [max(_wide(cells[at]) for _, cells in [("", heads), *table]) for at in range(5)]
    for at in range(2, 5):
        if not any(cells[at] for _, cells in table):
            widths[at] = 0
    for at in (4, 3, 2):
        if _total(left, widths) - max(0, widths[1] - LEAST) > width:
            widths[at] = 0
    widths[1] = max(0, min(widths[1], width - (_total(left, widths) - widths[1])))
    widths[0] = max(min(LEAST, widths[0]), min(widths[0], width - (_total(left, widths) - widths[0])))
    return [_line(lanes, cells, left, widths) for lanes, cells in [("", heads), *table]]


def _total(left: int, widths: list[int]) -> int:
    return left + sum(GAP + width for width in widths if width)


def _line(lanes: str, cells: Cells, left: int, widths: list[int]) -> str:
    words = [lanes + " " * (left - _wide(lanes))]
    for at, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        if width:
            shown = clipped(cell, width)
            space = " " * (width - _wide(shown))
            words.append(space + shown if at > 1 else shown + space)
    return (" " * GAP).join(words).rstrip()


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def _wide(text: str) -> int:
    """Columns a text takes: some signs take two, accents on a letter none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def clipped(text: str, width: int) -> str:
    """The text in at most so many columns, with a sign where something is missing."""
    plain = _plain(text)
    if _wide(plain) <= width:
        return plain
    while plain and _wide(plain) > width - 1:
        plain = plain[:-1]
    return f"{plain}…" if width > 0 else ""
