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
    ("    - {dense: 3, when: $wide}\n", "    - {dense: 3, when: wide}\n"),
    ("    - linear: 3\n", "    - dense: 3\n"),
    ("    - Linear: {out_features: 3}\n", "    - dense: {units: 3}\n"),
    ("    - dense: {in_features: 4, units: 3}\n", "    - dense: {units: 3}\n"),
    ("    - dense: {units: 3, in_features: $(2 * 3)}\n", "    - dense: {units: 3}\n"),
    ("    - dense:\n        units: 3\n        in_features: 4\n    - relu\n",
     "    - dense:\n        units: 3\n    - relu\n"),
    ("    - batch_norm: {num_features: 4}\n", "    - batch_norm: {num_features: 4}\n"),
    ("    - linear: {units: 3}\n", "    - dense: {units: 3}\n"),
    ("    - max_pool: {pool_size: 2}\n    - upsample: 2\n", "    - max_pool: {size: 2}\n    - resize: 2\n"),
    ("    - conv2d: {out_channels: 3, kernel_size: 3, padding: SAME}\n",
     "    - conv2d: {filters: 3, kernel: 3, padding: same}\n"),
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


def test_lines_without_their_section_are_set_below_it() -> None:
    head = "name: a\nnetwork:\n  layers: [{dense: 3}]\n"
    text = head + "loss: mse\noptimizer:\n  sgd: 0.1\nepochs: 5\n"
    assert once(text)[0] == head + "train:\n  loss: mse\n  optimizer:\n    sgd: 0.1\n  epochs: 5\n"


def test_lines_astray_from_a_section_elsewhere_are_left() -> None:
    text = "name: a\ntrain: {loss: mse}\nnetwork:\n  layers: [{dense: 3}]\nepochs: 5\n"
    _, remarks = read_spec(text, "net.yaml")
    assert [(r.code, r.place.line, r.suggestion) for r in remarks] == [("E040", 5, "Move it there.")]
    assert once(text) == (text, ())


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
