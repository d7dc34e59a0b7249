"""The map of the inputs: read from a record, drawn in cells, told in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from netloom.runtime.events import Mapped
from netloom.runtime.mapped import pack
from netloom.tui.model.input_map import POINTS, drawn, extent, in_words, legend, maps_at, right_of

TAKEN = np.array([[0, 0, 1, 1]] * 4, np.uint8)
SURE = np.array([[255, 140, 140, 255]] * 4, np.uint8)
DATA = np.array([[-1.5, -1.5, 0], [1.5, 1.5, 1], [1.5, -1.5, 0]], np.float32)
AXES = (("x[0]", -2.0, 2.0), ("x[1]", -2.0, 2.0))
PLANE = Mapped(
    step=5, axes=AXES, counts=(4, 4), classes=("inner", "outer"), values=pack(np.stack([TAKEN, SURE])),
    points=pack(DATA),
)  # fmt: skip
LINE = Mapped(
    step=7, axes=(("x", 0.0, 1.0),), counts=(5,), scale=(-1.0, 3.0), points=pack(np.array([[0.5, 1.0]], np.float32)),
    values=pack(np.linspace(0, 65535, 5).astype(np.uint16)),
)  # fmt: skip


def test_the_newest_map_up_to_a_step() -> None:
    later = replace(PLANE, step=9, points="")
    shown = maps_at([PLANE, later], None)
    assert shown is not None
    assert (shown.step, len(shown.points)) == (9, 3)
    earlier = maps_at([PLANE, later], 8.0)
    assert earlier is not None
    assert earlier.step == 5
    assert maps_at([PLANE], 3.0) is None
    assert maps_at([], None) is None


def test_a_damaged_map_is_none() -> None:
    assert maps_at([replace(PLANE, values="AAAA")], None) is None
    assert maps_at([replace(PLANE, counts=(9, 9))], None) is None


def test_classes_are_told_by_sign_and_doubt_by_blanks() -> None:
    shown = maps_at([PLANE], None)
    assert shown is not None
    rows = drawn(shown, 8, 4)
    assert ["".join(spot.sign for spot in row) for row in rows] == [
        "..    :▲", "..    ::", "..    ::", ".●    :●",
    ]  # fmt: skip
    assert [spot.owner for spot in rows[0]] == [0] * 4 + [1] * 4
    assert rows[3][7].front == 0
    assert rows[0][0].strength == pytest.approx(1)
    assert [words for words, _ in legend(shown)] == ["● inner", "▲ outer", "blank: not sure"]
    assert right_of(shown) == pytest.approx(2 / 3)


def test_a_plane_in_words() -> None:
    shown = maps_at([PLANE], None)
    assert shown is not None
    assert extent(shown) == "x[0] -2…2 across, x[1] -2…2 up"
    words = in_words(shown)
    assert "decision border at step 5" in words
    assert "inner: 50% of the plane" in words
    assert "67% of 3 points lie on their own side" in words


def test_a_curve_goes_through_its_values() -> None:
    shown = maps_at([LINE], None)
    assert shown is not None
    assert shown.numbers.tolist() == pytest.approx([-1, 0, 1, 2, 3], abs=1e-3)
    rows = ["".join(spot.sign for spot in row) for row in drawn(shown, 9, 5)]
    assert rows[0][0] == " " != rows[0][-1]
    assert rows[-1][-1] == " " != rows[-1][0]
    assert shown.span == pytest.approx((-1, 3), abs=1e-3)
    assert "the network gives -1 to 3" in in_words(shown)
    assert extent(shown) == "x 0…1 across, what it gives -1…3 up"


def test_numbers_of_two_inputs_are_levels() -> None:
    levels = np.linspace(0, 65535, 16).astype(np.uint16)
    shown = maps_at([replace(PLANE, classes=(), scale=(0.0, 1.0), values=pack(levels))], None)
    assert shown is not None
    assert shown.title == "what it gives"
    rows = drawn(replace(shown, points=shown.points[:0]), 4, 4)
    assert (rows[3][0].sign, rows[0][3].sign) == (" ", "#")
    assert drawn(shown, 4, 4)[0][3].sign == POINTS[0]


def test_a_line_of_classes_has_its_points_by_class() -> None:
    values = np.array([[0, 0, 1, 1], [255, 200, 200, 255]], np.uint8)
    points = np.array([[0.1, 0], [0.9, 1]], np.float32)
    told = Mapped(step=1, axes=(("x", 0.0, 1.0),), counts=(4,), classes=("a", "b"), values=pack(values),
                  points=pack(points))  # fmt: skip
    shown = maps_at([told], None)
    assert shown is not None
    rows = drawn(shown, 4, 4)
    assert [spot.sign for spot in rows[2]].count("●") == 1
    assert [spot.sign for spot in rows[0]].count("▲") == 1
    assert right_of(shown) == 1
