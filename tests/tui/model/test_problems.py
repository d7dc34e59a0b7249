"""Remarks as rows: worst first, with what one key can mend."""

from __future__ import annotations

from netloom.dsl.diagnostics import Diagnostic, Severity
from netloom.dsl.places import Place
from netloom.tui.model.checking import check_text
from netloom.tui.model.problems import at_line, explained, problems

FAULTY = """\
data: {source: digits, prepare: [scale]}
network: {layers: [flatten, {dense: {units: 10, activation: rellu}}, {dense: 0}]}
train: {loss: cross_entropy}
"""


def remark(line: int, severity: Severity, column: int = 1) -> Diagnostic:
    return Diagnostic("E100", severity, Place("f", line, column, 1), f"{severity} in {line}", None)


def test_the_worst_come_first_and_then_the_order_of_the_file() -> None:
    rows = problems([remark(1, "hint"), remark(9, "error"), remark(2, "warning"), remark(3, "error")])
    assert [(row.sign, row.place) for row in rows] == [("✗", "3:1"), ("✗", "9:1"), ("!", "2:1"), ("·", "1:1")]


def test_what_one_key_can_mend_is_known() -> None:
    rows = problems(check_text(FAULTY, None, 1).diagnostics, FAULTY)
    fixes = {row.diagnostic.code: row.fix.new if row.fix else None for row in rows}
    assert fixes["E101"] == "relu"
    assert fixes["E105"] is None


def test_of_a_line_the_worst_remark_is_told() -> None:
    found = at_line([remark(2, "hint"), remark(2, "error", 5), remark(3, "error")], 2)
    assert found is not None and found.severity == "error"
    assert at_line([remark(2, "hint")], 1) is None


def test_a_code_is_explained() -> None:
    assert explained("E105").startswith("E105: ")
    assert explained("E000") == "There is no page about E000."
