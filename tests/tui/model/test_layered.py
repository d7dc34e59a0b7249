"""The layout of boxes: nothing lies on anything else, and every line goes from its source to its target."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.compiler.diagram import Box, Group, Item, Link, Picture
from netloom.tui.model.columns import nearest
from netloom.tui.model.nested import Layout, Place, laid_out
from netloom.tui.model.routes import Pins, channel

Cell = tuple[int, int]


def measure(box: Box, lines: int) -> tuple[int, int]:
    """Boxes of different sizes."""
    return max(7 + 2 * (len(box.id) % 4), 4 * lines + 1), 3 + len(box.id) % 2


def picture_of(
    count: int, pairs: set[tuple[int, int]], groups: list[tuple[int, int]], *, circles: bool = False
) -> Picture:
    """Numbered boxes, some neighbours of them in groups, joined from the lower to the higher number."""
    boxes: list[Item] = [Box(f"b{number}", f"b{number}", "dense", "weights") for number in range(count)]
    links = tuple(
        Link(f"b{a}", f"b{b}", label="second" if (a + b) % 5 == 0 else "")
        if a < b or circles
        else Link(f"b{b}", f"b{a}")
        for a, b in sorted(pairs)
        if a != b and max(a, b) < count
    )
    for number, (start, length) in enumerate(groups):
        part = boxes[start : start + length]
        if len(part) > 1:
            boxes[start : start + length] = [Group(f"g{number}", f"group {number}", tuple(part), kind="Block")]
    return Picture("drawn", tuple(boxes), links)


PAIRS = st.sets(st.tuples(st.integers(0, 17), st.integers(0, 17)), max_size=45)
GROUPS = st.lists(st.tuples(st.integers(0, 12), st.integers(2, 6)), max_size=4)


def legs(points: tuple[Cell, ...]) -> list[tuple[Cell, str]]:
    """Every cell of a way with how the line lies in it: `|`, `-`, or `+` where it turns."""
    found: dict[Cell, set[str]] = {}
    for (x1, y1), (x2, y2) in pairwise(points):
        assert x1 == x2 or y1 == y2, "lines go straight down or along a row"
        for x in range(min(x1, x2), max(x1, x2) + 1):
            for y in range(min(y1, y2), max(y1, y2) + 1):
                found.setdefault((x, y), set()).add("|" if x1 == x2 else "-")
    return [(cell, "".join(sorted(signs)) if len(signs) == 1 else "+") for cell, signs in found.items()]


def check(picture: Picture, layout: Layout) -> None:
    """No box on another, no two nets in one cell but where they cross, every line from border to border."""
    assert set(layout.places) == {box.id for box in picture.boxes}
    for a, b in combinations(layout.places.values(), 2):
        assert a.x + a.width < b.x or b.x + b.width < a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
    inside = {cell: name for name, place in layout.places.items() for cell in cells(place)}
    taken: dict[Cell, dict[int, set[str]]] = {}
    for route in layout.routes:
        ways = legs(route.points)
        if not route.back:
            ends = (route.link.source, route.link.target)
            assert [inside.get(route.points[0]), inside.get(route.points[-1])] == list(ends)
            assert {inside[cell] for cell, _ in ways if cell in inside} == set(ends)
        for cell, sign in ways:
            taken.setdefault(cell, {}).setdefault(route.net, set()).add(sign)
    for cell, nets in taken.items():
        if len(nets) > 1:
            assert len(nets) == 2, f"three nets in {cell}"
            assert {tuple(signs) for signs in nets.values()} == {("|",), ("-",)}, f"two nets share {cell}"
    every = [*taken, *inside]
    assert all(0 <= x < layout.width and 0 <= y < layout.height for x, y in every)


def cells(place: Place) -> list[Cell]:
    """Every cell of a box."""
    return [(x, y) for x in range(place.x, place.x + place.width) for y in range(place.y, place.y + place.height)]


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 18), PAIRS, GROUPS)
def test_no_two_nets_share_a_leg(count: int, pairs: set[tuple[int, int]], groups: list[tuple[int, int]]) -> None:
    picture = picture_of(count, pairs, groups)
    layout = laid_out(picture, measure)
    check(picture, layout)
    assert len(layout.routes) == len({(link.source, link.target, link.label) for link in picture.links})


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), PAIRS, GROUPS)
def test_circles_are_drawn_and_go_back_up(
    count: int, pairs: set[tuple[int, int]], groups: list[tuple[int, int]]
) -> None:
    picture = picture_of(count, pairs, groups, circles=True)
    layout = laid_out(picture, measure)
    check(picture, layout)
    for route in layout.routes:
        assert route.back == (route.points[0][1] > route.points[-1][1])


def test_frames_go_round_their_boxes_and_no_others() -> None:
    picture = picture_of(8, {(a, a + 1) for a in range(7)} | {(0, 5), (2, 7)}, [(1, 4)])
    layout = laid_out(picture, measure)
    [frame] = layout.frames
    around = frame.place
    for name, place in layout.places.items():
        within = around.x < place.x and place.x + place.width < around.x + around.width
        within = within and around.y < place.y and place.y + place.height < around.y + around.height
        assert within == (name in {"b1", "b2", "b3", "b4"})


def test_the_longest_way_is_one_straight_line() -> None:
    picture = picture_of(9, {(a, a + 1) for a in range(8)} | {(1, 4), (4, 7), (0, 8)}, [])
    layout = laid_out(picture, measure)
    assert len({place.x + place.width // 2 for place in layout.places.values()}) == 1
    straight = [route for route in layout.routes if int(route.link.target[1:]) - int(route.link.source[1:]) == 1]
    assert [len(route.points) for route in straight] == [2] * 8


def test_a_circle_of_columns_is_cut_by_a_column_of_its_own() -> None:
    crossing = channel([Pins(0, 2, (8,)), Pins(1, 8, (2,))])
    assert crossing.tracks == 3
    assert sorted(len(turns) for turns in crossing.turns.values()) == [2, 4]


def test_nearest_places_keep_apart_and_move_least() -> None:
    assert nearest([0, 0, 10], [1, 1, 1], [4, 4]) == [-2, 2, 10]
