"""A picture seen through an affine map: what shifts, turns, zooms and crops of pictures are made of."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..types import TensorType
from .op import normal, op

NUMBERS = 6
"""How many numbers an affine map of the plane has."""


def _neighbours(at: Any, length: int, *, nearest: bool, edge: bool) -> list[tuple[Any, Any]]:
    """The two points of an axis round each place, and how much each counts; `edge`: the ends go on for ever."""
    low, high = (0.0, length - 1.0) if edge else (-1.0, float(length))
    # what lies further away is as far as it is: and NaN lies there, too
    at = np.where(at > low, np.minimum(at, high), low)
    first = np.floor(at + 0.5 if nearest else at).astype(np.int64)
    share = np.zeros_like(at) if nearest else at - first
    found = []
    for place, part in ((first, 1.0 - share), (first + 1, share)):
        inside = (place >= 0) & (place < length)
        found.append((np.clip(place, 0, length - 1), np.where(inside, part, 0.0)))
    return found


@op(
    "... -> ...",
    kind="movement",
    attrs={"size": ..., "nearest": False, "edge": False},
    draws=(
        normal((3, 5, 4, 3), (3, 6), size=(4, 6)),
        normal((3, 5, 4, 1), (3, 6), size=(5, 4), edge=True),
        normal((2, 4, 6, 2), (2, 6), size=(3, 3), nearest=True),
        normal((2, 4, 6, 17), (2, 6), size=(4, 6), nearest=True, edge=True),
    ),
    because="it moves pictures of the data, from which nothing is learned by going back",
)
def warp(x: Any, map: Any, *, size: tuple[int, int], nearest: bool, edge: bool) -> Any:
    """y[b, i, j] = x[b] at (m0 v + m1 u + m2, m3 v + m4 u + m5), v and u being i and j from the middle of y, and the
    place counted from the middle of x: bilinear between four points, or the `nearest`; 0 outside, or the `edge`.

    x: B H W C, m = map[b]: six numbers, y: B, size, C.  Source: Catmull & Smith 1980 (as one bilinear pass).
    """
    x, map = np.asarray(x), np.asarray(map, np.float64)[:, None, None, :]
    down, across = x.shape[1:3]
    v = (np.arange(size[0]) - (size[0] - 1) / 2)[:, None]
    u = (np.arange(size[1]) - (size[1] - 1) / 2)[None, :]
    rows = map[..., 0] * v + map[..., 1] * u + map[..., 2] + (down - 1) / 2
    columns = map[..., 3] * v + map[..., 4] * u + map[..., 5] + (across - 1) / 2
    batch = np.arange(len(x))[:, None, None]
    made = np.zeros((len(x), *size, x.shape[3]))
    for i, of_row in _neighbours(rows, down, nearest=nearest, edge=edge):
        for j, of_column in _neighbours(columns, across, nearest=nearest, edge=edge):
            made += (of_row * of_column)[..., None] * x[batch, i, j]
    return made.astype(x.dtype)


@warp.shape
def _(x: TensorType, map: TensorType, *, size: tuple[int, int], **_how: Any) -> TensorType:
    if x.rank != 4 or map.shape != (x.shape[0], NUMBERS) or min(size) < 1:
        raise ShapeError(f"warp: {x} through {map} to {size}")
    return TensorType((x.shape[0], *size, x.shape[3]), x.dtype)
