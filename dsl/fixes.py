"""Mistakes that can be mended without asking: what to put in place of what.

A remark says where a mistake stands and what to write there; where that is all, it can be done with one key
(`netloom check --fix`, or in the designer). What needs a decision is left to the user.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .diagnostics import Diagnostic
from .layout_fixes import BY_LAYOUT, Made
from .lines import indent_of, spoken
from .meaning_fixes import edited
from .scalars import quoted
from .suggest import MOST, bare, called, distance

DASH = re.compile(r" *-(?: |$)")
MEANT = re.compile(r"Did you mean `([^`]+)`\?")
WRITTEN = re.compile(r"Write `([^`]+)`\.")
IN_PLACE = frozenset({"E006", "E007", "E015", "E017", "E018", "E019"})
"""Remarks whose way out is the text that stands at their place, written rightly."""
CALLED = frozenset({"E027", "E028", "E029", "E204"})
"""Remarks on names, which others may read."""
CALLED_SO = re.compile(r"(?:Write|Call it) `([^`]+)`\.")
FOREIGN = {"E104": ("True", "False"), "E120": ("is", "=")}
"""Words of other languages, by the remarks on them."""
TRUTHS = {"||": "or", "&&": "and"}
KEYS = frozenset({"E023", "E102"})
SURE = frozenset({"W212", "W224"})
"""Warnings whose way out is right in every file, as that of an error is."""
INDENT = "  "
SHORTEST, LONG = 3, 6
"""Letters of a word in which one may be wrong, and two."""


@dataclass(frozen=True, slots=True)
class Fix:
    """`old` at `line` and `column` (from 1) becomes `new`; `code` is the remark's that it settles.

    Both may run over several lines, parted by a line feed alone.
    """

    code: str
    line: int
    column: int
    old: str
    new: str

    def __str__(self) -> str:
        if not self.old and self.new.strip():
            return f"line {self.line}: `{_first(self.new.strip())}` put in"
        if not self.old.strip() or self.old.split() == self.new.split():
            return f"line {self.line}: indentation"
        return f"line {self.line}: `{_first(self.old)}` -> `{_first(self.new)}`"

    @property
    def end(self) -> tuple[int, int]:
        """The line and column behind what is replaced."""
        lines = self.old.split("\n")
        return self.line + len(lines) - 1, len(lines[-1]) + (self.column if len(lines) == 1 else 1)


def _first(text: str) -> str:
    """The first line of a text."""
    line, _, rest = text.partition("\n")
    return f"{line} …" if rest else line


def settled(remark: Diagnostic) -> bool:
    """Whether a remark is one that may be mended without asking: an error, or a warning with one way out."""
    return remark.severity == "error" or remark.code in SURE


def fix_of(remark: Diagnostic, lines: Sequence[str]) -> Fix | None:
    """What settles a remark on a file of these lines; None where a person has to decide."""
    place = remark.place
    if not 1 <= place.line <= len(lines) or not settled(remark):
        return None
    made = _layout(remark, lines) or _replacement(remark, lines) or edited(remark, "\n".join([*lines, ""]))
    if made is None or made.old == made.new:
        return None
    fix = Fix(remark.code, made.line + 1, made.column + 1, made.old, made.new)
    held = "\n".join(lines[made.line : fix.end[0]])[made.column :]
    return fix if held.startswith(made.old) else None


def _layout(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    make = BY_LAYOUT.get(remark.code)
    return make(remark, lines) if make else None


def _replacement(remark: Diagnostic, lines: Sequence[str]) -> Made | None:
    """What stands at the remark's place, and what should."""
    number, at = remark.place.line - 1, remark.place.column - 1
    line, way = lines[number], remark.suggestion or ""
    pair = _words(remark, lines, at, line[at : at + remark.place.length], way)
    return Made(number, at, *pair) if pair else None


def _words(remark: Diagnostic, lines: Sequence[str], at: int, here: str, way: str) -> tuple[str, str] | None:
    line = lines[remark.place.line - 1]
    if remark.code == "E015" and (braced := re.fullmatch(r"\$\{(.*)\}", here)):
        return here, f"$({braced[1]})"
    if remark.code == "E122" and here == "**":
        return here, "^"
    if remark.code == "E125" and here == "$" and re.match(r"\$[A-Za-z_]", line[at:]):
        return here, ""
    if remark.code == "E121" and line[at : at + 2] in TRUTHS:
        return line[at : at + 2], TRUTHS[line[at : at + 2]]
    if remark.code in CALLED:
        return _called(remark, lines, here, way)
    if remark.code in BY_SHAPE:
        return BY_SHAPE[remark.code](line, at)
    if meant := MEANT.search(way):
        return None if _given(remark, lines, meant[1]) else _word(here, meant[1])
    written = WRITTEN.search(way)
    if here and written is not None and "…" not in written[1]:
        return (here, written[1]) if remark.code in IN_PLACE or _same_said(remark.code, here, line, at) else None
    return None


def _same_said(code: str, here: str, line: str, at: int) -> bool:
    """Whether what stands here says in another language's words what is to be written: `True`, `is`, `dense(64)`."""
    if code == "E101":
        alone = not line[:at].strip(" -") and not spoken(line)[at + len(here) :].strip()
        return alone and re.fullmatch(r"\w+\(.*\)|\w+ \d+", here) is not None
    if code == "E125":
        return re.fullmatch(r"\$\w+ [-+*/] .+", here) is not None
    return here in FOREIGN.get(code, ())


def _called(remark: Diagnostic, lines: Sequence[str], here: str, way: str) -> tuple[str, str] | None:
    """A name that may not be: the one that may, where nothing else in the file speaks of it."""
    written = CALLED_SO.search(way)
    if not written or not here:
        return None
    word = re.compile(rf"(?<![\w.]){re.escape(here)}(?![\w.])")
    own = re.compile(rf"\bname: *{re.escape(here)}(?![\w.])")
    held = [spoken(line) for line in lines]
    others = sum(len(word.findall(line)) - len(own.findall(line)) for line in held)
    own_place = lines[remark.place.line - 1][: remark.place.column - 1].rstrip().endswith("name:")
    return (here, written[1]) if others == (0 if own_place else 1) else None


def _given(remark: Diagnostic, lines: Sequence[str], meant: str) -> bool:
    """Whether a key's right name stands beside it already, so that the key would be given twice."""
    number, end = remark.place.line - 1, remark.place.column - 1 + remark.place.length
    line = lines[number]
    if not re.match(r"\s*:", line[end:]):
        return False
    key = re.compile(rf"(?<![\w.$]){re.escape(meant)}\s*:")
    if key.search(line):
        return True
    column = remark.place.column - 1
    for step in (-1, 1):
        near = number + step
        # a dash begins another item, whose keys are its own
        while 0 <= near < len(lines) and not DASH.match(lines[near if step > 0 else near + 1][:column]):
            if spoken(lines[near]) and indent_of(lines[near]) < indent_of(line):
                break
            if key.match(lines[near], column) and not lines[near][:column].strip(" -"):
                return True
            near += step
    return False


def _word(here: str, meant: str) -> tuple[str, str] | None:
    """A misspelt word, where it is near enough to the one that was meant, or another library's word for it."""
    if not _certain(here.strip("\"'$"), meant):
        return None
    if here.startswith("$") and re.fullmatch(r"\$[\w.]+", here):
        return here, f"${meant}"
    if re.fullmatch(r"[\w.-]+", here):
        return here, meant
    inner = re.fullmatch(r"""(["'])([\w.$*-]+)\1""", here)
    return (here, f"{inner[1]}{meant}{inner[1]}") if inner else None


def _certain(here: str, meant: str) -> bool:
    """Whether a word can only be another: one letter wrong, two in a long one, or known from elsewhere."""
    lowered, wanted = here.lower(), meant.lower()
    if bare(here) == bare(meant) or meant in called(here):
        return True
    slips = 2 if len(meant) >= LONG else 1
    return len(here) < MOST and len(meant) >= SHORTEST and distance(lowered, wanted, slips) <= slips


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
    """Every fix there is for the remarks on one file, in order; where two overlap, the first.

    Of two keys written differently that would come out as one word, only the first is mended: they may stand
    in one table.
    """
    lines, found, end = text.splitlines(), list[Fix](), (0, 0)
    here = [remark for remark in remarks if remark.place.file == file]
    made = [fix for remark in here if (fix := fix_of(remark, lines)) is not None]
    for fix in sorted(made, key=lambda f: (f.line, f.column)):
        twice = fix.code in KEYS and any(f.code in KEYS and f.new == fix.new and f.old != fix.old for f in found)
        if (fix.line, fix.column) >= end and not twice:
            found.append(fix)
            end = max(fix.end, (fix.line, fix.column + 1))
    return tuple(found)


def mended(text: str, wanted: Iterable[Fix]) -> str:
    """The text with the fixes made; all else stays as it is, line ends too."""
    end = "\r\n" if "\r\n" in text else "\n"
    starts, at = [0], 0
    for line in text.splitlines(keepends=True):
        at += len(line)
        starts.append(at)
    for fix in sorted(wanted, key=lambda f: (f.line, f.column), reverse=True):
        old, new = fix.old.replace("\n", end), fix.new.replace("\n", end)
        start = starts[fix.line - 1] + fix.column - 1
        if text.startswith(old, start):
            text = text[:start] + new + text[start + len(old) :]
    return text
