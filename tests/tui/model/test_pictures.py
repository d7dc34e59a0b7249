"""Pictures: half blocks, ink, filters with 0 in the middle; and the confusion matrix as text."""

from __future__ import annotations

import numpy as np

from netloom.tui.model.confusion_rows import Confusion, mistakes, recalls, shades
from netloom.tui.model.pictures import (
    ABOVE,
    BELOW,
    ZERO,
    Shown,
    drawn,
    fitted,
    inked,
    levels,
    signed_levels,
    wide_enough,
)


def test_two_rows_of_points_are_one_row_of_signs() -> None:
    picture = np.array([[[0.0], [1.0]], [[1.0], [0.0]]])
    assert drawn(Shown(picture), 2, 2) == [[("▀", (0, 0, 0), (255,) * 3), ("▀", (255,) * 3, (0, 0, 0))]]


def test_below_an_odd_row_there_is_nothing() -> None:
    assert drawn(Shown(np.ones((1, 1, 1))), 1, 1) == [[("▀", (255, 255, 255), None)]]


def test_small_pictures_grow_by_whole_factors_and_large_ones_shrink() -> None:
    assert fitted(Shown(np.zeros((3, 3, 1))), 40, 10).shape == (9, 9, 1)
    assert fitted(Shown(np.zeros((64, 64, 3))), 20, 28).shape == (20, 20, 3)


def test_filters_are_never_averaged() -> None:
    values = np.arange(36.0).reshape(6, 6, 1)
    assert set(fitted(Shown(values, signed=True), 4, 4).ravel()) <= set(values.ravel())


def test_filters_of_whole_pictures_keep_all_their_points() -> None:
    assert wide_enough([Shown(np.zeros((28, 28, 1)), signed=True)], 10) == 28
    assert wide_enough([Shown(np.zeros((28, 28, 1)))], 16) == 16
    assert wide_enough([], 10) == 10


def test_zero_is_the_middle_of_a_filter() -> None:
    found = signed_levels(np.array([[[-2.0], [0.0], [2.0]]]))
    assert found[0].tolist() == [BELOW.tolist(), ZERO.tolist(), ABOVE.tolist()]


def test_signs_of_ink_tell_below_from_above_zero() -> None:
    values = np.array([[[-1.0], [0.0], [1.0]]] * 2)
    assert inked(Shown(values, signed=True), 3, 3) == ["# O"]
    assert inked(Shown(np.array([[[0.0], [1.0]]] * 2)), 2, 2) == [" @"]


def test_numbers_that_are_not_finite_are_black() -> None:
    assert levels(np.array([[[np.nan]]]), 0, 1).ravel().tolist() == [0, 0, 0]


CONFUSION = Confusion(np.array([[8.0, 2.0, 0.0], [0.0, 5.0, 0.0], [0.0, 0.0, 0.0]]), ("cat", "dog", "fox"))


def test_the_commonest_mistakes_in_words() -> None:
    assert [str(mistake) for mistake in mistakes(CONFUSION, 3)] == ["cat taken for dog: 2 of 10"]
    assert round(CONFUSION.right, 3) == 0.867


def test_a_class_without_examples_has_no_recall() -> None:
    found = recalls(CONFUSION)
    assert found[:2].tolist() == [0.8, 1.0]
    assert np.isnan(found[2])


def test_a_single_mistake_is_seen_among_many() -> None:
    counts = np.array([[1000.0, 1.0], [0.0, 7.0]])
    assert shades(Confusion(counts, ("a", "b"))) == ["██░░", "  ██"]
    assert shades(Confusion(counts, ("a", "b")), plain=True) == ["@@..", "  @@"]
