"""Slips of layout: each said once, at the word where it begins, mended in one go, and the rest read all the same."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from netloom.dsl.diagnostics import Diagnostic
from netloom.dsl.fixes import fixes, mended
from netloom.dsl.load import read_spec

START = "netloom: 1\ndata: {source: digits}\n"
END = "train: {loss: cross_entropy}\n"


def remarks(text: str) -> list[Diagnostic]:
    return [remark for remark in read_spec(text, "net.yaml")[1] if remark.severity == "error"]


def places(text: str) -> list[tuple[str, int, int]]:
    return [(remark.code, remark.place.line, remark.place.column) for remark in remarks(text)]


def after_fix(text: str) -> str:
    for _ in range(10):
        found = fixes(remarks(text), text, "net.yaml")
        if not found:
            break
        text = mended(text, found)
    return text


@dataclass(frozen=True)
class Slip:
    """Layers as they are written (from line 5 of the file), the one remark on them, and how they should be."""

    wrong: str
    code: str
    line: int
    column: int
    said: str
    right: str | None = None


def within(layers: str) -> str:
    return f"{START}network:\n  layers:\n{layers}{END}"


SLIPS = [
    Slip("    - relu\n        name: a\n", "E019", 5, 7, "needs a colon", "    - relu:\n      name: a\n"),
    Slip("    - relu\n        name: a\n        when: training\n    - flatten\n", "E019", 5, 7, "needs a colon",
         "    - relu:\n      name: a\n      when: training\n    - flatten\n"),
    Slip("    - dense\n        units: 3\n", "E019", 5, 7, "needs a colon", "    - dense:\n        units: 3\n"),
    Slip("    - dense: 3\n        name: a\n", "E006", 6, 9, "below `dense: 3`", "    - dense: 3\n      name: a\n"),
    Slip("    - dense: 3\n        name: a\n        from: [image]\n    - relu\n", "E006", 6, 9, "below `dense: 3`",
         "    - dense: 3\n      name: a\n      from: [image]\n    - relu\n"),
    Slip("    - dense: 3\n        activation: relu\n", "E006", 6, 9, "below `dense: 3`"),
    Slip("    - flatten\n   - dense: 3\n    - relu\n", "E006", 6, 4, "this dash",
         "    - flatten\n    - dense: 3\n    - relu\n"),
    Slip("    - dense: 4\n     - dense: 3\n", "E006", 6, 6, "this dash", "    - dense: 4\n    - dense: 3\n"),
    Slip("    - dense:\n        units: 3\n       activation: relu\n", "E006", 7, 8, "column of its own"),
    Slip("    - dense:\n           units: 3\n        activation: relu\n", "E006", 6, 12, "column of its own",
         "    - dense:\n        units: 3\n        activation: relu\n"),
    Slip("    - dense:\n          units: 3\n         activation: relu\n", "E006", 7, 10, "column of its own",
         "    - dense:\n          units: 3\n          activation: relu\n"),
    Slip("    - dense: {units: 3}}   # three\n", "E006", 5, 24, "one `}` too many", "    - dense: {units: 3}   # three\n"),
    Slip("    - concat: [image, image]]\n", "E006", 5, 29, "one `]` too many", "    - concat: [image, image]\n"),
    Slip("    - dense: {units: 3, weights: [[1]}\n", "E007", 5, 38, "missing before",
         "    - dense: {units: 3, weights: [[1]]}\n"),
    Slip("    - reshape: [8, 8, 1}\n", "E007", 5, 24, "should close", "    - reshape: [8, 8, 1]\n"),
    Slip("    - dense: units: 3\n", "E006", 5, 14, "braces", "    - dense: {units: 3}\n"),
    Slip("    - dense: units: 3, bias: false}   # three\n", "E006", 5, 14, "a `{` is missing behind `dense:`",
         "    - dense: {units: 3, bias: false}   # three\n"),
    Slip("    - dense: units: 3, weights: {start: he}}\n", "E006", 5, 14, "a `{` is missing",
         "    - dense: {units: 3, weights: {start: he}}\n"),
    Slip("    - dense: {units: 3, weights: start: he, bias: false}\n", "E006", 5, 34, "braces of its own",
         "    - dense: {units: 3, weights: {start: he}, bias: false}\n"),
    Slip("    - dense: {units: 3 activation: relu}\n", "E007", 5, 24, "comma is missing before `activation`",
         "    - dense: {units: 3, activation: relu}\n"),
    Slip("    - dense: {weights: {start: he} units: 3}\n", "E007", 5, 36, "comma is missing before `units`",
         "    - dense: {weights: {start: he}, units: 3}\n"),
    Slip("    - dense: {units: 3\n    - relu\n", "E007", 5, 14, "not closed", "    - dense: {units: 3}\n    - relu\n"),
    Slip("\t- relu\n", "E005", 5, 1, "a tab", "    - relu\n"),
    Slip("    - flatten\n\t- dense: 3\n", "E005", 6, 1, "a tab", "    - flatten\n    - dense: 3\n"),
    Slip("    - dense: 3\n\tname: a\n", "E005", 6, 1, "a tab", "    - dense: 3\n      name: a\n"),
    Slip("    - dense:  {units: 3, activation: “relu”}\n", "E006", 5, 38, "not quotes to YAML",
         "    - dense:  {units: 3, activation: relu}\n"),
    Slip("    - dense {units: 3}\n", "E019", 5, 7, "a colon is missing", "    - dense: {units: 3}\n"),
    Slip("    - {dense {units: 3}, name: a}\n", "E019", 5, 8, "a colon is missing", "    - {dense: {units: 3}, name: a}\n"),
    Slip("    - dense: {units = 3}\n", "E019", 5, 15, "not with `=`", "    - dense: {units: 3}\n"),
    Slip("    - dense: {units: 3, name: a}\n", "E021", 5, 25, "among the options", "    - dense: {units: 3}\n      name: a\n"),
    Slip("    - dense: {name: a, units: 3, bias: false}  # x\n", "E021", 5, 15, "among the options",
         "    - dense: {units: 3, bias: false}  # x\n      name: a\n"),
    Slip("    - {dense: {units: 3, from: image}, name: a}\n", "E021", 5, 26, "among the options",
         "    - {dense: {units: 3}, from: image, name: a}\n"),
]  # fmt: skip


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.wrong.strip())
def test_a_slip_is_said_once_at_its_word_and_mended(slip: Slip) -> None:
    text = within(slip.wrong)
    assert places(text) == [(slip.code, slip.line, slip.column)]
    assert slip.said in remarks(text)[0].message
    assert after_fix(text) == (text if slip.right is None else within(slip.right))
    if slip.right is not None:
        assert places(within(slip.right)) == []


def test_a_brace_that_cannot_be_put_in_is_named_with_an_example() -> None:
    found = remarks(within("    - dense: 3, bias: false}\n"))
    assert [(remark.code, remark.place.line) for remark in found] == [("E006", 5)]
    assert "braces are missing" in found[0].message
    assert "`conv2d: {filters: 16, kernel: 3}`" in (found[0].suggestion or "")


@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip.wrong.strip())
def test_reading_goes_on_after_a_slip(slip: Slip) -> None:
    text = within(slip.wrong + "    - flaten\n") + "evaluat: {}\n"
    codes = [remark.code for remark in remarks(text)]
    assert codes == [slip.code, "E101", "E023"]


def test_sections_that_are_not_indented_are_said_once_each() -> None:
    wrong = "netloom: 1\nnetwork:\nlayers:\n  - flatten   # first\n  - dense: 10\n\ntrain:\nloss: mse\nepochs: 3\n"
    right = "netloom: 1\nnetwork:\n  layers:\n    - flatten   # first\n    - dense: 10\n\ntrain:\n  loss: mse\n  epochs: 3\n"
    assert places(wrong) == [("E040", 3, 1), ("E040", 8, 1)]
    assert remarks(wrong)[1].message == "`loss`, `epochs` belong below `train:`, indented"
    assert after_fix(wrong) == right


def test_a_line_that_left_its_section_is_read_in_it() -> None:
    text = within("    - flatten\n").replace(END, "train:\n  loss: mse\nepochs: 0\n")
    assert ("E040", 8, 1) in places(text)
    assert "  epochs: 0" in after_fix(text)


def test_a_guess_is_not_held_against_its_writer() -> None:
    assert places(f"{START}network: {{input: image, layers: [flatten]}}\n") == [("E023", 3, 11)]


def test_two_misspelt_keys_do_not_become_one() -> None:
    text = within("    - dense: {unitss: 64, unit: 3}\n")
    assert after_fix(text).count("units:") == 1
    text = within("    - dense:\n        units: 64\n        # how many\n        unit: 3\n")
    assert after_fix(text) == text


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_several_slips_of_one_file_are_said_and_mended_together(end: str) -> None:
    wrong = within("    - dense: {units: 3}}\n    - relu\n        name: a\n   - dense: 4\n        name: b\n")
    right = within("    - dense: {units: 3}\n    - relu:\n      name: a\n    - dense: 4\n      name: b\n")
    assert [code for code, _, _ in places(wrong)] == ["E006", "E019", "E006", "E006"]
    assert after_fix(wrong.replace("\n", end)) == right.replace("\n", end)


def test_a_fix_says_what_it_does() -> None:
    text = within("    - dense: {units: 3 bias: false}\n    - relu\n        name: a\n     - flatten\n")
    assert [str(fix) for fix in fixes(remarks(text), text, "net.yaml")] == [
        "line 5: `,` put in",
        "line 6: `relu …` -> `relu: …`",
        "line 8: indentation",
    ]
