"""Layered drawings in terminal cells: ranks from top to bottom, boxes in ranks, lines in the rows between.

Ranks by the longest way; order within a rank by barycentres; columns by `columns.py`; the lines between two ranks by
`routes.py`. A net is one tensor on its way to all that read it: it leaves its box in one place and is drawn once as far as
its ways go together. Sugiyama, Tagawa, Toda, "Methods for visual understanding of hierarchical system structures", 1981.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .columns import Elements, Pull, columns
from .routes import Channel, Pins, channel

Point = tuple[int, int]
"""Column and row of a cell."""
SWEEPS = 2
STRAIGHT, ONLY, LONG, PLAIN = 12.0, 6.0, 4.0, 1.0
"""How strongly lines are kept straight: those of the longest way, those that neither fork nor join, those that pass ranks,
all others."""
MOST_APART = 6
"""Columns between two ports of a box, at most."""


@dataclass(frozen=True, slots=True)
class Node:
    """What is placed: columns and rows it takes (rows 0: only a place on the edge of the drawing).

    `entries` and `exits`: columns, counted from its left, in which nets come and go where that is fixed already.
    `pin`: whether it belongs into the first or the last rank.
    """

    width: int
    height: int
    entries: Mapping[int, int] | None = None
    exits: Mapping[int, int] | None = None
    pin: Literal["", "first", "last"] = ""


@dataclass(frozen=True, slots=True)
class Net:
    """A tensor: the node it comes from, those that read it; `straight`: those of them that it goes to straight on."""

    source: int
    targets: tuple[int, ...]
    straight: frozenset[int] = frozenset()


@dataclass(slots=True)
class Drawing:
    """Where everything is: left column and top row of each node, and the corners of each net's way to each target."""

    width: int
    height: int
    left: list[int]
    top: list[int]
    ways: dict[tuple[int, int], list[Point]]


@dataclass(slots=True)
class _Ranks:
    """Nodes and the places where nets pass a rank, as one numbering: nodes first. `legs`: per net and rank, the element
    it leaves and those it goes to one rank below."""

    rank: list[int]
    rows: list[list[int]]
    owner: dict[int, int] = field(default_factory=dict)
    legs: dict[tuple[int, int], tuple[int, list[int]]] = field(default_factory=dict)


def layered(nodes: Sequence[Node], nets: Sequence[Net], *, gap: int = 3, labels: bool = False) -> Drawing:
    """Draws nodes and nets without cycles. `gap`: free columns between neighbours; `labels`: whether there is a row for
    words below each box that something leaves."""
    ranks = _with_passing(_ranks_of(nodes, nets), nets, len(nodes))
    _order(ranks)
    elements, ports = _pulled(nodes, nets, ranks)
    anchors = columns(ranks.rows, elements, gap)
    _spread(nodes, nets, ranks, elements, anchors, ports)
    return _drawn(nodes, ranks, elements, anchors, ports, labels=labels)


# ranks


def _ranks_of(nodes: Sequence[Node], nets: Sequence[Net]) -> list[int]:
    """The rank of each node: as high as its sources let it, and what has no source right above what reads it."""
    after: list[set[int]] = [set() for _ in nodes]
    for net in nets:
        after[net.source] |= set(net.targets)
    waits = [0] * len(nodes)
    for targets in after:
        for target in targets:
            waits[target] += 1
    sourceless = [at for at, waiting in enumerate(waits) if not waiting]
    ready = list(sourceless)
    entries = any(node.pin == "first" for node in nodes)
    rank = [0 if node.pin == "first" else int(entries) for node in nodes]
    for at in ready:
        for target in after[at]:
            rank[target] = max(rank[target], rank[at] + 1)
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    if len(ready) < len(nodes):
        raise ValueError("the nets go round in a circle")
    for at in sourceless:
        if not nodes[at].pin and after[at]:
            rank[at] = min(rank[target] for target in after[at]) - 1
    last = max((rank[at] + 1 for at, node in enumerate(nodes) if node.pin != "last"), default=0)
    return [last if node.pin == "last" else rank[at] for at, node in enumerate(nodes)]


def _with_passing(rank: list[int], nets: Sequence[Net], count: int) -> _Ranks:
    """Adds an element wherever a net passes a rank: one, however many targets lie below."""
    found = _Ranks(rank, [[] for _ in range(max(rank, default=-1) + 1)])
    for node in range(count):
        found.rows[rank[node]].append(node)
    for number, net in enumerate(nets):
        at = net.source
        for level in range(rank[net.source], max((rank[target] for target in net.targets), default=-1)):
            below = [target for target in net.targets if rank[target] == level + 1]
            if any(rank[target] > level + 1 for target in net.targets):
                passing = len(found.rank)
                found.rank.append(level + 1)
                found.rows[level + 1].append(passing)
                found.owner[passing] = number
                below.append(passing)
            found.legs[number, level] = (at, below)
            at = below[-1]
    return found


def _order(ranks: _Ranks) -> None:
    """Orders each rank by the mean place of what its elements are joined to, downwards and upwards in turn."""
    up: list[list[int]] = [[] for _ in ranks.rank]
    down: list[list[int]] = [[] for _ in ranks.rank]
    for source, targets in ranks.legs.values():
        down[source] += targets
        for target in targets:
            up[target].append(source)
    place = {at: float(position) for row in ranks.rows for position, at in enumerate(row)}
    for _ in range(SWEEPS):
        for rows, joined in ((ranks.rows[1:], up), (ranks.rows[-2::-1], down)):
            for row in rows:
                _by_mean(row, joined, place)
    for row in ranks.rows[1:]:
        _by_mean(row, up, place)


def _by_mean(row: list[int], joined: Sequence[Sequence[int]], place: dict[int, float]) -> None:
    if len(row) > 1:
        means = {
            at: sum(map(place.__getitem__, joined[at])) / len(joined[at]) if joined[at] else place[at] for at in row
        }
        row.sort(key=means.__getitem__)
    # counted from the middle, so that ranks of different length lie over each other
    for position, at in enumerate(row):
        place[at] = position - (len(row) - 1) / 2


# columns and ports


@dataclass(slots=True)
class _Ports:
    """Columns, counted from the anchor, in which nets leave and reach elements: `out[net, element]`."""

    out: dict[tuple[int, int], int] = field(default_factory=dict)
    into: dict[tuple[int, int], int] = field(default_factory=dict)


def _pulled(nodes: Sequence[Node], nets: Sequence[Net], ranks: _Ranks) -> tuple[Elements, _Ports]:
    """What every element is pulled by, and the ports that are fixed."""
    count, every = len(nodes), len(ranks.rank)
    anchor = [_anchor(node, number, nets) for number, node in enumerate(nodes)]
    left = [*anchor, *[0] * (every - count)]
    right = [*(node.width - 1 - at for node, at in zip(nodes, anchor, strict=True)), *[0] * (every - count)]
    up: list[list[Pull]] = [[] for _ in range(every)]
    down: list[list[Pull]] = [[] for _ in range(every)]
    ports = _Ports()
    comes = Counter(target for _, targets in ranks.legs.values() for target in targets)
    for at, node in enumerate(nodes):
        ports.into |= {(net, at): column - left[at] for net, column in (node.entries or {}).items()}
        ports.out |= {(net, at): column - left[at] for net, column in (node.exits or {}).items()}
    for (net, _), (source, targets) in ranks.legs.items():
        for target in targets:
            only = len(targets) == 1 and comes[target] == 1
            strength = _strength(nets[net], source, target, count, only=only)
            shift = ports.out.get((net, source), 0) - ports.into.get((net, target), 0)
            up[target].append((source, shift, strength))
            down[source].append((target, -shift, strength))
    return Elements(left, right, up, down, [at >= count for at in range(every)]), ports


def _anchor(node: Node, number: int, nets: Sequence[Net]) -> int:
    """The column a node is placed by: its middle, or where the net that goes straight on comes in."""
    for net, column in (node.entries or {}).items():
        if number in nets[net].straight:
            return column
    return next(iter((node.entries or {}).values()), node.width // 2)


def _strength(net: Net, source: int, target: int, count: int, *, only: bool) -> float:
    if target in net.straight and source < count:
        return STRAIGHT
    if source >= count and target >= count:
        return LONG
    return ONLY if only else PLAIN


def _spread(
    nodes: Sequence[Node], nets: Sequence[Net], ranks: _Ranks, elements: Elements, anchors: list[int], ports: _Ports
) -> None:
    """Gives every net that has none a port of its own on each box, in the order in which the nets lie beside it."""
    into: dict[int, list[tuple[float, int]]] = {}
    out: dict[int, list[tuple[float, int]]] = {}
    for (net, _), (source, targets) in ranks.legs.items():
        if source < len(nodes):
            out.setdefault(source, []).append((sum(anchors[t] for t in targets) / len(targets), net))
        for target in targets:
            if target < len(nodes):
                into.setdefault(target, []).append((anchors[source] + ports.out.get((net, source), 0), net))
    for joined, known in ((into, ports.into), (out, ports.out)):
        for at, sides in joined.items():
            free = [side for side in sides if (side[1], at) not in known]
            first = next((n for _, n in free if (at in nets[n].straight if joined is into else nets[n].straight)), None)
            offsets = _offsets(sorted(free), first, anchors[at], elements.left[at], elements.right[at])
            known |= {(net, at): offset for net, offset in offsets.items()}


def _offsets(sides: list[tuple[float, int]], first: int | None, anchor: int, left: int, right: int) -> dict[int, int]:
    """A column for each net on one side of a box; `first` has the middle."""
    if len(sides) < 2:
        return {net: 0 for _, net in sides}
    half = min(left, right) - 1
    if first is None:
        straight = {net: round(column) - anchor for column, net in sides}
        values = list(straight.values())
        if all(abs(value) <= half for value in values) and all(
            b - a > 1 for a, b in zip(values, values[1:], strict=False)
        ):
            return straight
        step = max(2, min(MOST_APART, 2 * half // (len(sides) - 1)) // 2 * 2)
        return {net: step * position - step * (len(sides) - 1) // 2 for position, (_, net) in enumerate(sides)}
    lefts = [net for column, net in sides if net != first and column < anchor]
    rights = [net for column, net in sides if net != first and column >= anchor]
    found = {first: 0}
    for nets_, sign in ((list(reversed(lefts)), -1), (rights, 1)):
        step = max(1, min(MOST_APART, half // max(1, len(nets_))))
        found |= {net: sign * step * (position + 1) for position, net in enumerate(nets_)}
    return found


# rows and ways


def _drawn(
    nodes: Sequence[Node], ranks: _Ranks, elements: Elements, anchors: list[int], ports: _Ports, *, labels: bool
) -> Drawing:
    channels, heights = _channels(ranks, anchors, ports), []
    for row in ranks.rows:
        heights.append(max((nodes[at].height for at in row if at < len(nodes)), default=0))
    tops, starts, row_at = list[int](), list[int](), 0
    for level, height in enumerate(heights):
        tops.append(row_at)
        named = labels and height > 0
        starts.append(row_at + height + named)
        if level + 1 < len(heights):
            row_at += height + max(1, named + channels[level].tracks)
    total = (tops[-1] + heights[-1]) if tops else 0
    left = [anchors[at] - elements.left[at] for at in range(len(nodes))]
    top = [tops[ranks.rank[at]] for at in range(len(nodes))]
    ways = _ways(nodes, ranks, anchors, ports, channels, starts, top)
    most = max((point[0] + 1 for way in ways.values() for point in way), default=0)
    width = max([most, *(at + node.width for at, node in zip(left, nodes, strict=True))], default=0)
    return Drawing(width, total, left, top, ways)


def _channels(ranks: _Ranks, anchors: list[int], ports: _Ports) -> list[Channel]:
    pins: list[list[Pins]] = [[] for _ in ranks.rows]
    for (net, level), (source, targets) in ranks.legs.items():
        top = anchors[source] + ports.out.get((net, source), 0)
        bottoms = tuple(anchors[target] + ports.into.get((net, target), 0) for target in targets)
        pins[level].append(Pins(net, top, bottoms))
    return [channel(nets) for nets in pins]


def _ways(
    nodes: Sequence[Node], ranks: _Ranks, anchors: list[int], ports: _Ports, channels: list[Channel], starts: list[int],
    top: list[int],
) -> dict[tuple[int, int], list[Point]]:  # fmt: skip
    found: dict[tuple[int, int], list[Point]] = {}
    so_far: dict[int, list[Point]] = {}
    for (net, level), (source, targets) in ranks.legs.items():
        if source < len(nodes):
            column = anchors[source] + ports.out.get((net, source), 0)
            so_far[net] = [(column, top[source] + max(1, nodes[source].height) - 1)]
        before = so_far[net]
        for target in targets:
            end = anchors[target] + ports.into.get((net, target), 0)
            turns = channels[level].turns[net, end]
            way = [*before, *((column, starts[level] + track) for column, track in turns)]
            if target < len(nodes):
                found[net, target] = [*way, (end, top[target] - (nodes[target].height == 0))]
            else:
                so_far[net] = way
    return found
