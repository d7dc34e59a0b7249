"""The chart, and the panes of pictures and ridges, by mouse and keys in small applications."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from netloom.tui.model.curves import Curve
from netloom.tui.model.pictures import Shown
from netloom.tui.model.told import Going
from netloom.tui.widgets.chart import Chart
from netloom.tui.widgets.figures import RunLine
from netloom.tui.widgets.picture import Pictures, picture_text

from ..shown import text_of

STEPS = np.arange(0.0, 1000.0)
CURVE = Curve("train", STEPS, np.exp(-STEPS / 300), True, 0)


class Small(App[None]):
    """Holds one chart and looks as it is asked to."""

    def __init__(self, *, plain: bool = False) -> None:
        super().__init__()
        self.chart = Chart("loss", plain=plain)

    def compose(self) -> ComposeResult:
        """The chart alone."""
        yield self.chart

    def on_chart_looked(self, event: Chart.Looked) -> None:
        """Do as asked."""
        self.chart.look_at(event.look)


def drive(app: Small, act: Callable[[Pilot[None]], Awaitable[None]]) -> None:
    """Show the chart and do something with it."""

    async def shown() -> None:
        async with app.run_test(size=(80, 20)) as pilot:
            app.chart.focus()
            await pilot.pause()
            await act(pilot)

    asyncio.run(shown())


def test_an_empty_chart_says_so() -> None:
    app = Small()

    async def act(pilot: Pilot[None]) -> None:
        assert "no values yet" in text_of(app)
        app.chart.show((), empty="mark runs with space")
        await pilot.pause()
        assert "mark runs with space" in text_of(app)

    drive(app, act)


def test_a_click_sets_the_cross_hair() -> None:
    app = Small()

    async def act(pilot: Pilot[None]) -> None:
        app.chart.show((CURVE,))
        await pilot.pause()
        await pilot.click(Chart, offset=(43, 8))
        await pilot.pause()
        assert app.chart.look.cursor == pytest.approx(500, abs=15)
        assert "step 5" in text_of(app) or "step 4" in text_of(app)
        await pilot.click(Chart, offset=(2, 8))
        assert app.chart.look.cursor == pytest.approx(500, abs=15)

    drive(app, act)


def test_zoom_stays_while_points_arrive() -> None:
    app = Small()

    async def act(pilot: Pilot[None]) -> None:
        app.chart.show((CURVE,))
        await pilot.pause()
        await pilot.click(Chart, offset=(30, 8))
        await pilot.press("plus", "plus")
        await pilot.pause()
        window = app.chart.look.window
        assert window is not None
        more = np.arange(0.0, 5000.0)
        app.chart.show((Curve("train", more, np.exp(-more / 300), True, 0),))
        await pilot.pause()
        assert app.chart.look.window == window
        assert "zoom" in str(app.chart.border_subtitle)
        await pilot.press("0")
        await pilot.pause()
        assert app.chart.look.window is None

    drive(app, act)


def test_keys_of_the_chart() -> None:
    app = Small()

    async def act(pilot: Pilot[None]) -> None:
        app.chart.show((CURVE,))
        await pilot.press("y", "t", "home", "right")
        await pilot.pause()
        look = app.chart.look
        assert (look.log, look.smoothing) == (True, 2)
        assert look.cursor == pytest.approx(999 / 50)
        assert "log · smoothed more" in str(app.chart.border_subtitle)

    drive(app, act)


def test_colours_follow_the_theme() -> None:
    app = Small()

    async def act(pilot: Pilot[None]) -> None:
        app.chart.show((CURVE,))
        await pilot.pause()
        dark = app.export_screenshot()
        app.theme = "textual-light"
        await pilot.pause()
        assert "#5ab4ff" in dark
        light = app.export_screenshot()
        assert "#5ab4ff" not in light
        assert "#005fb8" in light

    drive(app, act)


def test_words_stand_over_the_chart_in_plain_mode() -> None:
    app = Small(plain=True)

    async def act(pilot: Pilot[None]) -> None:
        app.chart.show((CURVE,))
        await pilot.pause()
        assert "train: 1 at step 0, now 0.03579 at 999" in text_of(app)

    drive(app, act)


def test_pictures_stand_in_rows_with_their_words() -> None:
    shown = [Shown(np.zeros((4, 4, 1)), f"{n}") for n in range(5)]
    lines = picture_text(shown, 14, 4, plain=True).plain.splitlines()
    assert [line.split() for line in lines if line.strip()] == [["0", "1"], ["2", "3"], ["4"]]


def test_a_wrong_example_has_a_sign() -> None:
    text = picture_text([Shown(np.ones((2, 8, 1)), "3 as 8", wrong=True)], 40, 8, plain=True).plain
    assert text.splitlines() == ["@" * 8, "✗ 3 as 8"]


def test_the_line_of_a_run_leaves_out_what_there_is_no_room_for() -> None:
    going = Going(
        "▶", "running", share=0.5, epoch="epoch 1/2", step="step 5/10", left="ends in 3 s", speed="9 examples/s"
    )

    async def shown(width: int) -> str:
        class Line(App[None]):
            def compose(self) -> ComposeResult:
                yield RunLine()

        app = Line()
        async with app.run_test(size=(width, 5)) as pilot:
            app.query_one(RunLine).show(going)
            await pilot.pause()
            return text_of(app).splitlines()[0]

    wide, narrow = asyncio.run(shown(120)), asyncio.run(shown(44))
    assert all(
        word in wide for word in ("running", "━", "50%", "epoch 1/2", "ends in 3 s", "step 5/10", "9 examples/s")
    )
    assert "▶ running" in narrow
    assert "50%" in narrow
    assert "examples/s" not in narrow


def test_pictures_without_colour_are_ink(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    class Seen(App[None]):
        def compose(self) -> ComposeResult:
            yield Pictures("filters")

    async def shown() -> None:
        app = Seen()
        async with app.run_test(size=(40, 12)) as pilot:
            app.query_one(Pictures).show([Shown(np.ones((4, 4, 1)), "one")], "filters")
            await pilot.pause()
            text = text_of(app)
            assert "@@@@" in text
            assert "▀" not in text

    asyncio.run(shown())
