"""A run as a viewer sees it, live, after a crash or long ago: its record read as it grows, its training steered."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from ...runtime import control, detached
from ...runtime.alive import is_alive
from ...runtime.control import ControlError
from ...runtime.events import (
    CheckpointSaved,
    Continued,
    Evaluated,
    Event,
    KnobChanged,
    Observed,
    Paused,
    Resumed,
    RunEnded,
    Stepped,
    Steps,
    from_json,
)
from ...runtime.fold import View, after, fold
from ...runtime.runs import RUNS
from .series import Series

EVENTS = "events.jsonl"
ACKNOWLEDGED: dict[str, type[Event]] = {
    "pause": Paused,
    "resume": Continued,
    "step": Stepped,
    "checkpoint": CheckpointSaved,
    "knob": KnobChanged,
    "dropout": KnobChanged,
    "stop": RunEnded,
}
"""The event by which a training tells that it has done what was asked for."""
WATCH_SECONDS = 5.0
"""For how long a viewer says that it watches; it says so again before."""
PACE_SECONDS = 30.0
"""Of training, over which its pace is measured."""
CHUNK = 1 << 22
"""Bytes read at once."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A run as it was after a step: `values` are the newest of each series up to there."""

    step: int
    view: View
    observed: Observed | None
    values: Mapping[str, float]


class RunClient:
    """Reads the record of the run in a folder; `poll` takes in what was added. It may be polled from any one thread at a
    time; nothing of the run is changed but by `send`.

    `view` is the run after all events (its `losses` stay empty: they are `series["loss"]`). `series` has the losses,
    further numbers of each step, and each knob by its name."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._lock = threading.Lock()
        self._begin()

    def _begin(self) -> None:
        self.view = View()
        self.series: dict[str, Series] = {}
        self.asked: set[str] = set()
        """The commands that were sent, and of which no event tells yet."""
        self._offset, self._file = 0, 0
        self._changed_at = 0.0
        self._gone = False
        self._history: dict[str, list[Any]] = {}
        self._pace: deque[tuple[float, int]] = deque()

    # reading

    def poll(self) -> bool:
        """Take in what the record has gained; gives whether there was anything. A record that was replaced, or cut
        before what was read, is read anew."""
        with self._lock:
            # before the record is read: what a training says last is there when it lets go of its lock
            gone, found = not is_alive(self.folder), False
            for lines in self._gained():
                for line in lines:
                    found = True
                    self._line(line)
            self._gone = gone
            if found:
                self._put_history()
            return found

    def _gained(self) -> Iterator[list[bytes]]:
        """The whole lines that were added, some at a time; a torn last line waits for its end."""
        try:
            with (self.folder / EVENTS).open("rb") as file:
                told = os.fstat(file.fileno())
                if told.st_ino != self._file or told.st_size < self._offset:
                    asked = self.asked
                    self._begin()
                    self.asked, self._file = asked, told.st_ino
                self._changed_at = told.st_mtime
                file.seek(self._offset)
                rest = b""
                while chunk := file.read(CHUNK):
                    whole, newline, rest = (rest + chunk).rpartition(b"\n")
                    self._offset += len(whole) + len(newline)
                    if newline:
                        yield whole.split(b"\n")
        except OSError:
            return

    def _line(self, line: bytes) -> None:
        try:
            event = from_json(line.decode("utf-8", "replace"))
        except ValueError:
            return
        if event is not None:
            self._take(event)

    def _take(self, event: Event) -> None:
        """Take in one event."""
        if isinstance(event, Steps):
            self._points(event)
            event = replace(event, series={})
        if isinstance(event, Resumed):
            for series in self.series.values():
                series.cut(event.step)
            self._pace.clear()
        if isinstance(event, Evaluated):
            self._history.setdefault(event.part, []).append((event.epoch, event.metrics))
            self.view = replace(after(replace(self.view, history={}), event), history=self.view.history)
        elif isinstance(event, Resumed):
            self._put_history()
            self.view = after(self.view, event)
            self._history = {part: list(points) for part, points in self.view.history.items()}
        else:
            self.view = after(self.view, event)
        for command in [do for do in self.asked if isinstance(event, ACKNOWLEDGED[do])]:
            self.asked.discard(command)
        if isinstance(event, RunEnded):
            self.asked.clear()

    def _put_history(self) -> None:
        """The results of the epochs into the view, once for all that was read: there may be a hundred thousand."""
        if any(len(points) != len(self.view.history.get(part, ())) for part, points in self._history.items()):
            self.view = replace(self.view, history={part: tuple(points) for part, points in self._history.items()})

    def _points(self, event: Steps) -> None:
        for name, told in event.series.items():
            values = np.array([np.nan if value is None else value for value in told], np.float64)
            self._of(name).add(event.first + event.stride * np.arange(len(values)), values)
        here = np.array([event.step - 1])
        for name, value in {**event.knobs, "examples_per_s": event.examples_per_s}.items():
            self._of(name).add(here, np.array([np.nan if value is None else value], np.float64))
        if event.input_share is not None:
            self._of("input_share").add(here, np.array([event.input_share], np.float64))
        if event.seconds:
            self._pace.append((event.seconds, event.step))
            while self._pace[-1][0] - self._pace[0][0] > PACE_SECONDS:
                self._pace.popleft()

    def _of(self, name: str) -> Series:
        return self.series.setdefault(name, Series())

    # how it stands

    @property
    def observed(self) -> Observed | None:
        """The newest look inside."""
        return self.view.looks[-1] if self.view.looks else None

    @property
    def state(self) -> str:
        """What the record tells (`running`, `finished`, …), or `died` where it said `running` at the last poll and
        nothing ran."""
        died = self._gone and self.view.started is not None and self.view.status == "running"
        return "died" if died else self.view.status

    @property
    def paused(self) -> bool:
        """Whether the training has said that it rests."""
        return self.view.paused

    @property
    def waiting(self) -> tuple[str, ...]:
        """The commands that were taken in, and are not done yet."""
        return tuple(sorted(self.asked)) if self.asked and self.state == "running" else ()

    def silent_seconds(self, now: float) -> float:
        """How long nothing was recorded, at a time of `time.time`; 0 where there is no record."""
        return max(0.0, now - self._changed_at) if self._changed_at else 0.0

    @property
    def steps_in_all(self) -> int | None:
        """How long the run is to be, unless something ends it before; None where that is not recorded."""
        begun = self.view.started
        return begun.epochs * begun.steps_an_epoch if begun is not None else None

    @property
    def steps_a_second(self) -> float | None:
        """Over the last half minute of training, with all that goes on beside the steps; None where it is not known."""
        if len(self._pace) > 1 and self._pace[-1][0] > self._pace[0][0]:
            (before, first), (now, last) = self._pace[0], self._pace[-1]
            return (last - first) / (now - before)
        begun = self.view.started
        return self.view.examples_per_s / begun.batch if begun is not None and self.view.examples_per_s else None

    @property
    def seconds_left(self) -> float | None:
        """About how long it will still train; None where that is not known, or nothing trains."""
        whole, pace = self.steps_in_all, self.steps_a_second
        if whole is None or not pace or self.state != "running":
            return None
        return max(0, whole - self.view.step) / pace

    @property
    def input_share(self) -> float | None:
        """The share of a step that its input takes, newly measured; None where the record does not tell."""
        series = self.series.get("input_share")
        return None if series is None else series.last

    def at(self, step: int) -> Moment:
        """The run as it was when `step` steps were done; the record is read again for it."""
        view = fold(_lean(self._until(step)))
        values = {
            name: float(values[count - 1])
            for name, series in self.series.items()
            for values, count in [(series.values, int(np.searchsorted(series.steps, step)))]
            if count
        }
        return Moment(view.step, view, view.looks[-1] if view.looks else None, values)

    def _until(self, step: int) -> Iterator[Event]:
        try:
            content = (self.folder / EVENTS).read_bytes()
        except OSError:
            return
        for line in content.split(b"\n")[:-1]:
            try:
                event = from_json(line.decode("utf-8", "replace"))
            except ValueError:
                continue
            if event is not None and event.step <= step:
                yield event

    # steering

    def send(self, command: dict[str, Any]) -> dict[str, Any]:
        """Send a command to the training and give its answer; what was taken in is `waiting` until an event tells that
        it is done. Waits up to some seconds. Raises ControlError where nothing listens."""
        do, taken = str(command.get("do")), False
        known = do in self.asked
        # before it is sent: the event may be there sooner than the answer
        if do in ACKNOWLEDGED and not self._so_already(do):
            self.asked.add(do)
        try:
            answer = control.send(self.folder, command)
            taken = bool(answer.get("ok"))
        finally:
            if not taken and not known:
                self.asked.discard(do)
        return answer

    def _so_already(self, do: str) -> bool:
        """Whether a command asks for what is: no event will tell of it."""
        resting = "pause" in self.asked or "step" in self.asked or self.view.paused
        return (do == "pause" and self.view.paused) or (do == "resume" and not resting)

    def watch(self) -> bool:
        """Say that somebody watches, so that there is more to see for a few seconds; gives whether somebody heard."""
        try:
            return bool(control.send(self.folder, {"do": "watch", "seconds": WATCH_SECONDS}).get("ok"))
        except ControlError:
            return False

    def look(self, what: str, **more: Any) -> dict[str, Any]:
        """Look into the training now: see `runtime/looking.py`. Raises ControlError where nothing listens, or where
        the answer is that it cannot be seen."""
        answer = control.send(self.folder, {"do": "look", "what": what, **more})
        if not answer.get("ok"):
            raise ControlError(str(answer.get("error", "it cannot be seen")))
        return answer


def _lean(events: Iterator[Event]) -> Iterator[Event]:
    """Steps without their series: the view needs them for nothing else."""
    for event in events:
        yield replace(event, series={}) if isinstance(event, Steps) else event


def start_detached(
    path: Path | None, sets: Mapping[str, str] | None = None, runs: Path = RUNS, **more: Any
) -> RunClient:
    """Start a training beside this program, and give its client once its folder is there. `more`: see
    `runtime/detached.py`. Raises NotStarted with what it said."""
    return RunClient(detached.start_detached(path, sets, runs, **more))
