"""Compare the networks of A and B: layers that are new, gone or changed, parameters, training and data. Each is a spec
file, or a run by its folder, its name, or `last`. Exits with 0 when they are the same, 1 when they differ, 2 on trouble.

Examples:

    netloom diff net.yaml wider.yaml

    netloom diff digits-1 digits-2

    netloom diff net.yaml last --json
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from ..compiler.compare import Change, Difference, compare
from ..compiler.compare_words import sections
from ..dsl.diagnostics import NetloomError, SpecError
from ..runtime import runs as folders
from ..runtime.differences import Read, read_file, read_run
from ..runtime.runs import RUNS
from .console import out, print_diagnostics, print_json, talk

SIDES = {"-": "red", "+": "green", "~": "yellow"}


def run(
    a: Annotated[str, typer.Argument(help="Spec file, or run.", metavar="A")],
    b: Annotated[str, typer.Argument(help="Spec file, or run.", metavar="B")],
    runs: Annotated[Path, typer.Option(help="Where runs are.")] = RUNS,
    json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    try:
        (first, more), (second, others) = _read(a, runs), _read(b, runs)
    except SpecError as mistakes:
        print_diagnostics(mistakes.diagnostics)
        raise typer.Exit(2) from mistakes
    except NetloomError as mistake:
        talk().print(f"netloom: {mistake}", markup=False, soft_wrap=True)
        raise typer.Exit(2) from mistake
    found = compare(first.experiment, second.experiment, (more, others))
    if json:
        print_json({"a": a, "b": b, "same": found.same, **_as_json(found)})
    else:
        _print(found, a, b)
    raise typer.Exit(0 if found.same else 1)


def _read(which: str, runs: Path) -> Read:
    """A file or run, and those of its settings that no experiment holds."""
    path = Path(which)
    if path.is_file():
        return read_file(path)
    try:
        folder = folders.find(runs, which)
    except folders.RunError as missing:
        raise NetloomError(f"`{which}` is no file, and {missing}") from missing
    return read_run(folder)


def _as_json(found: Difference) -> dict[str, object]:
    return {
        "removed": [asdict(layer) for layer in found.removed],
        "added": [asdict(layer) for layer in found.added],
        "changed": [
            {"before": asdict(p.before), "after": asdict(p.after), "changes": _changes(p.changes)}
            for p in found.changed
        ],
        "settings": _changes(found.settings),
        "totals": _changes(found.totals),
    }


def _changes(changes: tuple[Change, ...]) -> list[dict[str, object]]:
    return [{"name": name, "before": before, "after": after} for name, before, after in changes]


# for a person


def _print(found: Difference, a: str, b: str) -> None:
    console = out()
    if found.same:
        console.print("the same network, trained the same way on the same data", style="green")
        return
    console.print(Text(f"--- {a}\n+++ {b}", style="bold"))
    for title, shown in sections(found):
        if shown:
            console.print(f"\n{title}", style="bold")
        for line in shown:
            console.print(Text(line, style=SIDES[line[0]]), soft_wrap=True)
    console.print("\ntotals", style="bold")
    for name, before, after in found.totals:
        console.print(Text(f"  {name.replace('_', ' ')}  {_total(before, after)}"), soft_wrap=True)


def _total(before: object, after: object) -> str:
    if not isinstance(before, int) or not isinstance(after, int):
        return f"{before} -> {after}"
    return f"{before:,}" if before == after else f"{before:,} -> {after:,} ({after - before:+,})"
