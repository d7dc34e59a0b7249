"""A value over several lines: as it is edited by itself, and set back into the file as it was written.

A table or list in lines, brackets or quotes over several lines, a text behind `|`: shown from the first column on,
with its comments; set back at the column where it stood. What stands above it and behind it stays.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ...dsl.edit import Document, Edit, Refused, Splice, entry_of, set_option
from ...dsl.edit_insert import layer_at
from ...dsl.edit_parts import Address, Part
from ...dsl.edit_write import Value

OPENS = re.compile(r"[|>][-+0-9]*[ \t]*(?:#.*)?$|[\"'\[{]")
"""How a value begins that stands on the line of its key, however many lines it has."""
COMMENT = re.compile(r"(?:^|\s)#")
DEEPER = "  "


def behind_key(text: str) -> str:
    """What stands behind `key:` in the first column for a value of one line or several."""
    lines = _lines(text)
    if len(lines) == 1:
        return f" {lines[0].strip()}"
    deeper = [DEEPER + line if line.strip() else "" for line in lines]
    return "\n".join([f" {lines[0]}", *deeper[1:]] if OPENS.match(lines[0]) else ["", *deeper])


def lines_of(document: Document, place: Address | str, path: Sequence[str]) -> str | None:
    """A value of an entry or section as its lines, from the first column on; None where it is not written."""
    part = part_of(document, place, path)
    if part is None:
        return None
    raw = document.raw(part).replace("\r\n", "\n")
    first, *rest = raw.split("\n")
    column = document.column(part.start) if _below(document, part) else _least(rest)
    return "\n".join([first, *(line[min(column, len(line) - len(line.lstrip(" "))) :] for line in rest)])


def with_lines(document: Document, place: Address | str, path: Sequence[str], text: str, whole: Value | None) -> Edit:
    """The edit that gives a value other lines. `whole`: what its option is then, for where it is not written in lines.
    Refused where lines cannot stand there."""
    part = part_of(document, place, path)
    if part is None or part.parent is None or part.parent.flow or not part.parent.is_table:
        if COMMENT.search(text):
            raise Refused("within brackets there is no room for a comment: take it out, or change it in the text")
        if whole is None:
            raise Refused("there is no such value any more")
        return set_option(document, place, path[0], whole)
    return document.edit([_splice(document, part, text)])


def part_of(document: Document, place: Address | str, path: Sequence[str]) -> Part | None:
    """Where a value is written: `path` leads from an option of an entry, or a key of a section, to it."""
    try:
        part = layer_at(document, place)
    except Refused:
        return None
    entry = entry_of(document, part)
    found: Part | None = part.inner.get(path[0])
    if entry is not None:
        found = entry.options.get(path[0]) or (entry.alone if path[0] == entry.main else entry.beside(path[0]))
    for word in path[1:]:
        found = found.inner.get(word) if found is not None else None
    return found


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.strip("\n").split("\n")]


def _least(lines: Sequence[str]) -> int:
    return min((len(line) - len(line.lstrip(" ")) for line in lines if line.strip()), default=0)


def _below(document: Document, part: Part) -> bool:
    """Whether a value begins on a line below its key's."""
    return document.first_on_line(part.start)


def _splice(document: Document, part: Part, text: str) -> Splice:
    lines, newline = _lines(text), document.newline
    key = document.text.index(":", part.key_span[1]) + 1
    column = document.column(part.key_span[0])
    beside = len(lines) == 1 or OPENS.match(lines[0]) is not None
    if _below(document, part) and (not beside or "#" in document.text[key : part.start]):
        # what stands between the key and the value stays: comments
        deeper = " " * document.column(part.start)
        made = [lines[0], *(deeper + line if line else "" for line in lines[1:])]
        return Splice(part.start, part.end, newline.join(made))
    deeper = " " * (column + 2)
    below = [deeper + line if line else "" for line in lines]
    made = [f" {lines[0].strip()}", *below[1:]] if beside else ["", *below]
    return Splice(key, part.end, newline.join(made))
