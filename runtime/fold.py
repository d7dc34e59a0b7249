"""A run as it looks after its events so far: the one reader of events for progress, lists, comparison and screens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from .events import (
    CheckpointSaved,
    Evaluated,
    Event,
    KnobChanged,
    Resumed,
    RunEnded,
    RunFailed,
    RunStarted,
    Steps,
    Warned,
)


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a run. `epoch` counts whole epochs; `losses` are `(step, value)` points; `history` the results by part and epoch."""

    started: RunStarted | None = None
    step: int = 0
    epoch: int = 0
    status: str = "running"
    losses: tuple[tuple[int, float], ...] = ()
    knobs: dict[str, float] = field(default_factory=dict)
    examples_per_s: float = 0.0
    history: dict[str, tuple[tuple[int, dict[str, Any]], ...]] = field(default_factory=dict)
    best_epoch: int | None = None
    warnings: tuple[str, ...] = ()
    failure: str | None = None
    checkpoint: int | None = None
    seconds: float = 0.0

    def latest(self, part: str) -> dict[str, Any]:
        """The last results of a part; empty when there are none."""
        return self.history[part][-1][1] if self.history.get(part) else {}


def fold(events: Iterable[Event], view: View | None = None) -> View:
    """The view after more events."""
    view = view or View()
    for event in events:
        view = after(view, event)
    return view


def after(view: View, event: Event) -> View:
    """The view after one event."""
    match event:
        case RunStarted():
            return replace(view, started=event, status="running", failure=None)
        case Steps():
            return _steps(view, event)
        case Evaluated():
            points = (*view.history.get(event.part, ()), (event.epoch, event.metrics))
            best = event.epoch if event.best else view.best_epoch
            return replace(view, history={**view.history, event.part: points}, best_epoch=best, epoch=event.epoch)
        case KnobChanged():
            return view
        case CheckpointSaved():
            return replace(view, checkpoint=event.step)
        case Resumed():
            return _resumed(view, event)
        case Warned():
            return replace(view, warnings=(*view.warnings, event.message))
        case RunFailed():
            return replace(view, failure=event.message, status="failed")
        case RunEnded():
            return replace(view, status=event.status, seconds=event.seconds, step=event.step, epoch=event.epochs)
    return view


def _steps(view: View, event: Steps) -> View:
    points = tuple((event.first + i * event.stride, value) for i, value in enumerate(event.series.get("loss", ())))
    return replace(
        view,
        step=event.step,
        epoch=event.epoch - 1,
        losses=view.losses + points,
        knobs=event.knobs,
        examples_per_s=event.examples_per_s,
    )


def _resumed(view: View, event: Resumed) -> View:
    """Later steps never happened."""
    history = {
        part: tuple((epoch, metrics) for epoch, metrics in points if epoch <= event.epoch)
        for part, points in view.history.items()
    }
    losses = tuple(point for point in view.losses if point[0] < event.step)
    return replace(view, step=event.step, epoch=event.epoch, losses=losses, history=history, status="running")
