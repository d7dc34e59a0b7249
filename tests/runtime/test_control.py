"""Steering a training from outside: commands are answered, and the listener ends with the training."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from netloom.runtime.control import LONGEST_WATCH, Control, ControlError, send
from netloom.runtime.train import Training
from netloom.runtime.wishes import Wishes

from .waiting import until


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


@pytest.fixture
def steered(tmp_path: Path) -> Iterator[tuple[Path, Wishes]]:
    """The folder of a training that listens, and its wishes."""
    wishes = Wishes()
    made = SimpleNamespace(
        wishes=wishes, progress=SimpleNamespace(step=7, epoch=2), names=("learning_rate", "dropout1.rate", "dropout2.rate"),
        dropouts=("dropout1.rate", "dropout2.rate"),
    )  # fmt: skip
    control = Control(cast(Training, made), tmp_path)
    assert control.open() is None
    yield tmp_path, wishes
    control.close()


def test_steps_pause_and_are_counted(steered: tuple[Path, Wishes]) -> None:
    folder, wishes = steered
    assert send(folder, {"do": "step"})["paused"]
    send(folder, {"do": "step", "count": 5})
    assert list(wishes.steps) == [1, 5]
    assert wishes.urgent()
    assert not wishes.urgent(stepping=True)
    for wrong in ("many", None, [1], float("inf")):
        assert "error" in send(folder, {"do": "step", "count": wrong})


def test_dropout_is_all_of_its_knobs(steered: tuple[Path, Wishes]) -> None:
    folder, wishes = steered
    assert send(folder, {"do": "dropout", "on": False})["ok"]
    assert wishes.knobs == {"dropout1.rate": 0.0, "dropout2.rate": 0.0}
    assert send(folder, {"do": "dropout", "on": True})["ok"]
    assert wishes.knobs == {"dropout1.rate": None, "dropout2.rate": None}
    assert not send(folder, {"do": "dropout"})["ok"]


def test_stopping_with_and_without_saving(steered: tuple[Path, Wishes]) -> None:
    folder, wishes = steered
    send(folder, {"do": "stop", "checkpoint": False})
    assert (wishes.stop, wishes.save) == ("stopped", False)
    send(folder, {"do": "stop"})
    assert wishes.save


def test_who_watches_is_forgotten_after_a_while(steered: tuple[Path, Wishes]) -> None:
    folder, wishes = steered
    assert not wishes.watched
    before = time.monotonic()
    send(folder, {"do": "watch", "seconds": 1e9})
    assert wishes.watched
    assert wishes.watched_until <= time.monotonic() + LONGEST_WATCH
    assert wishes.watched_until >= before + LONGEST_WATCH
    send(folder, {"do": "watch", "seconds": -1})
    assert not wishes.watched


def test_a_look_does_not_hold_up_other_commands(steered: tuple[Path, Wishes]) -> None:
    folder, wishes = steered
    answers: list[Any] = []
    looking = threading.Thread(target=lambda: answers.append(send(folder, {"do": "look", "what": "input"})))
    looking.start()
    until(lambda: len(wishes.asks))
    assert send(folder, {"do": "pause"})["ok"]
    assert wishes.paused
    assert answers == []
    wishes.asks.popleft().give({"ok": True, "step": 3})
    looking.join()
    assert answers == [{"ok": True, "step": 3}]


def test_who_looks_at_a_run_that_ends_is_told(tmp_path: Path) -> None:
    made = SimpleNamespace(wishes=Wishes(), progress=SimpleNamespace(step=7, epoch=2), names=(), dropouts=())
    control = Control(cast(Training, made), tmp_path)
    control.open()
    answers: list[Any] = []
    looking = threading.Thread(target=lambda: answers.append(send(tmp_path, {"do": "look", "what": "input"})))
    looking.start()
    until(lambda: len(made.wishes.asks))
    control.close()
    looking.join()
    assert answers == [{"ok": False, "error": "the run has ended"}]
