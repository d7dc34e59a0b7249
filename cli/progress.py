"""Training as it goes: a line for an epoch, at most one a second, and on a terminal a live one; all on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from math import isfinite
from pathlib import Path
from statistics import fmean
from types import TracebackType
from typing import Any

from rich.live import Live
from rich.text import Text

from ..runtime.events import (
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
from ..runtime.runs import RUNS
from .console import counted, figure, out, seconds, table, talk

BAR = 24
SHOWN = ("loss", "accuracy", "r2", "mae", "f1")
WHILE_LEARNING = "train, while learning"
"""The mean over an epoch's steps, with dropout and the like at work and weights that change from step to step."""
LINE_SECONDS = 1.0
"""At most one line of an epoch in this time."""
GROWN = 2.0
"""So many times its first epoch's loss, and training made things worse."""
NOISE = 1e-4
"""A loss below this is as good as none: whether it rises or falls there tells nothing."""
CLEARLY = 0.03
"""The share of the loss that a quarter of the epochs must have taken off it."""


class Progress:
    """A reader of events. Use as a context while events come."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.console = talk()
        self._clock = clock
        self._live: Live | None = None
        self._started: RunStarted | None = None
        self._results: dict[str, dict[str, Any]] = {}
        self._epochs: dict[str, int] = {}
        """Of each part, the epoch its last results are of."""
        self._history: dict[str, list[float]] = {}
        self._epoch: list[Evaluated] = []
        """The results of the epoch that has no line yet."""
        self._last_line = float("-inf")

    def __enter__(self) -> Progress:
        if sys.stderr.isatty():
            self._live = Live(console=self.console, refresh_per_second=10, transient=True)
            self._live.start()
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def compiled(self, name: str, made: int, count: int) -> None:
        """A kernel was compiled: said by name, so that a first start explains itself."""
        if sys.stderr.isatty():
            self.console.print(
                Text(f"\rcompiled {made}/{count}: {name[:60]:60}", style="dim"), end="\r", soft_wrap=True
            )
            if made == count:
                self.console.print(" " * 90, end="\r")
        elif made == count:
            self.say(f"compiled {counted(count, 'kernel')}")

    def show(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case RunStarted():
                self._started = event
                parts = ", ".join(f"{count:,} {part}" for part, count in event.examples.items())
                self.say(f"run {event.run}: {event.parameters:,} weights, {parts}, batch {event.batch}")
            case Resumed():
                self.say(f"goes on from step {event.step:,} (epoch {event.epoch})")
            case Steps():
                self._status(event)
            case Evaluated():
                self._evaluated(event)
            case KnobChanged():
                self.say(f"step {event.step:,}: {event.knob} = {event.value}")
            case Warned():
                self.say(f"warning: {event.message}", "yellow")
            case RunFailed():
                where = f"{event.file}:{event.line}: " if event.file else ""
                self.say(f"{where}{event.message}", "bold red")
            case RunEnded():
                self._line()
            case CheckpointSaved():
                pass

    def final(self, ended: RunEnded, folder: Path) -> None:
        """The results as a table on stdout, and what to do next on stderr."""
        names = [n for n in _names(ended.metrics) if n in SHOWN or "/" not in n]
        shown = table("part", *(f"{name}>" for name in names))
        for part, metrics in ended.metrics.items():
            shown.add_row(self._part(part, ended.metrics), *(_number(metrics.get(name)) for name in names))
        if ended.metrics:
            out().print(shown)
        said = (
            f"{ended.status.replace('_', ' ')} after {counted(ended.step, 'step')}, {seconds(ended.seconds)}: {folder}"
        )
        self.say(said, "bold")
        name = folder.name if folder.parent == RUNS else str(folder)
        if ended.status in ("interrupted", "stopped"):
            if ended.metrics and self._begun(ended):
                self.say(f"the table tells of epoch {ended.epochs}, the last whole one", "dim")
            self.say(f"go on with: netloom train --resume {name}", "dim")
        if ended.status == "finished" and still_falling(self._history):
            self.say(f"the loss was still falling: more epochs may help (--resume {name} --epochs {2 * ended.epochs})")
        if ended.status in ("finished", "stopped_early") and grew(self._history):
            first, last = (figure(loss) for loss in (self._history["train"][0], self._history["train"][-1]))
            self.say(f"the loss grew from {first} to {last}: a smaller learning rate may help", "yellow")
        if ended.status in ("finished", "stopped_early"):
            self.say(f"next: netloom evaluate {name} | predict {name} FILE | runs compare RUN {name}", "dim")

    def _part(self, part: str, parts: dict[str, dict[str, Any]]) -> str:
        """What a row of the table is called: the results of training are those of weights that still moved, and parts
        whose epochs differ say theirs."""
        said = WHILE_LEARNING if part == "train" else part
        known = [self._epochs.get(name) for name in parts]
        return f"{said} (epoch {self._epochs[part]})" if None not in known and len(set(known)) > 1 else said

    def _begun(self, ended: RunEnded) -> bool:
        """Whether the run ended within an epoch."""
        return self._started is not None and ended.step != ended.epochs * self._started.steps_an_epoch

    def say(self, line: str, style: str = "") -> None:
        """One line, above the live one where there is one."""
        self.console.print(Text(line, style=style), soft_wrap=True)

    def _status(self, event: Steps) -> None:
        if self._live is None or self._started is None or not event.series.get("loss"):
            return
        total = max(1, self._started.epochs * self._started.steps_an_epoch)
        share = min(1.0, event.step / total)
        filled = round(BAR * share)
        line = Text(f"epoch {event.epoch}/{self._started.epochs} ", no_wrap=True, overflow="ellipsis")
        line.append("━" * filled, style="green").append("━" * (BAR - filled), style="dim")
        line.append(f" {share:4.0%}  loss {figure(event.series['loss'][-1])}  {event.examples_per_s:,.0f} examples/s")
        for part, results in self._results.items():
            if part != "train" and "accuracy" in results:
                line.append(f"  {part} accuracy {results['accuracy']:.4f}")
        self._live.update(line)

    def _evaluated(self, event: Evaluated) -> None:
        self._epochs[event.part] = event.epoch
        if event.last or event.part == "test":
            return  # in the table at the end
        if self._epoch and self._epoch[0].epoch != event.epoch:
            self._epoch = []
        self._epoch.append(event)
        self._results[event.part] = event.metrics
        if isinstance(loss := event.metrics.get("loss"), float):
            self._history.setdefault(event.part, []).append(loss)
        waits = event.part == "train" and self._started is not None and self._started.examples.get("validation")
        if not waits and self._clock() - self._last_line >= LINE_SECONDS:
            self._line()

    def _line(self) -> None:
        """One line for the epoch, with all its parts."""
        if not self._epoch:
            return
        self._last_line = self._clock()
        parts = (f"{event.part}  {_shown(event.metrics)}" for event in self._epoch)
        best = "  best" if any(event.best for event in self._epoch) else ""
        self.say(f"epoch {self._epoch[0].epoch:>3}  {'  '.join(parts)}{best}")
        self._epoch = []


def still_falling(history: dict[str, list[float]]) -> bool:
    """Whether more epochs promise something: over the last quarter of its epochs the training loss fell clearly, by its
    own size and by how far it came, and the validation loss fell too."""
    return _falls(history.get("train", [])) and ("validation" not in history or _falls(history["validation"]))


def grew(history: dict[str, list[float]]) -> bool:
    """Whether the training loss ended well above where its first epoch left it, and above what is as good as none."""
    losses = history.get("train", [])
    return len(losses) > 1 and losses[0] > 0 and losses[-1] > max(GROWN * losses[0], NOISE)


def _falls(losses: list[float]) -> bool:
    quarter = len(losses) // 4
    if not quarter or not all(isfinite(loss) for loss in losses):
        return False
    last, before = fmean(losses[-quarter:]), fmean(losses[-2 * quarter : -quarter])
    return before - last > CLEARLY * max(abs(before), abs(losses[0]))


def _shown(metrics: dict[str, Any]) -> str:
    return "  ".join(f"{name} {_number(value)}" for name, value in metrics.items() if name in SHOWN)


def _names(metrics: dict[str, dict[str, Any]]) -> list[str]:
    found: dict[str, None] = {}
    for results in metrics.values():
        found |= dict.fromkeys(name for name, value in results.items() if isinstance(value, int | float))
    return list(found)


def _number(value: Any) -> str:
    return figure(value) if isinstance(value, int | float) else "-" if value is None else str(value)
