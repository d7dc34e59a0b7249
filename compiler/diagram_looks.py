"""Colours of pictures, light and dark.

The hues are those of Okabe and Ito (Color Universal Design, 2008), which people with any kind of colour vision
tell apart; every box also says in words what it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .diagram import Family

Theme = Literal["light", "dark"]

FAMILY_WORDS: dict[Family, str] = {
    "data": "data",
    "weights": "learned weights",
    "product": "matrix product",
    "memory": "along a sequence",
    "norm": "normalisation",
    "activation": "activation",
    "pool": "pooling, sums",
    "join": "joins branches",
    "shape": "changes shape only",
    "noise": "random",
    "formula": "formula",
    "block": "closed block",
    "work": "element by element",
    "rows": "within rows",
    "output": "output",
    "loss": "loss",
}
"""What the legend calls each family, in its order."""


@dataclass(frozen=True, slots=True)
class Colours:
    """A box's inside and its border."""

    fill: str
    edge: str


@dataclass(frozen=True, slots=True)
class Look:
    """Everything coloured. `ink`, `soft` and `quiet` are text, from strong to faint; `block` the insides of groups,
    by depth."""

    paper: str
    ink: str
    soft: str
    quiet: str
    line: str
    skip: str
    aim: str
    frame: str
    block: tuple[str, ...]
    families: dict[Family, Colours]


BLUE, SKY, GREEN, YELLOW, ORANGE, RED, PURPLE = (
    "#0072b2", "#56b4e9", "#009e73", "#d9b900", "#e69f00", "#d55e00", "#cc79a7",
)  # fmt: skip
HUES: dict[Family, str] = {
    "data": "#5f6b7a", "weights": BLUE, "product": BLUE, "memory": GREEN, "norm": PURPLE, "activation": YELLOW, "pool": SKY,
    "join": ORANGE, "shape": "#9aa3ad", "noise": "#8a6a4f", "formula": "#7f8c1f", "block": "#4f4f9e", "work": YELLOW,
    "rows": PURPLE, "output": "#2b3440", "loss": RED,
}  # fmt: skip


def _mixed(colour: str, with_: str, part: float) -> str:
    """So much of `colour` in `with_`."""
    a, b = ([int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (colour, with_))
    return "#" + "".join(f"{round(x * part + y * (1 - part)):02x}" for x, y in zip(a, b, strict=True))


def heat(paper: str, warm: float) -> str:
    """The inside of a box that has so much of the hottest one's time, 0 to 1."""
    return _mixed(RED, paper, 0.03 + 0.67 * warm)


def _families(paper: str, tint: float, edge: float) -> dict[Family, Colours]:
    hues = HUES if paper == "#ffffff" else {**HUES, "output": "#dfe5ec"}
    return {family: Colours(_mixed(hue, paper, tint), _mixed(hue, paper, edge)) for family, hue in hues.items()}


LOOKS: dict[Theme, Look] = {
    "light": Look("#ffffff", "#1b2430", "#4a5563", "#6b7683", "#8a94a0", RED, "#9aa3ad", "#c3cad2",
                  ("#f6f8fa", "#edf0f4", "#e4e9ee"), _families("#ffffff", 0.14, 0.85)),
    "dark": Look("#12171d", "#eef2f6", "#b9c3cf", "#93a0ae", "#6d7986", "#ff8c3a", "#6d7986", "#3b4652",
                 ("#1a2129", "#212a34", "#29333f"), _families("#12171d", 0.30, 0.95)),
}  # fmt: skip
