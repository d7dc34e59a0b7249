"""What windows move over: signals, pictures and volumes as pictures, and tables of places.

A signal is a picture of one row. Of a volume, a convolution first lays the slices that a window sees side by side, as
so many more channels of one picture, and then goes over these pictures; a pool goes over every slice, and then along
the depth. So every op and kernel for pictures serves all three.
"""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from ...dsl.kinds.windows import edges, steps_of
from ..graph import Node, Value
from ..ops.window import places
from ..types import BATCH, product
from .registry import Options

Window = dict[str, Any]
Axis = tuple[int, int, int, tuple[int, int]]
STILL: Axis = (1, 1, 1, (0, 0))
"""Size, stride, dilation and padding of a window of one point that stands at every point."""
SIGNAL, PICTURE, VOLUME = 3, 4, 5
"""Axes of a batch of them."""


class Laid(NamedTuple):
    """Pictures, the window that moves over them, and how many slices of a volume lie in their channels."""

    pictures: Value
    window: Window
    slices: int


def size_of(x: Value) -> tuple[int, int]:
    """Height and width of a batch of pictures."""
    return cast(int, x.type.shape[1]), cast(int, x.type.shape[2])


def table_of(x: Value) -> Value:
    """A row of channels for each place of each example."""
    return reshaped(x, (product(x.type.shape[:-1]), x.type.shape[-1]))


def shaped(table: Value, node: Node) -> Value:
    """A table as what its node gives out."""
    return reshaped(table, (BATCH, *node.type.shape[1:]))


def reshaped(x: Value, shape: Any) -> Value:
    """The same numbers in another shape; the value itself where it has it."""
    return x if x.type.shape == tuple(shape) else x.builder.add("reshape", [x], shape=tuple(shape))


def windows_of(x: Value, options: Options, name: str) -> tuple[Window, Window]:
    """The attributes of the ops that move a window: along the depth of a volume, and over a picture."""
    sizes = cast("tuple[int, ...]", x.type.shape[1:-1])
    (size, stride, dilation), pad = steps_of(options, name, len(sizes)), edges(options, name, sizes)
    found: list[Axis] = list(zip(size, stride, dilation, pad, strict=True))
    depth, down, across = [*[STILL] * (3 - len(found)), *found]
    return _window(depth, STILL), _window(down, across)


def _window(down: Axis, across: Axis) -> Window:
    size, stride, dilation = zip(down[:3], across[:3], strict=True)
    return {"size": size, "stride": stride, "dilation": dilation, "pad": (*down[3], *across[3])}


def is_still(window: Window) -> bool:
    """Whether a window is one point and stands at every point."""
    return window["size"] == window["stride"] == (1, 1) and not any(window["pad"])


def as_pictures(x: Value) -> Value:
    """A batch of signals as pictures of one row, of volumes as their slices one after another."""
    shape = x.type.shape
    if x.type.rank == VOLUME:
        return reshaped(x, (product(shape[:2]), *shape[2:]))
    return reshaped(x, (shape[0], 1, *shape[1:])) if x.type.rank == SIGNAL else x


def as_columns(x: Value) -> Value:
    """A batch of volumes as pictures that are their depth high, all places of a slice side by side."""
    batch, depth, *slice_, channels = x.type.shape
    return reshaped(x, (batch, depth, product(slice_), channels))


def laid(x: Value, options: Options) -> Laid:
    """What a convolution's window moves over."""
    along, over = windows_of(x, options, "kernel")
    if x.type.rank != VOLUME or is_still(along):
        return Laid(as_pictures(x), over, 1)
    batch, depth, height, width, channels = cast("tuple[int, ...]", x.type.shape)
    count, slices = product((batch, places(depth, 1, **along)[0])), along["size"][0]
    rows = x.builder.add("windows", [as_columns(x)], **along)
    return Laid(reshaped(rows, (count, height, width, slices * channels)), over, slices)
