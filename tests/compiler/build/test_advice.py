"""Warnings: each once, at its place, and none for a file that is as it should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import netloom
from netloom.dsl.diagnostics import Diagnostic

Remarks = Callable[..., tuple[Diagnostic, ...]]
NET = "data: {source: digits, prepare: [scale]}\nnetwork: {layers: [flatten, {dense: 10}]}\n"
CASES = [
    ("W201", "§softmax", "network: {layers: [flatten, {dense: {units: 10, activation: softmax}}, §softmax]}"),
    ("W202", "behind the last layer", "network: {layers: [flatten, {dense: 10}, §{dropout: 0.5}]}"),
    ("W203", "6 sigmoid layers", "network: {layers: [flatten, §{dense: {units: 8, activation: sigmoid}, repeat: 6}]}"),
    ("W204", "a batch of 4096, but only 1797 examples", NET + "train: {loss: cross_entropy, batch: §4096}"),
    ("W205", "a learning rate of 5 is above", NET + "train: {loss: cross_entropy, optimizer: §{adam: 5}}"),
    ("W205", "so small", NET + "train: {loss: cross_entropy, optimizer: §{sgd: 1e-9}}"),
    ("W207", "all 8 neurons of `dense1` start alike", "data: {source: digits, prepare: [scale]}\n"
     "network: {layers: [flatten, §{dense: {units: 8, weights: 0.1}}, relu, {dense: 10}]}\ntrain: {loss: cross_entropy}"),
    ("W208", "ends in step", "data: {source: digits, prepare: [scale]}\n"
     "network: {layers: [flatten, §{dense: {units: 8, activation: step}}, {dense: 10}]}\ntrain: {loss: cross_entropy}"),
    ("W224", "12 outputs", "data: {source: digits, prepare: [scale]}\n"
     "network: {layers: [flatten, {dense: 12}]}\ntrain: {loss: §cross_entropy}"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "words", "text"), CASES)
def test_warnings(remarks: Remarks, code: str, words: str, text: str) -> None:
    before, _, after = text.partition("§")
    found = remarks(before + after)
    place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
    assert [(d.code, d.severity, d.place.line, d.place.column) for d in found] == [(code, "warning", *place)], found
    assert words.strip("§") in found[0].message


def test_unscaled(remarks: Remarks) -> None:
    (found,) = remarks(
        "data: {source: mnist}\nnetwork: {layers: [flatten, {dense: 10}]}\ntrain: {loss: cross_entropy}", "mnist"
    )
    assert (found.code, found.place.line) == ("W206", 1)


def test_the_last_layer_may_start_at_zero(remarks: Remarks) -> None:
    assert remarks(NET.replace("dense: 10", "dense: {units: 10, weights: 0}") + "train: {loss: cross_entropy}") == ()


def test_depth_is_counted_along_a_path(remarks: Remarks) -> None:
    """Six sigmoid layers side by side are no deep net."""
    heads = ", ".join(f"h{n}: [{{dense: {{units: 3, activation: sigmoid}}}}]" for n in range(6))
    assert remarks(f"network: {{layers: [flatten, {{concat: {{{heads}}}}}]}}") == ()


def test_a_held_step_neuron_is_meant(remarks: Remarks) -> None:
    held = "{units: 1, activation: step, weights: {start: 1, trainable: false}, bias: {trainable: false}}"
    assert remarks(f"network: {{layers: [flatten, {{dense: {held}}}]}}") == ()


@pytest.mark.parametrize(
    "path",
    sorted((Path(netloom.__file__).resolve().parent / "examples" / "start").glob("*.yaml")),
    ids=lambda p: p.stem,
)
def test_the_first_example_has_no_remark(remarks: Remarks, path: Path) -> None:
    assert remarks(path.read_text(encoding="utf-8")) == ()
