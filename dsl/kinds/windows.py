"""Windows that move over signals, pictures and volumes: how many places they have, and what stands at the edges.

A signal is [length, channels], a picture [height, width, channels], a volume [depth, height, width, channels]. An
option of a window has one number for all its axes, or one for each, in this order.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from .kind import SizeMistake
from .sizes import Options, Shapes, one_shape, said

AXES: Mapping[int, tuple[str, ...]] = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""The axes a window moves along, by how many there are."""
THINGS: Mapping[int, str] = {1: "signal", 2: "picture", 3: "volume"}
"""What has so many axes beside its channels."""
CONVOLUTIONS: Mapping[int, str] = {1: "conv1d", 2: "conv2d", 3: "conv3d"}
"""The convolution over so many axes."""


def one_for_each(axes: int) -> str:
    """How many numbers an option may have: `Give one number, or one for height and one for width.`"""
    words = [f"one for {axis}" for axis in AXES[axes]]
    if axes == 1:
        return "Give one number."
    return f"Give one number, or {', '.join(words[:-1])} and {words[-1]}."


def along(options: Options, name: str, axes: int) -> tuple[int, ...]:
    """An option as a whole number for each of so many axes. Raises SizeMistake where it has another count."""
    values = options[name]
    assert isinstance(values, tuple), f"{name} was resolved as whole numbers: {values!r}"
    if len(values) not in (1, axes):
        raise SizeMistake(f"{name} has {len(values)} numbers", one_for_each(axes))
    return values if len(values) == axes else values * axes


def extents(options: Options, name: str) -> tuple[int, int]:
    """An option of one or two whole numbers, for height and width."""
    height, width = along(options, name, 2)
    return height, width


def steps_of(options: Options, window: str, axes: int) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Size, stride and dilation of a window; a stride that is left out is the size, a dilation 1."""
    sizes = along(options, window, axes)
    strides = along(options, "stride", axes) if options.get("stride") is not None else sizes
    dilations = along(options, "dilation", axes) if options.get("dilation") is not None else (1,) * axes
    return sizes, strides, dilations


def window_output(
    size: int, window: int, stride: int, dilation: int, padding: object, axis: str, rounding: object = "floor"
) -> int:
    """How many places a window has along an axis: (size + padding - reach) / stride, rounded, + 1.

    Rounded up, the last window stands partly outside; one that would begin outside is none.
    """
    if padding == "same":
        return math.ceil(size / stride)
    added = 0 if padding == "valid" else int(str(padding))
    reach = dilation * (window - 1) + 1
    room = size + 2 * added - reach
    whole = f"{size} + 2 * {added} = {size + 2 * added}" if added else str(size)
    if room < 0:
        raise SizeMistake(
            f"a window of {reach} does not fit the {axis} of {whole}",
            "Make it smaller, or write `padding: same`.",
        )
    if rounding == "strict" and room % stride:
        raise SizeMistake(
            f"a window of {reach} in steps of {stride} leaves {room % stride} of the {axis} of {whole} over: "
            f"({size + 2 * added} - {reach}) / {stride} = {room / stride:.4g}",
            "Change window, stride or padding, or leave `rounding: strict` out.",
        )
    last = room // stride
    if rounding == "ceil" and room % stride and (last + 1) * stride < size + added:
        last += 1
    return last + 1


def paddings(options: Options, axes: int = 2) -> tuple[object, ...]:
    """The padding of each axis: a word, or a number."""
    padding = options["padding"]
    each = tuple(padding) if isinstance(padding, list | tuple) else (padding,)
    if len(each) not in (1, axes) or not all(p in ("same", "valid") or _count(p) for p in each):
        several = one_for_each(axes).removeprefix("Give one number").rstrip(".")
        raise SizeMistake(f"padding is {padding!r}", f"Write valid, same, a number{several}.")
    return each if len(each) == axes else each * axes


def _count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def windows_along(sizes: tuple[int, ...], options: Options, window: str) -> tuple[int, ...]:
    """At how many places a window stands along each axis."""
    axes = len(sizes)
    steps, rounding = steps_of(options, window, axes), options.get("rounding", "floor")
    return tuple(
        window_output(size, w, s, d, padding, axis, rounding)
        for size, w, s, d, padding, axis in zip(sizes, *steps, paddings(options, axes), AXES[axes], strict=True)
    )


def edges(options: Options, window: str, sizes: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
    """Zeros before and behind each axis, so that the windows stand where the size rule says."""
    axes = len(sizes)
    steps, counts = steps_of(options, window, axes), windows_along(sizes, options, window)
    found = list[tuple[int, int]]()
    for size, w, s, d, padding, places in zip(sizes, *steps, paddings(options, axes), counts, strict=True):
        needed = (places - 1) * s + d * (w - 1) + 1 - size
        if padding == "same":
            found.append((max(needed, 0) // 2, max(needed, 0) - max(needed, 0) // 2))
        else:
            before = 0 if padding == "valid" else int(str(padding))
            found.append((before, max(before, needed - before)))
    return tuple(found)


def margins(options: Options, window: str, picture: tuple[int, int]) -> tuple[int, int, int, int]:
    """Zeros above, below, left and right of a picture."""
    (above, below), (left, right) = edges(options, window, picture)
    return above, below, left, right


def places_of(shapes: Shapes, axes: int, kinds: Mapping[int, str] | None = None) -> tuple[tuple[int, ...], int]:
    """Sizes along the axes, and channels, of the one input; raises `SizeMistake` where it has other axes.

    `kinds`: the layers that do the same along another number of axes.
    """
    shape = one_shape(shapes)
    if len(shape) != axes + 1:
        words = ", ".join((*AXES[axes], "channels"))
        raise SizeMistake(
            f"the input is {said(shape)}, and a {THINGS[axes]} has {axes + 1} axes: {words}",
            _other(len(shape) - 1, kinds or {}),
        )
    return shape[:-1], shape[-1]


def _other(axes: int, kinds: Mapping[int, str]) -> str:
    """The way out: the kind for an input of that many axes, or other axes."""
    if axes in kinds:
        return f"Write `{kinds[axes]}` if it is a {THINGS[axes]}, or give it other axes with `reshape`."
    return "Bring it there with `reshape`."


def picture_of(shapes: Shapes) -> tuple[int, int, int]:
    """Height, width and channels of the one input; raises `SizeMistake` where it is no picture."""
    (height, width), channels = places_of(shapes, 2)
    return height, width, channels


def pooled_places(shapes: Shapes) -> tuple[tuple[int, ...], int]:
    """Sizes along one, two or three axes, and channels, of what a pool reads; raises `SizeMistake` for others."""
    shape = one_shape(shapes)
    if len(shape) - 1 not in AXES:
        kinds = "a signal [length, channels], a picture [height, width, channels], or a volume"
        raise SizeMistake(f"the input is {said(shape)}, and a pool reads {kinds}", "Bring it there with `reshape`.")
    return shape[:-1], shape[-1]
