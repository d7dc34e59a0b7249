"""Arithmetic on sizes that several kinds share, and how sizes are said in a message."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .kind import SizeMistake, Sizes
from .values import WeightsSpec

Shapes = tuple[tuple[int, ...], ...]
Options = Mapping[str, object]


def one_shape(shapes: Shapes) -> tuple[int, ...]:
    """The only input's shape: several inputs of a layer are joined before it."""
    if len(shapes) != 1:
        raise SizeMistake(f"one input is wanted, here are {len(shapes)}", "Join them first, with `concat`.")
    return shapes[0]


def pass_through(shapes: Shapes, options: Options) -> Sizes:
    """Sizes stay as they are."""
    return Sizes(one_shape(shapes))


def number(options: Options, name: str) -> int:
    """A whole number among the options."""
    value = options[name]
    assert isinstance(value, int), f"{name} was resolved as a whole number: {value!r}"
    return value


def has_bias(options: Options) -> bool:
    """Whether a layer adds a bias: unless the file says `bias: false`."""
    bias = options.get("bias")
    return not isinstance(bias, WeightsSpec) or bias.given


def said(shape: tuple[int, ...]) -> str:
    """`[8, 8, 1]`"""
    return f"[{', '.join(map(str, shape))}]"


def counted(shape: tuple[int, ...]) -> str:
    """`8 * 8 * 1 = 64`, or just `64`."""
    product = str(math.prod(shape))
    return f"{' * '.join(map(str, shape))} = {product}" if len(shape) > 1 else product
