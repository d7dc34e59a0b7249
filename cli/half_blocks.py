"""Pictures side by side on the terminal, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from ..tui.model.pictures import INK, UPPER, Array, Cell, halves, ink, is_picture, levels, smaller

__all__ = ["GAP", "INK", "UPPER", "Array", "beside", "is_picture", "smaller"]
GAP = "  "


def beside(pictures: Sequence[Array], low: float, high: float, width: int, *, plain: bool) -> list[Text]:
    """Pictures `[height, width, channels]` side by side as lines of text, `low` black and `high` white (or full
    colour). Larger ones are made smaller, so that no line is longer than `width`; `plain` uses no colour."""
    each = max(2, (width - len(GAP) * (len(pictures) - 1)) // max(1, len(pictures)))
    drawn = [_lines(levels(smaller(picture, each), low, high), plain=plain) for picture in pictures]
    return [Text(GAP).join(row) for row in zip(*drawn, strict=True)]


def _lines(coloured: Array, *, plain: bool) -> list[Text]:
    return [Text(row) for row in ink(coloured)] if plain else [_coloured(row) for row in halves(coloured)]


def _coloured(row: Sequence[Cell]) -> Text:
    line = Text()
    for sign, above, below in row:
        line.append(sign, f"{_rgb(above)} on {_rgb(below)}")
    return line


def _rgb(point: Sequence[int]) -> str:
    return f"rgb({point[0]},{point[1]},{point[2]})"
