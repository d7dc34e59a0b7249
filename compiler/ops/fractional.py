"""Pools whose windows stand unevenly, so that a picture becomes smaller by any factor.

n windows of k points along an axis of m: window i begins at floor((i + u) a) - floor(u a) with a = (m - k) / (n - 1),
the last one at m - k. u, from 0 to 1, moves them about: two numbers an example, for height and width.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ..errors import ShapeError
from ..types import TensorType
from .op import REGISTRY, Draw, op

Pair = tuple[int, int]
ALMOST_ONE = 0.999999
ATTRS: dict[str, object] = {"places": ..., "size": ...}
CASES: tuple[tuple[tuple[int, int, int, int], dict[str, Pair]], ...] = (
    ((2, 7, 9, 3), {"places": (5, 6), "size": (2, 2)}),
    ((3, 5, 4, 17), {"places": (1, 3), "size": (3, 1)}),
    ((2, 6, 6, 1), {"places": (2, 5), "size": (3, 2)}),
)


def between(old: int, new: int, window: int) -> float:
    """How far apart windows stand on average."""
    return (old - window) / (new - 1) if new > 1 else 0.0


def begins(u: Any, old: int, new: int, window: int) -> Any:
    """(B, new): the first point of each window along an axis; u: (B,)."""
    # what is no number stands at the beginning
    u = np.clip(np.nan_to_num(np.asarray(u, np.float64)), 0.0, ALMOST_ONE)[:, None]
    step = between(old, new, window)
    found = (np.floor((np.arange(new) + u) * step) - np.floor(u * step)).astype(np.int64)
    found[:, -1] = old - window
    return found


def _seen(x: Any, u: Any, places: Pair, size: Pair) -> tuple[Any, Any, Any]:
    """(B, oh, ow, kh kw, C), the picture as each window sees it; and the rows and columns that it sees."""
    top, left = (begins(u[:, n], x.shape[1 + n], places[n], size[n]) for n in (0, 1))
    rows = top[:, :, None, None, None] + np.arange(size[0])[:, None]
    columns = left[:, None, :, None, None] + np.arange(size[1])
    shape = (len(x), *places, size[0] * size[1])
    rows, columns = (np.broadcast_to(part, (len(x), *places, *size)).reshape(shape) for part in (rows, columns))
    return x[np.arange(len(x))[:, None, None, None], rows, columns], rows, columns


def _draws(*, back: bool) -> tuple[Draw, ...]:
    found = list[Draw]()
    for shape, case in CASES:
        y = (shape[0], *case["places"], shape[3])
        found.append(Draw((y, shape, y, (shape[0], 2)) if back else (shape, (shape[0], 2)), "normal", case))
    return tuple(found)


@op("... -> ...", kind="movement", attrs=ATTRS, draws=_draws(back=False))
def fractional_max(x: Any, u: Any, *, places: Pair, size: Pair) -> Any:
    """y[b, i, j, c] = the largest of x in window i, j, which stands where u[b] puts it.

    x: B H W C, u: (B, 2), y: B, places, C. The gradient goes to the first of several largest.
    Source: Graham 2014, arXiv:1412.6071.
    """
    seen, _, _ = _seen(np.asarray(x), np.asarray(u), places, size)
    return seen.max(axis=3)


@fractional_max.shape
def _(x: TensorType, u: TensorType, *, places: Pair, size: Pair) -> TensorType:
    height, width, channels = cast("tuple[int, int, int]", x.shape[1:])
    if u.shape != (x.shape[0], 2) or height < size[0] or width < size[1] or min(places) < 1:
        raise ShapeError(f"fractional_max: {places} windows of {size} on {x}, moved by {u}")
    return TensorType((x.shape[0], *places, channels), x.dtype)


fractional_max.vjp(lambda g, y, x, u, **how: (REGISTRY["fractional_max_back"](g, x, y, u, **how), None))


@op(
    "... -> ...",
    kind="movement",
    attrs=ATTRS,
    draws=_draws(back=True),
    because="second order through windows that stand by chance is not built; the first has a rule of its own",
)
def fractional_max_back(g: Any, x: Any, y: Any, u: Any, *, places: Pair, size: Pair) -> Any:
    """(B, places, C) -> (B, H, W, C): each g goes to the first x in its window that is y.  Source: own."""
    x, g = np.asarray(x), np.asarray(g)
    seen, rows, columns = _seen(x, np.asarray(u), places, size)
    hits = seen == np.asarray(y)[:, :, :, None]
    first = hits & (np.cumsum(hits, axis=3) == 1)
    made = np.zeros_like(x)
    np.add.at(made, (np.arange(len(x))[:, None, None, None], rows, columns), first * g[:, :, :, None])
    return made


fractional_max_back.shape(lambda g, x, y, u, **how: x)
FRACTIONAL = frozenset({"fractional_max", "fractional_max_back"})
