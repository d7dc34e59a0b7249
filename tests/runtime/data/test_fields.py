"""Columns by name: what is taken for numbers and what for classes, joined columns, and every refusal."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.dsl.data_schema import BUILTIN, Column
from netloom.dsl.spec import Field
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.fields import fit_name, named_columns, wanted_values
from netloom.runtime.data.raw import Raw, Words

MakeField = Callable[..., Field]


def table(**columns: list[str]) -> Raw:
    rows = len(next(iter(columns.values())))
    lines = tuple(range(2, rows + 2))
    return Raw({n: Words(tuple(c), "t.csv", lines) for n, c in columns.items()}, rows, file="t.csv", table=True)


def arrays(**columns: object) -> Raw:
    made = {n: np.asarray(c) for n, c in columns.items()}
    return Raw(made, len(next(iter(made.values()))), file="a.npz")


def test_words_left_to_themselves() -> None:
    found = named_columns(table(Area=["1", "2e1"], city=["b", "a"], label=["3", "0"], y=["-1", "1"]), ())
    assert {name: (c.shape, c.dtype, c.classes) for name, (c, _) in found.items()} == {
        "area": ((1,), "float32", None),
        "city": ((), "int32", 2),
        "label": ((), "int32", 2),
        "y": ((1,), "float32", None),
    }
    assert found["area"][1].tolist() == [[1.0], [20.0]]
    assert found["city"][0].class_names == ("a", "b")
    assert found["city"][1].tolist() == [1, 0]
    assert found["label"][0].class_names == ("0", "3")
    assert found["label"][1].tolist() == [1, 0]


@pytest.mark.parametrize("cells", [["0.5", "1"], ["-1", "1"]])
def test_a_written_label_that_is_no_class(cells: list[str]) -> None:
    assert named_columns(table(label=cells), ())["label"][0].classes is None


def test_a_label_of_infinity_is_refused() -> None:
    with pytest.raises(DataError, match="inf is not finite"):
        named_columns(table(label=["1", "inf"]), ())


def test_a_label_that_is_no_class() -> None:
    found = named_columns(arrays(label=[-1.0, 1.0]), ())
    assert found["label"][0] == Column("label", (1,), "float32")


def test_fields_of_a_table(make_field: MakeField) -> None:
    raw = table(area=["1", "2"], rooms=["3", "?"], heated=["yes", "no"], note=["", "x"])
    fields = (
        make_field("numbers", "area", "rooms", missing="0"),
        make_field("heated", kind="category", values=("yes", "no")),
    )
    found = named_columns(raw, fields, ("?",))
    assert list(found) == ["numbers", "heated"]  # `note` has an empty cell, and nobody asked for it
    assert found["numbers"][1].tolist() == [[1, 3], [2, 0]]
    assert found["heated"][0].class_names == ("yes", "no")
    assert found["heated"][1].tolist() == [0, 1]


def test_classes_are_sorted_by_size_when_they_are_numbers(make_field: MakeField) -> None:
    found = named_columns(table(n=["10", "9", "10"]), (make_field("n", kind="category"),))
    assert found["n"][0].class_names == ("9", "10")


def test_columns_by_fit_name_and_by_number(make_field: MakeField) -> None:
    raw = table(**{"Sepal length (cm)": ["1"], "b": ["2"]})
    fields = (make_field("first", "sepal_length_cm"), make_field("second", "2"))
    found = named_columns(raw, fields)
    assert [float(values[0, 0]) for _, values in found.values()] == [1.0, 2.0]


def test_arrays_keep_their_shape_and_pixels_their_bytes(make_field: MakeField) -> None:
    raw = arrays(picture=np.zeros((2, 3, 3, 1), np.uint8), x=np.ones((2, 3)), y=[1, 2], label=[5, 2], on=[True, False])
    found = named_columns(raw, (make_field("image", "picture"),))
    assert found["image"][0] == Column("image", (3, 3, 1), "uint8", low=0.0, high=255.0)
    assert found["x"][0] == Column("x", (3,), "float32")
    assert found["y"][0] == Column("y", (1,), "float32")
    assert found["label"][0] == Column("label", (), "int32", classes=2, class_names=("2", "5"))
    assert found["on"][1].tolist() == [[1.0], [0.0]]
    assert "picture" not in found


def test_known_columns_stay_as_known(make_field: MakeField) -> None:
    known = BUILTIN["iris"].columns
    raw = Raw({"x": np.ones((2, 4), np.float32), "label": np.array([0, 2], np.int32)}, 2, known=known)
    fields = (
        make_field("kind", "label", values=("a", "b", "c")),
        make_field("number", "label", kind="number"),
    )
    found = named_columns(raw, fields)
    assert found["kind"][0] == Column("kind", (), "int32", classes=3, class_names=("a", "b", "c"))
    assert found["number"][1].tolist() == [[0.0], [2.0]]
    assert found["x"][0] == known["x"]
    with pytest.raises(DataError, match="2 values are named for label, which has 3 classes"):
        named_columns(raw, (make_field("kind", "label", values=("a", "b")),))


def test_named_numbers_of_an_array(make_field: MakeField) -> None:
    field = make_field("animal", kind="category", values=("cat", "dog", "cow"))
    found = named_columns(arrays(animal=[2, 0]), (field,))
    assert found["animal"][0].class_names == ("cat", "dog", "cow")
    assert found["animal"][1].tolist() == [2, 0]
    with pytest.raises(DataError, match="row 2 is 3, and 3 values name 0 to 2"):
        named_columns(arrays(animal=[2, 3]), (field,))


def test_missing_numbers_of_an_array(make_field: MakeField) -> None:
    found = named_columns(arrays(x=[1.0, np.nan]), (make_field("x", missing="-1"),))
    assert found["x"][1].tolist() == [[1.0], [-1.0]]


def test_missing_classes(make_field: MakeField) -> None:
    found = named_columns(table(c=["a", "", "b"]), (make_field("c", kind="category", missing="none"),))
    assert found["c"][0].class_names == ("a", "b", "none")
    assert found["c"][1].tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (["1", ""], "line 3, column c: the cell is empty"),
        (["1", "?"], "line 3, column c: the cell holds '\\?', which means missing"),
        (["1", "x"], "line 3, column c: 'x' is no number, others here are"),
        (["1", "nan"], "line 3, column c: nan is not finite"),
        (["-inf", "1"], "line 2, column c: -inf is not finite"),
        (["1", "1e39"], "line 3, column c: 1e39 is too large for float32"),
        (["1", "1_000"], "'1_000' is no number"),
        (["1", "\u0661"], "is no number"),
        (["a", ""], "line 3, column c: the cell is empty"),
    ],
)
def test_cells_that_are_refused(cells: list[str], said: str) -> None:
    with pytest.raises(DataError, match=said):
        named_columns(table(c=cells), (), ("?",))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([[1.0, 2.0], [3.0, np.nan]], r"row 2, index \[1\] is nan"),
        ([1.0, np.inf], "row 2, index .* is inf"),
        ([1.0, 1e300], "not a finite number of float32"),
    ],
)
def test_numbers_that_are_refused(values: object, said: str) -> None:
    with pytest.raises(DataError, match=said):
        named_columns(arrays(x=values), ())


def test_fields_that_cannot_be(make_field: MakeField) -> None:
    raw = table(a=["1", "2"], b=["x", "y"])
    for field, said in (
        (make_field("c"), "t.csv has no column `c`.*a, b"),
        (make_field("c", "3"), "no column `3`"),
        (make_field("c", "a", "b"), "`b` holds classes"),
        (make_field("b", kind="number"), "'x' is no number"),
        (make_field("b", kind="words"), "cannot be read as `words`"),
        (make_field("b", values=("x", "z")), "line 3, column b: 'y' is none of x, z"),
        (make_field("a", missing="mean"), "mean is not a number"),
    ):
        with pytest.raises(DataError, match=said):
            named_columns(raw, (field,))
    with pytest.raises(DataError, match="not a whole number"):
        named_columns(arrays(a=[0.5, 1]), (make_field("a", kind="category"),))
    with pytest.raises(DataError, match="two columns would be called `a_b`"):
        named_columns(table(**{"a b": ["1"], "A-B": ["2"]}), ())


@settings(deadline=None)
@given(st.text(max_size=12))
def test_fit_names_are_names_of_the_language(text: str) -> None:
    name = fit_name(text)
    assert name
    assert name[0] in "abcdefghijklmnopqrstuvwxyz"
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    assert fit_name(name) == name


def test_what_the_schema_must_see(make_field: MakeField) -> None:
    wanted = wanted_values((make_field("kind", "city", kind="category"), make_field("x")))
    assert [wanted(name) for name in ("city", "label", "Label", "x")] == [True, True, True, False]
