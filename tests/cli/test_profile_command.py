"""`netloom profile`, `doctor --peak` and `draw --overlay`, as a user meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ..examples.gallery import example
from .test_commands import DIGITS, WORKED, netloom


def test_a_profile_and_its_overlay(tmp_path: Path) -> None:
    done = netloom("profile", DIGITS, "--steps", "20", "--threads", "1", "--json")
    data = json.loads(done.stdout)
    assert data["mode"] == "train"
    assert data["steps"] >= 20
    assert {"forward", "backward", "update"} == {row["phase"] for row in data["kernels"]}
    layers = {row["name"]: row for row in data["layers"]}
    assert {"image", "dense1", "dense2", "train.loss.cross_entropy"} <= set(layers)
    assert sum(row["ns"] for row in data["layers"]) == pytest.approx(sum(row["ns"] for row in data["kernels"]))
    texts = {row["text"] for row in data["lines"]}
    assert any("dense" in text for text in texts)
    path = tmp_path / "profile.json"
    path.write_text(done.stdout, encoding="utf-8")
    drawn = netloom("draw", DIGITS, "--overlay", str(path)).stdout
    assert "measured time a step, train, batch 32, 1 thread" in drawn
    assert "█" in drawn
    assert "time above the machine's limits" in netloom("draw", DIGITS, "--overlay", f"lost={path}").stdout
    assert "█" in netloom("draw", DIGITS, "--overlay", str(path), "--level", "kernels").stdout
    said = netloom("draw", str(example("blocks/residual")), "--overlay", str(path), code=1).stderr
    assert "the profile is of" in said


@pytest.mark.parametrize("by", ["kernel", "layer", "line"])
def test_tables(by: str) -> None:
    done = netloom("profile", DIGITS, "--steps", "5", "--mode", "evaluate", "--by", by, "--top", "3")
    assert "a step" in done.stdout
    assert "between calls" in done.stdout
    assert " more " in done.stdout
    assert "lost" in done.stdout


def test_a_file_without_a_loss_is_timed_predicting() -> None:
    assert json.loads(netloom("profile", WORKED, "--steps", "3", "--json").stdout)["mode"] == "predict"
    said = netloom("profile", WORKED, "--mode", "train", code=1).stderr
    assert "ask for --mode predict" in said


def test_what_no_overlay_can_be(tmp_path: Path) -> None:
    said = netloom("draw", DIGITS, "--overlay", str(tmp_path / "none.json"), code=1).stderr
    assert "could not be read" in said
    assert "netloom profile FILE --json" in said
    (tmp_path / "spec.json").write_text("{}", encoding="utf-8")
    assert "this is no profile" in netloom("draw", DIGITS, "--overlay", str(tmp_path / "spec.json"), code=1).stderr
    said = netloom("draw", DIGITS, "--overlay", str(tmp_path / "spec.json"), "--level", "ops", code=1).stderr
    assert "--level architecture or kernels" in said


def test_the_doctor_measures_tells_and_keeps_the_limits() -> None:
    found = json.loads(netloom("doctor", "--peak", "--json").stdout)
    assert found["teams"]["1"]["multiply_adds"] > 0
    assert set(found["teams"]["1"]["bandwidth"]) == {"L1", "L2", "L3", "memory"}
    assert f"measured {found['date'][:10]}" in json.loads(netloom("doctor", "--json").stdout)["peak"]
