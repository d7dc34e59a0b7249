"""The view of boxes, row by row."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netloom.compiler.diagram import Box, Link, Picture, marked
from netloom.tui.model.box_text import bar, size_of, text_of
from netloom.tui.model.marks import Heat, Mark
from netloom.tui.model.paint import BoxScene
from netloom.tui.model.scene import Lit, Run, plain

from .pictures import chain, residual


def text(scene: BoxScene, lit: Lit | None = None) -> str:
    """The whole picture."""
    rows = [scene.row(y, lit or Lit()) for y in range(scene.height)]
    return "\n".join("".join(part for part, _ in row).rstrip() for row in rows) + "\n"


def words_in(row: list[Run], role: str) -> str:
    """What stands in a row in one role."""
    return "".join(part for part, tone in row if tone.role == role)


@pytest.mark.parametrize("zoom", [0, 1, 2])
def test_a_block_with_a_way_round(golden: Callable[[str, str], None], zoom: int) -> None:
    scene = BoxScene.of(marked(residual()), zoom)
    golden(f"designer/boxes{zoom}.txt", text(scene, Lit(focused="Block1.conv2d2")))


def test_every_row_is_as_wide_as_the_scene() -> None:
    for zoom in (0, 1, 2):
        scene = BoxScene.of(marked(residual()), zoom)
        widths = {sum(len(part) for part, _ in scene.row(y, Lit(focused="stem"))) for y in range(scene.height)}
        assert widths == {scene.width}


def test_remarks_selection_and_focus_are_signs_not_only_colours() -> None:
    scene = BoxScene.of(residual(), 2)
    bare = text(scene)
    assert not set("✖✓┏╔") & set(bare)
    marks = {"stem": Mark("error", "no", 3), "logits": Mark("warning", "odd")}
    shown = text(scene, Lit("Block1.add1", frozenset({"image"}), marks))
    assert "✖3" in shown
    assert " ! ╮" in shown
    assert "┏━" in shown
    assert "╔✓" in shown


def test_grey_boxes_have_broken_borders() -> None:
    scene = BoxScene.of(residual(), 2)
    assert "╭╌╌" in text(scene, Lit(grey=True))
    assert "╭╌╌" not in text(scene)


def test_focus_changes_only_the_rows_it_names() -> None:
    scene = BoxScene.of(marked(residual()), 2)
    for before, now in (("image", "stem"), ("Block1.conv2d2", "logits"), ("label", "loss cross_entropy")):
        named = {y for box in (before, now) for low, high in scene.rows_of(box) for y in range(low, high + 1)}
        named |= {y + 1 for y in named}
        changed = {y for y in range(scene.height) if scene.row(y, Lit(before)) != scene.row(y, Lit(now))}
        assert changed
        assert changed <= named
        own = scene.places[now]
        assert set(range(own.y, own.y + own.height)) <= changed


def test_lines_of_the_focused_box_are_bright() -> None:
    scene = BoxScene.of(residual(), 2)
    below = scene.places["stem"].y + scene.places["stem"].height
    assert "┃" in words_in(scene.row(below, Lit("stem")), "hot")
    assert words_in(scene.row(below, Lit("stem")), "hot-label") == "8×8×8"
    assert words_in(scene.row(below, Lit("label")), "hot") == ""


def test_heat_is_a_bar_with_words() -> None:
    heat = {"stem": Heat(1.0, "4.0 ms"), "logits": Heat(0.25, "1.0 ms")}
    scene = BoxScene.of(residual(), 2, hot=True)
    shown = text(scene, Lit(heat=heat))
    assert "████████" in shown
    assert "4.0 ms" in shown
    assert "██ " in shown
    stem = scene.places["stem"]
    assert {tone.warm for _, tone in scene.row(stem.y + 1, Lit(heat=heat)) if tone.family == "weights"} == {10}


def test_bars_have_eighths_of_columns() -> None:
    assert [bar(share, 2) for share in (0, 1 / 16, 0.5, 1, 3)] == ["  ", "▏ ", "█ ", "██", "██"]


def test_a_box_tells_more_the_larger_it_is() -> None:
    stem = residual().boxes[1]
    assert [len(text_of(stem, zoom)) for zoom in (0, 1, 2)] == [1, 2, 3]
    assert text_of(stem, 2)[2].left == "80 parameters"
    sizes = [size_of(stem, 1, zoom) for zoom in (0, 1, 2)]
    assert all(width % 2 for width, _ in sizes)
    assert [height for _, height in sizes] == [1, 4, 5]
    assert size_of(stem, 12, 0)[0] >= 47


def test_wide_and_missing_signs_do_not_move_the_borders() -> None:
    box = Box("a", "层e\u0301\n", "dense", "weights", "宽 units")
    for zoom in (0, 1, 2):
        scene = BoxScene.of(Picture("wide", (box,), ()), zoom)
        assert {len(line) for line in text(scene).splitlines()} == {scene.width}
        assert "□e□" in text(scene)


def test_what_is_under_a_cell() -> None:
    scene = BoxScene.of(residual(), 2)
    for name, place in scene.places.items():
        assert scene.at(place.x, place.y) == name
        assert scene.at(place.x + place.width - 1, place.y + place.height - 1) == name
        assert scene.at(place.x + place.width, place.y) != name
    [frame] = scene.layout.frames
    assert scene.at(frame.place.x + frame.title_at + 1, frame.place.y) == "Block1"
    assert scene.at(frame.place.x + frame.title_at + 1, frame.place.y + 1) is None


def test_plain_rows_are_ascii_but_for_times_signs_in_shapes() -> None:
    scene = BoxScene.of(marked(residual()), 2)
    for y in range(scene.height):
        assert all(part.isascii() for part, _ in plain(scene.row(y, Lit("stem"))))


def test_a_row_of_a_long_chain_is_found_without_the_others() -> None:
    scene = BoxScene.of(chain(300), 2)
    place = scene.places["dense200"]
    assert "dense200" in words_in(scene.row(place.y + 1, Lit()), "name")
    assert "▼" in "".join(part for part, _ in scene.row(place.y, Lit()))
    assert scene.row(scene.height + 5, Lit())[0][0].strip() == ""


def test_names_of_branches_stand_at_their_lines() -> None:
    boxes = tuple(Box(name, name, "dense", "weights") for name in ("before", "one", "two", "three"))
    links = (
        Link("before", "one", "8"), Link("one", "two", "8"), Link("two", "joined", "8", branch="body"),
        Link("before", "three", "8"), Link("three", "joined", "8", branch="side"), Link("before", "joined", "8", branch="keep"),
    )  # fmt: skip
    picture = Picture("x", (*boxes, Box("joined", "joined", "add", "join")), links)
    shown = text(BoxScene.of(marked(picture), 2))
    assert [shown.count(word) for word in ("body · 8", "side · 8", "keep", "keep ·")] == [1, 1, 1, 0]
    assert "keep" not in text(BoxScene.of(picture, 0))
