"""Which convolutions go by minimal filtering (`winograd`), and in which groups their tiles are gone through."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .blocking import WORTH_SHARING
from .column_sums import HEAD, PARTS

POINTS, SIDE, FREE = 4, 2, 16
"""Points of a tile along a side, results of it, and products of a tile for each channel and filter."""
GROUP, FEWEST = 1 << 13, 8
"""Numbers of a group of tiles, points and results (32 kB), and how many tiles it has at least."""
LEAST_SUMMED = 16
"""Tiles that a group may have at least where sums go on over all of them: each group fetches and puts back every sum."""
MOST_CHANGED = 1 << 17
"""Changed filters that a thread may have of its own, in numbers (half a megabyte: they stay in the second-level
cache)."""
LARGEST_PARTS = 1 << 19
"""Numbers that the parts of a sum may take, at most (2 MB)."""
HELD = 1 << 14
"""Numbers of the padded picture that a thread holds at once where rows are few enough."""


@dataclass(frozen=True, slots=True)
class Tiles:
    """How the tiles of a picture are gone through."""

    high: int
    """Tiles of a picture down; `wide`: across."""
    wide: int
    bands: int
    """A picture is cut into so many bands of equal height, which threads share."""
    low: int
    """Rows of tiles in a group; `long`: tiles of a row. `low` divides the rows of a band."""
    long: int

    @property
    def down(self) -> int:
        """Rows of tiles in a band."""
        return self.high // self.bands

    @property
    def count(self) -> int:
        """Tiles of a group."""
        return self.low * self.long


def suits(slide: dict[str, Any], columns: int) -> bool:
    """Whether it pays for a convolution to `columns` channels: its kind, and fewer cycles than the plain sums take."""
    plain = slide["kernel"] == [3, 3] and slide["stride"] == [1, 1] and slide["dilation"] == [1, 1]
    channels = int(slide["size"][2])
    if not plain or min(slide["places"]) < POINTS or FREE * channels * padded(columns) > MOST_CHANGED:
        return False
    read, written = padded(channels) // 16, padded(columns) // 16
    # vectors of 16: multiply-adds two a cycle; loads, sums and stores of a tile as counted from what is written below
    direct = 4 * 9 * channels * written / 2
    return FREE * channels * written / 2 + 40 * read + 28 * written < 0.8 * direct


def done_of(slide: dict[str, Any]) -> Fraction:
    """Of the multiply-adds of the plain sums, the share that is left: a little over 16/36 where sizes are odd."""
    down, across = slide["places"]
    return Fraction(FREE * -(-down // SIDE) * -(-across // SIDE), 9 * down * across)


def padded(channels: int) -> int:
    """Numbers of a row of channels, in whole vectors of any machine."""
    return -(-channels // 16) * 16


def most_tiles(channels: int, columns: int) -> int:
    """Tiles of a group whose points and results stay in the first-level cache."""
    return max(FEWEST, GROUP // (FREE * (padded(channels) + padded(columns))))


def tiles_of(slide: dict[str, Any], columns: int) -> Tiles:
    """Bands no larger than a thread may hold, more than one where a picture is worth sharing. Groups of whole rows of
    tiles, or of parts of one: the last part begins further left where they do not come out even."""
    high, wide = (-(-n // SIDE) for n in slide["places"])
    channels = slide["size"][2]
    most = most_tiles(channels, columns)
    long = -(-wide // -(-wide // most))
    work = 9 * channels * columns * slide["places"][0] * slide["places"][1]
    return _in_groups(high, wide, 2 if work >= WORTH_SHARING and high > 1 else 1, long, most, channels)


def apart(slide: dict[str, Any], columns: int) -> Tiles:
    """The same for sums over all tiles: no two groups share one, since it would count twice, and groups may be larger
    (`LEAST_SUMMED`)."""
    high, wide = (-(-n // SIDE) for n in slide["places"])
    channels = slide["size"][2]
    most = max(LEAST_SUMMED, most_tiles(channels, columns))
    long = max(n for n in range(1, wide + 1) if wide % n == 0 and (n == 1 or n <= most))
    return _in_groups(high, wide, 1, long, most, channels)


def _in_groups(high: int, wide: int, least: int, long: int, most: int, channels: int) -> Tiles:
    row = (SIDE * wide + 2) * channels
    bands = next(b for b in range(least, high + 1) if (high % b == 0 and _held(high // b, row)) or b == high)
    low = max(n for n in range(1, high // bands + 1) if (high // bands) % n == 0 and (n == 1 or n * long <= most))
    return Tiles(high, wide, bands, low, long)


def _held(down: int, row: int) -> bool:
    return (SIDE * down + 2) * row <= HELD


def room_of(channels: int, pitch: int) -> int:
    """Numbers that the parts of a gradient to filters take in the space that threads share, with those in front."""
    return HEAD + PARTS * 9 * channels * pitch


def suits_filters(slide: dict[str, Any], columns: int) -> bool:
    """Whether the gradient to filters goes this way too: its parts must find room."""
    return suits(slide, columns) and room_of(slide["size"][2], padded(columns)) <= LARGEST_PARTS
