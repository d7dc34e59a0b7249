"""Lines that stand at a column of their own: said with the column that is meant, and read as if they stood there."""

from __future__ import annotations

import re

from .diagnostics import Diagnostics
from .lines import BESIDE, INDENT, Level, before, block_end, levels_above, levels_of, spoken
from .source_text import Source

WORD_LINE = re.compile(r"(\s*(?:-\s+)*)([A-Za-z_][A-Za-z0-9_]*)\s*(?:#.*)?$")
SECTIONS = ("network", "networks", "blocks", "train", "evaluate", "generate", "study")
"""What stands at the first column, and nowhere else."""
LONGEST_SHOWN = 40


def misindented(line: int, source: Source, diagnostics: Diagnostics) -> bool:
    """A key or dash at a column where none of its neighbours stands."""
    here = levels_of(source.line(line), line)
    if not here:
        return False
    own, above = here[0], levels_above(source.lines, line)
    alike = [level for level in above if level.dash is own.dash]
    if any(level.column == own.column for level in alike):
        return False
    lower = next((level for level in alike if level.column < own.column), None)
    upper = next((level for level in reversed(alike) if level.column > own.column), None)
    last = before(source.lines, line)
    full = last >= 0 and not spoken(source.line(last)).endswith(":") and levels_of(source.line(last), last)
    if lower is not None and upper is None and full:
        _below_a_value(line, own, lower, source, diagnostics)
    elif upper is not None:
        _between(line, own, lower, upper, source, diagnostics)
    else:
        return False
    return True


def _below_a_value(line: int, own: Level, lower: Level, source: Source, diagnostics: Diagnostics) -> None:
    """`- dense: 64` and `name: x` deeper: the pair above has its value, nothing can be below it."""
    last = before(source.lines, line)
    said = spoken(source.line(last)).strip().removeprefix("- ")
    said = said if len(said) < LONGEST_SHOWN else said[:LONGEST_SHOWN] + "…"
    word = _word(line, own, source)
    lower = Level(0, dash=False, line=0) if word in SECTIONS else lower
    way = f"Set it at column {_shown(lower)}."
    if not own.dash and word not in (*BESIDE, *SECTIONS) and levels_of(source.line(last), last)[0].dash:
        way = "Options stand in braces, as in `kind: {option: value}`; before the next layer stands `- `."
    message = f"{_called(word)} is indented below `{said}`, which has its value already"
    _say(line, own, word, message, way, source, diagnostics)
    shift(source, line, lower.column)


def _between(
    line: int, own: Level, lower: Level | None, upper: Level, source: Source, diagnostics: Diagnostics
) -> None:
    """A line that stands between the columns of two levels: of the nearer one, where one is nearer."""
    down = own.column - lower.column if lower is not None else upper.column
    if lower is not None and down == INDENT and (first := _only_child(line, lower, upper, source)):
        # the line stands where one expects it; what stands above it does not
        wanted, line, own = own, first, levels_of(source.line(first), first)[0]
        way = f"Set it at column {_shown(wanted)}."
    elif lower is not None and down < min(INDENT, upper.column - own.column):
        wanted, way = lower, f"Set it at column {_shown(lower)}."
    else:
        wanted, way = upper, f"Set it at column {_shown(upper)}."
        if lower is not None and upper.column - own.column >= min(INDENT, down):
            way = f"It belongs at column {_shown(lower)} or {_shown(upper)}."
    word = _word(line, own, source)
    message = f"{_called(word)} begins at a column of its own, not at its neighbours'"
    _say(line, own, word, message, way, source, diagnostics)
    shift(source, line, wanted.column)


def _only_child(line: int, parent: Level, upper: Level, source: Source) -> int | None:
    """The one line below a parent that shows a level, where no other does: its number, else None."""
    if not spoken(source.line(parent.line)).endswith(":"):
        return None
    shown = [
        number
        for number in range(parent.line + 1, line)
        if any(level.column == upper.column for level in levels_of(source.line(number), number)[:1])
    ]
    return shown[0] if len(shown) == 1 and shown[0] == before(source.lines, parent.line + 2) else None


def _say(line: int, own: Level, word: str, message: str, way: str, source: Source, diagnostics: Diagnostics) -> None:
    place = source.place(line, own.column, line, own.column + len(word))
    if not any(r.code == "E005" and r.place.line == place.line for r in diagnostics.errors):
        diagnostics.error("E006", place, message, way)


def _word(line: int, own: Level, source: Source) -> str:
    """What a line begins with: its key, or its dash."""
    if own.dash:
        return "-"
    found = re.match(r"[\w.]+", source.line(line)[own.column :])
    return found[0] if found else ""


def _called(word: str) -> str:
    return "this dash" if word == "-" else f"`{word}`"


def _shown(level: Level) -> int:
    """A level's column as the user counts it, once the lines above are mended."""
    return level.column + 1


def shift(source: Source, line: int, column: int) -> None:
    """Set a line, and what belongs to it, at a column; the columns in it move with it."""
    by = column - (len(source.line(line)) - len(source.line(line).lstrip()))
    for number in range(line, block_end(source.lines, line, column)):
        if by < 0:
            source.remove(number, 0, min(-by, len(source.line(number)) - len(source.line(number).lstrip())))
        elif source.line(number).strip():
            source.insert(number, 0, " " * by)


def no_colon(line: int, source: Source, diagnostics: Diagnostics) -> bool:
    """`- relu` with `name: x` below it: the kind's colon is missing."""
    number = before(source.lines, line)
    word = WORD_LINE.match(source.line(number)) if number >= 0 else None
    pair = levels_of(source.line(line), line)
    if not word or not pair or pair[0].dash:
        return False
    below = pair[0].column - len(word[1])
    if below < 0:
        return False
    key = _word(line, pair[0], source)
    item = "-" in word[1]
    why = (
        f"the lines below belong to `{word[2]}`, so it needs a colon"
        if below or item
        else f"`{word[2]}` stands alone, where `name: value` should"
    )
    way = f"Write `{word[2]}:`."
    if item and below and key in BESIDE:
        way = f"Write `{word[2]}:`, and set `{key}` below it, at column {len(word[1]) + 1}."
        shift(source, line, len(word[1]))
    diagnostics.error("E019", source.place(number, word.start(2), number, word.end(2)), why, way)
    source.insert(number, word.end(2), ":")
    return True
