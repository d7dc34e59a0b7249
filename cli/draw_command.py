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
from dataclasses import asdict, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from ..compiler.diagram import Group, Item, Picture, marked
from ..compiler.diagram_dot import dot_text
from ..compiler.diagram_fold import MOST, MOST_KERNELS, MOST_OPS, fitted, thinned
from ..compiler.diagram_layers import architecture, drawn_into
from ..compiler.diagram_mermaid import mermaid_text
from ..compiler.diagram_overlay import WAY_OUT, Measure, Overlay, overlaid, read_overlay
from ..compiler.diagram_text import terminal_text
from ..compiler.pipeline import Mode
from ..dsl.diagnostics import NetloomError
from ..runtime import start
from ..runtime.render import Form, render
from .console import print_diagnostics, print_json, talk
from .written import write_text

DRAWN: dict[str, Form] = {".svg": "svg", ".png": "png", ".pdf": "pdf"}
WRITTEN = (".dot", ".mmd", ".txt")
MOST_OVERLAY = 1 << 26
WIDE = 100
"""Columns of text that is not for a terminal."""


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
    if output is not None:
        _form(output)
    loaded = start.load(file, start.overrides(set_))
    laid = _overlay(overlay, level) if overlay else None
    picture = fitted(_picture(loaded, level, mode, laid), depth, fold=fold, most=_most(level, output))
    # among kernels nearly every link has a longer way beside it: what comes forward is needed again going back
    picture = thinned(picture) if level is Level.kernels else marked(picture)
    if json:
        print_json(_as_json(picture))
    if output is None:
        if not json:
            print_diagnostics(loaded.remarks)
            sys.stdout.write(terminal_text(picture, width or _columns()))
        return
    try:
        _write(picture, output, theme, direction, width)
    except OSError as mistake:
        raise NetloomError(f"{output} could not be written: {mistake.strerror}") from None
    talk().print(f"wrote {output}: {len(picture.boxes)} boxes", style="dim", markup=False)


def _most(level: Level, output: Path | None) -> int:
    """How many boxes are shown before blocks are closed; rows of text are many at no cost."""
    if level is Level.architecture:
        return MOST
    return MOST_KERNELS if level is Level.kernels and output is not None and _form(output) != ".txt" else MOST_OPS


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


def _picture(loaded: start.Loaded, level: Level, mode: Program | None, overlay: Overlay | None) -> Picture:
    if level is Level.architecture:
        picture = architecture(loaded.experiment)
        return overlaid(picture, overlay, "layers", drawn_into(loaded.experiment)) if overlay else picture
    from ..compiler.diagram_kernels import kernels
    from ..compiler.diagram_ops import operations

    asked = mode.value if mode else overlay.mode if overlay else None
    chosen = cast(Mode, asked or ("train" if loaded.experiment.trains else "predict"))
    if chosen != "predict" and not loaded.experiment.trains:
        raise NetloomError(f"this file trains nothing, so it has no program `{chosen}`; ask for --mode predict")
    if level is Level.ops:
        return operations(loaded.experiment, start.expanded(loaded, chosen))
    if overlay:
        # the plan's calls depend on the batch it was measured with
        loaded.experiment = replace(loaded.experiment, batch=overlay.batch)
    picture = kernels(start.compile_loaded(loaded), chosen)
    return overlaid(picture, overlay, "kernels") if overlay else picture


def _form(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in DRAWN and suffix not in WRITTEN:
        known = ", ".join([*DRAWN, *WRITTEN])
        raise NetloomError(f"what `{path.name}` is to be is told by its end, one of {known}")
    return suffix


def _write(picture: Picture, path: Path, theme: Theme, direction: Direction, width: int | None) -> None:
    suffix = _form(path)
    if suffix in DRAWN:
        render(dot_text(picture, theme.value, direction.value), path, DRAWN[suffix])
    elif suffix == ".dot":
        write_text(path, dot_text(picture, theme.value, direction.value))
    elif suffix == ".mmd":
        write_text(path, mermaid_text(picture, theme.value, across=direction is Direction.right))
    else:
        write_text(path, terminal_text(picture, width or WIDE))


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
