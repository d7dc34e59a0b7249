"""The smallest change between two texts, and rows and columns of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.tui.model.text_change import Change, Rows, smallest

TEXTS = st.text(alphabet="ab \n\r\u2028", max_size=30)


@given(TEXTS, TEXTS)
def test_the_change_makes_the_other_text_and_cuts_no_line_end(old: str, new: str) -> None:
    change = smallest(old, new)
    if change is None:
        assert old == new
        return
    assert old[: change.start] + change.text + old[change.end :] == new
    for text, at in ((old, change.start), (old, change.end), (new, change.start)):
        assert text[max(0, at - 1) : at + 1] != "\r\n"


def test_only_what_differs_is_replaced() -> None:
    assert smallest("a: 1\nb: 2\nc: 3\n", "a: 1\nb: 20\nc: 3\n") == Change(9, 9, "0")
    assert smallest("same", "same") is None


@given(TEXTS, st.integers(0, 30))
def test_a_character_is_found_again_at_its_row_and_column(text: str, at: int) -> None:
    at = min(at, len(text))
    rows = Rows(text)
    assert rows.at(rows.place(at)) == at


@pytest.mark.parametrize(("at", "place"), [(0, (0, 0)), (2, (1, 0)), (4, (1, 2)), (5, (1, 3)), (6, (2, 0))])
def test_rows_end_with_their_line_ends(at: int, place: tuple[int, int]) -> None:
    assert Rows("a\nbc\r\n").place(at) == place
