"""What a network gives for all of its inputs, for the screen: a plane of classes with the data over it, or a curve.

Classes are told by colour and by sign: an area by its hatching, points by their shape. Shade says how sure the network is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from ...runtime.events import Mapped
from ...runtime.mapped import MOST_LEVELS, unpack
from .braille import BLANK, Sheet
from .curves import figure

Array = npt.NDArray[Any]
POINTS = "●▲■◆★✚"
HATCHES = ".:/-=|"
"""By class; of more classes they begin again, and their points with them."""
LEVELS = " .:-=+*#"
"""From the least number to the greatest."""
CURVE, DATA = "⠒", "○"
DOUBT = 0.5
"""An area where the network is less sure than this, from guessing (0) to certain (1), is not hatched."""


@dataclass(frozen=True, slots=True)
class InputMap:
    """`taken` and `sure` `[rows, columns]`, the first row at the bottom: class numbers, and how sure the network is, 0
    for guessing and 1 for certain. Of networks that give numbers `taken` is empty and `numbers` has them, `[rows,
    columns]`, or `[columns]` of one input. `points` `[examples, axes + 1]`."""

    step: int
    axes: tuple[tuple[str, float, float], ...]
    classes: tuple[str, ...]
    taken: Array
    sure: Array
    numbers: Array
    points: Array

    @property
    def flat(self) -> bool:
        """Whether it is a plane of two inputs."""
        return len(self.axes) == 2

    @property
    def title(self) -> str:
        if self.classes:
            return "decision border"
        return "what it gives" if self.flat else "fitted curve"

    @property
    def span(self) -> tuple[float, float]:
        """The least and the greatest number, of the network and of the data."""
        every = np.concatenate([self.numbers.ravel(), self.points[:, -1]])
        low, high = (float(every.min()), float(every.max())) if len(every) else (0.0, 1.0)
        return (low, high) if high > low else (low - 1, high + 1)


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of the screen: its sign, whose it is (a class, or on the scale of numbers 0 to 7; `POINT`s are `front`),
    and how strong its ground is, 0 to 1; of the ground of a curve it is None."""

    sign: str
    owner: int
    strength: float | None
    front: int | None = None


def maps_at(maps: Sequence[Mapped], step: float | None) -> InputMap | None:
    """The newest map up to a step (None: of all), with the data's points; None where there is none that can be read."""
    there = [one for one in maps if step is None or one.step <= step]
    if not there:
        return None
    told = next((one.points for one in reversed(maps) if one.points), "")
    try:
        return read(there[-1], told)
    except (ValueError, TypeError):
        return None


@lru_cache(maxsize=8)
def read(told: Mapped, points: str) -> InputMap:
    """A map of the record. Raises ValueError for one that is damaged."""
    axes = tuple((str(name), float(low), float(high)) for name, low, high in told.axes)
    shape = tuple(reversed(told.counts))
    data = unpack(points, "float32").reshape(-1, len(axes) + 1) if points else np.zeros((0, len(axes) + 1))
    data = data[np.isfinite(data).all(1)]
    nothing: Array = np.zeros(0)
    if not told.classes:
        low, high = told.scale
        levels = unpack(told.values, "uint16").reshape(shape) / MOST_LEVELS
        return InputMap(told.step, axes, (), nothing, nothing, low + (high - low) * levels, data)
    taken, sure = unpack(told.values, "uint8").reshape(2, *shape)
    guess = 1 / max(2, len(told.classes))
    certain = ((sure / 255 - guess) / (1 - guess)).clip(0, 1)
    return InputMap(told.step, axes, told.classes, taken, certain, nothing, data)


def drawn(shown: InputMap, width: int, height: int) -> list[list[Spot]]:
    """The map in so many cells, from its top row to its bottom row."""
    if not shown.classes and not shown.flat:
        return _curve(shown, width, height)
    rows = [[_ground(shown, row, column, width, height) for column in range(width)] for row in range(height)]
    for place in _places(shown, width, height):
        row, column, value = place
        owner = int(value) if shown.classes else _level(shown, value)
        sign = POINTS[owner % len(POINTS)] if shown.classes else POINTS[0]
        under = rows[row][column]
        rows[row][column] = Spot(sign, under.owner, under.strength, owner)
    return rows


def _ground(shown: InputMap, row: int, column: int, width: int, height: int) -> Spot:
    at = _at(shown, row, column, width, height)
    if not shown.classes:
        level = _level(shown, float(shown.numbers[at]))
        return Spot(LEVELS[level], level, level / (len(LEVELS) - 1))
    owner, sure = int(shown.taken[at]), float(shown.sure[at])
    return Spot(HATCHES[owner % len(HATCHES)] if sure >= DOUBT else " ", owner, sure)


def _at(shown: InputMap, row: int, column: int, width: int, height: int) -> tuple[int, ...]:
    """The place of the grid that a cell shows."""
    grid = shown.taken if shown.classes else shown.numbers
    across = min(grid.shape[-1] - 1, int((column + 0.5) / width * grid.shape[-1]))
    if grid.ndim == 1:
        return (across,)
    return (min(len(grid) - 1, int((height - 1 - row + 0.5) / height * len(grid))), across)


def _places(shown: InputMap, width: int, height: int) -> Iterable[tuple[int, int, float]]:
    """Row, column and value of each of the data's points; those of one input stand on rows by their class."""
    for point in shown.points:
        column = _cell(point[0], shown.axes[0], width)
        if shown.flat:
            yield height - 1 - _cell(point[1], shown.axes[1], height), column, float(point[2])
        else:
            share = (float(point[-1]) + 0.5) / len(shown.classes)
            yield height - 1 - min(height - 1, int(share * height)), column, float(point[-1])


def _cell(value: float, axis: tuple[str, float, float], count: int) -> int:
    _, low, high = axis
    return max(0, min(count - 1, int((value - low) / (high - low) * count)))


def _level(shown: InputMap, value: float) -> int:
    low, high = shown.span
    return max(0, min(len(LEVELS) - 1, int((value - low) / (high - low) * len(LEVELS))))


def _curve(shown: InputMap, width: int, height: int) -> list[list[Spot]]:
    """Points under the curve that the network has fitted to them."""
    rows = [[Spot(" ", 0, None)] * width for _ in range(height)]
    axis = ("", *shown.span)
    for point in shown.points:
        row = height - 1 - _cell(point[1], axis, height)
        rows[row][_cell(point[0], shown.axes[0], width)] = Spot(DATA, 0, None, 0)
    sheet = Sheet.blank(width, height)
    sheet.lay(_dots(shown, 2 * width, 4 * height), 1)
    for row, column in np.argwhere(sheet.dots):
        rows[row][column] = Spot(chr(BLANK + int(sheet.dots[row, column])), 1, None, 1)
    return rows


def _dots(shown: InputMap, width: int, height: int) -> npt.NDArray[np.bool_]:
    """The curve in dots, steep parts whole."""
    places = np.linspace(0, len(shown.numbers) - 1, width)
    values = np.interp(places, np.arange(len(shown.numbers)), shown.numbers)
    axis = ("", *shown.span)
    on, before = np.zeros((height, width), np.bool_), None
    for column, value in enumerate(values):
        row = height - 1 - _cell(float(value), axis, height)
        low, high = sorted((row, row if before is None else before))
        on[low : high + 1, column] = True
        before = row
    return on


def legend(shown: InputMap) -> list[tuple[str, int | None]]:
    """Words below the map, each with the class that it is of."""
    if shown.classes:
        named = [(f"{POINTS[number % len(POINTS)]} {name}", number) for number, name in enumerate(shown.classes)]
        return [*named, ("blank: not sure", None)]
    if not shown.flat:
        return [(f"{CURVE} the network", 1), (f"{DATA} data", 0)]
    low, high = shown.span
    return [(f"{figure(low)} {LEVELS.strip()} {figure(high)}, {POINTS[0]} data", None)]


def extent(shown: InputMap) -> str:
    """How far the axes reach, in words."""
    axes = shown.axes if shown.flat or shown.classes else (*shown.axes, ("what it gives", *shown.span))
    said = [f"{name} {low:.3g}…{high:.3g}" for name, low, high in axes]
    return ", ".join(f"{words} {way}" for words, way in zip(said, ("across", "up"), strict=False))


def right_of(shown: InputMap) -> float | None:
    """The share of the shown points that lie in an area of their own class; None of numbers."""
    if not shown.classes or not len(shown.points):
        return None
    height, width = shown.taken.shape if shown.flat else (1, len(shown.taken))
    right = 0
    for point in shown.points:
        column = _cell(point[0], shown.axes[0], width)
        at = (_cell(point[1], shown.axes[1], height), column) if shown.flat else (column,)
        right += int(shown.taken[at]) == int(point[-1])
    return right / len(shown.points)


def in_words(shown: InputMap) -> str:
    """The map in words, for who cannot see it."""
    said = [f"{shown.title} at step {shown.step:,}: {extent(shown)}"]
    for number, name in enumerate(shown.classes):
        share = float((shown.taken == number).mean())
        said.append(f"{name}: {share:.0%} of the {'plane' if shown.flat else 'line'}")
    if shown.classes:
        said.append(f"sure: {float((shown.sure >= DOUBT).mean()):.0%} of it")
    if (right := right_of(shown)) is not None:
        said.append(f"{right:.0%} of {len(shown.points)} points lie on their own side")
    if not shown.classes:
        low, high = float(shown.numbers.min()), float(shown.numbers.max())
        said.append(f"the network gives {figure(low)} to {figure(high)}")
    return "\n".join(said)
