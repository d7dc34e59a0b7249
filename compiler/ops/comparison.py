"""Comparisons and choices. Truth is a float: 1.0 where it holds, 0.0 where not."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ShapeError
from ..types import Shape, TensorType
from .op import edges, normal, op

S = (3, 5)
PAIR = "*S, *S -> *S"
FLAT = "flat wherever it has a derivative"


def _truth(held: Any, like: Any) -> Any:
    dtype = np.asarray(like).dtype
    return np.asarray(held).astype(dtype if dtype.kind == "f" else np.float32)


def _compared(x: TensorType, _y: TensorType) -> TensorType:
    return TensorType(x.shape, x.dtype if x.dtype.startswith("float") else "float32")


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT, keeps_zero=True)
def greater(x: Any, y: Any) -> Any:
    """1 where x > y, else 0.  Source: own."""
    return _truth(x > y, x)


greater.scalar(lambda x, y: 1.0 if x > y else 0.0)
greater.shape(_compared)


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT)
def greater_equal(x: Any, y: Any) -> Any:
    """1 where x >= y, else 0.  Source: own."""
    return _truth(x >= y, x)


greater_equal.scalar(lambda x, y: 1.0 if x >= y else 0.0)
greater_equal.shape(_compared)


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT, keeps_zero=True)
def less(x: Any, y: Any) -> Any:
    """1 where x < y, else 0.  Source: own."""
    return _truth(x < y, x)


less.scalar(lambda x, y: 1.0 if x < y else 0.0)
less.shape(_compared)


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT)
def less_equal(x: Any, y: Any) -> Any:
    """1 where x <= y, else 0.  Source: own."""
    return _truth(x <= y, x)


less_equal.scalar(lambda x, y: 1.0 if x <= y else 0.0)
less_equal.shape(_compared)


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT)
def equal(x: Any, y: Any) -> Any:
    """1 where x = y, else 0; NaN equals nothing.  Source: own."""
    return _truth(x == y, x)


equal.scalar(lambda x, y: 1.0 if x == y else 0.0)
equal.shape(_compared)


@op("*S, *S, *S -> *S", draws=(normal(S, S, S), edges(S, S, S)), keeps_zero=True)
def where(c: Any, x: Any, y: Any) -> Any:
    """x where c is not 0, else y; the gradient goes to what was taken.  Source: own."""
    return np.where(np.asarray(c) != 0, x, y).astype(np.asarray(x).dtype)


where.scalar(lambda c, x, y: x if c != 0.0 else y)
where.shape(lambda c, x, y: TensorType(_agreed(c, x, y), x.dtype))


@where.vjp
def _(g: Any, _y: Any, c: Any, x: Any, y: Any) -> Any:
    nothing = g * 0.0
    return None, where(c, g, nothing), where(c, nothing, g)


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT, keeps_zero=True)
def logical_and(x: Any, y: Any) -> Any:
    """1 where neither is 0.  Source: own."""
    return _truth((np.asarray(x) != 0) & (np.asarray(y) != 0), x)


logical_and.scalar(lambda x, y: (1.0 if y != 0.0 else 0.0) if x != 0.0 else 0.0)


@op(PAIR, draws=(normal(S, S), edges(S, S)), because=FLAT, keeps_zero=True)
def logical_or(x: Any, y: Any) -> Any:
    """1 where one of them is not 0.  Source: own."""
    return _truth((np.asarray(x) != 0) | (np.asarray(y) != 0), x)


logical_or.scalar(lambda x, y: 1.0 if x != 0.0 else (1.0 if y != 0.0 else 0.0))


@op("*S -> *S", draws=(normal(S), edges(S)), because=FLAT)
def logical_not(x: Any) -> Any:
    """1 where x is 0.  Source: own."""
    return _truth(np.asarray(x) == 0, x)


logical_not.scalar(lambda x: 1.0 if x == 0.0 else 0.0)


@op("*S -> *S", draws=(normal(S), edges(S)), because=FLAT)
def is_finite(x: Any) -> Any:
    """1 where x is a number, 0 where it is infinite or NaN.  Source: own."""
    return _truth(np.isfinite(x), x)


is_finite.scalar(lambda x: 1.0 if x - x == 0.0 else 0.0)


def _agreed(*kinds: TensorType) -> Shape:
    if len({kind.shape for kind in kinds}) > 1:
        raise ShapeError(f"where: shapes differ: {', '.join(map(str, kinds))}")
    return kinds[0].shape
