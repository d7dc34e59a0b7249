"""What a trained example answers, worked out by the interpreter in float64, with its options or its data changed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from netloom.compiler.expand import Mode
from netloom.compiler.interpret import interpret
from netloom.runtime import checkpoints, start
from netloom.runtime.api import Run

Array = npt.NDArray[Any]


def held(run: Run) -> dict[str, Array]:
    """The states at the end of a run, by name."""
    return checkpoints.read(run.folder / "checkpoints" / "last.safetensors")[0]


def answers(
    path: Path,
    states: Mapping[str, Array],
    sets: Mapping[str, str] | None = None,
    change: Mapping[str, Array] | None = None,
    taps: tuple[str, ...] = (),
    part: str = "test",
    mode: Mode = "predict",
) -> dict[str, Array]:
    """Each output by its name for the rows of a part; `change` puts other columns in place of the data's."""
    loaded = start.load(path, sets)
    data = start.dataset(loaded)
    columns = dict(data.columns) | dict(change or {})
    rows = data.parts[part]
    values: dict[str, Array] = {"rows": rows, "clock": np.array(0)}
    values |= {f"column/{name}": column for name, column in columns.items()}
    values |= {f"state/{name}": array.astype(np.float64) for name, array in states.items()}
    graph = start.expanded(loaded, mode, taps)
    sizes = {"B": len(rows), "N": len(next(iter(columns.values())))}
    return {name.split("/")[-1]: array for name, array in interpret(graph, values, sizes).items()}


def labels(path: Path, part: str = "test") -> Array:
    """The classes of a part."""
    data = start.dataset(start.load(path))
    return data.columns["label"][data.parts[part]]


def share_right(scores: Array, classes: Array) -> float:
    return float(np.mean(scores.argmax(axis=-1) == classes))
