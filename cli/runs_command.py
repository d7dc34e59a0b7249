"""List, show, compare and remove runs. `show` alone shows the last one, a run's name alone that run. `compare` tells
what differs by meaning, not by layout: layers, settings, data, and what was asked for besides the file.

Examples:

    netloom runs

    netloom runs show digits-2

    netloom runs compare digits-1 digits-2

    netloom runs rm digits-1
"""

from __future__ import annotations

import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from ..dsl.suggest import did_you_mean
from ..runtime import differences, index
from ..runtime import runs as folders
from ..runtime.runs import RUNS
from .console import counted, figure, out, print_json, seconds, table, talk
from .diff_command import SIDES

LEFT_OUT = ("time>", "part", "steps>", "epochs>", "accuracy>", "loss>")
"""What a narrow list goes without, the first to go first."""

OTHERWISE = {"remove": "rm", "delete": "rm", "ls": "list", "diff": "compare"}
"""What others call the actions."""


class Action(StrEnum):
    """What to do with runs."""

    list = "list"
    show = "show"
    compare = "compare"
    rm = "rm"


def run(
    action: Annotated[
        str, typer.Argument(help="What to do: list, show, compare, rm; or a run to show.", metavar="[ACTION]")
    ] = Action.list,
    which: Annotated[list[str] | None, typer.Argument(metavar="RUN…", help="Runs by folder, name, or `last`.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = RUNS,
    reindex: Annotated[bool, typer.Option("--reindex", help="Read every run's record anew.")] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON on stdout.")] = False,
) -> None:
    what, which = _asked_to(action, which, runs)
    if what is Action.list:
        rows = index.rows(runs, anew=reindex)
        if json:
            print_json(rows)
        else:
            _list(rows, folders.find(runs, "last").name if rows else "", time.time())
        return
    if what is Action.show:
        which = which or ["last"]
    if not which:
        raise typer.BadParameter(f"name the run to {what.value}")
    chosen = [folders.find(runs, name) for name in which]
    if what is Action.rm:
        for folder in chosen:
            folders.remove(folder)
        index.rows(runs)
        talk().print(f"removed {', '.join(folder.name for folder in chosen)}")
    elif what is Action.show:
        _show(chosen, json)
    else:
        _compare(chosen, json)


def _asked_to(action: str, which: list[str] | None, runs: Path) -> tuple[Action, list[str] | None]:
    """What to do, and to which runs; a run's name in place of an action shows it."""
    actions = [each.value for each in Action]
    if action in actions:
        return Action(action), which
    if action == "last" or any(folder.name == action for folder in folders.every(runs)):
        return Action.show, [action, *(which or [])]
    names = [*actions, *(folder.name for folder in folders.every(runs))]
    meant = OTHERWISE.get(action)
    near = (
        f"Write `{meant}`."
        if meant
        else did_you_mean(action, names) or f"There are {', '.join(actions)}, and the names of runs."
    )
    raise typer.BadParameter(f"`{action}` is neither an action nor a run. {near}")


def _list(rows: list[dict[str, Any]], last: str, now: float) -> None:
    """The runs, the newest first; on a narrow terminal with fewer columns, never with cut names."""
    if not rows:
        talk().print("no runs here yet: netloom train FILE makes the first")
        return
    newest = sorted(rows, key=lambda row: row["started"] or 0.0, reverse=True)
    cells = [_cells(row, last, now) for row in newest]
    columns = list(cells[0])
    console = out()
    left_out = iter(LEFT_OUT)
    while (width := _width(columns, cells)) > console.width and (name := next(left_out, None)):
        columns.remove(name)
    shown = table(*columns)
    for row in cells:
        shown.add_row(*(row[column] for column in columns))
    console.width = max(width, console.width)
    console.print(shown)


def _width(columns: list[str], cells: list[dict[str, str]]) -> int:
    """How wide a table of these columns is, nothing cut, with two blanks between."""
    widest = (max(len(column.rstrip(">")), *(len(row[column]) for row in cells)) for column in columns)
    return sum(widest) + 2 * (len(columns) - 1)


def _cells(row: dict[str, Any], last: str, now: float) -> dict[str, str]:
    accuracy = row["metrics"].get("accuracy")
    return {
        "run": row["run"],
        "": "last" if row["run"] == last else "",
        "status": row["status"],
        "age>": _age(now - row["started"]) if row["started"] else "-",
        "epochs>": str(row["epochs"]),
        "steps>": f"{row['steps']:,}",
        "part": row["part"] or "-",
        "loss>": _number(row["loss"]),
        "accuracy>": _number(accuracy),
        "time>": seconds(row["seconds"]) if row["seconds"] else "-",
    }


def _age(passed: float) -> str:
    """`12 s`, `5 min`, `3 h`, `20 d`"""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if passed >= size:
            return f"{int(passed // size)} {unit}"
    return f"{max(0, int(passed))} s"


def _show(chosen: list[folders.RunFolder], json: bool) -> None:
    if json:
        print_json([_row(folder) | {"history": folder.view().history} for folder in chosen])
        return
    for folder in chosen:
        view = folder.view()
        status = folders.status(folder, view.status)
        out().print(
            f"[bold]{folder.name}[/bold]  {status}, {counted(view.epoch, 'epoch')}, {counted(view.step, 'step')}, "
            f"{seconds(view.seconds)}"
        )
        if status == "died":
            said = f"its process is gone; go on from the last checkpoint with: netloom train --resume {folder.name}"
            talk().print(said, style="dim", soft_wrap=True)
        if view.failure:
            out().print(f"failed: {view.failure}", markup=False)
        names = list(
            dict.fromkeys(
                n
                for points in view.history.values()
                for _, m in points
                for n in m
                if n in ("loss", "accuracy", "r2", "mae")
            )
        )
        shown = table("epoch>", *(f"{part} {name}>" for part in view.history for name in names))
        for epoch in _some_epochs(view.history):
            cells = [_number(_at(view.history[part], epoch).get(name)) for part in view.history for name in names]
            shown.add_row(str(epoch), *cells)
        if view.history:
            out().print(shown)
        for warning in view.warnings:
            out().print(f"warning: {warning}", markup=False)


def _compare(chosen: list[folders.RunFolder], json: bool) -> None:
    rows = [_row(folder) for folder in chosen]
    changes = [differences.of_runs(chosen[0], other) for other in chosen[1:]]
    if json:
        print_json({"runs": rows, "differences": changes})
        return
    out().print(_results(rows))
    for other, lines in zip(chosen[1:], changes, strict=True):
        out().print(
            f"\n{chosen[0].name} -> {other.name}:" + ("" if lines else " the same network, trained the same way")
        )
        for line in lines:
            out().print(f"  {line}", markup=False, style=SIDES.get(line[:1], ""), soft_wrap=True)


def _results(rows: list[dict[str, Any]]) -> Table:
    """The runs beside each other, once for each part of the data: only results on the same part can be compared."""
    parts = folders.shared_parts([row["parts"] for row in rows]) or [""]
    names = list(dict.fromkeys(n for row in rows for part in parts for n in row["parts"].get(part, ())))
    shown = table("part", "run", *(f"{name}>" for name in names), "status", "epochs>", "time>")
    for part in parts:
        for row in rows:
            cells = [_number(row["parts"].get(part, {}).get(name)) for name in names]
            facts = (row["status"], str(row["epochs"]), seconds(row["seconds"]))
            shown.add_row(part or "-", row["run"], *cells, *facts)
    return shown


def _row(folder: folders.RunFolder) -> dict[str, Any]:
    row = folders.summary(folder)
    return row | {"status": folders.status(folder, row["status"])}


def _some_epochs(history: dict[str, Any]) -> list[int]:
    epochs = sorted({epoch for points in history.values() for epoch, _ in points})
    stride = max(1, len(epochs) // 20)
    return sorted({*epochs[::stride], *epochs[-1:]})


def _at(points: Any, epoch: int) -> dict[str, Any]:
    return next((metrics for number, metrics in points if number == epoch), {})


def _number(value: Any) -> str:
    return figure(value) if isinstance(value, int | float) else "-"
