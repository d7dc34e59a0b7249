"""Dotted paths in a file's text, each step with its span: names by themselves, in formulas, after `$`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .formula_parser import TOKEN

Span = tuple[int, int]
ALONE = re.compile(r"[$\w*]+(?:\.[$\w*]+)*")
GAP = re.compile(r"[ \r\n]*")
QUOTES = "'\""


@dataclass(frozen=True, slots=True)
class Step:
    """One name of a path, and where it stands in the file."""

    text: str
    span: Span


def path_steps(text: str, span: Span) -> Iterator[Step]:
    """The steps of a path that stands alone, in quotes or not; none where the text is something else."""
    inset = 1 if text[:1] in QUOTES and span[1] - span[0] == len(text) and len(text) > 1 else 0
    # a key's text lacks the quotes that its span has
    shift = inset or (1 if span[1] - span[0] == len(text) + 2 else 0)
    bare = text[inset : len(text) - inset] if inset else text
    if not ALONE.fullmatch(bare):
        return
    yield from _split(bare, span[0] + shift)


def _split(path: str, at: int) -> Iterator[Step]:
    for step in path.split("."):
        yield Step(step, (at, at + len(step)))
        at += len(step) + 1


def formula_paths(text: str, start: int, end: int) -> Iterator[list[Step]]:
    """The paths of a formula that stands in `text[start:end]`, in quotes or not; functions and axes are none."""
    if text[start : start + 1] in QUOTES:
        start, end = start + 1, end - 1
    tokens = list(_tokens(text, start, end))
    for number, (kind, word, at) in enumerate(tokens):
        if kind != "path" or word in ("and", "or", "not"):
            continue
        following = tokens[number + 1][1] if number + 1 < len(tokens) else ""
        before = tokens[number - 1][1] if number else ""
        if following not in ("(", "=") and before != "=":
            yield list(_split(word, at))


def computed_paths(text: str, start: int, end: int) -> Iterator[list[Step]]:
    """The paths of `$name.size` or `$(formula)`."""
    if text[start : start + 1] in QUOTES:
        start, end = start + 1, end - 1
    if text[start : start + 2] == "$(":
        yield from formula_paths(text, start + 2, end - 1)
    elif ALONE.fullmatch(text, start + 1, end):
        yield list(_split(text[start + 1 : end], start + 1))


def _tokens(text: str, start: int, end: int) -> Iterator[tuple[str, str, int]]:
    """Words of a formula with their places; it ends where something else stands."""
    while start < end:
        gap = GAP.match(text, start)
        start = gap.end() if gap else start
        found = TOKEN.match(text, start, end)
        if found is None or found.lastgroup is None:
            return
        yield found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)
        start = found.end()
