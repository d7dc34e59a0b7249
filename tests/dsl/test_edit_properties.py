"""Edits of any file, one after the other: nothing else moves, undo gives every byte back, the file still reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import netloom
from netloom.dsl import edit
from netloom.dsl.edit_checked import mistakes
from netloom.dsl.edit_document import Document, Edit, Refused, composed
from netloom.dsl.edit_entries import EntryPart, entry_at
from netloom.dsl.edit_names import Given, Names
from netloom.dsl.edit_parts import Part
from netloom.dsl.edit_write import Value, flow
from netloom.dsl.tree import Scalar

EXAMPLES = sorted((Path(netloom.__file__).resolve().parent / "examples").rglob("*.yaml"))
OPTIONS: dict[str, tuple[tuple[str, Value], ...]] = {
    "dense": (("units", 7), ("activation", "tanh"), ("activation", {"leaky_relu": {"slope": 0.1}}), ("bias", False)),
    "dropout": (("rate", 0.25),),
    "adam": (("learning_rate", 0.5), ("learning_rate", {"cosine": {"start": 0.1, "end": 0, "over": "3 epochs"}})),
    "sgd": (("learning_rate", 0.5),),
    "leaky_relu": (("slope", 0.3),),
    "Piece": (("units", 9), ("activation", "tanh")),
}
ENTRIES: tuple[Value, ...] = (
    "relu",
    {"dense": 5},
    {"dense": {"units": 5, "activation": "relu"}, "name": "newly_made"},
    {"add": {"one": [{"dense": 3}, "relu"], "other": [{"dense": 3}]}},
)
COMMENTS = ("", "", "  # a remark", " # 'quoted: [x], {y}' #twice")


def said(part: Part, besides: Part | None = None) -> object:
    """What a part says, without places and quotes, but for one part within it."""
    if isinstance(part.tree, Scalar):
        return part.tree.value
    inner = [(key, said(one, besides)) for key, one in part.inner.items() if one is not besides]
    return inner if part.is_table else [one for _, one in inner]


def given_to(entry: EntryPart) -> dict[str, object]:
    """What an entry is given, whatever its form: options by name, the words beside its kind."""
    found = {f".{name}": said(part) for name, part in entry.options.items()}
    if entry.alone is not None:
        found[".from" if entry.reads_after_kind else f".{entry.main}"] = said(entry.alone)
    beside = {key: said(part) for key, part in entry.part.inner.items() if key != entry.kind}
    found.update({".from" if key == "from" else str(key): one for key, one in beside.items()})
    return {"kind": entry.kind, **found}


def read_again(value: Value) -> object:
    """A value as the file says it once it is written."""
    return said(Document(f"it: {flow(value)}").at("it"))


def remarks(document: Document) -> list[str]:
    return [document.text[start:end] for start, end in document.comments]


class Layout:
    """Writes a file in one of many ways, as drawn."""

    def __init__(self, draw: Callable[[st.SearchStrategy[object]], object]) -> None:
        self.draw = draw

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def remark(self) -> str:
        return str(self.draw(st.sampled_from(COMMENTS)))

    def between(self, column: int) -> list[str]:
        found = self.draw(st.sampled_from(["", "", "", "\n", "# alone", "#", "# a: b"]))
        return [] if not found else [" " * column + str(found)] if found != "\n" else [""]

    def flow(self, value: Value) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self.flow(inner)}" for key, inner in value.items()) + "}"
        if isinstance(value, list):
            blank = " " if self.chance() else ""
            return f"[{blank}" + ", ".join(self.flow(item) for item in value) + f"{blank}]"
        return str(value).lower() if isinstance(value, bool) else str(value)

    def spread(self, items: list[str], column: int) -> str:
        """A list in brackets with a line for each item."""
        lines = [
            " " * (column + 2) + item + ("," if n + 1 < len(items) else self.comma()) for n, item in enumerate(items)
        ]
        return (
            "[" + self.remark() + "\n" + "\n".join(line + self.remark() for line in lines) + "\n" + " " * column + "]"
        )

    def comma(self) -> str:
        return "," if self.chance() else ""

    def pairs(self, table: dict[str, Value], column: int) -> list[str]:
        lines = list[str]()
        for key, value in table.items():
            lines += self.between(column)
            blanks = " " * column
            if isinstance(value, dict | list) and value and self.chance():
                inset = self.draw(st.sampled_from([2, 4] if isinstance(value, dict) else [0, 2]))
                lines.append(f"{blanks}{key}:{self.remark()}")
                below = column + int(str(inset))
                lines += self.pairs(value, below) if isinstance(value, dict) else self.items(value, below)
            elif isinstance(value, list) and value and self.chance():
                lines.append(f"{blanks}{key}: {self.spread([self.flow(v) for v in value], column)}{self.remark()}")
            else:
                lines.append(f"{blanks}{key}: {self.flow(value)}{self.remark()}")
        return lines

    def items(self, found: list[Value], column: int) -> list[str]:
        lines = list[str]()
        for item in found:
            lines += self.between(column)
            if isinstance(item, dict) and self.chance():
                below = self.pairs(item, column + 2)
                while not below[0].strip() or below[0].strip().startswith("#"):
                    lines.append(below.pop(0))
                lines += [" " * column + "- " + below[0].strip(" "), *below[1:]]
            else:
                lines.append(f"{' ' * column}- {self.flow(item)}{self.remark()}")
        return lines


@st.composite
def chains(draw: Callable[[st.SearchStrategy[object]], object], depth: int = 1) -> list[Value]:
    """Layers, some of them with names, some with branches; later ones read earlier ones."""
    chain, names = list[Value](), list[str]()
    for number in range(int(str(draw(st.integers(1, 4))))):
        choice = draw(st.sampled_from(["relu", "dense", "long", "piece", "dropout", *(["add"] if depth else [])]))
        made: dict[str, Value] = {}
        if choice == "relu":
            made = {"relu": {}}
        elif choice == "dense":
            made = {"dense": draw(st.integers(1, 9))}  # type: ignore[dict-item]
        elif choice == "long":
            made = {"dense": {"units": 3, "activation": "relu", "weights": {"start": "he"}}}
        elif choice == "piece":
            made = {"Piece": {"units": 4}}
        elif choice == "dropout":
            made = {"dropout": 0.5, "when": "wide > 3 and training"}
        else:
            made = {"add": {"body": draw(chains(depth=0)), "rest": []}}  # type: ignore[dict-item]
        if draw(st.booleans()):
            made["name"] = f"n{depth}{number}_{draw(st.integers(0, 99))}"
            names.append(str(made["name"]))
        if names and draw(st.booleans()) and choice != "relu":
            made["from"] = draw(st.sampled_from(names))  # type: ignore[assignment]
        chain.append("relu" if made == {"relu": {}} else made)
    return chain


@st.composite
def texts(draw: Callable[[st.SearchStrategy[object]], object]) -> str:
    """A whole file, in any layout."""
    layout = Layout(draw)
    chain = draw(chains())
    assert isinstance(chain, list)
    table: dict[str, Value] = {
        "name": "made",
        "options": {"wide": 8},
        "data": {"source": "digits", "split": {"test": 0.2}},
        "blocks": {
            "Piece": {"options": {"units": "int", "activation": "relu"}, "layers": [{"dense": "$units"}, "relu"]}
        },
        "network": {"layers": [*chain, {"dense": "$wide", "name": "last"}]},
        "train": {"loss": {"cross_entropy": {"logits": "last", "target": "label"}}, "optimizer": "adam"},
    }
    if draw(st.booleans()):
        graph: dict[str, Value] = {
            "flat": {"flatten": "image"},
            "hidden": {"dense": {"units": 3}, "from": "flat"},
            "path": [{"dense": 3, "from": "hidden"}, "relu"],
            "both": "hidden + 2 * path",
            "last": {"dense": 10, "from": ["both", "flat"]},
        }
        table["network"] = {"inputs": ["image"], "graph": graph, "output": "last"}
    lines = [*layout.between(0), *layout.pairs(table, 0), *layout.between(0)]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = "\n".join(lines) + ("\n" if layout.chance() else "")
    return text.replace("\n", str(end))


Some = TypeVar("Some")


def pick(data: st.DataObject, found: Sequence[Some]) -> Some:
    """One of them; refused where there are none."""
    if not found:
        raise Refused("there is none")
    return found[data.draw(st.integers(0, len(found) - 1))]


def places(document: Document) -> list[Part]:
    return [part for part in document.root.walk() if part.parent is not None]


def all_entries(document: Document) -> list[EntryPart]:
    return [entry for part in places(document) if (entry := entry_at(document, part)) is not None]


def names_of(document: Document) -> list[Given]:
    return [given for scope in Names(document).scopes.values() for given in scope.names.values()]


def any_edit(document: Document, data: st.DataObject) -> Edit:
    """Some change of the file, by whatever may be edited in it."""
    action = pick(data, ACTIONS)
    return action(document, data)


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
            made = any_edit(document, data)
        except Refused as refusal:
            assert str(refusal)
            continue
        note(f"{document.text}\n{made.splices}")
        after = document.apply(made)
        assert not mistakes(after) - mistakes(document)
        assert Counter(remarks(after)) == Counter(remarks(document))
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
