"""The palette by its keys, as a pane and as a dialog."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Label

from netloom.dsl.edit import Document
from netloom.tui.model.palette import LATELY
from netloom.tui.widgets.palette import PaletteDialog, PalettePane

from .screen import Holder, shown

OWN = Document("blocks: {Wide: {options: {units: int}, layers: [{dense: $units}]}}\n")


class Palette(Holder):
    """The pane, and what was chosen."""

    def __init__(self) -> None:
        super().__init__(PalettePane(OWN))

    def on_palette_pane_chosen(self, event: PalettePane.Chosen) -> None:
        self.said.append(event.kind)

    def on_palette_pane_left(self) -> None:
        self.said.append("left")


@pytest.fixture(autouse=True)
def _nothing_lately() -> None:
    LATELY.kinds.clear()


def within(check: Callable[[Pilot[None], Palette], Coroutine[Any, Any, None]]) -> None:
    async def inner() -> None:
        app = Palette()
        async with app.run_test(size=(26, 20)) as pilot:
            app.widget.focus()
            await pilot.pause()
            await check(pilot, app)

    asyncio.run(inner())


def test_the_pane_of_26_columns(golden: Callable[[str, str], None]) -> None:
    async def check(pilot: Pilot[None], app: Palette) -> None:
        golden("tui/palette.txt", shown(app))

    within(check)


def test_a_kind_is_searched_for_and_taken() -> None:
    async def check(pilot: Pilot[None], app: Palette) -> None:
        await pilot.press(*"linear", "enter")
        assert app.said == ["dense"]
        assert "Lately" in shown(app)

    within(check)


def test_down_goes_past_the_headings_and_around() -> None:
    async def check(pilot: Pilot[None], app: Palette) -> None:
        await pilot.press("down", "enter")
        LATELY.kinds.clear()
        app.widget.query_one(Input).value = "x"
        await pilot.press("backspace", "up", "enter")
        assert app.said == ["dense", "bernoulli"]

    within(check)


def test_escape_clears_the_search_and_then_leaves() -> None:
    async def check(pilot: Pilot[None], app: Palette) -> None:
        await pilot.press("x", "y", "z", "z", "y")
        assert "No kind is called" in shown(app)
        await pilot.press("enter", "escape")
        assert app.said == []
        await pilot.press("escape")
        assert app.said == ["left"]

    within(check)


def test_what_is_no_kind_is_told_how_it_is_said_here() -> None:
    async def check(pilot: Pilot[None], app: Palette) -> None:
        await pilot.press(*"sequential")
        assert "Write the layers as a" in shown(app)

    within(check)


@pytest.mark.parametrize(("keys", "given"), [(("r", "e", "l", "u", "enter"), "relu"), (("escape",), None)])
def test_the_dialog_gives_the_kind_or_none(keys: tuple[str, ...], given: str | None) -> None:
    async def inner() -> None:
        app, found = Holder(Label("below")), list[str | None]()
        async with app.run_test(size=(80, 24)) as pilot:
            await app.push_screen(PaletteDialog(OWN), found.append)
            await pilot.pause()
            assert "Every output reads every input" in shown(app)
            await pilot.press(*keys)
            await pilot.pause()
        assert found == [given]

    asyncio.run(inner())
