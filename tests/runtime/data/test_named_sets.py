"""MNIST: a tiny pair of its files made here, and the real ones where they are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from netloom.dsl.data_schema import BUILTIN
from netloom.dsl.diagnostics import SpecError
from netloom.dsl.spec import Data
from netloom.runtime.data.dataset import open_data, schema_of
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.named_sets import read_mnist
from netloom.runtime.data.reach import Reach


def test_both_parts_one_after_the_other(tmp_path: Path, tiny_mnist: dict[str, str]) -> None:
    raw = read_mnist({}, Reach.of(tmp_path, tiny_mnist))
    assert (raw.rows, raw.own_test) == (26, 6)
    assert raw.columns["image"].shape == (26, 28, 28, 1)
    assert raw.columns["image"].dtype == np.uint8
    assert raw.columns["label"].tolist() == [n % 10 for n in range(20)] + list(range(6))
    assert raw.columns["label"].dtype == np.int32


def test_its_own_test_part_is_kept(tmp_path: Path, tiny_mnist: dict[str, str], make_data: Callable[..., Data]) -> None:
    kept = open_data(make_data("mnist", split={"validation": 0.5}), tmp_path, tiny_mnist)
    assert kept.schema.parts == {"train": 10, "validation": 10, "test": 6}
    assert kept.parts["test"].tolist() == list(range(20, 26))
    drawn = open_data(make_data("mnist", split={"test": 0.5}), tmp_path, tiny_mnist)
    assert drawn.schema.parts == {"train": 13, "test": 13}


def test_missing_files_are_named_with_where_to_put_them(
    tmp_path: Path, tiny_mnist: dict[str, str], make_data: Callable[..., Data]
) -> None:
    (tmp_path / "t10k-labels-idx1-ubyte").unlink()
    with pytest.raises(SpecError) as told:
        open_data(make_data("mnist"), tmp_path, tiny_mnist)
    (diagnostic,) = told.value.diagnostics
    assert diagnostic.code == "E301"
    assert str(diagnostic.place) == "net.yaml:3:7"
    assert "missing t10k-labels-idx1-ubyte.gz" in diagnostic.message
    assert str(tmp_path) in str(diagnostic.suggestion)
    # the schema is known all the same
    assert schema_of(make_data("mnist"), tmp_path, tiny_mnist) == BUILTIN["mnist"]


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("train-images-idx3-ubyte.gz", np.zeros((20, 27, 28)), "pictures of"),
        ("train-labels-idx1-ubyte.gz", np.zeros(19), "labels for 20 pictures"),
        ("train-labels-idx1-ubyte.gz", np.full(20, 10), "a label 10"),
    ],
)
def test_files_of_something_else(
    tmp_path: Path,
    tiny_mnist: dict[str, str],
    write_idx: Callable[..., Path],
    name: str,
    values: np.ndarray,
    said: str,
) -> None:
    write_idx(name, values)
    with pytest.raises(DataError, match=said):
        read_mnist({}, Reach.of(tmp_path, tiny_mnist))


def test_the_real_mnist(make_data: Callable[..., Data], tmp_path: Path) -> None:
    folder = os.environ.get("NETLOOM_DATA")
    if not folder or not list(Path(folder).glob("train-images-idx3-ubyte*")):
        pytest.skip("NETLOOM_DATA does not name a folder with the files of MNIST")
    dataset = open_data(make_data("mnist", split={"validation": 0.1}), tmp_path, {"NETLOOM_DATA": folder})
    assert dataset.schema.parts == {"train": 54000, "validation": 6000, "test": 10000}
    assert dataset.columns["label"][:5].tolist() == [5, 0, 4, 1, 9]
    assert dataset.columns["label"][60000:60003].tolist() == [7, 2, 1]
    counts = np.bincount(dataset.columns["label"])
    assert counts.tolist() == [6903, 7877, 6990, 7141, 6824, 6313, 6876, 7293, 6825, 6958]
