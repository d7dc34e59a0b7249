"""Numbers fitted on the training part, against NumPy in float64 and against what must not be seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from netloom.compiler.experiment import Prepare
from netloom.dsl.data_schema import Column, DataSchema
from netloom.runtime.data import fitted
from netloom.runtime.data.dataset import Dataset
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.fitted import KINDS, prepared, statistic


def dataset(x: np.ndarray, train: list[int]) -> Dataset:
    chosen = set(train)
    rest = [row for row in range(len(x)) if row not in chosen]
    columns = {
        "x": Column("x", x.shape[1:], str(x.dtype)),
        "label": Column("label", (), "int32", classes=2),
    }
    schema = DataSchema(columns, {"train": len(train), "test": len(rest)})
    parts = {"train": np.array(train, np.int64), "test": np.array(rest, np.int64)}
    return Dataset(schema, {"x": x, "label": np.zeros(len(x), np.int32)}, parts)


@settings(deadline=None)
@given(
    hnp.arrays(np.float32, (6, 2, 3), elements=st.floats(-1e6, 1e6, width=32)),
    st.sampled_from([np.float32, np.uint8]),
)
def test_against_numpy(values: np.ndarray, dtype: type) -> None:
    x = np.abs(values).astype(np.float64).clip(0, 255).astype(np.uint8) if dtype == np.uint8 else values
    made, train = dataset(x, [0, 2, 5]), x[[0, 2, 5]].astype(np.float64)
    deviation = train.std(axis=0)
    wanted = {
        "mean": train.mean(axis=0),
        "least": train.min(axis=0),
        "greatest": train.max(axis=0),
        "least_all": train.min(),
        "greatest_all": train.max(),
    }
    for of, expected in wanted.items():
        got = statistic(made, "x", of)
        assert got.dtype == np.float32
        assert got.shape == np.shape(expected)
        np.testing.assert_allclose(got, expected, rtol=1e-6, atol=1e-30)
    got = statistic(made, "x", "deviation")
    constant = deviation < np.finfo(np.float32).tiny
    assert np.all(got[constant] == 1)
    np.testing.assert_allclose(got[~constant], deviation[~constant], rtol=1e-5)


def test_other_parts_are_not_seen() -> None:
    x = np.array([[1.0], [3.0], [1000.0]], np.float32)
    made = dataset(x, [0, 1])
    assert [float(statistic(made, "x", of).reshape(())) for of in KINDS] == [2, 1, 2, 1, 2, 1, 1, 3, 1, 3]


def test_pieces_make_the_whole() -> None:
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (50_000, 200)).astype(np.uint8)
    made = dataset(x, list(range(0, 50_000, 2)))
    train = x[::2].astype(np.float64)
    np.testing.assert_allclose(statistic(made, "x", "mean"), train.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(statistic(made, "x", "deviation"), train.std(axis=0), rtol=1e-6)


@pytest.mark.parametrize(
    ("column", "of", "said"),
    [("z", "mean", "no column `z`"), ("label", "mean", "holds classes"), ("x", "median", "no statistic")],
)
def test_what_is_refused(column: str, of: str, said: str) -> None:
    with pytest.raises(DataError, match=said):
        statistic(dataset(np.ones((3, 1), np.float32), [0, 1]), column, of)


@pytest.mark.parametrize("piece", [1 << 22, 1], ids=["whole", "row by row"])
def test_over_channels_and_over_all(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitted, "PIECE", piece)
    x = np.random.default_rng(0).integers(0, 256, (7, 4, 5, 3)).astype(np.uint8)
    made, train = dataset(x, [0, 2, 3, 6]), x[[0, 2, 3, 6]].astype(np.float64)
    for ending, axes in (("", 0), ("_channels", (0, 1, 2)), ("_all", None)):
        np.testing.assert_allclose(statistic(made, "x", f"mean{ending}"), train.mean(axis=axes), rtol=1e-6)
        np.testing.assert_allclose(statistic(made, "x", f"deviation{ending}"), train.std(axis=axes), rtol=1e-6)
    np.testing.assert_array_equal(statistic(made, "x", "least"), train.min(axis=0))
    assert statistic(made, "x", "greatest_all") == train.max()


def test_after_other_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitted, "PIECE", 4)
    x = np.random.default_rng(1).uniform(0, 9, (6, 2)).astype(np.float32)
    made, logs = dataset(x, [0, 1, 2, 5]), np.log(x.astype(np.float64) + 1)
    train = logs[[0, 1, 2, 5]]
    np.testing.assert_allclose(statistic(made, "x", "mean after log plus=1"), train.mean(axis=0), rtol=1e-6)
    np.testing.assert_allclose(statistic(made, "x", "deviation after log plus=1"), train.std(axis=0), rtol=1e-6)
    np.testing.assert_allclose(statistic(made, "x", "least after log plus=1; mean_image per=all"),
                               (train - train.mean()).min(axis=0), rtol=1e-5)  # fmt: skip


def test_prepared_one_after_the_other() -> None:
    x = np.random.default_rng(2).uniform(0, 9, (6, 2, 3)).astype(np.float32)
    made, train = dataset(x, [0, 1, 2, 5]), np.log(x[[0, 1, 2, 5]].astype(np.float64) + 1)
    steps = (Prepare("log", {"plus": 1.0}), Prepare("standardize", {"per": "channel"}))
    expected = (np.log(x[[4]].astype(np.float64) + 1) - train.mean(axis=(0, 1))) / train.std(axis=(0, 1))
    np.testing.assert_allclose(prepared(made, "x", steps, np.array([4])), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(prepared(made, "label", (), np.array([4, 0])), [0, 0])


def test_a_logarithm_of_nothing_is_told_with_its_row() -> None:
    made = dataset(np.array([[1.0], [0.0], [2.0]], np.float32), [0, 1])
    with pytest.raises(DataError, match="row 2: after log plus=0 it is no number"):
        statistic(made, "x", "mean after log plus=0")
