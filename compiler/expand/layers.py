"""Layers in ops."""

from __future__ import annotations

import hashlib
from typing import cast

from ..experiment import Live, constant
from ..graph import Node, Value
from ..types import Shape, product
from .activations import activate
from .registry import Options, Scene, layer
from .weights import weight

HIGHEST_RATE = 0.999
"""A knob may not take dropout to 1: what is kept is divided by 1 - rate."""


@layer("dense")
def dense(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """y = activation(W x + b), on the last axis.  W: units inputs, b: units."""
    (x,) = inputs
    weights, bias = weight(scene, node, "weights"), weight(scene, node, "bias")
    assert weights is not None, "a dense layer has weights"
    outer = x.type.shape[:-1]
    rows = _reshaped(x, (product(outer), x.type.shape[-1]))
    y = scene.builder.add("matmul", [rows, weights], transpose_b=True)
    if bias is not None:
        y = cast(Value, y + scene.builder.add("broadcast", [bias], shape=y.type.shape, axes=(1,)))
    kind, its_options = cast(tuple[str, tuple[tuple[str, object], ...]], options["activation"])
    return activate(scene, node.id, _reshaped(y, (*outer, y.type.shape[-1])), kind, dict(its_options))


@layer("flatten")
def flatten(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """All axes of an example as one."""
    (x,) = inputs
    return _reshaped(x, (x.type.shape[0], product(x.type.shape[1:])))


@layer("reshape")
def reshape(_scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """The same numbers in the shape asked for."""
    return _reshaped(inputs[0], node.type.shape)


def _reshaped(x: Value, shape: Shape) -> Value:
    return x if x.type.shape == shape else x.builder.add("reshape", [x], shape=shape)


@layer("dropout")
def dropout(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """Training: each number is dropped with probability `rate`, the others divided by 1 - rate; else x.

    Source: Srivastava et al. 2014; the division while training is the inverted form.
    """
    (x,) = inputs
    if scene.mode != "train":
        return x
    given = options["rate"]
    live = cast(Live, given) if isinstance(given, tuple) else constant(cast(float, given))
    rate = scene.knob(f"{node.id}.rate", live, 0.0, HIGHEST_RATE)
    key = stream(scene.experiment.seed, node.id, "dropout")
    draw = scene.builder.add("uniform", [scene.clock(), scene.rows()], key=key, shape=x.type.shape)
    kept = scene.builder.add("greater_equal", [draw, rate])
    scale = scene.builder.add("reciprocal", [cast(Value, 1.0 - rate)])
    return cast(Value, x * (kept * scale))


def stream(seed: int, path: str, purpose: str) -> int:
    """The key of a layer's random numbers: 63 bits, so that it is a whole number in any language."""
    digest = hashlib.sha256(f"{seed}\0{path}\0{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1
