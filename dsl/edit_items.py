"""Items of lists and tables put in and taken out, in lines and in brackets; values replaced.

Every function gives splices of the document's text. No comment is lost: what is taken out leaves its comments
as lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .edit_document import Document, Refused, Splice
from .edit_parts import Part
from .edit_paths import Span
from .edit_write import Value, flow, item_lines, pair, pair_lines

SKIP = re.compile(r"(?:[ \t\r\n]+|#[^\r\n]*)*")
COLON = re.compile(r"[ \t]*:")


@dataclass(frozen=True, slots=True)
class Content:
    """What is put in: `lines(column)` in a block, the first without its blanks and dash; `inline` in brackets."""

    lines: Callable[[int], list[str]]
    inline: str


def content(value: Value, key: str | None = None) -> Content:
    """A value, or with a key a pair of a table."""
    if key is None:
        return Content(lambda column: item_lines(value, column), flow(value))
    return Content(lambda column: pair_lines(key, value, column), pair(key, flow(value)))


def first(document: Document, part: Part) -> int:
    """Where an item begins with its dash or key."""
    parent = part.parent
    if parent is None or parent.is_table or parent.flow:
        return part.begin
    before = parent.items[int(part.key) - 1].end if part.key else parent.start
    return after_gap(document, before)


def after_gap(document: Document, at: int) -> int:
    """The next character that is neither blank nor comment."""
    found = SKIP.match(document.text, at)
    return found.end() if found else at


def inserted(document: Document, parent: Part, index: int, new: Content) -> list[Splice]:
    """Put an item in before the one of that number; past the last, at the end."""
    if not parent.flow:
        return _inserted_in_block(document, parent, index, new)
    if document.text[parent.start] not in "[{":
        # `[dense: 10]`: a table of one pair without its own braces
        text = f", {new.inline}" if index else f"{new.inline}, "
        at = parent.end if index else parent.start
        return [Splice(parent.start, parent.start, "{"), Splice(at, at, text), Splice(parent.end, parent.end, "}")]
    return _inserted_in_flow(document, parent, index, new)


def _inserted_in_block(document: Document, parent: Part, index: int, new: Content) -> list[Splice]:
    column = document.column(first(document, parent.items[0]))
    dash = "- " if parent.is_list else ""
    lines = new.lines(column + len(dash))
    text = document.newline.join([dash + lines[0], *lines[1:]])
    blanks = " " * column
    if index:
        at = _block_end(document, parent.items[min(index, len(parent.items)) - 1], column)
        return [Splice(at, at, document.newline + blanks + text)]
    at = first(document, parent.items[0])
    if document.first_on_line(at):
        start = _above_comments(document, document.line_start(at), column)
        return [Splice(start, start, blanks + text + document.newline)]
    return [Splice(at, at, text + document.newline + blanks)]


def _block_end(document: Document, part: Part, column: int) -> int:
    """The end of an item's last line, with the comments below it that are indented deeper than it."""
    end = document.line_end(max(part.end, part.key_span[1]))
    while True:
        below = next_line(document, end)
        if below is None:
            return end
        line_end = document.line_end(below)
        line = document.text[below:line_end]
        if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= column:
            return end
        end = line_end


def next_line(document: Document, end: int) -> int | None:
    """The start of the line after the one that ends there."""
    if end >= len(document.text):
        return None
    return end + (2 if document.text[end : end + 2] == "\r\n" else 1)


def _above_comments(document: Document, start: int, column: int) -> int:
    """Past the comment lines right above a line, as far as they are indented like it."""
    while start:
        above = document.line_start(max(0, start - len(_newline_before(document, start))))
        line = document.text[above:start]
        if above == start or not line.startswith(" " * column + "#"):
            return start
        start = above
    return start


def _newline_before(document: Document, start: int) -> str:
    return "\r\n" if document.text[:start].endswith("\r\n") else document.text[start - 1 : start]


def _inserted_in_flow(document: Document, parent: Part, index: int, new: Content) -> list[Splice]:
    if not parent.items:
        return [Splice(parent.start + 1, parent.start + 1, new.inline)]
    own_line = _own_lines(document, parent)
    if index < len(parent.items):
        at = parent.items[index].begin
        gap = document.newline + " " * document.column(at) if own_line else " "
        return [Splice(at, at, f"{new.inline},{gap}")]
    last = parent.items[-1]
    if not own_line:
        return [Splice(last.end, last.end, f", {new.inline}")]
    end = after_gap(document, last.end)
    trailing = document.text[end] == ","
    at = document.line_end(end + 1 if trailing else last.end)
    closes = document.text[document.line_start(parent.end) : parent.end - 1].strip()
    if closes or at > parent.end:
        at = end + 1 if trailing else last.end
    text = document.newline + " " * document.column(last.begin) + new.inline + ("," if trailing else "")
    return [*([] if trailing else [Splice(last.end, last.end, ",")]), Splice(at, at, text)]


def _own_lines(document: Document, parent: Part) -> bool:
    """Whether every item within the brackets begins a line of its own."""
    return all(document.first_on_line(item.begin) for item in parent.items)


def removed(document: Document, part: Part, gone: Sequence[Span] = ()) -> list[Splice]:
    """Take an item out of its list or table. Comments in the spans `gone` go too: they stand elsewhere now."""
    parent = part.parent
    if parent is None or (parent.parent is None and len(parent.items) == 1):
        raise Refused("nothing would be left of the file")
    if parent.flow:
        return _removed_from_flow(document, parent, part)
    if len(parent.items) == 1:
        return replaced(document, parent, "[]" if parent.is_list else "{}", gone)
    start = first(document, part)
    if document.first_on_line(start):
        return [_lines_out(document, start, max(part.end, part.key_span[1]), gone)]
    following = parent.items[parent.items.index(part) + 1]
    to = first(document, following)
    if _kept(document, start, to, 0, gone):
        kept = _kept(document, start, part.end, document.column(start), gone)
        return [Splice(start, part.end, kept and kept + document.newline)]
    return [Splice(start, to, "")]


def _lines_out(document: Document, start: int, end: int, gone: Sequence[Span] = ()) -> Splice:
    """Whole lines taken out; their comments stay, each as a line."""
    column, begin, stop = document.column(start), document.line_start(start), document.line_end(end)
    kept = _kept(document, start, stop, column, gone)
    if kept:
        return Splice(begin, stop, " " * column + kept)
    below = next_line(document, stop)
    if below is not None:
        return Splice(begin, below, "")
    # the last line of a file without a newline at its end: the file stays so
    return Splice(begin - len(_newline_before(document, begin)), stop, "")


def _kept(document: Document, start: int, end: int, column: int, gone: Sequence[Span] = ()) -> str:
    """The comments of a span as lines at a column, the first without its blanks; but those in the spans `gone`."""
    spans = document.comments_in(start, end)
    texts = [document.text[a:b] for a, b in spans if not any(c <= a < d for c, d in gone)]
    return (document.newline + " " * column).join(texts)


def _removed_from_flow(document: Document, parent: Part, part: Part) -> list[Splice]:
    text, index = document.text, parent.items.index(part)
    if text[parent.start] not in "[{":
        return [Splice(parent.start, parent.end, "{}")]
    comma = after_gap(document, part.end)
    has_comma = text[comma] == ","
    if index + 1 < len(parent.items):
        to = parent.items[index + 1].begin
        if not document.comments_in(part.begin, to):
            return [Splice(part.begin, to, "")]
        return [_out_of_flow(document, part), Splice(comma, comma + 1, "")]
    if index:
        before = parent.items[index - 1].end
        end = comma + 1 if has_comma else part.end
        if not document.comments_in(before, end):
            return [Splice(before, end, "")]
        other = after_gap(document, before)
        return [Splice(other, other + 1, ""), *_last_out(document, part, comma, has_comma)]
    return _last_out(document, part, comma, has_comma)


def _last_out(document: Document, part: Part, comma: int, has_comma: bool) -> list[Splice]:
    """The item, with its line where it has one of its own, and the comma behind it."""
    stop = comma + 1 if has_comma else part.end
    end = document.line_end(stop)
    below = next_line(document, end)
    alone = document.first_on_line(part.begin) and not document.text[stop:end].strip(" ")
    if alone and below is not None and not document.comments_in(part.begin, stop):
        return [Splice(document.line_start(part.begin), below, "")]
    return [_out_of_flow(document, part), *([Splice(comma, comma + 1, "")] if has_comma else [])]


def _out_of_flow(document: Document, part: Part) -> Splice:
    kept = _kept(document, part.begin, part.end, document.column(part.begin))
    return Splice(part.begin, part.end, kept and kept + document.newline + " " * document.column(part.begin))


def replaced(document: Document, part: Part, text: str, gone: Sequence[Span] = ()) -> list[Splice]:
    """Another value, in one line, in the place of one; the comments within the old one stay below it."""
    if part.nothing and part.start == part.end:
        return _filled(document, part, text)
    if not part.flow and not part.is_table and not part.is_list and part.style not in ("|", ">"):
        return [Splice(part.start, part.end, text)]
    if part.flow:
        inside = _kept(document, part.start, part.end, document.column(part.start))
        if not inside:
            return [Splice(part.start, part.end, text)]
        return [Splice(part.start, part.end, f"{text} {inside}{document.newline}{' ' * document.column(part.start)}")]
    return _block_replaced(document, part, text, gone)


def _filled(document: Document, part: Part, text: str) -> list[Splice]:
    """A value where nothing stands: after the colon or dash."""
    at = part.start
    if part.parent is not None and part.parent.is_table:
        colon = COLON.match(document.text, part.key_span[1])
        if colon is None:
            return [Splice(part.key_span[1], part.key_span[1], f": {text}")]
        at = colon.end()
    return [Splice(at, at, f" {text}")]


def head_end(document: Document, part: Part) -> int:
    """Where a value may begin: past its key's colon, or its dash."""
    if part.parent is None:
        return part.start
    if part.parent.is_table:
        colon = COLON.match(document.text, part.key_span[1])
        return colon.end() if colon else part.key_span[1]
    return first(document, part) + 1 if not part.parent.flow else part.start


def _block_replaced(document: Document, part: Part, text: str, gone: Sequence[Span]) -> list[Splice]:
    """A value of several lines, in a block, replaced by one in a line."""
    at, stop = head_end(document, part), document.line_end(part.end)
    begins = after_gap(document, at)
    if document.line_start(begins) == document.line_start(at):
        column = document.column(part.start)
        kept = _kept(document, part.start, stop, column, gone)
        gap = document.newline + " " * column if kept else ""
        return [Splice(part.start, stop, text + gap + kept)]
    start = document.line_start(part.start)
    out = _lines_out(document, part.start, part.end, gone)
    head = document.text[at:start].rstrip(" ")
    if not document.comments_in(at, start) and not head.strip():
        tail = out.text and document.newline + out.text
        return [Splice(at, stop, f" {text}{tail}")]
    return [Splice(at, at, f" {text}"), out]
