"""From what is in the picture to the entry in the file that asked for it, and back.

A picture is made of one text; by the time something in it is chosen, that text may have been edited. So each id is
kept as the place of its entry, in characters, and places are carried through every splice.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ...dsl.edit import Document, Splice
from ...dsl.edit_parts import Address, Part

LINE_END = re.compile(r"\r\n|\n|\r")
MARK = "\ufeff"


class Lines:
    """Lines and columns of a text, both from 1, as places in characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._mark = len(text) - len(text.removeprefix(MARK))
        self._starts = [self._mark, *(found.end() for found in LINE_END.finditer(text))]

    def at(self, line: int, column: int) -> int | None:
        """The character at a line and column; None past the end."""
        if not 1 <= line <= len(self._starts):
            return None
        at = self._starts[line - 1] + column - 1
        return at if at <= len(self.text) else None

    def place(self, at: int) -> tuple[int, int]:
        """The line and column of a character."""
        line = max(1, bisect_right(self._starts, at))
        return line, max(1, at - self._starts[line - 1] + 1)

    def line(self, at: int) -> int:
        return self.place(at)[0]


class Starts:
    """The parts of a document by where they begin; of several, the outermost."""

    def __init__(self, document: Document) -> None:
        self._parts: dict[int, Part] = {}
        self._keys: dict[int, Part] = {}
        for part in document.root.walk():
            if part.parent is not None:
                self._parts.setdefault(part.start, part)
                if part.key_span[1]:
                    self._keys[part.key_span[0]] = part

    def part(self, at: int | None) -> Part | None:
        """The part that begins at a character, or right behind a quote before it."""
        if at is None:
            return None
        return self._parts.get(at) or self._quoted(at)

    def keyed(self, at: int | None) -> Part | None:
        """The part whose key begins at a character."""
        return self._keys.get(at) if at is not None else None

    def _quoted(self, at: int) -> Part | None:
        found = self._parts.get(at - 1)
        return found if found is not None and found.style in ("'", '"') else None


@dataclass(slots=True)
class Carried:
    """The places of ids in a text that is edited on. `at` in the text they were learned from; `since`: what was
    spliced then."""

    at: Mapping[str, int] = field(default_factory=dict)
    since: list[tuple[Splice, ...]] = field(default_factory=list)

    def place(self, node_id: str) -> int | None:
        """Where the id's entry begins now; None where it is unknown, or its text was replaced."""
        at = self.at.get(node_id)
        for splices in self.since:
            if at is None:
                return None
            at = carried(at, splices)
        return at


def carried(at: int, splices: Iterable[Splice]) -> int | None:
    """A place after splices: what is put in there pushes it on; None where its character was taken out."""
    moved = at
    for splice in splices:
        if splice.start > at:
            break
        if splice.end <= at:
            moved += len(splice.text) - (splice.end - splice.start)
        elif splice.start == at and splice.text:
            return moved
        else:
            return None
    return moved


def list_of(addresses: Iterable[Address]) -> tuple[Address, ...]:
    """Each address once, in order: layers of a repeat share one entry."""
    return tuple(dict.fromkeys(addresses))
