"""How a tensor lies in memory.

A buffer is a matrix of rows: the axes in `order` are split in two, the first `split` of them count the rows,
the others lie one after another inside a row, and rows are `pitch` elements apart. With a row of one element
the pitch is 1; otherwise it is a multiple of `PAD`, and **after every kernel the pad holds zeros**.
"""

from __future__ import annotations

from dataclasses import dataclass

from .types import Dim, Shape, product

PAD = 16
"""Elements a row is rounded up to, on every machine: layout, and so results, do not depend on the lanes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`order[i]` is the logical axis that lies at physical position i."""

    order: tuple[int, ...]
    split: int
    pitch: int

    def rows(self, shape: Shape) -> Dim:
        return product(shape[axis] for axis in self.order[: self.split])

    def columns(self, shape: Shape) -> int:
        """Elements really in a row (always a known size)."""
        count = product(shape[axis] for axis in self.order[self.split :])
        assert isinstance(count, int), f"a row of {shape} has no known size at split {self.split}"
        return count

    def __str__(self) -> str:
        axes = [str(axis) for axis in self.order]
        return f"<{' '.join(axes[: self.split])}|{' '.join(axes[self.split :])}:{self.pitch}>"


APART = 256
"""Elements: rows whole multiples of this apart would share the same few places of a cache."""


def padded(columns: int) -> int:
    """The pitch of rows of `columns` elements."""
    pitch = 1 if columns == 1 else -(-columns // PAD) * PAD
    return pitch + PAD if pitch % APART == 0 else pitch


def plain(shape: Shape, split: int | None = None, order: tuple[int, ...] | None = None) -> Layout:
    """The layout with rows from axis `split` on (default: after the first axis; a vector of known size is
    one row, a number or a vector of unknown size has rows of one element)."""
    order = tuple(range(len(shape))) if order is None else order
    if split is None:
        known_vector = len(shape) == 1 and isinstance(shape[0], int)
        split = 0 if known_vector else min(1, len(shape))
    layout = Layout(order, split, 1)
    return Layout(order, split, padded(layout.columns(shape)))
