"""Predictions for people: a row an example, under each class its probability in per cent, and what is true where that
is known; pictures as pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
from rich.console import Console
from rich.text import Text

from ..runtime.prediction import Prediction
from .classes import PROBABILITIES, Classes, classes_of
from .console import out, talk
from .fitted_table import GAP, Column, columns_wide, fitted_lines, shortened
from .half_blocks import Array, beside, is_picture

MOST_ROWS, MOST_PICTURES = 40, 8
MOST_IN_TABLE = 4
"""So many numbers of an output stand in the table; more have lines of their own."""
MOST_CLASSES, LIKELIEST = 20, 3
"""More classes than so many, or than there is room for: the likeliest alone."""
NARROW = 28
"""How many points across a picture has at least, if it has them, beside others."""


def print_predicted(found: Prediction) -> None:
    """The table and, below it, outputs that are pictures or many numbers."""
    console, classes = out(), classes_of(found)
    console.width = columns_wide()
    count = len(next(iter(found.outputs.values())))
    _print_table(console, found, classes, min(count, MOST_ROWS))
    if count > MOST_ROWS:
        talk().print(f"… {count - MOST_ROWS} more rows (--json prints all)", style="dim")
    if classes is not None and classes.true is not None and count > 1:
        right = sum(a == b for a, b in zip(classes.true, classes.predicted, strict=True))
        talk().print(f"{right:,} of {count:,} right", style="dim")
    _print_large(console, found, classes)


# the table


def _print_table(console: Console, found: Prediction, classes: Classes | None, rows: int) -> None:
    columns = [_rows(found, rows), *_small(found, classes, rows)]
    wrong = [False] * rows
    if classes is not None:
        if classes.true is not None:
            wrong = [a != b for a, b in zip(classes.true[:rows], classes.predicted, strict=False)]
            columns.insert(1, Column("true", classes.true[:rows]))
        marked = (f"{name}{' ✗' if bad else ''}" for name, bad in zip(classes.predicted, wrong, strict=False))
        columns.insert(1 + (classes.true is not None), Column("predicted", tuple(marked)))
        taken = sum(column.width + GAP for column in columns)
        columns += _shares(classes, rows, console.width - taken)
    if len(columns) == 1:
        return
    (head, *lines), _ = fitted_lines(columns, console.width)
    console.print(Text(head, style="bold"), soft_wrap=True)
    for line, bad in zip(lines, wrong, strict=True):
        console.print(Text(line, style="red" if bad else ""), soft_wrap=True)
    if classes is not None:
        talk().print("the probability of each class in %", style="dim", soft_wrap=True)


def _rows(found: Prediction, rows: int) -> Column:
    if len(found.names) >= rows:
        return Column("picture", found.names[:rows])
    return Column("row", tuple(f"{row:>3}" for row in range(rows)))


def _shares(classes: Classes, rows: int, room: int) -> list[Column]:
    """A column for each class, with a digit after the point or without; else the likeliest in one column."""
    shares = 100 * classes.shares[:rows]
    for digits in (1, 0):
        made = [
            Column(name, tuple(f"{share:.{digits}f}" for share in column), right=True)
            for name, column in zip(classes.names, shares.T, strict=True)
        ]
        if len(made) <= MOST_CLASSES and sum(column.width + GAP for column in made) <= room:
            return made
    order = np.argsort(-shares, axis=1, kind="stable")[:, :LIKELIEST]
    said = (
        ", ".join(f"{classes.names[i]} {row[i]:.1f}" for i in first) for row, first in zip(shares, order, strict=True)
    )
    return [Column("likeliest", tuple(said))]


def _small(found: Prediction, classes: Classes | None, rows: int) -> list[Column]:
    """Outputs of few numbers, after what is true of them."""
    columns = []
    for name, values in _others(found, classes):
        if (flat := _flat(values)).shape[1] <= MOST_IN_TABLE:
            columns.append(Column(name, tuple(map(_numbers, flat[:rows]))))
    truth = found.truth
    if columns and classes is None and truth is not None and (flat := _flat(truth)).shape[1] <= MOST_IN_TABLE:
        columns.insert(0, Column(f"true {found.target}", tuple(map(_numbers, flat[:rows]))))
    return columns


def _others(found: Prediction, classes: Classes | None) -> list[tuple[str, Array]]:
    """The outputs that the classes do not tell already."""
    told = (PROBABILITIES, found.scores) if classes is not None else ()
    return [(name, np.asarray(values)) for name, values in found.outputs.items() if name not in told]


def _flat(values: Any) -> Array:
    return np.asarray(values).reshape(len(values), -1)


def _numbers(values: Array) -> str:
    return " ".join(f"{value:.4g}" for value in values)


# what is too large for it


def _print_large(console: Console, found: Prediction, classes: Classes | None) -> None:
    for name, values in _others(found, classes):
        if _flat(values).shape[1] <= MOST_IN_TABLE:
            continue
        console.print()
        if is_picture(values.shape[1:]):
            known = np.shape(found.truth) == values.shape
            # both in the same light, so that what is paler looks paler
            light = _light(found.truth if known else values)
            if known:
                _print_pictures(console, f"true {found.target}", found.truth, light)
            _print_pictures(console, name, values, light)
        else:
            _print_lines(console, name, values)


def _light(values: Any) -> tuple[float, float]:
    """What is drawn black and what white."""
    return float(np.min(values)), float(np.max(values))


def _print_pictures(console: Console, name: str, values: Array, light: tuple[float, float]) -> None:
    some = np.asarray(values[:MOST_PICTURES], np.float64)
    low, high = _light(some)
    more = f"; the first {len(some)} of {len(values)}" if len(values) > len(some) else ""
    console.print(Text(name, style="bold").append(f"  {low:.4g} to {high:.4g}{more}", style="not bold dim"))
    across = max(1, console.width // (min(some.shape[2], NARROW) + GAP))
    for first in range(0, len(some), across):
        for line in beside(
            list(some[first : first + across]), *light, console.width, plain=console.color_system is None
        ):
            console.print(line, no_wrap=True, crop=False)


def _print_lines(console: Console, name: str, values: Array) -> None:
    """A line an example, as many numbers as it has room for."""
    flat = _flat(values)
    console.print(Text(f"{name}: {' x '.join(map(str, values.shape[1:]))}", style="bold"))
    for row, numbers in enumerate(flat[:MOST_ROWS]):
        line, shown = f"{row:>3} ", 0
        for number in numbers:
            if len(line) + 11 > console.width - 2:
                break
            line, shown = f"{line} {number:>10.4g}", shown + 1
        console.print(Text(shortened(line + (" …" if shown < len(numbers) else ""), console.width)))
