"""What is told of a run: state, figures, curves, looking back; what steering asks for and gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from netloom.runtime.control import ControlError
from netloom.runtime.events import RunEnded, RunFailed
from netloom.tui.model.record import at_step, duration, marks_of, memory_of, state_of
from netloom.tui.model.run_client import RunClient
from netloom.tui.model.steering import Steering, new_value
from netloom.tui.model.told import told

from ..records import BEGAN, STEPS, events, write


def refused(_command: dict[str, Any]) -> dict[str, Any]:
    raise ControlError("digits-1 is not running here")


@pytest.fixture
def client(tmp_path: Path) -> RunClient:
    found = RunClient(write(tmp_path, "digits-1"))
    found.poll()
    return found


def test_everything_that_is_shown_of_a_run(client: RunClient) -> None:
    now = told(client, Steering(refused), BEGAN)
    assert (now.going.sign, now.going.words, now.going.share) == ("✓", "finished", 1.0)
    assert [curve.name for curve in now.loss] == ["train", "validation", "test"]
    assert now.loss[0].noisy
    assert [len(curve.steps) for curve in now.metrics] == [8, 8, 1]
    assert now.metric == "accuracy"
    assert now.marks[-1].words == "learning_rate 0.0005"
    assert not now.alive
    assert ("test", "loss 0.21  accuracy 0.94") in now.figures
    assert [ridge.layer for ridge in now.inside.ridges["gradients"]] == ["dense1", "dense2"]
    assert now.inside.confusion is not None
    assert now.inside.confusion.counts.tolist() == [[17, 1], [0, 12]]


def test_another_metric_can_be_asked_for(client: RunClient) -> None:
    names = told(client, Steering(refused), BEGAN).names
    assert "learning_rate" in names
    now = told(client, Steering(refused), BEGAN, metric="learning_rate")
    assert now.metrics[0].values[-1] == 5e-4


def test_looking_back_shows_the_run_as_it_was(client: RunClient) -> None:
    now = told(client, Steering(refused), BEGAN, back=100.0)
    assert now.going.epoch == "epoch 3/8"
    assert now.loss[0].steps[-1] == 100
    assert [len(curve.steps) for curve in now.metrics] == [2, 2]
    assert now.inside.ridges == {}
    assert [mark.sign for mark in now.marks] == []
    assert now.extent == (0.0, 320.0)
    assert now.going.words == "as it was"


def test_looking_back_to_the_first_step(client: RunClient) -> None:
    now = told(client, Steering(refused), BEGAN, back=0.0)
    assert now.metrics == []
    assert len(now.loss) == 1


def test_a_view_at_a_step_has_not_ended(client: RunClient) -> None:
    view = at_step(client.view, 3 * STEPS)
    assert (view.epoch, view.status, view.best_epoch) == (3, "running", None)
    assert at_step(client.view, 10_000) is client.view


def test_states_in_words(client: RunClient) -> None:
    view = client.view
    assert state_of(view, "running", 0.0, "pausing").words == "pausing…"
    assert state_of(view, "running", 0.0, paused=True).words == "paused"
    assert state_of(view, "running", 12.0).words == "running, no event for 12 s"
    assert state_of(view, "running", 2.0).alive
    gone = state_of(view, "died", 0.0)
    assert gone.bad
    assert not gone.alive


def test_a_run_that_has_not_begun(tmp_path: Path) -> None:
    found = RunClient(write(tmp_path, "digits-1", []))
    now = told(found, Steering(refused), BEGAN)
    assert now.going.words == "starting: nothing is recorded yet"
    assert now.loss == ()
    assert now.names == ()


def test_a_failure_is_told_with_its_place(tmp_path: Path) -> None:
    failed = RunFailed(step=80, message="step 81: `log` gives NaN", file="net.yaml", line=12, layer="dense1")
    ended = RunEnded(step=80, status="failed", epochs=2, seconds=1.0, metrics={})
    found = RunClient(write(tmp_path, "digits-1", [*events(epochs=2, ended=""), failed, ended]))
    found.poll()
    now = told(found, Steering(refused), BEGAN)
    assert now.going.bad
    assert any("NaN" in words for words, _ in now.findings)


def test_what_is_asked_for_is_told_until_it_is_done() -> None:
    sent: list[dict[str, Any]] = []

    def taken(command: dict[str, Any]) -> dict[str, Any]:
        sent.append(command)
        return {"ok": True, "paused": True}

    steering = Steering(taken)
    steering.ask("pause")
    assert steering.pending == "pausing"
    assert steering.carry_out({"do": "pause"})
    assert steering.pending == ""
    assert sent == [{"do": "pause"}]


def test_a_refusal_is_told() -> None:
    steering = Steering(refused)
    steering.ask("stop")
    assert not steering.carry_out({"do": "stop"})
    assert (steering.pending, steering.trouble) == ("", "digits-1 is not running here")
    no = Steering(lambda _: {"ok": False, "error": "no knob `x`"})
    assert not no.carry_out({"do": "knob"})
    assert no.trouble == "no knob `x`"


@pytest.mark.parametrize(
    ("text", "value"), [("0.001", 0.001), ("x2", 0.4), ("*0.5", 0.1), ("/10", 0.02), ("1e-3", 1e-3), ("", None)]
)
def test_values_of_knobs(text: str, value: float | None) -> None:
    assert new_value(text, 0.2) == (value if value is None else pytest.approx(value))


@pytest.mark.parametrize("text", ["abc", "/0", "x", "nan", "inf"])
def test_what_is_no_value_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="number|finite"):
        new_value(text, 0.2)


def test_durations() -> None:
    found = [duration(seconds) for seconds in (0.084, 3.21, 42, 310, 12_000, 190_000)]
    assert found == ["84 ms", "3.2 s", "42 s", "5 min 10 s", "3 h 20 min", "2 d 4 h"]


def test_marks_tell_what_was_done_and_what_was_best(client: RunClient) -> None:
    found = [(mark.step, mark.sign, mark.words) for mark in marks_of(client.view)]
    assert found == [(320, "★", "best epoch, 8"), (160, "◊", "learning_rate 0.0005")]


def test_memory_of_a_process_that_is_not_there(tmp_path: Path) -> None:
    assert memory_of(tmp_path) is None
    (tmp_path / "control.json").write_text('{"process": "no number"}', encoding="utf-8")
    assert memory_of(tmp_path) is None
