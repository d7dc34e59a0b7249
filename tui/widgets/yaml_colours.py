"""How text in YAML looks, and where its lines begin."""

from __future__ import annotations

from rich.style import Style
from textual.widgets import TextArea
from textual.widgets.text_area import TextAreaTheme

DARK = {"yaml.field": "#7cb7ff", "string": "#b5d99c", "number": "#e9b872", "boolean": "#d8a0e8", "comment": "#8a94a0"}
LIGHT = {"yaml.field": "#0b4f9e", "string": "#2a6b1f", "number": "#8a4b00", "boolean": "#7a2c8f", "comment": "#5c6670"}


def _theme(name: str, colours: dict[str, str]) -> TextAreaTheme:
    styles = {part: Style(color=colour, italic=part == "comment") for part, colour in colours.items()}
    styles["constant.builtin"] = styles["boolean"]
    return TextAreaTheme(name, syntax_styles=styles)


def coloured(area: TextArea) -> None:
    """Give a field of text colours that go with the program's, dark and light."""
    area.register_theme(_theme("netloom-dark", DARK))
    area.register_theme(_theme("netloom-light", LIGHT))

    def recolour() -> None:
        area.theme = "netloom-dark" if area.app.current_theme.dark else "netloom-light"

    area.watch(area.app, "theme", recolour)


def indent_behind(before: str) -> int:
    """The column at which a line begins behind another: where that does, further in below a key left open."""
    indent = len(before) - len(before.lstrip(" "))
    if not before.rstrip().endswith(":"):
        return indent
    return indent + (4 if before.lstrip(" ").startswith("- ") else 2)
