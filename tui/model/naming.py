"""What a layer will be called in the picture: told from the text alone, before it is checked."""

from __future__ import annotations

import re

from ...dsl.edit import Document
from ...dsl.edit_entries import EntryPart, entry_at
from ...dsl.edit_parts import Address, Part
from ...dsl.edit_rename import scope_of
from ...dsl.entries import LAYERS


def block_name(typed: str) -> str:
    """A name that can be a block's: `refine` and `residual block` with the capitals that they lack."""
    return "".join(word[:1].upper() + word[1:] for word in re.split(r"[\s_-]+", typed))


def local_name(document: Document, part: Part) -> str | None:
    """The name of an entry or line within its body: the one it is given, or its kind and number.

    None where only the check can tell: what stands before it is repeated or conditional, or it is such itself.
    """
    entry = entry_at(document, part)
    parent = part.parent
    if parent is not None and parent.is_table and parent.key == "graph":
        return str(part.key)
    if entry is None or entry.site is not LAYERS or _varies(entry):
        return None
    named = entry.beside("name")
    if named is not None:
        return named.text if not _inside_varying(document, part) else None
    line = _line(part)
    if line is not None and line.is_list and line.items[-1] is part:
        return str(line.key)
    number = _number(document, part, entry, line)
    return None if number is None else f"{line.key}.{entry.kind}{number}" if line else f"{entry.kind}{number}"


def _line(part: Part) -> Part | None:
    """The line of a graph that a part stands in."""
    at: Part | None = part
    while at is not None and at.parent is not None:
        if at.parent.key == "graph" and at.parent.is_table:
            return at
        at = at.parent
    return None


def _number(document: Document, part: Part, entry: EntryPart, line: Part | None) -> int | None:
    """How many entries of its kind are in its body up to it."""
    count = 0
    for other in document.at(_body(document, part)).walk():
        found = entry_at(document, other)
        if found is None or found.site is not LAYERS or _line(other) is not line:
            continue
        if other.start <= part.start and _varies(found):
            return None
        count += found.kind == entry.kind
        if other is part:
            return count
    return None


def _body(document: Document, part: Part) -> Address:
    """The address of the body that a part stands in."""
    scope = scope_of(part)
    return scope or (("graph",) if document.find("graph") is not None else ("network",))


def _varies(entry: EntryPart) -> bool:
    return entry.beside("repeat") is not None or entry.beside("when") is not None


def _inside_varying(document: Document, part: Part) -> bool:
    at = part.parent
    while at is not None:
        entry = entry_at(document, at)
        if entry is not None and _varies(entry):
            return True
        at = at.parent
    return False
