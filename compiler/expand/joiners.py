"""Joiners in ops: several tensors become one."""

from __future__ import annotations

from typing import cast

from ...dsl.kinds.joiners import axis_number
from ..graph import Node, Value
from .registry import Options, Scene, layer


@layer("concat")
def concat(scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """The inputs one after the other along an axis, the last where none is named."""
    shape = tuple(size for size in inputs[0].type.shape[1:] if isinstance(size, int))
    return scene.builder.add("concat", inputs, axis=1 + axis_number(shape, options.get("axis")))


@layer("stack")
def stack(scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """The inputs as items of a new axis, the first of an example."""
    batch, *sizes = inputs[0].type.shape
    items = [scene.builder.add("reshape", [x], shape=(batch, 1, *sizes)) for x in inputs]
    return scene.builder.add("concat", items, axis=1)


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
