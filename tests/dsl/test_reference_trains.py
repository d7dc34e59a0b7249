"""Slow: the example of every kind that is built trains for a step, those of the prose for an epoch."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import netloom
from netloom.dsl.diagnostics import SpecError
from netloom.dsl.kinds.kind import KINDS
from netloom.dsl.reference.kind_page import is_later
from netloom.dsl.reference.told_all import TOLD

from .language_files import Block, blocks, make_data

BUILT = [key for key, kind in KINDS.items() if not is_later(kind) and "train:" in TOLD[key].example]
PROSE = [block for block in blocks() if "/" not in block.page and not block.marks and "train:" in block.text]


def test_there_is_something_to_train() -> None:
    assert len(BUILT) > 60
    assert not PROSE or len(PROSE) > 20


@pytest.mark.slow
@pytest.mark.parametrize("block", PROSE, ids=str)
def test_an_example_of_the_prose_trains(block: Block, tmp_path: Path) -> None:
    make_data(tmp_path)
    file = tmp_path / "net.yaml"
    file.write_text(block.text, encoding="utf-8")
    run = netloom.train(file, folder=tmp_path / "runs", epochs=1)
    assert run.status == "finished"
    assert all(math.isfinite(part["loss"]) for part in run.metrics.values())


@pytest.mark.slow
@pytest.mark.parametrize("key", BUILT, ids=["/".join(key) for key in BUILT])
def test_the_example_of_a_kind_trains(key: tuple[str, str], tmp_path: Path) -> None:
    make_data(tmp_path)
    file = tmp_path / "net.yaml"
    text = TOLD[key].example.replace("epochs: 5", "steps: 1")  # type: ignore[index]
    assert "steps: 1" in text
    file.write_text(text, encoding="utf-8")
    try:
        run = netloom.train(file, folder=tmp_path / "runs")
    except SpecError as mistakes:
        assert [remark.code for remark in mistakes.diagnostics if remark.severity == "error"] in (["E300"], ["E301"])
        pytest.skip(f"a set that cannot be read here: {mistakes}")
    assert run.steps == 1
    assert run.status == "finished"
    assert all(math.isfinite(part["loss"]) for part in run.metrics.values())
