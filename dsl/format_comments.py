"""Where each comment of a file belongs: to the item it precedes, the line it ends, or the end of a list."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from .edit_parts import Part
from .format_nodes import BLANK, Item, Node
from .tree import Scalar

COMMENT = re.compile(r"#[^\n]*")
HEADER = re.compile(r"[|>][-+0-9]*[ \t]+(#[^\n]*)")
"""The first line of a text in lines, with a comment."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: the offset of its `#` in the file, and its text."""

    start: int
    text: str


def give_comments(text: str, root: Part, node: Node, items: dict[Part, Item]) -> None:
    """Enter every comment, and every empty line before an item or a comment, where it belongs."""
    _Giving(text, root, node, items).all()


def comments_of(text: str, root: Part) -> Iterator[Comment]:
    """The comments of a text, in order: they stand between its scalars, or behind the bar of a text in lines."""
    at = 0
    for start, end in sorted(_spans(root)):
        yield from _between(text, at, start)
        if found := HEADER.match(text, start, end):
            yield Comment(found.start(1), found[1].rstrip())
        at = max(at, end)
    yield from _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> Iterator[Comment]:
    for found in COMMENT.finditer(text, start, end):
        yield Comment(found.start(), found[0].rstrip())


def _spans(root: Part) -> Iterator[tuple[int, int]]:
    for part in root.walk():
        if part.parent is not None and part.parent.is_table:
            yield part.key_span
        if isinstance(part.tree, Scalar):
            yield part.start, part.end


class _Giving:
    def __init__(self, text: str, root: Part, node: Node, items: dict[Part, Item]) -> None:
        self.text, self.root, self.node, self.items = text, root, node, items
        self.parts = list(root.walk())
        self.nodes = {root: node, **{part: item.node for part, item in items.items()}}
        self.lines = [0, *(found.end() for found in re.finditer("\n", text))]
        self.ends = sorted(_ends(self.parts), key=lambda pair: pair[0])
        self.at = [end for end, _ in self.ends]
        self.inner: dict[Part, tuple[tuple[Part, ...], list[int]]] = {}
        self.gap = -1
        self.widest = 0
        """The comments of one gap go outwards: none belongs deeper than the one before it."""

    def all(self) -> None:
        own = dict[Part, list[Comment]]()
        for comment in comments_of(self.text, self.root):
            if not self.text[self._line_start(comment.start) : comment.start].strip(" \t"):
                self._own_line(comment, own)
            else:
                self._end_of_line(comment, own)
        for part in self.parts:
            if part is not self.root:
                self._before(part, own.get(part, []))

    def _before(self, part: Part, comments: list[Comment]) -> None:
        """The lines before an item, empty ones included."""
        lines = list[str]()
        for comment in comments:
            lines += [BLANK] * self._blank_above(comment.start) + [comment.text]
        first = part.parent is not None and part.parent.items[0] is part
        if first and lines[:1] == [BLANK]:
            del lines[0]
        if part.parent is not None and not part.parent.flow and not (first and not lines):
            lines += [BLANK] * self._blank_above(part.begin)
        self.items[part].before[:0] = lines

    def _own_line(self, comment: Comment, own: dict[Part, list[Comment]]) -> None:
        column = comment.start - self._line_start(comment.start)
        holder, before, after = self._around(comment.start)
        gap = bisect_right(self.at, comment.start)
        if gap != self.gap:
            self.gap, self.widest = gap, len(self.text)
        column = min(column, self.widest)
        ended = None if holder.flow else self._ended(before, after, column)
        if ended is not None:
            self.widest = self._column(ended)
            self.nodes[ended].trailing += [BLANK] * self._blank_above(comment.start) + [comment.text]
        elif after is not None:
            self.widest = self._column(after.parent or self.root)
            own.setdefault(after, []).append(comment)
        elif holder.inner or holder is self.root:
            self.nodes[holder].trailing.append(comment.text)
        else:
            own.setdefault(holder, []).append(comment)

    def _end_of_line(self, comment: Comment, own: dict[Part, list[Comment]]) -> None:
        """To what ends last before it on the line; behind an opening bracket or dash, to what comes first within."""
        at = bisect_right(self.at, comment.start) - 1
        start = self._line_start(comment.start)
        if at >= 0 and self.ends[at][0] >= start:
            end, part = self.ends[at]
            if HEADER.match(self.text, part.start) or part.start == end:
                self.items[part].ends.append(comment.text)
                return
            opened = set(self.text[end : comment.start]) & set("[{")
            if not opened or part.key_span[1] == end:
                self.items[part].ends.append(comment.text)
                return
        scalar = next((p for p in self.parts if p.start < comment.start < p.end and p.style in ("|", ">")), None)
        if scalar is not None and scalar in self.items:
            self.items[scalar].ends.append(comment.text)
            return
        holder, _, after = self._around(comment.start)
        if after is not None:
            own.setdefault(after, []).append(comment)
        elif holder is not self.root:
            self.items[holder].ends.append(comment.text)
        else:
            self.node.trailing.append(comment.text)

    def _around(self, at: int) -> tuple[Part, Part | None, Part | None]:
        """The innermost collection that a place is in, and its items before and after."""
        holder = self.root
        while True:
            before, after = self._beside(holder, at)
            if before is None or not before.start <= at < before.end or isinstance(before.tree, Scalar):
                break
            holder = before
        if before is not None and before.start > at:
            # between a key and its value
            return holder, None, before.items[0] if before.inner else before
        return holder, before, after

    def _beside(self, holder: Part, at: int) -> tuple[Part | None, Part | None]:
        items, begins = self.inner.setdefault(holder, (holder.items, [part.begin for part in holder.items]))
        index = bisect_right(begins, at)
        return (items[index - 1] if index else None), (items[index] if index < len(items) else None)

    def _ended(self, before: Part | None, after: Part | None, column: int) -> Part | None:
        """The collection that a comment stands at the end of: the innermost one, by the comment's column, of those
        that end before it. None: it belongs to what comes after."""
        if before is None:
            return None
        if after is not None and column <= self._column(after.parent or self.root):
            return None
        found, at = (self.root if after is None else None), before
        if after is None and column < self._column(self.root):
            return self.root
        while at.inner and not at.flow and self._column(at) <= column:
            found, at = at, at.items[-1]
        return found

    def _column(self, part: Part) -> int:
        return part.start - self._line_start(part.start)

    def _line_start(self, at: int) -> int:
        return self.lines[bisect_right(self.lines, at) - 1]

    def _blank_above(self, at: int) -> bool:
        """Whether an empty line stands above the line of a place."""
        line = bisect_right(self.lines, at) - 1
        return line > 0 and not self.text[self.lines[line - 1] : self.lines[line]].strip()


def _ends(parts: list[Part]) -> Iterator[tuple[int, Part]]:
    """Where keys, scalars and brackets end, each with the item that it is of."""
    for part in parts:
        if part.parent is None:
            continue
        if part.parent.is_table:
            yield part.key_span[1], part
        if isinstance(part.tree, Scalar) or part.flow:
            yield part.end, part
