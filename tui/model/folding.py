"""Which groups are closed, and the picture then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from ...compiler.diagram import Group, Item, Picture, boxes_in, marked
from ...compiler.diagram_fold import shut

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


def shown_for(picture: Picture, closed: Collection[str], box_id: str) -> str:
    """The box that stands for a box: the outermost closed group round it, or it itself."""
    for group in groups_in(picture.items):
        if group.id in closed and any(box.id == box_id for box in boxes_in(group.items)):
            return group.id
    return box_id
