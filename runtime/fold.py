"""A run as it looks after its events so far: the one reader of events for progress, lists, comparison and screens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from .events import (
    CheckpointSaved,
    Continued,
    Evaluated,
    Event,
    KnobChanged,
    Mapped,
    Observed,
    Paused,
    Resumed,
    RunEnded,
    RunFailed,
    RunStarted,
    Steps,
    Warned,
)

Seen = TypeVar("Seen")
Result = tuple[int, dict[str, Any]]
"""An epoch, and the losses and metrics of a part after it."""
MOST_LOOKS = 256
"""Observations kept; of more, every other one of the older half is forgotten."""


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a run. `epoch` counts whole epochs; `losses` are `(step, value)` points; `history` the results by part and epoch.

    `looks` are the observations, the older the thinner; `paused`: it rests, and has said so; `changes` the knobs set by
    hand, as `(step, knob, value)`."""

    started: RunStarted | None = None
    step: int = 0
    epoch: int = 0
    status: str = "running"
    losses: tuple[tuple[int, float], ...] = ()
    knobs: dict[str, float] = field(default_factory=dict)
    examples_per_s: float = 0.0
    history: dict[str, tuple[Result, ...]] = field(default_factory=dict)
    best_epoch: int | None = None
    warnings: tuple[str, ...] = ()
    failure: str | None = None
    failed_at: str | None = None
    """`FILE:LINE` of what failed, where the run knows it."""
    checkpoint: int | None = None
    seconds: float = 0.0
    paused: bool = False
    looks: tuple[Observed, ...] = ()
    changes: tuple[tuple[int, str, float | None], ...] = ()
    maps: tuple[Mapped, ...] = ()
    """What the network gave for all inputs, where these are one number or two; the older the thinner."""

    def latest(self, part: str) -> dict[str, Any]:
        """The last results of a part; empty when there are none."""
        return self.history[part][-1][1] if self.history.get(part) else {}


def fold(events: Iterable[Event], view: View | None = None) -> View:
    """The view after more events. Losses and results are put together once: there may be millions."""
    view = view or View()
    losses, results = list(view.losses), {part: list(points) for part, points in view.history.items()}
    rest = replace(view, losses=(), history={})
    for event in events:
        if isinstance(event, Resumed):
            whole = after(_whole(rest, losses, results), event)
            losses, results = list(whole.losses), {part: list(points) for part, points in whole.history.items()}
            rest = replace(whole, losses=(), history={})
            continue
        rest = after(rest, event)
        if rest.losses or rest.history:
            losses += rest.losses
            for part, points in rest.history.items():
                results.setdefault(part, []).extend(points)
            rest = replace(rest, losses=(), history={})
    return _whole(rest, losses, results)


def _whole(view: View, losses: list[tuple[int, float]], results: Mapping[str, list[Result]]) -> View:
    return replace(view, losses=tuple(losses), history={part: tuple(points) for part, points in results.items()})


def after(view: View, event: Event) -> View:
    """The view after one event."""
    match event:
        case RunStarted():
            return replace(view, started=event, status="running", failure=None, failed_at=None, paused=False)
        case Steps():
            return _steps(view, event)
        case Evaluated():
            points = (*view.history.get(event.part, ()), (event.epoch, event.metrics))
            best = event.epoch if event.best else view.best_epoch
            return replace(view, history={**view.history, event.part: points}, best_epoch=best, epoch=event.epoch)
        case Resumed():
            return _resumed(view, event)
        case RunFailed():
            at = f"{event.file}:{event.line}" if event.file and event.line else None
            return replace(view, failure=event.message, failed_at=at, status="failed")
        case RunEnded():
            ended = replace(view, status=event.status, seconds=event.seconds, paused=False)
            return replace(ended, step=event.step, epoch=event.epochs)
    return _beside(view, event)


def _beside(view: View, event: Event) -> View:
    """After what changes neither how far the run is nor how it stands."""
    match event:
        case KnobChanged():
            return replace(view, changes=(*view.changes, (event.step, event.knob, event.value)))
        case Paused() | Continued():
            return replace(view, paused=isinstance(event, Paused), step=event.step)
        case Observed():
            return replace(view, looks=_thinned((*view.looks, event)))
        case Mapped():
            return replace(view, maps=_thinned((*view.maps, event)))
        case CheckpointSaved():
            return replace(view, checkpoint=event.step)
        case Warned():
            return replace(view, warnings=(*view.warnings, event.message))
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
        seconds=event.seconds or view.seconds,
    )


def _thinned(looks: tuple[Seen, ...]) -> tuple[Seen, ...]:
    """The first is always kept."""
    if len(looks) <= MOST_LOOKS:
        return looks
    half = MOST_LOOKS // 2
    return (*looks[:half:2], *looks[half:])


def _resumed(view: View, event: Resumed) -> View:
    """Later steps never happened."""
    history = {
        part: tuple((epoch, metrics) for epoch, metrics in points if epoch <= event.epoch)
        for part, points in view.history.items()
    }
    losses = tuple(point for point in view.losses if point[0] < event.step)
    looks = tuple(look for look in view.looks if look.step <= event.step)
    changes = tuple(change for change in view.changes if change[0] <= event.step)
    maps = tuple(one for one in view.maps if one.step <= event.step)
    known = replace(view, losses=losses, history=history, looks=looks, changes=changes, maps=maps)
    return replace(known, step=event.step, epoch=event.epoch, status="running")
