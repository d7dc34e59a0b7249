"""Folding: equal blocks in a row drawn once, deep blocks closed, long rows of layers gathered.

A picture that nobody can take in at a glance shows nothing; so a network of a thousand layers is drawn as the few
things it is made of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from .diagram import Box, Group, Item, Link, Picture, Role, boxes_in, marked
from .diagram_repeats import folded
from .diagram_words import many

OPEN, MOST = 20, 60
"""Up to `OPEN` boxes nothing is folded by itself; blocks are closed until there are at most `MOST`."""
MOST_OPS = 400
"""The same, of ops and kernels: who asks for those wants to see them."""
MOST_KERNELS, OPEN_ASIDE = 60, 30
"""The same, of kernels in a picture by graphviz: each of them is read far away. Up to `OPEN_ASIDE` the update
and what is not of any layer stay open."""
MOST_TOLD = 3
"""How many layers with weights a closed block names."""
MOST_READ = 5
"""How many boxes one box among kernels may be seen to read."""
SHOWN = 3
"""How many layers of a row that is gathered stay at either end."""


def fitted(picture: Picture, depth: int | None = None, *, fold: bool | None = None, most: int = MOST) -> Picture:
    """The picture, folded as asked for.

    `depth`: how many groups deep boxes are shown; deeper groups are closed, each into one box. `fold`: whether equal
    neighbours are drawn once. Where nothing is asked, a picture is folded as far as it must be to be readable.
    """
    chosen = picture if depth is None else closed(picture, depth)
    if fold or (fold is None and len(chosen.boxes) > OPEN):
        chosen = folded(chosen)
    if depth is not None or fold is False:
        return chosen
    if len(chosen.boxes) > min(most, OPEN_ASIDE):
        chosen = closed(chosen, deepest(chosen.items), aside=most < MOST_OPS)
    level = deepest(chosen.items)
    while len(chosen.boxes) > most and level > 0:
        level -= 1
        chosen = folded(closed(chosen, level))
    return gathered(chosen) if len(chosen.boxes) > most else chosen


def deepest(items: Iterable[Item]) -> int:
    """How many groups lie within each other."""
    return max((1 + deepest(item.items) for item in items if isinstance(item, Group)), default=0)


def closed(picture: Picture, depth: int, *, aside: bool = False) -> Picture:
    """Every group that lies in `depth` others (or more) as one box with the sums of what is in it; with `aside` also
    those that are aside."""
    into: dict[str, str] = {}
    links = marked(picture).links if picture.unit == "layers" else picture.links
    items = tuple(_close(item, depth, links, into, picture.unit, aside=aside) for item in picture.items)
    return replace(picture, items=items, links=redirected(picture.links, into))


def shut(picture: Picture, names: Collection[str]) -> Picture:
    """The picture with the named groups closed, each into one box with the sums of what is in it."""
    if not names:
        return picture
    into: dict[str, str] = {}
    links = marked(picture).links if picture.unit == "layers" else picture.links

    def closing(item: Item) -> Item:
        if isinstance(item, Box):
            return item
        if item.id in names:
            return _as_one(item, links, into, picture.unit)
        return replace(item, items=tuple(closing(inner) for inner in item.items))

    items = tuple(closing(item) for item in picture.items)
    return replace(picture, items=items, links=redirected(picture.links, into))


def thinned(picture: Picture) -> Picture:
    """The picture with one link between any two boxes, and one to a box that reads very many: from the last of them."""
    order = {box.id: number for number, box in enumerate(picture.boxes)}
    pairs: dict[tuple[str, str], list[Link]] = {}
    for link in picture.links:
        pairs.setdefault((link.source, link.target), []).append(link)
    single = [links[0] if len(links) == 1 else replace(links[0], shape=many(len(links), "tensors"), label="")
              for links in pairs.values()]  # fmt: skip
    reads: dict[tuple[str, Role], list[Link]] = {}
    for link in single:
        reads.setdefault((link.target, link.role), []).append(link)
    kept = []
    for links in reads.values():
        last = max(links, key=lambda link: order[link.source])
        kept += links if len(links) <= MOST_READ else [replace(last, shape=f"{len(links)} tensors", label="")]
    return replace(picture, links=tuple(kept))


def _skips(links: Iterable[Link], members: Sequence[Box]) -> bool:
    """Whether a way round begins and ends in a closed block, or ends there at least."""
    joints = {box.id for box in members if box.family == "join"}
    return any(link.role == "skip" and link.target in joints for link in links)


def contents(members: Sequence[Box], times: Mapping[str, int]) -> str:
    """The layers with weights in a closed block, where they are few: `64 filters 1×1 → 64 3×3`."""
    shown = [box for box in members if box.family == "weights" and box.detail]
    told = [box.detail.removesuffix(", same") for box in shown for _ in range(times[box.id])]
    told[1:] = [words.replace(" filters ", " ") for words in told[1:]]
    return " → ".join(told) if 0 < len(told) <= MOST_TOLD else ""


def redirected(links: Iterable[Link], into: dict[str, str]) -> tuple[Link, ...]:
    """Links between what is left when some boxes are drawn in others; each once, none from a box to itself."""
    found = dict[Link, None]()
    for link in links:
        source, target = into.get(link.source, link.source), into.get(link.target, link.target)
        label = link.label if source == link.source or link.role == "aim" else ""
        if source != target:
            branch = link.branch if target == link.target else ""
            found[replace(link, source=source, target=target, label=label, branch=branch)] = None
    return tuple(found)


def _close(item: Item, depth: int, links: Sequence[Link], into: dict[str, str], unit: str, *, aside: bool) -> Item:
    if isinstance(item, Box):
        return item
    if depth > 0 and not (aside and item.aside):
        return replace(
            item, items=tuple(_close(inner, depth - 1, links, into, unit, aside=aside) for inner in item.items)
        )
    return _as_one(item, links, into, unit)


def _as_one(item: Group, links: Sequence[Link], into: dict[str, str], unit: str) -> Box:
    members = list(boxes_in([item]))
    ids = {box.id for box in members}
    into |= dict.fromkeys(ids, item.id)
    exits = [link.shape for link in links if link.source in ids and link.target not in ids]
    times = _times(item)
    layers = sum(times[box.id] * box.layers for box in members)
    shared = {box.shared.partition(".")[0] for box in members if box.parameters == 0 and box.multiply_adds}
    return Box(
        id=item.id, name=item.name, kind=item.note or item.kind or ("block" if unit == "layers" else ""), family="block",
        detail=contents(members, times), note=many(layers, unit) + (", with ways round" if _skips(links, members) else ""),
        shape=exits[0] if exits else "", parameters=sum(times[b.id] * b.parameters for b in members),
        multiply_adds=sum(times[b.id] * b.multiply_adds for b in members), repeat=item.repeat, layers=layers,
        shared=", ".join(sorted(shared - {""})), cost=sum(times[b.id] * b.cost for b in members),
        spent=sum(times[b.id] * b.spent for b in members), part=sum(times[b.id] * b.part for b in members),
        line=members[0].line,
    )  # fmt: skip


def _times(group: Group) -> dict[str, int]:
    """How often each box of a group is there, the group itself taken once."""
    found: dict[str, int] = {}
    for item in group.items:
        if isinstance(item, Box):
            found[item.id] = item.repeat
        else:
            found |= {box_id: times * item.repeat for box_id, times in _times(item).items()}
    return found


def gathered(picture: Picture) -> Picture:
    """Long rows of layers that nothing branches off, each with its middle drawn as one box."""
    into: dict[str, str] = {}
    items = _gather(picture.items, picture.links, into)
    return replace(picture, items=items, links=redirected(picture.links, into))


def _gather(items: Sequence[Item], links: Sequence[Link], into: dict[str, str]) -> tuple[Item, ...]:
    after, before = _neighbours(links)
    found: list[Item] = []
    row: list[Box] = []
    for item in (*items, None):
        if isinstance(item, Box) and row and after[row[-1].id] == [item.id] and before.get(item.id) == [row[-1].id]:
            row.append(item)
            continue
        found += _middle(row, into)
        row = [item] if isinstance(item, Box) and len(after.get(item.id, [])) == 1 else []
        if isinstance(item, Group):
            found.append(replace(item, items=_gather(item.items, links, into)))
        elif item is not None and not row:
            found.append(item)
    return tuple(found)


def _middle(row: list[Box], into: dict[str, str]) -> list[Box]:
    """The row, or its ends and one box for all between."""
    inner = row[SHOWN:-SHOWN]
    if len(inner) < 2:
        return row
    layers = sum(box.repeat * box.layers for box in inner)
    kinds = list(dict.fromkeys(box.kind for box in inner))
    whole = Box(
        id=f"{inner[0].id} to {inner[-1].id}", name=f"{inner[0].name} … {inner[-1].name}", kind=f"{layers} layers",
        family="block", detail=", ".join(kinds[:4]) + (", …" if len(kinds) > 4 else ""), shape=inner[-1].shape,
        parameters=sum(box.repeat * box.parameters for box in inner),
        multiply_adds=sum(box.repeat * box.multiply_adds for box in inner), layers=layers, line=inner[0].line,
        spent=sum(box.repeat * box.spent for box in inner), part=sum(box.repeat * box.part for box in inner),
    )  # fmt: skip
    into |= dict.fromkeys((box.id for box in inner), whole.id)
    return [*row[:SHOWN], whole, *row[-SHOWN:]]


def _neighbours(links: Iterable[Link]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    after: dict[str, list[str]] = {}
    before: dict[str, list[str]] = {}
    for link in links:
        after.setdefault(link.source, []).append(link.target)
        before.setdefault(link.target, []).append(link.source)
    return after, before
