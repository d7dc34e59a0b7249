"""What was seen inside a network while it trained, as ridges, pictures and a matrix for the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .confusion_rows import Confusion
from .pictures import Shown
from .ridge_rows import Ridge

SIZES = ("gradients", "activations", "weights")
PICTURES = ("filters", "activations", "examples", "reconstructions", "samples", "attention")
LOOKS = ("map", *PICTURES, "answers", "confusion")
"""What can be looked at, in this order: the map of the inputs, pictures, what is answered in words, the confusion matrix."""
WIDTH = 0.5
"""Powers of ten of a bin of what is recorded."""
KEYS = {"gradients": "gradient", "activations": "activation", "weights": "weight"}
SMALL = 1e-3
"""A layer whose gradients are this much smaller than the largest is told of."""
MUCH = 0.3
"""So large a share of dead units or saturated outputs is told of."""
STILL, WILD = 1e-5, 0.1
"""Updates below and above these shares of the weights are told of."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the network says of an example, how sure it is (0 to 1), and what is true; of numbers how far it is `off`."""

    part: str
    row: int
    taken: str
    sure: float
    truth: str
    off: float | None = None

    @property
    def right(self) -> bool:
        return self.off is not None or self.taken == self.truth


@dataclass(frozen=True, slots=True)
class Inside:
    """One look inside. `ridges` by what they are the sizes of; `pictures` by what they show; `answers`, the worst first;
    `step` of the ridges, `pictures_step` of the rest."""

    step: int = 0
    ridges: Mapping[str, tuple[Ridge, ...]] = field(default_factory=dict)
    pictures_step: int = 0
    pictures: Mapping[str, tuple[Shown, ...]] = field(default_factory=dict)
    confusion: Confusion | None = None
    answers: tuple[Answer, ...] = ()


def ridges_of(layers: Mapping[str, Mapping[str, Any]]) -> dict[str, tuple[Ridge, ...]]:
    """The layers of a look (see `runtime/events.py`, `Observed`) as ridges, by what they are the sizes of."""
    found = {}
    for called, key in KEYS.items():
        there = {name: layer for name, layer in layers.items() if isinstance(layer.get(key), Mapping)}
        if there:
            largest = max((_rms(layer[key]) for layer in there.values()), default=0.0)
            found[called] = tuple(_ridge(name, layer, key, largest) for name, layer in there.items())
    return found


def _rms(sizes: Mapping[str, Any]) -> float:
    return float(sizes.get("rms") or 0.0)


def _ridge(name: str, layer: Mapping[str, Any], key: str, largest: float) -> Ridge:
    sizes = layer[key]
    counts = np.array(sizes.get("counts") or [0], np.float64)
    low = float(sizes.get("low") or 0.0)
    words = "; ".join(_words(layer, key, largest))
    zero = float(sizes.get("zero") or 0.0)
    return Ridge(name, counts, low, low + WIDTH * len(counts), _rms(sizes), zero, not sizes.get("bad"), words)


def _words(layer: Mapping[str, Any], key: str, largest: float) -> list[str]:
    """What is wrong with a layer's numbers, shortly."""
    sizes, found = layer[key], []
    if sizes.get("bad"):
        found.append("not finite")
    if key == "gradient" and 0 < _rms(sizes) < SMALL * largest:
        found.append(f"1/{_amount(largest / _rms(sizes))} of the largest")
    if key == "gradient" and not sizes.get("bad") and _rms(sizes) == 0:
        found.append("learns nothing")
    if key == "activation":
        found += [f"{sizes[word]:.0%} {word}" for word in ("dead", "saturated") if (sizes.get(word) or 0) >= MUCH]
    if key == "weight" and (ratio := layer.get("ratio")) is not None:
        if ratio < STILL:
            found.append(f"hardly moves: {ratio:.0e} a step")
        elif ratio > WILD:
            found.append(f"jumps: {ratio:.0%} a step")
    return found


def _amount(ratio: float) -> str:
    """7,000 or 3e6: one digit is enough."""
    digits, _, power = f"{ratio:.0e}".partition("e")
    return f"{int(digits) * 10 ** int(power):,}" if int(power) < 6 else f"{digits}e{int(power)}"
