"""Sums and extremes over axes; the axes are dropped."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Shape, TensorType
from .op import REGISTRY, normal, op

Axes = tuple[int, ...]
DRAWS = (normal((3, 4, 5), axes=(2,)), normal((3, 5), axes=(0,)), normal((3, 5), axes=(0, 1)))


def _dropped(x: TensorType, axes: Axes) -> Shape:
    return tuple(size for axis, size in enumerate(x.shape) if axis not in axes)


def _spread(value: Any, x: Any, axes: Axes) -> Any:
    kept = tuple(axis for axis in range(x.type.rank) if axis not in axes)
    return REGISTRY["broadcast"](value, shape=x.type.shape, axes=kept)


@op("... -> ...", kind="reduction", attrs={"axes": ...}, draws=DRAWS)
def sum_(x: Any, *, axes: Axes) -> Any:
    """The sum over axes.  Source: own."""
    return np.sum(x, axis=axes)


sum_.shape(lambda x, *, axes: TensorType(_dropped(x, axes), x.dtype))
sum_.vjp(lambda g, _, x, *, axes: (_spread(g, x, axes),))


@op("... -> ...", kind="reduction", attrs={"axes": ...}, draws=DRAWS[:2])
def max_(x: Any, *, axes: Axes) -> Any:
    """The largest over axes; the gradient goes to all that are equal to it, in equal shares.  Source: own."""
    return np.max(x, axis=axes)


max_.shape(lambda x, *, axes: TensorType(_dropped(x, axes), x.dtype))


@max_.vjp
def _(g: Any, y: Any, x: Any, *, axes: Axes) -> Any:
    winners = REGISTRY["equal"](x, _spread(y, x, axes))
    return (winners * _spread(g / sum_(winners, axes=axes), x, axes),)


@op(
    "... -> ...",
    kind="reduction",
    attrs={"axis": ...},
    draws=(normal((3, 5), axis=1),),
    because="a position does not move with the values",
    result="int32",
)
def argmax(x: Any, *, axis: int) -> Any:
    """The position of the largest along an axis; of equals the first.  Source: own."""
    return np.argmax(x, axis=axis).astype(np.int32)


argmax.shape(lambda x, *, axis: TensorType(_dropped(x, (axis,)), "int32"))
