"""All ops, family by family. A new family adds its line here; `seal` refuses an op that is not all there."""

from . import (
    activation,
    arithmetic,
    comparison,
    composite,
    contraction,
    leaves,
    movement,
    random,
    reduction,
    warp,
    window,
)
from .op import REGISTRY, Op
from .seal import seal

FAMILIES = (
    leaves, arithmetic, activation, comparison, movement, reduction, contraction, random, composite, window, warp,
)  # fmt: skip

seal(REGISTRY)

__all__ = ["FAMILIES", "REGISTRY", "Op"]
