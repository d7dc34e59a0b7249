"""Series of a run: growing, thinned without losing an extreme, drawn in columns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netloom.tui.model.series import Series


def filled(count: int, capacity: int = 1 << 20, at_once: int = 1000) -> Series:
    series = Series(capacity)
    values = np.sin(np.arange(count) * 0.7) + np.arange(count) / count
    for first in range(0, count, at_once):
        some = slice(first, min(count, first + at_once))
        series.add(np.arange(count)[some], values[some])
    return series


def test_points_are_kept_and_cut() -> None:
    series = filled(5000)
    assert len(series) == 5000
    assert series.steps.tolist() == list(range(5000))
    series.cut(1234)
    assert series.steps[-1] == 1233
    series.add(np.array([1234]), np.array([7.0]))
    assert (len(series), series.last) == (1235, 7.0)
    assert series.before(100).steps[-1] == 100
    assert Series().last is None


def test_a_full_series_is_thinned_and_keeps_its_extremes() -> None:
    series = Series(1024)
    values = np.zeros(100_000)
    values[[5, 70_000, 99_999]] = [-3.0, 9.0, 2.0]
    for first in range(0, len(values), 37):
        series.add(np.arange(first, min(first + 37, len(values))), values[first : first + 37])
    assert len(series) <= 1024
    assert series.values.min() == -3.0
    assert series.values.max() == 9.0
    assert series.last == 2.0
    assert (np.diff(series.steps) > 0).all()


@given(st.integers(1, 400), st.integers(1, 60), st.integers(0, 100), st.integers(1, 400))
def test_columns_are_what_a_loop_finds(count: int, width: int, first: int, reach: int) -> None:
    series = filled(count)
    last = first + reach
    low, high = series.columns(first, last, width)
    for column in range(width):
        begin = first + reach * column / width
        end = first + reach * (column + 1) / width
        inside = [
            value
            for step, value in zip(series.steps.tolist(), series.values.tolist(), strict=True)
            if begin <= step < end or (column == width - 1 and step == last)
        ]
        assert np.isnan(low[column]) == (not inside)
        if inside:
            assert (low[column], high[column]) == (min(inside), max(inside))


def test_a_million_points_make_columns_without_a_look_at_each_from_python() -> None:
    series = filled(1_000_000, at_once=100_000)
    low, high = series.columns(0, 999_999, 240)
    assert not np.isnan(low).any()
    assert low.min() == series.values.min()
    assert high.max() == series.values.max()


def test_what_is_not_a_number_is_passed_over() -> None:
    series = Series(16)
    values = np.array([1.0, np.nan, 3.0, np.nan] * 16)
    series.add(np.arange(64), values)
    assert np.nanmax(series.values) == 3.0
    low, high = series.columns(0, 64, 4)
    assert np.nanmin(low) == 1.0
    assert np.nanmax(high) == 3.0
