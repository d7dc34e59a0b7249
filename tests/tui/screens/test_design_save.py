"""Saving and training a text from the screen Design."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.dsl.diagnostics import NetloomError
from netloom.runtime import detached
from netloom.tui.desk import Desk
from netloom.tui.model.sketch import Sketch

from ..program import Driven, drive

TEXT = """\
netloom: 1
data: {source: digits, prepare: [scale]}
network:
  layers: [flatten, dense: 10]
train: {loss: cross_entropy, epochs: 1}
"""


@pytest.mark.parametrize(("name", "file"), [("gate", "gate.yaml"), ("first", "network.yaml")])
def test_training_a_text_that_lies_nowhere_yet_saves_and_trains_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, file: str
) -> None:
    started = list[Path]()

    def start(path: Path, _sets: object, _runs: Path) -> Path:
        started.append(path)
        raise NetloomError("no machine is free")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(detached, "start_detached", start)

    async def act(it: Driven) -> None:
        await it.pilot.press("t")
        await it.pilot.pause()
        await it.pilot.press("enter")
        await it.settle()
        assert started == [Path(file)]
        assert "no machine is free" in it.notes

    sketch = Sketch.new(TEXT.replace("netloom: 1\n", f"netloom: 1\nname: {name}\n"))
    drive(act, Desk(sketch=sketch, timers=False))
    assert Path(file).read_text(encoding="utf-8") == sketch.text


def test_training_is_let_be_where_no_name_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def act(it: Driven) -> None:
        await it.pilot.press("t")
        await it.pilot.pause()
        await it.pilot.press("escape")
        await it.settle()
        assert it.sketch.path is None

    drive(act, Desk(sketch=Sketch.new(TEXT), timers=False))
    assert not list(tmp_path.glob("*.yaml"))
