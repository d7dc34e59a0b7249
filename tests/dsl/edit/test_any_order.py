"""Edits of any file, one after the other: nothing else moves, undo gives every byte back, the file still reads."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import netloom
from netloom.dsl import edit
from netloom.dsl.edit_checked import mistakes
from netloom.dsl.edit_document import Document, Edit, Refused, composed

from .drawn import ENTRIES, OPTIONS, all_entries, names_of, pick, places, remarks, texts

EXAMPLES = sorted((Path(netloom.__file__).resolve().parent / "examples").rglob("*.yaml"))


def any_edit(document: Document, data: st.DataObject) -> tuple[Edit, bool]:
    """Some change of the file, by whatever may be edited in it, and whether it leaves things where they are."""
    action = pick(data, ACTIONS)
    return action(document, data), action not in (_move, _wrap, _unwrap)


def _set(document: Document, data: st.DataObject) -> Edit:
    found = [entry for entry in all_entries(document) if entry.kind in OPTIONS]
    entry = pick(data, found)
    option, value = pick(data, OPTIONS[entry.kind])
    return edit.set_option(document, entry.part.address, option, value)


def _unset(document: Document, data: st.DataObject) -> Edit:
    entry = pick(data, all_entries(document))
    words = [*entry.options, *([entry.main] if entry.alone is not None and entry.main else [])]
    return edit.unset_option(document, entry.part.address, pick(data, [*words, "from", "when"]))


def _set_section(document: Document, data: st.DataObject) -> Edit:
    found = [
        ("train", "batch", 64),
        ("data.split", "validation", 0.1),
        ("run", "seed", 3),
        ("train.stop", "patience", 2),
    ]
    return edit.set_option(document, *pick(data, found))


def _rename(document: Document, data: st.DataObject) -> Edit:
    given = pick(data, names_of(document))
    address = given.part.address
    return edit.rename(document, address, pick(data, ["q", "other", "a_3"]))


def _delete(document: Document, data: st.DataObject) -> Edit:
    return edit.delete(document, pick(data, places(document)).address)


def _insert(document: Document, data: st.DataObject) -> Edit:
    entries = [entry.part for entry in all_entries(document) if entry.site.families[:1] == ("layer",)]
    act = pick(data, [edit.insert_after, edit.insert_before])
    return act(document, pick(data, entries).address, pick(data, ENTRIES))  # type: ignore[arg-type]


def _move(document: Document, data: st.DataObject) -> Edit:
    entries = [entry.part for entry in all_entries(document) if entry.part.parent is not None]
    lists = [part for part in places(document) if part.is_list or part.key == "graph"]
    return edit.move(
        document,
        pick(data, entries).address,
        pick(data, lists).address if lists else "network",
        data.draw(st.integers(0, 5)),
    )


def _duplicate(document: Document, data: st.DataObject) -> Edit:
    return edit.duplicate(document, pick(data, all_entries(document)).part.address)


def _kind(document: Document, data: st.DataObject) -> Edit:
    entry = pick(data, all_entries(document))
    kind = pick(data, ["tanh", "relu", "dense", "dropout", "sgd", "mse", "Piece"])
    return edit.replace_kind(document, entry.part.address, kind, {"units": 4} if kind in ("dense", "Piece") else {})


def _wrap(document: Document, data: st.DataObject) -> Edit:
    chains = [part for part in places(document) if part.is_list and part.items and part.key != "source"]
    chain = pick(data, chains or [document.root])
    first = data.draw(st.integers(0, 4))
    return edit.wrap(document, chain.address, first, first + data.draw(st.integers(0, 3)), "Wrapped")


def _unwrap(document: Document, data: st.DataObject) -> Edit:
    blocks = [entry for entry in all_entries(document) if entry.kind in ("Piece", "Wrapped")]
    return edit.unwrap(document, pick(data, blocks).part.address)


ACTIONS = (_set, _set, _unset, _set_section, _rename, _delete, _insert, _move, _duplicate, _kind, _wrap, _unwrap)


def walked(text: str, data: st.DataObject, most: int) -> None:
    """Edits one after the other; after each the file reads as before, with every comment; all undone at the end."""
    document, done = Document(text), list[tuple[str, Edit]]()
    for _ in range(data.draw(st.integers(1, most))):
        try:
            made, stays = any_edit(document, data)
        except Refused as refusal:
            assert str(refusal)
            continue
        note(f"{document.text}\n{made.splices}")
        after = document.apply(made)
        assert not mistakes(after) - mistakes(document)
        assert Counter(remarks(after)) == Counter(remarks(document))
        assert not stays or remarks(after) == remarks(document)
        assert after.apply(made.undo).text == document.text
        done.append((document.text, made))
        document = after
    whole = composed(Document(text), *(made for _, made in done))
    assert Document(text).apply(whole).text == document.text
    for before, made in reversed(done):
        document = document.apply(made.undo)
        assert document.text == before
    assert document.text == text


FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@FEW
@given(texts(), st.data())
def test_edits_of_a_file_in_any_layout_keep_all_else_and_are_undone(text: str, data: st.DataObject) -> None:
    assert not Document(text).diagnostics.items
    walked(text, data, 4)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_edits_of_an_example_keep_all_else_and_are_undone(path: Path, data: st.DataObject) -> None:
    text = path.read_text()
    if data.draw(st.booleans()):
        text = text.replace("\n", "\r\n").rstrip("\r\n")
    walked(text, data, 4)
