"""A chart as rows of signs: legend, axes, curves, marks and cross-hair; no colours, only who owns which sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .braille import BAND_SIGN, BLANK, NOBODY, Sheet, band, heights, stroke
from .curves import (
    SMOOTHINGS,
    Array,
    Curve,
    Look,
    Mark,
    Window,
    axis_words,
    columns,
    extent_of,
    figure,
    line,
    log_ticks,
    reach_of,
    step_words,
    ticks,
    value_at,
)

AXIS, MARK, CURSOR, WORD = -2, -3, -4, -5
"""Owners of signs that are no curve; a curve's band is owned by `2 slot`, its line by `2 slot + 1`."""
SIGNS, PLAIN_SIGNS = "●▲■◆✚◎★▼", "ox#*+@%="
SIGN_EVERY = 24
"""Cells between a curve's signs: they tell curves apart where colours do not."""
LEAST_GUTTER = 5
"""Cells of the axis of values: the same for most charts, so that steps stand below each other."""
ROOM_FOR_LINE = 12
"""Rows from which the axis of steps has a line of its own."""

UNIT = "step"
"""What is counted along the axis."""

Run = tuple[str, int]
Drawn = tuple[Array | None, Array | None, Array]
"""Of a curve: the least and greatest value of its band (or None) and its line, a value a column of dots."""


@dataclass(frozen=True, slots=True)
class Plot:
    """The rows of a chart, each as runs of text of one owner. `gutter`: cells left of the curves; `span`: the steps
    from its first column to its last; `width`: cells of the curves; `top`: the first row with curves."""

    rows: tuple[tuple[Run, ...], ...]
    gutter: int
    width: int
    span: Window
    top: int

    def step_at(self, column: int) -> float | None:
        """The step under a column of the chart."""
        if not self.gutter <= column < self.gutter + self.width:
            return None
        return self.span[0] + (column - self.gutter + 0.5) / self.width * (self.span[1] - self.span[0])

    @property
    def text(self) -> str:
        """All rows as plain text."""
        return "\n".join("".join(words for words, _ in row) for row in self.rows)


@dataclass(slots=True)
class _Frame:
    """What the parts of one chart share. `marks_at` and `cursor_at` are columns of cells."""

    curves: Sequence[Curve]
    look: Look
    span: Window
    reach: Window
    log: bool
    width: int
    height: int
    ascii: bool


def sign_of(slot: int, plain: bool = False) -> str:
    """The sign of a curve; there are eight, then they come again."""
    signs = PLAIN_SIGNS if plain else SIGNS
    return signs[slot % len(signs)]


def plot(
    curves: Sequence[Curve],
    look: Look,
    width: int,
    height: int,
    marks: Sequence[Mark] = (),
    *,
    extent: Window | None = None,
    log_allowed: bool = True,
    ascii: bool = False,
) -> Plot:
    """The chart in so many cells. `extent`: all steps there are, where other charts beside it have more."""
    span = look.span(extent or extent_of(curves))
    legend = _legend(curves, look, _near(look, span, width, marks), width, 3 if height >= ROOM_FOR_LINE else 1, ascii)
    line_too = height >= ROOM_FOR_LINE
    rows = max(1, height - len(legend) - 1 - line_too)
    guess = _drawn(curves, look, span, 2 * max(4, width - LEAST_GUTTER - 1))
    values = [v for low, high, shown in guess for v in ((low, high) if low is not None else (shown,))]
    log = look.log and log_allowed and _positive(values)
    reach = reach_of([v for v in values if v is not None], log)
    labels, gutter = _labels(reach, log, rows, "|+" if ascii else "│┤")
    frame = _Frame(curves, look, span, reach, log, max(4, width - gutter), rows, ascii)
    drawn = guess if gutter == LEAST_GUTTER + 1 else _drawn(curves, look, span, 2 * frame.width)
    grid = _grid(frame, drawn, marks)
    body = [((label, AXIS), *row) for label, row in zip(labels, grid, strict=True)]
    return Plot((*legend, *body, *_below(frame, gutter, line_too)), gutter, frame.width, span, len(legend))


def _positive(values: Sequence[Array | None]) -> bool:
    return any(bool((v[np.isfinite(v)] > 0).any()) for v in values if v is not None)


def _drawn(curves: Sequence[Curve], look: Look, span: Window, dots: int) -> list[Drawn]:
    found: list[Drawn] = []
    for curve in curves:
        smoothing = SMOOTHINGS[look.smoothing] if curve.noisy else 0.0
        shown = line(curve, span, dots, smoothing)
        if curve.noisy and smoothing:
            found.append((*columns(curve, span, dots), shown))
        else:
            found.append((None, None, shown))
    return found


def _labels(reach: Window, log: bool, rows: int, lines: str) -> tuple[list[str], int]:
    """The axis of values, a label a row, all equally wide."""
    most = max(2, min(8, (rows + 2) * 2 // 3))
    values = log_ticks(*reach, most) if log else ticks(*reach, most)
    at = heights(np.array(values, np.float64), *reach, rows, log)
    words = {int(row): word for row, word in zip(at.tolist(), axis_words(values, log), strict=True)}
    wide = max([len(word) for word in words.values()] + [LEAST_GUTTER])
    return [
        f"{words[row]:>{wide}}{lines[1]}" if row in words else " " * wide + lines[0] for row in range(rows)
    ], wide + 1


def _grid(frame: _Frame, drawn: Sequence[Drawn], marks: Sequence[Mark]) -> list[tuple[Run, ...]]:
    sheet = Sheet.blank(frame.width, frame.height)
    dots = 4 * frame.height
    for curve, (low, high, _) in zip(frame.curves, drawn, strict=True):
        if low is not None and high is not None:
            top = heights(high, *frame.reach, dots, frame.log)
            bottom = heights(low, *frame.reach, dots, frame.log)
            sheet.lay(band(top, bottom, dots), 2 * curve.slot)
    lines = [heights(shown, *frame.reach, dots, frame.log) for _, _, shown in drawn]
    for curve, at in zip(frame.curves, lines, strict=True):
        sheet.lay(stroke(at, dots), 2 * curve.slot + 1)
    signs, owners = _cells(sheet, frame)
    for curve, at in zip(frame.curves, lines, strict=True):
        _put_signs(signs, owners, curve, at, frame)
    _put_upright(signs, owners, frame, marks)
    return [_runs(row, owner) for row, owner in zip(signs, owners, strict=True)]


def _cells(sheet: Sheet, frame: _Frame) -> tuple[list[list[str]], list[list[int]]]:
    owners = sheet.owner.tolist()
    if not frame.ascii:
        signs = [[chr(BLANK + d) if d else " " for d in row] for row in sheet.dots.tolist()]
        return signs, owners
    plain = [
        [" " if o == NOBODY else (PLAIN_SIGNS[o // 2 % len(PLAIN_SIGNS)] if o % 2 else BAND_SIGN) for o in row]
        for row in owners
    ]
    return plain, owners


def _put_signs(signs: list[list[str]], owners: list[list[int]], curve: Curve, at: Array, frame: _Frame) -> None:
    """A curve's sign at its end, and now and then along it where there are several curves."""
    good = np.flatnonzero(np.isfinite(at))
    if not len(good):
        return
    for wanted in _sign_places(curve, frame, int(good[-1])):
        place = int(good[np.abs(good - wanted).argmin()])
        if abs(place - wanted) > 1:
            continue
        row, column = int(at[place]) // 4, place // 2
        signs[row][column] = sign_of(curve.slot, frame.ascii)
        owners[row][column] = 2 * curve.slot + 1


def _sign_places(curve: Curve, frame: _Frame, end: int) -> set[int]:
    """Columns of dots with a sign: of each point where there are few, else now and then."""
    a, b = np.searchsorted(curve.steps, frame.span[0]), np.searchsorted(curve.steps, frame.span[1], "right")
    if not curve.noisy and b - a <= frame.width // 8:
        columns = (_column(frame, float(step)) for step in curve.steps[a:b])
        return {2 * column for column in columns if column is not None}
    if len(frame.curves) == 1:
        return {end}
    return {end} | set(range(2 * ((curve.slot * 9 + 8) % SIGN_EVERY), end - 8, 2 * SIGN_EVERY))


def _column(frame: _Frame, step: float) -> int | None:
    first, last = frame.span
    if not first <= step <= last:
        return None
    return min(frame.width - 1, int((step - first) / max(last - first, 1e-12) * frame.width))


def _put_upright(signs: list[list[str]], owners: list[list[int]], frame: _Frame, marks: Sequence[Mark]) -> None:
    """Marks and the cross-hair, behind the curves: only where no line is."""
    for mark in marks:
        if (column := _column(frame, mark.step)) is not None:
            _upright(signs, owners, column, ":" if frame.ascii else "┊", MARK)
            if owners[0][column] == MARK:
                signs[0][column] = mark.sign
    if frame.look.cursor is not None and (column := _column(frame, frame.look.cursor)) is not None:
        _upright(signs, owners, column, "|" if frame.ascii else "│", CURSOR)


def _upright(signs: list[list[str]], owners: list[list[int]], column: int, sign: str, owner: int) -> None:
    for row, kept in zip(signs, owners, strict=True):
        if kept[column] < 0 or kept[column] % 2 == 0:
            row[column], kept[column] = sign, owner


def _runs(signs: list[str], owners: list[int]) -> tuple[Run, ...]:
    found, start = [], 0
    for at in range(1, len(owners) + 1):
        if at == len(owners) or owners[at] != owners[start]:
            found.append(("".join(signs[start:at]), owners[start]))
            start = at
    return tuple(found)


def _below(frame: _Frame, gutter: int, line_too: bool) -> list[tuple[Run, ...]]:
    """The axis of steps: its numbers, over them a line where there is room."""
    values = [tick for tick in ticks(*frame.span, max(2, frame.width // 12)) if tick == int(tick)]
    under = [" "] * frame.width
    axis = ["-" if frame.ascii else "─"] * frame.width
    for value, word in zip(values, step_words(values), strict=True):
        column = _column(frame, value) or 0
        axis[column] = "+" if frame.ascii else "┬"
        begin = max(0, min(column - len(word) // 2, frame.width - len(word)))
        if all(sign == " " for sign in under[max(0, begin - 1) : begin + len(word) + 1]):
            under[begin : begin + len(word)] = word
    if all(sign == " " for sign in under[-len(UNIT) - 1 :]):
        under[-len(UNIT) :] = UNIT
    numbers: tuple[Run, ...] = ((" " * gutter, AXIS), ("".join(under), AXIS))
    corner = " " * (gutter - 1) + ("+" if frame.ascii else "└")
    return [((corner, AXIS), ("".join(axis), AXIS)), numbers] if line_too else [numbers]


def _legend(
    curves: Sequence[Curve], look: Look, near: str, width: int, most: int, ascii: bool
) -> list[tuple[Run, ...]]:
    """Sign, name and value of each curve (the newest, or that under the cross-hair), in at most so many lines."""
    rows: list[list[Run]] = [[]]
    room = width
    if look.cursor is not None:
        words = f"step {look.cursor:,.0f}{near}  "
        rows[0].append((words, CURSOR))
        room -= len(words)
    for curve in curves:
        value = _told(curve, look)
        words = f"{sign_of(curve.slot, ascii)} {curve.name} {value}  "
        if len(words) > room + 2 and rows[-1]:
            if len(rows) == most:
                rows[-1].append(("…", WORD))
                break
            rows.append([])
            room = width
        rows[-1].append((words, 2 * curve.slot + 1))
        room -= len(words)
    return [tuple(row) for row in rows]


def _near(look: Look, span: Window, width: int, marks: Sequence[Mark]) -> str:
    """What happened where the cross-hair stands."""
    if look.cursor is None:
        return ""
    reach = 1.5 * (span[1] - span[0]) / max(1, width)
    words = [f"{mark.sign} {mark.words}" for mark in marks if abs(mark.step - look.cursor) <= reach]
    return f" ({', '.join(words)})" if words else ""


def _told(curve: Curve, look: Look) -> str:
    """The value under the cross-hair, or the newest: of a noisy curve that of its smoothed line."""
    if look.cursor is not None:
        return figure(value_at(curve, look.cursor))
    if curve.noisy and look.smoothing and len(curve.values):
        recent = curve.values[-max(8, round(len(curve.values) * SMOOTHINGS[look.smoothing])) :]
        good = recent[np.isfinite(recent)]
        return figure(float(good.mean())) if len(good) and np.isfinite(curve.values[-1]) else "NaN"
    return figure(float(curve.values[-1])) if len(curve.values) else "none"


def with_slots(curves: Sequence[Curve]) -> list[Curve]:
    """The same curves with slots 0, 1, 2, …"""
    return [replace(curve, slot=slot) for slot, curve in enumerate(curves)]


def sparkline(values: Array, width: int, plain: bool = False) -> str:
    """The values as one line of bars; empty where there are none. Where they span powers of ten, so do the bars."""
    good = values[np.isfinite(values)]
    if not len(good):
        return ""
    parts = np.array_split(good, min(width, len(good)))
    means = np.array([part.mean() for part in parts])
    if means.min() > 0 and means.max() > 10 * means.min():
        means = np.log(means)
    low, high = float(means.min()), float(means.max())
    bars = "_.-=^" if plain else "▁▂▃▄▅▆▇█"
    share = (means - low) / (high - low) if high > low else np.zeros_like(means)
    return "".join(bars[round(float(s) * (len(bars) - 1))] for s in share)
