"""The folders of runs: made, found, listed, compared, removed."""

from __future__ import annotations

import math
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..dsl.diagnostics import NetloomError
from ..dsl.suggest import did_you_mean
from .alive import is_alive
from .events import read_events
from .fold import View, fold

RUNS = Path("runs")
"""Where runs are written, if nothing else is said."""
SPEC, INCLUDED, PLAN = "spec.yaml", "included", "plan.json"
EVENTS, CHECKPOINTS = "events.jsonl", "checkpoints"
TREND = 24
"""Points of the trend in a run's row."""
JUDGED_PARTS = ("test", "validation", "train")
"""The parts of the data that results are told of; the first that was measured stands for a run in a list."""
MOST_NAMED = 8
"""How many runs a refusal names: the newest."""


class RunError(NetloomError):
    """A run that is not there, or cannot be made."""


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run on disk."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def spec(self) -> Path:
        return self.path / SPEC

    @property
    def included(self) -> Path:
        """The folder of copies of the files that the spec includes, each at its path from the spec."""
        return self.path / INCLUDED

    @property
    def events(self) -> Path:
        return self.path / EVENTS

    @property
    def last(self) -> Path:
        return self.path / CHECKPOINTS / "last.safetensors"

    @property
    def best(self) -> Path:
        return self.path / CHECKPOINTS / "best.safetensors"

    def view(self) -> View:
        """What the record tells of the run; an empty view where there is none."""
        try:
            with self.events.open(encoding="utf-8", errors="replace") as lines:
                return fold(read_events(lines))
        except OSError:
            return View()


def create(runs: Path, name: str) -> RunFolder:
    """A new folder `runs/<name>-<number>`; two processes never get the same."""
    stem = re.sub(r"[^A-Za-z0-9_.-]+", "-", name).strip(".-") or "run"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        number = 1 + max((n for _, n in _numbered(runs, stem)), default=0)
        while True:
            path = runs / f"{stem}-{number}"
            try:
                path.mkdir()
            except FileExistsError:
                number += 1
                continue
            (path / CHECKPOINTS).mkdir()
            return RunFolder(path)
    except OSError as trouble:
        raise RunError(
            f"no run can be written below {runs}: {trouble.strerror or trouble}. Choose another place with --runs."
        ) from trouble


def find(runs: Path, which: str) -> RunFolder:
    """A run by its folder, its name, or `last`."""
    direct = Path(which)
    if (direct / SPEC).exists():
        return RunFolder(direct)
    everything = every(runs)
    if which == "last" and everything:
        return max(everything, key=lambda run: run.path.stat().st_mtime_ns)
    for run in everything:
        if run.name == which:
            return run
    raise RunError(f"there is no run `{which}`. {_which_there_are(runs, which, everything)}")


def _which_there_are(runs: Path, which: str, everything: list[RunFolder]) -> str:
    if Path(which).is_file():
        return f"It is a file: train it with `netloom train {which}`, then name its run, or `last`."
    if not everything:
        return f"There is none below {runs} yet: start one with `netloom train FILE`."
    if near := did_you_mean(which, [*(run.name for run in everything), "last"]):
        return near
    newest = sorted(everything, key=lambda run: run.path.stat().st_mtime_ns, reverse=True)[:MOST_NAMED]
    more = len(everything) - len(newest)
    return f"There are {', '.join(run.name for run in newest)}{f' and {more} more' if more else ''}."


def every(runs: Path) -> list[RunFolder]:
    """All runs below a folder, in the order of their names and numbers."""
    if not runs.is_dir():
        return []
    found = [RunFolder(path) for path in runs.iterdir() if (path / SPEC).is_file()]
    return sorted(found, key=lambda run: _sort_key(run.name))


def remove(run: RunFolder) -> None:
    """Delete a run's folder with all in it."""
    try:
        shutil.rmtree(run.path)
    except OSError as trouble:
        raise RunError(f"{run.path} cannot be removed: {trouble.strerror or trouble}") from trouble


def status(run: RunFolder, told: str) -> str:
    """The status that the record tells, unless it says `running` and no process is there any more: `died`."""
    return "died" if told == "running" and not is_alive(run.path) else told


def summary(run: RunFolder) -> dict[str, Any]:
    """One run as a row of a list. Its status is what the record tells: see `status`."""
    view = run.view()
    parts = {part: _numbers(view.latest(part)) for part in JUDGED_PARTS if view.latest(part)}
    part = next(iter(parts), None)
    results = parts[part] if part else {}
    return {
        "run": run.name,
        "status": view.status if view.started else "empty",
        "epochs": view.epoch,
        "steps": view.step,
        "part": part,
        "loss": results.get("loss"),
        "metrics": results,
        "parts": parts,
        "seconds": view.seconds,
        "started": view.started.time if view.started else None,
        "parameters": view.started.parameters if view.started else None,
        "trend": _trend(view.losses),
    }


def shared_parts(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """The parts that results are compared by, each row the parts of one run: those of all runs, else of at least two,
    else of any; the first tells most."""
    for least in (len(rows), 2, 1):
        if found := [part for part in JUDGED_PARTS if sum(part in row for row in rows) >= least]:
            return found
    return []


def _numbers(results: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in results.items() if isinstance(value, int | float)}


def _trend(losses: tuple[tuple[int, float], ...]) -> list[float]:
    """The loss in a few numbers, means over equal stretches of the points; without those that are not finite."""
    good = [value for _, value in losses if value is not None and math.isfinite(value)]
    count = min(TREND, len(good))
    edges = [len(good) * i // count for i in range(count + 1)] if count else []
    return [float(f"{sum(good[a:b]) / (b - a):.4g}") for a, b in pairwise(edges)]


def _numbered(runs: Path, stem: str) -> Iterator[tuple[Path, int]]:
    for path in runs.iterdir():
        match = re.fullmatch(rf"{re.escape(stem)}-(\d+)", path.name)
        if match:
            yield path, int(match.group(1))


def _sort_key(name: str) -> tuple[str, int]:
    stem, _, number = name.rpartition("-")
    return (stem, int(number)) if number.isdigit() else (name, 0)
