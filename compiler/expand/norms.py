"""Norms, and rows of numbers for classes, in ops."""

from __future__ import annotations

from typing import cast

from ..graph import Node, Value
from ..types import TensorType, product
from .registry import Options, Scene, layer
from .weights import weight
from .windows import shaped, table_of


@layer("batch_norm")
def batch_norm(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """scale * (x - mean) / sqrt(var + epsilon) + shift, mean and var of each channel over batch and places.

    Outside training the running mean and variance stand in; they take over a share of 1 - momentum of the batch's
    each step, the variance in its unbiased form.  Source: Ioffe & Szegedy 2015, arXiv:1502.03167.
    """
    x, add = table_of(inputs[0]), scene.builder.add
    channels = cast(int, x.type.shape[1])
    held = [_running(scene, node, word, channels, start) for word, start in (("mean", 0.0), ("variance", 1.0))]
    if scene.mode == "train":
        count = cast(Value, scene.examples() * float(cast(int, product(inputs[0].type.shape[1:-1]))))
        mean, variance = _moments(x, count)
        keep = cast(float, options["momentum"])
        unbiased = cast(Value, variance * (count / add("maximum", [cast(Value, count - 1.0), 1.0])))
        for old, new in zip(held, (mean, unbiased), strict=True):
            name = str(scene.builder.node(old).attr("name"))
            scene.builder.output(f"next/{name}", cast(Value, keep * old + (1.0 - keep) * new))
    else:
        mean, variance = held
    from_mean = cast(Value, x - _columns(mean, x))
    scale, shift = (weight(scene, node, part) for part in ("scale", "shift"))
    assert scale is not None and shift is not None, "a norm has scale and shift"  # noqa: PT018
    factor = cast(Value, scale * add("power", [cast(Value, variance + cast(float, options["epsilon"]))], exponent=-0.5))
    return shaped(cast(Value, from_mean * _columns(factor, x) + _columns(shift, x)), node)


def _running(scene: Scene, node: Node, word: str, channels: int, start: float) -> Value:
    begin = ("constant", (("value", start),))
    return scene.builder.leaf(
        "state", TensorType((channels,)), name=f"{node.id}.{word}", role="statistic", trainable=False, start=begin
    )


def _moments(x: Value, count: Value) -> tuple[Value, Value]:
    """Mean and variance down the columns."""
    add = x.builder.add
    mean = cast(Value, add("sum", [x], axes=(0,)) / count)
    squares = add("square", [cast(Value, x - _columns(mean, x))])
    return mean, cast(Value, add("sum", [squares], axes=(0,)) / count)


def _columns(row: Value, like: Value) -> Value:
    return row.builder.add("broadcast", [row], shape=like.type.shape, axes=(1,))


def _rows(column: Value, like: Value) -> Value:
    return column.builder.add("broadcast", [column], shape=like.type.shape, axes=(0,))


@layer("layer_norm")
def layer_norm(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """scale * (x - mean) / sqrt(var + epsilon) + shift, mean and var of each row of the last axis.

    Source: Ba et al. 2016, arXiv:1607.06450.
    """
    x, add = table_of(inputs[0]), scene.builder.add
    share = 1.0 / cast(int, x.type.shape[1])
    from_mean = cast(Value, x - _rows(cast(Value, add("sum", [x], axes=(1,)) * share), x))
    variance = cast(Value, add("sum", [add("square", [from_mean])], axes=(1,)) * share)
    factor = add("power", [cast(Value, variance + cast(float, options["epsilon"]))], exponent=-0.5)
    scale, shift = (weight(scene, node, part) for part in ("scale", "shift"))
    assert scale is not None and shift is not None, "a norm has scale and shift"  # noqa: PT018
    normed = cast(Value, from_mean * _rows(factor, x))
    return shaped(cast(Value, normed * _columns(scale, x) + _columns(shift, x)), node)


@layer("embedding")
def embedding(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The row of the class: a product with its row of 0 and one 1.  Source: Bengio et al. 2003."""
    table = weight(scene, node, "weights")
    assert table is not None, "an embedding has weights"
    index = inputs[0]
    whole = index if index.type.dtype == "int32" else index.builder.add("cast", [index], dtype="int32")
    hot = table_of(index.builder.add("one_hot", [whole], classes=options["classes"]))
    return shaped(hot.builder.add("matmul", [hot, table]), node)
