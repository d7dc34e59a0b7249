"""Equal neighbours drawn once: a block, a layer or a short row of layers that comes again and again.

Units are equal when their boxes, what joins them inside, and what they read of the unit before are equal; only
the last may be read from further away. So the picture of the first, with `× 4` on it, says all there is to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from .diagram import Box, Group, Item, Link, Picture, boxes_in
from .diagram_words import many

LONGEST = 4
"""The longest row of layers that is looked at as one unit."""
Unit = tuple[Item, ...]
Read = tuple[int, str, str, str]
"""Which box of a unit reads, from where (`prev 2`: box 2 of the unit before), which shape, under which label."""


def folded(picture: Picture) -> Picture:
    """The picture with every run of equal units drawn as one, from the innermost groups outwards."""
    links = list(picture.links)
    items = _fold(picture.items, links, picture.unit)
    return replace(picture, items=items, links=tuple(dict.fromkeys(links)))


def _fold(items: Sequence[Item], links: list[Link], unit: str) -> tuple[Item, ...]:
    """One level; `links` is brought up to date in place."""
    inner = [replace(i, items=_fold(i.items, links, unit)) if isinstance(i, Group) else i for i in items]
    found: list[Item] = []
    at = 0
    reads, readers = _by_target(links), _by_source(links)
    while at < len(inner):
        period, times = _best(inner, at, reads, readers)
        if times < 2:
            found.append(inner[at])
            at += 1
            continue
        units = [tuple(inner[start : start + period]) for start in range(at, at + period * times, period)]
        found.append(_drawn_once(units, unit))
        links[:] = _without(links, units)
        reads, readers = _by_target(links), _by_source(links)
        at += period * times
    return tuple(found)


def _best(items: list[Item], at: int, reads: dict[str, list[Link]], readers: dict[str, list[str]]) -> tuple[int, int]:
    """The period and the number of units that save most boxes, from `at` on."""
    best, saved = (1, 1), 0
    for period in range(1, LONGEST + 1):
        times = _times(items, at, period, reads, readers)
        least = 2 if period == 1 and isinstance(items[at], Group) else 3
        if times >= least and (saves := (times - 1) * period) > saved:
            best, saved = (period, times), saves
    return best


def _times(items: list[Item], at: int, period: int, reads: dict[str, list[Link]], readers: dict[str, list[str]]) -> int:
    """How many equal units of so many items follow each other."""
    unit = tuple(items[at : at + period])
    looks, first = _looks(unit, reads), _ids(unit)
    if len(unit) < period or (period > 1 and any(isinstance(item, Group) for item in unit)):
        return 1
    pattern: list[Read] | None = None
    before, times = first, 1
    while True:
        start = at + times * period
        unit = tuple(items[start : start + period])
        if len(unit) < period or _looks(unit, reads) != looks:
            return times
        ids = _ids(unit)
        seen = _read(ids, before, reads)
        pattern = pattern or seen
        known = set(before) | set(ids)
        leaves = any(reader not in known for box_id in before for reader in readers.get(box_id, []))
        if leaves or seen != pattern or (times == 1 and not _same_start(_read(first, [], reads), pattern)):
            return times
        before, times = ids, times + 1


def _same_start(first: list[Read], later: list[Read]) -> bool:
    """Whether the first unit reads what lies before it as each later one reads the unit before."""
    if len(first) != len(later):
        return False
    means: dict[str, str] = {}
    for a, b in zip(first, later, strict=True):
        if (a[0], a[2], a[3]) != (b[0], b[2], b[3]):
            return False
        if means.setdefault(b[1], a[1]) != a[1] or (not b[1].startswith("prev ") and a[1] != b[1]):
            return False
    return any(name.startswith("prev ") for name in means)


def _ids(unit: Unit) -> list[str]:
    return [box.id for box in boxes_in(unit)]


def _looks(unit: Unit, reads: dict[str, list[Link]]) -> tuple[object, ...]:
    """All that a unit shows of itself, names aside."""
    place = {box_id: number for number, box_id in enumerate(_ids(unit))}
    inside = [
        (place[link.source], place[box_id], link.shape, link.role, link.label)
        for box_id in place
        for link in reads.get(box_id, [])
        if link.source in place
    ]
    return (tuple(_shown(item) for item in unit), tuple(inside))


def _shown(item: Item) -> tuple[object, ...]:
    if isinstance(item, Group):
        return ("group", item.note, item.repeat, *(_shown(inner) for inner in item.items))
    return (
        item.kind, item.family, item.detail, item.activation, item.shape, item.parameters, item.multiply_adds,
        item.shared, item.held, item.note, item.repeat, item.layers, item.cost,
    )  # fmt: skip


def _read(ids: list[str], before: list[str], reads: dict[str, list[Link]]) -> list[Read]:
    """What a unit reads from outside itself."""
    inside, earlier = set(ids), {box_id: number for number, box_id in enumerate(before)}
    return [
        (number, f"prev {earlier[link.source]}" if link.source in earlier else link.source, link.shape, link.label)
        for number, box_id in enumerate(ids)
        for link in reads.get(box_id, [])
        if link.source not in inside
    ]


def _by_target(links: list[Link]) -> dict[str, list[Link]]:
    found: dict[str, list[Link]] = {}
    for link in links:
        found.setdefault(link.target, []).append(link)
    return found


def _by_source(links: list[Link]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for link in links:
        found.setdefault(link.source, []).append(link.target)
    return found


def _drawn_once(units: list[Unit], counted: str) -> Item:
    first, last, times = units[0], units[-1], len(units)
    name = span(first[0].name, last[-1].name)
    first = _at_mean(units)
    kind = f"({many(sum(box.repeat * box.layers for box in boxes_in(first)), counted)})"
    if len(first) == 1:
        return replace(first[0], name=name, repeat=first[0].repeat * times, kind=first[0].kind or kind)
    return Group(f"{first[0].id} to {last[-1].id}", name, first, times, kind=kind)


def _at_mean(units: list[Unit]) -> Unit:
    """The first unit with the mean of all units' measured times: equal blocks take different times."""
    if not any(box.part for box in boxes_in(units[0])):
        return units[0]
    columns = list(zip(*(boxes_in(unit) for unit in units), strict=True))
    means = {
        column[0].id: (fmean(box.spent for box in column), fmean(box.part for box in column)) for column in columns
    }
    return tuple(_retimed(item, means) for item in units[0])


def _retimed(item: Item, means: dict[str, tuple[float, float]]) -> Item:
    if isinstance(item, Group):
        return replace(item, items=tuple(_retimed(inner, means) for inner in item.items))
    return replace(item, spent=means[item.id][0], part=means[item.id][1])


def _without(links: list[Link], units: list[Unit]) -> list[Link]:
    """The links when only the first unit is drawn: what reads the last one reads the first."""
    first, last = _ids(units[0]), _ids(units[-1])
    gone = {box_id for unit in units[1:] for box_id in _ids(unit)}
    stands_for = dict(zip(last, first, strict=True))
    return [
        replace(link, source=stands_for.get(link.source, link.source))
        for link in links
        if link.target not in gone and (link.source not in gone or link.source in stands_for)
    ]


def span(first: str, last: str) -> str:
    """`stage.2` and `stage.4` as `stage.2 … 4`; any two names as `a … b`."""
    # a run folded before has a name of this form already
    first, last = first.partition(" … ")[0], last.rpartition(" … ")[2]
    a, b = re.fullmatch(r"(.*?)(\d+)", first), re.fullmatch(r"(.*?)(\d+)", last)
    if a and b and a[1] == b[1]:
        return f"{first} … {b[2]}"
    return first if first == last else f"{first} … {last}"


def each(box: Box) -> str:
    """What is added to the costs of a box that stands for several."""
    return " each" if box.repeat > 1 else ""
