"""Compile, Learn, Start, numbers and export, driven by keys."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static

import netloom
from netloom.tui.desk import Desk
from netloom.tui.model.sketch import Sketch
from netloom.tui.screens.compile import CompileScreen
from netloom.tui.screens.export import ExportDialog
from netloom.tui.screens.learn import LearnScreen
from netloom.tui.screens.numbers import NumbersScreen
from netloom.tui.screens.start import StartScreen
from netloom.tui.widgets.before_after import BeforeAfter
from netloom.tui.widgets.source import LinesView, SourceView

from ..shown import text_of

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
DIGITS = EXAMPLES / "start" / "digits.yaml"
HAND = EXAMPLES / "worked" / "gradient_by_hand.yaml"


class Stage(App[None]):
    """An app with one screen, which notes what is opened."""

    def __init__(self, screen: Screen[Any]) -> None:
        super().__init__()
        self._first = screen
        self.opened: list[tuple[Path | None, str | None]] = []

    def on_mount(self) -> None:
        self.push_screen(self._first)

    async def open_file(self, path: Path | None = None, text: str | None = None) -> None:
        self.opened.append((path, text))


def driven(screen: Callable[[], Screen[Any]], keys: tuple[str, ...], size: tuple[int, int] = (140, 45)) -> Any:
    """A decorator: the function gets the app and the screen after the keys."""

    def decorate(check: Callable[[Stage, Any, Pilot[None]], Any]) -> Callable[[], None]:
        async def run() -> None:
            shown = screen()
            app = Stage(shown)
            async with app.run_test(size=size) as pilot:
                await settled(app, pilot)
                for key in keys:
                    await pilot.press(key)
                    await settled(app, pilot)
                await check(app, shown, pilot)

        return lambda: asyncio.run(run())

    return decorate


async def settled(app: App[None], pilot: Pilot[None]) -> None:
    """Until nothing goes on beside the screen."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


def words(screen: Screen[Any], id: str) -> str:
    return str(screen.query_one(id, Static).render())


def digits() -> Desk:
    return Desk(sketch=Sketch.open(DIGITS), timers=False)


@driven(lambda: CompileScreen(digits()), ("n", "n"))
async def test_passes_are_stepped_through(_app: Stage, screen: Any, _pilot: Pilot[None]) -> None:
    assert "compiled in" in words(screen, "#status")
    assert "Adds the optimiser's step" in words(screen, "#about")
    assert any(line.startswith("+ ") for line in screen.query_one(BeforeAfter).lines)


@driven(lambda: CompileScreen(digits()), ("right_square_bracket", "slash", *"dense2", "enter"))
async def test_a_layer_has_its_kernels_and_their_source(_app: Stage, screen: Any, _pilot: Pilot[None]) -> None:
    listed = screen.query_one("#kernel-list", OptionList)
    assert "kernels of dense2" in str(listed.border_title)
    assert any("dense2, line 11: - dense: 10" in line for line in screen.query_one(SourceView).lines)


@driven(lambda: CompileScreen(digits()), ())
async def test_what_was_compiled_is_kept_where_the_text_is_wrong(app: Stage, screen: Any, pilot: Pilot[None]) -> None:
    screen.desk.sketch.replace("network: {layers: [dense: -1]}\n", "spoiling it")
    await pilot.press("c")
    await settled(app, pilot)
    assert words(screen, "#status").startswith("OLD of the text before: ")
    assert "line 1" in words(screen, "#status")
    assert screen.query_one("#steps", OptionList).option_count > 10


@driven(lambda: LearnScreen(Desk(timers=False)), ("slash", *"nand", "enter"), (80, 24))
async def test_an_example_is_found_and_opened_as_a_copy(app: Stage, screen: Any, pilot: Pilot[None]) -> None:
    assert "4 of 4 right" in words(screen, "#told")
    assert any("dense" in line for line in screen.query_one(LinesView).lines)
    await pilot.press("enter")
    await settled(app, pilot)
    ((path, text),) = app.opened
    assert path is None
    assert text is not None
    assert text.startswith("# A gate that is learned")


@driven(lambda: LearnScreen(Desk(timers=False)), ("v",))
async def test_the_file_in_place_of_the_picture(_app: Stage, screen: Any, _pilot: Pilot[None]) -> None:
    assert "network:" in screen.query_one(LinesView).lines


@driven(
    lambda: NumbersScreen(Desk(timers=False), HAND.read_text(encoding="utf-8"), HAND), ("n", "n", "right"), (80, 24)
)
async def test_numbers_are_stepped_through(app: Stage, screen: Any, pilot: Pilot[None]) -> None:
    assert "unit 2: z = 0.8 × 0.4378 + 1.1 × 0.4502 = 0.8454" in words(screen, "#sum").replace("\n", " ")
    for key in ("n", "n", "n"):
        await pilot.press(key)
    await settled(app, pilot)
    assert any(line.startswith("d loss / d out") for line in screen.query_one(LinesView).lines)


@driven(
    lambda: NumbersScreen(Desk(timers=False), DIGITS.read_text(encoding="utf-8"), DIGITS), ("e", "b", "e"), (80, 24)
)
async def test_the_head_tells_which_example_it_is(app: Stage, screen: Any, pilot: Pilot[None]) -> None:
    await settled(app, pilot)
    assert words(screen, "#state").startswith("train example 3 of 1,258 (2 of a batch of 2)   number ")
    await pilot.press("e")
    await settled(app, pilot)
    assert words(screen, "#state").startswith("train example 4 of 1,258 (1 of a batch of 2)   number ")


def test_the_start_screen_offers_templates(tmp_path: Path) -> None:
    @driven(lambda: StartScreen(Desk(timers=False), tmp_path), ("n",), (80, 24))
    async def check(app: Stage, screen: Any, _pilot: Pilot[None]) -> None:
        assert screen.query_one("#beginnings", OptionList).option_count > 3
        ((path, text),) = app.opened
        assert path is None
        assert "network:" in str(text)

    check()


@pytest.mark.parametrize("end", [".mmd", ".txt", ".dot"])
def test_the_picture_is_exported_and_overwriting_is_asked_about(tmp_path: Path, end: str) -> None:
    target = tmp_path / f"net{end}"

    @driven(lambda: ExportDialog(digits()), (), (80, 24))
    async def check(app: Stage, screen: Any, pilot: Pilot[None]) -> None:
        target.write_text("mine", encoding="utf-8")
        screen.query_one(Input).value = str(target)
        await settled(app, pilot)
        await pilot.press("enter")
        await settled(app, pilot)
        assert target.read_text(encoding="utf-8") == "mine"
        assert "enter again writes over it" in words(screen, "#said")
        await pilot.press("enter")
        await settled(app, pilot)
        assert "dense1" in target.read_text(encoding="utf-8")

    check()


SCREENS: dict[str, tuple[Callable[[], Screen[Any]], tuple[str, ...]]] = {
    "learn": (lambda: LearnScreen(Desk(timers=False)), ("down", "down", "down")),
    "numbers": (lambda: NumbersScreen(Desk(timers=False), HAND.read_text(encoding="utf-8"), HAND), ("n", "n")),
    "why": (lambda: CompileScreen(digits()), ("right_square_bracket", "right_square_bracket")),
}


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
@pytest.mark.parametrize("name", SCREENS)
def test_golden_screens(name: str, size: tuple[int, int], golden: Callable[[str, str], None]) -> None:
    made, keys = SCREENS[name]

    @driven(made, keys, size)
    async def check(app: Stage, _screen: Any, _pilot: Pilot[None]) -> None:
        text = re.sub(r"compiled in \d+\.\d\d s", "compiled in 0.00 s", text_of(app))
        golden(f"tui/{name}_{size[0]}x{size[1]}.txt", text)

    check()
