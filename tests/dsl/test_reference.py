"""The committed pages are what the tables give; every kind is told; keys are those that the reader knows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

import netloom
from netloom.dsl import bodies, load, sections, walk
from netloom.dsl.formula import FUNCTIONS
from netloom.dsl.kinds.kind import KINDS, REQUIRED, Kind, Option, OptionType
from netloom.dsl.kinds.sizes import pass_through
from netloom.dsl.reference import keys, topics
from netloom.dsl.reference.functions import TOLD as FUNCTIONS_TOLD
from netloom.dsl.reference.kind_page import kind_page, sizes_of
from netloom.dsl.reference.markdown import TYPES, default_of, limits_of, table, without_links
from netloom.dsl.reference.pages import HAND_WRITTEN, pages, write
from netloom.dsl.reference.told_all import TOLD

LANGUAGE = Path(netloom.__file__).resolve().parent / "docs" / "language"
LINK = re.compile(r"\]\(([^)#\s]+\.md)?(#[^)\s]+)?\)")
NAMES = [f"{family}/{name}" for family, name in KINDS]


def committed() -> dict[str, str]:
    if not LANGUAGE.is_dir():
        pytest.skip("installed without the documents")
    found = {path.relative_to(LANGUAGE).as_posix(): path.read_text(encoding="utf-8") for path in LANGUAGE.rglob("*.md")}
    found.pop(HAND_WRITTEN)
    return found


def test_the_committed_pages_are_what_the_tables_give() -> None:
    made, found = pages(), committed()
    assert made.keys() == found.keys(), "run `make docs`"
    assert [name for name, text in made.items() if found[name] != text] == [], "run `make docs`"


def test_writing_removes_what_is_no_more_and_keeps_the_tutorial(tmp_path: Path) -> None:
    (tmp_path / HAND_WRITTEN).write_text("# by hand\n")
    (tmp_path / "gone.md").write_text("# gone\n")
    assert write(tmp_path) == (len(pages()), 1)
    assert write(tmp_path) == (0, 0)
    assert not (tmp_path / "gone.md").exists()
    assert (tmp_path / HAND_WRITTEN).read_text() == "# by hand\n"


def test_every_kind_is_told_and_nothing_else() -> None:
    assert TOLD.keys() == KINDS.keys(), "a kind is told in dsl/reference/told_*.py"


def test_every_kind_has_formula_and_help() -> None:
    silent = [name for name, kind in zip(NAMES, KINDS.values(), strict=True) if not kind.help]
    assert silent == []
    without = [kind.name for kind in KINDS.values() if not kind.formula and kind.family != "source"]
    assert without == []
    unhelped = [f"{kind.name}.{option.name}" for kind in KINDS.values() for option in kind.options if not option.help]
    assert unhelped == []


def test_a_kind_with_a_size_rule_shows_it_at_work() -> None:
    shown = {"layer", "joiner"}
    ruled = [
        kind
        for key, kind in KINDS.items()
        if kind.family in shown and kind.sizes not in {None, pass_through} and TOLD[key].sized
    ]
    assert len(ruled) > 10
    for kind in ruled:
        assert sizes_of(kind, TOLD[kind.family, kind.name]) is not None, kind.name


def test_computed_sizes_stand_in_the_page() -> None:
    text = kind_page(KINDS["layer", "dense"])
    assert "`dense: 10` of `[8, 64]` gives `[8, 10]`; weights `[10, 64]`, bias `[10]`: 650 numbers to train" in text
    assert "gives `[13, 13, 16]`" in kind_page(KINDS["layer", "conv2d"])


def test_a_kind_that_is_not_built_says_so() -> None:
    for kind in KINDS.values():
        assert ("**Not built yet.**" in kind_page(kind)) is ("later" in kind.traits), kind.name


def test_the_keys_are_those_that_are_read() -> None:
    def names(found: tuple[keys.Key, ...]) -> set[str]:
        assert len({key.name for key in found}) == len(found)
        return {key.name for key in found}

    assert names(keys.FILE) == set(load.FILE)
    assert names(keys.DATA) == set(sections.DATA)
    assert names(keys.FIELD) == set(sections.FIELD)
    assert names(keys.STEP) == set(sections.STEP)
    assert names(keys.BODY) == set(bodies.BODY)
    assert names(keys.BLOCK) == set(bodies.BLOCK)
    assert names(keys.WIRING) == {*walk.WIRING, "weight", "where", "of"}


def test_the_functions_are_those_of_formulas() -> None:
    assert FUNCTIONS_TOLD.keys() == FUNCTIONS.keys()
    for name, told in FUNCTIONS_TOLD.items():
        assert f"{name}(" in told.on


def test_links_between_pages_lead_somewhere() -> None:
    found = {**pages()}
    tutorial = LANGUAGE / HAND_WRITTEN
    if tutorial.is_file():
        found[HAND_WRITTEN] = tutorial.read_text(encoding="utf-8")
    for name, text in found.items():
        for page, anchor in LINK.findall(text):
            target = (Path("/") / Path(name).parent / page).as_posix() if page else f"/{name}"
            parts: list[str] = []
            for part in Path(target).parts[1:]:
                parts = parts[:-1] if part == ".." else [*parts, part]
            assert "/".join(parts) in found, f"{name} leads to {page}"
            if anchor:
                headings = [
                    re.sub(r"[^a-z0-9 -]", "", line.lstrip("# ").lower()).replace(" ", "-")
                    for line in found["/".join(parts)].splitlines()
                    if line.startswith("#")
                ]
                assert anchor[1:] in headings, f"{name} leads to {page}{anchor}"


def test_every_type_of_option_has_words() -> None:
    assert set(TYPES) == set(get_args(OptionType))


def test_options_in_words() -> None:
    rate = Option("rate", "number", 0.5, low=0, high=1, open_high=True)
    assert limits_of(rate) == "0 to 1, 1 not included"
    assert limits_of(Option("epsilon", "number", 1e-5, low=0, open_low=True)) == "above 0"
    assert limits_of(Option("gate", "choice", "xor", choices=("and", "xor"))) == "`and`, `xor`"
    assert limits_of(Option("over", "quantity", None, low=0, choices=("epochs", "%"))) == "in `epochs`, `%`; at least 0"
    assert default_of(rate) == "`0.5`"
    assert default_of(Option("units", "int", REQUIRED)) == "needed"
    assert table(("a",), [("x | y",)]).endswith("| x \\| y |")
    assert without_links("```yaml wrong E101\nx\n```") == "```yaml\nx\n```"
    assert without_links("see [E101](../errors.md#e101), `x[i](j)`") == "see E101, `x[i](j)`"


def test_words_lead_to_their_topics() -> None:
    def led(word: str) -> list[tuple[str, str]]:
        return [(topic.group, topic.word) for topic in topics.find(word)]

    assert led("e101") == [("code", "E101")]
    assert led("dense") == [("layer", "dense")]
    assert led("dense.units") == [("option", "dense.units")]
    assert led("train.batch") == led("batch") == [("key", "train.batch")]
    assert led("linear") == [("activation", "linear"), ("live number", "linear")]
    assert led("live.linear") == [("live number", "linear")]
    assert led("where") == [("key", "where"), ("function", "where")]
    assert led("losses") == [("family", "losses")]
    assert ("option", "size") in led("size")
    assert led("nothing_of_the_kind") == []
    having = topics.find("units")[0]
    assert having.facts["of"]
    assert all(f"`{kind.name}`" in having.text for kind in having_option("units"))


def having_option(name: str) -> list[Kind]:
    return [kind for kind in KINDS.values() if kind.option(name)]


def test_a_word_that_is_not_there_meets_its_neighbour() -> None:
    assert topics.near("deens") == "dense"
    assert topics.near("dense.unts") == "dense.units"
    assert topics.near("train.bach") == "train.batch"
    assert topics.near("E0101") == "E101"
    assert topics.near("lr") == "learning_rate"
    assert topics.near("qqqqqq") is None


def test_every_listed_word_has_a_topic() -> None:
    for group, words in topics.groups().items():
        for word in words:
            assert topics.find(word), f"{group}: {word}"
    for word in topics.all_words():
        assert topics.find(word), word
