"""The whole picture in a few cells: braille dots where boxes are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from .nested import Place

BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of a dot by row and column in its cell: 4 rows of 2."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A map of so many cells. `rows`: its signs; `scale`: picture cells for each map cell, across and down."""

    rows: tuple[str, ...]
    across: float
    down: float

    def cell(self, x: float, y: float) -> tuple[int, int]:
        """Where a cell of the picture lies on the map."""
        return int(x / self.across), int(y / self.down)

    def back(self, x: float, y: float) -> tuple[int, int]:
        """The middle of what a cell of the map shows, in the picture."""
        return int((x + 0.5) * self.across), int((y + 0.5) * self.down)


def chart(places: Mapping[str, Place] | Iterable[Place], size: tuple[int, int], columns: int, rows: int) -> Chart:
    """The boxes of a picture of `size` cells, on a map of so many columns and rows; it is not drawn larger than it is."""
    boxes = list(places.values()) if isinstance(places, Mapping) else list(places)
    across = max(size[0] / max(1, columns), 1.0)
    down = max(size[1] / max(1, rows), 2.0)
    bits = [[0] * columns for _ in range(rows)]
    for box in boxes:
        left, right = int(box.x * 2 / across), int((box.x + box.width - 1) * 2 / across)
        top, low = int(box.y * 4 / down), int((box.y + box.height - 1) * 4 / down)
        # a dot less, so that neighbours stay apart
        for y in range(top, max(top, low - 1) + 1):
            for x in range(left, right + 1):
                if y // 4 < rows and x // 2 < columns:
                    bits[y // 4][x // 2] |= DOTS[y % 4][x % 2]
    return Chart(tuple("".join(chr(BRAILLE + cell) if cell else " " for cell in row) for row in bits), across, down)
