"""Augmented runs: the same bits for any number of threads and after any interruption; kernels do what ops say."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.runtime import checkpoints, start

from ..contract.test_fused import check_kernels
from .test_resume import killed, resumed, straight

EVERY = "[flip, {shift: 1}, {rotate: 20}, {crop: 7}, zoom, {noise: 0.1}, {brightness: {by: 0.2, per: channel}}, cutout]"
SPEC = f"""
name: small
run: {{seed: 5}}
data: {{source: digits, prepare: [scale], augment: {EVERY}, split: {{validation: 0.1, test: 0.1}}}}
network:
  layers:
    - flatten
    - dense: {{units: 24, activation: relu}}
    - dense: 10
train: {{loss: cross_entropy, batch: 100, epochs: 3}}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


@pytest.mark.catalog("D04")
def test_the_same_bits_for_any_threads_and_after_a_kill(file: Path, tmp_path: Path) -> None:
    whole = straight(file, tmp_path / "one", 1)
    assert straight(file, tmp_path / "two", 2) == whole
    assert killed(file, tmp_path / "runs", 1, 4, 22) == -signal.SIGKILL
    assert resumed(tmp_path / "runs") == whole


def test_what_is_drawn_reaches_the_weights(file: Path, tmp_path: Path) -> None:
    first = netloom.train(file, folder=tmp_path / "first", sets={"train.epochs": "1"})
    other = tmp_path / "other.yaml"
    other.write_text(SPEC.replace("{rotate: 20}", "{rotate: 21}"), encoding="utf-8")
    second = netloom.train(other, folder=tmp_path / "second", sets={"train.epochs": "1"})
    held = [checkpoints.read(run.folder / "checkpoints" / "last.safetensors")[0] for run in (first, second)]
    assert not np.array_equal(held[0]["dense1.weights"], held[1]["dense1.weights"])


@pytest.mark.parametrize("batch", [1, 5])
@pytest.mark.parametrize("threads", [1, 2])
def test_every_kernel_does_what_its_ops_say(file: Path, batch: int, threads: int) -> None:
    graph = start.compile_loaded(start.load(file)).graphs["train"]
    assert sum(node.op == "warp" for node in graph) == 2
    check_kernels(graph, batch, threads)


def test_measuring_and_predicting_draw_nothing(file: Path) -> None:
    compiled = start.compile_loaded(start.load(file))
    for mode in ("evaluate", "predict"):
        assert not {node.op for node in compiled.graphs[mode]} & {"warp", "uniform", "clock"}
