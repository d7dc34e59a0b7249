"""Pictures of a network in every form: the one road from a file that was read to a picture that is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ..compiler.diagram import Picture, marked
from ..compiler.diagram_dot import dot_text
from ..compiler.diagram_fold import MOST, MOST_KERNELS, MOST_OPS, fitted, thinned
from ..compiler.diagram_layers import architecture, drawn_into
from ..compiler.diagram_mermaid import mermaid_text
from ..compiler.diagram_overlay import Overlay, overlaid
from ..compiler.diagram_text import terminal_text
from ..dsl.diagnostics import NetloomError
from . import start
from .render import Form, render
from .written import write_text

Level = Literal["architecture", "ops", "kernels"]
Theme = Literal["light", "dark"]
Direction = Literal["down", "right"]
Program = Literal["train", "evaluate", "predict"]

DRAWN: dict[str, Form] = {".svg": "svg", ".png": "png", ".pdf": "pdf"}
WRITTEN = (".dot", ".mmd", ".txt")
WIDE = 100
"""Columns of text that is not for a terminal."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a picture is to show. `depth`: blocks that lie this deep are closed; `fold`: equal neighbours are drawn
    once (None: where there are many boxes); `mode`: of ops and kernels, the program."""

    level: Level = "architecture"
    depth: int | None = None
    fold: bool | None = None
    mode: Program | None = None


def picture_of(loaded: start.Loaded, asked: Asked, overlay: Overlay | None = None, form: str | None = None) -> Picture:
    """The picture, folded so that it can be read in this form (`.svg`; None: the terminal)."""
    whole = _whole(loaded, asked, overlay)
    picture = fitted(whole, asked.depth, fold=asked.fold, most=_most(asked.level, form))
    # among kernels nearly every link has a longer way beside it: what comes forward is needed again going back
    return thinned(picture) if asked.level == "kernels" else marked(picture)


def form_of(path: Path) -> str:
    """The form that a path's end names: `.svg`. Raises NetloomError for any other end."""
    suffix = path.suffix.lower()
    if suffix not in DRAWN and suffix not in WRITTEN:
        known = ", ".join([*DRAWN, *WRITTEN])
        raise NetloomError(f"what `{path.name}` is to be is told by its end, one of {known}")
    return suffix


def write_picture(
    picture: Picture, path: Path, theme: Theme = "light", direction: Direction = "down", width: int | None = None
) -> None:
    """Write a picture in the form of the path's end. Raises NetloomError, also where it cannot be written."""
    try:
        _write(picture, path, theme, direction, width)
    except OSError as mistake:
        raise NetloomError(f"{path} could not be written: {mistake.strerror}") from None


def _write(picture: Picture, path: Path, theme: Theme, direction: Direction, width: int | None) -> None:
    suffix = form_of(path)
    if suffix in DRAWN:
        render(dot_text(picture, theme, direction), path, DRAWN[suffix])
    elif suffix == ".dot":
        write_text(path, dot_text(picture, theme, direction))
    elif suffix == ".mmd":
        write_text(path, mermaid_text(picture, theme, across=direction == "right"))
    else:
        write_text(path, terminal_text(picture, width or WIDE))


def _most(level: Level, form: str | None) -> int:
    """How many boxes are shown before blocks are closed; rows of text are many at no cost."""
    if level == "architecture":
        return MOST
    return MOST_KERNELS if level == "kernels" and form not in (None, ".txt") else MOST_OPS


def _whole(loaded: start.Loaded, asked: Asked, overlay: Overlay | None) -> Picture:
    if asked.level == "architecture":
        picture = architecture(loaded.experiment)
        return overlaid(picture, overlay, "layers", drawn_into(loaded.experiment)) if overlay else picture
    from ..compiler.diagram_kernels import kernels
    from ..compiler.diagram_ops import operations

    chosen = _program(loaded, asked.mode or (_mode_of(overlay) if overlay else None))
    if asked.level == "ops":
        return operations(loaded.experiment, start.expanded(loaded, chosen))
    if overlay:
        # the plan's calls depend on the batch it was measured with
        loaded.experiment = replace(loaded.experiment, batch=overlay.batch)
    picture = kernels(start.compile_loaded(loaded), chosen)
    return overlaid(picture, overlay, "kernels") if overlay else picture


def _mode_of(overlay: Overlay) -> Program:
    known: dict[str, Program] = {"train": "train", "evaluate": "evaluate", "predict": "predict"}
    return known[overlay.mode]


def _program(loaded: start.Loaded, asked: Program | None) -> Program:
    chosen: Program = asked or ("train" if loaded.experiment.trains else "predict")
    if chosen != "predict" and not loaded.experiment.trains:
        raise NetloomError(f"this file trains nothing, so it has no program `{chosen}`; ask for --mode predict")
    return chosen
