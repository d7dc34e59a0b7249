"""Elementwise arithmetic."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ..types import DType, TensorType
from .op import REGISTRY, edges, normal, op, positive

S = (3, 5)
PAIR = "*S, *S -> *S"
ONE = "*S -> *S"


@op(PAIR, draws=(normal(S, S), edges(S, S)), keeps_zero=True)
def add(x: Any, y: Any) -> Any:
    """x + y.  Source: own."""
    return x + y


add.scalar(lambda x, y: x + y)
add.vjp(lambda g, _, x, y: (g, g))


@op(PAIR, draws=(normal(S, S), edges(S, S)), keeps_zero=True)
def subtract(x: Any, y: Any) -> Any:
    """x - y.  Source: own."""
    return x - y


subtract.scalar(lambda x, y: x - y)
subtract.vjp(lambda g, _, x, y: (g, -g))


@op(PAIR, draws=(normal(S, S), edges(S, S)), keeps_zero=True)
def multiply(x: Any, y: Any) -> Any:
    """x y, element by element.  Source: own."""
    return x * y


multiply.scalar(lambda x, y: x * y)
multiply.vjp(lambda g, _, x, y: (g * y, g * x))


@op(PAIR, draws=(positive(S, S),))
def divide(x: Any, y: Any) -> Any:
    """x / y; by IEEE rules where y is 0.  Source: own."""
    return x / y


divide.scalar(lambda x, y: x / y)
divide.vjp(lambda g, _, x, y: (g / y, -(g * x) / (y * y)))


@op(ONE, draws=(normal(S), edges(S)), keeps_zero=True)
def negative(x: Any) -> Any:
    """-x, the opposite number.  Source: own."""
    return -x


negative.scalar(lambda x: -x)
negative.vjp(lambda g, _, x: (-g,))


@op(ONE, draws=(normal(S), edges(S)))
def exp(x: Any) -> Any:
    """e^x; infinity past the type's range.  Source: own."""
    with np.errstate(over="ignore"):
        return np.exp(x)


exp.scalar(lambda x: math.exp(x))
exp.vjp(lambda g, y, x: (g * y,))


@op(ONE, draws=(positive(S),))
def log(x: Any) -> Any:
    """Natural logarithm; -infinity at 0, NaN below.  Source: own."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(x)


log.scalar(lambda x: math.log(x))
log.vjp(lambda g, _, x: (g / x,))


@op(ONE, draws=(positive(S),), keeps_zero=True)
def log1p(x: Any) -> Any:
    """log(1 + x), exact for small x; x > -1.  Source: own."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log1p(x)


log1p.scalar(lambda x: math.log1p(x))
log1p.vjp(lambda g, _, x: (g / (1.0 + x),))


@op(ONE, draws=(positive(S),), keeps_zero=True)
def sqrt(x: Any) -> Any:
    """Square root; NaN below 0.  Source: own."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(x)


sqrt.scalar(lambda x: math.sqrt(x))
sqrt.vjp(lambda g, y, x: (0.5 * g / y,))


@op(ONE, draws=(normal(S),), keeps_zero=True)
def square(x: Any) -> Any:
    """x^2.  Source: own."""
    return x * x


square.scalar(lambda x: x * x)
square.vjp(lambda g, _, x: (2.0 * g * x,))


@op(ONE, draws=(normal(S), edges(S)), keeps_zero=True)
def abs_(x: Any) -> Any:
    """|x|; gradient sign(x), 0 at 0.  Source: own."""
    return np.abs(x)


abs_.scalar(lambda x: math.fabs(x))
abs_.vjp(lambda g, _, x: (g * REGISTRY["sign"](x),))


@op(ONE, draws=(normal(S), edges(S)), keeps_zero=True, because="flat wherever it has a derivative")
def sign(x: Any) -> Any:
    """-1, 0 or 1; sign(0) = 0.  Source: own."""
    return np.sign(x)


sign.scalar(lambda x: 1.0 if x > 0.0 else (-1.0 if x < 0.0 else 0.0))


@op(ONE, draws=(positive(S),))
def reciprocal(x: Any) -> Any:
    """1 / x.  Source: own."""
    return 1.0 / x


reciprocal.scalar(lambda x: 1.0 / x)
reciprocal.vjp(lambda g, y, x: (-(g * y * y),))


@op(ONE, attrs={"exponent": ...}, draws=(positive(S, exponent=1.5), positive(S, exponent=-0.5)))
def power(x: Any, *, exponent: float) -> Any:
    """x^exponent for x > 0 (x >= 0 when the exponent is positive).  Source: own."""
    return np.power(x, exponent).astype(np.asarray(x).dtype)


power.scalar(lambda x, exponent: x**exponent)
power.vjp(lambda g, _, x, *, exponent: (g * exponent * power(x, exponent=exponent - 1.0) if exponent != 1.0 else g,))


@op(PAIR, draws=(normal(S, S), edges(S, S)), keeps_zero=True)
def maximum(x: Any, y: Any) -> Any:
    """The larger; where equal, the gradient goes to x.  Source: own."""
    return np.maximum(x, y)


maximum.scalar(lambda x, y: max(x, y))


@maximum.vjp
def _(g: Any, _y: Any, x: Any, y: Any) -> Any:
    mask = REGISTRY["greater_equal"](x, y)
    return g * mask, g * (1.0 - mask)


@op(PAIR, draws=(normal(S, S), edges(S, S)), keeps_zero=True)
def minimum(x: Any, y: Any) -> Any:
    """The smaller; where equal, the gradient goes to x.  Source: own."""
    return np.minimum(x, y)


minimum.scalar(lambda x, y: min(x, y))


@minimum.vjp
def _(g: Any, _y: Any, x: Any, y: Any) -> Any:
    mask = REGISTRY["less_equal"](x, y)
    return g * mask, g * (1.0 - mask)


@op(ONE, draws=(normal(S), edges(S)), keeps_zero=True, because="flat wherever it has a derivative")
def floor(x: Any) -> Any:
    """The largest whole number not above x.  Source: own."""
    return np.floor(x)


floor.scalar(lambda x: math.floor(x))


@op(ONE, draws=(normal(S),), keeps_zero=True)
def sin(x: Any) -> Any:
    """sin(x), x in radians.  Source: own."""
    return np.sin(x)


sin.scalar(lambda x: math.sin(x))
sin.vjp(lambda g, _, x: (g * REGISTRY["cos"](x),))


@op(ONE, draws=(normal(S),))
def cos(x: Any) -> Any:
    """cos(x), x in radians.  Source: own."""
    return np.cos(x)


cos.scalar(lambda x: math.cos(x))
cos.vjp(lambda g, _, x: (-(g * REGISTRY["sin"](x)),))


@op(ONE, draws=(normal(S), edges(S)), keeps_zero=True)
def erf(x: Any) -> Any:
    """The error function 2/sqrt(pi) int_0^x exp(-t^2) dt.  Source: own."""
    return np.vectorize(math.erf, otypes=[np.asarray(x).dtype])(x)


erf.scalar(lambda x: math.erf(x))
erf.vjp(lambda g, _, x: (g * (2.0 / math.sqrt(math.pi)) * exp(-(x * x)),))


@op(ONE, attrs={"dtype": "float32"}, draws=(normal(S, dtype="float64"),), keeps_zero=True)
def cast(x: Any, *, dtype: str) -> Any:
    """x in another element type; whole numbers are cut toward 0.  Source: own."""
    return np.asarray(x).astype(dtype)


@cast.shape
def _(x: TensorType, *, dtype: DType) -> TensorType:
    return TensorType(x.shape, dtype)


cast.scalar(lambda x, dtype: x)


@cast.vjp
def _(g: Any, _y: Any, x: Any, *, dtype: str) -> Any:
    if not x.type.dtype.startswith("float"):
        return (None,)
    return (cast(g, dtype=x.type.dtype) if x.type.dtype != dtype else g,)
