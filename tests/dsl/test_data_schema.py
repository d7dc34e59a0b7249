"""The table of built-in sets: what `check` knows without opening a file."""

from __future__ import annotations

import pytest

from netloom.dsl.data_schema import BUILTIN


def test_every_set_is_there() -> None:
    assert set(BUILTIN) == {"digits", "iris", "wine", "breast_cancer", "diabetes", "mnist", "cifar10"}


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_columns_are_whole(name: str) -> None:
    schema = BUILTIN[name]
    for key, column in schema.columns.items():
        assert column.name == key
        if column.classes is not None:
            assert column.dtype == "int32"
            assert column.shape == ()
            assert len(column.class_names) == column.classes
        else:
            assert column.shape
        if column.dtype == "uint8":
            assert (column.low, column.high) == (0.0, {"digits": 16.0}.get(name, 255.0))
    assert ("test" in schema.parts) == (name in {"mnist", "cifar10"})
