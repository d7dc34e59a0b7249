"""Rows written in the spec."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from netloom.runtime.data.errors import DataError
from netloom.runtime.data.inline import read_values
from netloom.runtime.data.raw import Raw, Words
from netloom.runtime.data.reach import Reach


def load(**options: object) -> Raw:
    return read_values(options, Reach.of(Path(), {}))


def test_columns_of_rows() -> None:
    raw = load(x=[[1, 0.5], [0, 0]], label=[3, 1], names=["a", "b"], table=[[[1], [2]], [[3], [4]]])
    assert raw.rows == 2
    assert np.array_equal(raw.columns["x"], [[1, 0.5], [0, 0]])
    assert raw.columns["label"].dtype == np.int64
    assert raw.columns["table"].shape == (2, 2, 1)
    assert isinstance(raw.columns["names"], Words)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "holds no column"),
        ({"x": []}, "x is not a list of rows"),
        ({"x": 5}, "x is not a list of rows"),
        ({"x": [[1, 2], [3]]}, r"row 2 of x has the shape \[1\], row 1 has \[2\]"),
        ({"x": [[1, [2]]]}, "uneven"),
        ({"x": [[]]}, "uneven or empty"),
        ({"x": [["a"]]}, "'a' in x is not a number"),
        ({"x": [True]}, "True in x is not a number"),
        ({"x": [None]}, "None in x is not a number"),
        ({"x": [1], "y": [1, 2]}, "different lengths: x 1, y 2"),
    ],
)
def test_what_is_refused(options: dict[str, object], said: str) -> None:
    with pytest.raises(DataError, match=said):
        load(**options)
