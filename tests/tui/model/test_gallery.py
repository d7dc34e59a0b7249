"""The gallery: every example has its words; beginnings and the list of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import netloom
from netloom.runtime.examples import CHAPTERS, FIRST
from netloom.tui.model.beginnings import ago, beginnings
from netloom.tui.model.gallery import chapters, copy_of, entry, found, picture_lines
from netloom.tui.model.recent import MOST, recent, remember

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
ENTRIES = [each for chapter in chapters() for each in chapter.entries]


def test_every_example_is_in_the_gallery() -> None:
    assert {each.path for each in ENTRIES} == set(EXAMPLES.rglob("*.yaml"))
    assert {chapter.name for chapter in chapters()} == set(CHAPTERS)
    assert set(FIRST) <= {each.id for each in ENTRIES}


@pytest.mark.parametrize("id", [each.id for each in ENTRIES])
def test_every_example_says_what_it_is_and_what_to_look_at(id: str) -> None:
    each = entry(id)
    assert each is not None
    assert each.about.endswith((".", "?", "!"))
    assert len(each.look) > 20
    assert "catalog" not in each.look + each.text


def test_search_finds_words_anywhere() -> None:
    ids = [each.id for chapter in found(chapters(), "xor hidden") for each in chapter.entries]
    assert "neurons/xor_two_layers" in ids
    assert found(chapters(), "no such word at all") == []


def test_a_preview_is_the_drawing() -> None:
    each = entry("start/digits")
    assert each is not None
    lines = picture_lines(each.text, each.path, 80)
    assert any("dense1" in line for line in lines)
    assert picture_lines("network: [", None, 80)


def test_a_copy_is_another_text_than_the_file_of_its_maker() -> None:
    each = entry("start/digits")
    assert each is not None
    before = hashlib.sha256(each.path.read_bytes()).hexdigest()
    assert "name: " in copy_of(each)
    assert hashlib.sha256(each.path.read_bytes()).hexdigest() == before


def test_files_opened_last_come_first(tmp_path: Path) -> None:
    files = [tmp_path / f"{number}.yaml" for number in range(MOST + 2)]
    for file in files:
        file.write_text("a", encoding="utf-8")
        remember(tmp_path / "state", file)
    remember(tmp_path / "state", files[5])
    files[6].unlink()
    kept = recent(tmp_path / "state")
    assert kept[0] == files[5].resolve()
    assert len(kept) == MOST - 1
    assert len(set(kept)) == len(kept)


@pytest.mark.parametrize("content", ["", "{", '{"a": 1}', "[1, 2]"])
def test_a_torn_list_is_no_list(tmp_path: Path, content: str) -> None:
    (tmp_path / "recent").write_text(content, encoding="utf-8")
    assert recent(tmp_path) == ()


def test_beginnings_survive_the_looking_for_lost_work(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text("name: x\n", encoding="utf-8")
    remember(tmp_path / "state", file)
    for _ in range(2):
        items = beginnings(tmp_path / "state")
        assert [item.name for item in items if item.group == "Opened last"] == ["net.yaml"]
    assert items[0].lines == ["name: x"]
    assert all(item.lines for item in items)


def test_ages() -> None:
    assert [ago(seconds) for seconds in (3, 60, 7300, 200000)] == [
        "a moment ago", "1 minute ago", "2 hours ago", "2 days ago",
    ]  # fmt: skip
