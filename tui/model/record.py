"""What a run's record tells at any of its steps: curves, marks, figures and state, for whoever shows them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ...runtime.fold import View
from .curves import Array, Curve, Mark, figure
from .series import Series

PARTS = ("train", "validation", "test")
ENDED = {
    "finished": ("✓", "finished"),
    "stopped_early": ("✓", "stopped early: no more improvement"),
    "stopped": ("■", "stopped by hand"),
    "interrupted": ("■", "interrupted"),
    "failed": ("✗", "failed"),
    "died": ("✗", "its process is gone"),
}
SILENT = 10.0
"""Seconds without an event after which that is said."""


class Watched(Protocol):
    """A run that is looked at."""

    @property
    def view(self) -> View: ...
    @property
    def series(self) -> Mapping[str, Series]: ...


@dataclass(frozen=True, slots=True)
class State:
    """How a run stands: a sign, words, whether it goes on (`alive`) and whether it went wrong (`bad`)."""

    sign: str
    words: str
    alive: bool = False
    bad: bool = False


def state_of(view: View, status: str, silent: float, pending: str = "", paused: bool = False) -> State:
    """The state in words. `status`: of the record, or `died`; `pending`: what is asked for and not acknowledged yet,
    such as `pausing`; `silent`: seconds since the last event."""
    if status in ENDED:
        sign, words = ENDED[status]
        if status == "failed" and view.failed_at:
            words = f"failed at {view.failed_at}"
        return State(sign, words, bad=status in ("failed", "died"))
    if view.started is None:
        return State("…", "starting: nothing is recorded yet", alive=True)
    if pending:
        return State("…", f"{pending}…", alive=True)
    if paused:
        return State("‖", "paused", alive=True)
    if silent > SILENT:
        return State("!", f"running, no event for {duration(silent)}", alive=True, bad=True)
    return State("▶", "running", alive=True)


def steps_in_all(view: View) -> int:
    """How long the run is to be; 0 when it has not begun."""
    return view.started.epochs * view.started.steps_an_epoch if view.started else 0


def duration(seconds: float) -> str:
    """`84 ms`, `3.2 s`, `12 s`, `5 min 10 s`, `3 h 20 min`, `2 d 4 h`"""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    for size, unit, less, small in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit} {int(seconds % size // less)} {small}"
    return ""


# curves


def history_curve(view: View, part: str, name: str, slot: int) -> Curve | None:
    """A result of a part over the steps at which its epochs ended; None where there is none."""
    points = [(epoch, metrics.get(name)) for epoch, metrics in view.history.get(part, ())]
    good = [(epoch, value) for epoch, value in points if is_number(value)]
    if not good:
        return None
    an_epoch = view.started.steps_an_epoch if view.started else 1
    steps = np.array([epoch * an_epoch for epoch, _ in good], np.float64)
    # results at the end of the run are of an epoch that was told already
    last = np.flatnonzero(np.append(np.diff(steps) > 0, True))
    return Curve(part, steps[last], np.array([value for _, value in good], np.float64)[last], False, slot)


def is_number(value: object) -> bool:
    """Whether a result is one number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def loss_curves(run: Watched) -> tuple[Curve, ...]:
    """The loss of each step of training, and those of the other parts after each epoch."""
    found = []
    if (train := series_curve(run, "loss", "train", 0)) is not None:
        found.append(train)
    elif (whole := history_curve(run.view, "train", "loss", 0)) is not None:
        found.append(whole)
    for slot, part in enumerate(PARTS[1:], 1):
        if (curve := history_curve(run.view, part, "loss", slot)) is not None:
            found.append(curve)
    return tuple(found)


def series_curve(run: Watched, name: str, called: str, slot: int, noisy: bool = True) -> Curve | None:
    """A series of the record as a curve; None where there is none."""
    points = run.series.get(name)
    if points is None or not len(points.steps):
        return None
    steps: Array = np.asarray(points.steps, np.float64)
    return Curve(called, steps, np.asarray(points.values, np.float64), noisy and len(steps) > 16, slot)


def metric_curves(run: Watched, name: str) -> tuple[Curve, ...]:
    """A metric of every part, after each epoch."""
    if name in run.series:
        found = series_curve(run, name, name.replace("_", " "), 0)
        return (found,) if found is not None else ()
    curves = [history_curve(run.view, part, name, slot) for slot, part in enumerate(PARTS)]
    return tuple(curve for curve in curves if curve is not None)


def metric_names(run: Watched) -> tuple[str, ...]:
    """What the second chart can show: the metrics, then what else is recorded at each step."""
    named = dict.fromkeys(
        name
        for points in run.view.history.values()
        for _, metrics in points[-1:]
        for name, value in metrics.items()
        if is_number(value) and name != "loss"
    )
    return (*named, *(name for name in run.series if name != "loss" and name not in named))


def confusion_of(view: View, step: float | None = None) -> tuple[str, int, list[list[int]]] | None:
    """The newest confusion matrix (part, step, counts) that the results hold, up to a step."""
    an_epoch = view.started.steps_an_epoch if view.started else 1
    for part in ("validation", "test", "train"):
        for epoch, metrics in reversed(view.history.get(part, ())):
            if step is not None and epoch * an_epoch > step:
                continue
            for value in metrics.values():
                if _is_matrix(value):
                    return part, epoch * an_epoch, [list(row) for row in value]
    return None


def _is_matrix(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and len(value) > 1
        and all(isinstance(row, list | tuple) and len(row) == len(value) for row in value)
    )


# figures


def figures(view: View, now: Mapping[str, str] | None = None) -> list[tuple[str, str]]:
    """Names and numbers of how the run does. `now`: further ones, such as memory and waiting for data."""
    found = []
    for part in PARTS:
        results = {name: value for name, value in view.latest(part).items() if is_number(value)}
        if results:
            first = sorted(results.items(), key=lambda result: result[0] != "loss")[:3]
            shown = "  ".join(f"{name.removeprefix('loss/')} {figure(float(value))}" for name, value in first)
            found.append((part, shown))
    if view.best_epoch is not None:
        found.append(("best epoch", f"{view.best_epoch}"))
    found.extend(_knobs(view.knobs))
    found.append(("speed", speed_words(view)))
    found.extend((now or {}).items())
    if view.started is not None:
        counts = ", ".join(f"{count:,} {part}" for part, count in view.started.examples.items())
        found.append(("weights", f"{view.started.parameters:,}"))
        found.append(("examples", counts))
        found.append(("batch", f"{view.started.batch}, seed {view.started.seed}, {view.started.threads} threads"))
    return found


def _knobs(knobs: Mapping[str, float]) -> list[tuple[str, str]]:
    """Live numbers by name; the rates of several dropouts in one line where they are the same."""
    rates = {name: value for name, value in knobs.items() if name.endswith(".rate")}
    alike = len(rates) > 1 and len(set(rates.values())) == 1
    found = [
        (re.sub("[_.]", " ", name.removeprefix("loss.")), figure(value))
        for name, value in knobs.items()
        if not (alike and name in rates)
    ]
    return [*found, ("dropout", f"{figure(next(iter(rates.values())))} in {len(rates)} layers")] if alike else found


def speed_words(view: View) -> str:
    """Examples and steps a second."""
    if view.started is None or view.examples_per_s <= 0:
        return "not known yet"
    steps = view.examples_per_s / max(1, view.started.batch)
    return f"{view.examples_per_s:,.0f} examples/s, {figure(round(steps, 1))} steps/s"


def marks_of(view: View) -> tuple[Mark, ...]:
    """Knobs set by hand (◊), the best epoch (★) and the newest checkpoint (c), unless it is of this very step."""
    knobs = [
        Mark(step, "◊", f"{name} {'as in the file' if value is None else figure(value)}")
        for step, name, value in view.changes
    ]
    more = []
    if view.best_epoch is not None and view.started is not None:
        more.append(Mark(view.best_epoch * view.started.steps_an_epoch, "★", f"best epoch, {view.best_epoch}"))
    if view.checkpoint is not None and view.checkpoint < view.step:
        more.append(Mark(view.checkpoint, "c", "checkpoint"))
    # of two at one step the later hides the other: what was done by hand matters most
    return (*more, *knobs)


def at_step(view: View, step: float) -> View:
    """The view as it was at a step: later epochs, losses and the end have not happened."""
    if view.started is None or step >= view.step:
        return view
    an_epoch = view.started.steps_an_epoch
    history = {
        part: tuple((epoch, metrics) for epoch, metrics in points if epoch * an_epoch <= step)
        for part, points in view.history.items()
    }
    best = view.best_epoch if view.best_epoch is not None and view.best_epoch * an_epoch <= step else None
    return replace(
        view,
        changes=tuple(change for change in view.changes if change[0] <= step),
        step=int(step),
        epoch=int(step // an_epoch),
        history=history,
        best_epoch=best,
        failure=None,
        status="running",
    )


def memory_of(folder: Path) -> int | None:
    """The memory of a run's process in bytes, resident now; None where it does not live or the system does not tell."""
    try:
        process = int(json.loads((folder / "control.json").read_text(encoding="utf-8"))["process"])
        told = Path(f"/proc/{process}/status").read_text(encoding="ascii", errors="replace")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    found = re.search(r"^VmRSS:\s+(\d+) kB", told, re.MULTILINE)
    return int(found.group(1)) * 1024 if found else None
