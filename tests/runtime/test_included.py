"""A run keeps copies of the files that its spec includes: it goes on when they are changed or gone."""

from __future__ import annotations

from pathlib import Path

from netloom.runtime import runs
from netloom.runtime.launch import Launch, Request, load_run

MAIN = """
name: joined
include: [parts/wide.yaml]
data: {source: digits, prepare: [scale], split: {test: 0.2}}
network: {layers: [flatten, {Wide: $units}, {dense: 10}]}
train: {loss: cross_entropy, epochs: 1}
"""
PART = "options: {units: 8}\nblocks: {Wide: {options: {size: int}, layers: [{dense: $size}, relu]}}\n"


def test_a_run_goes_on_without_the_files_it_was_made_of(tmp_path: Path) -> None:
    file, part, folder = tmp_path / "net.yaml", tmp_path / "parts" / "wide.yaml", tmp_path / "runs"
    part.parent.mkdir()
    file.write_text(MAIN, encoding="utf-8")
    part.write_text(PART, encoding="utf-8")
    first = Launch(Request(file, {"units": "12"}, runs=folder))
    list(first.events())
    assert (first.folder.path / "included" / "parts" / "wide.yaml").read_text(encoding="utf-8") == PART

    part.unlink()
    second = Launch(Request(resume="last", epochs=2, runs=folder))
    assert second.missing == ()
    assert type(list(second.events())[-1]).__name__ == "RunEnded"
    assert second.training.progress.epoch == 2

    outside = load_run(runs.find(folder, "last"))
    assert outside.experiment.graph["Wide1.dense1"].type.shape[-1] == 12
