"""What a run was asked for stands beside its copy of the file, never in it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netloom.runtime import asked, runs
from netloom.runtime.asked import Asked
from netloom.runtime.launch import Launch, Request

SPEC = (
    "# set: train.batch=8\r\n# from: /nowhere/net.yaml\nname: small\n"
    "data: {source: digits, prepare: [scale], split: {validation: 0.1, test: 0.1}}\n"
    "network: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy, batch: 50, epochs: 1}\n"
)


def trained(request: Request) -> Launch:
    launch = Launch(request)
    list(launch.events())
    return launch


def test_the_copy_is_the_file_and_its_comments_are_not_obeyed(tmp_path: Path) -> None:
    file, folder = tmp_path / "net.yaml", tmp_path / "runs"
    file.write_bytes(SPEC.encode())
    first = trained(Request(file, runs=folder))
    assert first.folder.spec.read_bytes() == SPEC.encode()
    assert first.training.settings.batch == 50
    assert trained(Request(resume="last", runs=folder, epochs=2)).training.settings.batch == 50


def test_a_run_goes_on_as_it_was_asked_for_and_its_copy_alone_is_just_a_file(tmp_path: Path) -> None:
    file, folder = tmp_path / "net.yaml", tmp_path / "runs"
    file.write_bytes(SPEC.encode())
    first = trained(Request(file, {"train.batch": "20"}, epochs=3, runs=folder))
    again = trained(Request(resume="last", runs=folder))
    assert (again.training.settings.batch, again.training.settings.epochs) == (20, 3)
    kept = json.loads((first.folder.path / "request.json").read_text(encoding="utf-8"))
    assert kept == {"file": str(file), "sets": {"train.batch": "20"}, "epochs": 3}
    alone = trained(Request(first.folder.spec, runs=tmp_path / "others"))
    assert (alone.training.settings.batch, alone.training.settings.epochs) == (50, 1)


def test_the_header_of_an_older_run_still_counts(tmp_path: Path) -> None:
    file, folder = tmp_path / "net.yaml", tmp_path / "runs"
    file.write_bytes(SPEC.encode())
    old = trained(Request(file, runs=folder)).folder
    (old.path / "request.json").unlink()
    header = f"# set: train.batch=25\n# set: run.seed=4\n# from: {file}\n"
    old.spec.write_text(header + "# set: train.batch=9\n" + SPEC, encoding="utf-8")
    assert asked.read(old) == Asked(str(file), {"train.batch": "25", "run.seed": "4"})
    assert trained(Request(resume="last", runs=folder, epochs=2)).training.settings.batch == 25


def test_a_damaged_request_is_named(tmp_path: Path) -> None:
    (tmp_path / "request.json").write_text('{"sets": 3}', encoding="utf-8")
    with pytest.raises(runs.RunError, match=r"request\.json is damaged"):
        asked.read(runs.RunFolder(tmp_path))
