"""A confusion matrix as a table of cells, and the mistakes that are made most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SHADES = " ░▒▓█"
PLAIN_SHADES = " .o#@"


@dataclass(frozen=True, slots=True)
class Confusion:
    """`counts[i, j]`: how many of class i were taken for class j. `part` names the data, `step` when."""

    counts: Array
    classes: tuple[str, ...]
    part: str = "validation"
    step: int = 0

    @property
    def right(self) -> float:
        """The share of all that was right."""
        total = float(self.counts.sum())
        return float(np.trace(self.counts)) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Mistake:
    """Of `total` of class `true`, `count` were taken for `taken`."""

    true: str
    taken: str
    count: int
    total: int

    def __str__(self) -> str:
        return f"{self.true} taken for {self.taken}: {self.count} of {self.total}"


def mistakes(confusion: Confusion, most: int) -> list[Mistake]:
    """The mistakes made most, the commonest first."""
    off = confusion.counts - np.diag(np.diag(confusion.counts))
    order = np.argsort(-off, axis=None, kind="stable")[:most]
    pairs = [divmod(int(at), off.shape[1]) for at in order]
    names = confusion.classes
    return [
        Mistake(names[i], names[j], round(float(off[i, j])), round(float(confusion.counts[i].sum())))
        for i, j in pairs
        if off[i, j] > 0
    ]


def recalls(confusion: Confusion) -> Array:
    """Of each class, the share that was found; NaN where there is none of it."""
    totals = confusion.counts.sum(1)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Array = np.diag(confusion.counts) / totals
    return found


def shades(confusion: Confusion, plain: bool = False) -> list[str]:
    """A sign a cell: how large a share of the true class it holds; for more classes than there is room for numbers."""
    totals = np.maximum(confusion.counts.sum(1, keepdims=True), 1)
    share = confusion.counts / totals
    signs = PLAIN_SHADES if plain else SHADES
    # a single mistake is seen: every count above 0 has at least the lightest sign
    level = np.where(share > 0, np.maximum(1, np.rint(share * (len(signs) - 1))), 0).astype(int)
    return ["".join(signs[k] * 2 for k in row) for row in level.tolist()]


def cell_width(confusion: Confusion) -> int:
    """How wide a column of numbers is."""
    return max(len(f"{int(confusion.counts.max()):d}") if confusion.counts.size else 1, 2) + 1


def shortened(names: Sequence[str], width: int) -> list[str]:
    """Names in so many signs, as heads of columns."""
    return [name if len(name) <= width else name[:width] for name in names]
