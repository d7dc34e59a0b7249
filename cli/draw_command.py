"""Draw the network of FILE: in the terminal, or as a picture.

Examples:

    netloom draw net.yaml

    netloom draw net.yaml -o net.svg

    netloom draw net.yaml -o net.png --theme dark --depth 1

    netloom draw net.yaml -o kernels.svg --level kernels

    netloom draw net.yaml -o time.svg --overlay profile.json
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from ..compiler.diagram import Group, Item, Picture
from ..compiler.diagram_overlay import WAY_OUT, Measure, Overlay, read_overlay
from ..compiler.diagram_text import terminal_text
from ..dsl.diagnostics import NetloomError
from ..runtime import start
from ..runtime.drawing import WIDE, Asked, form_of, picture_of, write_picture
from .console import print_diagnostics, print_json, talk

MOST_OVERLAY = 1 << 26


class Level(StrEnum):
    """What stands in a box."""

    architecture = "architecture"
    ops = "ops"
    kernels = "kernels"


class Theme(StrEnum):
    """The ground a picture is drawn on."""

    light = "light"
    dark = "dark"


class Direction(StrEnum):
    """Where a picture begins: at the top, or on the left."""

    down = "down"
    right = "right"


class Program(StrEnum):
    """Which of a network's programs ops and kernels are drawn of."""

    train = "train"
    evaluate = "evaluate"
    predict = "predict"


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Picture: .svg, .png, .pdf; or text: .dot, .mmd, .txt.")
    ] = None,
    level: Annotated[Level, typer.Option(help="Boxes are layers, operations or kernels.")] = Level.architecture,
    depth: Annotated[int | None, typer.Option(min=0, help="Close blocks that lie this deep in others.")] = None,
    fold: Annotated[bool | None, typer.Option("--fold/--no-fold", help="Draw equal neighbours once, or never.")] = None,
    theme: Annotated[Theme, typer.Option(help="On white, or on black.")] = Theme.light,
    direction: Annotated[Direction, typer.Option(help="From the top down, or from left to right.")] = Direction.down,
    mode: Annotated[Program | None, typer.Option(help="Of ops and kernels: the program drawn.")] = None,
    width: Annotated[int | None, typer.Option(min=30, help="Columns of text; the terminal's own.")] = None,
    overlay: Annotated[
        str | None, typer.Option(help="Colours and times from `netloom profile --json`: FILE, or lost=FILE.")
    ] = None,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="The picture as one JSON object on stdout.")] = False,
) -> None:
    form = form_of(output) if output is not None else None
    loaded = start.load(file, start.overrides(set_))
    laid = _overlay(overlay, level) if overlay else None
    asked = Asked(level.value, depth, fold, mode.value if mode else None)
    picture = picture_of(loaded, asked, laid, form)
    if json:
        print_json(_as_json(picture))
    if output is None:
        if not json:
            print_diagnostics(loaded.remarks)
            sys.stdout.write(terminal_text(picture, width or _columns()))
        return
    write_picture(picture, output, theme.value, direction.value, width)
    talk().print(f"wrote {output}: {len(picture.boxes)} boxes", style="dim", markup=False)


def _overlay(asked: str, level: Level) -> Overlay:
    """The profile that `--overlay` names."""
    if level is Level.ops:
        raise NetloomError("times are of layers or of kernels: draw an overlay with --level architecture or kernels")
    word, sign, name = asked.partition("=")
    measure: Measure = "lost" if sign and word == "lost" else "time"
    path = Path(name if sign and word in ("time", "lost") else asked)
    try:
        with path.open(encoding="utf-8") as file:
            return read_overlay(file.read(MOST_OVERLAY), measure)
    except (OSError, UnicodeDecodeError) as mistake:
        raise NetloomError(f"{path} could not be read ({mistake}); {WAY_OUT}") from None
    except NetloomError as mistake:
        raise NetloomError(f"{path}: {mistake}") from None


def _columns() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else WIDE


def _as_json(picture: Picture) -> dict[str, Any]:
    """The picture as data: items in order, groups with their own within, and the links between boxes."""
    return {
        "name": picture.name,
        "facts": list(picture.facts),
        "items": [_item(item) for item in picture.items],
        "links": [asdict(link) for link in picture.links],
    }


def _item(item: Item) -> dict[str, Any]:
    if not isinstance(item, Group):
        return asdict(item)
    return {"id": item.id, "name": item.name, "note": item.note, "repeat": item.repeat,
            "items": [_item(inner) for inner in item.items]}  # fmt: skip
