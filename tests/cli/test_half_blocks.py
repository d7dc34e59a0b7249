"""Pictures as lines of text: two points a character, in colour and as signs."""

from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color

from netloom.cli.half_blocks import INK, UPPER, beside, is_picture, smaller

RED, BLUE, WHITE, BLACK = (255, 0, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)


def colours(line: object) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Above and below of each character."""
    found = []
    for span in line.spans:  # type: ignore[attr-defined]
        above, _, below = str(span.style).partition(" on ")
        found.append((tuple(Color.parse(above).triplet or ()), tuple(Color.parse(below).triplet or ())))
    return found


def test_two_points_in_a_character() -> None:
    picture = np.array([[RED, WHITE], [BLUE, BLACK]])
    (line,) = beside([picture], 0, 255, 80, plain=False)
    assert line.plain == UPPER * 2
    assert colours(line) == [(RED, BLUE), (WHITE, BLACK)]


def test_an_odd_height_ends_on_black() -> None:
    lines = beside([np.full((3, 2, 1), 16.0)], 0, 16, 80, plain=False)
    assert len(lines) == 2
    assert colours(lines[1])[0] == (WHITE, BLACK)


@pytest.mark.parametrize(("low", "high", "grey"), [(0, 2, 128), (1, 2, 0), (-1, 1, 255), (1, 1, 0)])
def test_the_range_is_black_to_white(low: float, high: float, grey: int) -> None:
    (line,) = beside([np.ones((2, 2, 1))], low, high, 80, plain=False)
    assert colours(line)[0] == ((grey,) * 3, (grey,) * 3)


def test_what_shows_through_is_dark() -> None:
    picture = np.array([[[255, 255, 255, 0], [255, 0, 0, 255]]] * 2)
    (line,) = beside([picture], 0, 255, 80, plain=False)
    assert [above for above, _ in colours(line)] == [BLACK, RED]


def test_signs_where_there_is_no_colour() -> None:
    ramp = np.repeat(np.linspace(0, 1, len(INK))[np.newaxis, :, np.newaxis], 2, 0)
    (line,) = beside([ramp], 0, 1, 80, plain=True)
    assert line.plain == INK
    assert not line.spans


def test_side_by_side_no_line_is_longer_than_the_terminal() -> None:
    lines = beside([np.zeros((30, 50, 3))] * 3, 0, 1, 40, plain=False)
    assert {len(line) for line in lines} == {3 * 12 + 2 * 2}
    assert len(lines) == round(30 * 12 / 50 / 2 + 0.4)


def test_a_smaller_picture_is_made_of_means() -> None:
    picture = np.arange(16.0).reshape(4, 4, 1)
    assert smaller(picture, 2)[..., 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert smaller(picture, 4) is not picture
    np.testing.assert_array_equal(smaller(picture, 9), picture)


def test_numbers_that_are_none_are_dark() -> None:
    (line,) = beside([np.full((2, 2, 1), -np.inf)], 0, 1, 80, plain=True)
    assert line.plain == "  "


@pytest.mark.parametrize(
    ("shape", "yes"),
    [((8, 8, 1), True), ((8, 8, 3), True), ((8, 8, 4), True), ((8, 8, 2), False), ((64,), False), ((1, 9, 1), False)],
)
def test_what_is_a_picture(shape: tuple[int, ...], yes: bool) -> None:
    assert is_picture(shape) is yes
