"""Braces and commas: one too many, one too few, and pairs that need braces of their own."""

from __future__ import annotations

import re

import yaml

from .diagnostics import Diagnostics
from .lines import CLOSING, before, brackets, indent_of, left_open, spoken
from .source_text import Source

PAIR_IN_PAIR = re.compile(r"(\s*(?:-\s+)*)([A-Za-z_]\w*)\s*:\s+([A-Za-z_]\w*)\s*:\s+(\S.*)$")
LAST_WORD = re.compile(r"([\w.$-]+)\s*$")
VALUE_BEFORE = re.compile(r"""[:,\[{]\s*([\w.+-]+|"[^"]*"|'[^']*'|\$\([^()]*\)|[^,{}\[\]]*[}\]])\s+$""")
HEAD = re.compile(r"[{,\[]\s*([A-Za-z_]\w*)\s*:\s+([A-Za-z_]\w*)\s*$")
LONGEST = 200
"""Characters of a line that are looked at before the place where the parser gave up."""
MOST = 10_000
"""Characters of a line that nobody has written by hand."""
TEXTS = ("name", "about")
"""Keys whose value is a text, so that a colon in it is one of the text."""


def unbalanced(error: yaml.MarkedYAMLError, source: Source, diagnostics: Diagnostics) -> bool:
    """Whether it is such a slip: reported then, and mended."""
    mark = error.problem_mark
    if mark is None:
        return False
    return (
        _surplus(mark, source, diagnostics)
        or _pair_in_pair(mark, source, diagnostics)
        or ("flow" in (error.context or "") and _in_braces(mark, error.context_mark, source, diagnostics))
    )


def _surplus(mark: yaml.Mark, source: Source, diagnostics: Diagnostics) -> bool:
    """`{a: 1}}`: a bracket that closes nothing, or what another kind has opened."""
    line = source.line(mark.line)
    stack = list[str]()
    for column, sign in brackets(line):
        if sign in CLOSING:
            stack.append(CLOSING[sign])
        elif stack and stack[-1] == sign:
            stack.pop()
        elif column < mark.column:
            return False
        else:
            return column == mark.column and _close(mark.line, column, sign, stack, source, diagnostics)
    return False


def _close(line: int, column: int, sign: str, stack: list[str], source: Source, diagnostics: Diagnostics) -> bool:
    """Say what is wrong with a closing bracket; `stack` is what should be closed there."""
    place = source.place(line, column, line, column + 1)
    if not stack and line and _opened_above(line, source):
        return False
    if not stack:
        diagnostics.error("E006", place, f"one `{sign}` too many", "Take it out.")
        source.replace(line, column, " ")
    elif sign in stack[:-1]:
        diagnostics.error("E007", place, f"a `{stack[-1]}` is missing before this `{sign}`", f"Add `{stack[-1]}`.")
        source.insert(line, column, stack[-1])
    else:
        diagnostics.error("E007", place, f"`{sign}` stands where `{stack[-1]}` should close", f"Write `{stack[-1]}`.")
        source.replace(line, column, stack[-1])
    return True


def _opened_above(line: int, source: Source) -> bool:
    """Whether the line before leaves a bracket open, so that one may close here."""
    above = left_open(source.line(before(source.lines, line)))
    return bool(above)


def _pair_in_pair(mark: yaml.Mark, source: Source, diagnostics: Diagnostics) -> bool:
    """`weight: linear: {…}`: a table that begins in the line of its key needs braces."""
    line = source.line(mark.line)
    found = PAIR_IN_PAIR.match(spoken(line)) if len(line) < MOST else None
    if not found or not found.start(3) < mark.column <= found.end(3) + 1:
        return False
    start, end = found.start(3), found.end(4)
    if found[4].endswith("}") and left_open(found[4][:-1]) == "" and left_open(found[4]) != "":
        return _unopened(mark.line, found, source, diagnostics)
    if left_open(found[4]) != "":
        return False
    place, inner = source.place(mark.line, start, mark.line, end), line[start:end]
    if found[2] in TEXTS:
        diagnostics.error("E006", place, "a text with a colon and a blank has to be quoted", f'Write `"{inner}"`.')
        if '"' in inner or "\\" in inner:
            return False
        source.insert(mark.line, end, '"')
        source.insert(mark.line, start, '"')
        return True
    diagnostics.error(
        "E006", place, f"`{found[2]}:` and `{found[3]}:` stand in one line; the inner one needs braces",
        f"Write `{{{inner}}}`.",
    )  # fmt: skip
    source.insert(mark.line, end, "}")
    source.insert(mark.line, start, "{")
    return True


def _unopened(number: int, found: re.Match[str], source: Source, diagnostics: Diagnostics) -> bool:
    """`conv2d: filters: 16, kernel: 3}`: what is closed was never opened."""
    start, end = found.start(3), found.end(4)
    inner = source.line(number)[start:end]
    diagnostics.error(
        "E006", source.place(number, start, number, end), f"a `{{` is missing behind `{found[2]}:`; its `}}` is there",
        f"Write `{{{inner}`.",
    )  # fmt: skip
    source.insert(number, start, "{")
    return True


def _in_braces(mark: yaml.Mark, opened: yaml.Mark | None, source: Source, diagnostics: Diagnostics) -> bool:
    """What YAML's parser finds odd within brackets: mostly a comma or a closing bracket is missing."""
    if opened is None:
        return False
    return _second_colon(mark, source, diagnostics) or (
        _unclosed(mark, opened, source, diagnostics) or _comma(mark, source, diagnostics)
    )


def _second_colon(mark: yaml.Mark, source: Source, diagnostics: Diagnostics) -> bool:
    """`{weight: linear: {…}, name: x}`: the same within braces."""
    line = source.line(mark.line)
    head = HEAD.search(line, max(0, mark.column - LONGEST), mark.column)
    if not head or line[mark.column : mark.column + 1] != ":":
        return False
    start, depth, end = head.start(2), 0, len(spoken(line))
    for column, sign in brackets(line):
        if column >= mark.column:
            depth += 1 if sign in CLOSING else -1
            if depth < 0:
                end = column
                break
    comma = _comma_at_depth(line, mark.column, end)
    end = comma if comma is not None else end
    if left_open(line[start:end]) != "":
        return False
    inner = line[start:end].rstrip()
    place = source.place(mark.line, start, mark.line, start + len(inner))
    message = f"`{head[1]}:` and `{head[2]}:` follow each other; the inner one needs braces of its own"
    diagnostics.error("E006", place, message, f"Write `{{{inner}}}`.")
    source.insert(mark.line, start + len(inner), "}")
    source.insert(mark.line, start, "{")
    return True


def _comma_at_depth(line: str, start: int, end: int) -> int | None:
    """The first comma of a span that stands in no brackets of the span."""
    depth = 0
    for column in range(start, end):
        depth += (line[column] in CLOSING) - (line[column] in "}]")
        if line[column] == "," and depth == 0:
            return column
    return None


def _unclosed(mark: yaml.Mark, opened: yaml.Mark, source: Source, diagnostics: Diagnostics) -> bool:
    """`{a: 1` at the end of a line, and the next line is no part of it."""
    missing = left_open(source.line(opened.line))
    if not missing or mark.line == opened.line:
        return False
    base, last = indent_of(source.line(opened.line)), opened.line
    for number in range(opened.line + 1, len(source.lines)):
        text = spoken(source.line(number))
        if text and indent_of(text) <= base:
            break
        last = number if text else last
    else:
        if mark.line < len(source.lines) and spoken(source.line(mark.line)):
            return False
    if any(left_open(source.line(number)) != "" for number in range(opened.line + 1, last + 1)):
        return False
    sign, end = source.line(opened.line)[opened.column], len(spoken(source.line(last)))
    here = last == opened.line
    where = "at the end of the line" if here else f"at the end of line {last + 1}"
    diagnostics.error(
        "E007", source.place(opened.line, opened.column, opened.line, opened.column + 1),
        f"the `{sign}` opened here is not closed where it should be", f"Add `{missing}` {where}.",
    )  # fmt: skip
    source.insert(last, end, missing)
    return True


def _comma(mark: yaml.Mark, source: Source, diagnostics: Diagnostics) -> bool:
    """`{units: 64 activation: relu}`: a comma is missing before the key that the parser did not expect."""
    line, column = source.line(mark.line), mark.column
    if line[column : column + 1] == ":":
        word = LAST_WORD.search(line, max(0, column - LONGEST), column)
        if not word:
            return False
        column = word.start(1)
    elif column >= len(line):
        return False
    held = VALUE_BEFORE.search(line, max(0, column - LONGEST), column)
    if not held or line[column] in ",]}":
        return False
    if line[column] in CLOSING and held[0][0] in "{," and held[1].isidentifier():
        place = source.place(mark.line, held.start(1), mark.line, held.end(1))
        diagnostics.error(
            "E019", place, f"a colon is missing between `{held[1]}` and its options", f"Write `{held[1]}:`."
        )
        source.insert(mark.line, held.end(1), ":")
        return True
    word = re.match(r"[\w.$-]+", line[column:])
    said = word[0] if word else line[column]
    place = source.place(mark.line, column, mark.line, column + len(said))
    shown = held[1] if len(held[1]) < 30 else held[1][-1]
    diagnostics.error("E007", place, f"a comma is missing before `{said}`", f"Put a comma after `{shown}`.")
    source.insert(mark.line, held.end(1), ",")
    return True
