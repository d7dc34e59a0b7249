"""Inputs to predict from, in every form, brought to the columns a network was trained on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from netloom.dsl.data_schema import BUILTIN, Column, DataSchema
from netloom.dsl.spec import Data, Field
from netloom.runtime.data.dataset import open_data, set_opener
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.inputs import Needs, read_inputs, reference

DIGITS = Needs.of(BUILTIN["digits"], ["image"])
IRIS = Needs.of(BUILTIN["iris"], ["x"])
HOUSE = DataSchema(
    {
        "numbers": Column("numbers", (2,), "float32"),
        "city": Column("city", (), "int32", classes=2, class_names=("Bonn", "Köln")),
        "price": Column("price", (1,), "float32"),
    }
)


def test_references() -> None:
    assert reference("digits:test[0:5]") == ("digits", "test", slice(0, 5))
    assert reference("data:train") == ("data", "train", slice(None))
    assert reference("iris:validation[3]") == ("iris", "validation", slice(3, 4))
    assert reference("iris:test[2:]") == ("iris", "test", slice(2, None))
    for text in ("digits.csv", "digits:other", "C:test.npz", "digits:test[a]"):
        assert reference(text) is None
    for text in ("digits:test[]", "digits:test[0:5:2]"):
        with pytest.raises(DataError, match="names no rows"):
            reference(text)


def test_rows_of_the_run_itself(make_data: Callable[..., Data], tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the extra `data` is not installed")
    data = make_data("digits", split={"test": 0.2})
    opener = set_opener(data, tmp_path, {}, seed=3)
    dataset = open_data(data, tmp_path, {}, seed=3)
    found = read_inputs(DIGITS, ["digits:test[0:5]", "data:train[7]"], opener)
    rows = [*dataset.parts["test"][:5], dataset.parts["train"][7]]
    assert np.array_equal(found["image"], dataset.columns["image"][rows])
    for text, said in (
        ("iris:test", "not on iris"),
        ("digits:validation", "no part validation"),
        ("digits:test[9999:]", "none of these"),
    ):
        with pytest.raises(DataError, match=said):
            read_inputs(DIGITS, [text], opener)


def test_who_has_no_data_says_so_of_rows_of_a_set() -> None:
    with pytest.raises(DataError, match="knows no data sets") as refused:
        read_inputs(DIGITS, ["digits:test[0:4]"])
    assert '`netloom predict RUN "digits:test[0:4]"`' in str(refused.value)
    with pytest.raises(DataError, match="there is no file digits:tests"):
        read_inputs(DIGITS, ["digits:tests[0:4]"])


@pytest.mark.parametrize("shape", [(8, 8, 1), (8, 8), (64,), (1, 8, 8, 1), (1, 64), (3, 64), (3, 8, 8)])
def test_arrays_of_fitting_shapes(shape: tuple[int, ...]) -> None:
    values = np.arange(np.prod(shape)).reshape(shape) % 17
    found = read_inputs(DIGITS, [values.astype(np.float64)])["image"]
    assert found.dtype == np.uint8
    assert found.shape[1:] == (8, 8, 1)
    assert np.array_equal(found.reshape(-1), values.reshape(-1))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (np.zeros((3, 63)), "an example is .*64 numbers"),
        (np.full((2, 64), 0.5), "row 1 holds 0.5; the network was trained on whole numbers from 0 to 16"),
        (np.full((2, 64), 17), "row 1 holds 17"),
        (np.full((2, 64), np.nan), "row 1 holds nan"),
        (np.array([["a"]]), "not numbers"),
    ],
)
def test_arrays_that_do_not_fit(values: np.ndarray, said: str) -> None:
    with pytest.raises(DataError, match=said):
        read_inputs(DIGITS, [values])


def test_files_of_arrays(tmp_path: Path, write_idx: Callable[..., Path]) -> None:
    values = np.arange(128).reshape(2, 8, 8) % 17
    np.save(tmp_path / "a.npy", values)
    np.savez(tmp_path / "a.npz", anything=values)
    np.savez(tmp_path / "b.npz", image=values, label=[0, 1])
    write_idx("a-idx3-ubyte.gz", values)
    for name in ("a.npy", "a.npz", "b.npz", "a-idx3-ubyte.gz"):
        found = read_inputs(DIGITS, [tmp_path / name, str(tmp_path / name)])
        assert found["image"].shape == (4, 8, 8, 1)
        assert np.array_equal(found["image"][2:, :, :, 0], values)


def test_tables_by_name_and_by_position(tmp_path: Path) -> None:
    rows = np.array([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32)
    (tmp_path / "bare.csv").write_text("1,2,3,4\n5,6,7,8\n")
    (tmp_path / "named.csv").write_text("sl,sw,pl,pw\n1,2,3,4\n5,6,7,8\n")
    for name in ("bare.csv", "named.csv"):
        assert np.array_equal(read_inputs(IRIS, [tmp_path / name])["x"], rows)
    pixels = np.arange(64) % 3
    (tmp_path / "digit.csv").write_text(";".join(map(str, pixels)) + "\n")
    assert np.array_equal(read_inputs(DIGITS, [tmp_path / "digit.csv"])["image"].reshape(-1), pixels)
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match=r"2 columns \(a, b\), and the network reads x \(4\)"):
        read_inputs(IRIS, [tmp_path / "odd.csv"])


def test_tables_by_the_fields_of_the_spec(
    tmp_path: Path, make_data: Callable[..., Data], make_field: Callable[..., Field]
) -> None:
    fields = (make_field("numbers", "area", "rooms", missing="0"), make_field("city", kind="category"))
    data = make_data("csv", path="houses.csv", fields=fields, missing=("?",))
    needs = Needs.of(HOUSE, ["numbers", "city"], data)
    (tmp_path / "new.csv").write_text("rooms,city,area\n3,Köln,70\n?,Bonn,50\n")
    found = read_inputs(needs, [tmp_path / "new.csv"])
    assert found["numbers"].tolist() == [[70, 3], [50, 0]]
    assert found["city"].tolist() == [1, 0]
    (tmp_path / "new.csv").write_text("rooms,city,area\n3,Ulm,70\n")
    with pytest.raises(DataError, match="line 2, column city: 'Ulm' is none of Bonn, Köln"):
        read_inputs(needs, [tmp_path / "new.csv"])


def test_classes_as_numbers() -> None:
    needs = Needs.of(HOUSE, ["city"])
    assert read_inputs(needs, [np.array([1, 0, 1])])["city"].tolist() == [1, 0, 1]
    named = DataSchema({"n": Column("n", (), "int32", classes=2, class_names=("3", "7"))})
    assert read_inputs(Needs.of(named, ["n"]), [{"n": np.array([7, 3])}])["n"].tolist() == [1, 0]
    with pytest.raises(DataError, match="row 2 is 2, no class"):
        read_inputs(needs, [np.array([1, 2])])


def test_mappings_of_arrays() -> None:
    needs = Needs.of(HOUSE, ["numbers", "city"])
    found = read_inputs(needs, [{"numbers": np.ones((2, 2)), "city": np.array([0, 1])}])
    assert found["numbers"].shape == (2, 2)
    for arrays, said in (
        ({"numbers": np.ones((2, 2))}, "no array city"),
        ({"numbers": np.ones((2, 2)), "city": np.array([0])}, "different lengths"),
    ):
        with pytest.raises(DataError, match=said):
            read_inputs(needs, [arrays])


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("1")
    np.save(tmp_path / "a.npy", np.ones((1, 2)))
    for given, said in (
        ([], "nothing is given"),
        ([tmp_path / "a.txt"], "cannot tell what it is"),
        ([tmp_path / "none.csv"], "no file"),
        ([str(tmp_path)], "holds no pictures"),
    ):
        with pytest.raises(DataError, match=said):
            read_inputs(DIGITS, given)
    with pytest.raises(DataError, match="holds one array, and the network reads numbers, city"):
        read_inputs(Needs.of(HOUSE, ["numbers", "city"]), [tmp_path / "a.npy"])
    with pytest.raises(DataError, match="no column `z`"):
        Needs.of(HOUSE, ["z"])
