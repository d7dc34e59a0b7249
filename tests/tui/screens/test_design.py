"""Design: every key does to the file what it says, and undo takes it back byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.widgets import Input

from netloom.tui.desk import Desk
from netloom.tui.model.sketch import Sketch
from netloom.tui.widgets.inspector import Inspector
from netloom.tui.widgets.problems import ProblemsPane
from netloom.tui.widgets.totals_bar import TotalsBar
from netloom.tui.widgets.yaml_pane import YamlPane

from ..program import NARROW, WIDE, Driven, drive, on_text, opened

TEXT = """\
# a small network, for the tests
netloom: 1
data: {source: digits, prepare: [scale], split: {test: 0.2}}
network:
  layers:
    - flatten
    - dense: {units: 100, activation: relu}  # the hidden layer
    - dense: 10
train: {loss: cross_entropy, epochs: 1}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return on_text(tmp_path, TEXT)


def test_the_file_is_shown_and_counted(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        assert all(word in it.text for word in ("dense1", "100 units", "6,500 parameters", "8×8×1", "net.yaml"))
        assert "7.51 k parameters" in it.text
        assert "# the hidden layer" in it.screen.query_one(YamlPane).text

    drive(act, desk)


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_golden_screens(desk: Desk, size: tuple[int, int], golden: Callable[[str, str], None]) -> None:
    async def act(it: Driven) -> None:
        golden(f"designer/design_{size[0]}.txt", it.text)

    drive(act, desk, size=size)


def test_a_layer_is_added_behind_the_focused_one(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("a")
        await it.type("dropout")
        await it.press("enter")
        lines = it.sketch.text.splitlines()
        assert "- dropout" in lines[7]
        assert it.screen.graph.focused_id == "dropout1"
        assert it.sketch.changed

    drive(act, desk)


def test_deleted_and_back_again(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("x")
        assert "units: 100" not in it.sketch.text
        assert "650 parameters" in it.text
        await it.press("ctrl+z")
        assert it.sketch.text == TEXT
        assert it.screen.query_one(YamlPane).text == TEXT
        await it.press("ctrl+y")
        assert "units: 100" not in it.sketch.text

    drive(act, desk)


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (["d"], "      - dense: {units: 100, activation: relu}"[2:]),
        (["greater_than_sign"], "    - dense: 10\n    - dense: {units: 100"),
        (["less_than_sign"], "    - dense: {units: 100, activation: relu}  # the hidden layer\n    - flatten"),
    ],
)
def test_duplicate_and_move(desk: Desk, keys: list[str], found: str) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press(*keys)
        assert found in it.sketch.text
        if keys == ["d"]:
            assert it.sketch.text.count("units: 100") == 2
        await it.press("ctrl+z")
        assert it.sketch.text == TEXT

    drive(act, desk)


def test_rename_with_all_its_uses(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("r")
        assert it.screen.query_one(Input).value == "dense1"
        await it.type("hidden")
        await it.press("enter")
        assert "name: hidden" in it.sketch.text
        assert "hidden" in it.text

    drive(act, desk)


def test_wrap_in_a_block_and_unwrap(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("w")
        await it.type("Hidden")
        await it.press("enter")
        assert "blocks:" in it.sketch.text
        assert "- Hidden" in it.sketch.text
        assert not it.app.desk.checked.errors  # type: ignore[union-attr]

    drive(act, desk)


def test_an_option_set_in_the_form_is_written(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        inspector = it.screen.query_one(Inspector)
        inspector.post_message(Inspector.SetOption("dense1", "units", 50))
        await it.settle()
        assert "units: 50, activation: relu}  # the hidden layer" in it.sketch.text
        assert "3,250 parameters" in it.text

    drive(act, desk)


def test_what_is_typed_is_checked(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        pane = it.screen.query_one(YamlPane)
        pane.focus()
        pane.go_to(8, 14)
        await it.settle()
        await it.press("end")
        await it.type("x")
        assert "- dense: 10x" in it.sketch.text
        assert "✗ 1 error" in it.text
        assert it.screen.query_one(ProblemsPane).display
        await it.press("ctrl+z")
        assert it.sketch.text == TEXT
        assert "error" not in it.screen.query_one(TotalsBar).render().plain

    drive(act, desk)


def test_with_a_broken_text_the_old_picture_stays_grey_and_nothing_is_edited(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        pane = it.screen.query_one(YamlPane)
        pane.focus()
        pane.go_to(5, 1)
        await it.settle()
        await it.type("[")
        assert it.screen.graph.grey
        assert "dense1" in it.text
        before = it.sketch.text
        await it.to("dense1")
        await it.press("x")
        assert it.sketch.text == before
        assert "cannot be read" in it.notes

    drive(act, desk)


def test_connect_takes_two_presses(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("flatten1")
        await it.press("c")
        await it.to("dense2")
        await it.press("c")
        assert it.sketch.text != TEXT
        links = {(link.source, link.target) for link in it.app.desk.checked.picture.links}  # type: ignore[union-attr]
        assert any(source == "flatten_1" and target != "dense1" for source, target in links)

    drive(act, desk)


def test_colours_go_round(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.press("o")
        assert it.screen.graph.heat["dense1"].share == 1.0
        assert "coloured by work" in it.text
        await it.press("o", "o")
        assert it.screen.graph.heat is None

    drive(act, desk)


def test_save_writes_the_file_and_its_mark_goes(desk: Desk, tmp_path: Path) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("x")
        assert "net.yaml ●" in it.text
        await it.press("ctrl+s")
        assert "●" not in it.text.splitlines()[0]

    drive(act, desk)
    assert "units: 100" not in (tmp_path / "net.yaml").read_text(encoding="utf-8")


def test_leaving_asks_for_what_is_not_saved(desk: Desk, tmp_path: Path) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("x", "ctrl+q")
        assert "not saved" in it.text
        await it.press("escape")
        assert it.app.is_running
        await it.press("ctrl+q", "s")

    drive(act, desk)
    assert "units: 100" not in (tmp_path / "net.yaml").read_text(encoding="utf-8")


def test_read_only_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(TEXT, encoding="utf-8")

    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("x", "d", "ctrl+s")
        assert it.sketch.text == TEXT
        assert "only looked at" in it.notes

    drive(act, opened(file, read_only=True))


def test_a_file_that_is_not_there_yet_begins_empty_and_grows(tmp_path: Path) -> None:
    async def act(it: Driven) -> None:
        await it.press("a")
        await it.type("dense")
        await it.press("enter")
        assert "dense" in it.sketch.text
        assert "dense1" in it.text

    drive(act, Desk(sketch=Sketch.new("", tmp_path / "new.yaml"), runs=tmp_path, timers=False))


def test_help_tells_the_keys_of_the_pane_and_of_the_screen(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.press("f1")
        assert all(word in it.text for word in ("Graph view", "Along the lines", "Select"))
        await it.press("end")
        assert all(word in it.text for word in ("Everywhere", "ctrl+q", "Settings"))
        await it.press("escape")
        assert "Everywhere" not in it.text

    drive(act, desk)


def test_panes_go_round_on_a_small_screen(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.press("right_square_bracket")
        assert it.screen.query_one(Inspector).display
        assert "units" not in it.text  # flatten has none
        await it.press("f6")  # in a field a bracket is text
        assert "# a small network" in it.text

    drive(act, desk, size=NARROW)
