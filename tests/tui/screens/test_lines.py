"""Values of several lines, edited from the form in a dialog."""

from __future__ import annotations

from pathlib import Path

from ..program import Driven, drive, on_text

TEXT = """\
netloom: 1
data: {source: digits}
network:
  layers:
    - flatten
    - dense:
        units: 10
        weights:
          # narrow
          start: {normal: 0.1}
          trainable: true
train: {loss: cross_entropy}
"""


def test_enter_opens_the_lines_which_are_checked_and_taken_as_one_step(tmp_path: Path) -> None:
    async def act(app: Driven) -> None:
        await app.to("dense1")
        await app.press("enter", "tab", "tab", "enter")
        assert "weights ─" in app.text
        await app.press("ctrl+end", "backspace", "backspace", "backspace", "backspace")
        await app.type("maybe")
        assert "trainable" in app.text
        await app.press("ctrl+s")
        assert app.sketch.text == TEXT, "a mistake is not taken"
        assert "! " in app.text
        await app.press(*["backspace"] * 5)
        await app.type("false")
        await app.press("enter")
        await app.type("norm:weight")
        await app.press(*["left"] * 6, "space")
        await app.press("f2")
        assert app.sketch.text == TEXT.replace("trainable: true\n", "trainable: false\n          norm: weight\n")
        await app.press("escape", "ctrl+z")
        assert app.sketch.text == TEXT

    drive(act, on_text(tmp_path, TEXT))


def test_escape_leaves_it_as_it_was_and_typing_opens_it(tmp_path: Path) -> None:
    async def act(app: Driven) -> None:
        await app.to("dense1")
        await app.press("enter", "tab", "tab", "x")
        await app.type("zzz")
        await app.press("escape")
        assert app.sketch.text == TEXT
        assert "weights ─" not in app.text

    drive(act, on_text(tmp_path, TEXT))


def test_any_value_can_be_edited_in_lines(tmp_path: Path) -> None:
    async def act(app: Driven) -> None:
        await app.to("dense1")
        await app.press("enter", "f2", "backspace", "backspace")
        await app.type("12")
        await app.press("ctrl+s")
        assert "units: 12" in app.text
        assert app.sketch.text == TEXT.replace("units: 10", "units: 12")

    drive(act, on_text(tmp_path, TEXT))
