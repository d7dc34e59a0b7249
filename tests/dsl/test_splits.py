"""Counts of the parts: exact, together the whole, and refused where they make no sense."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.dsl.splits import SplitMistake, part_counts


def test_the_rest_trains() -> None:
    assert part_counts(1797, {"validation": 0.1, "test": 0.2}) == {
        "train": 1258,
        "validation": 180,
        "test": 359,
    }


def test_without_a_split_every_row_trains() -> None:
    assert part_counts(4, {}) == {"train": 4}


def test_halves_round_up_from_the_decimal_number_as_written() -> None:
    # 0.29 * 50 is 14.499999999999998 in binary
    assert part_counts(50, {"test": 0.29})["test"] == 15


def test_an_own_test_part_is_kept_unless_test_is_given() -> None:
    assert part_counts(60000, {}, 10000) == {"train": 60000, "test": 10000}
    assert part_counts(60000, {"validation": 0.1}, 10000) == {
        "train": 54000,
        "validation": 6000,
        "test": 10000,
    }
    assert part_counts(60000, {"test": 0.5}, 10000) == {"train": 35000, "test": 35000}
    assert part_counts(60000, {"test": 0}, 10000) == {"train": 70000}


@pytest.mark.parametrize(
    ("rows", "shares", "said"),
    [
        (100, {"test": 1}, "not a share"),
        (100, {"test": -0.1}, "not a share"),
        (100, {"test": float("nan")}, "not a share"),
        (100, {"valid": 0.1}, "no part `valid`"),
        (4, {"validation": 0.1}, "0.1 of 4 rows is 0.4 rows"),
        (10, {"validation": 0.5, "test": 0.5}, "10 rows - 5 validation - 5 test = 0"),
        (1, {"test": 0.5}, "1 rows - 1 test = 0"),
    ],
)
def test_shares_that_cannot_be(rows: int, shares: dict[str, float], said: str) -> None:
    with pytest.raises(SplitMistake, match=said):
        part_counts(rows, shares)


@settings(deadline=None)
@given(
    rows=st.integers(1, 10**6),
    validation=st.floats(0, 0.999, allow_subnormal=False),
    test=st.floats(0, 0.999, allow_subnormal=False),
    own=st.integers(0, 1000),
)
def test_parts_make_the_whole(rows: int, validation: float, test: float, own: int) -> None:
    try:
        counts = part_counts(rows, {"validation": validation, "test": test}, own)
    except SplitMistake:
        return
    whole = rows + own
    assert sum(counts.values()) == whole
    assert min(counts.values()) > 0
    assert counts["train"] >= 1
    for part, share in (("validation", validation), ("test", test)):
        assert abs(counts.get(part, 0) - share * whole) <= 0.5 + 1e-6
