"""Composite ops become elementwise ops and reductions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, cast

from ..graph import Builder, Graph, Value
from ..ops.op import REGISTRY
from ..stages import DECOMPOSED, TYPED, Pass, Stage
from .rewriter import Rewriter

Meaning = Callable[..., Value]
MEANINGS: dict[str, Meaning] = {}


@dataclass(frozen=True)
class Decompose(Pass):
    """softmax(x)   -->   exp(x - max) / sum(exp(x - max)), and the other meanings below

    Largest elements are subtracted before `exp`, so that scores of any size give finite results.
    """

    name: ClassVar[str] = "decompose"
    needs: ClassVar[Stage] = TYPED
    leaves: ClassVar[Stage] = DECOMPOSED

    def __call__(self, graph: Graph) -> Graph:
        rw = Rewriter(graph)
        for node in rw:
            if REGISTRY[node.op].kind == "composite":
                rw.replace(node, MEANINGS[node.op](*rw.inputs(node), **node.attributes))
        return rw.graph()


def meaning(rule: Meaning) -> Meaning:
    """Register the decorated function as what the composite op of its name stands for."""
    MEANINGS[rule.__name__] = rule
    return rule


def shifted(x: Value) -> Value:
    """x - max(x) along the last axis."""
    new, last = x.builder, x.type.rank - 1
    return cast(Value, x - spread(new, new.add("max", [x], axes=(last,)), x))


def spread(new: Builder, rows: Value, like: Value) -> Value:
    """One value a row, repeated along the last axis of `like`."""
    return new.add("broadcast", [rows], shape=like.type.shape, axes=tuple(range(rows.type.rank)))


@meaning
def softmax(x: Value) -> Value:
    """softmax(x)   -->   e * (1 / sum(e)), e = exp(x - max)"""
    new = x.builder
    e = new.add("exp", [shifted(x)])
    total = new.add("sum", [e], axes=(x.type.rank - 1,))
    return cast(Value, e * spread(new, new.add("reciprocal", [total]), x))


@meaning
def log_softmax(x: Value) -> Value:
    """log_softmax(x)   -->   z - log(sum(exp(z))), z = x - max"""
    new, z = x.builder, shifted(x)
    total = new.add("sum", [new.add("exp", [z])], axes=(x.type.rank - 1,))
    return cast(Value, z - spread(new, new.add("log", [total]), x))


@meaning
def cross_entropy(logits: Value, label: Value) -> Value:
    """cross_entropy(x, label)   -->   log(sum(exp(z))) - z[label], z = x - max"""
    new, z, last = logits.builder, shifted(logits), logits.type.rank - 1
    chosen = new.add("one_hot", [label], classes=logits.type.shape[last])
    # not a product with the one-hot row: a score of minus infinity times 0 would be no number
    picked = new.add("sum", [new.add("where", [chosen, z, 0.0])], axes=(last,))
    return cast(Value, new.add("log", [new.add("sum", [new.add("exp", [z])], axes=(last,))]) - picked)


@meaning
def stop_gradient(x: Value) -> Value:
    """stop_gradient(x)   -->   x"""
    return x
