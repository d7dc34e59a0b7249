"""A value of several lines: shown from the first column on, set back where it stood, all else as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

import netloom
from netloom.dsl.edit import Document, Refused
from netloom.tui.model.fields import Field
from netloom.tui.model.form import form_of, sections
from netloom.tui.model.several_lines import behind_key, lines_of, with_lines
from netloom.tui.model.sketch import Sketch
from netloom.tui.model.typed import of_type, typed

EXAMPLES = sorted((Path(netloom.__file__).resolve().parent / "examples").rglob("*.yaml"))
LAYER = ("network", "layers", 0)
TABLE = """\
network:
  layers:
    - dense:
        units: 2
        weights:   # two rows
          # by hand
          - [1, -1]   # first
          - [1, 1]    # last
        activation: step
    - dense: 3
"""


def with_text(text: str, lines: str, path: tuple[str, ...] = ("weights",)) -> str:
    document = Document(text)
    return document.apply(with_lines(document, LAYER, path, lines, None)).text


def test_lines_are_shown_without_their_indentation_and_with_their_comments() -> None:
    assert lines_of(Document(TABLE), LAYER, ["weights"]) == "- [1, -1]   # first\n- [1, 1]"
    assert lines_of(Document(TABLE), LAYER, ["bias"]) is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_row_more_stands_where_the_others_stand(end: str) -> None:
    text = TABLE.replace("\n", end)
    made = with_text(text, "- [1, -1]   # first\n- [1, 1]\n- [2, 2]")
    assert made == text.replace(f"- [1, 1]    # last{end}", f"- [1, 1]{end}          - [2, 2]    # last{end}")


def test_one_line_stands_behind_the_key_where_no_comment_is_lost() -> None:
    bare = TABLE.replace("   # two rows", "").replace("          # by hand\n", "")
    assert "        weights: he    # last\n        activation" in with_text(bare, "he")
    assert "        weights:   # two rows\n          # by hand\n          he    # last\n" in with_text(TABLE, "he")


def test_a_table_in_place_of_a_word_gets_lines_of_its_own() -> None:
    text = "network:\n  layers:\n    - dense:\n        units: 2   # few\n        weights: he   # so\n"
    made = with_text(text, "start:\n  normal: 0.1\nnorm: 1")
    assert made.endswith("        weights:\n          start:\n            normal: 0.1\n          norm: 1   # so\n")


def test_brackets_quotes_and_texts_keep_their_way() -> None:
    text = "network:\n  layers:\n    - dense:\n        units: 2\n        weights: [\n          [1, 2],\n          [3, 4],\n        ]\n"
    shown = lines_of(Document(text), LAYER, ["weights"])
    assert shown == "[\n  [1, 2],\n  [3, 4],\n]"
    made = with_text(text, shown.replace("4", "5"))
    assert Document(made).at((*LAYER, "dense", "weights", 1, 1)).text == "5"
    about = "about: |\n  one\n  two\nnetwork: {layers: [relu]}\n"
    document = Document(about)
    assert lines_of(document, (), ["about"]) == "|\none\ntwo"
    change = with_lines(document, (), ["about"], "|\none\n\nthree", None)
    assert document.apply(change).text == "about: |\n  one\n\n  three\nnetwork: {layers: [relu]}\n"


def test_within_brackets_it_becomes_one_line() -> None:
    text = "network: {layers: [{dense: {units: 2, weights: [[1, 2], [3, 4]]}}]}\n"
    document = Document(text)
    value = typed("- [5, 6]\n- [7, 8]", of_type("weights", "any"), Field(of_type("x", "any"), ("x",)).scope).value
    made = document.apply(with_lines(document, LAYER, ["weights"], "- [5, 6]\n- [7, 8]", value))
    assert made.text == text.replace("[[1, 2], [3, 4]]", "[[5, 6], [7, 8]]")
    with pytest.raises(Refused, match="comment"):
        with_lines(document, LAYER, ["weights"], "- 1  # one", [1])


@pytest.mark.parametrize("text", ["- 1\n- 2", "a:\n  b: 1", "[1,\n 2]", "|\ntext\n  more", '"one\n two"', "7"])
def test_what_is_behind_a_key_can_be_read(text: str) -> None:
    assert not Document(f"key:{behind_key(text)}\n").diagnostics.errors


def test_a_mistake_is_told_with_its_line() -> None:
    scope = Field(of_type("x", "any"), ("x",)).scope
    assert typed("- [1, 2]\n- [3, 4", of_type("x", "any"), scope).remark.startswith("line 2: ")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_lines_of_a_value_set_back_give_the_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    document = Document(text)
    for place in sections(document):
        for field in form_of(document, place).fields:
            where = field.place or place
            lines = lines_of(document, where, field.path) if field.fixed else None
            if lines is not None:
                change = with_lines(document, where, field.path, lines, None)
                assert document.apply(change).text == text


def test_it_is_one_step_of_undo() -> None:
    sketch = Sketch.new(TABLE)
    sketch.set_lines("network.layers[0]", ["weights"], "- [1, 2]\n- [3, 4]\n- [5, 6]", None)
    assert "- [5, 6]" in sketch.text
    assert sketch.undo() == "weights of network.layers[0]"
    assert sketch.text == TABLE
