"""Augmentations, told."""

from __future__ import annotations

from .frames import layers
from .told import tell

CONVOLUTIONS = """
- conv2d: {filters: 16, kernel: 3, activation: relu}
- flatten
- dense: 10
"""

for _name, _use, _entry, _codes in (
    ("flip", "Photographs: a cat seen from the left is a cat. Not digits and letters, whose mirrors are others.",
     "flip: {way: left_right, chance: 0.5}", ("E237",)),
    ("shift", "Things that may stand anywhere in the picture.", "shift: 1", ("E201", "E237", "E238")),
    ("crop", "Windows of larger pictures, as AlexNet saw them; with `pad` and the picture's own size it is a `shift`.",
     "crop: 7", ("E201", "E237", "E238")),
    ("rotate", "What may be held a little askew: writing, leaves, cells.", "rotate: 10", ("E237",)),
    ("zoom", "What may be near or far. With `crop` after it: windows of pictures of several sizes.",
     "zoom: {low: 0.9, high: 1.1}", ("E237",)),
    ("noise", "Measurements of instruments that differ, and small sets of any kind: the same is never seen twice.",
     "noise: 0.05", ("E237",)),
    ("brightness", "Light of day and evening; `per: channel` is light of other colours.", "brightness: 0.1",
     ("E237",)),
    ("cutout", "A network that looks at one spot alone is made to look elsewhere, too.", "cutout: 3",
     ("E201", "E237", "E238")),
):  # fmt: skip
    tell(
        "augment", _name, _use,
        layers(CONVOLUTIONS, f"{{source: digits, prepare: [scale], augment: [{{{_entry}}}], split: {{test: 0.2}}}}"),
        codes=_codes,
    )  # fmt: skip
