"""What can be seen inside a run, on the train screen: the border and the slider, one look after the other, numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from textual.pilot import Pilot

from netloom.runtime.events import Mapped
from netloom.runtime.mapped import pack
from netloom.tui.model.observed import Answer, Inside
from netloom.tui.model.pictures import Shown
from netloom.tui.model.run_client import RunClient
from netloom.tui.model.seeing import Seeing
from netloom.tui.screens.numbers import NumbersScreen
from netloom.tui.screens.train import TrainScreen
from netloom.tui.widgets.answers import Answers
from netloom.tui.widgets.input_map import InputMapView
from netloom.tui.widgets.looks_pane import LooksPane

from ..records import events, write
from ..shown import Holder, text_of
from .on_train import a_desk, drive


@pytest.fixture
def ended(tmp_path: Path) -> RunClient:
    return RunClient(write(tmp_path, "digits-1"))


def border(step: int, share: int) -> Mapped:
    """A plane whose lower rows are of the first class."""
    taken = np.zeros((8, 8), np.uint8)
    taken[share:] = 1
    values = np.stack([taken, np.full((8, 8), 255, np.uint8)])
    points = np.array([[0.5, 0.1, 0], [0.5, 0.9, 1]], np.float32)
    return Mapped(step=step, axes=(("x[0]", 0.0, 1.0), ("x[1]", 0.0, 1.0)), counts=(8, 8), classes=("a", "b"),
                  values=pack(values), points=pack(points) if step == 0 else "")  # fmt: skip


@pytest.fixture
def mapped(tmp_path: Path) -> RunClient:
    told = events("moons-1")
    return RunClient(write(tmp_path, "moons-1", [told[0], border(0, 8), *told[1:-3], border(300, 4), *told[-3:]]))


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
def test_the_border_moves_with_the_slider(mapped: RunClient, size: tuple[int, int]) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        screen = app.screen
        view = screen.query_one(InputMapView)
        await pilot.press(*["right_square_bracket"] * (3 if size[0] == 80 else 2))
        await pilot.pause()
        assert app.focused is view
        assert str(view.border_title).startswith("decision border")
        assert "b: 50% of the plane" in view.words
        assert "● a  ▲ b" in text_of(app)
        assert "100% of 2 points" in view.words
        await pilot.press(*["comma"] * 10)
        await pilot.pause()
        assert "step 0" in str(view.border_subtitle)
        assert "b: 0% of the plane" in view.words
        await pilot.press("escape")
        assert "step 300" in str(view.border_subtitle)

    drive(a_desk(mapped), act, size)


def test_the_border_in_plain_words_and_in_a_light_theme(mapped: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        view = app.screen.query_one(InputMapView)
        assert "decision border at step 300" in text_of(app)
        app.theme = "textual-light"
        await pilot.pause()
        assert "b: 50% of the plane" in view.words

    drive(a_desk(mapped, plain=True), act)


def test_there_is_a_look_for_all_that_was_seen(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        picture = Shown(np.ones((4, 4, 1)), "3: off by 0.1")
        answers = (Answer("validation", 7, "3", 0.98, "8"), Answer("validation", 0, "5", 1.0, "5"))
        seen = Inside(pictures_step=320, pictures={"reconstructions": (picture,)}, answers=answers)
        screen._seen = Seeing(beside=lambda _folder, _row: seen)
        await pilot.press("i")
        await app.workers.wait_for_complete()
        await pilot.pause()
        pane = screen.query_one(LooksPane)
        assert pane.look == "reconstructions"
        assert "reconstructions, 1 of 3  (v: next)" in text_of(app)
        await pilot.press("v")
        assert pane.look == "answers"
        assert "wrong: 3 (98%), true 8: validation 7" in screen.query_one(Answers).words
        await pilot.pause()
        assert "✗ 3 ( 98%)  true 8" in text_of(app)
        await pilot.press("v", "v")
        assert pane.look == "reconstructions"
        await pilot.press("V")
        assert pane.look == "confusion"

    drive(a_desk(ended), act)


def test_a_step_in_numbers_is_opened_from_a_run(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("w")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(app.screen, NumbersScreen)
        # this record never was a training: it has no weights
        assert "no checkpoint" in text_of(app)
        await pilot.press("escape")
        assert isinstance(app.screen, TrainScreen)

    drive(a_desk(ended), act)
