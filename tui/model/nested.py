"""A whole picture laid out in terminal cells: every open group is a drawing of its own with a frame round it, and stands
as one node in the drawing it lies in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from ...compiler.diagram import Box, Group, Item, Link, Picture, boxes_in, spine
from ...compiler.diagram_words import title
from .layered import Net, Node, Point, layered

FRAME_X, FRAME_Y = 2, 1
"""Columns and rows between a frame's outside and what is in it."""
TITLE_SIGNS = 5
"""Columns a title takes besides its words."""


@dataclass(frozen=True, slots=True)
class Place:
    """Cells of a box or frame."""

    x: int
    y: int
    width: int
    height: int

    def moved(self, x: int, y: int) -> Place:
        """So much to the right and down."""
        return replace(self, x=self.x + x, y=self.y + y)


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of an open group; `title_at` and `title_room`: columns from its left where its title may stand."""

    id: str
    name: str
    kind: str
    place: Place
    depth: int
    title_at: int
    title_room: int


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a link, from the source's border to the target's. Routes with one `net` carry the same tensor, and lie
    on each other as far as they go together. `back`: it goes upwards."""

    link: Link
    net: int
    points: tuple[Point, ...]
    back: bool = False


@dataclass(slots=True)
class Layout:
    """Where everything of a picture is, in cells."""

    width: int
    height: int
    places: dict[str, Place]
    frames: list[Frame]
    routes: list[Route]


Measure = Callable[[Box, int], tuple[int, int]]
"""The columns (an odd number) and rows of a box, for so many lines on its busiest side."""


@dataclass(slots=True)
class _Block:
    """A laid-out level: what is in it, and where nets come and go on its outside."""

    width: int
    height: int
    places: dict[str, Place] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)
    entries: dict[int, int] = field(default_factory=dict)
    exits: dict[int, int] = field(default_factory=dict)
    inward: dict[tuple[int, str], list[Point]] = field(default_factory=dict)
    outward: dict[int, list[Point]] = field(default_factory=dict)
    within: dict[tuple[int, str], list[Point]] = field(default_factory=dict)

    def moved(self, x: int, y: int) -> _Block:
        """The same further right and down; entries and exits, which are counted from its left, stay."""

        def shift(way: list[Point]) -> list[Point]:
            return [(a + x, b + y) for a, b in way]

        return _Block(
            self.width, self.height, {name: place.moved(x, y) for name, place in self.places.items()},
            [replace(frame, place=frame.place.moved(x, y)) for frame in self.frames], self.entries, self.exits,
            {key: shift(way) for key, way in self.inward.items()}, {net: shift(way) for net, way in self.outward.items()},
            {key: shift(way) for key, way in self.within.items()},
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A net of the whole picture, between boxes."""

    source: str
    targets: tuple[str, ...]


@dataclass(slots=True)
class _Task:
    """What stays the same on all levels."""

    tensors: list[_Tensor]
    straight: frozenset[tuple[str, str]]
    measure: Measure
    gap: int
    labels: bool
    busiest: dict[str, int]


def laid_out(picture: Picture, measure: Measure, *, gap: int = 3, labels: bool = True) -> Layout:
    """Lays a picture out. Groups that would lie in a circle with other boxes get no frame."""
    links, back = _forwards(picture)
    keys: dict[tuple[str, str, bool, bool], int] = {}
    targets: list[dict[str, None]] = []
    nets = list[int]()
    for link, turned in zip(links, back, strict=True):
        net = keys.setdefault((link.source, link.label, link.role == "aim", turned), len(keys))
        if net == len(targets):
            targets.append({})
        targets[net][link.target] = None
        nets.append(net)
    tensors = [_Tensor(key[0], tuple(ends)) for key, ends in zip(keys, targets, strict=True)]
    way = spine(picture)
    straight = {*zip(way, way[1:], strict=False), *((k.source, k.target) for k in links if k.source in way[-1:])}
    task = _Task(tensors, frozenset(straight), measure, gap, labels, _busiest(tensors))
    block = _level(picture.items, range(len(tensors)), (), (), task, 0)
    routes = [_route(link, net, block, turned=turned) for link, net, turned in zip(links, nets, back, strict=True)]
    return Layout(block.width, block.height, block.places, block.frames, routes)


def _route(link: Link, net: int, block: _Block, *, turned: bool) -> Route:
    points = _corners(block.within[net, link.target])
    if not turned:
        return Route(link, net, points)
    return Route(replace(link, source=link.target, target=link.source), net, points[::-1], back=True)


def _corners(points: Sequence[Point]) -> tuple[Point, ...]:
    """The way without points in which it does not turn."""
    found: list[Point] = []
    for point in points:
        if found and point == found[-1]:
            continue
        if len(found) > 1 and (found[-2][0] == found[-1][0] == point[0] or found[-2][1] == found[-1][1] == point[1]):
            found.pop()
        found.append(point)
    return tuple(found)


def _forwards(picture: Picture) -> tuple[list[Link], list[bool]]:
    """Links between boxes that are there, each once; those that would close a circle turned round."""
    known = {box.id for box in picture.boxes}
    found = {(k.source, k.target, k.label, k.role == "aim"): k for k in reversed(picture.links)}
    links = [k for k in reversed(found.values()) if k.source != k.target and {k.source, k.target} <= known]
    if not _circling([(link.source, link.target) for link in links]):
        return links, [False] * len(links)
    order = {box.id: number for number, box in enumerate(picture.boxes)}
    back = [order[link.source] > order[link.target] for link in links]
    turned = [
        replace(link, source=link.target, target=link.source, label="") if turn else link
        for link, turn in zip(links, back, strict=True)
    ]
    return turned, back


def _busiest(tensors: Iterable[_Tensor]) -> dict[str, int]:
    """How many nets come to a box, or leave it: whichever is more."""
    into: dict[str, int] = {}
    out: dict[str, int] = {}
    for tensor in tensors:
        out[tensor.source] = out.get(tensor.source, 0) + 1
        for target in tensor.targets:
            into[target] = into.get(target, 0) + 1
    return {name: max(into.get(name, 0), out.get(name, 0)) for name in {*into, *out}}


def _circling(pairs: Iterable[tuple[object, object]]) -> set[object]:
    """What lies in a circle, or between two."""
    left = set(pairs)
    while left:
        sources, targets = {a for a, _ in left}, {b for _, b in left}
        kept = {(a, b) for a, b in left if a in targets and b in sources}
        if kept == left:
            return sources | targets
        left = kept
    return set()


def _children(items: Sequence[Item], tensors: Sequence[_Tensor]) -> tuple[list[Item], dict[str, int]]:
    """What is drawn as one on a level; groups that lie in a circle are opened."""
    children = list(items)
    while True:
        child_of = {box.id: number for number, item in enumerate(children) for box in boxes_in([item])}
        pairs = {
            (child_of[tensor.source], child_of[target])
            for tensor in tensors
            if tensor.source in child_of
            for target in tensor.targets
            if target in child_of and child_of[target] != child_of[tensor.source]
        }
        looped = {at for at in _circling(pairs) if isinstance(at, int) and isinstance(children[at], Group)}
        if not looped:
            return children, child_of
        opened: list[Item] = []
        for number, item in enumerate(children):
            opened += item.items if number in looped and isinstance(item, Group) else (item,)
        children = opened


def _level(
    items: Sequence[Item], nets: Iterable[int], entering: Sequence[int], leaving: Sequence[int], task: _Task, depth: int
) -> _Block:
    """Lays one level out: `nets` touch it, some of them `entering` from above or `leaving` below."""
    every = list(nets)
    children, child_of = _children(items, [task.tensors[net] for net in every])
    blocks = [_child(item, number, child_of, every, task, depth) for number, item in enumerate(children)]
    nodes = [_node(child, child_of, task) for child in zip(children, blocks, strict=True)]
    entry = {net: len(nodes) + position for position, net in enumerate(entering)}
    nodes += [Node(1, 0, pin="first") for _ in entering]
    exit_ = {net: len(nodes) + position for position, net in enumerate(leaving)}
    nodes += [Node(1, 0, pin="last") for _ in leaving]
    local, numbers = _local_nets(every, child_of, entry, exit_, task)
    nodes = [_renumbered(node, numbers) for node in nodes]
    drawing = layered(nodes, local, gap=task.gap, labels=task.labels)
    found = _Block(drawing.width, drawing.height)
    for number, child in enumerate(children):
        x, y = drawing.left[number], drawing.top[number]
        block = blocks[number]
        if block is None:
            found.places[child.id] = Place(x, y, nodes[number].width, nodes[number].height)
        else:
            blocks[number] = moved = block.moved(x, y)
            found.places |= moved.places
            found.frames += moved.frames
            found.within |= moved.within
    found.entries = {net: drawing.left[at] for net, at in entry.items()}
    found.exits = {net: drawing.left[at] for net, at in exit_.items()}
    ways = {(numbers[0][number], at): way for (number, at), way in drawing.ways.items()}
    _join(found, ways, blocks, child_of, entry, exit_, task)
    return found


def _child(
    item: Item, number: int, child_of: Mapping[str, int], nets: Sequence[int], task: _Task, depth: int
) -> _Block | None:
    """An open group, laid out and framed."""
    if isinstance(item, Box):
        return None
    entering, leaving, touching = [], [], []
    for net in nets:
        tensor = task.tensors[net]
        own = child_of.get(tensor.source) == number
        inside = [child_of.get(target) == number for target in tensor.targets]
        if own or any(inside):
            touching.append(net)
        if own and not all(inside):
            leaving.append(net)
        if not own and any(inside):
            entering.append(net)
    return _framed(item, _level(item.items, touching, entering, leaving, task, depth + 1), depth)


def _framed(group: Group, inner: _Block, depth: int) -> _Block:
    """A level with a frame round it; everything in it keeps its place within."""
    name, kind = title(group)
    block = inner.moved(FRAME_X, FRAME_Y)
    block.entries = {net: column + FRAME_X for net, column in inner.entries.items()}
    block.exits = {net: column + FRAME_X for net, column in inner.exits.items()}
    width = inner.width + 2 * FRAME_X
    gates = [0, *sorted(block.entries.values())]
    need = len(name) + TITLE_SIGNS
    if all(end - start - 2 < need for start, end in pairwise([*gates, width - 1])):
        width = gates[-1] + need + 3
    width += 1 - width % 2
    block.width, block.height = width, inner.height + 2 * FRAME_Y
    runs = [(end - start - 2, start) for start, end in pairwise([*gates, width - 1])]
    first = runs[0][0] >= len(name) + len(kind) + TITLE_SIGNS + 1
    room, start = runs[0] if first else max(runs, key=lambda run: run[0])
    place = Place(0, 0, width, block.height)
    block.frames = [Frame(group.id, name, kind, place, depth, start + 1, room), *block.frames]
    return block


def _node(child: tuple[Item, _Block | None], child_of: Mapping[str, int], task: _Task) -> Node:
    item, block = child
    if isinstance(item, Box) or block is None:
        assert isinstance(item, Box), "a group has a block"
        return Node(*task.measure(item, task.busiest.get(item.id, 0)))
    return Node(block.width, block.height, block.entries, block.exits)


def _renumbered(node: Node, numbers: tuple[list[int], dict[int, int]]) -> Node:
    """A node whose ports are named by the level's own numbers of nets."""
    if node.entries is None or node.exits is None:
        return node
    local = numbers[1]
    return replace(
        node,
        entries={local[net]: column for net, column in node.entries.items() if net in local},
        exits={local[net]: column for net, column in node.exits.items() if net in local},
    )


def _local_nets(
    nets: Sequence[int], child_of: Mapping[str, int], entry: Mapping[int, int], exit_: Mapping[int, int], task: _Task
) -> tuple[list[Net], tuple[list[int], dict[int, int]]]:
    """The nets of a level, between its children; and their numbers in the picture, and the other way."""
    found, known, local = list[Net](), list[int](), dict[int, int]()
    for net in nets:
        tensor = task.tensors[net]
        source = entry.get(net, child_of.get(tensor.source, -1))
        ends = {child_of[target]: target for target in tensor.targets if target in child_of}
        straight = {child_of[t] for t in tensor.targets if t in child_of and (tensor.source, t) in task.straight}
        if net in exit_:
            ends[exit_[net]] = ""
        targets = tuple(end for end in ends if end != source)
        if targets and source >= 0:
            local[net] = len(found)
            known.append(net)
            found.append(Net(source, targets, frozenset(straight & set(targets))))
    return found, (known, local)


def _join(
    found: _Block, ways: Mapping[tuple[int, int], list[Point]], blocks: Sequence[_Block | None],
    child_of: Mapping[str, int], entry: Mapping[int, int], exit_: Mapping[int, int], task: _Task,
) -> None:  # fmt: skip
    """Puts the pieces of each way together: out of the source's group, over this level, into the target's group."""
    for (net, at), way in ways.items():
        tensor = task.tensors[net]
        whole = list(way)
        if net not in entry:
            inner = blocks[child_of[tensor.source]]
            whole = [*(inner.outward[net] if inner else []), *way]
        if at == exit_.get(net):
            found.outward[net] = whole
            continue
        into = blocks[at]
        for target in tensor.targets:
            if child_of.get(target) == at:
                ended = [*whole, *(into.inward[net, target] if into else [])]
                (found.inward if net in entry else found.within)[net, target] = ended
