"""A network as a picture, before it has a form: boxes in groups, and the links between them.

picture = architecture(experiment)      # from `compiler/diagram_layers.py`
dot = dot_text(fitted(picture))         # folded (`diagram_fold.py`), then written (`diagram_dot.py`)

Nothing here knows of colours, pixels or characters: DOT, Mermaid and terminal text are written from one and the
same `Picture`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Family = Literal["data", "weights", "memory", "norm", "activation", "pool", "join", "shape", "noise", "formula", "block",
                 "loss", "output", "product", "work", "rows"]  # fmt: skip
"""What a box does, as far as its colour goes. `weights`: a product with learned numbers; `memory`: it goes along a
sequence; `shape`: it moves numbers and changes none; `block`: a closed group; `product`, `work` and `rows`: ops and kernels
that multiply matrices, or calculate element by element, or within a row."""
Role = Literal["data", "skip", "aim", "kept"]
"""`skip`: what it carries also comes by a longer way; `aim`: it leads to a loss, and is there in training only; `kept`:
it is kept for the way back through the network."""


@dataclass(frozen=True, slots=True)
class Box:
    """One node of a picture.

    `id` is the layer's path; `name` what stands in the box. `shape` is that of one example's result. `shared` names
    the weights that other boxes use too; they count as `parameters` where they are first used. `repeat`: how many
    equal ones in a row it stands for; `layers`: how many layers are in it when it is a closed group. `cost` is a
    predicted time in nanoseconds, of kernels; `spent` a measured one, of each, and `part` its share of the whole.
    """

    id: str
    name: str
    kind: str
    family: Family
    detail: str = ""
    activation: str = ""
    shape: str = ""
    parameters: int = 0
    multiply_adds: int = 0
    shared: str = ""
    held: bool = False
    note: str = ""
    repeat: int = 1
    layers: int = 1
    cost: float = 0.0
    spent: float = 0.0
    part: float = 0.0
    line: int = 0

    @property
    def small(self) -> bool:
        """Whether it is drawn small: it has nothing learned to tell of."""
        return self.family in ("join", "activation", "shape", "noise", "pool", "output") and not self.parameters


@dataclass(frozen=True, slots=True)
class Group:
    """A block or a network of the file, drawn round its layers.

    `kind`: the block's or network's own name; `repeat`: how many equal ones it stands for; `up`: whether it is drawn
    from the bottom up, as the way back through a network is; `aside`: whether it is closed before any other.
    """

    id: str
    name: str
    items: tuple[Box | Group, ...]
    repeat: int = 1
    note: str = ""
    kind: str = ""
    up: bool = False
    aside: bool = False


Item = Box | Group


@dataclass(frozen=True, slots=True)
class Link:
    """A tensor on its way from one box to another. `label` says which part of the source it is, `branch` which branch
    of the target it comes by."""

    source: str
    target: str
    shape: str = ""
    role: Role = "data"
    label: str = ""
    branch: str = ""

    @property
    def text(self) -> str:
        """What stands beside the line."""
        part = " ".join(word for word in (self.label, self.shape) if word)
        return " · ".join(word for word in (self.branch, part) if word)


@dataclass(frozen=True, slots=True)
class Picture:
    """What is to be drawn: items in the order in which they are computed, and links between boxes by id. `heat` says
    what the boxes' measured times are, where they have some; `unit` is what boxes are counted in."""

    name: str
    items: tuple[Item, ...]
    links: tuple[Link, ...]
    facts: tuple[str, ...] = ()
    heat: str = ""
    unit: str = "layers"

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Every box, in order."""
        return tuple(boxes_in(self.items))


def boxes_in(items: Iterable[Item]) -> Iterator[Box]:
    """The boxes of some items and of the groups among them."""
    for item in items:
        if isinstance(item, Group):
            yield from boxes_in(item.items)
        else:
            yield item


def grouped(boxes: Iterable[Box], paths: dict[str, tuple[str, ...]]) -> tuple[Item, ...]:
    """Boxes put into groups: `paths` gives the ids of the groups round each box, the outermost first.

    A group stands where its first box does. A group that would hold one box alone is left out, and one that would
    hold one group alone becomes that group.
    """
    return tuple(_level(list(boxes), paths, 0))


def _level(boxes: list[Box], paths: dict[str, tuple[str, ...]], depth: int) -> list[Item]:
    together: dict[str, list[Box]] = {}
    for box in boxes:
        path = paths.get(box.id, ())
        together.setdefault(f"in {path[depth]}" if len(path) > depth else f"box {box.id}", []).append(box)
    found: list[Item] = []
    for key, members in together.items():
        if key.startswith("box "):
            found += members
            continue
        items = _level(members, paths, depth + 1)
        if len(items) == 1:
            found += items
        else:
            found.append(Group(key.removeprefix("in "), key.removeprefix("in "), tuple(items)))
    return found


def named_within(items: Iterable[Item], around: str = "") -> tuple[Item, ...]:
    """The same items, each named by its path within its group instead of the whole path.

    The third copy of `stage` stays `stage.3`, since a number alone says nothing.
    """
    found: list[Item] = []
    for item in items:
        within = item.name.removeprefix(f"{around}.") if around else item.name
        named = replace(item, name=f"{around.rpartition('.')[2]}.{within}" if within[:1].isdigit() else within)
        if isinstance(named, Group):
            named = replace(named, items=named_within(named.items, item.name))
        found.append(named)
    return tuple(found)


def marked(picture: Picture) -> Picture:
    """The picture with every skip link marked: those that a longer way goes round.

    So are those of a shortcut with weights of its own: a way into an `add` that is shorter than another from the same
    fork, and has no activation on it.
    """
    order = {box.id: number for number, box in enumerate(picture.boxes)}
    after: dict[str, list[str]] = {}
    for link in picture.links:
        if link.role in ("data", "skip"):
            after.setdefault(link.source, []).append(link.target)
    shortcuts = _shortcuts(picture, after, order)
    links = []
    for link in picture.links:
        if link.role in ("data", "skip"):
            ways = [step for step in after.get(link.source, []) if step != link.target]
            longer = bool(ways) and _leads(ways, link.target, after, order)
            role: Role = "skip" if longer or (link.source, link.target) in shortcuts else "data"
            links.append(link if link.role == role else replace(link, role=role))
        else:
            links.append(link)
    return replace(picture, links=tuple(links))


def _shortcuts(picture: Picture, after: dict[str, list[str]], order: dict[str, int]) -> set[tuple[str, str]]:
    """The steps of the shorter ways from a fork to an `add`, none of which has an activation."""
    boxes = {box.id: box for box in picture.boxes}
    before: dict[str, list[str]] = {}
    for source, targets in after.items():
        for target in targets:
            before.setdefault(target, []).append(source)
    found = set[tuple[str, str]]()
    for box in boxes.values():
        if box.kind != "add" or len(before.get(box.id, [])) < 2:
            continue
        ways = [_way(source, box.id, before, after) for source in before[box.id]]
        for way in ways:
            longest = max((len(other) for other in ways if other[0] == way[0]), default=0)
            if 2 < len(way) < longest and not any(_active(boxes[step]) for step in way[1:-1]):
                found |= set(zip(way, way[1:], strict=False))
    return found


def _way(source: str, end: str, before: dict[str, list[str]], after: dict[str, list[str]]) -> list[str]:
    """The boxes from the fork before `source` to `end`; without a fork or with a joint on it, from where that is."""
    way = [end]
    while len(set(after[source])) == 1 and len(set(before.get(source, []))) == 1:
        way.append(source)
        source = before[source][0]
    return [source, *reversed(way)]


def _active(box: Box) -> bool:
    return bool(box.activation) or box.family == "activation"


def once(links: Iterable[Link], straight: Iterable[str] = ()) -> tuple[Link, ...]:
    """The same links, the shape of each tensor told at one alone: where it goes straight on if it does, never on a way
    round if there is another."""
    kept, told = frozenset(straight), set[tuple[str, str, str]]()
    found = []
    for link in sorted(links, key=lambda link: (link.role == "skip", not {link.source, link.target} <= kept)):
        tensor = (link.source, link.label, link.shape)
        silent = tensor in told or link.role in ("aim", "kept")
        found.append(replace(link, shape="") if silent else link)
        if link.role != "aim":
            told.add(tensor)
    return tuple(found)


def spine(picture: Picture) -> tuple[str, ...]:
    """The longest way through the picture, which is best drawn as one straight line."""
    order = {box.id: number for number, box in enumerate(picture.boxes)}
    before: dict[str, list[str]] = {}
    for link in picture.links:
        if link.role == "data" and order[link.source] < order[link.target]:
            before.setdefault(link.target, []).append(link.source)
    length, came = dict[str, int](), dict[str, str]()
    for box_id in order:
        # of equally long ways the first in the file
        came_from = max(before.get(box_id, []), key=lambda source: length[source], default="")
        length[box_id] = 1 + length.get(came_from, 0)
        came[box_id] = came_from
    at = max(length, key=lambda box_id: length[box_id], default="")
    way = list[str]()
    while at:
        way.append(at)
        at = came[at]
    return tuple(reversed(way))


def _leads(ways: Sequence[str], end: str, after: Mapping[str, list[str]], order: Mapping[str, int]) -> bool:
    """Whether a way from one of some boxes comes to another, going forward in `order` alone: so none is looked at
    behind that one."""
    seen, waiting = set[str](), [step for step in ways if order[step] < order[end]]
    while waiting:
        at = waiting.pop()
        for step in after.get(at, ()):
            if step == end:
                return True
            if order[at] < order[step] < order[end] and step not in seen:
                seen.add(step)
                waiting.append(step)
    return False
