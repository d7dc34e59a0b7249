"""A full disk, a torn file, a number that is not finite: nothing is lost, and it is said clearly."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.runtime import checkpoints, record
from netloom.runtime.checkpoints import CheckpointError
from netloom.runtime.events import Warned
from netloom.runtime.launch import Launch, Request
from netloom.runtime.runs import RunError, RunFolder

from .test_resume import killed, resumed, spec, straight


def test_a_full_disk_stops_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = spec(tmp_path, "adam")
    whole = straight(file, tmp_path / "whole")
    launch = Launch(Request(file, runs=tmp_path / "runs", checkpoint_steps=10))
    real, written = checkpoints.write_whole, []

    def full(path: Path, content: bytes) -> None:
        if len(written) >= 3 and path.suffix == ".safetensors":
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        real(path, content)

    monkeypatch.setattr(checkpoints, "write_whole", full)
    events = list(launch.events())
    assert any(isinstance(e, Warned) and "No space left" in e.message for e in events)
    assert events[-1].status == "finished"  # type: ignore[attr-defined]
    monkeypatch.undo()
    states, progress = checkpoints.read(launch.folder.last)
    assert progress.step == 30
    assert np.isfinite(states["dense1.weights"]).all()
    assert resumed(tmp_path / "runs") == whole


def test_a_record_that_cannot_be_written_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    launch = Launch(Request(spec(tmp_path, "adam"), runs=tmp_path / "runs"))
    real = record.Record.write
    count = 0

    def failing(self: Any, event: Any) -> Any:
        nonlocal count
        count += 1
        if count == 3:
            self._file.close()
            self._file = open("/dev/full", "w", encoding="utf-8")
        return real(self, event)

    monkeypatch.setattr(record.Record, "write", failing)
    events = list(launch.events())
    assert any(isinstance(e, Warned) and "not recorded" in e.message for e in events)
    assert events[-1].status == "finished"  # type: ignore[attr-defined]


def test_runs_that_cannot_be_written_are_refused_clearly(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("a file, no folder", encoding="utf-8")
    with pytest.raises(RunError, match="--runs"):
        Launch(Request(spec(tmp_path, "adam"), runs=tmp_path / "runs"))


def test_a_torn_line_and_a_torn_checkpoint(tmp_path: Path) -> None:
    file = spec(tmp_path, "adam")
    whole = straight(file, tmp_path / "whole")
    killed(file, tmp_path / "runs", 1, 10, 40)
    folder = RunFolder(tmp_path / "runs" / "small-1")
    with folder.events.open("a", encoding="utf-8") as lines:
        lines.write('{"v": 1, "kind": "steps", "st')
    assert folder.view().step > 0
    assert resumed(tmp_path / "runs") == whole
    assert folder.view().status == "finished"
    assert all(line.endswith("}") for line in folder.events.read_text(encoding="utf-8").splitlines())
    content = folder.last.read_bytes()
    for length in (0, 7, 100, len(content) // 2):
        folder.last.write_bytes(content[:length])
        with pytest.raises(CheckpointError, match="is no checkpoint"):
            checkpoints.read(folder.last)


def test_a_number_that_is_not_finite_is_traced_to_its_line(tmp_path: Path) -> None:
    file = tmp_path / "wild.yaml"
    file.write_text(
        "name: wild\ndata: {source: diabetes}\nnetwork:\n  inputs: [x]\n  layers:\n    - dense: 4\n      name: hidden\n"
        "    - exp\n    - dense: 1\ntrain:\n  loss: {mse: {target: y}}\n  optimizer: {sgd: {learning_rate: 1e6}}\n  epochs: 3\n",
        encoding="utf-8",
    )
    launch = Launch(Request(file, runs=tmp_path / "runs"))
    events = list(launch.events())
    (failure,) = [e for e in events if e.kind == "run_failed"]
    assert failure.layer  # type: ignore[attr-defined]
    assert failure.line and failure.line >= 6  # type: ignore[attr-defined]
    assert events[-1].status == "failed"  # type: ignore[attr-defined]
    states, _ = checkpoints.read(launch.folder.last)
    assert all(np.isfinite(a).all() for a in states.values())
