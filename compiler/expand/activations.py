"""Activations in ops, as layers of their own and as an option of other layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...dsl.kinds.tables import words
from ..graph import Node, Value
from ..ops import REGISTRY
from .registry import Options, Scene, layer

SQUASHED = frozenset({"softmax", "sigmoid"})
"""Their losses are computed from what is before them."""
NAMED = tuple(name for name in words("activation") if name in REGISTRY)
"""The activations that are an op of the same name."""


def activate(scene: Scene, node_id: str, x: Value, kind: str, options: Mapping[str, object]) -> Value:
    """`kind` applied to x, along the last axis where it works on one; `linear` is x itself."""
    if kind == "linear":
        return x
    if kind in SQUASHED:
        scene.before[node_id] = x
    attrs: dict[str, Any] = {name: options[name] for name in REGISTRY[kind].attrs}
    return x.builder.add(kind, [x], **attrs)


@layer(*NAMED)
def activation(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The curve applied to every element (softmax: along the last axis)."""
    return activate(scene, node.id, inputs[0], node.op, options)


@layer("linear")
def linear(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """x itself."""
    return inputs[0]
