"""Everything that is told of kinds, and the table it stands in."""

from . import told_augment, told_data, told_layers, told_pictures, told_sequences, told_training
from .told import TOLD, Told

TELLING = (told_layers, told_pictures, told_sequences, told_training, told_data, told_augment)

__all__ = ["TELLING", "TOLD", "Told"]
