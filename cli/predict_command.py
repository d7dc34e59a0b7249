"""Give inputs to RUN's network and print what comes out.

RUN may also be a spec file whose weights are all written in it. Inputs are files (.csv, .npy, .npz, IDX, pictures),
folders of pictures, or rows of a part of the data, as `digits:test[0:5]`; without any, the file's own rows. Under each
class stands its probability in %, and `true` where the inputs tell what is: rows of the data, tables with the column,
pictures in a folder that is called as their class. A picture of another size is brought to the network's as the run's
source does it (`size: 28`), or as `--fit` says.

Examples:

    netloom predict last new.csv

    netloom predict last cats/ seven.png --fit pad

    netloom predict last "digits:test[0:5]" --tap dense1

    netloom predict examples/worked/three_layers.yaml
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..runtime import runs as folders
from ..runtime.answers import predict_run
from ..runtime.runs import RUNS
from .classes import answer
from .console import print_json
from .fit import Fit
from .predicted import print_predicted


def run(
    which: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, its name, `last`, or a spec file.")],
    inputs: Annotated[list[str] | None, typer.Argument(help="Files, or rows as digits:test[0:5].")] = None,
    tap: Annotated[list[str], typer.Option(help="Print the values of this layer too.")] = [],
    fit: Annotated[
        Fit | None, typer.Option(help="Bring pictures to the network's size so; else as its source.")
    ] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = RUNS,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    path = Path(which)
    source = path if path.suffix in (".yaml", ".yml") and path.is_file() else folders.find(runs, which)
    found = predict_run(source, inputs or [], tap, threads, fit)
    if json:
        print_json(answer(found))
        return
    print_predicted(found)
