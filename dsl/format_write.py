"""The standard layout: two blanks a level, in one line what fits there, comments at their places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from .format_nodes import BLANK, Item, Node
from .format_scalars import key_text, lines_of, scalar_text

WIDTH, NARROW = 110, 80
"""Columns of a line, its comment left out; and of a section, part or step between brackets."""
STEP = 2
HEAD = ("netloom", "name", "about", "include")
"""Between these stands no empty line."""


def written(root: Node, head: Sequence[str]) -> str:
    """The whole file. `head` are lines at its top."""
    lines, previous = _tidy(head), ""
    for item in root.items:
        key = item.key or ""
        if previous and not (previous in HEAD and key in HEAD):
            lines.append(BLANK)
        lines += [*_tidy(item.before), *_pair(item, 0)]
        previous = key
    lines += root.trailing
    return "\n".join(_single(lines)) + "\n"


def _tidy(before: Sequence[str]) -> list[str]:
    """Lines above an item that has its own distance already."""
    return list(before[1:] if before[:1] == [BLANK] else before)


def _single(lines: list[str]) -> Iterator[str]:
    """No two empty lines together, none at the top or the end."""
    while lines and lines[-1] == BLANK:
        lines.pop()
    before = BLANK
    for line in lines:
        if line != BLANK or before != BLANK:
            yield line
        before = line


def _lines(node: Node, column: int) -> list[str]:
    """A collection's items, one below the other."""
    found, write = list[str](), _pair if node.form == "table" else _item
    for number, item in enumerate(node.items):
        before = item.before if number else _tidy(item.before)
        found += _indented(before, column)
        found += write(item, column)
    return found + _indented(node.trailing, column)


def _indented(lines: Sequence[str], column: int) -> list[str]:
    return [" " * column + line if line else BLANK for line in lines]


def _pair(item: Item, column: int) -> list[str]:
    key = key_text(item.key or "", flow=False) + ":"
    return _valued(item, column, " " * column + key, column + STEP)


def _item(item: Item, column: int) -> list[str]:
    """`- value`; a table's first pair, or a list's first item, stands behind the dash."""
    node, dash = item.node, " " * column + "-"
    if not node.items or (not node.spread and _in_one_line(node, len(dash) + 1)):
        return _valued(item, column, dash, column + STEP)
    if (filled := _filled(node, dash, column)) is not None:
        return _ended(filled, item.ends)
    first = node.items[0]
    inner = replace(node, items=[replace(first, ends=[*item.ends, *first.ends]), *node.items[1:]])
    lines = _lines(inner, column + STEP)
    return [dash + lines[0][len(dash) :], *lines[1:]]


def _valued(item: Item, column: int, start: str, inner: int) -> list[str]:
    """What stands behind a key or a dash."""
    node = item.node
    if node.form == "scalar":
        if (many := lines_of(node, inner, WIDTH)) is not None:
            return [*_ended([f"{start} {many[0]}"], item.ends), *_indented(many[1:], inner)]
        text = scalar_text(node, flow=False)
        return _ended([f"{start} {text}" if text else start], item.ends)
    if not node.items or _in_one_line(node, len(start) + 1):
        return _ended([f"{start} {_flow(node)}"], item.ends)
    if (filled := _filled(node, start, column)) is not None:
        return _ended(filled, item.ends)
    return [*_ended([start], item.ends), *_lines(node, inner)]


def _ended(lines: list[str], comments: Sequence[str]) -> list[str]:
    """The lines, the first with its comment."""
    return [f"{lines[0]}  {comments[0]}", *lines[1:]] if comments else lines


def _in_one_line(node: Node, column: int) -> bool:
    return _fits_flow(node) and column + len(_flow(node)) <= (NARROW if node.narrow else WIDTH)


def _fits_flow(node: Node) -> bool:
    """Whether a value may stand between brackets at all."""
    if node.form == "scalar":
        return not node.nothing and not ("\n" in node.text and lines_of(node, 0, WIDTH))
    if node.block or node.trailing:
        return False
    return all(not item.comments and _fits_flow(item.node) for item in node.items)


def _flow(node: Node) -> str:
    if node.form == "scalar":
        return scalar_text(node, flow=True)
    if node.form == "list":
        return f"[{', '.join(_flow(item.node) for item in node.items)}]"
    pairs = (f"{key_text(item.key or '', flow=True)}: {_flow(item.node)}" for item in node.items)
    return "{" + ", ".join(pairs) + "}"


def _filled(node: Node, start: str, column: int) -> list[str] | None:
    """A long list of numbers, as many in a line as there is room for."""
    if node.form != "list" or not all(item.node.plain and not item.node.nothing for item in node.items):
        return None
    if not _fits_flow(node):
        return None
    words = [item.node.text + "," for item in node.items]
    words[0], words[-1] = "[" + words[0], words[-1].removesuffix(",") + "]"
    lines = [start]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(" " * (column + STEP) + word)
        else:
            lines[-1] += " " + word
    return lines
