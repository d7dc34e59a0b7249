"""Which examples make up each step: an order an epoch, drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .data.chance import shuffled

Rows = npt.NDArray[np.int64]
ORDER_USE = 7_000_000
"""Keeps the epochs' orders apart from other uses of the seed."""


@dataclass(frozen=True, slots=True)
class Order:
    """The steps of every epoch over `rows`; the last batch is short unless it is dropped."""

    rows: Rows
    batch: int
    drop_last: bool
    seed: int

    @property
    def steps(self) -> int:
        """Steps an epoch."""
        whole, rest = divmod(len(self.rows), self.batch)
        return whole if (self.drop_last and whole) or not rest else whole + 1

    def epoch(self, epoch: int) -> Rows:
        """The epoch's rows in their order (epochs count from 0)."""
        return self.rows[shuffled(self.seed, ORDER_USE + epoch, len(self.rows))]

    def batch_of(self, step: int) -> int:
        """How many examples the epoch's step has."""
        return min(self.batch, len(self.rows) - step * self.batch)
