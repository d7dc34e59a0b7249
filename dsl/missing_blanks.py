"""`epochs:20` is one word to YAML. Where a pair must have been meant it is parted, and reported."""

from __future__ import annotations

import re
from dataclasses import replace

from .cut_formulas import Pair
from .diagnostics import Diagnostics
from .places import Place
from .scalars import plain
from .source_text import Source
from .tree import Scalar, Sequence, Table, Tree

GLUED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*):([^\s:/\\].*)", re.DOTALL)
EQUATED = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*([^=\s].*)", re.DOTALL)
DASHED = re.compile(r"-[A-Za-z]")
GLUED_LINE = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*):([^\s:/\\]\S*)\s*(?:#.*)?$")


def parted_item(item: Tree, diagnostics: Diagnostics) -> Tree:
    """`- dropout:0.2`  -->  `- dropout: 0.2`"""
    return _parted(item, diagnostics) or item


def parted_pair(pair: Pair, source: Source, diagnostics: Diagnostics) -> tuple[Scalar, Tree]:
    """`{a: 1, b:1}`  -->  `{a: 1, b: 1}`, where `b:1` reads as a key without a value."""
    key, value = pair.key, pair.value
    if (
        key.quoted
        or not (":" in key.text or "=" in key.text)
        or not isinstance(value, Scalar)
        or value.text
        or value.quoted
    ):
        return key, value
    table = _parted(key, diagnostics) if ":" in key.text else _equated(key, diagnostics)
    if table is None:
        return key, value
    ((name, inner),) = table.items.items()
    return Scalar(name, name, False, table.keys[name]), inner


def parted_scalar(key: Scalar, value: Tree, source: Source, diagnostics: Diagnostics) -> Tree:
    """A value that stands below its key, as `epochs:20` below `train:`, or that runs on into such a line."""
    if not isinstance(value, Scalar) or value.quoted:
        return value
    below = value.place.line > key.place.line
    if below and DASHED.match(value.text):
        return _dashed(value, diagnostics)
    if ":" not in value.text:
        return value
    if below and " " not in value.text:
        return _parted(value, diagnostics) or value
    if value.place.length:
        return value
    return _first_line(value, source, diagnostics)


def _dashed(value: Scalar, diagnostics: Diagnostics) -> Tree:
    """`-flatten` below its key, with more such lines: a list whose dashes have no blanks."""
    words = [word.strip() for word in re.split(r"(?:^| )-", value.text)[1:]]
    diagnostics.error("E018", value.place, "a blank is missing after the dash", f"Write `- {words[0]}`.")
    return Sequence(tuple(Scalar(plain(word), word, False, value.place) for word in words), value.place)


def _first_line(value: Scalar, source: Source, diagnostics: Diagnostics) -> Scalar:
    """The first line of text that runs over several, when a later one looks like a pair."""
    rest = range(value.place.line, value.place.line + value.text.count(" ") + 1)
    for number in rest:
        if found := GLUED_LINE.match(source.line(number)):
            _report(found[1], found[2], source.place(number, found.start(1), number, found.end(2)), diagnostics)
            first = source.line(value.place.line - 1)[value.place.column - 1 :].split(" #")[0].strip()
            return Scalar(plain(first), first, False, replace(value.place, length=len(first)))
    return value


def _parted(tree: Tree, diagnostics: Diagnostics) -> Table | None:
    if not isinstance(tree, Scalar) or tree.quoted or ":" not in tree.text:
        return None
    found = GLUED.fullmatch(tree.text)
    if found is None:
        return None
    name, text, place = found[1], found[2], tree.place
    _report(name, text, place, diagnostics)
    value = Scalar(plain(text), text, False, replace(place, column=place.column + len(name) + 1, length=len(text)))
    return Table({name: value}, {name: replace(place, length=len(name))}, place)


def _equated(key: Scalar, diagnostics: Diagnostics) -> Table | None:
    """`{units = 32}`"""
    found = EQUATED.fullmatch(key.text)
    if found is None:
        return None
    name, text, place = found[1], found[2], key.place
    diagnostics.error("E019", place, "options are given with a colon, not with `=`", f"Write `{name}: {text}`.")
    value = Scalar(plain(text), text, False, replace(place, column=place.column + found.start(2), length=len(text)))
    return Table({name: value}, {name: replace(place, length=len(name))}, place)


def _report(name: str, text: str, place: Place, diagnostics: Diagnostics) -> None:
    shown = text if len(text) < 40 else text[:40] + "…"
    diagnostics.error("E018", place, "a blank is missing after the colon", f"Write `{name}: {shown}`.")
