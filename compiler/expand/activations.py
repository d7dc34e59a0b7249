"""Activations in ops, as layers of their own and as an option of other layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..graph import Node, Value
from .registry import Scene, layer

PLAIN = ("relu", "tanh", "sigmoid", "softplus", "selu", "gelu", "silu", "mish", "step", "exp", "softmax", "log_softmax",
         "leaky_relu", "elu", "sin", "cos", "abs", "square", "sqrt", "log", "sign")  # fmt: skip
"""Kinds whose op has their own name."""
DEFAULTS: dict[str, dict[str, float]] = {"leaky_relu": {"slope": 0.01}, "elu": {"alpha": 1.0}}
KEEPS_LOGITS = frozenset({"softmax", "sigmoid"})


def activate(scene: Scene, node_id: str, x: Value, kind: str | None, options: Mapping[str, Any] | None = None) -> Value:
    """`kind` applied to x (None or `linear`: x itself); remembers what a loss wants to see instead."""
    if kind is None or kind == "linear":
        return x
    if kind in KEEPS_LOGITS:
        scene.before[node_id] = x
    known = DEFAULTS.get(kind, {})
    given = {name: float((options or {}).get(name, value)) for name, value in known.items()}
    return x.builder.add(kind, [x], name=None, **given)


@layer(*PLAIN)
def activation(scene: Scene, node: Node, inputs: list[Value], options: Mapping[str, Any]) -> Value:
    """The curve applied to every element (softmax: along the last axis)."""
    return activate(scene, node.id, inputs[0], node.op, options)


@layer("linear")
def linear(_scene: Scene, _node: Node, inputs: list[Value], _options: Mapping[str, Any]) -> Value:
    """x itself."""
    return inputs[0]
