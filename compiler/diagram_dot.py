"""A picture as DOT text, for graphviz: `dot -Tsvg`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Literal

from .diagram import Box, Group, Item, Link, Picture, boxes_in, once, spine
from .diagram_looks import FAMILY_WORDS, LOOKS, Look, Theme, heat
from .diagram_overlay import hottest, warmth
from .diagram_repeats import each
from .diagram_room import spacers
from .diagram_words import costs_in_words, cut, headline, spent_in_words, title, wrapped

Direction = Literal["down", "right"]
FONT = "Helvetica,Arial,sans-serif"
SIGNS = {"add": "+", "multiply": "×"}
"""What a joiner shows instead of its kind."""
FINE = "splines=spline"
ROUGH = "splines=line, nslimit=2, nslimit1=2, mclimit=0.3"
"""How graphviz draws: lines that go round boxes, and boxes moved until nothing gets better; or straight lines, and an
end of it. The second takes a tenth of the time, where the first takes minutes."""
MANY = 120
"""Ops or kernels from which the second is taken at once: each is read far away."""


def dot_text(picture: Picture, theme: Theme = "light", direction: Direction = "down") -> str:
    """The whole DOT file; the same picture always gives the same text."""
    names = {box.id: f"n{number}" for number, box in enumerate(picture.boxes)}
    most = hottest(picture.boxes) if picture.heat else None
    up = frozenset(box.id for item in picture.items if isinstance(item, Group) and item.up for box in boxes_in([item]))
    straight = frozenset(spine(picture))
    room = spacers(picture.items, straight) if direction == "down" else {}
    writer = _Writer(LOOKS[theme], names, straight, up, room, most)
    return "\n".join([*writer.head(picture, direction), *writer.items(picture.items, 1), *writer.links(once(picture.links, straight)), *writer.sides(picture),
                      "}", ""])  # fmt: skip


class _Writer:
    """Lines of DOT in one look; `names` are the nodes' short names by box, `straight` the boxes to be kept in line,
    `up` those drawn from the bottom up, `room` the widths of what is left free on the left of some,
    `most` the hottest box's share of the measured time, where boxes are coloured by that."""

    def __init__(self, look: Look, names: dict[str, str], straight: frozenset[str], up: frozenset[str],
                 room: Mapping[str, float], most: float | None) -> None:  # fmt: skip
        self._look, self._names, self._straight, self._most, self._up = look, names, straight, most, up
        self._clusters, self._room = 0, room

    def head(self, picture: Picture, direction: Direction) -> Iterator[str]:
        look = self._look
        rows = [[f"<B>{_plain(picture.name, 60)}</B>", 17, look.ink],
                [_plain(" · ".join(picture.facts), 140), 10, look.quiet], *self._legend(picture), ["  ", 4, look.quiet]]  # fmt: skip
        yield f"digraph {_quoted(picture.name)} {{"
        yield (
            f'  graph [rankdir={"TB" if direction == "down" else "LR"}, bgcolor="{look.paper}", fontname="{FONT}", '
            f"label=<{_rows(rows)}>, labelloc=t, labeljust=l, nodesep=0.35, ranksep=0.42, pad=0.3, "
            f"{ROUGH if picture.unit != 'layers' and len(picture.boxes) > MANY else FINE}, newrank=true, outputorder=edgesfirst];"
        )
        yield (
            f'  node [fontname="{FONT}", fontsize=11, fontcolor="{look.ink}", shape=box, style="rounded,filled", '
            f'penwidth=1.1, margin="0.1,0.05", height=0.3];'
        )
        yield (
            f'  edge [fontname="{FONT}", fontsize=9, fontcolor="{look.quiet}", color="{look.line}", penwidth=1.2, '
            f"arrowsize=0.65];"
        )

    def items(self, items: Iterable[Item], depth: int) -> Iterator[str]:
        for item in items:
            if isinstance(item, Group):
                yield from self._group(item, depth)
                continue
            yield f"{'  ' * depth}{self._box(item)}"
            if room := self._room.get(item.id):
                name = self._names[item.id]
                looks = f'label="", style=invis, fixedsize=true, width={room / 72:.2f}, height=0.01'
                yield f"{'  ' * depth}{{ rank=same; {name}_room [{looks}]; {name}_room -> {name} [style=invis]; }}"

    def _group(self, group: Group, depth: int) -> Iterator[str]:
        look, pad = self._look, "  " * depth
        name, kind = title(group)
        words = f"<B>{_plain(name)}</B>" + (f'  <FONT COLOR="{look.quiet}">{_plain(kind)}</FONT>' if kind else "")
        fill = look.block[(depth - 1) % len(look.block)]
        looks = f'color="{look.frame}", fillcolor="{fill}", style="rounded,filled"'
        if group.repeat > 1:
            # graphviz draws no second line round a rounded group; a group round the group is one
            yield f'{pad}subgraph cluster_{self._next()} {{ graph [label="", margin=4, {looks}];'
        yield f"{pad}subgraph cluster_{self._next()} {{"
        yield f'{pad}  graph [label=<{words}>, fontsize=10, fontcolor="{look.ink}", margin=11, {looks}];'
        yield from self.items(group.items, depth + 1)
        yield f"{pad}}}" + (" }" if group.repeat > 1 else "")

    def _next(self) -> int:
        self._clusters += 1
        return self._clusters

    def _box(self, box: Box) -> str:
        look = self._look.families[box.family]
        fill = look.fill if self._most is None else heat(self._look.paper, warmth(box, self._most))
        words = [f'fillcolor="{fill}"', f'color="{look.edge}"', f"tooltip={_quoted(_tooltip(box))}"]
        words += self._form(box)
        words += ["group=spine"] if box.id in self._straight else []
        return f"{self._names[box.id]} [{', '.join(words)}];"

    def _form(self, box: Box) -> list[str]:
        if box.family == "join" and not box.note:
            return self._joiner(box)
        words = [f"label=<{self._label(box)}>"]
        if box.family in ("data", "output"):
            words.append('shape=box, style="rounded,filled,bold"')
        elif box.family == "loss":
            words.append('style="rounded,filled,dashed"')
        if box.repeat > 1:
            words.append("peripheries=2")
        return words

    def _joiner(self, box: Box) -> list[str]:
        sign = SIGNS.get(box.kind, "")
        if sign and not box.activation and box.repeat == 1:
            return [f"label=<<B>{sign}</B>>", "shape=circle", "fixedsize=true", "width=0.3", "fontsize=13"]
        words = [f"<B>{sign or _plain(box.kind)}</B>", _plain(box.activation), _plain(box.detail)]
        words = [f"<B>{box.repeat} ×</B>", *words] if box.repeat > 1 else words
        label = _rows([["  ".join(word for word in words if word), 11, self._look.ink]])
        return [f"label=<{label}>", 'margin="0.08,0.02"', "height=0.26"]

    def _label(self, box: Box) -> str:
        look = self._look
        name, kind = title(box)
        top = f"<B>{_plain(name)}</B>" + (f'  <FONT COLOR="{look.soft}">{_plain(kind)}</FONT>' if kind else "")
        rows: list[list[object]] = [[top, 11, look.ink]]
        rows += [[_plain(line), 9, look.soft] for text in (box.detail, box.note) for line in wrapped(text)]
        if costs := costs_in_words(box):
            # faint text is not to be read on a hot ground
            rows.append([_plain(costs + each(box), 80), 9, look.quiet if self._most is None else look.soft])
        if box.spent:
            rows.append([f"<B>{_plain(spent_in_words(box) + each(box))}</B>", 10, look.ink])
        if box.shared:
            rows.append([f"<I>shares {_plain(box.shared)}</I>", 9, look.quiet])
        return _rows(rows)

    def links(self, links: Iterable[Link]) -> Iterator[str]:
        every = list(links)
        read = {link.target for link in every if link.role != "kept"}
        # calls on the way back that read nothing but what was kept stay where they run
        for before, box in pairwise(self._names):
            if {before, box} <= self._up and box not in read:
                yield f"  {self._names[box]} -> {self._names[before]} [style=invis];"
        inner = {link.target for link in every}
        for link in every:
            words = self._line(link, straight=link.source in inner)
            ends = [self._names[link.source], self._names[link.target]]
            if {link.source, link.target} <= self._up:
                ends, words = ends[::-1], [*words, "dir=back"]
            yield f"  {' -> '.join(ends)} [{', '.join(words)}];"

    def sides(self, picture: Picture) -> Iterator[str]:
        """The way forward on the left, the way back beside it, their upper ends on one line."""
        groups = [group for group in picture.items if isinstance(group, Group)]
        last = {link.target for link in picture.links if link.role == "data"}
        for left, right in pairwise(groups):
            back = [box.id for box in boxes_in([right]) if box.id in last]
            if right.up and not left.up and back:
                ends = self._names[next(boxes_in([left])).id], self._names[back[-1]]
                yield f"  {{ rank=same; {ends[0]}; {ends[1]}; {ends[0]} -> {ends[1]} [style=invis]; }}"

    def _line(self, link: Link, *, straight: bool) -> list[str]:
        look = self._look
        label = _quoted(f" {cut(link.text)} ") if link.text else '""'
        if link.role == "skip":
            return [f'color="{look.skip}"', f'fontcolor="{look.skip}"', "penwidth=1.8", "weight=1", f"label={label}"]
        if link.role == "aim":
            return [f'color="{look.aim}"', "style=dashed", "arrowhead=open", "weight=1",
                    f"label={_quoted(' ' + cut(link.label) + ' ')}"]  # fmt: skip
        if link.role == "kept":
            return [f'color="{look.aim}"', "style=dotted", "constraint=false", "arrowhead=open"]
        return [f"weight={8 if straight else 2}", f"label={label}"]

    def _legend(self, picture: Picture) -> list[list[object]]:
        """The families and the kinds of lines that are in the picture, in rows."""
        look = self._look
        used = {box.family for box in boxes_in(picture.items)}
        signs = [(look.families[family].edge, "■", word) for family, word in FAMILY_WORDS.items() if family in used]
        roles = {link.role for link in picture.links}
        signs += [(look.skip, "━━", "a way round")] if "skip" in roles else []
        signs += [(look.aim, "╌╌", "in training only")] if "aim" in roles else []
        signs += [(look.aim, "┈┈", "kept for later")] if "kept" in roles else []
        words = [f'<FONT COLOR="{colour}">{sign}</FONT> {word}' for colour, sign, word in signs]
        rows: list[list[object]] = [["     ".join(words[at : at + 6]), 9, look.soft] for at in range(0, len(words), 6)]
        return rows if self._most is None else [*rows, [self._scale(picture.heat, self._most), 9, look.soft]]

    def _scale(self, what: str, most: float) -> str:
        """The colours of boxes from cold to hot; their borders still tell the family."""
        steps = [
            f'<FONT COLOR="{heat(self._look.paper, part)}">■</FONT> {part * most:.0%}'
            for part in (0, 0.25, 0.5, 0.75, 1)
        ]
        return f"inside: {_plain(what, 140)}   " + "   ".join(steps)


def _rows(rows: Iterable[list[object]]) -> str:
    """A table of one column: text that is DOT's HTML already, size in points, colour."""
    made = "".join(
        f'<TR><TD ALIGN="LEFT"><FONT POINT-SIZE="{size}" COLOR="{colour}">{text}</FONT></TD></TR>'
        for text, size, colour in rows
        if text
    )
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{made}</TABLE>'


def _plain(text: str, most: int = 44) -> str:
    """Any text as DOT's HTML shows it, on one line."""
    shown = cut(text, most)
    for sign, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        shown = shown.replace(sign, entity)
    return shown


def _quoted(text: str) -> str:
    """Any text as a DOT string. A backslash would begin an escape of graphviz's own."""
    plain = re.sub(r"\s", " ", "".join(c if c.isprintable() else " " for c in text))
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _tooltip(box: Box) -> str:
    words = [
        box.id,
        headline(box),
        box.detail,
        box.shape,
        costs_in_words(box),
        spent_in_words(box) if box.spent else "",
        f"line {box.line}" if box.line else "",
    ]
    return " · ".join(word for word in words if word)
