"""What layers, losses, metrics and transforms mean in ops: one rule a kind, family by family."""

from . import activations, enlarging, fields, joiners, layers, losses, metrics, penalties, pictures, tensors
from .network import Expanded, expand
from .registry import AUGMENTS, LAYERS, LOSSES, METRICS, PENALTIES, PREPARES, Mode

FAMILIES = (activations, enlarging, fields, joiners, layers, losses, metrics, penalties, pictures, tensors)

__all__ = ["AUGMENTS", "FAMILIES", "LAYERS", "LOSSES", "METRICS", "PENALTIES", "PREPARES", "Expanded", "Mode", "expand"]
