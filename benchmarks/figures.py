"""Medians, spreads and ratios of measured times."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

Rounds = Sequence[Mapping[str, float]]
"""For each round, each engine's seconds a step (the median of its turn). An engine that failed is missing."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some numbers, and where a tenth of them lies below and above."""

    median: float
    low: float
    high: float

    @staticmethod
    def of(numbers: Sequence[float]) -> Spread:
        """Raises ValueError for no numbers at all."""
        if not numbers:
            raise ValueError("a median of nothing")
        if len(numbers) == 1:
            return Spread(numbers[0], numbers[0], numbers[0])
        tenths = quantiles(numbers, n=10, method="inclusive")
        return Spread(median(numbers), tenths[0], tenths[-1])


def times(rounds: Rounds, engine: str) -> Spread:
    """Seconds a step of an engine over all rounds it took part in."""
    return Spread.of([taken[engine] for taken in rounds if engine in taken])


def ratios(rounds: Rounds, engine: str, ours: str) -> Spread:
    """How many times as long as ours the engine takes. Each round gives one ratio, so that what slows the machine
    for a while slows both of its sides; over 1: ours is faster."""
    return Spread.of([taken[engine] / taken[ours] for taken in rounds if engine in taken and ours in taken])


def agree(ours: Sequence[float], theirs: Sequence[float], share: float) -> str | None:
    """None where the numbers agree to a share of the largest of ours; else what differs most."""
    if len(ours) != len(theirs):
        return f"{len(theirs)} numbers against {len(ours)}"
    scale = max(abs(number) for number in ours)
    worst = max(range(len(ours)), key=lambda i: _apart(ours[i], theirs[i]))
    if _apart(ours[worst], theirs[worst]) <= share * scale:
        return None
    return f"number {worst + 1} is {theirs[worst]:.6g} against {ours[worst]:.6g}"


def _apart(one: float, other: float) -> float:
    """NaN agrees with nothing."""
    apart = abs(one - other)
    return math.inf if math.isnan(apart) else apart
