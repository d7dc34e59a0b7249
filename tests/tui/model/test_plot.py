"""A chart as text: golden in ASCII and braille, who owns a cell, marks and cross-hair."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netloom.tui.model.braille import NOBODY, Sheet, band, heights, stroke
from netloom.tui.model.curves import Curve, Look, Mark
from netloom.tui.model.plot import CURSOR, MARK, Plot, plot, sparkline

STEPS = np.arange(0.0, 2000.0, 4.0)
NOISE = 0.3 * np.sin(STEPS * 12.9898) * np.cos(STEPS * 78.233)
TRAIN = Curve("train", STEPS, 2.3 * np.exp(-STEPS / 500) * (1 + NOISE) + 0.1, True, 0)
AT = np.arange(200.0, 2001.0, 200.0)
VALIDATION = Curve("validation", AT, 2.3 * np.exp(-AT / 500) + 0.2, False, 1)


def owners(found: Plot) -> set[int]:
    return {owner for row in found.rows for _, owner in row}


def test_a_chart_in_braille(golden: Callable[[str, str], None]) -> None:
    found = plot((TRAIN, VALIDATION), Look(), 72, 16, (Mark(800, "◊", "learning rate 0.001"),))
    golden("tui/chart_braille.txt", found.text + "\n")


def test_a_chart_in_ascii(golden: Callable[[str, str], None]) -> None:
    found = plot((TRAIN, VALIDATION), Look(log=True, cursor=1000.0), 72, 16, ascii=True)
    assert found.text.isascii()
    golden("tui/chart_ascii.txt", found.text + "\n")


@given(st.integers(10, 120), st.integers(3, 40), st.booleans(), st.booleans())
def test_every_row_fits(width: int, height: int, log: bool, ascii: bool) -> None:
    found = plot((TRAIN, VALIDATION), Look(log=log), width, height, ascii=ascii)
    body = found.rows[found.top :]
    assert all(sum(len(words) for words, _ in row) <= max(width, found.gutter + 4) for row in body)


def test_marks_and_cross_hair_stand_behind_the_curves() -> None:
    found = plot((TRAIN,), Look(cursor=1500.0), 60, 12, (Mark(500, "c", "checkpoint"),))
    assert {MARK, CURSOR} <= owners(found)
    assert "step 1,500" in found.text


def test_the_legend_tells_what_happened_at_the_cross_hair() -> None:
    mark = Mark(500, "◊", "learning rate 0.001")
    assert "step 505 (◊ learning rate 0.001)" in plot((TRAIN,), Look(cursor=505.0), 60, 12, (mark,)).text
    assert "learning rate" not in plot((TRAIN,), Look(cursor=900.0), 60, 12, (mark,)).text


def test_the_step_under_a_column() -> None:
    found = plot((TRAIN,), Look(), 60, 12)
    assert found.step_at(found.gutter - 1) is None
    first, last = found.step_at(found.gutter), found.step_at(59)
    assert first is not None
    assert last is not None
    assert 0 <= first < 50
    assert 1940 < last <= 2000


def test_a_log_scale_is_left_where_nothing_is_positive() -> None:
    below = Curve("x", np.arange(5.0), -np.arange(1.0, 6.0))
    assert plot((below,), Look(log=True), 40, 10).text == plot((below,), Look(), 40, 10).text


def test_a_run_of_one_point_is_seen() -> None:
    assert "●" in plot((Curve("x", np.array([0.0]), np.array([1.0])),), Look(), 40, 8).text


def test_a_curve_of_nothing_but_not_finite_numbers_is_drawn_as_nothing() -> None:
    lost = Curve("x", np.arange(4.0), np.full(4, np.nan), True)
    assert "NaN" in plot((lost,), Look(), 40, 8).text


def test_the_front_layer_owns_the_cell() -> None:
    sheet = Sheet.blank(1, 1)
    everything = np.ones((4, 2), bool)
    sheet.lay(everything, 0)
    sheet.lay(stroke(np.array([0.0, 0.0]), 4), 1)
    assert sheet.row(0) == [("⠉", 1)]
    sheet.lay(everything, 2, over=False)
    assert sheet.row(0) == [("⠉", 1)]


def test_an_empty_sheet_belongs_to_nobody() -> None:
    assert Sheet.blank(3, 1).row(0) == [("   ", NOBODY)]


@given(st.lists(st.integers(0, 15), min_size=2, max_size=12))
def test_a_stroke_has_no_gaps(rows: list[int]) -> None:
    on = stroke(np.array(rows, float), 16)
    assert all(on[row, column] for column, row in enumerate(rows))
    for column in range(len(rows) - 1):
        here, there = np.flatnonzero(on[:, column]), np.flatnonzero(on[:, column + 1])
        gap = max(here.min(), there.min()) - min(here.max(), there.max())
        assert gap <= 1


def test_heights_of_a_log_scale() -> None:
    found = heights(np.array([1.0, 10.0, 100.0, -1.0, np.nan]), 1.0, 100.0, 21, log=True)
    assert found[:4].tolist() == [20.0, 10.0, 0.0, 20.0]
    assert np.isnan(found[4])


def test_a_band_is_empty_where_there_is_no_value() -> None:
    assert not band(np.array([np.nan]), np.array([3.0]), 4).any()


def test_a_sparkline() -> None:
    assert sparkline(np.array([1.0, 2.0, 3.0]), 3) == "▁▅█"
    assert sparkline(np.array([100.0, 10.0, 1.0]), 3) == "█▅▁"
    assert sparkline(np.zeros(0), 3) == ""
    assert sparkline(np.array([1.0, 1.0]), 4, plain=True) == "__"
