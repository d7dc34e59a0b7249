"""Whatever is done on the screen Design, wherever the focus is and however quickly, the designer goes on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.tui.model.checking import check_text
from netloom.tui.model.form import form_of
from netloom.tui.model.sketch import Sketch
from netloom.tui.screens.design import DesignScreen
from netloom.tui.widgets.inspector import Inspector

from ..program import Driven, drive, opened

CHAIN = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  layers: [LAYERS]
train: {loss: cross_entropy, optimizer: adam, epochs: 1}
"""
CONVOLUTION = "conv2d: 4, max_pool, flatten, dense: 10"
GRAPH = """\
netloom: 1
data: {source: digits, prepare: [scale]}
blocks:
  Part:
    layers:
      - dense: 8
      - batch_norm
      - relu
graph:
  flat: flatten(image)
  a: [Part, dropout]
  b: {dense: 8, from: flat}
  c: {add: [a, b]}
  y: {dense: 10, from: c}
output: y
train: {loss: cross_entropy, epochs: 1}
"""
TEXTS = (CHAIN.replace("LAYERS", "flatten, dense: 10"), CHAIN.replace("LAYERS", CONVOLUTION), GRAPH)


@pytest.mark.parametrize(
    ("layers", "keys"),
    [
        ("flatten, dense: 10", ["g", "j", "x"]),
        (CONVOLUTION, ["g", "j", "j", "j", "x"]),
        (CONVOLUTION, ["g", "j", "x", "x", "x", "x", "x"]),
        (CONVOLUTION, ["G", "k", "x", "x", "x", "ctrl+z", "ctrl+z", "ctrl+y"]),
    ],
)
def test_layers_are_deleted_as_quickly_as_keys_come(tmp_path: Path, layers: str, keys: list[str]) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(CHAIN.replace("LAYERS", layers), encoding="utf-8")

    async def act(it: Driven) -> None:
        await it.pilot.press(*keys)
        await it.settle()
        assert isinstance(it.screen, DesignScreen)
        assert it.sketch.changed

    drive(act, opened(file))


def test_a_form_is_of_the_text_that_its_layer_was_found_in(tmp_path: Path) -> None:
    """Between an edit and its check the layers are those of the text before: so is what their forms show."""
    file = tmp_path / "net.yaml"
    file.write_text(CHAIN.replace("LAYERS", "flatten, dense: {units: 10, activation: relu}"), encoding="utf-8")

    async def act(it: Driven) -> None:
        it.screen.changed = lambda: None  # the check has not come yet
        it.sketch.delete(["flatten1"])
        await it.to("dense1")
        it.screen.show_form()
        form = it.screen.query_one(Inspector).form
        assert (form.id, form.kind, form.line) == ("dense1", "dense", 4)
        assert next(field.written for field in form.fields if field.name == "units") == "10"

    drive(act, opened(file))


def test_an_earlier_picture_keeps_the_text_of_its_addresses(tmp_path: Path) -> None:
    """A text that draws nothing shows the picture of the one before, whose layers are looked up in that one."""
    good = check_text(TEXTS[0], None, 0)
    broken = check_text("netloom: 1\nnetwork: 5\n", None, 1).with_picture_of(good)
    assert broken.grey
    assert broken.addressed is good.document
    for layer in broken.layers.values():
        if layer.address is not None:
            assert form_of(broken.addressed, layer.address, layer).id == layer.id  # type: ignore[arg-type]
    sketch = Sketch.new(TEXTS[0])
    sketch.learn(good)
    sketch.replace("netloom: 1\nnetwork: 5\n", "another")
    sketch.learn(broken)


KEYS = (
    "g", "G", "j", "k", "h", "l", "x", "x", "d", "less_than_sign", "greater_than_sign", "c", "C", "u", "space",
    "ctrl+z", "ctrl+z", "ctrl+y", "s", "t_wait", "enter", "escape", "f4", "f8", "z", "o", "m", "left_square_bracket",
    "right_square_bracket", "pagedown", "tab", "J", "K", "e", "delete", "w_Name", "r_other", "add_relu", "add_add",
)  # fmt: skip
WORDS = {"w_Name": ("w", "Name"), "r_other": ("r", "other"), "add_relu": ("a", "relu"), "add_add": ("a", "add")}


async def pressed(it: Driven, key: str) -> None:
    """One of `KEYS`: a key, one with a word for its dialog, or a rest in which the check comes."""
    if key == "t_wait":
        await it.settle()
    elif key in WORDS:
        first, word = WORDS[key]
        if not isinstance(it.screen, DesignScreen):
            return
        await it.pilot.press("escape", "escape", first)
        await it.settle()
        await it.pilot.press(*word, "enter", "escape")
        await it.settle()
        if not isinstance(it.screen, DesignScreen):
            await it.press("escape")
    else:
        await it.pilot.press(key)


@settings(max_examples=3, deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.sampled_from(KEYS), min_size=4, max_size=16))
def test_no_keys_end_the_designer(tmp_path_factory: pytest.TempPathFactory, text: str, keys: Sequence[str]) -> None:
    file = tmp_path_factory.mktemp("any") / "net.yaml"
    file.write_text(text, encoding="utf-8")

    async def act(it: Driven) -> None:
        for key in keys:
            await pressed(it, key)
        await it.settle()
        assert it.app.is_running

    app = drive(act, opened(file))
    assert app.return_code in (None, 0)
