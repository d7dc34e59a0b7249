"""Time the steps of FILE's network kernel by kernel, beside what this machine can do; what loses most comes first.

Examples:

    netloom profile net.yaml

    netloom profile net.yaml --by layer --threads 1

    netloom profile net.yaml --mode predict --batch 1 --by line

    netloom profile net.yaml --json > profile.json && netloom draw net.yaml --overlay profile.json -o net.svg
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ..runtime import start
from ..runtime.machine import Peak, keep_peak, machine_peak
from ..runtime.profile import as_data, profile_file
from .console import out, print_json, talk
from .profile_table import By, headline, profile_table
from .progress import Progress

KINDS: dict[str, By] = {"kernel": "kernel", "layer": "layer", "line": "line"}


class Mode(StrEnum):
    """What a step is."""

    train = "train"
    evaluate = "evaluate"
    predict = "predict"


class Rows(StrEnum):
    """What a row of the table is."""

    kernel = "kernel"
    layer = "layer"
    line = "line"


def run(
    file: Annotated[Path, typer.Argument(help="Spec file.")],
    steps: Annotated[
        int | None, typer.Option(min=1, help="How many steps to time; left out: a second's worth.")
    ] = None,
    batch: Annotated[int | None, typer.Option(min=1, help="Another batch than the file's.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    mode: Annotated[Mode | None, typer.Option(help="What a step is; left out: train, where the file trains.")] = None,
    by: Annotated[Rows, typer.Option(help="A row a call of a kernel, a layer, or a line of the file.")] = Rows.kernel,
    top: Annotated[int, typer.Option(min=0, help="How many rows to show; 0: all.")] = 25,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    sets = start.overrides(set_)
    # a mistake in the file is told before anything is measured
    trains = start.load(file, sets).experiment.trains
    peak = limits()
    found = profile_file(
        file, peak, sets, mode=mode.value if mode else "train" if trains else "predict", steps=steps, batch=batch,
        threads=threads, progress=Progress().compiled, told=counted_on("timed", "steps"),
    )  # fmt: skip
    if json:
        print_json(as_data(found, peak))
        return
    console = out()
    for line in headline(found, peak):
        console.print(line, soft_wrap=True, markup=False)
    console.print("")
    console.print(profile_table(found, KINDS[by.value], top, console.width))


def limits() -> Peak:
    """What this machine can do: as kept, or measured now."""
    kept = machine_peak()
    if kept is not None:
        return kept
    talk().print(
        "measuring once what this machine can do (a few seconds; again with `netloom doctor --peak`)", style="dim"
    )
    return measured()


def measured() -> Peak:
    """What this machine can do, measured now and kept."""
    from ..runtime.peak import measure_peak

    found = measure_peak(Progress().compiled, counted_on("measured", "rounds"))
    trouble = keep_peak(found)
    if trouble is not None:
        talk().print(trouble, style="yellow", markup=False)
    return found


def counted_on(word: str, unit: str) -> Callable[[int, int], None]:
    """What tells of progress on one line of a terminal, and says nothing elsewhere."""

    def told(done: int, count: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{word} {done:,} of {count:,} {unit}" if done < count else f"\r{'':60}\r")
            sys.stderr.flush()

    return told
