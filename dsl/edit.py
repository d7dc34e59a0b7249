"""Editing a spec file by its parts: every change is a few splices of its text, and all else stays byte for byte.

`Document(text)` is read once; each function here gives an `Edit` (or refuses with a sentence for the user), and
`document.apply(edit)` the document after it; `edit.undo` takes it back. Addresses are paths of keys and indices,
`network.layers[2]`; a layer or tensor may be called by its name.
"""

from __future__ import annotations

from collections.abc import Mapping

from .edit_blocks import wrap
from .edit_checked import checked
from .edit_delete import delete
from .edit_document import Document, Edit, Refused, Splice, composed, shown, steps_of
from .edit_entries import (
    EntryPart,
    entry_at,
    with_beside,
    with_kind,
    with_option,
    without_beside,
    without_option,
)
from .edit_insert import insert, insert_after, insert_before, layer_at
from .edit_items import content, inserted, removed, replaced
from .edit_move import duplicate, move
from .edit_parts import Address, Part
from .edit_rename import rename
from .edit_unwrap import unwrap
from .edit_write import Value, flow
from .load import FILE
from .sections import DATA, STEP
from .settings import CLIP, RUN, SPLIT, STOP
from .suggest import did_you_mean, listed

__all__ = [
    "Document",
    "Edit",
    "Refused",
    "Splice",
    "composed",
    "delete",
    "duplicate",
    "insert",
    "insert_after",
    "insert_before",
    "move",
    "rename",
    "replace_kind",
    "set_option",
    "set_value",
    "unset_option",
    "unset_value",
    "unwrap",
    "wrap",
]

KEYS: dict[Address, tuple[str, ...]] = {
    (): FILE,
    ("train",): STEP,
    ("data",): DATA,
    ("data", "split"): tuple(option.name for option in SPLIT),
    ("run",): tuple(option.name for option in RUN),
    ("train", "stop"): tuple(option.name for option in STOP),
    ("train", "clip_gradients"): tuple(option.name for option in CLIP),
}
"""The keys of the sections, all of which are made where a file has none."""

FIRST = {"train": "loss", "data": "source"}
"""What a section cannot be without."""


def set_option(document: Document, place: Address | str, option: str, value: Value) -> Edit:
    """Give an option of an entry, a word beside its kind, or a key of a section a value.

    `place` is the entry, the value after its kind, or the section (`train`, `data.split`), which is made when
    the file has none. A value that the option cannot have is written all the same: `check` says what is wrong.
    """
    part = _there(document, place)
    if part is None:
        return set_value(document, (*steps_of(place), option), value)
    entry = entry_of(document, part)
    if entry is None:
        return set_value(document, (*part.address, option), value)
    if option == "name" and isinstance(value, str):
        return rename(document, entry.part.address, value)
    if option in entry.site.beside and not _own_option(entry, option):
        return document.edit(with_beside(entry, option, value))
    return document.edit(with_option(entry, option, value))


def unset_option(document: Document, place: Address | str, option: str) -> Edit:
    """Take an option, a word beside a kind, or a key of a section away, so that its default holds."""
    part = layer_at(document, place)
    entry = entry_of(document, part)
    if entry is None:
        return unset_value(document, (*part.address, option))
    if option in entry.site.beside and not _own_option(entry, option):
        return checked(document, document.edit(without_beside(entry, option)))
    return checked(document, document.edit(without_option(entry, option)))


def set_value(document: Document, address: Address | str, value: Value) -> Edit:
    """Write a value at an address; tables on the way to it are made."""
    steps = steps_of(address)
    part = document.find(steps)
    if part is not None:
        return document.edit(replaced(document, part, flow(value)))
    above, rest = document.root, steps
    while rest and (inner := above.inner.get(rest[0])) is not None:
        above, rest = inner, rest[1:]
    for step in reversed(rest[1:]):
        if isinstance(step, int):
            raise Refused(f"there is no `{shown(steps)}` in the file")
        value = {step: value}
    return document.edit(_added(document, above, rest[0], value, steps))


def unset_value(document: Document, address: Address | str) -> Edit:
    """Take a key with its value, or an item of a list, out of the file."""
    return checked(document, document.edit(removed(document, document.at(address))))


def replace_kind(
    document: Document, place: Address | str, kind: str, options: Mapping[str, Value] | None = None
) -> Edit:
    """Another kind for an entry. Options that it has too stay; `options` are given besides; the others go."""
    part = layer_at(document, place)
    entry = entry_of(document, part)
    if entry is None:
        raise Refused(f"`{shown(part.address)}` has no kind")
    return checked(document, document.edit(with_kind(entry, kind, options or {})))


def entry_of(document: Document, part: Part) -> EntryPart | None:
    """The entry that a part is, or after whose kind it stands."""
    entry = entry_at(document, part)
    if entry is None and part.parent is not None and isinstance(part.key, str):
        outer = entry_at(document, part.parent)
        entry = outer if outer is not None and outer.kind == part.key else None
    return entry


def _there(document: Document, place: Address | str) -> Part | None:
    """The part at an address or of a name; None where the file may get a section there."""
    steps = steps_of(place)
    return None if steps in KEYS and document.find(steps) is None else layer_at(document, place)


def _own_option(entry: EntryPart, option: str) -> bool:
    """Whether a word of the wiring is an option of this kind: `gradient: {of: y}`."""
    known = entry.known
    return option in entry.options or (
        known is not None and (known.option(option) is not None or option in known.tensors)
    )


def _added(document: Document, above: Part, key: str | int, value: Value, steps: Address) -> list[Splice]:
    """A key or item that is not there yet."""
    known = KEYS.get(above.address)
    if known is not None and key not in known:
        way = did_you_mean(str(key), known)
        raise Refused(f"there is no key `{shown((*above.address, key))}`. {way or f'There are {listed(known)}.'}")
    first = FIRST.get(str(key)) if not above.address else None
    if first is not None and isinstance(value, Mapping) and first not in value:
        raise Refused(f"the file has no `{key}`; it begins with `{key}.{first}`")
    if above.is_list and key == len(above.items):
        return inserted(document, above, len(above.items), content(value))
    if above.is_table and isinstance(key, str):
        return inserted(document, above, len(above.items), content(value, key))
    if above.nothing and isinstance(key, str):
        return replaced(document, above, flow({key: value}))
    raise Refused(f"there is no place for `{shown(steps)}`: `{shown(above.address)}` is no table")
