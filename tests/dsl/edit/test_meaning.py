"""What an edit makes of what a file says: it differs there, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netloom.dsl import edit
from netloom.dsl.edit_document import Document, Edit, Refused
from netloom.dsl.edit_entries import entry_at
from netloom.dsl.edit_names import Names

from .drawn import ENTRIES, OPTIONS, all_entries, given_to, names_of, pick, places, read_again, said, texts

ONE = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def or_none(act: Callable[[], Edit]) -> Edit | None:
    try:
        return act()
    except Refused:
        return None


@ONE
@given(texts(), st.data())
def test_an_option_set_changes_that_entry_and_nothing_else(text: str, data: st.DataObject) -> None:
    document = Document(text)
    entry = pick(data, [entry for entry in all_entries(document) if entry.kind in OPTIONS])
    option, value = pick(data, OPTIONS[entry.kind])
    after = document.apply(edit.set_option(document, entry.part.address, option, value))
    now = entry_at(after, after.at(entry.part.address))
    assert now is not None
    assert given_to(now) == {**given_to(entry), f".{option}": read_again(value)}
    assert said(after.root, now.part) == said(document.root, entry.part)
    unset = or_none(lambda: edit.unset_option(after, now.part.address, option))
    if unset is not None and f".{option}" not in given_to(entry):
        again = entry_at(then := after.apply(unset), then.at(entry.part.address))
        assert again is not None
        assert given_to(again) == given_to(entry)


@ONE
@given(texts(), st.data())
def test_what_is_put_into_a_list_stands_there_and_all_else_stays(text: str, data: st.DataObject) -> None:
    document = Document(text)
    chains = [part for part in places(document) if part.key in ("layers", "path", "body", "rest") and part.is_list]
    chain = pick(data, chains or [document.at("blocks.Piece.layers")])
    index, entry = data.draw(st.integers(0, len(chain.items))), pick(data, ENTRIES)
    assert isinstance(entry, str | dict)
    after = document.apply(edit.insert(document, chain.address, index, entry))
    new = after.at((*chain.address, index))
    assert said(new) == read_again(entry)
    assert said(after.root, new) == said(document.root)
    gone = or_none(lambda: edit.delete(after, new.address))
    if gone is not None:
        assert said(after.apply(gone).root) == said(document.root)


@ONE
@given(texts(), st.data())
def test_a_copy_says_the_same_and_what_is_moved_stays_what_it_was(text: str, data: st.DataObject) -> None:
    document = Document(text)
    part = pick(data, [e.part for e in all_entries(document) if isinstance(e.part.key, int)])
    assert part.parent is not None
    doubled = or_none(lambda: edit.duplicate(document, part.address))
    if doubled is not None:
        after = document.apply(doubled)
        assert said(after.root, after.at((*part.parent.address, int(part.key) + 1))) == said(document.root)
    index = data.draw(st.integers(0, len(part.parent.items)))
    moved = or_none(lambda: edit.move(document, part.address, part.parent.address, index))
    if moved is not None:
        order = [said(item) for item in part.parent.items]
        order.insert(index, order[int(part.key)])
        del order[int(part.key) + (index <= int(part.key))]
        assert said(document.apply(moved).at(part.parent.address)) == order


@ONE
@given(texts(), st.data())
def test_a_name_changed_there_and_back_leaves_the_file_as_it_was(text: str, data: st.DataObject) -> None:
    document = Document(text)
    given_name = pick(data, [one for one in names_of(document) if one.name != "image"])
    after = document.apply(edit.rename(document, given_name.part.address, "quite_new"))
    assert f"{given_name.name!r}" not in repr([use.text.split(".") for use in Names(after).uses if use.how == "tensor"])
    back = edit.rename(after, "quite_new", given_name.name)
    assert after.apply(back).text == text


@ONE
@given(texts(), st.data())
def test_layers_wrapped_and_unwrapped_say_what_they_said(text: str, data: st.DataObject) -> None:
    document = Document(text)
    chain = pick(data, [part for part in places(document) if part.is_list and part.key in ("layers", "path")] or [])
    first = data.draw(st.integers(0, len(chain.items) - 1))
    last = data.draw(st.integers(first, len(chain.items) - 1))
    wrapped = or_none(lambda: edit.wrap(document, chain.address, first, last, "Wrapped"))
    if wrapped is None:
        return
    after = document.apply(wrapped)
    use = after.at((*chain.address, first))
    assert len(after.at(chain.address).items) == len(chain.items) - (last - first)
    opened = or_none(lambda: edit.unwrap(after, use.address))
    if opened is not None and use.text == "Wrapped":
        assert said(after.apply(opened).root) == said(document.root)
