"""The list of runs: the newest first, names whole on any terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer

from netloom.cli import console, runs_command
from netloom.runtime import runs
from netloom.runtime.events import Evaluated, RunEnded, RunStarted, Steps

NOW = 1_000_000.0
LONG = "a_rather_long_name_of_a_network-12"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, age in ((LONG, 7200.0), ("iris-1", 90.0), ("wine-3", 200_000.0)):
        path = tmp_path / name
        path.mkdir()
        (path / "spec.yaml").write_text("name: iris\n", encoding="utf-8")
        events = (
            RunStarted(
                run=name, folder=str(path), epochs=100, steps_an_epoch=12, batch=10, examples={"train": 120},
                parameters=3, seed=0, threads=1, time=NOW - age,
            ),
            Evaluated(epoch=100, part="validation", metrics={"loss": 0.5 - age / 1e6, "accuracy": 0.8}),
            Evaluated(epoch=100, part="test", metrics={"loss": 0.25, "accuracy": 0.9}),
            RunEnded(step=1200, status="finished", epochs=100, seconds=3.0, metrics={}),
        )  # fmt: skip
        (path / "events.jsonl").write_text("".join(e.to_json() + "\n" for e in events), encoding="utf-8")
    return tmp_path


def listed(
    folder: Path, width: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> list[list[str]]:
    made = console.out()
    made.width = width
    monkeypatch.setattr(runs_command, "out", lambda: made)
    monkeypatch.setattr(runs_command.time, "time", lambda: NOW)
    runs_command.run(runs=folder, which=None)
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line.rstrip()) <= max(width, 62) for line in lines)
    return [line.split() for line in lines]


@pytest.mark.parametrize("width", [160, 80, 60, 30])
def test_names_are_whole_and_the_newest_first(
    width: int, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    head, *rows = listed(folder, width, monkeypatch, capsys)
    assert [row[0] for row in rows] == ["iris-1", LONG, "wine-3"]
    assert {"run", "status", "age"} <= set(head)
    last = runs.find(folder, "last").name
    assert [row[0] for row in rows if row[1] == "last"] == [last]
    assert ["1", "min"] == rows[0][rows[0].index("min") - 1 : rows[0].index("min") + 1]
    assert ("loss" in head) == (width >= 80)


def test_json_says_all(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs_command.run(runs=folder, which=None, json=True)
    rows: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    assert len(rows) == 3
    assert all(row["metrics"]["accuracy"] == 0.9 for row in rows)


def test_a_name_in_place_of_an_action_shows_the_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    runs_command.run("iris-1", runs=folder, which=None)
    assert "iris-1  finished, 100 epochs, 1,200 steps" in capsys.readouterr().out
    with pytest.raises(typer.BadParameter, match=r"`remove` is neither an action nor a run\. Write `rm`\."):
        runs_command.run("remove", runs=folder, which=["iris-1"])
    with pytest.raises(typer.BadParameter, match="Did you mean `iris-1`"):
        runs_command.run("iris-2", runs=folder, which=None)


def test_a_run_that_ended_in_its_first_epoch_has_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    begun = RunStarted(
        run="net-1",
        folder="",
        epochs=3,
        steps_an_epoch=9,
        batch=1,
        examples={},
        parameters=3,
        seed=0,
        threads=1,
        time=0,
    )
    steps = Steps(step=1, first=0, stride=1, epoch=1, series={}, knobs={}, examples_per_s=1.0)
    (tmp_path / "net-1").mkdir()
    (tmp_path / "net-1" / "spec.yaml").write_text("name: net\n", encoding="utf-8")
    events = begun.to_json() + "\n" + steps.to_json() + "\n"
    (tmp_path / "net-1" / "events.jsonl").write_text(events, encoding="utf-8")
    runs_command.run("show", runs=tmp_path, which=["net-1"])
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("net-1  died, 0 epochs, 1 step,")


def test_runs_are_compared_on_the_same_part(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run that was stopped has no results on the test part: those of the other's stay out."""
    record = folder / "iris-1" / "events.jsonl"
    lines = record.read_text(encoding="utf-8").splitlines(keepends=True)
    record.write_text("".join(line for line in lines if '"test"' not in line), encoding="utf-8")
    monkeypatch.setattr(runs_command.differences, "of_runs", lambda *_: [])
    runs_command.run("compare", which=["iris-1", "wine-3"], runs=folder)
    found = [line.split()[:4] for line in capsys.readouterr().out.splitlines() if line]
    assert found[:3] == [
        ["part", "run", "loss", "accuracy"],
        ["validation", "iris-1", "0.4999", "0.8000"],
        ["validation", "wine-3", "0.3000", "0.8000"],
    ]
    runs_command.run("compare", which=["iris-1", "wine-3"], runs=folder, json=True)
    told = json.loads(capsys.readouterr().out)
    assert [set(row["parts"]) for row in told["runs"]] == [{"validation"}, {"test", "validation"}]
