"""The boxes of a picture coloured by what a run's look inside has seen, or by predicted work."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .marks import Heat

if TYPE_CHECKING:
    from .layers import Layer

KINDS = ("gradient", "activation", "weight", "work", "parameters")
"""What boxes can be coloured by: what the watched run has seen, and what is known without one."""
DECADES = 6.0
"""Powers of ten between the coldest and the hottest box: sizes of gradients are far apart."""


def heats(
    kind: str, ids: Iterable[str], layers: Mapping[str, Layer], seen: Mapping[str, Mapping[str, Any]]
) -> dict[str, Heat]:
    """The heat of each box that has one. `seen`: the layers of an `Observed`."""
    if kind in ("work", "parameters"):
        amounts = {i: float(_work(layers[i], kind)) for i in ids if i in layers}
        most = max(amounts.values(), default=0.0)
        return {i: Heat(amount / most, f"{amount / most:.0%}") for i, amount in amounts.items() if amount > 0}
    sizes = {i: float(seen[i][kind].get("rms") or 0.0) for i in ids if isinstance(seen.get(i, {}).get(kind), Mapping)}
    most = max(sizes.values(), default=0.0)
    return {i: Heat(_log_share(size, most), f"{size:.1e}") for i, size in sizes.items()}


def _work(layer: Layer, kind: str) -> int:
    return layer.multiply_adds if kind == "work" else layer.parameters


def _log_share(size: float, most: float) -> float:
    if size <= 0 or most <= 0:
        return 0.0
    return max(0.0, 1.0 + math.log10(size / most) / DECADES)
