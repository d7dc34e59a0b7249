"""The inspector by its keys: fields entered, stepped, chosen, refused; what is typed survives a check of the text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from textual.pilot import Pilot

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.edit import Document
from netloom.dsl.edit_write import flow
from netloom.dsl.places import Place
from netloom.tui.model.fields import merged
from netloom.tui.model.form import form_of
from netloom.tui.widgets.inspector import Inspector

from .screen import Holder, shown

NET = """\
data: {source: digits, prepare: [scale], split: {test: 0.2}}
network:
  layers:
    - flatten
    - {dense: {units: 64, activation: relu}, name: hidden}
    - dense: 10
train:
  loss: cross_entropy
  optimizer: {adam: {learning_rate: 0.01}}
"""
HIDDEN = "network.layers[1]"
Check = Callable[[Pilot[None], "Asked"], Coroutine[Any, Any, None]]


class Asked(Holder):
    """An inspector and what it asked for."""

    def __init__(self) -> None:
        super().__init__(Inspector())

    @property
    def inspector(self) -> Inspector:
        assert isinstance(self.widget, Inspector)
        return self.widget

    def on_inspector_set_option(self, event: Inspector.SetOption) -> None:
        self.said.append((event.id, event.option, None if event.value is None else flow(event.value)))

    def on_inspector_rename(self, event: Inspector.Rename) -> None:
        self.said.append((event.id, event.name))

    def on_inspector_replace_kind(self, event: Inspector.ReplaceKind) -> None:
        self.said.append((event.id, "kind", event.kind))

    def on_inspector_left(self) -> None:
        self.said.append("left")

    def on_inspector_turned(self, event: Inspector.Turned) -> None:
        self.said.append(("turned", event.by))


def within(check: Check, address: str = HIDDEN, size: tuple[int, int] = (30, 24)) -> None:
    """Do something with the form of an address that has the focus."""

    async def inner() -> None:
        app = Asked()
        async with app.run_test(size=size) as pilot:
            app.inspector.show(form_of(Document(NET), address, None, [(64,)]))
            await pilot.pause()
            app.inspector.focus()
            await pilot.pause()
            await check(pilot, app)

    asyncio.run(inner())


def test_a_form_of_30_columns(golden: Callable[[str, str], None]) -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        golden("tui/inspector.txt", shown(app))

    within(check)


def test_enter_sends_what_was_typed() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("9", "6", "enter")
        assert app.said == [(HIDDEN, "units", "96")]

    within(check)


def test_leaving_the_field_sends_it_too_and_nothing_is_sent_twice() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("9", "6", "enter")  # which goes on to the next field
        await pilot.press("shift+tab", "7", "tab")
        assert app.said == [(HIDDEN, "units", "96"), (HIDDEN, "units", "7")]

    within(check)


def test_up_and_down_step_a_number() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("up", "down", "down")
        assert app.said == [(HIDDEN, "units", "128"), (HIDDEN, "units", "64"), (HIDDEN, "units", "32")]

    within(check)


def test_what_is_wrong_stands_below_the_field_and_is_not_sent() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("0")
        assert "! units is 0; it has to be" in shown(app)
        await pilot.press("enter", "tab")
        assert app.said == []
        await pilot.press("shift+tab", "8", "enter")
        assert app.said == [(HIDDEN, "units", "8")]
        assert "! units is 0; it has to be" not in shown(app)

    within(check)


def test_escape_takes_back_what_was_typed_and_then_leaves() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("9", "escape")
        assert app.inspector.rows[0].input.value == "64"
        assert app.said == []
        await pilot.press("escape")
        assert app.said == ["left"]

    within(check)


def test_a_word_is_chosen_from_the_list_that_typing_opens() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("tab", "t", "a")
        assert "Squeezes into" in shown(app)
        await pilot.press("enter")
        assert app.said == [(HIDDEN, "activation", "tanh")]
        await pilot.press("down", "escape")
        assert not app.inspector.rows[1].open
        assert app.said == [(HIDDEN, "activation", "tanh")]

    within(check, size=(60, 24))


def test_an_emptied_field_takes_the_option_away() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("tab", "delete", "enter")
        assert app.said == [(HIDDEN, "activation", None)]

    within(check)


def test_the_name_is_changed_by_its_own_message() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        row = next(row for row in app.inspector.rows if row.field is not None and row.field.name == "name")
        row.input.focus()
        await pilot.pause()
        await pilot.press("o", "u", "t", "enter")
        assert app.said == [(HIDDEN, "out")]

    within(check)


def test_another_kind_is_chosen_by_its_name() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        app.inspector.rows[-1].input.focus()
        await pilot.pause()
        await pilot.press(*"drop", "enter")
        assert app.said == [(HIDDEN, "kind", "dropout")]

    within(check)


def test_on_and_off_go_by_space_and_the_default_is_not_written() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        row = next(row for row in app.inspector.rows if row.field is not None and row.field.name == "bias_correction")
        row.input.focus()
        await pilot.pause()
        await pilot.press("space", "space")
        assert app.said == [
            ("train.optimizer", "bias_correction", "false"), ("train.optimizer", "bias_correction", None),
        ]  # fmt: skip

    within(check, "train.optimizer")


def test_a_schedule_is_chosen_by_its_name() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("c", "o", "s", "enter")
        assert app.said == [("train.optimizer", "learning_rate", "{cosine: {start: 0.01}}")]

    within(check, "train.optimizer", (60, 24))


def test_what_a_value_would_come_to_is_said_while_it_is_typed() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("8")
        assert "would give 8, 520 parameters, 512 multiply-adds" in shown(app).replace("\n", "")
        assert app.said == []

    within(check, size=(120, 24))


def test_typing_survives_that_the_form_is_shown_again() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("7")
        app.inspector.show(form_of(Document(NET.replace("relu", "tanh")), HIDDEN))
        await pilot.pause()
        assert [row.input.value for row in app.inspector.rows[:2]] == ["7", "tanh"]
        await pilot.press("enter")
        assert app.said == [(HIDDEN, "units", "7")]

    within(check)


def test_the_focus_stays_in_its_field_when_the_form_is_another() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        kind = app.inspector.rows[-1]
        kind.input.focus()
        await pilot.pause()
        app.inspector.show(form_of(Document(NET), "network.layers[0]"))
        await pilot.pause()
        held = app.inspector.rows[-1]
        assert held is not kind
        assert held.input.has_focus and held.field is not None and held.field.name == "kind"
        app.inspector.show(form_of(Document(NET), "run"))
        await pilot.pause()
        assert app.inspector.rows[0].input.has_focus
        app.inspector.show(None)
        await pilot.pause()
        assert app.focused is app.inspector

    within(check)


def test_what_was_typed_goes_to_the_layer_it_was_typed_for() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("7")
        app.inspector.show(form_of(Document(NET), "network.layers[2]"))
        await pilot.pause()
        assert app.said == [(HIDDEN, "units", "7")]
        assert app.inspector.rows[0].input.value == "10"
        await pilot.press("8", "enter")
        assert app.said[1:] == [("network.layers[2]", "units", "8")]

    within(check)


def test_several_layers_show_where_they_differ() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        forms = [form_of(Document(NET), place) for place in (HIDDEN, "network.layers[2]")]
        app.inspector.show_many(forms)
        await pilot.pause()
        assert app.inspector.form == merged(forms)
        assert "(differ)" in shown(app)
        app.inspector.focus()
        await pilot.press("enter", "3", "enter")
        assert app.said == [(HIDDEN, "units", "3")]

    within(check)


def test_page_down_asks_for_the_next_form() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("9", "pagedown")
        assert app.said == [(HIDDEN, "units", "9"), ("turned", 1)]

    within(check)


def test_f3_tells_all_of_the_kind() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        await pilot.press("f3")
        await pilot.pause()
        assert "layer dense" in shown(app) and "The workhorse" in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert app.inspector.rows[0].input.has_focus

    within(check, size=(80, 40))


def test_remarks_about_the_layer_stand_above_its_options() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        remark = Diagnostic("W224", "warning", Place("f", 5, 1), "too few outputs", "Give it 10.")
        app.inspector.show(app.inspector.form, (remark,))
        await pilot.pause()
        assert "! too few outputs → Give it 10." in shown(app)

    within(check, size=(60, 24))


def test_without_a_layer_it_says_what_to_do() -> None:
    async def check(pilot: Pilot[None], app: Asked) -> None:
        app.inspector.show(None)
        await pilot.pause()
        assert "Choose a layer in the picture" in shown(app)
        assert "units" not in shown(app)

    within(check, size=(60, 24))


def test_a_long_value_shows_its_beginning() -> None:
    text = NET.replace("source: digits", "source: {blobs: {examples: 400, classes: 3, noise: 0.15, seed: 1}}")

    async def check(pilot: Pilot[None], app: Asked) -> None:
        app.inspector.show(form_of(Document(text), "data"))
        await pilot.pause()
        row = next(row for row in app.inspector.rows if row.field is not None and row.field.name == "source")
        assert "{blobs: {exa" in shown(app)
        row.input.focus()
        await pilot.pause()
        assert "{blobs: {exa" in shown(app)
        await pilot.press("end")
        assert "seed: 1}}" in shown(app)
        await pilot.press("tab")
        await pilot.pause()
        assert "{blobs: {exa" in shown(app)
        await pilot.press("shift+tab", "d", "i")
        assert row.input.value == "di"

    within(check, size=(38, 24))
