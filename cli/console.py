"""How netloom talks: data on stdout, everything else on stderr."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TextIO, cast

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..dsl.diagnostics import Diagnostic
from ..dsl.places import Place
from . import json_line
from .lasting import Lasting

COLOURS = {"error": "red", "warning": "yellow", "hint": "cyan"}
MOST_BYTES, WIDE = 4_000_000, 200
"""The longest file that lines are shown of, and how much of a line."""


def out() -> Console:
    """For data a person reads: tables and answers, on stdout. Wide when piped, so that nothing is cut."""
    stream = cast(TextIO, Lasting(sys.stdout))
    return Console(file=stream, highlight=False, width=None if sys.stdout.isatty() else 160)


def talk() -> Console:
    """For remarks and progress, on stderr. Piped, a line stays a line: a command in it can be copied."""
    return Console(file=cast(TextIO, Lasting(sys.stderr)), highlight=False, soft_wrap=not sys.stderr.isatty())


def print_json(value: object) -> None:
    """One JSON value on one line of stdout; NaN and infinities become null."""
    json_line.print_json(value)


def counted(count: int, word: str) -> str:
    """`1 kernel`, `2 kernels`."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def figure(value: float) -> str:
    """A result to read: `0.0123`; `2.1365e+11` and `3.1e-06` where four digits after the point say too much or little."""
    if value == 0 or 5e-4 <= abs(value) < 1e5 or value - value != 0:
        return f"{value:.4f}"
    return f"{value:.4e}" if abs(value) >= 1 else f"{value:.1e}"


def seconds(value: float) -> str:
    """A time to read: `42 ms`, `3.1 s`, `4 min 05 s`."""
    if value < 0.95:
        return f"{max(1, round(value * 1000))} ms"
    if value < 100:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest:02} s"


def as_json(remark: Diagnostic) -> dict[str, object]:
    """A diagnostic as the fields promised by `--json`."""
    return {
        "file": remark.place.file,
        "line": remark.place.line,
        "column": remark.place.column,
        "code": remark.code,
        "severity": remark.severity,
        "message": remark.message,
        "suggestion": remark.suggestion,
    }


def print_diagnostics(remarks: Iterable[Diagnostic]) -> None:
    """Every remark with its place, the line of the file with a marker under it, and the way out."""
    console = talk()
    count = {"error": 0, "warning": 0, "hint": 0}
    for remark in remarks:
        count[remark.severity] += 1
        colour = COLOURS[remark.severity]
        head = Text(f"{remark.place}: ", style="bold")
        head.append(f"{remark.severity} ", style=f"bold {colour}").append(f"[{remark.code}] ", style="dim")
        console.print(head.append(remark.message), soft_wrap=True)
        for line in _excerpt(remark.place):
            console.print(Text(line, style="dim"), soft_wrap=True)
        if remark.suggestion:
            console.print(Text(f"    {remark.suggestion}", style="green"), soft_wrap=True)
    said = [f"{n} {word}{'s' if n > 1 else ''}" for word, n in count.items() if n]
    if said:
        console.print(Text(", ".join(said), style="bold"))


def _excerpt(place: Place) -> list[str]:
    """The line a remark is about and a mark below it; nothing where it is not to be had, or too long to look for."""
    path = Path(place.file)
    try:
        if path.stat().st_size > MOST_BYTES:
            return []
        with path.open(encoding="utf-8", errors="replace") as lines:
            line = next(islice(lines, place.line - 1, None), "").rstrip("\n")
    except (OSError, ValueError):
        return []
    start = max(0, place.column - 1 - WIDE // 2) if len(line) > WIDE else 0
    # what stands in a file may be meant for the terminal
    seen = "".join(c if c.isprintable() else " " for c in line[start : start + WIDE])
    word = re.match(r"[\w.$]*", line[place.column - 1 :])
    length = place.length or (len(word[0]) if word else 1)
    marker = " " * (place.column - 1 - start) + "^" * max(1, min(length, len(line) - place.column + 1))
    return [f"  {place.line:>4} | {seen}", f"       | {marker[:WIDE]}"]


def table(*columns: str) -> Table:
    """A table in the house's one style; a column whose name ends in `>` is a number, set to the right. A title is a
    line of its own before it (`print_titled`): the table's own would be broken to the table's width."""
    made = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        number = column.endswith(">")
        made.add_column(column.rstrip(">"), justify="right" if number else "left", no_wrap=number)
    return made


def print_titled(title: str, shown: Table) -> None:
    """A table on stdout under a line that says what it is."""
    console = out()
    console.print(Text(title, style="italic"), soft_wrap=True)
    console.print(shown)
