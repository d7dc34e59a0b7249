"""The problems by their keys: gone to, mended, explained."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from netloom.tui.model.checking import check_text
from netloom.tui.widgets.problems import ProblemsPane

from .screen import Holder, shown

FAULTY = """\
data: {source: digits, prepare: [scale]}
network: {layers: [flatten, {dense: {units: 10, activation: rellu}}, {dense: 0}]}
train: {loss: cross_entropy}
"""


class Problems(Holder):
    """The pane, and what was asked for."""

    def __init__(self) -> None:
        super().__init__(ProblemsPane())

    @property
    def pane(self) -> ProblemsPane:
        assert isinstance(self.widget, ProblemsPane)
        return self.widget

    def on_problems_pane_chosen(self, event: ProblemsPane.Chosen) -> None:
        self.said.append(("go", event.diagnostic.code))

    def on_problems_pane_fix(self, event: ProblemsPane.Fix) -> None:
        self.said.append(("fix", event.diagnostic.code))

    def on_problems_pane_left(self) -> None:
        self.said.append("left")


def within(check: Callable[[Pilot[None], Problems], Coroutine[Any, Any, None]], text: str = FAULTY) -> None:
    async def inner() -> None:
        app = Problems()
        async with app.run_test(size=(80, 24)) as pilot:
            app.pane.show(check_text(text, None, 1).problems)
            app.pane.focus()
            await pilot.pause()
            await check(pilot, app)

    asyncio.run(inner())


def test_each_says_place_sentence_way_out_and_code(golden: Callable[[str, str], None]) -> None:
    async def check(pilot: Pilot[None], app: Problems) -> None:
        golden("tui/problems.txt", shown(app))

    within(check)


def test_f8_goes_to_one_after_the_other_and_round_again() -> None:
    async def check(pilot: Pilot[None], app: Problems) -> None:
        for _ in range(3):
            app.pane.action_next()
            await pilot.pause()
        assert app.said == [("go", "E101"), ("go", "E105"), ("go", "E101")]

    within(check)


def test_enter_goes_there_f_mends_and_escape_leaves() -> None:
    async def check(pilot: Pilot[None], app: Problems) -> None:
        await pilot.press("down", "enter", "up", "f", "escape")
        assert app.said == [("go", "E105"), ("fix", "E101"), "left"]

    within(check)


def test_i_explains_the_code() -> None:
    async def check(pilot: Pilot[None], app: Problems) -> None:
        await pilot.press("i")
        await pilot.pause()
        assert "E101, line 2" in shown(app)
        assert "Wrong:" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Wrong:" not in shown(app)

    within(check)


def test_the_chosen_one_stays_chosen_when_another_is_mended() -> None:
    async def check(pilot: Pilot[None], app: Problems) -> None:
        await pilot.press("down")
        mended = FAULTY.replace("rellu", "relu")
        app.pane.show(check_text(mended, None, 2).problems)
        assert app.pane.problem is not None
        assert app.pane.problem.diagnostic.code == "E105"

    within(check)


def test_without_problems_nothing_is_shown() -> None:
    async def check(pilot: Pilot[None], app: Problems) -> None:
        app.pane.show(())
        await pilot.pause()
        assert not app.pane.display
        app.pane.action_next()
        app.pane.action_fix()
        assert app.said == []

    within(check)
