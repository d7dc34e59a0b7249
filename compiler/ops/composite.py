"""Ops that stay one node until after the gradient, then are taken apart by the pass `decompose`."""

from __future__ import annotations

from typing import Any

import numpy as np

from .op import REGISTRY, labels, normal, op

LAST = "*S C -> *S C"


def _spread_last(value: Any, like: Any) -> Any:
    rank = like.type.rank
    return REGISTRY["broadcast"](value, shape=like.type.shape, axes=tuple(range(rank - 1)))


@op(LAST, kind="composite", draws=(normal((3, 5)),))
def softmax(x: Any) -> Any:
    """e^x_i / sum over j of e^x_j along the last axis, shifted by the largest so that nothing overflows.

    Source: Bridle 1990.
    """
    small = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return small / np.sum(small, axis=-1, keepdims=True)


@softmax.vjp
def _(g: Any, y: Any, x: Any) -> Any:
    weighted = g * y
    total = REGISTRY["sum"](weighted, axes=(x.type.rank - 1,))
    return (weighted - y * _spread_last(total, x),)


@op(LAST, kind="composite", draws=(normal((3, 5)),))
def log_softmax(x: Any) -> Any:
    """x_i - log of sum over j of e^x_j along the last axis.  Source: own."""
    shifted = x - np.max(x, axis=-1, keepdims=True)
    return shifted - np.log(np.sum(np.exp(shifted), axis=-1, keepdims=True))


@log_softmax.vjp
def _(g: Any, y: Any, x: Any) -> Any:
    total = REGISTRY["sum"](g, axes=(x.type.rank - 1,))
    return (g - REGISTRY["exp"](y) * _spread_last(total, x),)


@op(
    "B C, B -> B",
    kind="composite",
    draws=(labels((4, 3), (4,), dtypes=("float32", "int32")),),
)
def cross_entropy(logits: Any, label: Any) -> Any:
    """-log softmax(logits)[label] of each example, in nats.  Gradient: softmax(logits) - one_hot(label).

    Source: own.
    """
    picked: Any = np.take_along_axis(log_softmax(logits), np.asarray(label)[:, None], axis=-1)
    return -picked[:, 0]


@cross_entropy.vjp
def _(g: Any, _y: Any, logits: Any, label: Any) -> Any:
    hot = REGISTRY["one_hot"](label, classes=logits.type.shape[1])
    if logits.type.dtype != "float32":
        hot = REGISTRY["cast"](hot, dtype=logits.type.dtype)
    return (softmax(logits) - hot) * _spread_last(g, logits), None


@op("*S -> *S", kind="composite", draws=(normal((3, 5)),), because="it is there to have none")
def stop_gradient(x: Any) -> Any:
    """x itself, through which no gradient goes.  Source: own."""
    return np.asarray(x)
