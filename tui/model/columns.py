"""Columns for the boxes of a layered drawing: lines as straight as may be, and nothing on anything else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Pull = tuple[int, float, float]
"""Another element, how far from its anchor this one's is wanted, and how strongly."""
SWEEPS = 3


@dataclass(slots=True)
class Elements:
    """What is placed: boxes, and the places where lines pass a rank. `left` and `right`: columns on either side of the
    anchor, the anchor's own in neither. `up` and `down`: what each is pulled by, above and below it."""

    left: list[int]
    right: list[int]
    up: list[list[Pull]]
    down: list[list[Pull]]
    through: list[bool]


def columns(ranks: Sequence[Sequence[int]], elements: Elements, gap: int) -> list[int]:
    """The anchor columns of all elements, from 0 at the leftmost cell on; `ranks` are ordered from left to right."""
    places = [0.0] * len(elements.left)
    for rank in ranks:
        offset = 0.0
        for before, at in zip([None, *rank], rank, strict=False):
            offset += 0 if before is None else _apart(elements, before, at, gap)
            places[at] = offset
        middle = offset / 2
        for at in rank:
            places[at] -= middle
    for _ in range(SWEEPS):
        _sweep(ranks, elements, elements.up, places, gap)
        _sweep(list(reversed(ranks)), elements, elements.down, places, gap)
    whole = _whole(ranks, elements, places, gap)
    for upwards in (True, False, True):
        for rank in ranks if upwards else reversed(ranks):
            _straighten(rank, elements, whole, gap, upwards=upwards)
    least = min(whole[at] - elements.left[at] for rank in ranks for at in rank)
    return [place - least for place in whole]


def _apart(elements: Elements, a: int, b: int, gap: int) -> int:
    """Columns from anchor to anchor of two neighbours, at least."""
    room = min(gap, 2) if elements.through[a] and elements.through[b] else gap
    return elements.right[a] + 1 + room + elements.left[b]


def _sweep(
    ranks: Sequence[Sequence[int]], elements: Elements, pulls: Sequence[Sequence[Pull]], places: list[float], gap: int
) -> None:
    for rank in ranks:
        wants, weights = [], []
        for at in rank:
            want, weight = _wanted(pulls[at], places)
            wants.append(places[at] if weight == 0 else want)
            weights.append(weight or 0.2)
        apart = [_apart(elements, a, b, gap) for a, b in zip(rank, rank[1:], strict=False)]
        for at, place in zip(rank, nearest(wants, weights, apart), strict=True):
            places[at] = place


def _wanted(pulls: Sequence[Pull], places: Sequence[float] | Sequence[int]) -> tuple[float, float]:
    weight = sum(strength for _, _, strength in pulls)
    if not weight:
        return 0.0, 0.0
    return sum(strength * (places[other] + shift) for other, shift, strength in pulls) / weight, weight


def nearest(wants: Sequence[float], weights: Sequence[float], apart: Sequence[float]) -> list[float]:
    """Places nearest to those wanted (least weighted squares) whose neighbours are so far apart at least: pool adjacent
    violators, which is exact."""
    offsets = [0.0]
    for gap in apart:
        offsets.append(offsets[-1] + gap)
    pools: list[list[float]] = []
    for want, weight, offset in zip(wants, weights, offsets, strict=True):
        pools.append([weight * (want - offset), weight, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            moment, mass, members = pools.pop()
            pools[-1][0] += moment
            pools[-1][1] += mass
            pools[-1][2] += members
    bases = [moment / mass for moment, mass, members in pools for _ in range(int(members))]
    return [base + offset for base, offset in zip(bases, offsets, strict=True)]


def _whole(ranks: Sequence[Sequence[int]], elements: Elements, places: Sequence[float], gap: int) -> list[int]:
    """Places as whole columns, still apart."""
    found = [0] * len(places)
    for rank in ranks:
        for before, at in zip([None, *rank], rank, strict=False):
            place = round(places[at])
            found[at] = place if before is None else max(place, found[before] + _apart(elements, before, at, gap))
    return found


def _straighten(rank: Sequence[int], elements: Elements, places: list[int], gap: int, *, upwards: bool) -> None:
    """Moves each element to where its strongest line on one side goes straight, as far as its neighbours leave room; the
    strongest first. What is pulled more from the other side stays."""
    sides = (elements.up, elements.down) if upwards else (elements.down, elements.up)
    strongest = {at: max(sides[0][at], key=lambda pull: pull[2], default=None) for at in rank}
    number = {at: position for position, at in enumerate(rank)}
    done = set[int]()
    for at in sorted(rank, key=lambda at: -(strongest[at] or (0, 0.0, 0.0))[2]):
        pull = strongest[at]
        if pull is not None and all(pull[2] >= other[2] for other in sides[1][at]):
            goal = round(places[pull[0]] + pull[1])
            _move(rank, number[at], goal, elements, places, gap, done)
        done.add(at)


def _move(
    rank: Sequence[int], position: int, goal: int, elements: Elements, places: list[int], gap: int, done: set[int]
) -> None:
    """Moves one element towards its goal, pushing those that are not yet where they are to stay."""
    step = 1 if goal > places[rank[position]] else -1
    chain, room, reach = [rank[position]], abs(goal - places[rank[position]]), position
    pushed = [room]
    while room and 0 <= reach + step < len(rank):
        here, beside = rank[reach], rank[reach + step]
        apart = _apart(elements, here, beside, gap) if step > 0 else _apart(elements, beside, here, gap)
        spare = abs(places[beside] - places[here]) - apart
        need = pushed[-1] - spare
        if need <= 0:
            break
        if beside in done:
            pushed = [max(0, push - need) for push in pushed]
            break
        chain.append(beside)
        pushed.append(need)
        reach += step
    for at, push in zip(chain, pushed, strict=True):
        places[at] += step * push
