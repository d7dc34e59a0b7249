"""The input's share of a step: counted by its part of each call, and measured now and then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.runtime import start
from netloom.runtime.input_share import MOST_STAMPS, InputShare, input_parts, share_of
from netloom.runtime.stretch import Outcome
from netloom.runtime.timing import Timing, share_of_step

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"


def timed(walls: list[list[float]], program: str = "gradients", began: list[float] | None = None) -> Timing:
    """A program of two calls with these times, step by step; without a beginning the steps have no gaps."""
    times = np.array(walls)
    first = np.concatenate([[0.0], np.cumsum(times.sum(axis=1))[:-1]]) if began is None else np.array(began)
    marks = np.zeros(times.shape[1], np.bool_)
    return Timing(program, first, times, times[:, None], marks, marks)


def test_calls_count_by_the_part_that_is_the_inputs() -> None:
    outcome = Outcome(3, "done", {}, timings=(timed([[10, 30], [20, 60], [900, 900]]),))
    # the medians are 20 and 60
    assert share_of(outcome, {"gradients": np.array([1.0, 0.0])}) == pytest.approx(20 / 80)
    assert share_of(outcome, {"gradients": np.array([0.5, 0.5])}) == pytest.approx(0.5)
    assert share_of(Outcome(3, "done", {}), {}) is None


def test_it_is_a_share_of_the_whole_step_as_in_a_profile() -> None:
    """Steps of 200 from beginning to beginning, of which 140 are in calls: both divide by 200."""
    began = [0.0, 200.0, 400.0]
    outcome = Outcome(3, "done", {}, timings=(
        timed([[20, 60]] * 3, began=began), timed([[10, 50]] * 3, "update", [at + 100 for at in began]),
    ))  # fmt: skip
    parts = {"gradients": np.array([1.0, 0.0]), "update": np.array([0.0, 0.2])}
    assert share_of(outcome, parts) == pytest.approx((20 + 0.2 * 50) / 200)
    assert share_of_step([20, 60, 10, 50], [1, 0, 0, 0.2], 200) == share_of(outcome, parts)
    assert share_of_step([1.0], [1.0], 0.0) == 0


def test_segments_count_by_their_steps_times() -> None:
    """Two segments of one program: a single step has no beginning behind it and counts by its calls."""
    outcome = Outcome(
        3, "done", {}, timings=(timed([[20, 60]] * 2, began=[0.0, 100.0]), timed([[10, 10]], began=[250.0]))
    )
    assert share_of(outcome, {"gradients": np.array([1.0, 0.0])}) == pytest.approx((20 + 10) / (100 + 20))


def test_a_fields_kernels_are_its_input() -> None:
    loaded = start.load(EXAMPLES / "pictures" / "augmented.yaml")
    plan = start.compile_loaded(loaded).plan
    parts = input_parts(plan, {"image", "label"})
    calls = plan.programs["gradients"].calls
    of_image = [part for call, part in zip(calls, parts["gradients"], strict=True) if call.origins[0].path == "image"]
    assert len(of_image) >= 3
    assert set(of_image) == {1.0}
    assert parts["update"].sum() == 0
    (mixed,) = [part for part in parts["gradients"] if 0 < part < 1]
    assert mixed < 0.1


def test_it_is_measured_after_a_while_and_then_seldom() -> None:
    now = 0.0
    plan = start.compile_loaded(start.load(EXAMPLES / "decisions" / "moons.yaml")).plan
    found = InputShare(plan, {"x"}, clock=lambda: now)
    calls = sum(len(program.calls) for program in plan.programs.values())
    assert found.steps * (2 * calls + 1) <= MOST_STAMPS < 2 * found.steps * (2 * calls + 1)
    untimed = Outcome(1, "done", {})
    assert not found.due()
    assert found.take(untimed) is None
    found.take(untimed)
    assert found.due()
    calls = len(plan.programs["gradients"].calls)
    outcome = Outcome(1, "done", {}, timings=(timed([[1.0] * calls]),))
    assert 0 < (found.take(outcome) or 0) < 1
    assert not found.due()
    now = 1.9
    assert not found.due()
    now = 2.0
    assert found.due()
    now = 600.0
    found.take(outcome)
    now = 619.0
    assert not found.due()
