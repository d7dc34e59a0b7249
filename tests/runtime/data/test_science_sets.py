"""The sets of scikit-learn: our quick reading against its own functions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from netloom.dsl.data_schema import BUILTIN
from netloom.runtime.data import science_sets
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.reach import Reach

NAMES = ("digits", "iris", "wine", "breast_cancer", "diabetes")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_numbers_as_the_package_gives(name: str) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    raw = science_sets.science_set(name)({}, Reach.of(Path(), {}))
    inputs, targets = science_sets.load_by_package(name)
    for column, wanted in zip(BUILTIN[name].columns.values(), (inputs, targets), strict=True):
        values = raw.columns[column.name]
        assert values.dtype == column.dtype
        assert values.shape == (BUILTIN[name].parts["train"], *column.shape)
        np.testing.assert_allclose(values.reshape(wanted.shape), wanted, rtol=1e-6, atol=1e-9)
        if column.classes is not None:
            assert values.min() == 0
            assert values.max() == column.classes - 1
        if column.high is not None:
            assert values.max() == column.high


def test_other_files_in_the_package_fall_back_to_its_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    monkeypatch.setitem(science_sets._FILES, "iris", lambda folder: np.load(folder / "moved"))
    raw = science_sets.science_set("iris")({}, Reach.of(Path(), {}))
    assert raw.columns["x"].shape == (150, 4)


def test_without_the_package_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(science_sets.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"netloom\[data\]"):
        science_sets.science_set("digits")({}, Reach.of(Path(), {}))
