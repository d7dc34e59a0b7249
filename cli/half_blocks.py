"""Pictures in the terminal: two points above each other in one half-block character, or signs of ink without colour."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from rich.text import Text

Array = npt.NDArray[Any]
UPPER = "▀"
INK = " .:-=+*#%@"
"""From dark to light, for terminals without colour."""
GAP = "  "


def is_picture(shape: Sequence[int]) -> bool:
    """Whether an example of this shape is height, width and 1, 3 or 4 channels."""
    return len(shape) == 3 and shape[2] in (1, 3, 4) and min(shape[:2]) >= 2


def beside(pictures: Sequence[Array], low: float, high: float, width: int, *, plain: bool) -> list[Text]:
    """Pictures `[height, width, channels]` side by side as lines of text, `low` black and `high` white (or full
    colour). Larger ones are made smaller, so that no line is longer than `width`; `plain` uses no colour."""
    each = max(2, (width - len(GAP) * (len(pictures) - 1)) // max(1, len(pictures)))
    drawn = [_lines(_levels(smaller(picture, each), low, high), plain=plain) for picture in pictures]
    return [Text(GAP).join(row) for row in zip(*drawn, strict=True)]


def smaller(picture: Array, width: int) -> Array:
    """A picture at most `width` points wide, each point the mean of those that it stands for."""
    plain = picture.astype(np.float64)
    if plain.shape[1] <= width:
        return plain
    height = max(1, round(plain.shape[0] * width / plain.shape[1]))
    return _means(_means(plain, height, 0), width, 1)


def _means(values: Array, count: int, axis: int) -> Array:
    edges = np.linspace(0, values.shape[axis], count + 1).astype(int)
    parts = [values.take(range(a, max(a + 1, b)), axis).mean(axis) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return np.stack(parts, axis)


def _levels(picture: Array, low: float, high: float) -> Array:
    """Red, green and blue from 0 to 255; what is not solid stands on black."""
    width = high - low
    scaled = np.nan_to_num((picture - low) / width if width > 0 else np.zeros_like(picture)).clip(0, 1)
    if scaled.shape[2] == 4:
        scaled = scaled[..., :3] * scaled[..., 3:]
    elif scaled.shape[2] == 1:
        scaled = np.repeat(scaled, 3, axis=2)
    levels: Array = np.rint(255 * scaled).astype(int)
    return levels


def _lines(levels: Array, *, plain: bool) -> list[Text]:
    if len(levels) % 2:
        levels = np.concatenate([levels, np.zeros_like(levels[:1])])
    pairs = zip(levels[::2], levels[1::2], strict=True)
    return [_inked(top, bottom) if plain else _coloured(top, bottom) for top, bottom in pairs]


def _coloured(top: Array, bottom: Array) -> Text:
    line = Text()
    for above, below in zip(top, bottom, strict=True):
        line.append(UPPER, f"{_rgb(above)} on {_rgb(below)}")
    return line


def _rgb(point: Array) -> str:
    return f"rgb({point[0]},{point[1]},{point[2]})"


def _inked(top: Array, bottom: Array) -> Text:
    brightness = ((top + bottom) / 2).mean(axis=1) / 255
    return Text("".join(INK[round(float(level) * (len(INK) - 1))] for level in brightness))
