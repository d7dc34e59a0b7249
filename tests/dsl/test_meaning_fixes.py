"""Remarks on meaning that one key mends: the remark is gone after it, and everything else stands as it stood."""

from __future__ import annotations

from pathlib import Path

import pytest

from netloom.dsl.fixes import fixes, mended
from netloom.runtime.start import check

FAULTY = Path(__file__).resolve().parents[1] / "faulty"
HEAD = "netloom: 1\ndata: {source: digits}\n"
END = "train: {loss: cross_entropy}\n"


def once(text: str, folder: Path) -> tuple[str, list[str], list[str]]:
    """The text after all fixes, and the codes of the mistakes before and after."""
    file = folder / "net.yaml"
    file.write_text(text, encoding="utf-8")
    before = check(file)
    made = mended(text, fixes(before, text, str(file)))
    file.write_text(made, encoding="utf-8")
    return made, *([r.code for r in remarks if r.severity == "error"] for remarks in (before, check(file)))


CASES = [
    ("E223", "network:\n  layers:\n    # wide\n    - dense: 64   # so wide\n    - dense: 10\n",
     "network:\n  layers:\n    - flatten\n    # wide\n    - dense: 64   # so wide\n    - dense: 10\n"),
    ("E223", "network: {layers: [dense: 64, dense: 10]}\n", "network: {layers: [flatten, dense: 64, dense: 10]}\n"),
    ("E223", "network:\n  layers:\n    - {dense: 64, from: image}\n    - dense: 10\n",
     "network:\n  layers:\n    - flatten: image\n    - {dense: 64}\n    - dense: 10\n"),
    ("E223", "network:\n  layers:\n    - conv2d: {filters: 4, kernel: 3}   # sees\n",
     "network:\n  layers:\n    - conv2d: {filters: 4, kernel: 3}   # sees\n    - flatten\n    - dense: 10\n"),
    ("E224", "network:\n  layers:\n    - flatten\n    - dense: 9   # too few\n",
     "network:\n  layers:\n    - flatten\n    - dense: 10   # too few\n"),
    ("E224", "network:\n  layers:\n    - flatten\n    - dense: {units: 9, bias: false}\n",
     "network:\n  layers:\n    - flatten\n    - dense: {units: 10, bias: false}\n"),
    ("E225", "network:\n  layers:\n    - flatten\n    - dense: {units: 10, activation: relu, bias: false}\n",
     "network:\n  layers:\n    - flatten\n    - dense: {units: 10, bias: false}\n"),
    ("E232", "network:\n  inputs: {image: [28, 28, 1]}   # digits\n  layers: [flatten, dense: 10]\n",
     "network:\n  inputs: {image: [8, 8, 1]}   # digits\n  layers: [flatten, dense: 10]\n"),
    ("E205", "network:\n  inputs: [image]\n  graph:\n    flat: {flatten: image}\n    guess: {dense: 10, from: flat}\n",
     "network:\n  inputs: [image]\n  graph:\n    flat: {flatten: image}\n    guess: {dense: 10, from: flat}\n"
     "  output: guess\n"),
    ("E029", "network:\n  layers:\n    - flatten\n    - {dense: 64, name: input}\n    - dense: 10\n",
     "network:\n  layers:\n    - flatten\n    - {dense: 64, name: input_1}\n    - dense: 10\n"),
    ("E101", "network:\n  layers:\n    - flatten\n    - dense(64)   # as in Python\n    - dense: 10\n",
     "network:\n  layers:\n    - flatten\n    - dense: 64   # as in Python\n    - dense: 10\n"),
    ("E101", "network:\n  layers:\n    - flatten\n    - activation: relu   # as elsewhere\n    - dense: 10\n",
     "network:\n  layers:\n    - flatten\n    - relu   # as elsewhere\n    - dense: 10\n"),
    ("E101", "network:\n  layers:\n    - flatten\n    - activation: leaky_relu\n      name: bend\n    - dense: 10\n",
     "network:\n  layers:\n    - flatten\n    - leaky_relu: {}\n      name: bend\n    - dense: 10\n"),
    ("E101", "network:\n  layers:\n    - conv2d: {filters: 4, kernel: 3}\n    - pool: 2\n    - flatten\n    - dense: 10\n",
     "network:\n  layers:\n    - conv2d: {filters: 4, kernel: 3}\n    - max_pool: 2\n    - flatten\n    - dense: 10\n"),
    ("E104", "network:\n  layers:\n    - flatten\n    - dense: {units: 10, bias: False}\n",
     "network:\n  layers:\n    - flatten\n    - dense: {units: 10, bias: false}\n"),
]  # fmt: skip


@pytest.mark.parametrize("last", ["flatten   # a row", "{flatten: {}, name: row}"])
def test_a_flatten_at_the_end_gets_the_scores_behind_it(last: str, tmp_path: Path) -> None:
    """A warning with one way out: it is mended as an error is."""
    text = HEAD + f"network:\n  layers:\n    - conv2d: {{filters: 8, kernel: 3}}\n    - {last}\n" + END
    file = tmp_path / "net.yaml"
    file.write_text(text, encoding="utf-8")
    found = fixes(check(file), text, str(file))
    assert [fix.code for fix in found] == ["W224"]
    made = mended(text, found)
    assert made == text.replace(last, f"{last}\n    - dense: 10")
    file.write_text(made, encoding="utf-8")
    assert check(file) == ()


IRIS = "netloom: 1\ndata: {source: iris, prepare: [standardize]}\n"
NORMED = [
    ("    - dense: 16   # wide\n", "    - dense: {units: 16, bias: false}   # wide\n"),
    ("    - {dense: 16, name: wide}\n", "    - {dense: {units: 16, bias: false}, name: wide}\n"),
    ("    - dense: {units: 16, bias: true}\n", "    - dense: {units: 16, bias: false}\n"),
    ("    - dense:\n        units: 16\n      name: wide\n",
     "    - dense:\n        units: 16\n        bias: false\n      name: wide\n"),
]  # fmt: skip


@pytest.mark.parametrize(("wrong", "right"), NORMED)
def test_a_bias_before_batch_norm_goes(wrong: str, right: str, tmp_path: Path) -> None:
    head, rest = IRIS + "network:\n  layers:\n", "    - batch_norm\n    - relu\n    - dense: 3\n" + END
    text = head + wrong + rest
    file = tmp_path / "net.yaml"
    file.write_text(text, encoding="utf-8")
    found = fixes(check(file), text, str(file))
    assert [fix.code for fix in found] == ["W212"]
    made = mended(text, found)
    assert made == head + right + rest
    file.write_text(made, encoding="utf-8")
    assert check(file) == ()


def test_a_bias_that_has_an_effect_elsewhere_is_left(tmp_path: Path) -> None:
    """The block's layer stands before batch norm at one use, and not at the other."""
    text = (
        IRIS + "blocks:\n  Wide:\n    layers: [dense: 16]\n"
        "network:\n  layers: [Wide, batch_norm, relu, Wide, relu, dense: 3]\n" + END
    )
    file = tmp_path / "net.yaml"
    file.write_text(text, encoding="utf-8")
    remarks = check(file)
    assert [remark.code for remark in remarks] == ["W212"]
    assert fixes(remarks, text, str(file)) == ()


@pytest.mark.parametrize(("code", "wrong", "right"), CASES)
def test_one_key_mends_it(code: str, wrong: str, right: str, tmp_path: Path) -> None:
    made, before, after = once(HEAD + wrong + END, tmp_path)
    assert before == [code]
    assert made == HEAD + right + END
    assert after == []


DECISIONS = [
    "network:\n  layers:\n    - {conv2d: {filters: 4, kernel: 3}, name: seen}\n  output: seen\n",
    "options: {wide: 9}\nnetwork:\n  layers:\n    - flatten\n    - dense: $wide\n",
    "network:\n  layers:\n    - flatten\n    - {dense: 64, name: input}\n    - {dense: 10, from: input}\n",
]
"""The output is said elsewhere; the number is an option, which others may read; a name that is read."""


@pytest.mark.parametrize("wrong", DECISIONS)
def test_what_may_be_meant_otherwise_is_left(wrong: str, tmp_path: Path) -> None:
    made, before, _ = once(HEAD + wrong + END, tmp_path)
    assert before
    assert made == HEAD + wrong + END


@pytest.mark.parametrize("name", ["python_habits_in_when", "calls_instead_of_entries", "reserved_names"])
def test_words_of_other_languages_are_mended(name: str, tmp_path: Path) -> None:
    text = (FAULTY / f"{name}.yaml").read_text(encoding="utf-8")
    _, before, after = once(text, tmp_path)
    assert len(after) < len(before)
