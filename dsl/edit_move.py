"""Items moved to another place of the file, and doubled."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .edit_checked import checked
from .edit_document import NEWLINE, Document, Edit, Refused, Splice, composed, shown
from .edit_entries import entry_at, without_beside
from .edit_insert import layer_at
from .edit_items import Content, content, inserted, removed
from .edit_names import Names, names_of
from .edit_parts import Address, Part
from .edit_reads import explicit_reads
from .edit_rename import free_name, scope_of
from .edit_write import flow, pair, value_of
from .entries import LAYERS

GONE = "\x00"
"""Stands where a comment stood; no file holds it."""
LEADING = re.compile(r" *")


@dataclass(frozen=True, slots=True)
class Taken:
    """An item as it is written: what to put in elsewhere, and the span whose comments go along."""

    content: Content
    span: tuple[int, int]


def move(document: Document, place: Address | str, target: Address | str, index: int) -> Edit:
    """Move an item before the one of that number (as they stand now) of the list or table `target`."""
    part, into = layer_at(document, place), document.at(target)
    parent = part.parent
    if parent is None or not (into.is_list or into.is_table):
        raise Refused(f"nothing can be put into `{shown(into.address)}`")
    if part is into or _within(into, part):
        raise Refused("a layer cannot be put into itself")
    if parent.is_table is not into.is_table:
        raise Refused("a line of a graph has a name, a layer of a chain a place: neither can be put among the others")
    if parent.is_table and parent is not into and part.key in into.inner:
        raise Refused(f"there is a `{part.key}` already")
    index = min(index, len(into.items))
    at = parent.items.index(part)
    if parent is into and index in (at, at + 1):
        return document.edit(())
    _names_stay(document, part, into)
    taken = taken_out(document, part, along=not into.flow)
    put_in = inserted(document, into, index, taken.content)
    if parent is into:
        return checked(document, document.edit([*put_in, *removed(document, part, [taken.span])]))
    first = document.edit(put_in)
    middle = document.apply(first)
    now = middle.at(_after_insertion(part.address, into, index))
    span = (now.begin, now.begin + taken.span[1] - taken.span[0])
    second = middle.edit(removed(middle, now, [span]))
    return checked(document, composed(document, first, second))


def _within(part: Part, outer: Part) -> bool:
    at: Part | None = part
    while at is not None and at is not outer:
        at = at.parent
    return at is not None


def _after_insertion(address: Address, into: Part, index: int) -> Address:
    """Where a part is after an item was put into a list."""
    depth = len(into.address)
    step = address[depth] if address[:depth] == into.address and depth < len(address) else None
    if not isinstance(step, int) or step < index:
        return address
    return (*address[:depth], step + 1, *address[depth + 1 :])


def _names_stay(document: Document, part: Part, into: Part) -> None:
    """Refused where a layer goes to another body, and its name or what it reads is left behind."""
    old, new = scope_of(part), scope_of(into)
    if old == new or not (entry_at(document, part) or part.parent is None or part.parent.key == "graph"):
        return
    names = names_of(document)
    for given in names.scopes[old].names.values():
        if _within(given.part, part) and any(not _within(use.part, part) for use, _ in names.of(given)):
            raise Refused(f"`{given.name}` is used in the body that it would leave")
    for use in names.uses:
        inside = use.how in ("tensor", "size", "option") and use.scope == old and _within(use.part, part)
        known = use.how == "option" and use.steps[0].text in names.scopes[new].options
        if inside and not known and not any(_within(given.part, part) for _, given in names.resolved(use)):
            raise Refused(f"it reads `{use.text}`, which the other body does not know")


def taken_out(document: Document, part: Part, *, along: bool = True) -> Taken:
    """An item as it is written, fit for another column. `along`: its comments go with it, if it has own lines."""
    key = str(part.key) if part.parent is not None and part.parent.is_table else None
    value = value_of(part, document.text)
    inline = flow(value) if key is None else pair(key, flow(value))
    parent = part.parent
    if parent is None or parent.flow or not along:
        return Taken(Content(content(value, key).lines, inline), (0, 0))
    start, stop = part.begin, document.line_end(max(part.end, part.key_span[1]))
    column = document.column(start)
    lines = NEWLINE.split(document.text[start:stop])
    return Taken(Content(lambda to: shifted(lines, column, to), inline), (start, stop))


def shifted(lines: list[str], column: int, to: int) -> list[str]:
    """Lines moved from one column to another; the first has no blanks before it."""
    made = lines[:1]
    for line in lines[1:]:
        found = LEADING.match(line)
        own = found.end() if found else 0
        made.append(" " * (to + max(0, own - column)) + line[own:] if line.strip() else line)
    return made


def duplicate(document: Document, place: Address | str) -> Edit:
    """The same once more, right behind it; names within it get a number. A layer's copy reads the layer."""
    part = layer_at(document, place)
    parent = part.parent
    if parent is None or (parent.is_table and parent.key != "graph"):
        raise Refused(f"`{shown(part.address)}` stands there once; only layers and lines of a graph can be doubled")
    names = names_of(document)
    index = parent.items.index(part)
    key = free_name(names, scope_of(part), str(part.key)) if parent.is_table else None
    copy = (*parent.address, index + 1 if key is None else key)
    steps = [document.edit(inserted(document, parent, index + 1, bare(document, part, key)))]
    after = document.apply(steps[0])
    steps.append(after.edit(_fresh_names(after, names, copy, part)))
    after = after.apply(steps[1])
    if key is None and (splices := _without_reads(after, after.at(copy))):
        steps.append(after.edit(splices))
    return checked(document, composed(document, *steps))


def _without_reads(document: Document, copy: Part) -> list[Splice]:
    """A copy in a chain reads what stands before it, not what the other reads; a joiner has no other way."""
    entry = entry_at(document, copy)
    if entry is None or entry.site is not LAYERS or entry.kind == "formula" or explicit_reads(entry) is None:
        return []
    joins = entry.known is not None and entry.known.family == "joiner"
    return [] if joins else without_beside(entry, "from")


def bare(document: Document, part: Part, key: str | None = None) -> Content:
    """The item without its comments, under another key if it has one."""
    value = value_of(part, document.text)
    parent = part.parent
    if parent is None or parent.flow:
        return content(value, key)
    at, text = part.begin, ""
    for start, stop in document.comments_in(part.begin, part.end):
        text += document.text[at:start] + GONE
        at = stop
    text += document.text[at : max(part.end, part.key_span[1])]
    lines = [line for line in NEWLINE.split(text) if line.strip(" ") != GONE]
    lines = [line.replace(GONE, "").rstrip(" ") if GONE in line else line for line in lines]
    if key is not None:
        lines[0] = key + lines[0][part.key_span[1] - part.key_span[0] :]
    column = document.column(part.begin)
    return Content(lambda to: shifted(lines, column, to), flow(value))


def _fresh_names(document: Document, before: Names, copy: Address, original: Part) -> list[Splice]:
    """New names for those that the copy has of the original, with their uses in the copy."""
    part, scope = document.at(copy), scope_of(original)
    inside = [g for g in before.scopes[scope].names.values() if g.how == "name" and _within(g.part, original)]
    fresh = dict[str, str]()
    for given in inside:
        fresh[given.name] = free_name(before, scope, given.name, set(fresh.values()))
    splices = list[Splice]()
    for inner in part.walk():
        entry = entry_at(document, inner)
        named = entry.beside("name") if entry is not None else None
        if named is not None and named.text in fresh:
            splices.append(Splice(named.start, named.end, fresh[named.text]))
    for use in names_of(document).uses if fresh else ():
        if use.steps[0].text in fresh and use.how in ("tensor", "size") and _within(use.part, part):
            splices.append(Splice(*use.steps[0].span, fresh[use.steps[0].text]))
    return splices
