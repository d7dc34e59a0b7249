"""Write a trained network as one file that `netloom run` predicts with: kernels by recipe, weights, the spec.

RUN may also be a spec file whose weights are all written in it. The file needs nothing else: not the run's folder, not
the data. On a machine with other vectors, or with another version of netloom, it is built anew from the spec inside.

Examples:

    netloom build last -o digits.plan

    netloom run digits.plan new.csv
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..dsl.diagnostics import NetloomError
from ..runtime import built
from ..runtime import runs as folders
from ..runtime.building import build_plan
from ..runtime.runs import RUNS
from .console import print_json, talk


def run(
    which: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, its name, `last`, or a spec file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("net.plan"),
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = RUNS,
    json: Annotated[bool, typer.Option("--json", help="What was written, as one JSON object on stdout.")] = False,
) -> None:
    path = Path(which)
    source = path if path.suffix in (".yaml", ".yml") and path.is_file() else folders.find(runs, which)
    made = build_plan(source)
    assert made.plan is not None, "what was just built has a plan"
    try:
        built.write(output, made)
    except OSError as trouble:
        raise NetloomError(f"{output} cannot be written: {trouble.strerror or trouble}") from trouble
    size, weights, statistics = output.stat().st_size, made.plan.numbers("weight"), made.plan.numbers("statistic")
    if json:
        said = {"file": str(output), "bytes": size, "reads": list(made.about.reads), "kernels": len(made.plan.kernels)}
        print_json({**said, "weights": weights, "statistics": statistics, "lanes": made.plan.lanes})
        return
    beside = f" and {statistics:,} running statistics" if statistics else ""
    talk().print(
        f"{output}: {size / 1e6:.2f} MB, {weights:,} weights{beside}, {len(made.plan.kernels)} kernels, "
        f"reads {', '.join(made.about.reads)}"
    )
