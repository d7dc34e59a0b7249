"""Random numbers: known words, the right distribution, the same bits."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.runtime.data.chance import normal, on_circle, shuffled, uniform, words


def test_words_are_fixed_for_ever() -> None:
    assert [hex(w) for w in words(7, 1, 3)] == [
        "0xe1e9589fbf7f6f1d",
        "0x5e794bda66c92f56",
        "0x845eadf36d56f2f7",
    ]
    assert np.array_equal(words(-1, 0, 4), words(2**64 - 1, 0, 4))


def test_uses_are_independent() -> None:
    assert not np.intersect1d(words(7, 0, 1000), words(7, 1, 1000)).size


def test_distributions() -> None:
    even, round_ = uniform(3, 0, (100_000,)), normal(3, 0, (100_000,))
    assert even.min() >= 0
    assert even.max() < 1
    assert abs(even.mean() - 0.5) < 0.005
    assert abs(round_.mean()) < 0.02
    assert abs(round_.std() - 1) < 0.01
    assert abs((np.abs(round_) < 1).mean() - 0.6827) < 0.01


def test_shuffled_is_a_permutation() -> None:
    assert np.array_equal(np.sort(shuffled(1, 0, 1000)), np.arange(1000))


@settings(deadline=None)
@given(st.floats(-1e6, 1e6))
def test_on_circle_is_cosine_and_sine(turns: float) -> None:
    cosine, sine = on_circle(np.array([turns]))
    angle = (turns - math.floor(turns + 0.5)) * 2 * math.pi
    assert abs(cosine[0] - math.cos(angle)) < 1e-14
    assert abs(sine[0] - math.sin(angle)) < 1e-14
