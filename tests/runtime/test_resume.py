"""Killed at any step and resumed, a run ends with the very weights of one that was never interrupted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import netloom
from netloom.runtime import checkpoints
from netloom.runtime.events import Evaluated, Event, RunEnded, Warned
from netloom.runtime.launch import Launch, Request

PACKAGE = Path(netloom.__file__).resolve().parent
SPEC = """
name: small
data: {source: digits, prepare: [scale], split: {validation: 0.1, test: 0.1}}
network:
  layers:
    - flatten
    - dense: {units: 24, activation: relu}
    - dropout: 0.25
    - dense: 10
train:
  loss: cross_entropy
  optimizer: {RULE}
  batch: 100
  epochs: 6
  EXTRA
"""
RULES = {
    "adam": ("adam: {learning_rate: {cosine: {start: 2e-3, end: 1e-4}}}", ""),
    "plateau": ("momentum: {learning_rate: {plateau: {start: 0.05, factor: 0.5, patience: 1}}}", ""),
    "stop": ("adamw", "stop: {patience: 4, restore: best}"),
}
STEPS = 15 * 6


def spec(tmp_path: Path, rule: str) -> Path:
    file = tmp_path / "small.yaml"
    chosen, extra = RULES[rule]
    file.write_text(SPEC.replace("RULE", chosen).replace("EXTRA", extra), encoding="utf-8")
    return file


def states(folder: Path) -> dict[str, bytes]:
    return {
        name: array.tobytes()
        for name, array in checkpoints.read(folder / "checkpoints" / "last.safetensors")[0].items()
    }


def straight(file: Path, runs: Path, threads: int = 1) -> dict[str, bytes]:
    launch = Launch(Request(file, runs=runs, threads=threads))
    assert [type(e).__name__ for e in launch.events()][-1] == "RunEnded"
    return states(launch.folder.path)


def killed(file: Path, runs: Path, threads: int, every: int, step: int, resume: str | None = None) -> int:
    command: list[Any] = [sys.executable, str(Path(__file__).with_name("killed.py")), file, runs, threads, every, step]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), str(PACKAGE / ".typing")])}
    done = subprocess.run(
        [*map(str, command), *([resume] if resume else [])],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def resumed(runs: Path) -> dict[str, bytes]:
    launch = Launch(Request(resume="last", runs=runs))
    events = list(launch.events())
    assert events[-1].kind == "run_ended"
    return states(launch.folder.path)


@pytest.mark.catalog("P12")
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(("step", "every"), [(1, 1), (37, 8), (52, 4), (89, 7)])
def test_killed_and_resumed_gives_the_same_bits(rule: str, step: int, every: int, tmp_path: Path) -> None:
    file = spec(tmp_path, rule)
    whole = straight(file, tmp_path / "whole")
    assert killed(file, tmp_path / "runs", 1, every, step) == -signal.SIGKILL
    assert resumed(tmp_path / "runs") == whole


@pytest.mark.slow
@pytest.mark.parametrize("threads", [1, 2])
def test_killed_at_fifty_steps_one_after_another(threads: int, tmp_path: Path) -> None:
    """One run, killed again and again on its way, at fifty different steps."""
    file = spec(tmp_path, "adam")
    whole = straight(file, tmp_path / "whole", threads)
    steps = sorted({1 + (i * STEPS) // 51 for i in range(51)} - {STEPS})[:50]
    assert len(steps) == 50
    for number, step in enumerate(steps):
        resume = "last" if number else None
        assert killed(file, tmp_path / "runs", threads, 1 + number % 3, step, resume) == -signal.SIGKILL, step
    assert resumed(tmp_path / "runs") == whole


def test_any_number_of_threads_gives_the_same_bits(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    assert straight(file, tmp_path / "one", 1) == straight(file, tmp_path / "two", 2)


def test_a_run_without_a_checkpoint_starts_over(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    whole = straight(file, tmp_path / "whole")
    assert killed(file, tmp_path / "runs", 1, 1000, 5) == -signal.SIGKILL
    assert not (tmp_path / "runs" / "small-1" / "checkpoints" / "last.safetensors").exists()
    assert resumed(tmp_path / "runs") == whole


def test_a_finished_run_says_so_and_a_longer_one_goes_on(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    straight(file, tmp_path)
    again = list(Launch(Request(resume="small-1", runs=tmp_path)).events())
    assert again[-1].status == "finished"  # type: ignore[attr-defined]
    assert again[-1].step == STEPS
    longer = list(Launch(Request(resume="last", runs=tmp_path, epochs=8)).events())
    assert longer[-1].step == 15 * 8


def results(events: list[Event]) -> dict[str, dict[str, float]]:
    ended = events[-1]
    assert isinstance(ended, RunEnded)
    return ended.metrics


def ended_within_an_epoch(file: Path, runs: Path) -> Launch:
    """A run that is asked to stop in its third epoch, as by Ctrl-C."""
    launch = Launch(Request(file, runs=runs, checkpoint_steps=7))
    for event in launch.events():
        if event.step >= 35:
            launch.training.wishes.stop = "interrupted"
    assert launch.training.progress.position
    return launch


def test_the_last_table_tells_of_one_network(tmp_path: Path) -> None:
    """A run of so many steps ends within an epoch: validation is that of the weights it ends with."""
    file = spec(tmp_path, "adam")
    file.write_text(file.read_text(encoding="utf-8").replace("epochs: 6", "steps: 40"), encoding="utf-8")
    events = list(Launch(Request(file, runs=tmp_path)).events())
    told, measured = results(events), netloom.evaluate(tmp_path / "small-1")
    assert told["validation"] == pytest.approx(measured["validation"])
    assert told["test"] == pytest.approx(measured["test"])
    last = [event for event in events if isinstance(event, Evaluated) and event.last]
    assert [(event.part, event.epoch) for event in last] == [("train", 3), ("validation", 3), ("test", 3)]
    mid = next(e for e in events if isinstance(e, Evaluated) and e.part == "validation" and e.epoch == 2)
    assert mid.metrics["loss"] != told["validation"]["loss"]


def test_the_table_of_the_best_epoch_is_that_of_its_weights(tmp_path: Path) -> None:
    file = spec(tmp_path, "stop")
    text = file.read_text(encoding="utf-8").replace("adamw", "momentum: {learning_rate: 4}")
    file.write_text(text.replace("dropout: 0.25", "dropout: 0.9").replace("epochs: 6", "epochs: 9"), encoding="utf-8")
    launch = Launch(Request(file, runs=tmp_path))
    events = list(launch.events())
    best = launch.training.progress.best_epoch
    assert 0 < best < launch.training.progress.epoch
    assert results(events)["validation"] == pytest.approx(netloom.evaluate(tmp_path / "small-1")["validation"])
    first = next(e for e in events if isinstance(e, Evaluated) and (e.part, e.epoch) == ("validation", best))
    assert results(events)["validation"] == first.metrics


def test_fewer_epochs_than_done_are_said_and_the_length_is_kept(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    launch = ended_within_an_epoch(file, tmp_path)
    done = launch.training.progress.step
    for wanted in (1, 2):
        events = list(Launch(Request(resume="small-1", runs=tmp_path, epochs=wanted)).events())
        said = next(event.message for event in events if isinstance(event, Warned))
        assert f"2 epochs are done already, {wanted} asked for: nothing is trained; `netloom train --resume" in said
        assert "goes on to 6" in said
        assert isinstance(events[-1], RunEnded)
        assert (events[-1].status, events[-1].step) == ("stopped", done)
    whole = straight(file, tmp_path / "whole")
    assert resumed(tmp_path) == whole


def test_a_finished_run_stays_finished_when_fewer_epochs_are_asked_for(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    straight(file, tmp_path)
    run = netloom.train(resume="last", folder=tmp_path, epochs=3)
    assert (run.status, run.steps) == ("finished", STEPS)
    assert netloom.train(resume="last", folder=tmp_path).steps == STEPS


def test_a_file_that_grew_longer_goes_on(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    straight(file, tmp_path)
    file.write_text(file.read_text(encoding="utf-8").replace("epochs: 6", "epochs: 7"), encoding="utf-8")
    assert netloom.train(file, resume="last", folder=tmp_path).steps == 15 * 7


def test_after_an_edit_every_weight_that_fits_is_kept(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    before = straight(file, tmp_path)
    file.write_text(
        file.read_text(encoding="utf-8").replace("    - dense: 10", "    - dense: 10\n      name: last"),
        encoding="utf-8",
    )
    launch = Launch(Request(file, resume="small-1", runs=tmp_path, epochs=7))
    assert any(name.startswith("last.") for name in launch.missing)
    assert launch.ready.engine.read("state/dense1.weights").tobytes() == before["dense1.weights"]
    launch.ready.engine.close()
