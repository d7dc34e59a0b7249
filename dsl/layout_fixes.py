"""How lines are set where they belong: what a remark on indentation, brackets or commas comes to in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .diagnostics import Diagnostic
from .lines import INDENT, blanks_for_tabs, block_end, brackets, indent_of, levels_of, moved, spoken

AT_COLUMN = re.compile(r"at column (\d+)\.$")
KNOWN = "is known; take it out."
NAMES = re.compile(r"`(\w+)`")


@dataclass(frozen=True, slots=True)
class Made:
    """`old` at a line and column, both from 0, becomes `new`."""

    line: int
    column: int
    old: str
    new: str


def _tabs(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """A tab: as many blanks as are read in its place."""
    number, at = remark.place.line - 1, remark.place.column - 1
    line = lines[number]
    found = re.match(r"\t+", line[at:])
    if not found:
        return None
    indent = indent_of(line)
    if at >= indent:
        return Made(number, at, found[0], " ")
    return Made(number, 0, line[:indent], " " * blanks_for_tabs(lines, number))


def _not_yaml(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """A line at a column of its own, or a bracket too many."""
    number, at, way = remark.place.line - 1, remark.place.column - 1, remark.suggestion or ""
    if way == "Take it out.":
        return Made(number, at, lines[number][at : at + 1], "")
    column = AT_COLUMN.search(way)
    if not column or not way.startswith("Set it"):
        return None
    return _set_at(lines, number, int(column[1]) - 1)


def _set_at(lines: Sequence[str], number: int, column: int) -> Made:
    """A line and what belongs to it, at a column from 0."""
    block = list(lines[number : block_end(lines, number, column)])
    return Made(number, 0, "\n".join(block), "\n".join(moved(block, column - indent_of(block[0]))))


def _not_closed(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """A closing bracket, or a comma, that is missing."""
    number, at, way = remark.place.line - 1, remark.place.column - 1, remark.suggestion or ""
    line = lines[number]
    if found := re.fullmatch(r"Add `([\]}]+)` at the end of the line\.", way):
        whole = line[at] != "{" or ":" in line[at:]
        return Made(number, len(spoken(line)), "", found[1]) if whole else None
    if found := re.fullmatch(r"Add `([\]}])`\.", way):
        return Made(number, at, "", found[1])
    if way.startswith("Put a comma after"):
        return Made(number, len(line[:at].rstrip()), "", ",")
    return None


def _colon(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """`- relu` with `name: x` deeper: the colon, and the line below set where it belongs."""
    number, at = remark.place.line - 1, remark.place.column - 1
    column = AT_COLUMN.search(remark.suggestion or "")
    below = next((n for n in range(number + 1, len(lines)) if spoken(lines[n])), None)
    if not column or below is None:
        return None
    word = lines[number][at : at + remark.place.length]
    rest = [lines[number][at + len(word) :], *lines[number + 1 : below]]
    set_ = _set_at(lines, below, int(column[1]) - 1)
    return Made(number, at, word + "\n".join([*rest, set_.old]), f"{word}:" + "\n".join([*rest, set_.new]))


def _strays(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """The lines that belong below a section, moved in."""
    number, way = remark.place.line - 1, remark.suggestion or ""
    *names, section = NAMES.findall(remark.message.replace(":`", "`"))
    lost = way.startswith("Write")
    if any(lines[number][: remark.place.column - 1]) or way.startswith("Move"):
        return None
    if not lost and _section_is_braced(lines, number):
        return None
    end = number
    for below in range(number, len(lines)):
        line = lines[below]
        if not spoken(line):
            continue
        levels = levels_of(line, below)
        if indent_of(line) == 0 and not line.startswith("- ") and line.split(":")[0].strip() not in names:
            break
        if not levels and indent_of(line) == 0:
            break
        end = below + 1
    block = list(lines[number:end])
    if lost and len([line for line in block if spoken(line) and indent_of(line) == 0]) < len(names):
        return None  # others stand between them
    head = [f"{section}:"] if lost else []
    return Made(number, 0, "\n".join(block), "\n".join([*head, *moved(block, INDENT)]))


def _section_is_braced(lines: Sequence[str], number: int) -> bool:
    """Whether the section above, at the first column, has its value in its own line."""
    for above in range(number - 1, -1, -1):
        if spoken(lines[above]) and indent_of(lines[above]) == 0 and not lines[above].startswith("- "):
            return not spoken(lines[above]).endswith(":")
    return True


def _wiring(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """`dense: {units: 10, name: x}`: the pair beside the kind, behind the braces or in a line below."""
    number, at = remark.place.line - 1, remark.place.column - 1
    line = lines[number]
    opened, closed = _braces(line, at)
    end = _pair_end(line, at)
    if opened is None or closed is None or end is None:
        return None
    pair = line[at:end].rstrip()
    before, after = line[opened + 1 : at].rstrip().removesuffix(","), line[end:closed].lstrip(", ")
    left = ", ".join(part for part in (before.strip(), after.strip()) if part)
    head = re.match(r"(\s*(?:-\s+)+)[\w$]+:\s+$", line[:opened])
    inner = f"{{{left}}}"
    if head and not spoken(line[closed + 1 :]):
        rest = line[closed + 1 :]
        return Made(number, opened, line[opened:], f"{inner}{rest}\n{' ' * len(head[1])}{pair}")
    outer, _ = _braces(line, opened)
    if outer is None:
        return None
    return Made(number, opened, line[opened : closed + 1], f"{inner}, {pair}")


def _needless(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """`in_channels: 3`: an option that says what is known, taken out of its braces or with its line."""
    if not (remark.suggestion or "").endswith(KNOWN):
        return None
    number, at = remark.place.line - 1, remark.place.column - 1
    line = lines[number]
    opened, closed = _braces(line, at)
    if opened is None or closed is None:
        alone = not line[:at].strip() and not line.rstrip().endswith(":") and number + 1 < len(lines)
        return Made(number, 0, line + "\n", "") if alone else None
    end = _pair_end(line, at)
    if end is None or (before := line[opened + 1 : at].strip()) == line[end:closed].strip() == "":
        return None  # nothing would be left
    if line[end] == ",":
        return Made(number, at, line[at : end + 1] + _blanks(line, end + 1), "")
    start = at - (len(line[:at]) - len(line[:at].rstrip(", ")))
    return Made(number, start, line[start:end], "") if before else None


def _blanks(line: str, at: int) -> str:
    return line[at : len(line) - len(line[at:].lstrip())]


def _braces(line: str, at: int) -> tuple[int | None, int | None]:
    """The braces round a column, where both stand in the line and braces they are."""
    stack, pairs = list[int](), list[tuple[int, int]]()
    for column, sign in brackets(line):
        if sign in "{[":
            stack.append(column)
        elif stack:
            pairs.append((stack.pop(), column))
    around = [pair for pair in pairs if pair[0] < at < pair[1]]
    if not around or line[(inner := max(around))[0]] != "{":
        return None, None
    return inner


def _pair_end(line: str, at: int) -> int | None:
    """Where a pair within braces ends: at its comma, or at what closes the braces."""
    if re.search(r"""["']""", line[at:]):
        return None
    depth = 0
    for column in range(at, len(line)):
        sign = line[column]
        if depth == 0 and sign in ",}]":
            return column
        depth += (sign in "{[(") - (sign in "}])")
    return None


BY_LAYOUT: dict[str, Callable[[Diagnostic, Sequence[str]], Made | None]] = {
    "E005": _tabs,
    "E006": _not_yaml,
    "E007": _not_closed,
    "E019": _colon,
    "E021": _wiring,
    "E040": _strays,
    "E102": _needless,
}
