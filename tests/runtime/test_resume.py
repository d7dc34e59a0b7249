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
