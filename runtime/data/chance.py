"""Random numbers that are the same on every machine and under every NumPy: Philox words and exact arithmetic.

NumPy promises the words of its bit generators, but not what its distributions make of them, and logarithm and
cosine differ in the last bit between machines. So only sums, products and comparisons are used here.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPLIT, NOISE, CENTRES, STAND_IN = range(4)
"""What words are drawn for; each use has its own stream, so that none disturbs another."""

PIECE = 1 << 18
"""Numbers made at a time, so that twelve draws for each never lie in memory for all of them."""


def words(seed: int, use: int, count: int) -> NDArray[np.uint64]:
    """`count` words of 64 bits from Philox 4x64-10 with the key (seed, use)."""
    drawn: NDArray[np.uint64] = _source(seed, use).random_raw(count)
    return drawn


def _source(seed: int, use: int) -> np.random.Philox:
    return np.random.Philox(key=np.array([seed % 2**64, use], np.uint64))


def shuffled(seed: int, use: int, count: int) -> NDArray[np.int64]:
    """The numbers 0 to count - 1 in a random order."""
    return np.argsort(words(seed, use, count), kind="stable").astype(np.int64)


def uniform(seed: int, use: int, shape: tuple[int, ...]) -> Floats:
    """Numbers in [0, 1), each a multiple of 2^-53."""
    drawn = words(seed, use, math.prod(shape)) >> np.uint64(11)
    return (drawn.astype(np.float64) * 2.0**-53).reshape(shape)


def normal(seed: int, use: int, shape: tuple[int, ...]) -> Floats:
    """Nearly normal numbers, mean 0 and deviation 1: the sum of twelve uniform ones less 6 (so within +-6).

    Source: the Irwin-Hall distribution.
    """
    source, count = _source(seed, use), math.prod(shape)
    values = np.empty(count)
    for first in range(0, count, PIECE):
        size = min(PIECE, count - first)
        # two numbers of 32 bits from each word: the sum of whole numbers is exact in any order
        drawn = source.random_raw(6 * size).view(np.uint32).reshape(size, 12)
        values[first : first + size] = drawn.sum(axis=1, dtype=np.uint64).astype(np.float64) * 2.0**-32 - 6.0
    return values.reshape(shape)


def on_circle(turns: Floats) -> tuple[Floats, Floats]:
    """Cosine and sine of so many full turns (1 is 360 degrees), by power series about the nearest turn."""
    angle = (turns - np.floor(turns + 0.5)) * (2 * math.pi)
    square = angle * angle
    cosine, sine = np.zeros_like(angle), np.zeros_like(angle)
    # 15 terms leave less than 1e-15 at half a turn
    for term in range(15, -1, -1):
        cosine = cosine * square + (-1.0) ** term / math.factorial(2 * term)
        sine = sine * square + (-1.0) ** term / math.factorial(2 * term + 1)
    return cosine, sine * angle
