"""Steering a training from outside: commands are answered, and the listener ends with the training."""

from __future__ import annotations

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from netloom.runtime.control import Control, ControlError, send
from netloom.runtime.train import Training


def training() -> Any:
    wishes = SimpleNamespace(paused=False, stop=None, checkpoint=False, knobs={})
    return SimpleNamespace(wishes=wishes, progress=SimpleNamespace(step=7, epoch=2), names=("learning_rate",))


def test_commands_are_answered_and_nobody_listens_afterwards(tmp_path: Path) -> None:
    made = training()
    control = Control(cast(Training, made), tmp_path)
    assert control.open() is None
    assert send(tmp_path, {"do": "status"}) == {"ok": True, "step": 7, "epoch": 2, "paused": False}
    assert send(tmp_path, {"do": "knob", "name": "learning_rate", "value": 0.5})["ok"]
    assert made.wishes.knobs == {"learning_rate": 0.5}
    assert "learning_rate" in send(tmp_path, {"do": "knob", "name": "rate", "value": 1})["error"]
    assert not send(tmp_path, {"do": "dance"})["ok"]
    listener = [thread for thread in threading.enumerate() if thread.name == "netloom-control" and thread.is_alive()]
    control.close()
    assert control._thread in listener
    assert not control._thread.is_alive()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ControlError):
        send(tmp_path, {"do": "status"})
