"""Weights and inner values as pictures for the screen."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .pictures import Array, Shown

FILTERS, UNITS, CHANNELS = 32, 16, 8


def filters(name: str, weights: Array, picture: tuple[int, ...] | None) -> Iterator[Shown]:
    """The filters of a layer that slides over a picture, `[filters, height, width, channels]`, each by its largest
    channel; or the units of a layer that reads a whole picture of this shape. Nothing of other layers."""
    if weights.ndim == 4 and min(weights.shape[1:3]) > 1:
        for number, one in enumerate(weights[:FILTERS]):
            best = int(np.abs(one).sum((0, 1)).argmax())
            yield Shown(one[..., best : best + 1], _called(name, number), signed=True)
    elif picture is not None and weights.ndim == 2 and weights.shape[1] == int(np.prod(picture)):
        for number, one in enumerate(weights[:UNITS]):
            yield Shown(one.reshape(picture), _called(name, number), signed=True)


def channels(name: str, value: Array) -> Iterator[Shown]:
    """Some channels of what a layer gives for one example; nothing where that is no picture."""
    if value.ndim != 3 or min(value.shape[:2]) < 2:
        return
    for channel in range(min(CHANNELS, value.shape[-1])):
        one = value[..., channel : channel + 1]
        low, high = light(one)
        yield Shown(one, _called(name, channel), low, max(high, low + 1e-12), low < 0)


def light(picture: Array) -> tuple[float, float]:
    """The darkest and the brightest value of a picture's scale: bytes from 0 to 255, others as they are."""
    if picture.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(np.nanmin(picture)), float(np.nanmax(picture))
    return (0.0, 255.0) if low >= 0 and high > 16 else (low, high)


def _called(name: str, number: int) -> str:
    return f"{name} {number}" if number == 0 else f"{number}"
