"""What a network is asked: never with random weights, never with nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime import runs
from netloom.runtime.answers import predict_run
from netloom.runtime.initial import is_drawn

SPEC = """
name: table
data: {source: {csv: train.csv}, fields: {x: {columns: [a, b]}, colour: {column: colour}}, split: {test: 0.25}}
network: {layers: [{dense: 2}]}
train: {loss: cross_entropy, epochs: 1}
"""
ROWS = "a,b,colour\n" + "".join(f"{i},{-i},{'red' if i % 2 else 'blue'}\n" for i in range(20))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "train.csv").write_text(ROWS, encoding="utf-8")
    path = tmp_path / "table.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_random_weights_give_no_answer(file: Path) -> None:
    with pytest.raises(
        NetloomError, match=r"not trained: dense1\.weights would be random.*netloom train.*predict last"
    ):
        predict_run(file, ["train.csv"])
    with pytest.raises(NetloomError, match="not trained"):
        netloom.predict(file)


def test_lengths_of_random_rows_are_random_too() -> None:
    assert is_drawn({"row_lengths": {"start": ("he", {"fan_in": 3})}})
    assert not is_drawn({"row_lengths": {"start": ("values", {"values": [1]})}})


def test_a_table_with_only_a_header_has_no_rows(file: Path, tmp_path: Path) -> None:
    netloom.train(file, folder=tmp_path / "runs")
    run = runs.find(tmp_path / "runs", "last")
    header = tmp_path / "header.csv"
    header.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(NetloomError, match=r"header\.csv has no rows"):
        predict_run(run, [header])
    header.write_text("a,b\n1,2\n", encoding="utf-8")
    assert len(predict_run(run, [header]).outputs["probabilities"]) == 1
