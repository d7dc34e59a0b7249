"""Ridges: bars on a shared log scale, numbers and words, and what a look at the layers becomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from netloom.tui.model.observed import ridges_of
from netloom.tui.model.ridge_rows import Ridge, bars, in_words, reach_of, ridge_rows

LAYERS: dict[str, dict[str, Any]] = {
    "conv2d1": {
        "gradient": {"low": -7.0, "counts": [1, 4, 20, 60, 30, 2], "rms": 3e-6, "mean": 1e-6, "zero": 0.0},
        "activation": {"low": -2.0, "counts": [5, 10, 5], "rms": 0.2, "mean": 0.1, "zero": 0.6, "dead": 0.5},
        "weight": {"low": -3.0, "counts": [5, 10, 5], "rms": 0.1, "mean": 0.1, "zero": 0.0},
        "ratio": 1e-7,
    },
    "stage.1.Residual1.conv2d1": {
        "gradient": {"low": -3.0, "counts": [1, 40, 9], "rms": 0.02, "mean": 0.01, "zero": 0.3},
        "weight": {"low": -3.0, "counts": [5, 10, 5], "rms": 0.1, "mean": 0.1, "zero": 0.0},
        "ratio": 0.4,
    },
    "dense1": {"gradient": {"low": 0.0, "counts": [], "rms": None, "mean": None, "zero": None, "bad": 12}},
}


def test_a_look_becomes_ridges_with_words() -> None:
    found = ridges_of(LAYERS)
    assert [ridge.words for ridge in found["gradients"]] == ["1/7,000 of the largest", "", "not finite"]
    assert [ridge.words for ridge in found["activations"]] == ["50% dead"]
    assert [ridge.words for ridge in found["weights"]] == ["hardly moves: 1e-07 a step", "jumps: 40% a step"]


def test_ridges_as_rows(golden: Callable[[str, str], None]) -> None:
    text = []
    for width in (100, 56):
        rows, axis = ridge_rows(ridges_of(LAYERS)["gradients"], width)
        lines = [f"{row.name} {row.bars}{row.number}{row.words}".rstrip() for row in rows]
        assert all(len(line) <= width + 1 for line in lines)
        text += [*lines, axis.rstrip(), ""]
    golden("tui/ridges.txt", "\n".join(text))


def test_bars_stand_where_the_numbers_are() -> None:
    ridge = Ridge("a", np.array([0.0, 8.0, 4.0, 0.0]), -4, 0, 0.1)
    assert bars(ridge, (-4, 0), 4) == " █▄ "
    assert bars(ridge, (-4, 0), 4, plain=True) == " @= "
    assert bars(ridge, (-8, 0), 8) == "     █▄ "


def test_few_outliers_do_not_stretch_the_scale() -> None:
    counts = np.zeros(40)
    counts[0], counts[20] = 1, 10_000
    assert reach_of([Ridge("a", counts, -20, 20, 1.0)]) == (0, 1)


def test_no_layers_and_empty_layers() -> None:
    assert ridge_rows([], 80) == ([], "")
    assert bars(Ridge("a", np.zeros(3), 0, 1, 0.0), (-1, 1), 5) == "     "


def test_layers_in_words() -> None:
    words = in_words(ridges_of(LAYERS)["gradients"], "gradients")
    assert "conv2d1: gradients about 3.0e-06; 1/7,000 of the largest" in words
    assert "dense1: gradients about 0, not finite; not finite" in words
