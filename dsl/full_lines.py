"""A file with a remark at the end of each line, before it is text: tables, lists, values, and what they come from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .kinds.values import Chosen, Quantity
from .scalars import plain, written
from .tree import Scalar, Sequence, Table, Tree

EXPONENT = re.compile(r"e\+?(-?)0*")
FARTHEST = 56
"""Remarks stand in one column, and no farther right than this; longer lines have theirs two blanks behind."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A value in one line, as it is written, with what it is and where it comes from."""

    text: str
    value: object
    why: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A line that is a remark and nothing else: what is left out, and what that means."""

    text: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A table, its pairs in lines of their own."""

    rows: tuple[tuple[str, Part] | Note, ...]
    why: str = ""

    @property
    def pairs(self) -> tuple[tuple[str, Part], ...]:
        return tuple(row for row in self.rows if not isinstance(row, Note))


@dataclass(frozen=True, slots=True)
class Items:
    """A list, its items in lines of their own."""

    items: tuple[Part, ...]
    why: str = ""


Part = Leaf | Rows | Items


# values in one line


def flow(value: object) -> str:
    """A plain value in one line: numbers, texts, truths, tables and lists of them; quantities, kinds chosen."""
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, Chosen):
        return flow(told(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key_text(str(key))}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, float):
        return EXPONENT.sub(r"e\1", repr(value))
    return written(value)  # type: ignore[arg-type]


def told(value: object) -> object:
    """A resolved value as the plain values that say it in a file."""
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, Chosen):
        if value.kind == "constant":
            return value.options["value"]
        options = {name: told(inner) for name, inner in value.options.items() if inner is not None}
        return {value.kind: options} if options else value.kind
    if isinstance(value, Mapping):
        return {str(name): told(inner) for name, inner in value.items()}
    if isinstance(value, tuple | list):
        return [told(inner) for inner in value]
    return value


def key_text(key: str) -> str:
    """A key as it is written; numbers stand as they are."""
    return key if isinstance(plain(key), int | float) and not isinstance(plain(key), bool) else written(key)


def scalar_text(tree: Scalar) -> str:
    """A scalar as it may stand anywhere: a number as the file spells it, a text in quotes where it needs them."""
    if not tree.quoted and not isinstance(tree.value, str):
        return tree.text or "null"
    return written(tree.text)


def tree_text(tree: Tree) -> str:
    """A tree in one line."""
    if isinstance(tree, Scalar):
        return scalar_text(tree)
    if isinstance(tree, Sequence):
        return "[" + ", ".join(map(tree_text, tree.items)) + "]"
    return "{" + ", ".join(f"{key_text(key)}: {tree_text(inner)}" for key, inner in tree.items.items()) + "}"


def tree_value(tree: Tree) -> object:
    """A tree as plain values, nothing computed."""
    if isinstance(tree, Scalar):
        return tree.value
    if isinstance(tree, Sequence):
        return [tree_value(item) for item in tree.items]
    return {key: tree_value(inner) for key, inner in tree.items.items()}


# the whole


def text(part: Rows) -> str:
    """The file, remarks in one column."""
    lines = list(_rows(part, 0))
    widths = [len(line) for line, why in lines if why and len(line) <= FARTHEST - 2]
    column = max(widths, default=0) + 2
    return "".join(f"{line + '  ':<{column}}{_remark(why)}".rstrip() + "\n" for line, why in lines)


def _remark(why: str) -> str:
    """A remark fit for the end of a line; nothing in it can end the line or hide."""
    said = "".join(c if c.isprintable() else "?" for c in " ".join(why.split()))
    return f"# {said}" if said else ""


def _rows(table: Rows, indent: int) -> Iterator[tuple[str, str]]:
    blanks = " " * indent
    for row in table.rows:
        if isinstance(row, Note):
            yield f"{blanks}# {' '.join(row.text.split())}", ""
            continue
        key, part = row
        head = f"{blanks}{key_text(key)}:"
        if isinstance(part, Leaf):
            yield f"{head} {part.text}".rstrip(), part.why
        elif isinstance(part, Rows):
            yield (head if part.pairs else f"{head} {{}}"), part.why
            yield from _rows(part, indent + 2)
        else:
            yield (head if part.items else f"{head} []"), part.why
            yield from _items(part, indent + 2)


def _items(part: Items, indent: int) -> Iterator[tuple[str, str]]:
    for item in part.items:
        if isinstance(item, Leaf):
            yield f"{' ' * indent}- {item.text}", item.why
            continue
        lines = _rows(item, indent + 2) if isinstance(item, Rows) else _items(item, indent + 2)
        for number, (line, why) in enumerate(lines):
            yield (line if number else f"{line[:indent]}- {line[indent + 2 :]}"), why


def value_of(part: Part) -> object:
    """The same as plain values."""
    if isinstance(part, Leaf):
        return part.value
    if isinstance(part, Rows):
        return {key: value_of(inner) for key, inner in part.pairs}
    return [value_of(item) for item in part.items]


def sources(part: Part, path: str = "") -> Iterator[tuple[str, str]]:
    """Where each value comes from, by its path as `--set` has it: `network.layers.2.dense.units`."""
    if isinstance(part, Leaf):
        if part.why:
            yield path, part.why
        return
    inner = part.pairs if isinstance(part, Rows) else ((str(n), item) for n, item in enumerate(part.items, 1))
    for key, item in inner:
        yield from sources(item, f"{path}.{key}" if path else key)


LEFT_OUT = re.compile(r"left out: (.+)$")


def left_out(name: str, help: str) -> Note | None:
    """The remark on an option that has no default to write, where its help says what that means."""
    found = LEFT_OUT.search(help)
    return Note(f"{name} is left out: {found[1]}") if found else None


def plain_table(tree: Tree) -> Table:
    """The tree as a table; an empty one for nothing."""
    return tree if isinstance(tree, Table) else Table({}, {}, tree.place)
