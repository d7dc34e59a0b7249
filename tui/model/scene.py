"""What a picture's views have in common: rows of signs in tones, and where things are in them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol

from .marks import Heat, Mark
from .nested import Place

Role = Literal[
    "paper", "edge", "skip", "aim", "hot", "label", "hot-label", "frame", "frame-name", "frame-kind", "border", "name",
    "kind", "text", "number", "focus", "focus-name", "selected", "error", "warning", "error-sign", "warning-sign", "heat", "head", "lane", "cursor",
]  # fmt: skip
"""What a sign is, as far as its colour goes."""


class Tone(NamedTuple):
    """A sign's role; the family of the box it belongs to, where it belongs to one; how many open groups lie round it
    (below 0: it is in a row of lanes); and how warm the box is, in tenths (-1: nothing is known of it)."""

    role: Role
    family: str = ""
    depth: int = 0
    warm: int = -1


Run = tuple[str, Tone]
SIGN_ROLES: dict[str, Role] = {"error": "error-sign", "warning": "warning-sign"}
"""How the sign of a remark looks."""
PAPER = Tone("paper")


@dataclass(frozen=True, slots=True)
class Lit:
    """What is shown of the moment: focus, selection, marks, heat; `grey`: the picture is of an earlier text;
    `letters`: by which boxes are jumped to."""

    focused: str = ""
    selected: frozenset[str] = frozenset()
    marks: Mapping[str, Mark] = field(default_factory=dict)
    heat: Mapping[str, Heat] | None = None
    grey: bool = False
    letters: Mapping[str, str] = field(default_factory=dict)

    def warm(self, box_id: str) -> int:
        """A box's heat in tenths, -1 where nothing is known."""
        known = self.heat.get(box_id) if self.heat is not None else None
        return -1 if known is None else max(0, min(10, round(10 * known.share)))


class Scene(Protocol):
    """A view of a picture, of so many columns and rows."""

    @property
    def width(self) -> int: ...
    @property
    def height(self) -> int: ...
    @property
    def places(self) -> Mapping[str, Place]:
        """Cells of every box, in the order in which they are computed."""
        ...

    def row(self, y: int, lit: Lit) -> list[Run]:
        """The signs of one row, from the left on; nothing at its end is left out but paper."""
        ...

    def at(self, x: int, y: int) -> str | None:
        """The box, or group's head, in a cell."""
        ...

    def rows_of(self, box_id: str) -> Sequence[tuple[int, int]]:
        """First and last rows that look different when the box has the focus."""
        ...


def runs(signs: Sequence[str], tones: Sequence[Tone]) -> list[Run]:
    """Neighbours of one tone together."""
    found: list[Run] = []
    start = 0
    for at in range(1, len(signs) + 1):
        if at == len(signs) or (tones[at] is not tones[start] and tones[at] != tones[start]):
            found.append(("".join(signs[start:at]), tones[start]))
            start = at
    return found


ASCII = str.maketrans({
    **dict.fromkeys("╭╮╰╯┏┓┗┛╔╗╚╝├┤┬┴┼┣┫┳┻╋╦┯╤", "+"), **dict.fromkeys("─━═╌┈┄", "-"), **dict.fromkeys("│┃║╎┊", "|"),
    **dict.fromkeys("▼▽▾", "v"), **dict.fromkeys("▲△", "^"), **dict.fromkeys("▶▸→", ">"), **dict.fromkeys("●◎◐◒", "o"),
    **dict.fromkeys("◆◇", "+"), **dict.fromkeys("█▉▊▋▌▍▎▏▐", "#"), "░": ".", "·": ".", "…": ".", "×": "x", "ƒ": "f",
    "■": "#", "○": "O", "▱": "=", "✓": "*", "✖": "X",
})  # fmt: skip
"""Signs that every terminal and every screen reader has."""


def plain(row: Iterable[Run]) -> list[Run]:
    """The same in ASCII, as far as box signs go."""
    return [(text.translate(ASCII), tone) for text, tone in row]
