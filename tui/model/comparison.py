"""The list of runs and their comparison: rows, filter, which result is best, curves, export."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...dsl.diagnostics import NetloomError
from ...runtime import index
from ...runtime.differences import of_runs
from ...runtime.fold import View
from ...runtime.runs import RunFolder, shared_parts
from .curves import Curve, figure
from .plot import sparkline
from .record import PARTS, history_curve, is_number

SIGNS = {
    "running": "▶",
    "finished": "✓",
    "stopped_early": "✓",
    "stopped": "■",
    "interrupted": "■",
    "failed": "✗",
    "died": "✗",
    "empty": "·",
}
LOWER_IS_BETTER = ("loss", "error", "mae", "mse", "rmse", "perplexity")


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as a row of the list; `started` in seconds since 1970; `metrics` of `part`, the last that was measured,
    and `parts`: those of each part."""

    name: str
    folder: Path
    status: str
    started: float | None
    epochs: int
    steps: int
    part: str | None
    metrics: Mapping[str, float]
    parts: Mapping[str, Mapping[str, float]]
    seconds: float
    parameters: int | None
    trend: tuple[float, ...]

    @property
    def spec(self) -> str:
        """The name of the network: that of the run without its number."""
        stem, _, number = self.name.rpartition("-")
        return stem if stem and number.isdigit() else self.name

    @property
    def sign(self) -> str:
        """The state as one sign."""
        return SIGNS.get(self.status, "?")

    @property
    def metric(self) -> tuple[str, float] | None:
        """The first result that is not the loss."""
        return next(((n, v) for n, v in self.metrics.items() if n.split("/")[0] != "loss"), None)


def run_rows(runs: Path) -> list[RunRow]:
    """All runs below a folder, the newest first."""
    found = [_row(runs, row) for row in index.rows(runs)]
    return sorted(found, key=lambda row: row.started or 0.0, reverse=True)


def _row(runs: Path, row: Mapping[str, Any]) -> RunRow:
    return RunRow(
        name=row["run"],
        folder=runs / row["run"],
        status=row["status"],
        started=row["started"],
        epochs=row["epochs"],
        steps=row["steps"],
        part=row["part"],
        metrics=_numbers(row["metrics"]),
        parts={part: _numbers(metrics) for part, metrics in row["parts"].items()},
        seconds=row["seconds"] or 0.0,
        parameters=row.get("parameters"),
        trend=tuple(row.get("trend") or ()),
    )


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in metrics.items() if is_number(value)}


def filtered(rows: Sequence[RunRow], words: str) -> list[RunRow]:
    """The rows that have every word in their name or state; `accuracy>0.9`, `loss<0.1`, `epochs>=5` compare."""
    found = list(rows)
    for word in words.lower().split():
        found = [row for row in found if _fits(row, word)]
    return found


def _fits(row: RunRow, word: str) -> bool:
    for sign in (">=", "<=", ">", "<"):
        name, found, limit = word.partition(sign)
        if found:
            return _compares(_number_of(row, name), sign, limit)
    return word in row.name.lower() or word in row.status


def _number_of(row: RunRow, name: str) -> float | None:
    own: dict[str, float | None] = {
        "epochs": row.epochs,
        "steps": row.steps,
        "parameters": row.parameters,
        "seconds": row.seconds,
    }
    return own[name] if name in own else row.metrics.get(name)


def _compares(value: float | None, sign: str, limit: str) -> bool:
    try:
        wanted = float(limit)
    except ValueError:
        # the number is still being typed
        return True
    if value is None:
        return False
    return {">=": value >= wanted, "<=": value <= wanted, ">": value > wanted, "<": value < wanted}[sign]


def cells(row: RunRow, now: float, width: int, plain: bool = False) -> list[str]:
    """The row as text: name, state, age, epochs, the part of the data, loss and metric on it, parameters, trend."""
    metric = row.metric
    return [
        row.name,
        f"{row.sign} {row.status.replace('_', ' ')}",
        age(now - row.started) if row.started else "",
        f"{row.epochs}",
        row.part or "",
        figure(row.metrics["loss"]) if "loss" in row.metrics else "",
        f"{metric[0]} {figure(metric[1])}" if metric else "",
        amount(row.parameters) if row.parameters is not None else "",
        sparkline(np.array(row.trend, np.float64), width, plain),
    ]


HEADS = ("run", "state", "age", "epochs", "part", "loss", "metric", "weights", "loss over time")


def age(passed: float) -> str:
    """`12 s`, `5 min`, `3 h`, `20 d`"""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if passed >= size:
            return f"{int(passed // size)} {unit}"
    return f"{max(0, int(passed))} s"


def amount(count: float) -> str:
    """7510 -> 7.5k"""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}"


def date(seconds: float | None) -> str:
    """The day and minute, in local time."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds)) if seconds else ""


# comparison


def higher_is_better(name: str) -> bool:
    """Whether more of a result is better, as its name tells."""
    last = name.split("/")[-1].split(".")[-1].lower()
    return not any(word in last for word in LOWER_IS_BETTER) and not name.startswith("loss")


@dataclass(frozen=True, slots=True)
class Results:
    """A table of results: a row a run, `best[i]` the columns in which row i is the best. `parts` has for each column
    the part of the data that it tells of, empty for the others."""

    heads: tuple[str, ...]
    parts: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    best: tuple[frozenset[int], ...]


def results(rows: Sequence[RunRow]) -> Results:
    """The results of some runs beside each other, part by part of the data, the best of each column marked (of at least
    two). Of several runs only the parts that they share: what one reaches on one part says nothing against another."""
    columns = [
        (part, name)
        for part in shared_parts([row.parts for row in rows])
        for name in dict.fromkeys(name for row in rows for name in row.parts.get(part, ()))
    ]
    marks: list[set[int]] = [set() for _ in rows]
    for at, (part, name) in enumerate(columns, 1):
        for mark in _best([row.parts.get(part, {}).get(name) for row in rows], higher_is_better(name)):
            marks[mark].add(at)
    table = tuple(
        (
            row.name,
            *(figure(row.parts[part][name]) if name in row.parts.get(part, ()) else "" for part, name in columns),
            amount(row.parameters) if row.parameters is not None else "",
            f"{row.seconds:.1f} s",
            f"{row.epochs}",
        )
        for row in rows
    )
    heads = ("run", *(name for _, name in columns), "weights", "time", "epochs")
    return Results(heads, ("", *(part for part, _ in columns), "", "", ""), table, tuple(map(frozenset, marks)))


def _best(values: Sequence[float | None], higher: bool) -> list[int]:
    """The places of the best value; none where there are not two to choose from."""
    good = [value for value in values if value is not None and np.isfinite(value)]
    if len(set(good)) < 2:
        return []
    best = max(good) if higher else min(good)
    return [at for at, value in enumerate(values) if value == best]


@dataclass(slots=True)
class Views:
    """Records that were read, each read again only when it has changed."""

    _kept: dict[Path, tuple[int, View]]

    @staticmethod
    def none() -> Views:
        """Nothing read yet."""
        return Views({})

    def of(self, folder: Path) -> View:
        """The view of a run's record."""
        run = RunFolder(folder)
        try:
            changed = run.events.stat().st_mtime_ns
        except OSError:
            return View()
        kept = self._kept.get(folder)
        if kept is None or kept[0] != changed:
            self._kept[folder] = kept = (changed, run.view())
        return kept[1]


Choice = tuple[str, str]
"""A part and what was measured on it; the part `steps` is the loss of each step."""


def choices(views: Iterable[View]) -> list[Choice]:
    """What can be compared: validation first, then training, then what is measured at each step."""
    found = dict.fromkeys(
        (part, name)
        for view in views
        for part in ("validation", "train")
        for _, metrics in view.history.get(part, ())[-1:]
        for name, value in metrics.items()
        if is_number(value)
    )
    order = sorted(found, key=lambda choice: PARTS[::-1].index(choice[0]) if choice[0] in PARTS else 9)
    return [*order, ("steps", "loss")]


def compared(views: Mapping[str, View], choice: Choice) -> list[Curve]:
    """One result of every run as curves, each named by its run."""
    part, name = choice
    found = []
    for slot, (run, view) in enumerate(views.items()):
        curve = _step_losses(view) if part == "steps" else history_curve(view, part, name, slot)
        if curve is not None:
            found.append(Curve(run, curve.steps, curve.values, curve.noisy, slot))
    return found


def _step_losses(view: View) -> Curve | None:
    if not view.losses:
        return None
    points = np.array([(step, np.nan if value is None else value) for step, value in view.losses], np.float64)
    return Curve("", points[:, 0], points[:, 1], len(points) > 16)


def differences(a: Path, b: Path) -> list[str]:
    """What differs between two runs' specs, a line each: gone (-), new (+) and changed (~)."""
    try:
        return of_runs(RunFolder(a), RunFolder(b))
    except (NetloomError, OSError) as trouble:
        return [f"cannot be compared: {trouble}"]


# export


def exported(rows: Sequence[RunRow], kind: str) -> str:
    """The rows as CSV or JSON text. Raises NetloomError for another kind."""
    names = list(dict.fromkeys(name for row in rows for name in row.metrics))
    flat = [_flat(row, names) for row in rows]
    if kind == "json":
        return json.dumps(flat, ensure_ascii=False, indent=2) + "\n"
    if kind != "csv":
        raise NetloomError(f"results are written as .csv or .json, not as .{kind}")
    text = io.StringIO()
    heads = list(flat[0]) if flat else ["run"]
    writer = csv.DictWriter(text, heads, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def _flat(row: RunRow, names: Sequence[str]) -> dict[str, Any]:
    return {
        "run": row.name,
        "status": row.status,
        "started": date(row.started),
        "epochs": row.epochs,
        "steps": row.steps,
        "seconds": row.seconds,
        "weights": row.parameters,
        "part": row.part,
        **{name: row.metrics.get(name) for name in names},
    }


def write_export(rows: Sequence[RunRow], path: Path) -> None:
    """Write the rows to a file that is not there yet; its ending says how. Raises NetloomError."""
    text = exported(rows, path.suffix.lstrip(".").lower())
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise NetloomError(f"{path} is there already: choose another name") from None
    except OSError as trouble:
        raise NetloomError(f"{path} cannot be written: {trouble.strerror or trouble}") from trouble
