"""The sizes of numbers: counted where they belong, and nothing breaks at the edges of what floats can be."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.runtime.sizes import MOST, WIDTH, dead, ratio, saturated, sizes

FLOATS = st.floats(width=32)


@given(st.lists(FLOATS, min_size=1, max_size=200))
def test_every_number_is_counted_once(numbers: list[float]) -> None:
    array = np.array(numbers, np.float32)
    found = sizes([array])
    assert found is not None
    finite = array[np.isfinite(array)]
    assert found.get("bad", 0) == len(array) - len(finite)
    assert sum(found["counts"]) == np.count_nonzero(finite)
    assert (found["zero"] is None) == (not len(finite))
    # the record takes it as it is
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(st.floats(1e-18, 1e18))
def test_a_number_lies_in_its_bin(number: float) -> None:
    found = sizes([np.array([number, -number])])
    assert found is not None
    assert found["counts"] == [2]
    assert found["low"] - 1e-9 <= np.log10(number) <= found["low"] + WIDTH + 1e-9
    assert found["rms"] == pytest.approx(number, rel=1e-3)
    assert found["mean"] == pytest.approx(number, rel=1e-3)


def test_bins_between_are_kept_and_beyond_the_ends_none() -> None:
    found = sizes([np.array([1e-3, 0.0, 2.0]), np.array([[0.01]])])
    assert found is not None
    assert (found["low"], sum(found["counts"]), found["zero"]) == (-3.0, 3, 0.25)
    assert found["counts"][0] == found["counts"][-1] == 1


def test_large_arrays_are_sampled_and_empty_ones_have_no_size() -> None:
    found = sizes([np.full(10 * MOST, 0.5, np.float32)])
    assert found is not None
    assert sum(found["counts"]) <= MOST
    assert found["rms"] == 0.5
    assert sizes([]) is None
    assert sizes([np.zeros((0, 3))]) is None
    assert sizes([np.array(3)]) is not None


def test_flat_ends() -> None:
    assert saturated(np.array([0.5, 0.99, 0.001, 0.3]), "sigmoid") == 0.5
    assert saturated(np.array([0.0, -0.99, 0.99, 0.97]), "tanh") == 0.75
    assert saturated(np.array([1.0]), "relu") is None
    assert saturated(np.zeros(0), "tanh") is None


def test_dead_is_zero_for_every_example_and_place() -> None:
    array = np.ones((8, 3, 3, 4))
    array[..., 1] = 0
    array[:, 0, 0, 2] = 0
    assert dead(array, "relu") == 0.25
    assert dead(array[:2], "relu") is None
    assert dead(array, "tanh") is None


def test_the_ratio_of_a_change() -> None:
    before = [np.full((2, 2), 4.0), np.full(4, 3.0)]
    assert ratio([array * 1.1 for array in before], before) == pytest.approx(0.1)
    assert ratio([np.ones(2)], [np.zeros(2)]) is None
    assert ratio([np.array([np.inf])], [np.ones(1)]) is None
