"""Products that sum over a shared axis."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ShapeError
from ..types import TensorType
from .op import Op, normal, op


@op(
    "... -> ...",
    kind="contraction",
    attrs={"transpose_a": False, "transpose_b": False},
    draws=(
        normal((3, 4), (4, 5)),
        normal((3, 4), (5, 4), transpose_b=True),
        normal((4, 3), (4, 5), transpose_a=True),
        normal((4, 3), (5, 4), transpose_a=True, transpose_b=True),
    ),
)
def matmul(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    """y[m, n] = sum over k of a[m, k] b[k, n], either side transposed first if asked.  Source: own."""
    return (np.transpose(a) if transpose_a else a) @ (np.transpose(b) if transpose_b else b)


@matmul.shape
def _(a: TensorType, b: TensorType, *, transpose_a: bool, transpose_b: bool) -> TensorType:
    if a.rank != 2 or b.rank != 2:
        raise ShapeError(f"matmul: {a} and {b} are not both matrices")
    m, k = reversed(a.shape) if transpose_a else a.shape
    k2, n = reversed(b.shape) if transpose_b else b.shape
    if k != k2:
        raise ShapeError(f"matmul: size K is {k} in the left input but {k2} in the right: {a} and {b}")
    return TensorType((m, n), a.dtype)


def _gradients(product: Op) -> Callable[..., tuple[Any, Any]]:
    """The gradients to both sides of a product, each a product of the same kind."""

    def vjp(g: Any, _y: Any, a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> tuple[Any, Any]:
        left = product(g, b, transpose_b=not transpose_b)
        right = product(a, g, transpose_a=not transpose_a)
        if transpose_a:
            left = product(b, g, transpose_a=transpose_b, transpose_b=True)
        if transpose_b:
            right = product(g, a, transpose_a=True, transpose_b=transpose_a)
        return left, right

    return vjp


matmul.vjp(_gradients(matmul))


@op(
    "... -> ...",
    kind="contraction",
    attrs={"transpose_a": False, "transpose_b": False},
    draws=(
        normal((2, 3, 4), (2, 4, 5)),
        normal((2, 3, 4), (2, 5, 4), transpose_b=True),
        normal((2, 4, 3), (2, 4, 5), transpose_a=True),
        normal((2, 4, 3), (2, 5, 4), transpose_a=True, transpose_b=True),
        normal((3, 1, 7), (3, 7, 18)),
        normal((3, 9, 2), (3, 2, 1)),
    ),
)
def batch_matmul(a: Any, b: Any, *, transpose_a: bool, transpose_b: bool) -> Any:
    """y[i, m, n] = sum over k of a[i, m, k] b[i, k, n], either side's tables transposed first if asked.  Source: own."""
    left = np.swapaxes(a, 1, 2) if transpose_a else a
    return np.matmul(left, np.swapaxes(b, 1, 2) if transpose_b else b)


@batch_matmul.shape
def _(a: TensorType, b: TensorType, *, transpose_a: bool, transpose_b: bool) -> TensorType:
    if a.rank != 3 or b.rank != 3:
        raise ShapeError(f"batch_matmul: {a} and {b} are not both tables of as many examples")
    if a.shape[0] != b.shape[0]:
        raise ShapeError(f"batch_matmul: {a.shape[0]} tables at the left but {b.shape[0]} at the right: {a} and {b}")
    m, k = reversed(a.shape[1:]) if transpose_a else a.shape[1:]
    k2, n = reversed(b.shape[1:]) if transpose_b else b.shape[1:]
    if k != k2:
        raise ShapeError(f"batch_matmul: size K is {k} in the left input but {k2} in the right: {a} and {b}")
    return TensorType((a.shape[0], m, n), a.dtype)


batch_matmul.vjp(_gradients(batch_matmul))
