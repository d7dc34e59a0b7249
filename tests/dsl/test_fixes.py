"""Mistakes that are mended with one key: the file that comes out is right, and all else in it is as it was."""

from __future__ import annotations

import pytest

from netloom.dsl.fixes import Fix, fixes, mended
from netloom.dsl.load import read_spec

BODY = "name: a\nnetwork:\n  layers:\n{}train: {{loss: mse}}\n"
CASES: list[tuple[str, str]] = [
    ("    - flaten\n", "    - flatten\n"),
    ("    - dense: {unit: 3}   # three\n", "    - dense: {units: 3}   # three\n"),
    ("    - dense: {units: 3, activation: rellu}\n", "    - dense: {units: 3, activation: relu}\n"),
    ("    - dense: ${2*3}\n", "    - dense: $(2*3)\n"),
    ("    - dense:10\n", "    - dense: 10\n"),
    ("    - dense:\n      units: 10\n", "    - dense:\n        units: 10\n"),
    ("    - dense:\n      units: 4\n      activation: relu\n",
     "    - dense:\n        units: 4\n        activation: relu\n"),
    ("    - {dense: 3, when: 2 ** 2 > 3}\n", "    - {dense: 3, when: 2 ^ 2 > 3}\n"),
    ("    - formula: max(input, 0)\n    - {formula: max(input, 0)}\n",
     '    - formula: max(input, 0)\n    - {formula: "max(input, 0)"}\n'),
    ("    - relu\n      name: bent\n", "    - relu:\n      name: bent\n"),
]  # fmt: skip


def once(text: str) -> tuple[str, tuple[Fix, ...]]:
    _, remarks = read_spec(text, "net.yaml")
    found = fixes(tuple(remarks), text, "net.yaml")
    return mended(text, found), found


@pytest.mark.parametrize(("wrong", "right"), CASES)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_slip_is_mended(wrong: str, right: str, end: str) -> None:
    text, wanted = (BODY.format(lines).replace("\n", end) for lines in (wrong, right))
    for _ in range(4):
        text, found = once(text)
        if not found:
            break
    assert text == wanted


def test_a_selector_is_quoted() -> None:
    text = BODY.format("    - flatten\n").replace("mse}", "mse, penalties: [{l2: 1, of: **.weights}]}")
    assert 'of: "**.weights"}' in once(text)[0]


def test_a_tab_becomes_blanks() -> None:
    assert once("network:\n\tlayers: [relu]\n")[0] == "network:\n  layers: [relu]\n"


@pytest.mark.parametrize("text", ["name: [a]\nnetwork: 3\n", "network: {layers: [zzzzzz]}\n", "a: 1\na: 2\n"])
def test_what_needs_a_decision_is_left(text: str) -> None:
    assert once(text) == (text, ())


def test_a_good_file_has_no_fixes() -> None:
    assert once(BODY.format("    - flatten\n    - dense: 3\n"))[1] == ()
