"""Step mode: numbers, and arithmetic that comes out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.dsl.diagnostics import NetloomError
from netloom.runtime import launch, start
from netloom.runtime.runs import RunFolder
from netloom.runtime.worked import TooLarge, Worked, work_through
from netloom.tui.model.numbers import (
    Source,
    Stage,
    arithmetic,
    beginning,
    entries,
    fullest,
    number,
    numbers_of,
    stages_of,
    tables,
    work_text,
)

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"


def worked(name: str, examples: int = 1) -> Worked:
    path = EXAMPLES / f"{name}.yaml"
    return work_text(path.read_text(encoding="utf-8"), path, examples)


def stage(of: Worked, title: str) -> Stage:
    return next(each for each in stages_of(of) if each.title == title)


def test_the_gradient_by_hand() -> None:
    step = worked("worked/gradient_by_hand")
    assert step.losses[0].value == pytest.approx(0.368962, abs=1e-6)
    back = stage(step, "↑ outputs")
    assert arithmetic(back, 0, 0)[1:4] == [
        "d loss / d a = -0.2129, which the layers behind have passed back",
        "d loss / d z = -0.2129 × 0.2174 = -0.04628   slope of sigmoid: a (1 - a)",
        "d loss / d weight 1,1 = d loss / d z × in 1 = -0.04628 × 0.4378 = -0.02026",
    ]


def test_the_way_forward_is_written_out() -> None:
    forward = stage(worked("worked/one_layer"), "↓ z")
    assert "unit 1: z = 1 × 1 + -2 × -1 + 1 = 4" in arithmetic(forward, 0, 0)
    assert "unit 2: z = -1 × 1 + 1 × -1 + 0 = -2" in arithmetic(forward, 0, 1)


def test_a_convolution_and_a_pool_come_out() -> None:
    step = worked("pictures/diagonal")
    of_kind = {each.layer.kind: each for each in stages_of(step) if each.layer is not None}
    assert any("row 1, column 1, filter 1: z = " in line and line.endswith("= 3") for line in
               arithmetic(of_kind["conv2d"], 0, 0))  # fmt: skip
    assert any("max(" in line for line in arithmetic(of_kind["max_pool"], 0, 0))


def test_a_signal_and_a_volume_come_out() -> None:
    step = worked("pictures/signal_by_hand")
    named = {each.layer.id: each for each in stages_of(step) if each.layer is not None}
    assert "place 4, filter 1: z = " in "".join(arithmetic(named["rises"], 0, 3))
    assert "place 2, channel 1: max(" in "".join(arithmetic(named["strongest"], 0, 1))
    kinds = {
        each.layer.kind: "".join(arithmetic(each, 0, 0))
        for each in stages_of(worked("pictures/scale_space")) if each.layer is not None and each.title[0] == "↓"
    }  # fmt: skip
    assert "slice 1, row 1, column 1, filter 1: z = " in kinds["conv3d"]
    assert "slice 1, row 1, column 1, channel 1: max(" in kinds["max_pool"]


@pytest.mark.parametrize(
    "name", ["start/digits", "pictures/resnet_small", "pictures/vision_transformer", "weights/tied"]
)
def test_every_number_of_every_stage_can_be_shown(name: str) -> None:
    step = worked(name, 2)
    for each in stages_of(step):
        last = entries(each) - 1
        for entry in {0, last // 2, last}:
            grids = tables(each, 1, entry)
            assert all(len(grid.rows) <= 8 and len(grid.rows[0]) <= 8 for grid in grids)
            assert all(grid.marked is None or grid.rows[grid.marked[0]][grid.marked[1]] for grid in grids)
            assert arithmetic(each, 1, entry) or each.layer is not None


def norms(train: str, examples: int, start: int = 0) -> Worked:
    text = """netloom: 1
name: norms
data: {source: digits, prepare: [scale], split: {validation: 0.1, test: 0.2}}
network:
  layers:
    - conv2d: {filters: 4, kernel: 3}
    - batch_norm
    - layer_norm
    - flatten
    - batch_norm
    - dense: 10
"""
    return work_text(text + train, None, examples, start)


TRAINED = "train: {loss: cross_entropy, optimizer: adam, epochs: 1}\n"


def test_norms_come_out_and_say_of_what_their_mean_is() -> None:
    step = norms(TRAINED, 4)
    said, row, table = (
        arithmetic(stage(step, f"↓ {name}"), 1, 5) for name in ("batch_norm1", "layer_norm1", "batch_norm2")
    )
    assert "of channel 2: those of the 144 numbers of this batch (4 examples), as while it trains" in said[1]
    assert said[2].startswith("y = 1 × (")
    assert "of the 4 numbers of this row" in row[1]
    assert "of channel 6: those of the 4 numbers of this batch (4 examples)" in table[1]
    value = stage(step, "↓ batch_norm1").layer.inputs[0].value[..., 1]  # type: ignore[union-attr]
    assert said[1].startswith(f"mean {value.mean():.4g} and variance {value.var():.4g} of channel 2")


def test_a_norm_over_one_example_says_what_that_comes_to() -> None:
    lines = arithmetic(stage(norms(TRAINED, 1), "↓ batch_norm2"), 0, 5)
    assert "(1 example)" in lines[1]
    assert "b takes more examples" in lines[3]


def test_a_norm_that_is_not_trained_takes_the_running_numbers() -> None:
    lines = arithmetic(stage(norms("", 2), "↓ batch_norm1"), 1, 5)
    assert lines[1] == "mean 0 and variance 1 of channel 2: the running ones that training has left"
    assert lines[2].startswith("y = 1 × (")


def test_the_examples_are_counted_in_the_part_that_trains() -> None:
    step = norms(TRAINED, 4, 1256)
    assert (step.part, step.first, step.rows, step.examples) == ("train", 1254, 1258, 4)


def test_corners_say_what_they_leave_out() -> None:
    grids = tables(stage(worked("start/digits"), "↓ dense1"), 0, 99)
    assert any("8×8 of 100×64 shown" in grid.more for grid in grids)
    assert any("from row 1, column 93" in grid.more for grid in grids)


def test_gradients_are_those_of_differences() -> None:
    loaded = start.load(EXAMPLES / "worked" / "gradient_by_hand.yaml")
    found = work_through(loaded)
    weights = next(w for layer in found.layers for w in layer.weights if w.name == "hidden.weights")
    nudged = weights.value.copy()
    nudged[1, 2] += 1e-6
    above = work_through(loaded, states={"hidden.weights": nudged}).losses[0].value
    assert weights.gradient is not None
    assert (above - found.losses[0].value) / 1e-6 == pytest.approx(weights.gradient[1, 2], rel=1e-4)


def test_what_is_too_large_is_refused() -> None:
    with pytest.raises(TooLarge, match="multiply-adds are too many"):
        worked("deep/vgg16")


def test_numbers_are_short() -> None:
    shown = [number(value) for value in (0.0, 0.32768, -12.345, 1.2e-7, 123456.0, np.nan)]
    assert shown == ["0", "0.3277", "-12.35", "1.2e-07", "1.2e+05", "nan"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of the convolution on digits, an epoch long."""
    return netloom.train(EXAMPLES / "start" / "digits.yaml", epochs=1, folder=tmp_path_factory.mktemp("runs")).folder


def test_a_run_is_worked_through_with_its_weights(trained: Path) -> None:
    step, words = numbers_of(Source(run=trained), 1)
    assert words == f"weights of {trained.name}, step 40"
    arrays, _ = launch.states_of(RunFolder(trained))
    shown = {weight.name: weight.value for layer in step.layers for weight in layer.weights}
    assert all(np.array_equal(value, arrays[name]) for name, value in shown.items())


def test_a_text_takes_the_weights_of_a_run_that_fit_it(trained: Path) -> None:
    path = EXAMPLES / "start" / "digits.yaml"
    text = path.read_text(encoding="utf-8")
    fresh, words = numbers_of(Source(text, path), 1)
    assert words == "first weights"
    taken, words = numbers_of(Source(text, path, trained), 1)
    assert words == f"weights of {trained.name}, step 40"
    assert taken.losses[0].value < fresh.losses[0].value
    other = EXAMPLES / "decisions" / "moons.yaml"
    with pytest.raises(NetloomError, match="no weights of digits-1 fit this network"):
        numbers_of(Source(other.read_text(encoding="utf-8"), other, trained), 1)


def test_a_part_of_a_table_is_shown_where_something_is() -> None:
    value = np.zeros((28, 28, 1))
    value[14:17, 20:23] = 1.0
    row, column = fullest(value)
    assert row <= 14
    assert row + 8 > 16
    assert column <= 20
    assert column + 8 > 22
    assert fullest(np.zeros((28, 28))) == (0, 0)
    assert fullest(np.ones((3, 2))) == (0, 0)
    assert fullest(np.arange(100) >= 90) == (0, 90)


def test_the_first_number_of_a_large_stage_is_its_largest() -> None:
    step = worked("pictures/diagonal")
    for each in stages_of(step):
        entry = beginning(each, 0)
        if each.way == "forward" and each.layer is not None and each.layer.output.value[0].size > 64:
            value = each.layer.output.value[0]
            assert abs(value.reshape(-1)[entry]) == np.abs(value).max()
    assert beginning(stage(worked("worked/one_layer"), "↓ z"), 0) == 0
