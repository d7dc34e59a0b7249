"""Remarks are collected in the order of their places, each once, and not without end."""

from __future__ import annotations

import pytest

from netloom.dsl.diagnostics import MOST, Diagnostics, SpecError
from netloom.dsl.places import Place


def test_remarks_come_in_the_order_of_their_places() -> None:
    diagnostics = Diagnostics()
    diagnostics.error("E002", Place("f", 3, 1), "later")
    diagnostics.warn("W001", Place("f", 1, 5), "first")
    diagnostics.hint("H001", Place("f", 1, 9), "second")
    assert [remark.message for remark in diagnostics] == ["first", "second", "later"]
    assert [remark.code for remark in diagnostics.errors] == ["E002"]


def test_a_remark_is_said_once() -> None:
    diagnostics, others = Diagnostics(), Diagnostics()
    for _ in range(2):
        diagnostics.error("E001", Place("f", 1, 1), "once")
    others.error("E001", Place("f", 1, 1), "once")
    others.error("E001", Place("f", 1, 1), "another")
    diagnostics.extend(others)
    assert [remark.message for remark in diagnostics] == ["once", "another"]


def test_a_broken_file_does_not_make_remarks_without_end() -> None:
    diagnostics = Diagnostics()
    for line in range(MOST * 3):
        diagnostics.error("E001", Place("f", line, 1), "again")
    assert len(diagnostics.items) == MOST + 1
    assert diagnostics.items[-1].code == "E038"


def test_errors_are_raised_with_every_remark() -> None:
    diagnostics = Diagnostics()
    diagnostics.warn("W001", Place("f", 2, 1), "a warning")
    diagnostics.raise_errors()
    diagnostics.error("E001", Place("f", 1, 2), "an error")
    with pytest.raises(SpecError) as caught:
        diagnostics.raise_errors()
    assert str(caught.value) == "f:1:2: an error [E001]\nf:2:1: a warning [W001]"
    assert len(caught.value.diagnostics) == 2
