"""YAML 1.2's core scalars, narrowed: what is a number, a truth, nothing; all else is text."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.reader import read
from netloom.dsl.scalars import plain, written
from netloom.dsl.tree import Plain, Scalar, Sequence

TEXTS = [
    "yes",
    "no",
    "on",
    "off",
    "Yes",
    "y",
    "012",
    "0x1f",
    "0o17",
    "12:30",
    "1_000",
    ".inf",
    "-.inf",
    ".nan",
    "~",
    "2024-01-31",
    "True",
    "FALSE",
    "Null",
    "NULL",
    "1e",
    "e5",
    ".",
    "-",
    "+",
    "1.2.3",
    "٣",
    "1e999",
    "9" * 41,
    "--1",
    "1 2",
]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_not_listed_is_text(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("false", False), ("null", None), ("", None), ("0", 0), ("-0", 0), ("7", 7),
        ("+7", 7),
        ("-12", -12), ("2e-4", 0.0002), (".5", 0.5), ("-.5", -0.5), ("1.", 1.0), ("0.10", 0.1),
        ("1E3", 1000.0),
        ("3.0", 3.0),
    ],
)  # fmt: skip
def test_truths_and_decimal_numbers(text: str, value: Plain) -> None:
    assert plain(text) == value
    assert type(plain(text)) is type(value)


@given(st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_as_they_are_written(value: float) -> None:
    read_back = plain(written(value))
    assert read_back == value
    assert type(read_back) is type(value)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ue000\ufffe\uffff"))
)
def test_texts_are_read_as_they_are_written_within_brackets_too(text: str) -> None:
    diagnostics = Diagnostics()
    tree = read(f"- {written(text)}\n- [{written(text)}, 1]\n", "f", diagnostics)
    assert not diagnostics.items
    assert isinstance(tree, Sequence)
    first, second = tree.items
    assert isinstance(first, Scalar)
    assert isinstance(second, Sequence)
    assert first.value == text
    inner = second.items[0]
    assert isinstance(inner, Scalar)
    assert inner.value == text


@given(st.from_regex(r"[-+]?(0|[1-9][0-9]{0,12})(\.[0-9]{0,8})?([eE][-+]?[0-9]{1,2})?", fullmatch=True))
def test_every_decimal_number_agrees_with_python(text: str) -> None:
    value = plain(text)
    assert isinstance(value, int | float)
    assert math.isclose(value, float(text), rel_tol=1e-15, abs_tol=1e-300)


def test_it_differs_from_yaml_1_1_where_yaml_1_1_surprises() -> None:
    assert [plain(word) for word in ("yes", "012", "2e-4")] == ["yes", "012", 0.0002]
    assert yaml.safe_load("[yes, 012, 2e-4]") == [True, 10, "2e-4"]
