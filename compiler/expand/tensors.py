"""Tensors that are no layers of neurons, in ops: parts, rows of classes, noise, variables."""

from __future__ import annotations

import math
from typing import cast

from ...dsl.kinds.joiners import axis_number
from ..graph import Node, Value
from ..types import BATCH, Shape
from .layers import stream
from .registry import Options, Scene, layer
from .weights import weight


@layer("split")
def split(_scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """Numbers `start` to `stop` of the last axis."""
    (x,) = inputs
    return x.builder.add("slice", [x], axis=x.type.rank - 1, start=options["start"], stop=options["stop"])


@layer("one_hot")
def one_hot(_scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """1 at the place of the class, 0 elsewhere."""
    return _rows_of(inputs[0], cast(int, options["classes"]))


def _rows_of(index: Value, classes: int) -> Value:
    whole = index if index.type.dtype == "int32" else index.builder.add("cast", [index], dtype="int32")
    return index.builder.add("one_hot", [whole], classes=classes)


@layer("pick")
def pick(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """x[index] along the last axis; an index out of range picks 0."""
    x, index = inputs
    last = x.type.rank - 1
    hot = _rows_of(index, cast(int, x.type.shape[last]))
    return x.builder.add("sum", [x.builder.add("where", [hot, x, 0.0])], axes=(last,))


@layer("shift")
def shift(_scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """y[t] = x[t - by], `fill` where there is no such step; a negative `by` looks ahead."""
    (x,) = inputs
    add, by, fill = x.builder.add, cast(int, options["by"]), float(cast(float, options["fill"]))
    axis = 1 + axis_of(cast(tuple[int, ...], x.type.shape[1:]), options.get("axis"))
    size = cast(int, x.type.shape[axis])
    if abs(by) >= size:
        return x.builder.constant(fill, x.type)
    # the pad is zeros: what is filled with something else is moved to where zero stands for it
    from_fill = x if fill == 0 else cast(Value, x - fill)
    kept = add("slice", [from_fill], axis=axis, start=max(0, -by), stop=size - max(0, by))
    moved = add("pad", [kept], axis=axis, before=max(0, by), after=max(0, -by))
    return moved if fill == 0 else cast(Value, moved + fill)


def axis_of(shape: tuple[int, ...], axis: object) -> int:
    """The axis named, else `time`, else the first."""
    return axis_number(shape, axis) if axis is not None else 0


@layer("sum")
def sum_over(_scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """The sum over one axis; over the whole example where none is named."""
    (x,) = inputs
    axes = _axes(x, options)
    return x.builder.add("sum", [x], axes=axes) if axes else x


@layer("mean")
def mean_over(_scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """The mean over one axis; over the whole example where none is named."""
    (x,) = inputs
    axes = _axes(x, options)
    count = math.prod(cast(int, x.type.shape[axis]) for axis in axes)
    return cast(Value, x.builder.add("sum", [x], axes=axes) * (1.0 / count)) if axes else x


def _axes(x: Value, options: Options) -> tuple[int, ...]:
    if options.get("over") is None:
        return tuple(range(1, x.type.rank))
    return (1 + axis_number(cast(tuple[int, ...], x.type.shape[1:]), options["over"]),)


@layer("unit_length")
def unit_length(_scene: Scene, _node: Node, inputs: list[Value], _options: Options) -> Value:
    """x / |x| along the last axis; a row of zeros stays zeros."""
    (x,) = inputs
    add, last = x.builder.add, x.type.rank - 1
    squares = add("sum", [add("square", [x])], axes=(last,))
    factor = add("power", [add("maximum", [squares, 1e-24])], exponent=-0.5)
    return cast(Value, x * add("broadcast", [factor], shape=x.type.shape, axes=tuple(range(last))))


@layer("variable")
def variable(scene: Scene, node: Node, _inputs: list[Value], _options: Options) -> Value:
    """A tensor of weights, the same for every example."""
    value = weight(scene, node, "weights")
    assert value is not None, "a variable has weights"
    axes = tuple(range(1, node.type.rank))
    return scene.builder.add("broadcast", [value], shape=node.type.shape, axes=axes)


# noise: drawn anew for each example and step, in every program


@layer("uniform")
def uniform(scene: Scene, node: Node, _inputs: list[Value], _options: Options) -> Value:
    """U(0, 1)."""
    return _draw(scene, node, "noise")


@layer("normal")
def normal(scene: Scene, node: Node, _inputs: list[Value], _options: Options) -> Value:
    """N(0, 1): sqrt(-2 log(1 - u)) cos(2 pi v).  Source: Box & Muller 1958."""
    add = scene.builder.add
    radius = add("sqrt", [cast(Value, -2.0 * add("log", [cast(Value, 1.0 - _draw(scene, node, "noise"))]))])
    return cast(Value, radius * add("cos", [cast(Value, 2.0 * math.pi * _draw(scene, node, "angle"))]))


@layer("bernoulli")
def bernoulli(scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """1 with the probability that it reads, else 0."""
    return scene.builder.add("less", [_draw(scene, node, "noise"), inputs[0]])


def _draw(scene: Scene, node: Node, purpose: str) -> Value:
    shape: Shape = (BATCH, *node.type.shape[1:])
    key = stream(scene.experiment.seed, node.id, purpose)
    if len(shape) == 1:
        drawn = scene.builder.add("uniform", [scene.clock(), scene.rows()], key=key, shape=(BATCH, 1))
        return scene.builder.add("reshape", [drawn], shape=shape)
    return scene.builder.add("uniform", [scene.clock(), scene.rows()], key=key, shape=shape)
