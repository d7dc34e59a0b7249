"""Give inputs to RUN's network and print what comes out.

RUN may also be a spec file whose weights are all written in it. Inputs are files (.csv, .npy, .npz, IDX, pictures) or
rows of a part of the data, as `digits:test[0:5]`; without any, the file's own rows.

Examples:

    netloom predict last new.csv

    netloom predict last "digits:test[0:5]" --tap dense1

    netloom predict examples/worked/three_layers.yaml
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from ..runtime import runs as folders
from ..runtime import start
from ..runtime.answers import Prediction, predict_run
from .console import out, print_json, table

MOST_ROWS, MOST_NUMBERS = 40, 12


def run(
    which: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, its name, `last`, or a spec file.")],
    inputs: Annotated[list[str] | None, typer.Argument(help="Files, or rows as digits:test[0:5].")] = None,
    tap: Annotated[list[str], typer.Option(help="Print the values of this layer too.")] = [],
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = start.RUNS,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    path = Path(which)
    source = path if path.suffix in (".yaml", ".yml") and path.is_file() else folders.find(runs, which)
    found = predict_run(source, inputs or [], tap, threads)
    if json:
        answer: dict[str, Any] = {name: values.tolist() for name, values in found.outputs.items()}
        if "probabilities" in found.outputs:
            answer["class"] = _classes(found)
        print_json(answer)
        return
    _print(found)


def _classes(found: Prediction) -> list[str]:
    values = np.asarray(found.outputs["probabilities"])
    flat = values.reshape(len(values), -1)
    index = flat.argmax(1) if flat.shape[1] > 1 else (flat[:, 0] >= 0.5).astype(int)
    return [found.classes[i] if i < len(found.classes) else str(i) for i in index]


def _print(found: Prediction) -> None:
    rows = len(next(iter(found.outputs.values())))
    classes = _classes(found) if "probabilities" in found.outputs else None
    shown = table("row>", *(["class"] if classes else []), *found.outputs)
    for row in range(min(rows, MOST_ROWS)):
        cells = [_numbers(np.asarray(values[row])) for values in found.outputs.values()]
        shown.add_row(str(row), *([classes[row]] if classes else []), *cells)
    out().print(shown)
    if rows > MOST_ROWS:
        out().print(f"… {rows - MOST_ROWS} more rows (--json prints all)")


def _numbers(values: Any) -> str:
    flat = values.reshape(-1)
    said = " ".join(f"{value:.4g}" for value in flat[:MOST_NUMBERS])
    return said + (f" … ({len(flat)} numbers)" if len(flat) > MOST_NUMBERS else "")
