"""Windows that move over pictures: what convolutions and pools are made of.

A picture is `B H W C`. A window of `size` (height, width), its points `dilation` apart, stands at oh x ow places
that are `stride` apart on the picture with `pad` (above, below, left, right) round it:
oh = (H + above + below - dilation (size - 1) - 1) // stride + 1.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..types import Dim, Shape, Size, TensorType, product
from .op import REGISTRY, normal, op

Pair = tuple[int, int]
Pad = tuple[int, int, int, int]
ATTRS: dict[str, object] = {"size": ..., "stride": (1, 1), "pad": (0, 0, 0, 0), "dilation": (1, 1)}
CASES: tuple[dict[str, Any], ...] = (
    {"size": (2, 2), "stride": (2, 2)},
    {"size": (3, 2), "stride": (1, 2), "pad": (1, 2, 0, 1)},
    {"size": (2, 3), "dilation": (2, 1), "pad": (0, 1, 1, 1)},
)
PICTURE = (2, 5, 6, 3)


def places(height: int, width: int, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Pair:
    """At how many places a window stands, down and across. Raises ShapeError where it does not fit."""
    reach = (dilation[0] * (size[0] - 1) + 1, dilation[1] * (size[1] - 1) + 1)
    room = (height + pad[0] + pad[1] - reach[0], width + pad[2] + pad[3] - reach[1])
    if min(room) < 0:
        raise ShapeError(f"a window of {reach} does not fit a picture of {(height, width)} with {pad} round it")
    return room[0] // stride[0] + 1, room[1] // stride[1] + 1


def _found(x: TensorType, **how: Any) -> Pair:
    _, height, width, _ = x.shape
    assert isinstance(height, int) and isinstance(width, int), "a picture has a known size"  # noqa: PT018
    return places(height, width, **how)


def standing(x: Any, size: Pair, stride: Pair, pad: Pad, dilation: Pair, fill: float = 0.0) -> Any:
    """(B, oh, ow, kh, kw, C): the picture as each window sees it."""
    b, height, width, c = x.shape
    down, across = places(height, width, size, stride, pad, dilation)
    wide = np.pad(x, ((0, 0), pad[:2], pad[2:], (0, 0)), constant_values=fill)
    made = np.empty((b, down, across, *size, c), x.dtype)
    for ky in range(size[0]):
        for kx in range(size[1]):
            top, left = ky * dilation[0], kx * dilation[1]
            rows = slice(top, top + stride[0] * (down - 1) + 1, stride[0])
            made[:, :, :, ky, kx] = wide[:, rows, left : left + stride[1] * (across - 1) + 1 : stride[1]]
    return made


def laid_back(g: Any, height: int, width: int, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """The adjoint of `standing`: what every window holds, added up where it came from."""
    b, down, across, kh, kw, c = g.shape
    wide = np.zeros((b, height + pad[0] + pad[1], width + pad[2] + pad[3], c), g.dtype)
    for ky in range(kh):
        for kx in range(kw):
            top, left = ky * dilation[0], kx * dilation[1]
            rows = slice(top, top + stride[0] * (down - 1) + 1, stride[0])
            wide[:, rows, left : left + stride[1] * (across - 1) + 1 : stride[1]] += g[:, :, :, ky, kx]
    return wide[:, pad[0] : pad[0] + height, pad[2] : pad[2] + width]


@op("... -> ...", kind="movement", attrs=ATTRS, draws=tuple(normal(PICTURE, **case) for case in CASES))
def windows(x: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """x (B, H, W, C) -> (B oh ow, kh kw C): a row for each place of the window, zeros outside.

    A convolution is this times its filters.  Source: Chellapilla, Puri & Simard 2006.
    """
    seen = standing(np.asarray(x), size, stride, pad, dilation)
    return seen.reshape(-1, seen.shape[3] * seen.shape[4] * seen.shape[5])


@windows.shape
def _(x: TensorType, *, size: Pair, **how: Any) -> TensorType:
    columns = product((*size, x.shape[3]))
    return TensorType((product((x.shape[0], *_found(x, size=size, **how))), columns), x.dtype)


@windows.vjp
def _(g: Any, _y: Any, x: Any, **how: Any) -> Any:
    _, height, width, channels = x.type.shape
    return (REGISTRY["unwindows"](g, picture=(height, width, channels), **how),)


@op(
    "... -> ...",
    kind="movement",
    attrs={"picture": ..., **ATTRS, "table": False},
    draws=(
        normal((12, 12), picture=(5, 6, 3), **CASES[0]),
        normal((12, 12), picture=(5, 6, 3), table=True, **CASES[0]),
        normal((36, 18), picture=(5, 6, 3), **CASES[1]),
        normal((48, 18), picture=(5, 6, 3), **CASES[2]),
    ),
)
def unwindows(
    g: Any, *, picture: tuple[int, int, int], size: Pair, stride: Pair, pad: Pad, dilation: Pair, table: bool
) -> Any:
    """(B oh ow, kh kw C) -> (B, H, W, C): every number added up where its window took it from. As a `table` the result
    is (B H W, C), a row for each point.  Source: own."""
    height, width, channels = picture
    down, across = places(height, width, size, stride, pad, dilation)
    parts = np.asarray(g).reshape(-1, down, across, *size, channels)
    made = laid_back(parts, height, width, stride, pad, dilation)
    return made.reshape(-1, channels) if table else made


@unwindows.shape
def _(g: TensorType, *, picture: tuple[int, int, int], table: bool, **how: Any) -> TensorType:
    down, across = places(picture[0], picture[1], **how)
    shape = (_share(g.shape[0], down * across), *picture)
    return TensorType((product(shape[:3]), shape[3]) if table else shape, g.dtype)


@unwindows.vjp
def _(g: Any, _y: Any, x: Any, *, picture: tuple[int, int, int], table: bool, **how: Any) -> Any:
    if table:
        down, across = places(picture[0], picture[1], **how)
        g = REGISTRY["reshape"](g, shape=(_share(x.type.shape[0], down * across), *picture))
    return (windows(g, **how),)


def in_picture(made: TensorType, picture: tuple[int, int, int]) -> TensorType:
    """The type of a picture (B, H, W, C), given it or its table."""
    if made.rank == len(picture) + 1:
        return made
    return TensorType((_share(made.shape[0], picture[0] * picture[1]), *picture), made.dtype)


def _share(rows: Dim, each: int) -> Dim:
    """How many pictures have so many rows, `each` of them a picture's."""
    if isinstance(rows, Size):
        return Size(rows.factor // each, rows.names)
    return rows // each


def _pooled(x: TensorType, **how: Any) -> TensorType:
    return TensorType((x.shape[0], *_found(x, **how), x.shape[3]), x.dtype)


@op("... -> ...", kind="movement", attrs=ATTRS, draws=tuple(normal(PICTURE, **case) for case in CASES))
def pool_max(x: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """y[b, i, j, c] = the largest of x in the window at i, j; what lies outside does not count.

    The gradient goes to the first of several largest.  Source: Riesenhuber & Poggio 1999.
    """
    return standing(np.asarray(x), size, stride, pad, dilation, -np.inf).max(axis=(3, 4))


pool_max.shape(_pooled)
pool_max.vjp(lambda g, y, x, **how: (REGISTRY["pool_max_back"](g, x, y, **how),))


def _first(x: Any, y: Any, **how: Any) -> Any:
    """(B, oh, ow, kh kw, C): 1 where the window's first largest stands."""
    seen = standing(np.asarray(x), fill=-np.inf, **how)
    b, down, across, kh, kw, c = seen.shape
    hits = seen.reshape(b, down, across, kh * kw, c) == np.asarray(y)[:, :, :, None]
    return hits & (np.cumsum(hits, axis=3) == 1)


def _back_draw(case: dict[str, Any]) -> Any:
    down, across = places(PICTURE[1], PICTURE[2], **{"stride": (1, 1), "pad": (0, 0, 0, 0), "dilation": (1, 1), **case})
    pooled: Shape = (PICTURE[0], down, across, PICTURE[3])
    return normal(pooled, PICTURE, pooled, **case)  # type: ignore[arg-type]


@op(
    "... -> ...",
    kind="movement",
    attrs=ATTRS,
    draws=tuple(_back_draw(case) for case in CASES),
)
def pool_max_back(g: Any, x: Any, y: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """(B, oh, ow, C) -> (B, H, W, C): each g goes to the first x in its window that is y.  Source: own."""
    first = _first(x, y, size=size, stride=stride, pad=pad, dilation=dilation)
    spread = (first * np.asarray(g)[:, :, :, None]).reshape(*np.shape(g)[:3], *size, np.shape(g)[3])
    height, width = np.shape(x)[1:3]
    return laid_back(spread, height, width, stride, pad, dilation)


pool_max_back.shape(lambda g, x, y, **how: x)
pool_max_back.vjp(lambda g, _, h, x, y, **how: (REGISTRY["pool_max_pick"](g, x, y, **how), None, None))


def _pick_draw(case: dict[str, Any]) -> Any:
    return replace(draw := _back_draw(case), shapes=(PICTURE, *draw.shapes[1:]))


@op("... -> ...", kind="movement", attrs=ATTRS, draws=tuple(_pick_draw(case) for case in CASES))
def pool_max_pick(z: Any, x: Any, y: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """(B, H, W, C) -> (B, oh, ow, C): of each window, the z that lies where the first x stands that is y.  Source: own.

    The adjoint of `pool_max_back`; where x is no longer y's picture and nothing hits, 0.
    """
    first = _first(x, y, size=size, stride=stride, pad=pad, dilation=dilation)
    seen = standing(np.asarray(z), size, stride, pad, dilation)
    return (first * seen.reshape(first.shape)).sum(axis=3)


pool_max_pick.shape(lambda z, x, y, **how: y)
pool_max_pick.vjp(lambda g, _, z, x, y, **how: (pool_max_back(g, x, y, **how), None, None))


@op("... -> ...", kind="movement", attrs=ATTRS, draws=tuple(normal(PICTURE, **case) for case in CASES))
def pool_sum(x: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """y[b, i, j, c] = the sum of x in the window at i, j.  Source: own."""
    return standing(np.asarray(x), size, stride, pad, dilation).sum(axis=(3, 4))


pool_sum.shape(_pooled)
pool_sum.vjp(lambda g, _, x, **how: (REGISTRY["pool_spread"](g, picture=x.type.shape[1:3], **how),))


@op(
    "... -> ...",
    kind="movement",
    attrs={"picture": ..., **ATTRS},
    draws=(
        normal((2, 2, 3, 3), picture=(5, 6), **CASES[0]),
        normal((2, 6, 3, 3), picture=(5, 6), **CASES[1]),
        normal((2, 4, 6, 3), picture=(5, 6), **CASES[2]),
    ),
)
def pool_spread(g: Any, *, picture: Pair, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """(B, oh, ow, C) -> (B, H, W, C): every g added to all places of its window.  Source: own."""
    g = np.asarray(g)
    spread = np.broadcast_to(g[:, :, :, None, None], (*g.shape[:3], *size, g.shape[3]))
    return laid_back(spread, *picture, stride, pad, dilation)


@pool_spread.shape
def _(g: TensorType, *, picture: Pair, **_how: Any) -> TensorType:
    return TensorType((g.shape[0], *picture, g.shape[3]), g.dtype)


pool_spread.vjp(lambda g, _, x, *, picture, **how: (pool_sum(g, **how),))
WINDOWED = frozenset(name for name in ("windows", "unwindows", "pool_max", "pool_max_back", "pool_sum", "pool_spread"))
