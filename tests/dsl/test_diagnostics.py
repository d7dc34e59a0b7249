"""Remarks are collected in the order of their places, each once, and not without end."""

from __future__ import annotations

import pytest

from netloom.dsl.diagnostics import LONGEST, MOST, Diagnostics, Flooded, SpecError
from netloom.dsl.load import read_spec
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
    others.error("E001", Place("f", 1, 1), "a follow-up at the same place")
    others.error("E001", Place("f", 1, 2), "elsewhere")
    others.warn("W001", Place("f", 1, 1), "a warning")
    diagnostics.extend(others)
    assert [remark.message for remark in diagnostics] == ["once", "a warning", "elsewhere"]


def test_a_broken_file_does_not_make_remarks_without_end() -> None:
    diagnostics = Diagnostics()
    for line in range(MOST):
        diagnostics.error("E001", Place("f", line, 1), "again")
    for line in range(MOST, MOST + 3):
        with pytest.raises(Flooded):
            diagnostics.error("E001", Place("f", line, 1), "again")
    assert len(diagnostics.items) == MOST + 1
    assert diagnostics.items[-1].code == "E038"


def test_reading_ends_where_there_are_too_many_remarks() -> None:
    lines = "".join(f"    - layer{number}: 3\n" for number in range(MOST + 10))
    spec, diagnostics = read_spec(f"network:\n  layers:\n{lines}", "f")
    assert spec is None
    assert [remark.code for remark in diagnostics][-1] == "E038"
    assert len(diagnostics.items) == MOST + 1


@pytest.mark.parametrize(
    ("said", "heard"),
    [("a\x1b[2Jb\u202e", r"a\x1b[2Jb\u202e"), ("\ud800", r"\ud800"), ("né 中", "né 中"), ("a\nb", "a\nb")],
)
def test_a_remark_holds_nothing_that_a_terminal_obeys(said: str, heard: str) -> None:
    diagnostics = Diagnostics()
    diagnostics.error("E001", Place("f", 1, 1), said, said)
    (remark,) = diagnostics
    assert (remark.message, remark.suggestion) == (heard, heard)


def test_a_remark_is_not_as_long_as_what_it_quotes() -> None:
    diagnostics = Diagnostics()
    diagnostics.error("E001", Place("f", 1, 1), f"`{'x' * 100_000}` is long")
    (remark,) = diagnostics
    assert len(remark.message) < LONGEST
    assert remark.message.endswith("x` is long")


def test_errors_are_raised_with_every_remark() -> None:
    diagnostics = Diagnostics()
    diagnostics.warn("W001", Place("f", 2, 1), "a warning")
    diagnostics.raise_errors()
    diagnostics.error("E001", Place("f", 1, 2), "an error")
    with pytest.raises(SpecError) as caught:
        diagnostics.raise_errors()
    assert str(caught.value) == "f:1:2: an error [E001]\nf:2:1: a warning [W001]"
    assert len(caught.value.diagnostics) == 2
