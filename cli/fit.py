"""How a picture is brought to another size, as an option."""

from __future__ import annotations

from enum import StrEnum


class Fit(StrEnum):
    """As they stand in the source `images`."""

    stretch = "stretch"
    crop = "crop"
    pad = "pad"
