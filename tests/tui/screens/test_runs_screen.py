"""The screen of runs by its keys: list, filter, marks, comparison, and what is done with a run."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from netloom.tui.desk import Desk
from netloom.tui.model.sketch import Sketch
from netloom.tui.screens import run_actions
from netloom.tui.screens.ask import Ask
from netloom.tui.screens.confirm import Confirm
from netloom.tui.screens.runs import RunsScreen
from netloom.tui.widgets.chart import Chart
from netloom.tui.widgets.results import ResultsView
from netloom.tui.widgets.run_table import RunTable

from ..records import SPEC, events, write
from ..shown import Holder, text_of

Act = Callable[[Holder, Pilot[None]], Awaitable[None]]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    write(folder, "digits-1")
    other = SPEC.replace("units: 20", "units: 50")
    write(folder, "digits-2", events("digits-2", epochs=3, ended="stopped", result=(0.3, 0.91)), other)
    write(folder, "other-1", events("other-1", epochs=2, ended="failed"))
    return folder


def drive(desk: Desk, act: Act, size: tuple[int, int] = (140, 45)) -> None:
    """Show the screen and do something with it."""

    async def shown() -> None:
        app = Holder(RunsScreen, desk)
        async with app.run_test(size=size, notifications=True) as pilot:
            await settled(app, pilot)
            await act(app, pilot)

    asyncio.run(shown())


async def settled(app: Holder, pilot: Pilot[None]) -> None:
    """All that was begun is done."""
    for _ in range(2):
        await pilot.pause()
        await app.workers.wait_for_complete()
    await pilot.pause()


def a_desk(runs: Path, **more: Any) -> Desk:
    return Desk(runs=runs, timers=False, **more)


def names(app: Holder) -> list[str]:
    """The runs in the list, in the order of their names."""
    table = app.screen.query_one(RunTable)
    return sorted(str(row.value) for row in table.rows)


async def mark(app: Holder, pilot: Pilot[None], *wanted: str) -> None:
    """Mark runs by name."""
    table = app.screen.query_one(RunTable)
    for name in wanted:
        table.move_cursor(row=table.get_row_index(name))
        await pilot.pause()
        await pilot.press("space")
    await settled(app, pilot)


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
def test_every_run_is_listed(runs: Path, size: tuple[int, int]) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        assert names(app) == ["digits-1", "digits-2", "other-1"]
        text = text_of(app)
        assert "✓ finished" in text
        assert "✗ failed" in text
        assert "accuracy 0.94" in text

    drive(a_desk(runs), act, size)


def test_an_empty_folder_says_how_runs_come_about(tmp_path: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        assert "train a network" in text_of(app)
        await pilot.press("enter", "p", "r", "o", "x", "space", "m")
        await settled(app, pilot)
        assert isinstance(app.screen, RunsScreen)

    drive(a_desk(tmp_path / "runs"), act)


def test_a_filter_narrows_the_list_and_escape_clears_it(runs: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("slash", *"digits", "enter")
        await settled(app, pilot)
        assert names(app) == ["digits-1", "digits-2"]
        assert "2 of 3" in text_of(app)
        await pilot.press("escape")
        await settled(app, pilot)
        assert len(names(app)) == 3

    drive(a_desk(runs), act)


def test_marked_runs_are_compared(runs: Path, golden: Callable[[str, str], None]) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-1", "digits-2")
        chart = app.screen.query_one(Chart)
        assert "validation loss, 2 runs" in str(chart.border_title)
        assert chart.words.startswith("digits-1: ")
        text = text_of(app)
        assert "★ 0.94" in text
        assert "units 20 -> 50" in text
        results = app.screen.query_one(ResultsView)
        assert results.size.height > 5
        golden("tui/runs_compared.txt", _without_place_and_time(text))
        await pilot.press("m")
        await settled(app, pilot)
        assert "validation accuracy" in str(chart.border_title)
        await mark(app, pilot, "digits-2")
        assert chart.words.count("\n") == 0

    drive(a_desk(runs), act)


def _without_place_and_time(text: str) -> str:
    """The folder and the day of the test are not its matter."""
    return re.sub(r"\d{3,} d", lambda found: "·" * len(found.group()), text.partition("\n")[2])


def test_on_a_small_terminal_panes_follow_each_other(runs: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        seen = []
        for _ in range(3):
            seen.append([app.screen.query_one(kind).size.height > 0 for kind in (RunTable, Chart, ResultsView)])
            await pilot.press("right_square_bracket")
            await pilot.pause()
        assert seen == [[True, True, False], [False, True, False], [False, False, True]]

    drive(a_desk(runs), act, (80, 24))


def test_enter_watches_and_p_plays(runs: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-1")
        await pilot.press("enter")
        await settled(app, pilot)
        assert app.watched == [runs / "digits-1"]

    drive(a_desk(runs), act)


def test_deleting_asks_first(runs: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-2")
        await pilot.press("x")
        await pilot.pause()
        assert isinstance(app.screen, Confirm)
        await pilot.press("enter")
        await settled(app, pilot)
        assert (runs / "digits-2").exists()
        await pilot.press("x", "y")
        await settled(app, pilot)
        assert not (runs / "digits-2").exists()
        assert names(app) == ["digits-1", "other-1"]

    drive(a_desk(runs), act)


def test_who_may_only_look_deletes_and_resumes_nothing(runs: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await pilot.press("x", "r")
        await settled(app, pilot)
        assert isinstance(app.screen, RunsScreen)
        assert "read only" in text_of(app)

    drive(a_desk(runs, read_only=True), act)


def test_results_are_exported(runs: Path, tmp_path: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-1")
        await pilot.press("e")
        await pilot.pause()
        assert isinstance(app.screen, Ask)
        app.screen.query_one(Input).value = str(tmp_path / "found.csv")
        await pilot.press("enter")
        await settled(app, pilot)
        assert (tmp_path / "found.csv").read_text().splitlines()[1].startswith("digits-1,finished,")

    drive(a_desk(runs), act)


def test_going_on_starts_a_training_beside_and_watches_it(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[str] = []

    def start(_path: None, _sets: dict[str, str], _runs: Path, *, resume: str) -> Path:
        begun.append(resume)
        return Path(resume)

    monkeypatch.setattr(run_actions, "start_detached", start)

    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-2")
        await pilot.press("r")
        await settled(app, pilot)
        assert begun == [str(runs / "digits-2")]
        assert app.watched == [runs / "digits-2"]

    drive(a_desk(runs), act)


def test_opening_gives_the_runs_copy_where_the_file_is_gone(runs: Path) -> None:
    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-1")
        await pilot.press("o")
        await settled(app, pilot)
        assert app.opened == [(None, SPEC)]

    drive(a_desk(runs), act)


def test_opening_takes_the_file_that_is_still_the_same(runs: Path, tmp_path: Path) -> None:
    file = tmp_path / "digits.yaml"
    file.write_text(SPEC)
    request: dict[str, Any] = {"file": str(file), "sets": {}, "epochs": None}
    (runs / "digits-1" / "request.json").write_text(json.dumps(request))
    assert run_actions.spec_of(runs / "digits-1") == (file, SPEC)
    file.write_text(SPEC + "# changed\n")
    assert run_actions.spec_of(runs / "digits-1") == (None, SPEC)


def test_a_network_that_is_not_saved_is_not_put_away(runs: Path) -> None:
    sketch = Sketch.new(SPEC)
    sketch.type_over(0, 0, "# mine\n")

    async def act(app: Holder, pilot: Pilot[None]) -> None:
        await mark(app, pilot, "digits-1")
        await pilot.press("o")
        await settled(app, pilot)
        assert app.opened == []
        assert "not saved" in text_of(app)

    drive(a_desk(runs, sketch=sketch), act)
