"""What a line of YAML shows before it is parsed: its indentation, dashes and key, its brackets, its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
SHAPE = re.compile(r"([ \t]*)((?:-[ \t]+)*)(?:([A-Za-z_][\w.]*)[ \t]*:(?=\s|$))?")
BESIDE = ("name", "from", "when", "repeat", "weight", "where", "of")
"""What stands beside a kind, never below it."""
CLOSING = {"{": "}", "[": "]"}
INDENT = 2
"""Blanks a level of indentation, where nothing around says otherwise."""
NEAR = 200
"""Lines above that are looked at for what stands around a line."""


@dataclass(frozen=True, slots=True)
class Level:
    """A column, from 0, where a list's dashes or a table's keys begin; `line` is the nearest line that shows it."""

    column: int
    dash: bool
    line: int


def spoken(line: str) -> str:
    """A line without its comment and the blanks at its end."""
    return COMMENT.sub("", line).rstrip()


def indent_of(line: str) -> int:
    """How many blanks and tabs a line begins with."""
    return len(line) - len(line.lstrip(" \t"))


def levels_of(line: str, number: int) -> list[Level]:
    """The levels that a line shows, the outermost first."""
    shape = SHAPE.match(spoken(line))
    if shape is None:
        return []
    column = len(shape[1])
    found = list[Level]()
    for dash in re.finditer(r"-[ \t]+", shape[2]):
        found.append(Level(column + dash.start(), dash=True, line=number))
    if shape[3]:
        found.append(Level(len(shape[1]) + len(shape[2]), dash=False, line=number))
    return found


def levels_above(lines: Sequence[str], number: int) -> list[Level]:
    """The levels that are open before a line, the innermost first."""
    limit, found = 1_000_000, list[Level]()
    for above in range(number - 1, max(-1, number - NEAR), -1):
        if not spoken(lines[above]):
            continue
        for level in reversed(levels_of(lines[above], above)):
            if level.column < limit:
                found.append(level)
                limit = level.column
        if limit == 0:
            break
    return found


def before(lines: Sequence[str], number: int) -> int:
    """The line before that says something, or -1."""
    number -= 1
    while number >= 0 and not spoken(lines[number]):
        number -= 1
    return number


def block_end(lines: Sequence[str], number: int, column: int) -> int:
    """The line after the last one that goes along when a line is set at a column, from 0.

    Those that stand as deep as it or deeper, up to a neighbour that stands at that column already.
    """
    own, end = indent_of(lines[number]), number + 1
    first = next((line for line in lines[end:] if spoken(line)), "")
    holds = spoken(lines[number]).endswith(":") and indent_of(first) == column
    for below in range(number + 1, len(lines)):
        if spoken(lines[below]):
            depth = indent_of(lines[below])
            if depth < own or (own < depth == column and not holds):
                break
            end = below + 1
    return end


def moved(lines: Sequence[str], by: int) -> list[str]:
    """Lines set `by` columns to the right, or to the left; empty ones stay."""
    return [line if not line.strip() else " " * by + line if by >= 0 else line[-by:] for line in lines]


def brackets(line: str) -> Iterator[tuple[int, str]]:
    """Every bracket of a line with its column, without those in quotes."""
    quote, opens = "", True
    for column, sign in enumerate(spoken(line)):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'" and opens:
            quote = sign
        elif sign in "{}[]":
            yield column, sign
        opens = sign in "{[,: "


def left_open(line: str) -> str | None:
    """The closing brackets that a line lacks, the innermost first; None where one closes what is not open."""
    missing = list[str]()
    for _, sign in brackets(line):
        if sign in CLOSING:
            missing.append(CLOSING[sign])
        elif not missing or missing.pop() != sign:
            return None
    return "".join(reversed(missing))


def blanks_for_tabs(lines: Sequence[str], number: int) -> int:
    """How many blanks the tabs before a line's first word stand for.

    As many as the list or table around has, where that is set with blanks; else two for each tab.
    """
    first = max(0, number - NEAR)
    done = list(lines[first:number])
    for at, line in enumerate(done):
        done[at] = _without_tabs(done, at, line)
    line = _without_tabs(done, len(done), lines[number])
    return indent_of(line)


def _without_tabs(above: Sequence[str], number: int, line: str) -> str:
    start = line[: indent_of(line)]
    if "\t" not in start:
        return line
    rest = line[len(start) :]
    plain = start.replace("\t", " " * INDENT)
    last = before(above, number)
    if last < 0:
        return plain + rest
    levels, dash = levels_above(above, number), rest.startswith("- ")
    if spoken(above[last]).endswith(":"):
        deepest = levels[0].column if levels else 0
        return (" " * (deepest + INDENT) if start == "\t" else plain) + rest
    same = [level.column for level in levels if level.dash is dash and level.column > 0]
    if rest.split(":")[0] in BESIDE and (item := next((n for n, level in enumerate(levels) if level.dash), 0)):
        return " " * levels[item - 1].column + rest
    near = min(same, key=lambda column: abs(column - len(plain)), default=len(plain))
    return " " * near + rest
