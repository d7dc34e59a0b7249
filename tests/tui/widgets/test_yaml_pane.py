"""The text pane: what is typed is told in characters of the whole text, what is taken keeps the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from textual.pilot import Pilot

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.places import Place
from netloom.tui.widgets.yaml_pane import MOST_LINES, YamlPane

from .screen import Holder, shown

TEXT = """\
# a network
network:
  layers:
    - flatten
    - dense: {units: 64, activation: relu}
    - dense: 10
"""


class Texts(Holder):
    """The pane with a text beside it that follows what the pane tells; `late`: answers wait until they are asked for."""

    def __init__(self, text: str) -> None:
        super().__init__(YamlPane())
        self.kept, self.late, self.answers = text, False, list[str]()

    @property
    def pane(self) -> YamlPane:
        assert isinstance(self.widget, YamlPane)
        return self.widget

    def on_yaml_pane_typed(self, event: YamlPane.Typed) -> None:
        self.kept = self.kept[: event.start] + event.text + self.kept[event.end :]
        self.said.append((event.start, event.end, event.text))
        if self.late:
            self.answers.append(self.kept)
        else:
            self.pane.take(self.kept)

    def on_yaml_pane_left(self) -> None:
        self.said.append("left")


def within(check: Callable[[Pilot[None], Texts], Coroutine[Any, Any, None]], text: str = TEXT) -> None:
    async def inner() -> None:
        app = Texts(text)
        async with app.run_test(size=(70, 14)) as pilot:
            app.pane.take(text)
            app.pane.focus()
            await pilot.pause()
            await check(pilot, app)

    asyncio.run(inner())


def test_what_is_typed_is_told_in_characters_of_the_whole_text() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(6, 15)
        await pilot.press("0", "backspace", "backspace")
        at = TEXT.index("10\n") + 1
        assert app.said == [(at, at, "0"), (at, at + 1, ""), (at - 1, at, "")]
        assert app.pane.whole == app.kept

    within(check)


@pytest.mark.parametrize("text", [
    TEXT.replace("\n", "\r\n"), TEXT.replace("\n", "\r"), "\ufeff" + TEXT, TEXT.replace("a network", "ein\u2028Netz é 🙂"),
    TEXT.replace("network:\n", "network:\r\n"), TEXT.removesuffix("\n"), "", "\n\n\n",
])  # fmt: skip
def test_texts_of_every_kind_keep_their_line_ends(text: str) -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        assert app.pane.whole == text
        app.pane.go_to(2, 3)
        await pilot.press("x", "enter", "y", "up", "up", "delete", "down", "end", "backspace")
        assert app.pane.whole == app.kept
        assert app.pane.whole.splitlines() == [*app.pane.document.lines][: len(app.pane.whole.splitlines())]
        app.pane.take(text)
        assert app.pane.whole == text
        if "\r\n" in text and "\n" not in text.replace("\r\n", ""):
            assert "\n" not in app.kept.replace("\r\n", "")

    within(check, text)


def test_late_answers_undo_nothing_that_was_typed_meanwhile() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.late = True
        app.pane.go_to(6, 15)
        await pilot.press("1", "2", "3")
        assert len(app.answers) == 3
        for answer in app.answers:
            app.pane.take(answer)
        assert app.pane.whole == app.kept
        assert "dense: 11230" in app.pane.whole
        assert app.pane.place == (6, 18)

    within(check)


def test_another_panes_edit_keeps_the_cursor_at_what_it_is_at() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(6, 12)
        app.pane.take(TEXT.replace("    - flatten\n", "    - flatten\n    - dropout: 0.5\n"))
        assert app.pane.place == (7, 12)
        assert app.said == []

    within(check)


def test_undo_is_not_the_panes() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(6, 15)
        await pilot.press("0", "ctrl+z", "ctrl+y")
        assert len(app.said) == 1
        assert "dense: 100" in app.pane.whole

    within(check)


def test_a_new_line_begins_where_the_one_above_does() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(2, 9)
        await pilot.press("enter")
        assert app.pane.place == (3, 3)
        app.pane.go_to(7, 99)
        await pilot.press("enter")
        assert app.pane.place == (8, 5)

    within(check)


def test_words_are_offered_while_one_types_and_taken_by_tab() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(5, 43)
        await pilot.press("left", "comma", "space", "b", "i")
        assert app.pane.offered == ("bias",)
        assert "false leaves it out" in shown(app)
        await pilot.press("tab")
        assert app.pane.offered == ()
        assert "activation: relu, bias: }" in app.pane.whole
        assert app.pane.whole == app.kept

    within(check)


def test_enter_after_a_whole_word_begins_a_new_line() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(4, 14)
        await pilot.press("enter", "minus", "space", *"gru")
        assert app.pane.offered == ()
        await pilot.press("ctrl+space")
        assert app.pane.offered == ("gru_cell",)
        await pilot.press("escape", "enter", "x")
        assert "    - gru\n    x" in app.pane.whole

    within(check)


def test_escape_closes_the_list_and_then_leaves() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.go_to(4, 14)
        await pilot.press("enter", "minus", "space", "d")
        assert "dense" in app.pane.offered
        await pilot.press("escape")
        assert app.pane.offered == ()
        assert "left" not in app.said
        await pilot.press("escape")
        assert app.said[-1] == "left"

    within(check)


def test_remarks_are_marked_beside_their_line_and_told_above_the_text() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.mark([Diagnostic("E105", "error", Place("f", 6, 14, 2), "units are too few [really]", "Write 20.")])
        await pilot.pause()
        assert "6✗" in shown(app)
        assert "too few" not in shown(app)
        app.pane.go_to(6, 1)
        await pilot.pause()
        assert "✗ units are too few [really] → Write 20." in shown(app)
        line = app.pane.get_line(5)
        assert [(span.start, span.end) for span in line.spans if span.style == "underline"] == [(13, 15)]

    within(check)


def test_a_file_that_is_only_looked_at_takes_no_keys() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        app.pane.read_only = True
        await pilot.press("x", "enter", "delete", "ctrl+space")
        assert app.said == []
        assert app.pane.whole == TEXT

    within(check)


def test_a_long_text_is_not_coloured() -> None:
    async def check(pilot: Pilot[None], app: Texts) -> None:
        assert app.pane.language == "yaml"
        app.pane.go_to(6, 5)
        app.pane.take(TEXT + "# more\n" * MOST_LINES)
        assert app.pane.language is None
        assert app.pane.place == (6, 5)
        app.pane.take(TEXT)
        assert app.pane.language == "yaml"
        assert app.pane.place == (6, 5)

    within(check)
