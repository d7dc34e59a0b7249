"""The view of lanes, folding, the map, and where keys lead."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import netloom
from netloom.compiler.diagram import Box, Group, Link, Picture, marked
from netloom.tui.model.checking import check_text
from netloom.tui.model.folding import at_first, folded, group_round, heat_shown, marks_shown, stands_for
from netloom.tui.model.lanes import LaneScene, suits
from netloom.tui.model.marks import Heat, Mark
from netloom.tui.model.minimap import chart
from netloom.tui.model.moves import Way, step
from netloom.tui.model.paint import BoxScene
from netloom.tui.model.scene import Lit

from .pictures import chain, residual

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"


def row(scene: LaneScene, y: int, lit: Lit | None = None) -> str:
    """One row's signs."""
    return "".join(part for part, _ in scene.row(y, lit or Lit()))


def text(scene: LaneScene, lit: Lit | None = None) -> str:
    """Head and rows."""
    head = "".join(part for part, _ in scene.head())
    return "\n".join(line.rstrip() for line in (head, *(row(scene, y, lit) for y in range(scene.height)))) + "\n"


def test_lanes_of_a_block_with_a_way_round(golden: Callable[[str, str], None]) -> None:
    golden("designer/lanes.txt", text(LaneScene.of(marked(residual()), 100), Lit(focused="stem")))


@pytest.mark.parametrize("width", [30, 47, 72, 100, 140])
def test_every_row_is_as_wide_as_asked(width: int) -> None:
    scene = LaneScene.of(marked(residual()), width)
    assert {len(row(scene, y, Lit("stem"))) for y in range(scene.height)} == {width}
    assert sum(len(part) for part, _ in scene.head()) == width
    assert "conv2d1" in text(scene)


def test_many_tensors_at_once_leave_room_for_words() -> None:
    boxes = tuple(Box(f"d{n}", f"d{n}", "dense", "weights") for n in range(90))
    links = tuple(Link(f"d{n}", f"d{89 - n}") for n in range(45))
    scene = LaneScene.of(Picture("wide", boxes, links), 80)
    assert all(f"d{n}" in text(scene) for n in range(90))
    assert {len(row(scene, y)) for y in range(scene.height)} == {80}


def test_remarks_focus_and_selection_are_signs() -> None:
    scene = LaneScene.of(residual(), 80)
    lit = Lit("image", frozenset({"stem"}), {"stem": Mark("error"), "logits": Mark("warning")})
    assert row(scene, 0, lit)[:2] == "▶ "
    assert row(scene, 1, lit)[:2] == "✓✖"
    logits = scene.places["logits"].y
    assert row(scene, logits, lit)[1] == "!"


def test_heat_stands_at_the_end_of_the_row() -> None:
    scene = LaneScene.of(residual(), 100)
    assert "████     2.0 ms" in row(scene, 1, Lit(heat={"stem": Heat(0.5, "2.0 ms")}))


def test_focus_changes_only_the_rows_it_names() -> None:
    scene = LaneScene.of(marked(residual()), 90)
    for before, now in (("image", "stem"), ("Block1.add1", "label")):
        named = {y for box in (before, now) for low, high in scene.rows_of(box) for y in range(low, high + 1)}
        changed = {y for y in range(scene.height) if scene.row(y, Lit(before)) != scene.row(y, Lit(now))}
        assert changed <= named
        assert scene.places[now].y in changed


def test_long_chains_are_lanes_and_small_or_branched_nets_boxes() -> None:
    long = chain(100)
    assert suits(long.boxes, long.links)
    assert not suits(chain(12).boxes, chain(12).links)
    assert not suits(long.boxes, (*long.links, *long.links))


def test_a_closed_group_is_one_box_that_counts_what_is_in_it() -> None:
    picture = folded(residual(), {"Block1"})
    [block] = [box for box in picture.boxes if box.family == "block"]
    assert (block.id, block.layers, block.parameters) == ("Block1", 3, 1168)
    assert [(link.source, link.target) for link in picture.links[:3]] == [
        ("image", "stem"), ("stem", "Block1"), ("Block1", "logits"),
    ]  # fmt: skip
    assert stands_for(residual(), {"Block1"}) == dict.fromkeys(
        ("Block1.conv2d1", "Block1.conv2d2", "Block1.add1"), "Block1"
    )
    assert stands_for(residual(), set()) == {}
    assert group_round(residual(), "Block1.add1") == "Block1"
    assert group_round(residual(), "stem") is None


def test_a_closed_group_has_the_remarks_and_the_heat_of_all_in_it() -> None:
    inside = stands_for(residual(), {"Block1"})
    marks = {
        "Block1.add1": Mark("warning", "odd"),
        "Block1.conv2d1": Mark("error", "no", 2),
        "stem": Mark("warning", "hm"),
    }
    assert marks_shown(marks, inside) == {"Block1": Mark("error", "no", 3), "stem": Mark("warning", "hm")}
    heat = {"Block1.add1": Heat(0.1, "1 ms"), "Block1.conv2d1": Heat(0.7, "7 ms"), "Block1.conv2d2": Heat(0.4, "4 ms")}
    assert heat_shown(heat, inside) == {"Block1": Heat(0.7, "7 ms")}
    assert heat_shown(heat, {}) == heat


def test_large_pictures_start_with_closed_groups() -> None:
    assert at_first(residual()) == set()
    groups = tuple(
        Group(f"g{n}", f"g{n}", tuple(Box(f"g{n}.{k}", str(k), "dense", "weights") for k in range(9))) for n in range(9)
    )
    assert at_first(Picture("large", groups, ())) == {f"g{n}" for n in range(9)}


def test_groups_that_read_each_other_are_drawn_too() -> None:
    boxes = {name: Box(name, name, "dense", "weights") for name in ("a.1", "a.2", "b.1", "b.2")}
    groups = tuple(Group(g, g, (boxes[f"{g}.1"], boxes[f"{g}.2"])) for g in "ab")
    picture = Picture("crossed", groups, (Link("a.1", "b.2"), Link("b.1", "a.2")))
    for closed in (set[str](), {"a"}, {"a", "b"}):
        scene = BoxScene.of(folded(picture, closed), 2)
        assert len(scene.places) == 4 - len(closed)


WALKS: list[tuple[str, Way, str]] = [
    ("image", "down", "stem"),
    ("stem", "down", "Block1.conv2d1"),
    ("stem", "over", "Block1.add1"),
    ("Block1.add1", "over-back", "stem"),
    ("Block1.add1", "up", "Block1.conv2d2"),
    ("logits", "right", "label"),
    ("label", "left", "logits"),
    ("logits", "over-back", "Block1.add1"),
    ("stem", "first", "image"),
    ("stem", "last", "loss cross_entropy"),
    ("stem", "next", "Block1.conv2d1"),
    ("image", "before", "image"),
    ("image", "up", "image"),
    ("nowhere", "down", "image"),
]


@pytest.mark.parametrize(("start", "way", "end"), WALKS)
def test_keys_follow_the_lines(start: str, way: Way, end: str) -> None:
    picture = residual()
    assert step(BoxScene.of(picture, 2).places, picture.links, start, way) == end


def test_a_map_has_a_dot_for_every_box_and_knows_the_way_back() -> None:
    scene = BoxScene.of(chain(100), 2)
    drawn = chart(scene.places, (scene.width, scene.height), 12, 10)
    assert all(any(sign != " " for sign in line) for line in drawn.rows)
    for place in scene.places.values():
        x, y = drawn.cell(place.x, place.y)
        assert drawn.rows[y][x] != " "
        assert abs(drawn.back(x, y)[1] - place.y) <= drawn.down
    one = BoxScene.of(chain(1), 0)
    small = chart(one.places, (one.width, one.height), 40, 10)
    assert sum(sign != " " for line in small.rows for sign in line) == one.width


@pytest.mark.parametrize("name", ["deep/inception", "deep/resnet20", "blocks/highway", "deep/densenet121"])
def test_examples_are_drawn_open_and_closed(name: str) -> None:
    path = EXAMPLES / f"{name}.yaml"
    picture = check_text(path.read_text(encoding="utf-8"), path, 1).picture
    assert picture is not None
    for closed in (set[str](), at_first(picture)):
        shown = folded(picture, closed)
        scene = BoxScene.of(shown, 1)
        assert set(scene.places) == {box.id for box in shown.boxes}
        assert LaneScene.of(shown, 90).height >= len(shown.boxes)
