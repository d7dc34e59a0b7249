"""All ops, family by family. A new family adds its line here; `seal` refuses an op that is not all there."""

from . import (
    activation,
    arithmetic,
    comparison,
    composite,
    contraction,
    depthwise,
    fractional,
    leaves,
    movement,
    random,
    reduction,
    resize,
    warp,
    window,
)
from .op import REGISTRY, Op
from .seal import seal

FAMILIES = (
    leaves, arithmetic, activation, comparison, movement, reduction, contraction, random, composite, window, warp,
    depthwise, resize, fractional,
)  # fmt: skip

seal(REGISTRY)

__all__ = ["FAMILIES", "REGISTRY", "Op"]
