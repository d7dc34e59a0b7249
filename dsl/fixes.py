"""Mistakes that can be mended without asking: what to put in place of what.

A remark says where a mistake stands and what to write there; where that is all, it can be done with one key
(`netloom check --fix`, or in the designer). What needs a decision is left to the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .diagnostics import Diagnostic
from .scalars import quoted

MEANT = re.compile(r"Did you mean `([^`]+)`\?")
WRITTEN = re.compile(r"Write `([^`]+)`\.")
IN_PLACE = frozenset({"E015", "E017", "E018", "E019"})
"""Remarks whose way out is the text that stands at their place, written rightly."""
INDENT = "  "


@dataclass(frozen=True, slots=True)
class Fix:
    """`old` at `line` and `column` (from 1) becomes `new`; `code` is the remark's that it settles."""

    code: str
    line: int
    column: int
    old: str
    new: str

    def __str__(self) -> str:
        if not self.old.strip():
            return f"line {self.line}: indentation"
        return f"line {self.line}: `{self.old}` -> `{self.new}`"


def fix_of(remark: Diagnostic, lines: Sequence[str]) -> Fix | None:
    """What settles a remark on a file of these lines; None where a person has to decide."""
    place = remark.place
    if not 1 <= place.line <= len(lines):
        return None
    line, at = lines[place.line - 1], place.column - 1
    made = _replacement(remark, line, at, lines[: place.line - 1])
    if made is None or made[0] == made[1] or line[at : at + len(made[0])] != made[0]:
        return None
    return Fix(remark.code, place.line, place.column, *made)


def _as_blanks(tabs: str, line: str, before: Sequence[str]) -> str:
    """As many blanks as the line above has, where both are items of a list; else two a tab."""
    above = next((other for other in reversed(before) if other.strip()), "")
    indent = len(above) - len(above.lstrip())
    same = line.lstrip().startswith("- ") and above.lstrip().startswith("- ")
    return " " * indent if same and not line[: line.index(tabs)] else INDENT * len(tabs)


def _replacement(remark: Diagnostic, line: str, at: int, before: Sequence[str]) -> tuple[str, str] | None:
    """What stands there, and what should."""
    here, way = line[at : at + remark.place.length], remark.suggestion or ""
    if remark.code == "E005":
        tabs = re.match(r"\t+", line[at:])
        return (tabs[0], _as_blanks(tabs[0], line, before)) if tabs else None
    if remark.code == "E015" and (braced := re.fullmatch(r"\$\{(.*)\}", here)):
        return here, f"$({braced[1]})"
    if remark.code == "E122" and here == "**":
        return here, "^"
    if remark.code in BY_SHAPE:
        return BY_SHAPE[remark.code](line, at)
    if meant := MEANT.search(way):
        return _word(here, meant[1])
    if remark.code in IN_PLACE and here and (written := WRITTEN.search(way)):
        return here, written[1]
    return None


def _word(here: str, meant: str) -> tuple[str, str] | None:
    """A misspelt word; of a path its last step may be meant alone."""
    if here.startswith("$") and re.fullmatch(r"\$[\w.]+", here):
        return here, f"${meant}"
    if re.fullmatch(r"[\w.-]+", here):
        return here, meant
    inner = re.fullmatch(r"""(["'])([\w.$*-]+)\1""", here)
    return (here, f"{inner[1]}{meant}{inner[1]}") if inner else None


def _cut_formula(line: str, at: int) -> tuple[str, str] | None:
    """A formula up to the bracket that closes it, in quotes."""
    depth, opened = 0, False
    for end in range(at, len(line)):
        depth += {"(": 1, ")": -1}.get(line[end], 0)
        opened = opened or line[end] == "("
        if opened and depth == 0:
            rest = re.match(r"[^,{}\[\]]*", line[end + 1 :])
            text = line[at : end + 1 + (len(rest[0].rstrip()) if rest else 0)]
            return text, quoted(text)
    return None


def _indented(line: str, at: int) -> tuple[str, str] | None:
    """An option that stands at its kind's column, with its value behind it: moved in."""
    alone = not line[:at].strip() and not line.rstrip().endswith(":")
    return ("", INDENT) if alone else None


BY_SHAPE = {"E016": _cut_formula, "E020": _indented}


def fixes(remarks: Iterable[Diagnostic], text: str, file: str) -> tuple[Fix, ...]:
    """Every fix there is for the errors of one file, in order; where two overlap, the first."""
    lines, found, end = text.splitlines(), list[Fix](), (0, 0)
    errors = [r for r in remarks if r.severity == "error" and r.place.file == file]
    for remark in sorted(errors, key=lambda r: (r.place.line, r.place.column)):
        fix = fix_of(remark, lines)
        if fix is not None and (fix.line, fix.column) >= end:
            found.append(fix)
            end = (fix.line, fix.column + max(1, len(fix.old)))
    return tuple(found)


def mended(text: str, wanted: Iterable[Fix]) -> str:
    """The text with the fixes made; all else stays as it is, line ends too."""
    lines = text.splitlines(keepends=True)
    for fix in sorted(wanted, key=lambda f: (f.line, f.column), reverse=True):
        line, at = lines[fix.line - 1], fix.column - 1
        lines[fix.line - 1] = line[:at] + fix.new + line[at + len(fix.old) :]
    return "".join(lines)
