"""Pictures as coloured points, two above each other in one half-block sign; or as signs of ink without colour.

Filters are never smoothed: a point of theirs is a block of points on the screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
UPPER = "▀"
INK = " .:-=+*#%@"
"""From dark to light, for terminals without colour."""
SIGNED_INK = "#=- .oO"
"""From far below 0 over 0 (the space) to far above it."""
GAP = 2
"""Cells between pictures that stand side by side."""
ZERO = np.array([32.0, 32.0, 36.0])
BELOW, ABOVE = np.array([70.0, 150.0, 255.0]), np.array([255.0, 150.0, 50.0])
"""Colours of signed values: 0 dark, below it blue, above it orange."""
Colour = tuple[int, int, int]
Cell = tuple[str, Colour, Colour]
OpenCell = tuple[str, Colour, Colour | None]
"""A sign with the colours of its upper and lower point; without the lower one where the picture ends above it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One picture `[height, width, channels]` and the words under it. `signed`: 0 is in the middle of its scale, as
    for filters; else it goes from `low` to `high`."""

    values: Array
    words: str = ""
    low: float = 0.0
    high: float = 1.0
    signed: bool = False
    wrong: bool = False


def is_picture(shape: Sequence[int]) -> bool:
    """Whether an example of this shape is height, width and 1, 3 or 4 channels."""
    return len(shape) == 3 and shape[2] in (1, 3, 4) and min(shape[:2]) >= 2


def smaller(picture: Array, width: int) -> Array:
    """A picture at most `width` points wide, each point the mean of those that it stands for."""
    plain = picture.astype(np.float64)
    if plain.shape[1] <= width:
        return plain
    height = max(1, round(plain.shape[0] * width / plain.shape[1]))
    return _means(_means(plain, height, 0), width, 1)


def larger(picture: Array, factor: int) -> Array:
    """Every point as a square of `factor` points."""
    return picture.repeat(factor, 0).repeat(factor, 1)


def _means(values: Array, count: int, axis: int) -> Array:
    edges = np.linspace(0, values.shape[axis], count + 1).astype(int)
    parts = [values.take(range(a, max(a + 1, b)), axis).mean(axis) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return np.stack(parts, axis)


def levels(picture: Array, low: float, high: float) -> Array:
    """Red, green and blue from 0 to 255, `low` black and `high` white or full; what is not solid stands on black."""
    width = high - low
    scaled = np.nan_to_num((picture - low) / width if width > 0 else np.zeros_like(picture)).clip(0, 1)
    if scaled.shape[2] == 4:
        scaled = scaled[..., :3] * scaled[..., 3:]
    elif scaled.shape[2] == 1:
        scaled = np.repeat(scaled, 3, axis=2)
    found: Array = np.rint(255 * scaled).astype(int)
    return found


def signed_levels(picture: Array) -> Array:
    """Red, green and blue of values of both signs: the farther from 0 the brighter. Channels are averaged."""
    values = np.nan_to_num(picture.astype(np.float64)).mean(2)
    most = float(np.abs(values).max()) or 1.0
    share = (np.abs(values) / most)[..., None]
    colour = np.where((values < 0)[..., None], BELOW, ABOVE)
    found: Array = np.rint(ZERO + (colour - ZERO) * share).astype(int)
    return found


def halves(coloured: Array) -> list[list[Cell]]:
    """Rows of half-block signs, each with the colour of its upper and of its lower point."""
    rows = _even(coloured).tolist()
    return [
        [(UPPER, tuple(above), tuple(below)) for above, below in zip(top, bottom, strict=True)]
        for top, bottom in zip(rows[::2], rows[1::2], strict=True)
    ]


def ink(coloured: Array) -> list[str]:
    """Rows of signs that say how bright the points are."""
    even = _even(coloured)
    bright = ((even[::2] + even[1::2]) / 2).mean(axis=2) / 255
    return ["".join(INK[round(float(level) * (len(INK) - 1))] for level in row) for row in bright]


def signed_ink(picture: Array) -> list[str]:
    """Rows of signs that say how far below or above 0 the points are."""
    values = np.nan_to_num(picture.astype(np.float64)).mean(2)
    if len(values) % 2:
        values = np.concatenate([values, values[-1:]])
    both = (values[::2] + values[1::2]) / 2
    most = float(np.abs(both).max()) or 1.0
    middle = len(SIGNED_INK) // 2
    return ["".join(SIGNED_INK[middle + round(float(v / most) * middle)] for v in row) for row in both]


def _even(coloured: Array) -> Array:
    return np.concatenate([coloured, np.zeros_like(coloured[:1])]) if len(coloured) % 2 else coloured


def wide_enough(shown: Sequence[Shown], usual: int) -> int:
    """How many cells each picture gets: so many, or more where filters would lose points."""
    return max([usual, *(int(one.values.shape[1]) for one in shown if one.signed)])


def fitted(shown: Shown, width: int, largest: int) -> Array:
    """The points of a picture in so many cells: made smaller by means (never filters), or larger by whole factors,
    to at most `largest` cells."""
    values = np.atleast_3d(shown.values)
    if values.shape[1] > width:
        step = -(-values.shape[1] // width)
        return values[::step, ::step] if shown.signed else smaller(values, width)
    return larger(values, max(1, min(width, largest) // values.shape[1]))


def drawn(shown: Shown, width: int, largest: int) -> list[list[OpenCell]]:
    """A picture as rows of half-block signs; below an odd last row there is nothing."""
    values = fitted(shown, width, largest)
    rows: list[list[OpenCell]] = [
        list(row) for row in halves(signed_levels(values) if shown.signed else levels(values, shown.low, shown.high))
    ]
    if len(values) % 2:
        rows[-1] = [(sign, above, None) for sign, above, _ in rows[-1]]
    return rows


def inked(shown: Shown, width: int, largest: int) -> list[str]:
    """A picture as rows of signs of ink."""
    values = fitted(shown, width, largest)
    return signed_ink(values) if shown.signed else ink(levels(values, shown.low, shown.high))
