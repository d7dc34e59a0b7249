"""Convolutions in ops, along one, two or three axes.

A convolution is its windows laid out as rows, times its filters; the product and all that follows it element by
element work on that table, which the picture is a view of.
"""

from __future__ import annotations

from typing import cast

from ..graph import Node, Value
from ..types import product
from .activations import SQUASHED, activate
from .registry import Options, Scene, layer
from .weights import weight
from .windows import Laid, is_still, laid, reshaped, shaped, table_of

Frozen = tuple[str, tuple[tuple[str, object], ...]]
FULL = 16
"""Channels that fill a vector: smaller groups are done several at once, the zeros between them multiplied along."""
MOST_OF_A_CHANNEL = 8
"""With more filters than this for each single channel, a product for each channel is no worse."""


@layer("conv1d", "conv2d", "conv3d")
def convolution(scene: Scene, node: Node, inputs: list[Value], options: Options) -> Value:
    """y[b, place, f] = activation(sum over window and channels of x * w[f] + bias[f]).  Source: LeCun et al. 1989."""
    (x,) = inputs
    filters = weight(scene, node, "weights")
    assert filters is not None, "a convolution has weights"
    groups = cast(int, options["groups"])
    y = _grouped(x, filters, groups, options) if groups > 1 else _product(laid(x, options), filters)
    bias = weight(scene, node, "bias")
    if bias is not None:
        y = cast(Value, y + scene.builder.add("broadcast", [bias], shape=y.type.shape, axes=(1,)))
    kind, own = cast(Frozen, options["activation"])
    if kind in SQUASHED:
        return activate(scene, node.id, shaped(y, node), kind, dict(own))
    return shaped(activate(scene, node.id, y, kind, dict(own)), node)


def _product(x: Laid, filters: Value) -> Value:
    """Every window times every filter, a row for each place."""
    rows = table_of(x.pictures) if is_still(x.window) else x.pictures.builder.add("windows", [x.pictures], **x.window)
    count, numbers = filters.type.shape[0], product(filters.type.shape[1:])
    if x.slices > 1:
        # the slices of a volume lie side by side at each point of the picture: so do their filters
        parts = reshaped(filters, (count, x.slices, product(x.window["size"]), filters.type.shape[-1]))
        filters = filters.builder.add("transpose", [parts], order=(0, 2, 1, 3))
    return rows.builder.add("matmul", [rows, reshaped(filters, (count, numbers))], transpose_b=True)


def _grouped(x: Value, filters: Value, groups: int, options: Options) -> Value:
    """Each part of the channels with its own filters; where every channel is a part, channel by channel at once."""
    add, last = x.builder.add, x.type.rank - 1
    channels, count = cast(int, x.type.shape[last]) // groups, cast(int, filters.type.shape[0]) // groups
    if channels == 1 and count <= MOST_OF_A_CHANNEL:
        return _by_channel(laid(x, options), filters, groups, count)
    together = _together(groups, max(channels, count))
    if together > 1:
        filters, groups = _side_by_side(filters, groups, together), groups // together
        channels, count = channels * together, count * together
    if groups == 1:
        return _product(laid(x, options), filters)
    parts = [
        _product(
            laid(add("slice", [x], axis=last, start=g * channels, stop=(g + 1) * channels), options),
            add("slice", [filters], axis=0, start=g * count, stop=(g + 1) * count),
        )
        for g in range(groups)
    ]
    return add("concat", parts, axis=1)


def _together(groups: int, channels: int) -> int:
    """How many groups of so many channels are done as one, so that they fill a vector."""
    return next(
        count for count in range(1, groups + 1) if groups % count == 0 and (count * channels >= FULL or count == groups)
    )


def _side_by_side(filters: Value, groups: int, together: int) -> Value:
    """Filters of `together` groups as those of one: each has zeros for the channels of the other groups."""
    add, shape = filters.builder.add, filters.type.shape
    channels = cast(int, shape[-1])
    rows = cast(int, product(shape[:-1])) // groups
    table = reshaped(filters, (groups // together, together, rows, channels))
    parts = [
        add(
            "pad", [add("slice", [table], axis=1, start=n, stop=n + 1)],
            axis=3, before=n * channels, after=(together - 1 - n) * channels,
        )
        for n in range(together)
    ]  # fmt: skip
    return reshaped(add("concat", parts, axis=1), (*shape[:-1], together * channels))


def _by_channel(x: Laid, filters: Value, channels: int, count: int) -> Value:
    """`count` filters for each channel, those of one channel beside each other."""
    add, points = filters.builder.add, cast(int, product(x.window["size"]))
    flat = reshaped(filters, (channels, count, x.slices * points))
    found = list[Value]()
    for n in range(count):
        part = flat if count == 1 else add("slice", [flat], axis=1, start=n, stop=n + 1)
        rows = add("transpose", [reshaped(part, (channels, x.slices, points))], order=(2, 1, 0))
        made = add("depthwise", [x.pictures, reshaped(rows, (points, x.slices * channels))], **x.window)
        found.append(_over_slices(table_of(made), x.slices, channels))
    if count == 1:
        return found[0]
    places = found[0].type.shape[0]
    beside = add("concat", [reshaped(y, (places, channels, 1)) for y in found], axis=2)
    return add("reshape", [beside], shape=(places, channels * count))


def _over_slices(table: Value, slices: int, channels: int) -> Value:
    """The sum over the slices of a volume, whose channels lie side by side."""
    if slices == 1:
        return table
    return table.builder.add("sum", [reshaped(table, (table.type.shape[0], slices, channels))], axes=(1,))
