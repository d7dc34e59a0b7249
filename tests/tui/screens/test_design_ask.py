"""The questions of the screen Design: no key of the answer is lost, and a refusal keeps what was typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual import events
from textual.widgets import Input, Label

from netloom.tui.desk import Desk
from netloom.tui.model.naming import block_name
from netloom.tui.screens.ask import Ask
from netloom.tui.screens.design import DesignScreen

from ..program import Driven, drive, on_text

TEXT = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  layers:
    - flatten
    - dense: {units: 20, activation: relu}
    - dense: 10
train: {loss: cross_entropy, epochs: 1}
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return on_text(tmp_path, TEXT)


@pytest.mark.parametrize(
    ("key", "dialog"), [("w", "Ask"), ("r", "Ask"), ("a", "PaletteDialog"), ("R", "PaletteDialog")]
)
def test_keys_that_come_together_reach_the_question(desk: Desk, key: str, dialog: str) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        for one in (key, *"Sten"):
            it.app.post_message(events.Key(one, one))
        await it.settle()
        assert type(it.screen).__name__ == dialog
        assert it.screen.query_one(Input).value == "Sten"
        assert it.sketch.text == TEXT

    drive(act, desk)


def test_keys_pressed_one_by_one_reach_the_question(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.pilot.press("w", "S", "t")
        assert it.screen.query_one(Input).value == "St"

    drive(act, desk)


def test_a_block_in_small_letters_gets_its_capital(desk: Desk) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press("w", *"refine", "enter")
        assert isinstance(it.screen, DesignScreen)
        assert "- Refine\n" in it.sketch.text

    drive(act, desk)


@pytest.mark.parametrize(
    ("typed", "name"), [("refine", "Refine"), ("residual block", "ResidualBlock"), ("my_net", "MyNet"), ("VGG", "VGG")]
)
def test_names_of_blocks(typed: str, name: str) -> None:
    assert block_name(typed) == name


@pytest.mark.parametrize(("key", "typed", "why"), [("w", "2nd", "cannot be the name"), ("r", "Input", "small letters")])
def test_a_refusal_keeps_the_question_and_the_answer(desk: Desk, key: str, typed: str, why: str) -> None:
    async def act(it: Driven) -> None:
        await it.to("dense1")
        await it.press(key, *typed, "enter")
        assert isinstance(it.screen, Ask)
        assert it.screen.query_one(Input).value == typed
        told = it.screen.query_one("#refused", Label)
        assert told.display
        assert why in str(told.content)
        assert it.sketch.text == TEXT
        await it.press("ctrl+u", "home", "delete", *"wide", "enter")
        assert isinstance(it.screen, DesignScreen)
        assert ("name: wide" if key == "r" else "- Wide") in it.sketch.text

    drive(act, desk)
