"""Which groups are closed, and the picture then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from ...compiler.diagram import Group, Item, Picture, boxes_in, marked
from ...compiler.diagram_fold import shut
from .marks import Heat, Mark

OPEN = 40
"""Boxes up to which a picture is shown with all groups open."""


def groups_in(items: Iterable[Item]) -> Iterator[Group]:
    """Every group, the outer before those in it."""
    for item in items:
        if isinstance(item, Group):
            yield item
            yield from groups_in(item.items)


def folded(picture: Picture, closed: Collection[str]) -> Picture:
    """The picture with some groups closed, and ways round marked."""
    return marked(shut(picture, closed))


def group_round(picture: Picture, box_id: str) -> str | None:
    """The innermost group that a box lies in."""
    found = None
    for group in groups_in(picture.items):
        if any(box.id == box_id for box in boxes_in(group.items)):
            found = group.id
    return found


def at_first(picture: Picture, most: int = OPEN) -> set[str]:
    """The groups that are best closed at first: none in a small picture, else the innermost ones, and so on outwards till
    few boxes are left."""
    depths = dict(_depths(picture.items, 0))
    closed = set[str]()
    for depth in sorted(set(depths.values()), reverse=True):
        if len(shut(picture, closed).boxes) <= most:
            break
        closed = {name for name, own in depths.items() if own >= depth}
    return closed


def _depths(items: Iterable[Item], depth: int) -> Iterator[tuple[str, int]]:
    for item in items:
        if isinstance(item, Group):
            yield item.id, depth
            yield from _depths(item.items, depth + 1)


def stands_for(picture: Picture, closed: Collection[str]) -> dict[str, str]:
    """The outermost closed group round each box or group that is in one."""
    found: dict[str, str] = {}
    for group in groups_in(picture.items):
        if group.id in closed and group.id not in found:
            found |= dict.fromkeys((*(box.id for box in boxes_in(group.items)), *_names(group)), group.id)
    return found


def _names(group: Group) -> Iterator[str]:
    return (inner.id for inner in groups_in(group.items))


def marks_shown(marks: Mapping[str, Mark], inside: Mapping[str, str]) -> dict[str, Mark]:
    """Remarks on the boxes that are shown: a closed group has those of all in it, the worst first."""
    found: dict[str, Mark] = {}
    for name, mark in marks.items():
        shown = inside.get(name, name)
        other = found.get(shown)
        if other is None:
            found[shown] = mark
        else:
            worst = mark if (mark.severity, other.severity) == ("error", "warning") else other
            found[shown] = replace(worst, count=mark.count + other.count)
    return found


def heat_shown(heat: Mapping[str, Heat], inside: Mapping[str, str]) -> dict[str, Heat]:
    """Heat of the boxes that are shown: a closed group has that of the hottest in it."""
    found: dict[str, Heat] = {}
    for name, own in heat.items():
        shown = inside.get(name, name)
        if shown not in found or found[shown].share < own.share:
            found[shown] = own
    return found
