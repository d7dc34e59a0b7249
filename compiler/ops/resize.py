"""Pictures at another size: what lies between their points is the nearest of them, or in proportion between four.

Place i of n new ones along an axis of m old ones stands at (i + 0.5) m / n - 0.5: both pictures have the same edges.
Beyond the first and the last point the ends go on.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..types import TensorType
from .op import REGISTRY, normal, op

Pair = tuple[int, int]
Table = list[tuple[int, int, float]]
SIZES: tuple[tuple[Pair, Pair], ...] = (((3, 5), (6, 10)), ((5, 4), (3, 7)), ((4, 1), (6, 3)), ((2, 3), (2, 3)))


def between(old: int, new: int, *, nearest: bool) -> Table:
    """For each new place of an axis: the old points before and behind it, and the share of the one behind."""
    found: Table = []
    for i in range(new):
        if nearest:
            # the middle of the new place, in whole numbers: no rounding
            point = min((2 * i + 1) * old // (2 * new), old - 1)
            found.append((point, point, 0.0))
            continue
        at = min(max((i + 0.5) * old / new - 0.5, 0.0), old - 1.0)
        first = int(at)
        found.append((first, min(first + 1, old - 1), at - first))
    return found


def _matrix(old: int, new: int, *, nearest: bool) -> Any:
    """(new, old): the share of each old point in each new place."""
    made = np.zeros((new, old))
    for i, (first, second, share) in enumerate(between(old, new, nearest=nearest)):
        made[i, first] += 1.0 - share
        made[i, second] += share
    return made


def _draws(*, back: bool) -> Any:
    found = []
    for old, new in SIZES:
        for channels, nearest in ((3, False), (17, True)):
            if back:
                found.append(normal((2, *new, channels), picture=old, nearest=nearest))
            else:
                found.append(normal((2, *old, channels), size=new, nearest=nearest))
    return tuple(found)


@op("... -> ...", kind="movement", attrs={"size": ..., "nearest": False}, draws=_draws(back=False))
def resample(x: Any, *, size: Pair, nearest: bool) -> Any:
    """y[b, i, j] = x[b] at the place where i, j stands: in proportion between four points, or the `nearest`.

    x: B H W C, y: B, size, C.  Source: Catmull & Smith 1980.
    """
    x = np.asarray(x)
    down, across = (_matrix(old, new, nearest=nearest) for old, new in zip(x.shape[1:3], size, strict=True))
    return np.einsum("ih,jw,bhwc->bijc", down, across, x).astype(x.dtype)


@resample.shape
def _(x: TensorType, *, size: Pair, **_how: Any) -> TensorType:
    if x.rank != 4 or min(size) < 1:
        raise ShapeError(f"resample: {x} to {size}")
    return TensorType((x.shape[0], *size, x.shape[3]), x.dtype)


resample.vjp(lambda g, _, x, *, size, **how: (REGISTRY["resample_back"](g, picture=x.type.shape[1:3], **how),))


@op("... -> ...", kind="movement", attrs={"picture": ..., "nearest": False}, draws=_draws(back=True))
def resample_back(g: Any, *, picture: Pair, nearest: bool) -> Any:
    """Every g added to the points it came from, in proportion: the adjoint of `resample`.

    g: B H W C, result: B, picture, C.  Source: own.
    """
    g = np.asarray(g)
    down, across = (_matrix(old, new, nearest=nearest) for old, new in zip(picture, g.shape[1:3], strict=True))
    return np.einsum("ih,jw,bijc->bhwc", down, across, g).astype(g.dtype)


@resample_back.shape
def _(g: TensorType, *, picture: Pair, **_how: Any) -> TensorType:
    if g.rank != 4 or min(picture) < 1:
        raise ShapeError(f"resample_back: {g} to {picture}")
    return TensorType((g.shape[0], *picture, g.shape[3]), g.dtype)


resample_back.vjp(lambda g, _, x, *, picture, **how: (resample(g, size=x.type.shape[1:3], **how),))
RESAMPLED = frozenset({"resample", "resample_back"})
