"""A run as a viewer sees it: while it is written, after a crash, long ago, and steered."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from netloom.runtime.control import Control, ControlError
from netloom.runtime.events import CheckpointSaved, Continued, KnobChanged, Paused, Resumed, RunEnded, Stepped, Warned
from netloom.runtime.runs import RunFolder
from netloom.runtime.train import Training
from netloom.runtime.wishes import Wishes
from netloom.tui.model.run_client import RunClient

from .made_record import Record, observed, sizes, steps


def test_a_record_is_read_as_it_grows(tmp_path: Path) -> None:
    client = RunClient(tmp_path / "run-1")
    assert not client.poll()
    assert (client.state, client.silent_seconds(1e12)) == ("running", 0.0)
    record = Record(tmp_path / "run-1", alive=True)
    assert client.poll()
    assert not client.poll()
    record.losses([3.0, 2.0, 1.0])
    assert client.poll()
    assert client.series["loss"].values.tolist() == [3.0, 2.0, 1.0]
    assert client.series["learning_rate"].values.tolist() == [0.1]
    assert (client.view.step, client.state) == (3, "running")
    assert client.silent_seconds(1e12) > 1e11
    record.ended(3)
    assert client.poll()
    assert client.state == "finished"


def test_a_torn_line_waits_for_its_end_and_unknown_kinds_are_passed_over(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1")
    client = record.client()
    record.write(steps(0, [3.0]), end="")
    assert not client.poll()
    record.raw("\n")
    assert client.poll()
    assert client.view.step == 1
    record.raw('{"v": 1, "kind": "of_tomorrow", "step": 9}\n{"v": 2}\nno json\n[1]\n\n')
    record.write(Warned(step=1, message="late"))
    assert client.poll()
    assert client.view.warnings == ("late",)


def test_what_was_after_a_checkpoint_is_dropped_when_the_run_goes_on(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1").losses([1.0, 2.0, 3.0, 4.0])
    record.write(observed(0, a={}), observed(3, a={}))
    client = record.client()
    record.write(Resumed(step=2, epoch=0)).losses([9.0], first=2)
    client.poll()
    assert client.series["loss"].steps.tolist() == [0, 1, 2]
    assert client.series["loss"].values.tolist() == [1.0, 2.0, 9.0]
    assert [look.step for look in client.view.looks] == [0]


def test_a_record_that_is_replaced_is_read_anew(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1").losses([1.0, 2.0])
    client = record.client()
    record.replaced([steps(0, [7.0])])
    assert client.poll()
    assert client.series["loss"].values.tolist() == [7.0]
    assert client.view.started is None


def test_a_run_whose_process_is_gone_has_died(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1", alive=True).losses([1.0])
    client = record.client()
    assert client.state == "running"
    assert record.alive is not None
    record.alive.release()
    # what it said last may lie there unread
    assert client.state == "running"
    client.poll()
    assert client.state == "died"
    assert client.seconds_left is None


def test_the_end_is_estimated_from_the_pace(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1", alive=True).losses([1.0] * 50)
    client = record.client()
    assert client.steps_in_all == 100
    assert client.steps_a_second == pytest.approx(100.0)
    assert client.seconds_left == pytest.approx(0.5)
    assert client.input_share is None


def test_a_run_as_it_was(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1").losses([5.0 - i / 10 for i in range(30)])
    record.write(observed(10, a={"weight": sizes(0.1)}), observed(20, a={"weight": sizes(0.2)}))
    client = record.client()
    then = client.at(15)
    assert then.step == 10
    assert then.observed is not None
    assert then.observed.step == 10
    assert then.values["loss"] == pytest.approx(5.0 - 14 / 10)
    assert client.at(0).values == {}
    assert RunClient(tmp_path / "none").at(3).step == 0


@pytest.mark.parametrize(
    ("command", "event"),
    [
        ({"do": "pause"}, Paused(step=4)),
        ({"do": "step", "count": 2}, Stepped(step=6, count=2)),
        ({"do": "checkpoint"}, CheckpointSaved(step=4, file="last", seconds=0.1)),
        ({"do": "knob", "name": "rate", "value": 0.5}, KnobChanged(step=4, knob="rate", value=0.5)),
        ({"do": "dropout", "on": False}, KnobChanged(step=4, knob="dropout1.rate", value=0.0)),
        ({"do": "stop"}, RunEnded(step=4, status="stopped", epochs=0, seconds=1.0, metrics={})),
    ],
)
def test_what_is_asked_for_and_what_is_done_are_told_apart(tmp_path: Path, command: Any, event: Any) -> None:
    record = Record(tmp_path / "run-1", alive=True)
    control = listening(record.folder)
    try:
        client = record.client()
        assert client.send(command)["ok"]
        assert client.waiting == (command["do"],)
        record.write(event)
        client.poll()
        assert client.waiting == ()
    finally:
        control.close()


def test_what_is_so_already_is_not_waited_for(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1", alive=True)
    control = listening(record.folder)
    try:
        client = record.client()
        client.send({"do": "resume"})
        assert client.waiting == ()
        record.write(Paused(step=0))
        client.poll()
        assert client.paused
        client.send({"do": "pause"})
        assert client.waiting == ()
        client.send({"do": "resume"})
        assert client.waiting == ("resume",)
        record.write(Continued(step=0))
        client.poll()
        assert (client.waiting, client.paused) == ((), False)
        assert not client.send({"do": "knob", "name": "none", "value": 1.0})["ok"]
        assert client.waiting == ()
    finally:
        control.close()


def test_watching_and_looking_ask_the_training(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1", alive=True)
    client = record.client()
    assert not client.watch()
    with pytest.raises(ControlError):
        client.send({"do": "pause"})
    assert client.waiting == ()
    control = listening(record.folder)
    wishes = control._training.wishes
    try:
        assert client.watch()
        assert wishes.watched
        # one answers as a training would, between two stretches
        answers = iter([{"ok": True, "step": 3}, {"ok": False, "error": "no layer"}])
        done = threading.Event()

        def training() -> None:
            while not done.wait(0.01):
                while wishes.asks:
                    wishes.asks.popleft().give(next(answers))

        thread = threading.Thread(target=training)
        thread.start()
        assert client.look("weights", layer="a")["step"] == 3
        with pytest.raises(ControlError, match="no layer"):
            client.look("weights", layer="b")
        done.set()
        thread.join()
    finally:
        control.close()


def listening(folder: Path) -> Control:
    """What listens in a training, without one."""
    progress = SimpleNamespace(step=4, epoch=0)
    made = SimpleNamespace(wishes=Wishes(), progress=progress, names=("rate",), dropouts=("dropout1.rate",))
    control = Control(cast(Training, made), folder)
    assert control.open() is None
    return control


def test_results_of_many_epochs_are_those_of_fold(tmp_path: Path) -> None:
    record = Record(tmp_path / "run-1").epochs([1.0, 0.5, 0.4], [1.1, 0.6, 0.5], accuracy=0.9)
    client = record.client()
    record.write(Resumed(step=20, epoch=2)).epochs([7.0], [8.0])
    client.poll()
    known = RunFolder(record.folder).view()
    assert client.view.history == known.history
    assert client.view.latest("validation") == {"loss": 8.0}
    assert [epoch for epoch, _ in client.view.history["train"]] == [1, 2, 1]
    assert RunFolder(record.folder).view() == replace(client.view, losses=known.losses)
