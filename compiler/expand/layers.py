"""Layers in ops."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, cast

from ..experiment import LayerWeight, constant
from ..graph import Node, Value
from ..types import TensorType, product
from .activations import activate
from .registry import Scene, layer

Options = Mapping[str, Any]


def weight(scene: Scene, node: Node, part: str) -> Value | None:
    """The layer's weight of that word, None where it has none."""
    for found in cast(tuple[LayerWeight, ...], node.attr("weights")):
        if found.part == part:
            return scene.builder.leaf(
                "state",
                TensorType(found.shape),
                name=found.name,
                role="weight",
                trainable=found.trainable,
                start=found.start,
            )
    return None


@layer("dense")
def dense(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """y = activation(W x + b), on the last axis; W (units, inputs), b (units)."""
    (x,) = inputs
    weights, bias = weight(scene, node, "weights"), weight(scene, node, "bias")
    assert weights is not None, "a dense layer has weights"
    rows = x if x.type.rank == 2 else scene.builder.add(
        "reshape", [x], shape=(product(x.type.shape[:-1]), x.type.shape[-1])
    )  # fmt: skip
    y = scene.builder.add("matmul", [rows, weights], transpose_b=True)
    if bias is not None:
        y = cast(Value, y + scene.builder.add("broadcast", [bias], shape=y.type.shape, axes=(1,)))
    if x.type.rank != 2:
        y = scene.builder.add("reshape", [y], shape=(*x.type.shape[:-1], y.type.shape[-1]))
    return activate(scene, node.id, y, options.get("activation"))


@layer("flatten")
def flatten(scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """All axes of an example as one."""
    (x,) = inputs
    return _reshaped(scene, x, (product(x.type.shape[1:]),))


@layer("reshape")
def reshape(scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """The same numbers in the shape asked for."""
    return _reshaped(scene, inputs[0], node.type.shape[1:])


def _reshaped(scene: Scene, x: Value, shape: tuple[Any, ...]) -> Value:
    if x.type.shape[1:] == shape:
        return x
    return scene.builder.add("reshape", [x], shape=(x.type.shape[0], *shape))


@layer("dropout")
def dropout(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """Training: each number is dropped with probability `rate`, the others divided by 1 - rate; else x.

    Source: Srivastava et al. 2014; the division in training is the inverted form.
    """
    (x,) = inputs
    if scene.mode != "train":
        return x
    path = str(node.attr("path"))
    live = options["rate"] if isinstance(options["rate"], tuple) else constant(options["rate"])
    rate = scene.knob(f"{path}.rate", live, 0.0, 1.0)
    draw = scene.builder.add(
        "uniform", [scene.clock(), scene.rows()], key=key(scene.experiment.seed, path, "dropout"), shape=x.type.shape
    )
    kept = scene.builder.add("greater_equal", [draw, scene.builder.broadcast(rate, draw.type)])
    scale = scene.builder.add("reciprocal", [cast(Value, 1.0 - rate)])
    return cast(Value, x * (kept * scale))


def key(seed: int, path: str, purpose: str) -> int:
    """The 64-bit key of a layer's random numbers."""
    digest = hashlib.sha256(f"{seed}\0{path}\0{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "little") >> 1


@layer("concat")
def concat(scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """The inputs side by side along the last axis."""
    return scene.builder.add("concat", inputs, axis=inputs[0].type.rank - 1)


@layer("add")
def add(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """The sum of the inputs."""
    return _folded("add", inputs)


@layer("multiply")
def multiply(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """The product of the inputs, element by element."""
    return _folded("multiply", inputs)


@layer("maximum")
def maximum(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """The largest of the inputs, element by element."""
    return _folded("maximum", inputs)


@layer("average")
def average(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """The mean of the inputs, element by element."""
    return cast(Value, _folded("add", inputs) * (1.0 / len(inputs)))


def _folded(op: str, inputs: list[Value]) -> Value:
    total = inputs[0]
    for value in inputs[1:]:
        total = total.builder.add(op, [total, value])
    return total
