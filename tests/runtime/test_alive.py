"""A run whose process is gone is not shown as running."""

from __future__ import annotations

from pathlib import Path

from netloom.runtime import index, runs
from netloom.runtime.alive import Alive, is_alive
from netloom.runtime.launch import Launch, Request

from .test_resume import killed, spec


def test_a_lock_says_who_lives(tmp_path: Path) -> None:
    assert not is_alive(tmp_path)
    held = Alive(tmp_path)
    assert is_alive(tmp_path)
    held.release()
    assert not is_alive(tmp_path)


def test_a_killed_run_died_and_a_training_one_runs(tmp_path: Path) -> None:
    file, folder = spec(tmp_path, "adam"), tmp_path / "runs"
    killed(file, folder, 1, 1, 5)
    launch = Launch(Request(file, runs=folder))
    events = launch.events()
    next(events)
    for _ in range(2):  # the second time from the index
        assert [row["status"] for row in index.rows(folder)] == ["died", "running"]
    list(events)
    assert [row["status"] for row in index.rows(folder)] == ["died", "finished"]
    assert runs.status(runs.find(folder, "small-1"), "running") == "died"
