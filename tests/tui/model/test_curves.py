"""Curves: thinning keeps spikes, smoothing is a mean of neighbours, axes have round numbers, zoom stays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.tui.model.curves import (
    Curve,
    Look,
    columns,
    cut,
    figure,
    in_words,
    line,
    log_ticks,
    looked,
    reach_of,
    step_words,
    tick_words,
    ticks,
    trend,
    value_at,
    zoomed,
)


def curve(values: list[float], steps: list[float] | None = None) -> Curve:
    return Curve("train", np.array(steps or range(len(values)), float), np.array(values, float), True)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(1, 40))
def test_thinning_keeps_the_least_and_the_greatest_value(values: list[float], count: int) -> None:
    low, high = columns(curve(values), (0, max(1, len(values) - 1)), count)
    assert np.nanmin(low) == min(values)
    assert np.nanmax(high) == max(values)


def test_a_column_without_points_is_empty_and_not_finite_points_do_not_hide_others() -> None:
    low, high = columns(curve([1.0, float("nan"), 3.0, 2.0], [0, 1, 2, 30]), (0, 40), 4)
    assert (low[0], high[0]) == (1.0, 3.0)
    assert np.isnan(low[1])
    assert low[3] == 2.0


@given(st.lists(st.floats(-10, 10), min_size=2, max_size=80), st.sampled_from([0.01, 0.1, 0.5]))
def test_a_smoothed_line_stays_between_the_least_and_the_greatest(values: list[float], share: float) -> None:
    found = line(curve(values), (0, len(values) - 1), 30, share)
    good = found[np.isfinite(found)]
    assert good.size
    assert good.min() >= min(values) - 1e-9
    assert good.max() <= max(values) + 1e-9


def test_a_smoothed_line_is_the_mean_of_the_steps_about_it() -> None:
    found = line(curve([0.0, 1.0] * 50), (0, 99), 20, 0.2)
    assert np.allclose(found[5:15], 0.5, atol=0.06)


def test_a_line_between_two_points_is_straight() -> None:
    found = line(curve([0.0, 10.0], [0, 10]), (0, 10), 10)
    assert np.allclose(np.diff(found), 1.0)


def test_nothing_is_drawn_before_the_first_and_behind_the_last_point() -> None:
    found = line(curve([1.0, 1.0], [40, 60]), (0, 100), 10)
    assert np.isnan(found[:3]).all()
    assert np.isnan(found[7:]).all()
    assert (found[4:6] == 1.0).all()


@given(st.floats(-1e6, 1e6), st.floats(1e-6, 1e6), st.integers(1, 12))
def test_ticks_lie_inside_and_are_not_too_many(low: float, wide: float, most: int) -> None:
    found = ticks(low, low + wide, most)
    assert len(found) <= most
    assert all(low - 1e-6 * wide <= tick <= low + wide * (1 + 1e-6) + 1e-12 for tick in found)


def test_ticks_are_round() -> None:
    assert tick_words(ticks(0, 2.3, 6)) == ["0.0", "0.5", "1.0", "1.5", "2.0"]
    assert tick_words(ticks(0.915, 0.98, 5)) == ["0.92", "0.94", "0.96", "0.98"]
    assert step_words(ticks(0, 19_999, 6)) == ["0", "5k", "10k", "15k"]
    assert step_words([0.0, 500.0, 1000.0]) == ["0", "500", "1,000"]


def test_ticks_of_a_log_scale_are_powers_of_ten_first() -> None:
    assert log_ticks(0.01, 100, 5) == [0.01, 0.1, 1.0, 10.0, 100.0]
    assert log_ticks(0.9, 6, 5) == [1.0, 2.0, 5.0]


def test_a_single_spike_does_not_press_the_rest_flat() -> None:
    values = np.concatenate([np.linspace(1, 0.5, 200), [1000.0]])
    assert reach_of([values], log=False)[1] < 3


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "none"), (0.0431234, "0.04312"), (12345.0, "12,345"), (2e7, "2.00e7"), (3e-5, "3.0e-05"), (0.0, "0")],
)
def test_figures_are_short(value: float | None, words: str) -> None:
    assert figure(value) == words


def test_what_is_not_finite_is_said() -> None:
    assert figure(float("nan")) == "NaN"
    assert "1 not finite" in in_words(curve([1.0, float("nan")]))


def test_a_curve_in_words() -> None:
    words = in_words(curve([4.0, 3.0, 2.0, 1.0, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05]))
    assert words.startswith("train: 4 at step 0, now 0.05 at 9; lowest 0.05 at 9, highest 4 at 0; falling")
    assert trend(np.array([1.0] * 20)) == "level"


def test_the_value_at_a_step_is_that_of_the_last_point_before() -> None:
    found = curve([5.0, 6.0], [10, 20])
    assert [value_at(found, step) for step in (9, 10, 19, 25)] == [None, 5.0, 5.0, 6.0]


def test_a_curve_cut_at_a_step_has_no_later_points() -> None:
    assert cut(curve([5.0, 6.0, 7.0], [10, 20, 30]), 20).values.tolist() == [5.0, 6.0]


def test_zoom_stays_while_data_arrives_unless_it_follows() -> None:
    still = zoomed(Look(cursor=50.0), 0.5, (0, 100))
    assert still.span((0, 100)) == still.span((0, 500)) == (25.0, 75.0)
    following = zoomed(Look(), 0.5, (0, 100))
    assert following.span((0, 100)) == (50.0, 100.0)
    assert following.span((0, 500)) == (450.0, 500.0)


def test_zooming_out_far_enough_shows_all_again() -> None:
    look = zoomed(Look(), 0.25, (0, 1000))
    for _ in range(3):
        look = looked(look, "out", (0, 1000))
    assert look.window is None


def test_stopping_to_follow_keeps_what_is_seen() -> None:
    look = looked(zoomed(Look(), 0.5, (0, 100)), "follow", (0, 100))
    assert look.span((0, 900)) == (50.0, 100.0)


def test_the_cross_hair_moves_and_takes_the_window_along() -> None:
    look = Look(window=(0, 100), follow=False, cursor=99.0)
    look = looked(look, "right", (0, 1000))
    assert look.cursor == 101.0
    assert look.window == (1.0, 101.0)
    assert looked(look, "all", (0, 1000)) == Look(log=look.log, smoothing=look.smoothing)


def test_keys_change_scale_and_smoothing() -> None:
    look = looked(looked(Look(), "log", (0, 1)), "smooth", (0, 1))
    assert look.log
    assert look.smoothing == 2
