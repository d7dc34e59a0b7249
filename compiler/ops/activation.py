"""Activations: elementwise curves, written so that no value of float32 overflows."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .op import REGISTRY, edges, normal, op

S = (3, 5)
ONE = "*S -> *S"
DRAWS = (normal(S), edges(S))
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
ROOT_HALF = 0.7071067811865476
NORMAL_PEAK = 0.3989422804014327


@op(ONE, draws=DRAWS, keeps_zero=True)
def tanh(x: Any) -> Any:
    """Hyperbolic tangent, between -1 and 1; slope 1 - y^2.  Source: own."""
    return np.tanh(x)


tanh.scalar(lambda x: math.tanh(x))
tanh.vjp(lambda g, y, x: (g * (1.0 - y * y),))


@op(ONE, draws=DRAWS)
def sigmoid(x: Any) -> Any:
    """1 / (1 + e^-x), between 0 and 1; slope y (1 - y), 0.25 at 0.  Source: own."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small)).astype(np.asarray(x).dtype)


sigmoid.scalar(lambda x: (1.0 if x >= 0.0 else math.exp(-math.fabs(x))) / (1.0 + math.exp(-math.fabs(x))))
sigmoid.vjp(lambda g, y, x: (g * (y * (1.0 - y)),))


@op(ONE, draws=DRAWS, keeps_zero=True)
def relu(x: Any) -> Any:
    """max(x, 0); slope 0 at 0.  Source: Nair & Hinton 2010."""
    return np.maximum(x, 0)


relu.scalar(lambda x: max(0.0, x))
relu.vjp(lambda g, y, x: (REGISTRY["where"](REGISTRY["greater"](y, 0.0), g, 0.0),))


@op(ONE, draws=DRAWS)
def softplus(x: Any) -> Any:
    """log(1 + e^x), the smooth ReLU; slope sigmoid(x).  Source: Dugas et al. 2001."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


softplus.scalar(lambda x: (max(0.0, x)) + math.log1p(math.exp(-math.fabs(x))))
softplus.vjp(lambda g, _, x: (g * sigmoid(x),))


@op(ONE, attrs={"slope": 0.01}, draws=DRAWS, keeps_zero=True)
def leaky_relu(x: Any, *, slope: float) -> Any:
    """x where positive, slope x elsewhere; at 0 the slope is `slope`.  Source: Maas et al. 2013."""
    return np.where(x > 0, x, x * np.asarray(slope, np.asarray(x).dtype))


leaky_relu.scalar(lambda x, slope: x if x > 0.0 else slope * x)
leaky_relu.vjp(lambda g, _, x, *, slope: (REGISTRY["where"](REGISTRY["greater"](x, 0.0), g, g * slope),))


@op(ONE, attrs={"alpha": 1.0}, draws=DRAWS, keeps_zero=True)
def elu(x: Any, *, alpha: float) -> Any:
    """x where positive, alpha (e^x - 1) elsewhere.  Source: Clevert et al. 2015, arXiv:1511.07289."""
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))).astype(np.asarray(x).dtype)


elu.scalar(lambda x, alpha: x if x > 0.0 else alpha * (math.exp(min(0.0, x)) - 1.0))


@elu.vjp
def _(g: Any, y: Any, x: Any, *, alpha: float) -> Any:
    return (REGISTRY["where"](REGISTRY["greater"](x, 0.0), g, g * (y + alpha)),)


@op(ONE, draws=DRAWS, keeps_zero=True)
def selu(x: Any) -> Any:
    """scale elu(x, alpha), alpha 1.6733, scale 1.0507.  Source: Klambauer et al. 2017, arXiv:1706.02515."""
    return (SELU_SCALE * elu(x, alpha=SELU_ALPHA)).astype(np.asarray(x).dtype)


selu.scalar(lambda x: 1.0507009873554805 * x if x > 0.0 else 1.7580993408473766 * (math.exp(min(0.0, x)) - 1.0))


@selu.vjp
def _(g: Any, y: Any, x: Any) -> Any:
    below = g * (y + SELU_SCALE * SELU_ALPHA)
    return (REGISTRY["where"](REGISTRY["greater"](x, 0.0), g * SELU_SCALE, below),)


@op(ONE, draws=DRAWS, keeps_zero=True)
def gelu(x: Any) -> Any:
    """x Phi(x), Phi the normal distribution function.  Source: Hendrycks & Gimpel 2016, arXiv:1606.08415."""
    return (x * 0.5 * (1 + REGISTRY["erf"](x * ROOT_HALF))).astype(np.asarray(x).dtype)


gelu.scalar(lambda x: 0.5 * x * (1.0 + math.erf(0.7071067811865476 * x)))


@gelu.vjp
def _(g: Any, _y: Any, x: Any) -> Any:
    share = 0.5 * (1.0 + REGISTRY["erf"](x * ROOT_HALF))
    return (g * (share + x * (NORMAL_PEAK * REGISTRY["exp"](-0.5 * (x * x)))),)


@op(ONE, draws=DRAWS, keeps_zero=True)
def silu(x: Any) -> Any:
    """x sigmoid(x), also called swish.  Source: Ramachandran et al. 2017, arXiv:1710.05941."""
    return x * sigmoid(x)


silu.scalar(lambda x: x * ((1.0 if x >= 0.0 else math.exp(-math.fabs(x))) / (1.0 + math.exp(-math.fabs(x)))))


@silu.vjp
def _(g: Any, y: Any, x: Any) -> Any:
    share = sigmoid(x)
    return (g * (share + y * (1.0 - share)),)


@op(ONE, draws=DRAWS, keeps_zero=True)
def mish(x: Any) -> Any:
    """x tanh(softplus(x)).  Source: Misra 2019, arXiv:1908.08681."""
    return x * np.tanh(softplus(x))


mish.scalar(lambda x: x * math.tanh((max(0.0, x)) + math.log1p(math.exp(-math.fabs(x)))))


@mish.vjp
def _(g: Any, _y: Any, x: Any) -> Any:
    bent = tanh(softplus(x))
    return (g * (bent + x * (1.0 - bent * bent) * sigmoid(x)),)


@op(ONE, draws=DRAWS, because="a threshold has no useful gradient: 0 wherever it is defined")
def step(x: Any) -> Any:
    """1 where x >= 0, else 0: the neuron of McCulloch and Pitts.  Source: McCulloch & Pitts 1943."""
    return (np.asarray(x) >= 0).astype(np.asarray(x).dtype)


step.scalar(lambda x: 1.0 if x >= 0.0 else 0.0)
