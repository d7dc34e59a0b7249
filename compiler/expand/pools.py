"""Pools in ops, along one, two or three axes: the largest or the mean of each window, or of all places."""

from __future__ import annotations

from typing import cast

from ...dsl.kinds.windows import extents
from ..graph import Node, Value
from ..types import BATCH, Dim, Shape, TensorType, product
from .layers import stream
from .registry import Options, Scene, layer
from .windows import PICTURE, VOLUME, Window, as_columns, as_pictures, is_still, reshaped, shaped, size_of, windows_of


@layer("max_pool")
def max_pool(_scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The largest of each window."""
    return shaped(_pooled("pool_max", inputs[0], options)[-1], node)


@layer("avg_pool")
def avg_pool(_scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The mean of each window; what lies outside does not count."""
    (x,) = inputs
    total = _pooled("pool_sum", x, options)[-1]
    along, over = windows_of(x, options, "size")
    if not any((*along["pad"], *over["pad"])):
        points = cast(int, product((along["size"][0], *over["size"])))
        return shaped(cast(Value, total * (1.0 / points)), node)
    counts = _pooled("pool_sum", x.builder.constant(1.0, x.type), options)[-1]
    return shaped(cast(Value, total / counts), node)


def _pooled(op: str, x: Value, options: Options) -> list[Value]:
    """What is pooled of a batch of pictures; of volumes what is pooled of their slices, and then along the depth."""
    along, over = windows_of(x, options, "size")
    found = [x.builder.add(op, [as_pictures(x)], **over)]
    if x.type.rank == VOLUME and not is_still(along):
        found.append(x.builder.add(op, [_piled(found[0], x.type.shape)], **along))
    return found


def _piled(slices: Value, volume: Shape) -> Value:
    """Slices of volumes as pictures that are the volume's depth high, all places of a slice side by side."""
    _, *slice_, channels = slices.type.shape
    return as_columns(reshaped(slices, (*volume[:2], *slice_, channels)))


def put_back(values: Value, x: Value, options: Options) -> Value:
    """Numbers where `max_pool` with these options found the largest of x, the first of several."""
    along, over = windows_of(x, options, "size")
    add, steps = x.builder.add, _pooled("pool_max", x, options)
    if len(steps) == 1:
        pictures = reshaped(values, steps[0].type.shape)
        return reshaped(add("pool_max_back", [pictures, as_pictures(x), steps[0]], **over), x.type.shape)
    piled = reshaped(values, steps[1].type.shape)
    slices = add("pool_max_back", [piled, _piled(steps[0], x.type.shape), steps[1]], **along)
    back = [reshaped(slices, steps[0].type.shape), as_pictures(x), steps[0]]
    return reshaped(add("pool_max_back", back, **over), x.type.shape)


@layer("fractional_max_pool")
def fractional_max_pool(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The largest of each window; in training windows are moved by chance, else they stand evenly."""
    (x,) = inputs
    if scene.mode == "train":
        key = stream(scene.experiment.seed, node.id, "windows")
        moved = scene.builder.add("uniform", [scene.clock(), scene.rows()], key=key, shape=(BATCH, 2))
    else:
        moved = scene.builder.constant(0.5, TensorType((BATCH, 2)))
    places = cast("tuple[int, int]", node.type.shape[1:3])
    return scene.builder.add("fractional_max", [x, moved], places=places, size=extents(options, "size"))


def _whole(x: Value) -> Window:
    return {"size": size_of(x), "stride": (1, 1)}


@layer("global_avg_pool")
def global_avg_pool(_scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """The mean of each channel."""
    x = _as_picture(inputs[0])
    height, width = size_of(x)
    return shaped(cast(Value, x.builder.add("pool_sum", [x], **_whole(x)) * (1.0 / (height * width))), node)


@layer("global_max_pool")
def global_max_pool(_scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """The largest of each channel."""
    x = _as_picture(inputs[0])
    return shaped(x.builder.add("pool_max", [x], **_whole(x)), node)


def _as_picture(x: Value) -> Value:
    """All axes before the channels as places of a picture."""
    if x.type.rank == PICTURE:
        return x
    count: Dim = product(x.type.shape[1:-1])
    return reshaped(x, (BATCH, 1, count, x.type.shape[-1]))
