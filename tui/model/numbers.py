"""A step of a network, number by number: forward layer by layer, the loss, and backward again.

stages = stages_of(worked)
tables(stages[1], example=0)             # what goes in, the weights, what comes out, as grids of text
arithmetic(stages[1], example=0, entry=2)  # how one number comes about, written out
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ...dsl.diagnostics import NetloomError
from ...runtime import launch
from ...runtime.runs import RunFolder
from ...runtime.start import Loaded
from ...runtime.worked import Named, Worked, WorkedLayer, WorkedLoss, weight_shapes, work_through
from .checking import loaded_of
from .sums import backward_lines, forward_lines, loss_lines

Array = npt.NDArray[Any]
Way = Literal["forward", "loss", "backward"]
MOST_ROWS, MOST_COLUMNS = 8, 8
"""Of a table; of a larger one such a part is shown."""
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
    """Work a text's network through with first weights. Raises SpecError, and TooLarge."""
    return work_through(loaded_of(text, path), examples, first)


@dataclass(frozen=True, slots=True)
class Source:
    """What is worked through: a text, or where there is none the network of a run; with the weights of a run's newest
    checkpoint, or with first ones."""

    text: str = ""
    path: Path | None = None
    run: Path | None = None

    @property
    def name(self) -> str:
        if self.text:
            return self.path.name if self.path else "not saved yet"
        return self.run.name if self.run else ""


def numbers_of(source: Source, examples: int, first: int = 0) -> tuple[Worked, str]:
    """Work a network through, and say which weights it has. Raises SpecError, NetloomError, TooLarge."""
    run = RunFolder(source.run) if source.run is not None else None
    loaded = loaded_of(source.text, source.path) if source.text or run is None else launch.load_run(run)
    if run is None:
        return work_through(loaded, examples, first), "first weights"
    arrays, progress = launch.states_of(run)
    known = _fitting(loaded, arrays)
    missing = len(weight_shapes(loaded)) - len(known)
    if not known:
        raise NetloomError(f"no weights of {run.name} fit this network: w takes first ones")
    words = f"weights of {run.name}, step {progress.step:,}" + (f" ({missing} of them first ones)" if missing else "")
    return work_through(loaded, examples, first, known), words


def _fitting(loaded: Loaded, arrays: Mapping[str, Array]) -> dict[str, Array]:
    """Those of a run's arrays that are weights of this network, by name and shape."""
    wanted = weight_shapes(loaded)
    return {name: arrays[name] for name, shape in wanted.items() if name in arrays and arrays[name].shape == shape}


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
    corner, unit = _reads_at(layer, example, entry), _unit(layer, entry)
    found = [
        _grid(f"in: {named.name}", named.value[example], None, corner, _channel(layer, named, unit))
        for named in layer.inputs
    ]
    found += [
        _grid(f"weights: {named.name}", named.value, corner=(unit, corner[1]), unit=unit) for named in layer.weights
    ]
    if layer.before is not None:
        found.append(_grid(layer.before.name, layer.before.value[example], entry))
    return [*found, _grid(f"out: {layer.id}", layer.output.value[example], entry)]


def _back_tables(layer: WorkedLayer, example: int, entry: int) -> list[Grid]:
    parts: list[tuple[str, Named, bool]] = [("d loss / d out", layer.output, True)]
    if layer.before is not None:
        parts.append(("d loss / d before the activation", layer.before, True))
    parts += [(f"d loss / d {named.name}", named, False) for named in layer.weights]
    parts += [(f"d loss / d {named.name} (in)", named, True) for named in layer.inputs]
    corner, unit, found = _reads_at(layer, example, entry), _unit(layer, entry), []
    for name, named, of_example in parts:
        if named.gradient is not None:
            value = named.gradient[example] if of_example else named.gradient
            mark = entry if named in (layer.output, layer.before) else None
            at = corner if of_example else _weights_at(value, unit, corner[1])
            front = _channel(layer, named, unit) if of_example else unit
            found.append(_grid(name, value, mark, at, front))
    return found


def _reads_at(layer: WorkedLayer, example: int, entry: int) -> tuple[int, int]:
    """The first row and column of the inputs that are shown: about where a picture's entry comes from, else where there
    are most numbers that are not 0."""
    if not layer.inputs:
        return 0, 0
    value = layer.inputs[0].value[example]
    shape = layer.output.value.shape[1:]
    if value.ndim == 3 and len(shape) == 3:
        place = np.unravel_index(entry, shape)
        row, column = (int(place[axis] * value.shape[axis] / shape[axis]) for axis in (0, 1))
        return _first(row, value.shape[0], MOST_ROWS), _first(column, value.shape[1], MOST_COLUMNS)
    return fullest(value)


def _channel(layer: WorkedLayer, read: Named, unit: int) -> int:
    """The channel of a picture that a unit of the output is made of, where each is made of its own."""
    alike = read.value.shape[-1] == layer.output.value.shape[-1] and not any(w.value.ndim > 2 for w in layer.weights)
    return unit if alike else 0


def _weights_at(value: Array, unit: int, column: int) -> tuple[int, int]:
    """Where weights are shown from: about those of the unit, beside the numbers that they meet."""
    if value.ndim < 2:
        return 0, _first(unit, value.size, MOST_COLUMNS)
    return _first(unit, len(value), MOST_ROWS), column


def _unit(layer: WorkedLayer, entry: int) -> int:
    """The unit or filter that an entry of the output is of."""
    shape = layer.output.value.shape[1:]
    return int(np.unravel_index(entry, shape)[-1]) if shape else 0


def fullest(value: Array) -> tuple[int, int]:
    """The first row and column of the part of a table's size with the most numbers that are not 0, the first of several;
    of pictures all channels count."""
    flat = np.atleast_2d(value) if value.ndim <= 2 else np.abs(value).sum(tuple(range(2, value.ndim)))
    rows, columns = (min(most, size) for most, size in zip((MOST_ROWS, MOST_COLUMNS), flat.shape, strict=True))
    sums = np.pad(np.cumsum(np.cumsum(flat != 0, 0), 1), ((1, 0), (1, 0)))
    counts = sums[rows:, columns:] - sums[:-rows, columns:] - sums[rows:, :-columns] + sums[:-rows, :-columns]
    row, column = np.unravel_index(int(counts.argmax()), counts.shape)
    return int(row), int(column)


def beginning(stage: Stage, example: int) -> int:
    """The number of a stage that is looked at first: the first, or the largest where only a part of them is shown."""
    if stage.layer is None:
        return 0
    output = stage.layer.output
    value = output.value[example] if stage.way == "forward" or output.gradient is None else output.gradient[example]
    rows, columns = np.atleast_2d(value).shape[:2]
    if value.ndim <= 2 and rows <= MOST_ROWS and columns <= MOST_COLUMNS:
        return 0
    return int(np.abs(np.nan_to_num(value)).argmax())


def _grid(name: str, value: Array, entry: int | None = None, corner: tuple[int, int] = (0, 0), unit: int = 0) -> Grid:
    """A part of an array: about the entry, or from a corner on; of pictures the entry's channel, of filters that of a
    unit."""
    shape, value = value.shape, np.asarray(value)
    place = np.unravel_index(entry, shape) if entry is not None and shape and entry < value.size else None
    said = "×".join(map(str, shape)) or "number"
    value, cut = _flat(value, place, unit)
    if len(shape) > 3:
        corner = (0, 0)
    whole = np.atleast_2d(value)
    if place is None:
        top, left = _inside(corner, whole.shape)
        marked = None
    else:
        place = place[: value.ndim]
        row, column = (0, *map(int, place))[-2:] if len(place) else (0, 0)
        top, left = _first(row, whole.shape[0], MOST_ROWS), _first(column, whole.shape[1], MOST_COLUMNS)
        marked = (row - top, column - left)
    part = whole[top : top + MOST_ROWS, left : left + MOST_COLUMNS]
    if part.shape != whole.shape:
        cut += f"; {part.shape[0]}×{part.shape[1]} of {whole.shape[0]}×{whole.shape[1]} shown"
        cut += f", from row {top + 1}, column {left + 1}" if top or left else ""
    return Grid(f"{name}  {said}", tuple(tuple(number(x) for x in line) for line in part), cut.strip(",; "), marked)


def _flat(value: Array, place: Sequence[np.intp] | None, unit: int) -> tuple[Array, str]:
    """Rows and columns of an array with more axes, and which they are."""
    cut = ""
    while value.ndim > 2:
        if value.ndim == 3:
            # pictures: rows, columns, channels
            at = int(place[-1]) if place is not None else min(unit, value.shape[-1] - 1)
            value, cut = value[..., at], f"{cut}, channel {at + 1} of {value.shape[-1]}"
        else:
            # filters: filter, rows, columns, channels
            at = min(unit, len(value) - 1)
            unit, value, cut = 0, value[at], f"{cut}, filter {at + 1} of {len(value)}"
    return value, cut


def _inside(corner: tuple[int, int], shape: tuple[int, ...]) -> tuple[int, int]:
    """A corner from which a whole table can be shown, where there are so many numbers."""
    row, column = corner
    return max(0, min(row, shape[0] - MOST_ROWS)), max(0, min(column, shape[1] - MOST_COLUMNS))


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
