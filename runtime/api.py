"""The Python API, as `netloom.…`: small, typed, the same things the commands do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..compiler.pipeline import Compiled
from ..dsl.diagnostics import Diagnostic, NetloomError
from . import runs, start
from .answers import evaluate_run, predict_run
from .events import Event, RunEnded
from .launch import Launch, Request
from .runs import RUNS

PathLike = str | Path
Sets = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Run:
    """A training that has ended: its folder, how it ended, and the results of each part of the data."""

    folder: Path
    status: str
    steps: int
    seconds: float
    metrics: dict[str, dict[str, Any]]


def check(file: PathLike, sets: Sets | None = None) -> tuple[Diagnostic, ...]:
    """Every remark about a file, each with its place; no error among them: the file is good."""
    return start.check(Path(file), _words(sets))


def load(file: PathLike, sets: Sets | None = None) -> start.Loaded:
    """A file read, built and checked. Raises SpecError with every mistake."""
    return start.load(Path(file), _words(sets))


def compile(file: PathLike, sets: Sets | None = None) -> Compiled:
    """The plan of a file's network, its op graphs and why they are as they are. Raises SpecError."""
    return start.compile_loaded(load(file, sets))


def train(
    file: PathLike | None = None,
    sets: Sets | None = None,
    *,
    epochs: int | None = None,
    resume: str | None = None,
    folder: PathLike = RUNS,
    seed: int | None = None,
    threads: int | None = None,
    watch: Callable[[Event], None] | None = None,
) -> Run:
    """Train a file's network, or go on with a run; `watch` sees every event. Raises NetloomError."""
    request = Request(
        Path(file) if file is not None else None, _words(sets), epochs, resume, Path(folder), seed, threads
    )
    launch = Launch(request)
    ended: RunEnded | None = None
    for event in launch.events():
        if watch is not None:
            watch(event)
        if isinstance(event, RunEnded):
            ended = event
    assert ended is not None, "a stream of events ends with RunEnded"
    return Run(launch.folder.path, ended.status, ended.step, ended.seconds, ended.metrics)


def evaluate(run: PathLike, folder: PathLike = RUNS) -> dict[str, dict[str, Any]]:
    """Loss and metrics of each part of a run's data. `run`: its folder, its name, or `last`."""
    return evaluate_run(runs.find(Path(folder), str(run)))


def predict(run: PathLike, *inputs: Any, tap: Sequence[str] = (), folder: PathLike = RUNS) -> dict[str, Any]:
    """What a run's network (or a file whose weights are all written in it) gives for files, arrays or rows of a
    part, as `digits:test[0:5]`: each output by name, one row an example. `tap` adds inner layers."""
    path = Path(run)
    is_file = path.suffix in (".yaml", ".yml") and path.is_file()
    return predict_run(path if is_file else runs.find(Path(folder), str(run)), inputs, tap).outputs


def _words(sets: Sets | None) -> dict[str, str]:
    found = {}
    for name, value in (sets or {}).items():
        if isinstance(value, bool):
            found[name] = "true" if value else "false"
        elif isinstance(value, int | float | str):
            found[name] = str(value)
        else:
            raise NetloomError(
                f"{name} is set to a {type(value).__name__}; only numbers, words and true or false can be set"
            )
    return found
