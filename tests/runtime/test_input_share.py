"""The input's share of a step: counted by its part of each call, and measured now and then."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.runtime import start
from netloom.runtime.input_share import MOST_STAMPS, InputShare, input_parts, share_of
from netloom.runtime.stretch import Outcome
from netloom.runtime.timing import Timing

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"


def timed(walls: list[list[float]]) -> Timing:
    """A program of two calls with these times, step by step."""
    times = np.array(walls)
    marks = np.zeros(times.shape[1], np.bool_)
    return Timing("gradients", np.zeros(len(times)), times, times[:, None], marks, marks)


def test_calls_count_by_the_part_that_is_the_inputs() -> None:
    outcome = Outcome(3, "done", {}, timings=(timed([[10, 30], [20, 60], [900, 900]]),))
    # the medians are 20 and 60
    assert share_of(outcome, {"gradients": np.array([1.0, 0.0])}) == pytest.approx(20 / 80)
    assert share_of(outcome, {"gradients": np.array([0.5, 0.5])}) == pytest.approx(0.5)
    assert share_of(Outcome(3, "done", {}), {}) is None


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
