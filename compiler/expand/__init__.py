"""What layers, losses, metrics and transforms mean in ops: one rule a kind, family by family."""

from . import (
    activations,
    convolutions,
    enlarging,
    fields,
    joiners,
    layers,
    losses,
    metrics,
    norms,
    penalties,
    pools,
    tensors,
)
from .network import Expanded, expand
from .registry import AUGMENTS, LAYERS, LOSSES, METRICS, PENALTIES, PREPARES, Mode

FAMILIES = (
    activations, convolutions, enlarging, fields, joiners, layers, losses, metrics, norms, penalties, pools, tensors,
)  # fmt: skip

__all__ = ["AUGMENTS", "FAMILIES", "LAYERS", "LOSSES", "METRICS", "PENALTIES", "PREPARES", "Expanded", "Mode", "expand"]
