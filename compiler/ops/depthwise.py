"""Convolutions in which every channel has a filter of its own and sees no other channel: forward, to data, to filters.

Pictures and windows are those of `window`; the filters are a table w (kh kw, C): a row of channels for each point of
the window. The three ops are each other's gradients.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ..errors import ShapeError
from ..types import TensorType
from .op import REGISTRY, Draw, normal, op
from .window import ATTRS, CASES, PICTURE, Pad, Pair, laid_back, places, standing

MORE_CASES = (*CASES, {"size": (1, 3), "stride": (3, 1)}, {"size": (3, 3), "stride": (2, 2), "pad": (1, 1, 1, 1)})
LONG = ((2, 4, 37, 17), {"size": (3, 3), "stride": (1, 2), "pad": (1, 1, 1, 1)})
"""A row so long that it is worked on in blocks, and more channels than a vector has."""


def _drawn(kind: str) -> tuple[Draw, ...]:
    """Draws of one of the three ops: pictures of each case with its windows."""
    found = list[Draw]()
    for picture, case in (*((PICTURE, case) for case in MORE_CASES), LONG):
        full: dict[str, Any] = {"stride": (1, 1), "pad": (0, 0, 0, 0), "dilation": (1, 1), **case}
        batch, height, width, channels = picture
        result = (batch, *places(height, width, **full), channels)
        table = (full["size"][0] * full["size"][1], channels)
        if kind == "forward":
            found.append(normal(picture, table, **case))
        elif kind == "data":
            found.append(normal(result, table, picture=(height, width), **case))
        else:
            found.append(normal(picture, result, **case))
    return tuple(found)


def _fit(name: str, x: TensorType, y: TensorType, size: Pair, how: dict[str, Any], table: TensorType | None) -> None:
    """Refuse sizes that do not go together."""
    height, width, channels = cast("tuple[int, int, int]", x.shape[1:])
    wanted = (x.shape[0], *places(height, width, size=size, **how), channels)
    if y.shape != wanted or (table is not None and table.shape != (size[0] * size[1], channels)):
        raise ShapeError(f"{name}: {y} of {x} with windows of {size}{f' and filters {table}' if table else ''}")


@op("... -> ...", kind="contraction", attrs=ATTRS, draws=_drawn("forward"))
def depthwise(x: Any, w: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """y[b, i, j, c] = sum of x w[:, c] over the window at i, j: every channel by itself.

    x: B H W C, w: (kh kw, C), y: B oh ow C.  Source: Sifre & Mallat 2013; Chollet 2017, arXiv:1610.02357.
    """
    seen = standing(np.asarray(x), size, stride, pad, dilation)
    return np.einsum("bijyxc,yxc->bijc", seen, np.asarray(w).reshape(*size, -1)).astype(seen.dtype)


@depthwise.shape
def _(x: TensorType, w: TensorType, *, size: Pair, **how: Any) -> TensorType:
    height, width, channels = cast("tuple[int, int, int]", x.shape[1:])
    y = TensorType((x.shape[0], *places(height, width, size=size, **how), channels), x.dtype)
    _fit("depthwise", x, y, size, how, w)
    return y


@depthwise.vjp
def _(g: Any, _y: Any, x: Any, w: Any, **how: Any) -> Any:
    back = REGISTRY["depthwise_data"](g, w, picture=x.type.shape[1:3], **how)
    return back, REGISTRY["depthwise_filters"](x, g, **how)


@op("... -> ...", kind="contraction", attrs={"picture": ..., **ATTRS}, draws=_drawn("data"))
def depthwise_data(g: Any, w: Any, *, picture: Pair, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """x[b, …, c] = sum of g w[k, c] over the windows in which the point stands, at k: the gradient to the picture.

    g: B oh ow C, w: (kh kw, C), x: B, picture, C.  Source: own.
    """
    g = np.asarray(g)
    parts = g[:, :, :, None, None, :] * np.asarray(w).reshape(*size, -1)
    return laid_back(parts.astype(g.dtype), *picture, stride, pad, dilation)


@depthwise_data.shape
def _(g: TensorType, w: TensorType, *, picture: Pair, size: Pair, **how: Any) -> TensorType:
    x = TensorType((g.shape[0], *picture, g.shape[3]), g.dtype)
    _fit("depthwise_data", x, g, size, how, w)
    return x


@depthwise_data.vjp
def _(g: Any, _y: Any, x: Any, w: Any, *, picture: Pair, **how: Any) -> Any:
    return depthwise(g, w, **how), REGISTRY["depthwise_filters"](g, x, **how)


@op("... -> ...", kind="contraction", attrs=ATTRS, draws=_drawn("filters"))
def depthwise_filters(x: Any, g: Any, *, size: Pair, stride: Pair, pad: Pad, dilation: Pair) -> Any:
    """w[k, c] = sum of x g over all places, x being what stands at k of the window there: the gradient to the filters.

    x: B H W C, g: B oh ow C, w: (kh kw, C).  Source: own.
    """
    seen = standing(np.asarray(x), size, stride, pad, dilation)
    made = np.einsum("bijyxc,bijc->yxc", seen, np.asarray(g))
    return made.reshape(size[0] * size[1], -1).astype(seen.dtype)


@depthwise_filters.shape
def _(x: TensorType, g: TensorType, *, size: Pair, **how: Any) -> TensorType:
    _fit("depthwise_filters", x, g, size, how, None)
    return TensorType((size[0] * size[1], x.shape[3]), x.dtype)


@depthwise_filters.vjp
def _(g: Any, _y: Any, x: Any, other: Any, **how: Any) -> Any:
    return depthwise_data(other, g, picture=x.type.shape[1:3], **how), depthwise(x, g, **how)


DEPTHWISE = frozenset({"depthwise", "depthwise_data", "depthwise_filters"})
