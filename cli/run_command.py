"""Predict with a plan that `netloom build` wrote: no compiling, no data, no run.

Inputs are files (.csv, .npy, .npz, IDX, pictures) or folders of pictures; `-` reads a table, a JSON array or a .npy
from stdin. What comes out is what `netloom predict` prints of the run.

Examples:

    netloom run digits.plan new.csv

    netloom run digits.plan seven.png --json

    head -n 5 new.csv | netloom run digits.plan -
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from .fit import Fit
from .run_plan import run_plan


def run(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="A file that `netloom build` wrote.")],
    inputs: Annotated[list[str], typer.Argument(help="Files; - is stdin.")],
    fit: Annotated[
        Fit | None, typer.Option(help="Bring pictures to the network's size so; else as its source.")
    ] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    run_plan(plan, inputs, fit, threads, json=json)
