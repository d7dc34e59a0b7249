"""The passes of a compilation as a person reads them: what each is for, what it did, before and after."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any

from ..compiler.pass_words import PassTold
from ..compiler.rewrites import Change
from .console import counted
from .fitted_table import folded

SIDE_BY_SIDE = 100
"""From so many characters on, before and after stand side by side; below one under the other."""
SHOWN = 16
"""How many lines of changes of a pass are shown, where nobody asks for one pass or layer."""
BAR = " | "


def trace_lines(passes: Sequence[PassTold], width: int, most: int | None, *, full: bool = False) -> Iterator[str]:
    """Program by program, pass by pass; at most `most` lines of changes of each."""
    explained: set[str] = set()
    for mode, steps in groupby(passes, lambda step: step.mode):
        listed = list(steps)
        yield f"PROGRAM {mode}: {len(listed)} passes, {listed[0].nodes[0]:,} -> {listed[-1].nodes[1]:,} nodes"
        yield ""
        for step in listed:
            yield from folded(
                f"{step.name}  {step.nodes[0]:,} -> {step.nodes[1]:,} nodes, {step.ms:.1f} ms: {step.did}", width
            )
            if step.name not in explained:
                yield from _paragraph(step.rule, width)
                yield from _paragraph(step.about, width)
            explained.add(step.name)
            yield from _changes(step.changes, width, most)
            if full:
                yield from step.graph.text().splitlines()
            yield ""


def _paragraph(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _changes(changes: Sequence[Change], width: int, most: int | None) -> Iterator[str]:
    left = most
    for shown, change in enumerate(changes):
        if left is not None and left <= 0:
            hidden = changes[shown:]
            lines, layers = sum(len(c.rows) for c in hidden), counted(len(hidden), "more layer")
            yield f"    … and {counted(lines, 'more line')} of changes, of {layers}: --pass, --layer"
            return
        yield f"    {change.origin.path} (line {change.origin.line})"
        both = bool(change.pairs or (change.gone and change.new))
        yield from (
            _side_by_side(change, width, left) if both and width >= SIDE_BY_SIDE else _signed(change, width, left)
        )
        if left is not None:
            left -= len(change.rows)


def _side_by_side(change: Change, width: int, most: int | None) -> Iterator[str]:
    half = (width - 6 - len(BAR)) // 2
    for before, after in change.rows[:most]:
        for left, right in zip_longest(_wrapped(before, half), _wrapped(after, half), fillvalue=""):
            yield f"      {left.ljust(half)}{BAR}{right}".rstrip()
    yield from _cut(len(change.rows), most)


def _signed(change: Change, width: int, most: int | None) -> Iterator[str]:
    """One under the other: lines that are gone, lines that are new, lines before and after."""
    signed = [("- ", line) for line in change.gone] + [("+ ", line) for line in change.new]
    signed += [(sign, line) for pair in change.pairs for sign, line in zip(("- ", "+ "), pair, strict=True) if line]
    for sign, line in signed[:most]:
        for number, part in enumerate(_wrapped(line, width - 8)):
            yield f"      {sign if number == 0 else '  '}{part}"
    yield from _cut(len(signed), most)


def _cut(count: int, most: int | None) -> list[str]:
    return [] if most is None or count <= most else [f"      … and {counted(count - most, 'more line')} of this layer"]


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width, subsequent_indent="    ", break_on_hyphens=False) or [""]


def as_data(step: PassTold, *, traced: bool, full: bool) -> dict[str, Any]:
    """A pass as the fields promised by `--json`."""
    data: dict[str, Any] = {"mode": step.mode, "pass": step.name, "before": step.nodes[0], "after": step.nodes[1],
                            "ms": step.ms}  # fmt: skip
    if traced:
        data |= {
            "rule": step.rule, "about": step.about, "did": step.did,
            "changes": [
                {"layer": c.origin.path, "line": c.origin.line, "before": [b for b, _ in c.rows if b],
                 "after": [a for _, a in c.rows if a]}
                for c in step.changes
            ],
        }  # fmt: skip
    return data | ({"graph": step.graph.text()} if full else {})
