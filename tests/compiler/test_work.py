"""What calls have to do at least, counted from their nodes."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.compiler.cost import costs
from netloom.compiler.ops.op import REGISTRY
from netloom.compiler.pipeline import Compiled
from netloom.compiler.plan import Call, Extent, Work
from netloom.compiler.types import BATCH, Size
from netloom.compiler.work import MULTIPLY_ADDS, amount, together, total
from netloom.runtime import start

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
SIZES = {"B": 32, "N": 1797}


@pytest.fixture(scope="module")
def digits() -> Compiled:
    return start.compile_loaded(start.load(EXAMPLES / "start/digits.yaml"))


def calls(compiled: Compiled, *programs: str) -> list[Call]:
    return [call for name in programs for call in compiled.plan.programs[name].calls]


def test_every_contraction_says_how_many_multiply_adds_it_does() -> None:
    assert {op.name for op in REGISTRY.values() if op.kind == "contraction"} == set(MULTIPLY_ADDS)


def test_sizes_add_up_by_their_names() -> None:
    parts = amount([BATCH, 3, Size(4, ("B",)), 0, 5])
    assert parts == (Extent(factor=8), Extent(factor=5, names=("B",)))
    assert total(parts, {"B": 10}) == 58
    assert amount([0]) == ()


@pytest.mark.parametrize("name", ["start/digits", "worked/three_layers"])
def test_going_forward_does_what_the_layers_are_said_to(name: str) -> None:
    loaded = start.load(EXAMPLES / f"{name}.yaml")
    compiled = start.compile_loaded(loaded)
    done = sum(total(call.work.multiply_adds, {"B": 1, "N": 9}) for call in calls(compiled, "predict"))
    assert done == sum(row.multiply_adds for row in costs(loaded.experiment))


def test_phases_of_a_step(digits: Compiled) -> None:
    found = {call.work.phase: 0 for call in calls(digits, "gradients", "update")}
    for call in calls(digits, "gradients", "update"):
        found[call.work.phase] += total(call.work.multiply_adds, SIZES)
    # backwards a layer does its forward work twice, but nothing is asked of the picture's own gradient
    forward = 32 * (64 * 100 + 100 * 10)
    assert found == {"forward": forward, "backward": forward + 32 * 100 * 10, "update": 0}
    assert {call.work.phase for call in calls(digits, "evaluate", "predict")} == {"forward"}


def test_a_table_is_read_by_the_row(digits: Compiled) -> None:
    gather = next(call for call in calls(digits, "predict") if "take" in digits.plan.kernels[call.kernel].name)
    # 64 pixels of a byte or more, and an int64 that says which row
    most = 32 * (64 * 4 + 8)
    assert 32 * (64 + 8) <= total(gather.work.read, SIZES) <= most
    assert total(gather.work.written, SIZES) == 32 * 64 * 4


def test_the_update_reads_and_writes_each_state_once(digits: Compiled) -> None:
    weights = 64 * 100 + 100 + 100 * 10 + 10
    sweep = max(calls(digits, "update"), key=lambda call: total(call.work.written, SIZES))
    assert total(sweep.work.written, SIZES) == 4 * 3 * weights  # Adam: the weight and two moments
    assert total(sweep.work.read, SIZES) >= 4 * 4 * weights


def test_every_call_says_whose_its_work_is(digits: Compiled) -> None:
    for call in calls(digits, *digits.plan.programs):
        assert len(call.work.weights) == len(call.origins) > 0
        assert all(weight >= 0 for weight in call.work.weights)
        assert sum(call.work.weights) > 0


def test_calls_that_become_one_do_the_work_of_both() -> None:
    one = Work(read=(Extent(factor=4, names=("B",)),), operations=(Extent(factor=2),), phase="update")
    other = Work(read=(Extent(factor=6, names=("B",)), Extent(factor=1)), phase="update")
    both = together(one, other, (0.5,))
    assert (both.read, both.operations) == ((Extent(factor=1), Extent(factor=10, names=("B",))), (Extent(factor=2),))
    assert (both.phase, both.weights) == ("update", (0.5,))


def test_a_number_that_many_layers_read_is_credited_to_none_of_the_others() -> None:
    """All batch norms share an epsilon; each of their kernels belongs to one of them."""
    compiled = start.compile_loaded(start.load(EXAMPLES / "pictures/resnet_small.yaml"))
    for call in calls(compiled, "gradients", "predict"):
        norms = {origin.path for origin in call.origins if "batch_norm" in origin.path}
        assert len(norms) <= 2, compiled.plan.kernels[call.kernel].name
