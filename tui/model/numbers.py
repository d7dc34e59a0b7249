"""A step of a network, number by number: forward layer by layer, the loss, and backward again.

stages = stages_of(worked)
tables(stages[1], example=0)             # what goes in, the weights, what comes out, as grids of text
arithmetic(stages[1], example=0, entry=2)  # how one number comes about, written out
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ...runtime.worked import Named, Worked, WorkedLayer, WorkedLoss, work_through
from .checking import loaded_of
from .sums import backward_lines, forward_lines, loss_lines

Array = npt.NDArray[Any]
Way = Literal["forward", "loss", "backward"]
MOST_ROWS, MOST_COLUMNS = 8, 8
"""Of a table; of a larger one this corner is shown."""
SIGNS: dict[Way, str] = {"forward": "↓", "loss": "=", "backward": "↑"}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage of the step: a layer on the way forward or back, or the loss."""

    way: Way
    layer: WorkedLayer | None = None
    loss: WorkedLoss | None = None

    @property
    def title(self) -> str:
        if self.layer is not None:
            return f"{SIGNS[self.way]} {self.layer.id}"
        return f"{SIGNS[self.way]} loss {self.loss.name if self.loss else ''}"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of numbers as text. `more` says what of it is not shown; `marked`: the cell the arithmetic is of."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    more: str = ""
    marked: tuple[int, int] | None = None


def work_text(text: str, path: Path | None, examples: int, first: int = 0) -> Worked:
    """Work a text's network through. Raises SpecError, and TooLarge."""
    return work_through(loaded_of(text, path), examples, first)


def stages_of(worked: Worked) -> list[Stage]:
    """Forward through all layers, the loss, and back through those that something comes back to."""
    forward = [Stage("forward", layer) for layer in worked.layers]
    losses = [Stage("loss", loss=loss) for loss in worked.losses]
    back = [Stage("backward", layer) for layer in reversed(worked.layers) if _comes_back(layer)]
    return [*forward, *losses, *back]


def _comes_back(layer: WorkedLayer) -> bool:
    return layer.kind != "data" and layer.output.gradient is not None


def entries(stage: Stage) -> int:
    """How many numbers of an example the stage gives, one of which the arithmetic is of."""
    if stage.layer is None:
        return 1
    return int(np.prod(stage.layer.output.value.shape[1:], dtype=np.int64)) or 1


def tables(stage: Stage, example: int, entry: int = 0) -> list[Grid]:
    """The tables of a stage, for one example."""
    if stage.loss is not None:
        return [_grid(named.name, named.value[example]) for named in stage.loss.reads]
    layer = stage.layer
    assert layer is not None, "a stage is of a layer or of the loss"
    return _back_tables(layer, example, entry) if stage.way == "backward" else _tables(layer, example, entry)


def _tables(layer: WorkedLayer, example: int, entry: int) -> list[Grid]:
    found = [_grid(f"in: {named.name}", named.value[example]) for named in layer.inputs]
    found += [_grid(f"weights: {named.name}", named.value) for named in layer.weights]
    if layer.before is not None:
        found.append(_grid(layer.before.name, layer.before.value[example], entry))
    return [*found, _grid(f"out: {layer.id}", layer.output.value[example], entry)]


def _back_tables(layer: WorkedLayer, example: int, entry: int) -> list[Grid]:
    parts: list[tuple[str, Named, bool]] = [("d loss / d out", layer.output, True)]
    if layer.before is not None:
        parts.append(("d loss / d before the activation", layer.before, True))
    parts += [(f"d loss / d {named.name}", named, False) for named in layer.weights]
    parts += [(f"d loss / d {named.name} (in)", named, True) for named in layer.inputs]
    found = []
    for name, named, of_example in parts:
        if named.gradient is not None:
            value = named.gradient[example] if of_example else named.gradient
            mark = entry if named in (layer.output, layer.before) else None
            found.append(_grid(name, value, mark))
    return found


def _grid(name: str, value: Array, entry: int | None = None) -> Grid:
    """The corner of an array, of pictures and tables of filters the first channel, or that of the entry."""
    shape, value = value.shape, np.asarray(value)
    place = np.unravel_index(entry, shape) if entry is not None and shape and entry < value.size else None
    said = "×".join(map(str, shape)) or "number"
    cut = ""
    while value.ndim > 2:
        at = int(place[-1]) if place is not None else 0
        # pictures: rows, columns, channels; filters: filter, rows, columns, channels
        value, cut = (
            (value[..., at], f", channel {at + 1} of {shape[-1]}")
            if value.ndim == 3
            else (value[0], ", the first filter")
        )
        place = place[:-1] if place is not None else None
    whole = np.atleast_2d(value)
    if place is None:
        top = left = 0
        marked = None
    else:
        row, column = (0, *map(int, place))[-2:] if len(place) else (0, 0)
        top, left = _first(row, whole.shape[0], MOST_ROWS), _first(column, whole.shape[1], MOST_COLUMNS)
        marked = (row - top, column - left)
    part = whole[top : top + MOST_ROWS, left : left + MOST_COLUMNS]
    if part.shape != whole.shape:
        cut += f"; {part.shape[0]}×{part.shape[1]} of {whole.shape[0]}×{whole.shape[1]} shown"
        cut += f", from row {top + 1}, column {left + 1}" if top or left else ""
    return Grid(f"{name}  {said}", tuple(tuple(number(x) for x in line) for line in part), cut.strip(",; "), marked)


def _first(at: int, count: int, shown: int) -> int:
    return max(0, min(at - shown // 2, count - shown))


def number(value: float) -> str:
    """A number in at most eight characters: `0.3277`, `-12.5`, `1.2e-07`."""
    value = float(value)
    if value == 0 or not np.isfinite(value):
        return f"{value:g}"
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.4f}" if abs(value) < 10 else f"{value:.2f}"
    return f"{value:.1e}"


def arithmetic(stage: Stage, example: int, entry: int) -> list[str]:
    """How one number of the stage comes about; the layer's formula first. Nothing is said that does not come out."""
    if stage.loss is not None:
        return [f"{stage.loss.kind}: {stage.loss.formula}", *loss_lines(stage.loss)]
    layer = stage.layer
    assert layer is not None, "a stage is of a layer or of the loss"
    head = [layer.formula] if layer.formula else []
    lines = backward_lines if stage.way == "backward" else forward_lines
    return [*head, *lines(layer, example, entry)]


def columns(rows: Sequence[Sequence[str]]) -> int:
    """Characters of the widest cell."""
    return max((len(cell) for row in rows for cell in row), default=1)
