"""Layers of picture networks in ops: convolutions, pools, norms.

A convolution is its windows laid out as rows, times its filters; the product and all that follows it element by
element work on that table, which the picture is a view of.
"""

from __future__ import annotations

from typing import Any, cast

from ...dsl.kinds.image_layers import extents, margins
from ..graph import Node, Value
from ..types import BATCH, Dim, TensorType, product
from .activations import SQUASHED, activate
from .layers import stream
from .registry import Options, Scene, layer
from .weights import weight

Window = dict[str, Any]
Frozen = tuple[str, tuple[tuple[str, object], ...]]
MOST_OF_A_CHANNEL = 8
"""With more filters than this for each single channel, a product for each channel is no worse."""


def size_of(x: Value) -> tuple[int, int]:
    """Height and width of a batch of pictures."""
    return cast(int, x.type.shape[1]), cast(int, x.type.shape[2])


def window_of(x: Value, options: Options, name: str) -> Window:
    """The attributes of the ops that move a window over a picture."""
    size = extents(options, name)
    return {
        "size": size,
        "stride": extents(options, "stride") if options.get("stride") is not None else size,
        "pad": margins(options, name, size_of(x)),
        "dilation": extents(options, "dilation") if options.get("dilation") is not None else (1, 1),
    }


def table_of(x: Value) -> Value:
    """A row of channels for each place of each example."""
    shape = (product(x.type.shape[:-1]), x.type.shape[-1])
    return x if x.type.shape == shape else x.builder.add("reshape", [x], shape=shape)


def _shaped(table: Value, node: Node) -> Value:
    shape = (BATCH, *node.type.shape[1:])
    return table if table.type.shape == shape else table.builder.add("reshape", [table], shape=shape)


@layer("conv2d")
def conv2d(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """y[b, i, j, f] = activation(sum over window and channels of x * w[f] + bias[f]).  Source: LeCun et al. 1989."""
    (x,) = inputs
    filters = weight(scene, node, "weights")
    assert filters is not None, "a convolution has weights"
    groups, window = cast(int, options["groups"]), window_of(x, options, "kernel")
    y = _grouped(x, filters, groups, window) if groups > 1 else _product(x, filters, window)
    bias = weight(scene, node, "bias")
    if bias is not None:
        y = cast(Value, y + scene.builder.add("broadcast", [bias], shape=y.type.shape, axes=(1,)))
    kind, own = cast(Frozen, options["activation"])
    if kind in SQUASHED:
        return activate(scene, node.id, _shaped(y, node), kind, dict(own))
    return _shaped(activate(scene, node.id, y, kind, dict(own)), node)


def _product(x: Value, filters: Value, window: Window) -> Value:
    alone = window["size"] == window["stride"] == (1, 1) and not any(window["pad"])
    rows = table_of(x) if alone else x.builder.add("windows", [x], **window)
    count, numbers = filters.type.shape[0], product(filters.type.shape[1:])
    flat = filters.builder.add("reshape", [filters], shape=(count, numbers))
    return rows.builder.add("matmul", [rows, flat], transpose_b=True)


def _grouped(x: Value, filters: Value, groups: int, window: Window) -> Value:
    """Each part of the channels with its own filters; where every channel is a part, channel by channel at once."""
    add = x.builder.add
    channels, count = cast(int, x.type.shape[3]) // groups, cast(int, filters.type.shape[0]) // groups
    if channels == 1 and count <= MOST_OF_A_CHANNEL:
        return _by_channel(x, filters, count, window)
    parts = [
        _product(
            add("slice", [x], axis=3, start=g * channels, stop=(g + 1) * channels),
            add("slice", [filters], axis=0, start=g * count, stop=(g + 1) * count),
            window,
        )
        for g in range(groups)
    ]
    return add("concat", parts, axis=1)


def _by_channel(x: Value, filters: Value, count: int, window: Window) -> Value:
    """`count` filters for each channel, those of one channel beside each other."""
    add, channels = x.builder.add, cast(int, x.type.shape[3])
    numbers = product(filters.type.shape[1:])
    flat = add("reshape", [filters], shape=(channels, count, numbers))
    found = list[Value]()
    for n in range(count):
        part = flat if count == 1 else add("slice", [flat], axis=1, start=n, stop=n + 1)
        rows = add("transpose", [add("reshape", [part], shape=(channels, numbers))], order=(1, 0))
        found.append(table_of(add("depthwise", [x, rows], **window)))
    if count == 1:
        return found[0]
    places = found[0].type.shape[0]
    beside = add("concat", [add("reshape", [y], shape=(places, channels, 1)) for y in found], axis=2)
    return add("reshape", [beside], shape=(places, channels * count))


@layer("max_pool")
def max_pool(_scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """The largest of each window."""
    (x,) = inputs
    return x.builder.add("pool_max", [x], **window_of(x, options, "size"))


@layer("avg_pool")
def avg_pool(_scene: Scene, _node: Node, inputs: list[Value], options: Options) -> Value:
    """The mean of each window; what lies outside the picture does not count."""
    (x,) = inputs
    window = window_of(x, options, "size")
    total = x.builder.add("pool_sum", [x], **window)
    if not any(window["pad"]):
        return cast(Value, total * (1.0 / (window["size"][0] * window["size"][1])))
    ones = x.builder.constant(1.0, x.type)
    return cast(Value, total / x.builder.add("pool_sum", [ones], **window))


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
    return _shaped(cast(Value, x.builder.add("pool_sum", [x], **_whole(x)) * (1.0 / (height * width))), node)


@layer("global_max_pool")
def global_max_pool(_scene: Scene, node: Node, inputs: list[Value], _options: Options) -> Value:
    """The largest of each channel."""
    x = _as_picture(inputs[0])
    return _shaped(x.builder.add("pool_max", [x], **_whole(x)), node)


def _as_picture(x: Value) -> Value:
    """All axes before the channels as places of a picture."""
    if x.type.rank == 4:
        return x
    count: Dim = product(x.type.shape[1:-1])
    return x.builder.add("reshape", [x], shape=(BATCH, 1, count, x.type.shape[-1]))


# norms


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
    return _shaped(cast(Value, from_mean * _columns(factor, x) + _columns(shift, x)), node)


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
    return _shaped(cast(Value, normed * _columns(scale, x) + _columns(shift, x)), node)


@layer("embedding")
def embedding(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """The row of the class: a product with its row of 0 and one 1.  Source: Bengio et al. 2003."""
    table = weight(scene, node, "weights")
    assert table is not None, "an embedding has weights"
    index = inputs[0]
    whole = index if index.type.dtype == "int32" else index.builder.add("cast", [index], dtype="int32")
    hot = table_of(index.builder.add("one_hot", [whole], classes=options["classes"]))
    return _shaped(hot.builder.add("matmul", [hot, table]), node)
