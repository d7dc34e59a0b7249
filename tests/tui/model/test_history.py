"""Undo and redo: one stack, typing in steps of a line."""

from __future__ import annotations

import pytest

from netloom.dsl.edit import Refused
from netloom.tui.model.history import one_splice, spliced
from netloom.tui.model.sketch import Sketch


def typed(sketch: Sketch, at: int, text: str) -> None:
    for number, sign in enumerate(text):
        sketch.type_over(at + number, at + number, sign)


def test_typing_that_goes_on_is_one_step() -> None:
    sketch = Sketch.new("ab")
    typed(sketch, 1, "xyz")
    assert sketch.text == "axyzb"
    assert sketch.undo() == "typing"
    assert sketch.text == "ab"
    assert sketch.undo() is None
    assert sketch.redo() == "typing"
    assert sketch.text == "axyzb"
    assert sketch.redo() is None


def test_a_line_end_ends_the_step() -> None:
    sketch = Sketch.new("")
    typed(sketch, 0, "one\ntwo")
    seen = [sketch.text]
    while sketch.undo():
        seen.append(sketch.text)
    assert seen == ["one\ntwo", "one\n", "one", ""]


def test_another_place_begins_a_step() -> None:
    sketch = Sketch.new("ab")
    typed(sketch, 0, "x")
    typed(sketch, 3, "y")
    assert sketch.text == "xaby"
    sketch.undo()
    assert sketch.text == "xab"


def test_erasing_backwards_and_forwards_is_one_step() -> None:
    sketch = Sketch.new("abcdef")
    sketch.type_over(2, 3, "")
    sketch.type_over(1, 2, "")
    sketch.type_over(1, 2, "")
    assert sketch.text == "aef"
    assert sketch.undo() == "erasing"
    assert sketch.text == "abcdef"


def test_erasing_after_typing_is_a_step_of_its_own() -> None:
    sketch = Sketch.new("")
    typed(sketch, 0, "abc")
    sketch.type_over(2, 3, "")
    sketch.undo()
    assert sketch.text == "abc"
    sketch.undo()
    assert sketch.text == ""


def test_typing_after_an_undo_begins_a_step_and_forgets_what_was_undone() -> None:
    sketch = Sketch.new("")
    typed(sketch, 0, "a\n")
    sketch.undo()
    typed(sketch, 1, "b")
    assert sketch.redo() is None
    sketch.undo()
    assert sketch.text == "a"


def test_a_selection_typed_over_comes_back() -> None:
    sketch = Sketch.new("one two three")
    sketch.type_over(4, 7, "x")
    typed(sketch, 5, "y")
    assert sketch.text == "one xy three"
    sketch.undo()
    assert sketch.text == "one two three"


def test_half_a_character_does_not_get_in() -> None:
    sketch = Sketch.new("")
    sketch.type_over(0, 0, "a\ud800")
    assert sketch.text == "a?"


def test_an_edit_of_another_text_is_refused() -> None:
    sketch = Sketch.new("netloom: 1\nname: a\n")
    change = sketch.document.edit([])
    sketch.apply(change, "nothing")
    assert sketch.undo() is None
    from netloom.dsl.edit import set_value

    change = set_value(sketch.document, "name", "b")
    typed(sketch, 0, "# so\n")
    with pytest.raises(Refused, match="has changed"):
        sketch.apply(change, "name")


def test_the_smallest_splice() -> None:
    for old, new in (("abc", "abxc"), ("aaa", "aa"), ("", "x"), ("x", ""), ("same", "same"), ("abab", "ab")):
        splice = one_splice(old, new)
        assert spliced(old, [splice]) == new
        assert len(splice.text) <= max(0, len(new) - len(old)) + 1
