"""Curves as signs: dots of braille, two wide and four high in a cell, or one ASCII sign a cell.

Later layers lie in front: the front layer owns a cell, so a bright line stays readable over its own dim band.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]], np.uint8)
"""The bit of each dot, by row and column of the cell."""
BLANK = 0x2800
NOBODY = -1
BAND_SIGN = "."


@dataclass(slots=True)
class Sheet:
    """`rows` x `width` cells. `dots` are the dots set in each, `owner` is the number of the layer that they belong
    to; NOBODY where there are none."""

    dots: npt.NDArray[np.uint8]
    owner: npt.NDArray[np.int16]

    @staticmethod
    def blank(width: int, rows: int) -> Sheet:
        """A sheet with nothing on it."""
        return Sheet(np.zeros((rows, width), np.uint8), np.full((rows, width), NOBODY, np.int16))

    @property
    def columns(self) -> int:
        """Columns of dots."""
        return 2 * int(self.dots.shape[1])

    def lay(self, on: npt.NDArray[np.bool_], owner: int, *, over: bool = True) -> None:
        """Put dots `[4 rows, 2 width]` on the sheet, in front of what is there (`over`), or behind it."""
        rows, width = self.dots.shape
        cells = (on.reshape(rows, 4, width, 2) * DOTS[None, :, None, :]).sum((1, 3)).astype(np.uint8)
        takes = cells > 0 if over else (cells > 0) & (self.owner == NOBODY)
        self.dots[takes] = cells[takes]
        self.owner[takes] = owner

    def row(self, at: int) -> list[tuple[str, int]]:
        """A row as runs of text of one owner."""
        owners, dots = self.owner[at], self.dots[at]
        edges = [0, *(np.flatnonzero(np.diff(owners)) + 1).tolist(), len(owners)]
        found = []
        for a, b in zip(edges[:-1], edges[1:], strict=True):
            if owners[a] == NOBODY:
                found.append((" " * (b - a), NOBODY))
            else:
                found.append(("".join(chr(BLANK + d) for d in dots[a:b].tolist()), int(owners[a])))
        return found


def heights(values: Array, low: float, high: float, dots: int, log: bool) -> Array:
    """The dot row (0 at the top) of each value; NaN stays. What lies outside stands at the edge."""
    if log:
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.where(values <= 0, np.log(low), np.log(values))
        low, high = float(np.log(low)), float(np.log(high))
    share = (high - values) / max(high - low, 1e-300)
    found: Array = np.clip(np.rint(share * (dots - 1)), 0, dots - 1)
    return found


def band(top: Array, bottom: Array, dots: int) -> npt.NDArray[np.bool_]:
    """Dots from `top` to `bottom` in each column; none where either is NaN."""
    rows = np.arange(dots)[:, None]
    with np.errstate(invalid="ignore"):
        found: npt.NDArray[np.bool_] = (rows >= top) & (rows <= bottom)
    return found


def stroke(at: Array, dots: int) -> npt.NDArray[np.bool_]:
    """A line through one row in each column, without gaps: a column reaches half way to its neighbours."""
    top, bottom = at.copy(), at.copy()
    step = np.diff(at)
    ahead = np.where(np.isnan(step), 0, step)
    half = np.trunc(ahead / 2)
    top[:-1] = np.fmin(top[:-1], at[:-1] + half)
    bottom[:-1] = np.fmax(bottom[:-1], at[:-1] + half)
    rest = ahead - half
    top[1:] = np.fmin(top[1:], at[1:] - rest + np.sign(rest))
    bottom[1:] = np.fmax(bottom[1:], at[1:] - rest + np.sign(rest))
    return band(top, bottom, dots)
