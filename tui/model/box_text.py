"""What stands in a box, in three sizes: a word, a line, or all there is to say in a few lines."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from ...compiler.diagram import Box, Family
from ...compiler.diagram_repeats import each
from ...compiler.diagram_text import clipped
from ...compiler.diagram_words import count, title
from .marks import Heat

Zoom = int
"""0: a name; 1: name and options, narrow; 2: everything."""
SIGNS: dict[Family, str] = {
    "data": "○", "weights": "●", "product": "●", "memory": "◎", "norm": "◐", "activation": "ƒ", "pool": "▽", "join": "◆",
    "shape": "▱", "noise": "░", "formula": "ƒ", "block": "▸", "loss": "◇", "output": "▶", "work": "●", "rows": "◐",
}  # fmt: skip
"""A sign for each family, besides its colour."""
WIDEST = (15, 17, 37)
"""Columns of a box by zoom, with its border, at most; odd numbers."""
NARROWEST = (7, 11, 19)
MARGINS = (2, 2, 4)
"""Columns of a box's border and the space inside it."""
BAR = 8
"""Columns of a heat bar."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line in a box: strong words on the left, quiet ones on the right. `role` is that of the left ones."""

    left: str
    right: str = ""
    role: str = "text"

    @property
    def width(self) -> int:
        """Columns it takes, with a space between."""
        return len(self.left) + (len(self.right) + 2 if self.right else 0)


def text_of(box: Box, zoom: Zoom, heat: Heat | None = None, *, hot: bool = False) -> list[TextLine]:
    """A box's lines, uncut. `hot`: there is a line for heat, whether or not it is known of this box."""
    name, kind = map(narrow, title(box))
    sign = SIGNS.get(box.family, "●")
    if zoom == 0:
        return [TextLine(name if heat is None else f"{name} {round(heat.share * 100)}%", "", "name")]
    if zoom == 1:
        lines = [TextLine(f"{sign} {name}", "", "name")]
        words = narrow((box.note if box.family == "block" else "") or box.detail or kind or box.note)
        # whole options, rather than a cut one
        words = words if len(words) <= WIDEST[1] - MARGINS[1] else words.partition(",")[0]
        lines += [TextLine(words)] if words else []
    else:
        lines = [TextLine(f"{sign} {name}", kind, "name"), *_details(box)]
    if hot:
        lines.append(heat_line(heat, BAR if zoom == 2 else BAR // 2))
    return lines


def narrow(text: str) -> str:
    """The text with a sign of one column for each sign that takes two or none: cells are counted by signs."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign if _is_narrow(sign) else "□" for sign in text if not unicodedata.combining(sign))


def _is_narrow(sign: str) -> bool:
    return sign.isprintable() and unicodedata.east_asian_width(sign) not in "WF"


def _details(box: Box) -> list[TextLine]:
    held, shared = (" held" if box.held else ""), (f"shares {box.shared}" if box.shared else "")
    lines = [TextLine(narrow(words)) for words in (box.detail, box.note, shared) if words]
    if box.parameters:
        lines.append(TextLine(f"{count(box.parameters)} parameters{held}{each(box)}", "", "number"))
    return lines


def heat_line(heat: Heat | None, columns: int = BAR) -> TextLine:
    """A bar, as long as the box's share of the most, and the amount in words."""
    if heat is None:
        return TextLine("", "", "heat")
    return TextLine(bar(heat.share, columns), heat.words or f"{heat.share:.0%}", "heat")


def bar(share: float, columns: int = BAR) -> str:
    """A bar of eighths of columns, in so many columns."""
    eighths = max(0, min(columns * 8, round(share * columns * 8)))
    full, rest = divmod(eighths, 8)
    return ("█" * full + (" ▏▎▍▌▋▊▉"[rest] if rest else "")).ljust(columns)


def size_of(box: Box, lines: int, zoom: Zoom, *, hot: bool = False) -> tuple[int, int]:
    """Columns (an odd number) and rows of a box with so many lines on its busiest side."""
    text = text_of(box, zoom, Heat(0.88, "888.8 ms") if hot else None, hot=hot)
    inner = max(line.width for line in text)
    width = min(WIDEST[zoom], max(NARROWEST[zoom], inner + MARGINS[zoom]))
    width = max(width, 4 * lines - 1, 5)
    return width + 1 - width % 2, 1 if zoom == 0 else len(text) + 2


def fitted(line: TextLine, columns: int) -> tuple[str, str]:
    """Left and right words cut so that together they take exactly so many columns; the left ones, with the spaces
    between, are the first."""
    left = clipped(line.left, columns)
    room = columns - len(left) - 2
    right = clipped(line.right, room) if room >= min(3, len(line.right)) else ""
    return left + " " * (columns - len(left) - len(right)), right
