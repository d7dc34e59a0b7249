"""Colours of a picture's signs on the screen: the hues of `compiler/diagram_looks.py`, mixed into the theme's background."""

from __future__ import annotations

from collections.abc import Callable

from rich.style import Style
from textual.color import Color

from ...compiler.diagram_looks import HUES
from ..model.scene import Tone

HOT = Color.parse("#d55e00")
DARK_HUES = {"weights": "#3d9be9", "product": "#3d9be9", "block": "#8b8be0", "data": "#93a1b3", "noise": "#b98f6d",
             "output": "#dfe5ec", "norm": "#d18ab0", "formula": "#a9b93f", "loss": "#f0763a"}  # fmt: skip
"""Hues that would be too dark on a dark background."""
LIGHT_HUES = {"activation": "#8f7a00", "work": "#8f7a00", "join": "#b06f00", "pool": "#1f7fb8", "norm": "#a8487f",
              "shape": "#66707b", "memory": "#007a5a"}  # fmt: skip
"""Hues that would be too pale for signs on a light background."""


class Palette:
    """Styles of tones, each worked out once. `component` gives the style of a component class."""

    def __init__(
        self, paper: Color, ink: Color, accent: Color, component: Callable[[str], Style], *, dark: bool, grey: bool
    ) -> None:
        self._paper, self._ink, self._accent = paper, ink, accent
        self._component, self._dark, self._grey = component, dark, grey
        self._known: dict[Tone, Style] = {}
        self.paper = Style(color=ink.rich_color, bgcolor=paper.rich_color)

    def __getitem__(self, tone: Tone) -> Style:
        """The style of a tone."""
        known = self._known.get(tone)
        if known is None:
            known = self._known[tone] = self._family(tone) if tone.family else self._other(tone)
        return known

    def _named(self, role: str) -> Style:
        """A component's style; on a light background its colour is made dark enough to read."""
        style = self._component(f"graph-view--{role}")
        if self._dark or style.color is None:
            return style
        return style + Style(color=Color.from_rich_color(style.color).blend(self._ink, 0.28).rich_color)

    def _ground(self, depth: int) -> Color:
        if depth < -1 or self._paper.ansi is not None:
            return self._paper
        if depth < 0:
            return self._paper.blend(self._accent, 0.25 if self._dark else 0.18)
        return self._paper.blend(self._ink, min(0.035 * depth, 0.12))

    def _hue(self, family: str) -> Color:
        own = DARK_HUES if self._dark else LIGHT_HUES
        hue = Color.parse(own.get(family) or HUES.get(family, HUES["shape"]))  # type: ignore[call-overload]
        return self._paper.blend(self._ink, 0.45) if self._grey else hue

    def _other(self, tone: Tone) -> Style:
        style = self._named(tone.role) if tone.role != "paper" else Style()
        style = style + Style(bgcolor=self._ground(tone.depth).rich_color)
        return style + Style(dim=True) if self._grey and tone.role != "paper" else style

    def _family(self, tone: Tone) -> Style:
        hue, ground = self._hue(tone.family), self._ground(tone.depth)
        if tone.role in ("error", "warning", "error-sign", "warning-sign"):
            return self._named(tone.role) + Style(bgcolor=ground.rich_color)
        if tone.role == "lane" or tone.depth < 0 or tone.role == "hot":
            return self._row(tone, hue, ground)
        fill = ground.blend(hue, 0.17 if self._dark else 0.13)
        if tone.warm >= 0:
            fill = ground.blend(HOT, 0.04 + 0.055 * tone.warm)
        text = self._ink if not self._grey else self._paper.blend(self._ink, 0.5)
        colours = {
            "border": hue, "name": text, "kind": fill.blend(hue.blend(self._ink, 0.35), 0.95), "text": fill.blend(text, 0.8),
            "number": fill.blend(text, 0.62), "heat": HOT.blend(self._ink, 0.2), "focus-name": text,
        }  # fmt: skip
        if tone.role in ("focus", "selected"):
            style = self._named(tone.role)
            return style + Style(bgcolor=ground.rich_color)
        if tone.role == "border":
            return Style(color=hue.rich_color, bgcolor=ground.rich_color)
        return Style(
            color=colours.get(tone.role, text).rich_color, bgcolor=fill.rich_color,
            bold=tone.role in ("name", "focus-name"), underline=False,
        )  # fmt: skip

    def _row(self, tone: Tone, hue: Color, ground: Color) -> Style:
        """Signs of the lanes view."""
        if tone.role in ("hot", "focus"):
            return self._named(tone.role) + Style(bgcolor=ground.rich_color)
        colour = hue if tone.role in ("lane", "kind") else HOT if tone.role == "heat" else self._ink
        if tone.role in ("number", "text"):
            colour = ground.blend(self._ink, 0.8)
        return Style(color=colour.rich_color, bgcolor=ground.rich_color, bold=tone.role == "focus-name")
