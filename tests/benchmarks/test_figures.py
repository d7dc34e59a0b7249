"""Medians, spreads and ratios of a benchmark, and what counts as the same network."""

from __future__ import annotations

import math

import pytest

from netloom.benchmarks.figures import Spread, agree, ratios, times

ROUNDS = [
    {"netloom": 1.0, "torch": 4.0},
    {"netloom": 10.0, "torch": 40.0},  # the machine was slow: both sides of the ratio were
    {"netloom": 1.0, "torch": 6.0, "jax": 2.0},
]


def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_times() -> None:
    assert ratios(ROUNDS, "torch", "netloom").median == 4.0
    assert times(ROUNDS, "torch").median / times(ROUNDS, "netloom").median == 6.0


def test_rounds_without_an_engine_do_not_count() -> None:
    assert ratios(ROUNDS, "jax", "netloom") == Spread(2.0, 2.0, 2.0)
    with pytest.raises(ValueError, match="nothing"):
        times(ROUNDS, "onnx")


def test_a_tenth_lies_outside_each_end() -> None:
    spread = Spread.of([float(number) for number in range(101)])
    assert (spread.low, spread.median, spread.high) == (10.0, 50.0, 90.0)


def test_numbers_agree_to_a_share_of_the_largest() -> None:
    assert agree([2.0, 0.0], [2.001, 0.001], 1e-3) is None
    assert agree([2.0, 0.0], [2.0, 0.01], 1e-3) == "number 2 is 0.01 against 0"
    assert agree([2.0], [2.0, 2.0], 1e-3) == "2 numbers against 1"


def test_what_is_no_number_agrees_with_nothing() -> None:
    assert agree([2.0, 1.0], [2.0, math.nan], 1e-3) == "number 2 is nan against 1"
    assert agree([math.nan], [math.nan], 1e-3) is not None
