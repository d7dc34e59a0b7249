"""Files of older versions are brought to the present one. The versions of these tests are made up."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from netloom.dsl.diagnostics import Diagnostics
from netloom.dsl.include import VERSION
from netloom.dsl.migrate import FIRST, STEPS, Change, Migrated, Step, changed, key_renamed, migrate
from netloom.dsl.tree import Scalar, Table


def _halved(tree: Table) -> Iterable[Change]:
    """`train.batch` counts pairs from the third version on."""
    train = tree.items["train"]
    batch = train.items.get("batch") if isinstance(train, Table) else None
    if isinstance(batch, Scalar) and isinstance(batch.value, int):
        yield Change(batch.place.line, batch.place.column, batch.place.length, str(batch.value // 2))


MADE_UP = {
    1: Step("`rounds` is called `epochs`", lambda tree: key_renamed(tree, "epochs", "train", "rounds")),
    2: Step("`batch` counts pairs", _halved),
}
OLD = "# a net\nnetloom: 1\nname: old  # its name\ntrain: {rounds: 5, batch: 64}\n"


def migrated(text: str, steps: dict[int, Step] = MADE_UP, version: int = 3) -> Migrated:
    remarks = Diagnostics()
    found = migrate(text, "net.yaml", remarks, steps, version)
    assert found is not None, remarks.items
    return found


def refused(text: str, version: int = 3) -> str:
    remarks = Diagnostics()
    assert migrate(text, "net.yaml", remarks, MADE_UP, version) is None
    return remarks.errors[0].code


def test_the_table_has_a_step_from_every_older_version() -> None:
    assert sorted(STEPS) == list(range(FIRST, VERSION))


def test_every_step_is_taken_in_turn_and_all_else_stays() -> None:
    found = migrated(OLD)
    assert found.text == "# a net\nnetloom: 3\nname: old  # its name\ntrain: {epochs: 5, batch: 32}\n"
    assert found.before == 1
    assert found.done == ("`rounds` is called `epochs`", "`batch` counts pairs", "`netloom: 3` in place of 1")


def test_steps_begin_at_the_files_own_version() -> None:
    found = migrated("netloom: 2\ntrain: {epochs: 5, batch: 64}\n")
    assert found.text == "netloom: 3\ntrain: {epochs: 5, batch: 32}\n"
    assert found.done[0] == "`batch` counts pairs"


def test_the_present_version_is_left_as_it_is() -> None:
    text = "netloom: 3\ntrain: {rounds: 5, batch: 64}\n"
    assert migrated(text) == Migrated(text, 3, ())


def test_migrating_twice_is_migrating_once() -> None:
    assert migrated(migrated(OLD).text).done == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("# head\n\nname: a\n", "# head\n\nnetloom: 1\nname: a\n"),
        ("name: a\r\nabout: b\r\n", "netloom: 1\r\nname: a\r\nabout: b\r\n"),
        ("  name: a\n  about: b\n", "  netloom: 1\n  name: a\n  about: b\n"),
        ("{name: a}\n", "{netloom: 1, name: a}\n"),
        ("{}\n", "{netloom: 1}\n"),
        ("\ufeffname: a\n", "netloom: 1\nname: a\n"),
    ],
)
def test_a_file_that_says_no_version_gets_it(text: str, wanted: str) -> None:
    found = migrated(text, {}, 1)
    assert (found.text, found.before, found.done) == (wanted, None, ("`netloom: 1` added",))


@pytest.mark.parametrize("version", ["4", "one", "0", "true", "1.5", "[1]"])
def test_other_versions_are_refused(version: str) -> None:
    assert refused(f"netloom: {version}\nname: a\n") == "E026"


@pytest.mark.parametrize(("text", "code"), [("", "E025"), ("- a\n", "E025"), ("a: [1\n", "E007")])
def test_what_is_no_file_is_refused(text: str, code: str) -> None:
    assert refused(text) == code


def test_a_key_that_is_not_there_is_not_renamed() -> None:
    place = migrated("train: {}\n", {1: MADE_UP[1]}, 2)
    assert place.text == "netloom: 2\ntrain: {}\n"


def test_changes_of_one_line_do_not_move_each_other() -> None:
    assert changed("abcdef\n", [Change(1, 2, 1, "BBB"), Change(1, 5, 2, ""), Change(1, 4, 0, "-")]) == "aBBBc-d\n"
