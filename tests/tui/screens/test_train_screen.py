"""The train screen by its keys: what is shown in which size, looking back, steering."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from netloom.runtime.control import ControlError
from netloom.runtime.events import RunEnded, RunFailed
from netloom.tui.model.observed import Inside
from netloom.tui.model.pictures import Shown
from netloom.tui.model.run_client import RunClient
from netloom.tui.model.seeing import Seeing
from netloom.tui.screens.knob import KnobDialog
from netloom.tui.screens.leave import StopDialog
from netloom.tui.screens.train import TrainScreen
from netloom.tui.widgets.chart import Chart
from netloom.tui.widgets.confusion import ConfusionView
from netloom.tui.widgets.figures import Figures, Findings, RunLine, TimeLine
from netloom.tui.widgets.pane_names import PaneNames
from netloom.tui.widgets.picture import Pictures
from netloom.tui.widgets.ridges import Ridges

from ..records import events, write
from ..shown import Holder, text_of
from .on_train import a_desk, drive


class Living(RunClient):
    """A run that seems to train, and remembers what it is told."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.sent: list[dict[str, Any]] = []
        self.refuses = ""

    @property
    def state(self) -> str:
        return "running"

    def silent_seconds(self, now: float) -> float:
        return 1.0 if now else 0.0

    def send(self, command: dict[str, Any]) -> dict[str, Any]:
        self.sent.append(command)
        if self.refuses:
            raise ControlError(self.refuses)
        return {"ok": True}


@pytest.fixture
def living(tmp_path: Path) -> Living:
    return Living(write(tmp_path, "digits-1", events(epochs=5, ended="")))


@pytest.fixture
def ended(tmp_path: Path) -> RunClient:
    return RunClient(write(tmp_path, "digits-1"))


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
def test_a_run_on_the_screen(ended: RunClient, size: tuple[int, int], golden: Callable[[str, str], None]) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        golden(f"tui/train_{size[0]}x{size[1]}.txt", text_of(app))

    drive(a_desk(ended), act, size)


def test_a_large_terminal_shows_all_of_it(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        screen = app.screen
        for kind in (RunLine, Figures, Findings, Ridges, Pictures):
            assert screen.query_one(kind).size.height > 0
        assert all(chart.size.height > 8 for chart in screen.query(Chart))
        assert not screen.query_one(TimeLine).display
        assert "accuracy 0.94" in screen.query_one(Figures).words
        assert "dense1: gradients" in screen.query_one(Ridges).words

    drive(a_desk(ended), act)


def test_a_small_terminal_shows_a_pane_at_a_time(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        seen = []
        for _ in range(4):
            kinds = (Chart, Figures, Ridges, Pictures)
            seen.append([kind.__name__ for kind in kinds if app.screen.query(kind).first().size.height > 0])
            await pilot.press("right_square_bracket")
            await pilot.pause()
        assert seen == [["Chart"], ["Figures"], ["Ridges"], ["Pictures"]]

    drive(a_desk(ended), act, (80, 24))


def test_what_is_found_wrong_is_seen_from_every_pane(tmp_path: Path) -> None:
    failed = RunFailed(step=80, message="step 81: `log` gives NaN", file="net.yaml", line=12, layer="dense1")
    told = [*events(epochs=2, ended=""), failed, RunEnded(step=80, status="failed", epochs=2, seconds=1.0, metrics={})]
    run = RunClient(write(tmp_path, "digits-1", told))

    async def act(app: Holder, pilot: Pilot[None]) -> None:
        text = text_of(app)
        assert "✗ failed at net.yaml:12" in text
        assert "Numbers !" in text
        assert "`log` gives NaN" in app.screen.query_one(Findings).words

    drive(a_desk(run), act, (80, 24))


def test_a_pane_is_chosen_by_a_click_on_its_name(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.click(PaneNames, offset=(25, 0))
        await pilot.pause()
        assert app.screen.query_one(Ridges).size.height > 0

    drive(a_desk(ended), act, (80, 24))


def test_a_pane_alone_and_back(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        before = app.screen.query_one("#loss", Chart).size.height
        await pilot.press("z")
        await pilot.pause()
        assert app.screen.query_one("#loss", Chart).size.height > before
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen.query_one("#loss", Chart).size.height == before

    drive(a_desk(ended), act)


def test_both_charts_are_looked_at_alike(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("y", "right", "left", "plus")
        await pilot.pause()
        looks = {chart.look for chart in app.screen.query(Chart)}
        assert len(looks) == 1
        (look,) = looks
        assert look.log
        assert look.cursor is not None
        assert look.window is not None
        assert f"step {look.cursor:,.0f}" in text_of(app)
        await pilot.press("0")
        await pilot.pause()
        assert app.screen.query_one("#metric", Chart).look.window is None

    drive(a_desk(ended), act)


def test_the_metric_can_be_changed(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        chart = app.screen.query_one("#metric", Chart)
        assert "accuracy" in str(chart.border_title)
        await pilot.press("m")
        await pilot.pause()
        assert "accuracy" not in str(chart.border_title)

    drive(a_desk(ended), act)


def test_looking_back_and_playing(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        line = app.screen.query_one(TimeLine)
        await pilot.press("comma", "comma")
        await pilot.pause()
        assert line.display
        assert line.words == "looking back, step 307 of 320"
        assert "as it was  epoch 8/8" in app.screen.query_one(RunLine).words
        await pilot.press("escape")
        await pilot.pause()
        assert not line.display
        await pilot.press("p")
        await pilot.pause()
        assert line.words == "playing, step 0 of 320"
        await pilot.click(TimeLine, offset=(60, 0))
        await pilot.pause()
        assert line.words != "playing, step 0 of 320"
        await pilot.press("p")
        for _ in range(6):
            await pilot.press("greater_than_sign")
        await pilot.pause()
        assert not line.display

    drive(a_desk(ended), act)


def test_gradients_activations_weights(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        ridges = app.screen.query_one(Ridges)
        await pilot.press("g")
        assert "activations" in str(ridges.border_title)
        await pilot.press("g")
        assert "dense1: weights by layer" in ridges.words

    drive(a_desk(ended), act)


def test_looking_inside(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        screen = app.screen
        assert isinstance(screen, TrainScreen)
        picture = Shown(np.ones((4, 4, 1)), "3 as 7 99%", wrong=True)
        seen = Inside(pictures_step=320, pictures={"filters": (picture,)})
        screen._seen = Seeing(beside=lambda _folder, _row: seen)
        await pilot.press("i")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "wrong: 3 as 7 99%" in screen.query_one(Pictures).words
        assert "✗ 3 as 7" in text_of(app)
        await pilot.press("v", "v", "v")
        await pilot.pause()
        assert screen.query_one(ConfusionView).size.height > 0
        assert "96.7% right" in screen.query_one(ConfusionView).words

    drive(a_desk(ended), act)


@pytest.mark.parametrize(
    ("key", "command"),
    [
        ("space", {"do": "pause"}),
        ("n", {"do": "step", "count": 1}),
        ("N", {"do": "step", "count": 10}),
        ("c", {"do": "checkpoint"}),
        ("S", {"do": "stop", "checkpoint": True}),
        ("d", {"do": "dropout", "on": False}),
    ],
)
def test_keys_steer(living: Living, key: str, command: dict[str, Any]) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press(key)
        await app.workers.wait_for_complete()
        assert living.sent == [command]

    drive(a_desk(living), act)


@pytest.mark.parametrize("key", ["n", "enter", "escape"])
def test_stopping_asks_first(living: Living, key: str) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("s")
        await pilot.pause()
        assert isinstance(app.screen, StopDialog)
        for words in ("Go on (esc)", "Only stop (d)", "Save and stop (s)"):
            assert words in text_of(app)
        await pilot.press(key)
        await pilot.pause()
        assert living.sent == []

    drive(a_desk(living), act, (80, 24))


@pytest.mark.parametrize(("key", "saves"), [("s", True), ("d", False)])
def test_stopping_with_and_without_a_checkpoint(living: Living, key: str, saves: bool) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("s", key)
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert living.sent == [{"do": "stop", "checkpoint": saves}]

    drive(a_desk(living), act)


def test_the_learning_rate_shows_old_and_new(living: Living) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("l")
        await pilot.pause()
        assert isinstance(app.screen, KnobDialog)
        await pilot.press("slash", "x", "enter")
        assert "no number" in text_of(app)
        app.screen.query_one(Input).value = "/10"
        await pilot.pause()
        assert "0.0005 -> 5e-05" in text_of(app) or "0.0005 -> 5.0e-05" in text_of(app)
        await pilot.press("enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert living.sent == [{"do": "knob", "name": "learning_rate", "value": pytest.approx(5e-5)}]

    drive(a_desk(living), act)


def test_a_refused_command_is_told(living: Living) -> None:
    living.refuses = "digits-1 is not running here"

    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "not running here" in text_of(app)

    drive(a_desk(living), act)


def test_who_may_only_look_steers_nothing(living: Living) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("space", "S", "l")
        await app.workers.wait_for_complete()
        assert living.sent == []
        assert isinstance(app.screen, TrainScreen)

    drive(a_desk(living, read_only=True), act)


def test_a_run_that_has_ended_is_not_steered(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        await pilot.pause()
        assert "has ended" in text_of(app)

    drive(a_desk(ended), act)


def test_without_a_run_it_says_where_runs_are() -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        assert "no run on the desk" in text_of(app)
        await pilot.press("space", "comma", "m", "g", "v", "y", "p", "escape", "i")
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)

    drive(a_desk(None), act)


def test_in_plain_mode_words_stand_for_drawings(ended: RunClient) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        text = text_of(app)
        assert "train: 2.35 at step 0" in text
        assert not any(0x2800 <= ord(sign) < 0x2900 or sign in "▁▂▃▄▅▆▇█▀━" for sign in text)

    drive(a_desk(ended, plain=True), act)


def test_the_display_can_be_frozen(living: Living) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("b")
        await pilot.pause()
        assert "frozen" in text_of(app)

    drive(a_desk(living), act)
