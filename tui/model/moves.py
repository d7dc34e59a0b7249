"""Where the focus goes from a box."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from ...compiler.diagram import Link
from .nested import Place

Way = Literal["down", "up", "left", "right", "over", "over-back", "next", "before", "first", "last"]
"""`over`, `over-back`: along the line that goes furthest; `next`, `before`: in the order of calculation."""


def step(places: Mapping[str, Place], links: Iterable[Link], at: str, way: Way) -> str:
    """The box that is reached from `at`; `at` itself where the way leads nowhere."""
    order = list(places)
    if not order:
        return ""
    if at not in places or way in ("first", "last"):
        return order[-1 if way == "last" else 0]
    if way in ("next", "before"):
        number = order.index(at) + (1 if way == "next" else -1)
        return order[max(0, min(len(order) - 1, number))]
    if way in ("left", "right"):
        return _beside(places, at, 1 if way == "right" else -1)
    forwards = way in ("down", "over")
    ends = [
        link.target if forwards else link.source for link in links if at == (link.source if forwards else link.target)
    ]
    ends = [end for end in ends if end in places]
    if not ends:
        return at if way in ("over", "over-back") else _beyond(places, at, 1 if forwards else -1)
    if way in ("over", "over-back"):
        return max(ends, key=lambda end: abs(places[end].y - places[at].y))
    return min(ends, key=lambda end: (abs(places[end].y - places[at].y), _across(places[end], places[at])))


def _across(a: Place, b: Place) -> int:
    return abs(2 * a.x + a.width - 2 * b.x - b.width)


def _beside(places: Mapping[str, Place], at: str, sign: int) -> str:
    """The nearest box on one side, of those in the same rows if there are some."""
    own = places[at]
    side = [(name, place) for name, place in places.items() if sign * (place.x - own.x) > 0 and name != at]
    level = [(name, place) for name, place in side if place.y < own.y + own.height and own.y < place.y + place.height]
    return min(level, key=lambda found: _across(found[1], own), default=(at, own))[0]


def _beyond(places: Mapping[str, Place], at: str, sign: int) -> str:
    """The nearest box further down or up, for boxes that no line leads on from."""
    own = places[at]
    side = [(name, place) for name, place in places.items() if sign * (place.y - own.y) > 0]
    return min(side, key=lambda f: (abs(f[1].y - own.y), _across(f[1], own)), default=(at, own))[0]
