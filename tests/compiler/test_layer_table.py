"""The layer table: its rows, how it folds by block, and the memory that the plan is found to need."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.compiler.layer_table import (
    LayerRow,
    by_block,
    layer_rows,
    parts,
    places_seen,
    steps_between,
    totals,
    with_gradient,
)
from netloom.compiler.peak import inference_peak, training_peak
from netloom.runtime import start

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
COUNTED = ("parameters", "trainable", "multiply_adds", "activation_bytes", "gradient_bytes", "layers")


def rows(name: str) -> tuple[LayerRow, ...]:
    return layer_rows(start.load(EXAMPLES / f"{name}.yaml").experiment)


@pytest.mark.parametrize("name", ["deep/resnet152", "deep/googlenet", "blocks/residual", "start/digits"])
@pytest.mark.parametrize("depth", [None, 1, 2, 3, 9])
def test_folding_loses_nothing(name: str, depth: int | None) -> None:
    """However a table is folded, its columns add up to the same."""
    whole = rows(name)
    folded = by_block(whole, depth)
    for column in COUNTED:
        assert sum(getattr(row, column) for row in folded) == sum(getattr(row, column) for row in whole)
    assert totals(folded) == totals(whole)
    assert folded[-1].shape == whole[-1].shape


def test_resnet_152_is_read_on_one_screen() -> None:
    folded = by_block(rows("deep/resnet152"))
    assert len(folded) == 15
    row = next(row for row in folded if row.name == "stage.3.Bottleneck2")
    assert (row.times, row.layers, row.last) == (35, 350, "stage.3.Bottleneck36")
    convolutions, norms = 1024 * 256 + 9 * 256 * 256 + 256 * 1024, 2 * (256 + 256 + 1024)
    assert row.parameters == 35 * (convolutions + norms)
    assert [row.name for row in by_block(rows("deep/resnet152"), 1)][4:8] == [f"stage.{n}" for n in (1, 2, 3, 4)]


def test_a_number_in_a_path_is_no_level() -> None:
    assert parts("stage.2.Bottleneck2.11.conv") == ("stage.2", "Bottleneck2.11", "conv")
    assert parts("dense1") == ("dense1",)


def test_equal_layers_stay_apart() -> None:
    """Only blocks are joined: two dense layers of one size are two steps of the network."""
    names = [row.name for row in by_block(rows("depth/nine_relu"))]
    assert [name for name in names if name.startswith("dense")] == [f"dense{n}" for n in range(1, 11)]


def test_what_has_a_gradient() -> None:
    """The data has none, nor has a layer that no loss hangs on."""
    experiment = start.load(EXAMPLES / "pictures" / "edges_learned.yaml").experiment
    assert with_gradient(experiment) == {"learned"}
    assert with_gradient(start.load(EXAMPLES / "deep" / "resnet20.yaml").experiment) == set()


def test_words_for_what_is_seen() -> None:
    seen = {row.name: (places_seen(row), steps_between(row)) for row in rows("pictures/lenet5")}
    assert seen["image"] == ("1 × 1", "1")
    assert seen["avg_pool2"] == ("16 × 16", "4")
    assert seen["dense1"] == ("all", "")
    assert seen["label"] == ("-", "")


@pytest.mark.parametrize(
    "name", ["start/digits", "pictures/lenet5", "worked/descent", "weights/tied", "heads/two_heads"]
)
def test_the_peak_of_training_is_the_arena(name: str) -> None:
    """What is told part by part adds up to what the engine asks for."""
    plan = start.compile_loaded(start.load(EXAMPLES / f"{name}.yaml")).plan
    training, inference = training_peak(plan), inference_peak(plan)
    assert training is not None
    assert inference is not None
    assert training.total == plan.arena_bytes
    assert min(training.weights, training.gradients, training.working, inference.working) > 0
    assert inference.total < training.total


def test_adam_keeps_two_numbers_a_weight() -> None:
    peak = training_peak(start.compile_loaded(start.load(EXAMPLES / "start" / "digits.yaml")).plan)
    assert peak is not None
    assert peak.gradients == peak.weights
    assert 2 * peak.weights <= peak.optimizer <= 2 * peak.weights + 128


def test_what_trains_nothing_has_no_peak_of_training() -> None:
    plan = start.compile_loaded(start.load(EXAMPLES / "deep" / "resnet20.yaml")).plan
    assert training_peak(plan) is None
    assert inference_peak(plan) is not None
