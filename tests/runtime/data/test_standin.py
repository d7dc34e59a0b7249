"""Random data in the shapes of a schema."""

from __future__ import annotations

import numpy as np
import pytest

from netloom.dsl.data_schema import BUILTIN
from netloom.runtime.data.standin import random_like


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_every_built_in_schema(name: str) -> None:
    schema = BUILTIN[name]
    made = random_like(schema, {"train": 300, "test": 40}, seed=5)
    assert made.schema.columns == schema.columns
    assert made.parts["train"].tolist() == list(range(300))
    assert made.parts["test"].tolist() == list(range(300, 340))
    for key, column in schema.columns.items():
        values = made.columns[key]
        assert values.shape == (340, *column.shape)
        assert values.dtype == column.dtype
        assert np.isfinite(values).all()
        if column.classes is not None:
            assert set(values.tolist()) == set(range(column.classes))
        elif column.high is not None:
            assert values.min() == 0
            assert values.max() == column.high
        else:
            assert abs(values.std() - 1) < 0.1
    again = random_like(schema, {"train": 300, "test": 40}, seed=5)
    assert all(np.array_equal(made.columns[c], again.columns[c]) for c in made.columns)


def test_the_counts_of_the_schema() -> None:
    made = random_like(BUILTIN["iris"])
    assert made.schema == BUILTIN["iris"]
    assert made.rows == 150
