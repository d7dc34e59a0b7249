"""Measure RUN's network on each part of its data: loss and metrics, with the weights it ended with.

`netloom train` tells of `train, while learning`: the mean over the steps of the last epoch, in which the weights still
moved and dropout was at work. Here all of `train` is measured at the end, as the other parts are.

Examples:

    netloom evaluate last

    netloom evaluate digits-3 --json
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ..runtime import runs as folders
from ..runtime.answers import evaluate_run
from ..runtime.runs import RUNS
from .console import figure, print_json, print_titled, table, talk


def run(
    which: Annotated[str, typer.Argument(metavar="RUN", help="A run's folder, its name, or `last`.")],
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = RUNS,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    folder = folders.find(runs, which)
    results = evaluate_run(folder, threads)
    if json:
        print_json({"run": folder.name, "metrics": results})
        return
    plain = list(dict.fromkeys(n for m in results.values() for n, v in m.items() if isinstance(v, int | float)))
    shown = table("part", *(f"{name}>" for name in plain))
    for part, metrics in results.items():
        shown.add_row(part, *(figure(metrics[n]) if n in metrics else "-" for n in plain))
    print_titled(folder.name, shown)
    if "train" in results:
        said = (
            "train is measured here with the weights as they are; `netloom train` tells its mean while they still moved"
        )
        talk().print(said, style="dim", soft_wrap=True)
    for part, metrics in results.items():
        for name, value in metrics.items():
            if isinstance(value, list):
                _matrix(f"{name} of {part} (rows: truth)", value)


def _matrix(said: str, rows: list[list[int]]) -> None:
    shown = table("", *(f"{i}>" for i in range(len(rows))))
    for i, row in enumerate(rows):
        shown.add_row(str(i), *(f"[bold]{n}[/bold]" if i == j else str(n) for j, n in enumerate(row)))
    print_titled(f"\n{said}", shown)
