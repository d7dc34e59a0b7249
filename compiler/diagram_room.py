"""Room for the titles of frames: graphviz writes them at the top left, and draws lines right through them.

A frame of one column is as wide as its boxes, and the line into it comes down its middle. Where the title is longer than
half of that, the box that the line goes to gets an invisible neighbour on its left, so that the title ends before it.
All sizes are in points, and estimates: graphviz alone knows its fonts.
"""

from __future__ import annotations

from collections.abc import Iterable

from .diagram import Box, Group, Item, boxes_in
from .diagram_words import costs_in_words, spent_in_words, title, wrapped

STRONG, QUIET, SMALL = 6.3, 5.4, 5.0
"""The width of a letter: bold at 10 and 11 points, plain at 10 and 11, plain at 9."""
PADDING, MARGIN, BETWEEN = 18.0, 11.0, 25.0
"""Round the words of a box; round the boxes of a frame; between two boxes of a row."""
SIGN = 22.0
"""The circle of a joiner."""


def spacers(items: Iterable[Item], straight: frozenset[str]) -> dict[str, float]:
    """The widths of invisible neighbours, by the box to whose left they go. `straight`: the boxes in the column of the
    longest way."""
    found: dict[str, float] = {}
    for item in items:
        if isinstance(item, Group):
            _room(item, straight, found, up=item.up)
    return found


def _room(group: Group, straight: frozenset[str], found: dict[str, float], *, up: bool) -> None:
    for item in group.items:
        if isinstance(item, Group):
            _room(item, straight, found, up=up)
    boxes = list(boxes_in([group]))
    entry = boxes[-1] if up else boxes[0]
    column = [box for box in boxes if box.id in straight] if entry.id in straight else [entry]
    left = max(_left(box, group, found) for box in column)
    lacking = _title(group) - left
    if lacking > 0:
        own = _left(entry, group, found)
        before = found.get(entry.id)
        more = left - own + lacking
        found[entry.id] = max(1.0, before + more if before is not None else more - BETWEEN)


def _left(box: Box, group: Group, found: dict[str, float]) -> float:
    """How far a frame reaches to the left of the middle of a box in it."""
    spacer = found.get(box.id)
    return box_width(box) / 2 + MARGIN * _depth(box, group) + (spacer + BETWEEN if spacer is not None else 0.0)


def _depth(box: Box, group: Group) -> int:
    """How many frames there are round a box within a frame, that one counted."""
    inner = next((item for item in group.items if isinstance(item, Group) and box in boxes_in([item])), None)
    return 1 + (_depth(box, inner) if inner else 0)


def _title(group: Group) -> float:
    name, kind = title(group)
    return 12.0 + STRONG * len(name) + QUIET * (len(kind) + 2 if kind else 0)


def box_width(box: Box) -> float:
    """About how wide graphviz draws a box."""
    if box.family == "join" and not box.activation and box.repeat == 1 and not box.note:
        return SIGN if box.kind in ("add", "multiply") else PADDING + STRONG * len(box.kind)
    name, kind = ("+", box.activation) if box.family == "join" else title(box)
    rows = [STRONG * len(name) + QUIET * (len(kind) + 2 if kind else 0)]
    words = [*wrapped(box.detail), *wrapped(box.note), costs_in_words(box), spent_in_words(box) if box.spent else ""]
    return PADDING + max([*rows, *(SMALL * len(line) for line in words)])
