"""Lines through the rows between two ranks of boxes, such that no two nets lie on each other.

A net comes down in one column and goes on in one or several. Between, it runs along a row of its own, a track. Where one
net comes down in the column in which another goes on, the first needs the higher track; where that goes round in a circle,
one of them is split in two tracks, joined in a column that nobody else uses. So there is always a way. (This is the
channel routing of chip design with restricted doglegs: Deutsch, "A dogleg channel router", 1976.)
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field

Turn = tuple[int, int]
"""Column and track in which a line turns."""


@dataclass(frozen=True, slots=True)
class Pins:
    """A net in one channel: the column it comes down in, and those in which it goes on."""

    net: int
    top: int
    bottoms: tuple[int, ...]


@dataclass(slots=True)
class Channel:
    """How many tracks a channel needs, and the turns of each net on its way to each of its lower columns."""

    tracks: int
    turns: dict[tuple[int, int], list[Turn]]


@dataclass(slots=True, eq=False)
class _Wire:
    """A piece of net along one track. `top` and `ends`: where it reaches the channel's upper and lower side."""

    pins: Pins
    top: int | None
    ends: tuple[int, ...]
    low: int
    high: int
    after: list[_Wire] = field(default_factory=list)
    track: int = -1


def channel(nets: Sequence[Pins]) -> Channel:
    """Routes all nets of one channel. No two may share a top column, or a lower one."""
    used = {pins.top for pins in nets} | {end for pins in nets for end in pins.bottoms}
    bent = [pins for pins in nets if pins.bottoms != (pins.top,)]
    wires = [_Wire(p, p.top, p.bottoms, min(p.top, *p.bottoms), max(p.top, *p.bottoms)) for p in bent]
    if len(wires) == 1:
        wires[0].track = 0
        return Channel(1, _turns(wires, nets))
    while (looped := _looped(wires)) is not None:
        wires += _split(looped, used)
        wires.remove(looped)
    return Channel(_assign(wires), _turns(wires, nets))


def _above(wires: Sequence[_Wire]) -> dict[_Wire, list[_Wire]]:
    """For each wire those that must lie below it."""
    comes = {wire.top: wire for wire in wires if wire.top is not None}
    found: dict[_Wire, list[_Wire]] = {wire: list(wire.after) for wire in wires}
    for wire in wires:
        for end in wire.ends:
            upper = comes.get(end)
            if upper is not None and upper.pins is not wire.pins:
                found[upper].append(wire)
    return found


def _looped(wires: Sequence[_Wire]) -> _Wire | None:
    """A wire that would have to be above itself."""
    below = _above(wires)
    waits = dict.fromkeys(wires, 0)
    for lower in below.values():
        for wire in lower:
            waits[wire] += 1
    ready = [wire for wire in wires if not waits[wire]]
    for wire in ready:
        for lower_wire in below[wire]:
            waits[lower_wire] -= 1
            if not waits[lower_wire]:
                ready.append(lower_wire)
    left = set(wires) - set(ready)
    if not left:
        return None
    return _on_loop(left, below)


def _on_loop(left: set[_Wire], below: dict[_Wire, list[_Wire]]) -> _Wire:
    """The shortest wire of a loop; each wire in `left` is below another one in it."""
    over = {lower: wire for wire in left for lower in below[wire] if lower in left}
    way: list[_Wire] = []
    at = min(left, key=lambda wire: (wire.low, wire.high))
    while at not in way:
        way.append(at)
        at = over[at]
    return min((wire for wire in way[way.index(at) :] if wire.top is not None), key=lambda wire: wire.high - wire.low)


def _split(wire: _Wire, used: set[int]) -> list[_Wire]:
    """The wire in two, joined in a column of their own: the upper piece comes from above, the lower goes on."""
    assert wire.top is not None, "a piece without a top is in no loop"
    column = _free(wire.low, wire.high, used)
    used.add(column)
    lower = _Wire(wire.pins, None, wire.ends, min(column, *wire.ends), max(column, *wire.ends))
    upper = _Wire(wire.pins, wire.top, (), min(column, wire.top), max(column, wire.top), [lower])
    return [upper, lower]


def _free(low: int, high: int, used: set[int]) -> int:
    """A column nobody uses: within the wire, else right of it; with room beside it if there is any."""
    inner = [column for column in range(low + 1, high) if column not in used]
    airy = [column for column in inner if not {column - 1, column + 1} & used]
    if airy or inner:
        return (airy or inner)[len(airy or inner) // 2]
    column = high + 2
    while column in used:
        column += 1
    return column


def _assign(wires: Sequence[_Wire]) -> int:
    """Puts every wire on the highest track it may have; gives the number of tracks."""
    below = _above(wires)
    waits, least = dict.fromkeys(wires, 0), dict.fromkeys(wires, 0)
    for lower in below.values():
        for wire in lower:
            waits[wire] += 1
    number = {wire: at for at, wire in enumerate(wires)}
    ready = [(*_rank(wire), number[wire]) for wire in wires if not waits[wire]]
    heapq.heapify(ready)
    rows: list[list[_Wire]] = []
    while ready:
        wire = wires[heapq.heappop(ready)[-1]]
        wire.track = _fitting(wire, rows, least[wire])
        for lower_wire in below[wire]:
            least[lower_wire] = max(least[lower_wire], wire.track + 1)
            waits[lower_wire] -= 1
            if not waits[lower_wire]:
                heapq.heappush(ready, (*_rank(lower_wire), number[lower_wire]))
    return len(rows)


def _rank(wire: _Wire) -> tuple[int, int]:
    """Order in which tracks are given out, such that lines cross little: of those going right the rightmost first, of those
    going left the leftmost."""
    top = wire.low if wire.top is None else wire.top
    return (0, -top) if wire.high > top else (1, top)


def _fitting(wire: _Wire, rows: list[list[_Wire]], track: int) -> int:
    while True:
        if track == len(rows):
            rows.append([])
        if all(wire.high + 1 < other.low or other.high + 1 < wire.low for other in rows[track]):
            rows[track].append(wire)
            return track
        track += 1


def _turns(wires: Sequence[_Wire], nets: Sequence[Pins]) -> dict[tuple[int, int], list[Turn]]:
    pieces: dict[int, list[_Wire]] = {}
    for wire in wires:
        pieces.setdefault(wire.pins.net, []).append(wire)
    found: dict[tuple[int, int], list[Turn]] = {}
    for pins in nets:
        # the piece that comes from above first
        own = sorted(pieces.get(pins.net, []), key=lambda wire: wire.top is None)
        for end in pins.bottoms:
            found[pins.net, end] = _way(own, pins.top, end)
    return found


def _way(pieces: Sequence[_Wire], top: int, end: int) -> list[Turn]:
    if not pieces:
        return []
    if len(pieces) == 1:
        return [] if end == top else [(top, pieces[0].track), (end, pieces[0].track)]
    upper, lower = pieces
    joint = upper.low if upper.high == top else upper.high
    return [(top, upper.track), (joint, upper.track), (joint, lower.track), (end, lower.track)]
