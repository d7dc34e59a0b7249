"""The standard layout: nothing that a file says is changed, no comment is lost, and a second time changes nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import netloom
from netloom.dsl.format import formatted
from netloom.dsl.formula import Formula
from netloom.dsl.kinds.tables import KINDS
from netloom.dsl.load import read_spec
from netloom.dsl.places import Place
from netloom.dsl.spec import Entry, Spec
from netloom.dsl.tree import Scalar, Sequence, Table

from .messy import Writer, file_of

PACKAGE = Path(netloom.__file__).resolve().parent
EXAMPLES = sorted((PACKAGE / "examples").rglob("*.yaml"))
PAGES = sorted((PACKAGE / "docs" / "language").rglob("*.md"))
BLOCK = re.compile(r"^```yaml(?: not-built)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
"""A whole file without mistakes in a page of the documents."""
PLACES = {"place", "kind_place", "name_place", "graph_place", "option_places", "file", "text"}


def laid_out(text: str) -> str:
    made, remarks = formatted(text, "net.yaml")
    assert made is not None, list(remarks)
    return made


def meaning(value: Any, spec: Spec) -> Any:
    """A spec without places, every entry's main option under its name: equal for files that mean the same."""
    if isinstance(value, Entry):
        return entry_meaning(value, spec)
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        return {name: meaning(getattr(value, name), spec) for name in fields if name not in PLACES}
    if isinstance(value, Formula):
        return value.text
    if isinstance(value, Scalar):
        return (value.value, value.text)
    if isinstance(value, Sequence):
        return [meaning(item, spec) for item in value.items]
    if isinstance(value, Table):
        return short({key: meaning(item, spec) for key, item in value.items.items()}, spec)
    if isinstance(value, dict):
        return {key: meaning(item, spec) for key, item in value.items()}
    if isinstance(value, tuple):
        return [meaning(item, spec) for item in value if not isinstance(item, Place)]
    return value


def entry_meaning(entry: Entry, spec: Spec) -> Any:
    found = {
        name: meaning(getattr(entry, name), spec)
        for name in type(entry).model_fields
        if name not in PLACES | {"main", "options"}
    }
    options = {name: meaning(tree, spec) for name, tree in entry.options.items()}
    if entry.main is not None:
        options[main_of(entry.kind, spec)] = meaning(entry.main, spec)
    return {**found, "options": options}


def main_of(kind: str, spec: Spec) -> str:
    if kind in spec.blocks:
        return next(iter(spec.blocks[kind].options), "main")
    return next((known.main for (_, name), known in KINDS.items() if name == kind and known.main), "main")


def short(table: dict[str, Any], spec: Spec) -> Any:
    """`{relu: {}}` is `relu`, `{normal: {deviation: 1}}` is `{normal: 1}`."""
    for name, inner in table.items():
        kind = name in spec.blocks or any(known == name for _, known in KINDS)
        if kind and inner in ({}, (None, "")):
            if len(table) == 1:
                return (name, name)
            table = {**table, name: {}}
        if kind and isinstance(inner, dict) and len(inner) == 1:
            ((option, value),) = inner.items()
            if option == main_of(name, spec) and not isinstance(value, dict):
                table = {**table, name: value}
    return table


def same(before: str, after: str) -> bool:
    first, second = read_spec(before, "net.yaml")[0], read_spec(after, "net.yaml")[0]
    assert first is not None
    assert second is not None
    return bool(meaning(first, first) == meaning(second, second))


def comments(text: str) -> list[str]:
    return sorted(line[line.index("# ") :].rstrip() for line in text.splitlines() if "# " in line)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_keep_meaning_and_comments(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    made = laid_out(text)
    assert laid_out(made) == made
    assert same(text, made)
    assert comments(made) == comments(text)


def test_whole_files_of_the_documents_keep_their_meaning() -> None:
    whole = [found[1] for page in PAGES for found in BLOCK.finditer(page.read_text(encoding="utf-8"))]
    assert len(whole) > 20
    for text in whole:
        made = laid_out(text)
        assert laid_out(made) == made
        assert same(text, made), made


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_any_layout_becomes_the_one(seed: int) -> None:
    random = Random(seed)
    said, writer = file_of(random), Writer(random, rate=random.choice([0, 0.1, 0.5]))
    text = writer.file(said)
    assert read_spec(text, "net.yaml")[0] is not None, text
    made = laid_out(text)
    assert laid_out(made) == made
    assert same(text, made), made
    for comment in writer.comments:
        assert comment in made
    # the layout depends on what is said, not on how it was written
    bare = laid_out(Writer(Random(seed + 1), rate=0).file(said))
    assert bare == laid_out(Writer(Random(seed + 2), rate=0).file(said))


TEXTS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["int", "[int", "- a", "a: b", "a #b", "x:1", "**.bias", "-a", "-0.5 * x", "max(a, b", "<<", "${a}", "a'b", "null",
         "012", "1e3", "", " a", "a\n", "a\n\nb\n", "\n", " a\nb", "# a", "a\\b", "@x", "%", "?", "`", "a, b", "{", "!x", "|"]
    ),
)  # fmt: skip
SCALARS = st.one_of(
    TEXTS.map(json.dumps), st.sampled_from(["1", "1e-3", "yes", "true", "null", ".5", "$a", "$(a + 1)"])
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.booleans(), SCALARS), min_size=1, max_size=4), TEXTS)
def test_every_scalar_reads_as_before(values: list[tuple[bool, str]], about: str) -> None:
    inner = [f"[{value}]" if listed else value for listed, value in values]
    text = f"study: {{vary: [{', '.join(inner)}], {json.dumps(about or 'a')}: 1}}\nnetwork: {{layers: [relu]}}\n"
    tree, remarks = read_spec(text, "net.yaml")
    if tree is None or remarks.errors:
        assert formatted(text, "net.yaml")[0] is None
        return
    made = laid_out(text)
    assert laid_out(made) == made
    assert same(text, made), made


MESSY = """\
# The whole file.

train: # how
  optimizer: {adam: {learning_rate: 1e-3}}  # rate
  # what is small
  loss: {cross_entropy: {}}
  # after the training
name: 'a file'
about: >-
  One line
  in two.
network:
    layers:
    - {relu: {}, name: first}   # end
    - flatten: {}

    -   # before
        dense: {"units": 10,
                activation: {relu: {}}}   # two
    # last
data: {source: {digits: {}}}
"""
TIDY = """\
# The whole file.

netloom: 1
name: a file
about: One line in two.

data: {source: digits}

network:
  layers:
    - relu: {}  # end
      name: first
    - flatten

    # before
    - dense: {units: 10, activation: relu}  # two
    # last

train:  # how
  optimizer: {adam: 1e-3}  # rate
  # what is small
  loss: cross_entropy
  # after the training
"""


def test_the_layout() -> None:
    assert laid_out(MESSY) == TIDY
    assert laid_out(TIDY) == TIDY


def test_long_ones_take_lines() -> None:
    numbers = ", ".join(str(number) for number in range(60))
    made = laid_out(
        "about: |\n  one\n   two\n"
        f"data: {{source: {{values: {{x: [{numbers}], rows: [[{numbers}], [1, 2]]}}}}}}\n"
        "network: {layers: [{dense: {units: 128, activation: relu, weights: {start: {normal: 0.01}, trainable: false}, "
        "bias: {start: 1}}, name: wide}, {dense: 3}]}\n"
    )
    assert "about: |\n  one\n   two\n" in made
    assert max(map(len, made.splitlines())) <= 110
    assert "      rows:\n        - [0, 1, 2," in made
    assert "    - dense:\n        units: 128\n        activation: relu\n" in made
    assert laid_out(made) == made


def test_quotes_stay_where_they_are_needed() -> None:
    made = laid_out(
        "blocks: {A: {options: {a: 'int', b: \"x\", c: 'a: b', d: '3', e: '\"a\" b'}, layers: ['relu']}}\n"
        "network: {layers: [{formula: 'max(input, 0)'}, {A: {}, name: \"one\", when: '1 == max(1, 1)'}]}\n"
        'train: {loss: mse, penalties: [{l2: 1e-4, of: "**.weights"}]}\n'
    )
    assert """options: {a: "int", b: x, c: "a: b", d: "3", e: '"a" b'}""" in made
    assert "- formula: max(input, 0)\n" in made
    assert "when: 1 == max(1, 1)\n" in made
    assert 'penalties: [{l2: 1e-4, of: "**.weights"}]' in made


def test_mistakes_are_told_and_nothing_is_laid_out() -> None:
    for text, code in (
        ("network: {layers: [dens: 5]}", "E101"), ("network: {layers: [dense: 5", "E007"), ("", "E014"), ("- a", "E025"),
        ("name: a\nname: b\nnetwork: {layers: [relu]}", "E012"), ("netloom: 7\nnetwork: {layers: [relu]}", "E026"),
        ("network: {layers: [dense: {units: 0}]}", "E105"),
    ):  # fmt: skip
        made, remarks = formatted(text, "net.yaml")
        assert made is None
        assert code in {remark.code for remark in remarks.errors}


def test_files_of_parts_and_files_that_include_them() -> None:
    assert laid_out("blocks: {A: {layers: [{relu: {}}]}}") == "netloom: 1\n\nblocks:\n  A: {layers: [relu]}\n"
    made = laid_out("include: [nowhere.yaml]\nnetwork: {layers: [{Their: {width: 3}}]}")
    assert made == "netloom: 1\ninclude: [nowhere.yaml]\n\nnetwork:\n  layers:\n    - Their: {width: 3}\n"
    assert formatted("include: [nowhere.yaml]\nnetwork: {layrs: [relu]}", "net.yaml")[0] is None


def test_line_ends_marks_and_the_first_byte() -> None:
    made = laid_out("\ufeff--- # start\r\nnetwork: {layers: [relu]} # end\r\n...\r\n")
    assert made == "netloom: 1\n\n# start\nnetwork:  # end\n  layers:\n    - relu\n"
