"""Training as it goes: a live line on a terminal, at most one plain line a second elsewhere, all on stderr."""

from __future__ import annotations

import sys
import time
from pathlib import Path
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
from .console import out, table, talk

BAR = 24
SHOWN = ("loss", "accuracy", "r2", "mae", "f1")


class Progress:
    """A reader of events. Use as a context while events come."""

    def __init__(self) -> None:
        self.console = talk()
        self._live: Live | None = None
        self._started: RunStarted | None = None
        self._results: dict[str, dict[str, Any]] = {}
        self._last_line = 0.0

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
            self.console.print(f"compiled {count} kernels")

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
                self._results[event.part] = event.metrics
                if event.part != "train" or self._live is None:
                    self._epoch(event)
            case KnobChanged():
                self.say(f"step {event.step:,}: {event.knob} = {event.value}")
            case Warned():
                self.say(f"warning: {event.message}", "yellow")
            case RunFailed():
                where = f"{event.file}:{event.line}: " if event.file else ""
                self.say(f"{where}{event.message}", "bold red")
            case CheckpointSaved() | RunEnded():
                pass

    def final(self, ended: RunEnded, folder: Path) -> None:
        """The results as a table on stdout, and what to do next on stderr."""
        names = [n for n in _names(ended.metrics) if n in SHOWN or "/" not in n]
        shown = table("part", *(f"{name}>" for name in names))
        for part, metrics in ended.metrics.items():
            shown.add_row(part, *(_number(metrics.get(name)) for name in names))
        if ended.metrics:
            out().print(shown)
        words = {
            "finished": "finished",
            "stopped_early": "stopped early",
            "interrupted": "interrupted",
            "failed": "failed",
        }
        said = words.get(ended.status, ended.status)
        self.console.print(
            Text(f"{said} after {ended.step:,} steps, {ended.seconds:.1f} s: {folder}", style="bold"), soft_wrap=True
        )
        if ended.status == "interrupted":
            self.console.print("go on with: netloom train --resume last", style="dim")

    def say(self, line: str, style: str = "") -> None:
        """One line, above the live one where there is one."""
        self.console.print(Text(line, style=style), soft_wrap=True)

    def _status(self, event: Steps) -> None:
        if self._live is None or self._started is None or not event.series.get("loss"):
            return
        total = max(1, self._started.epochs * self._started.steps_an_epoch)
        share = min(1.0, event.step / total)
        filled = round(BAR * share)
        line = Text(f"epoch {event.epoch}/{self._started.epochs} ")
        line.append("━" * filled, style="green").append("━" * (BAR - filled), style="dim")
        line.append(f" {share:4.0%}  loss {event.series['loss'][-1]:.4f}  {event.examples_per_s:,.0f} examples/s")
        for part, results in self._results.items():
            if part != "train" and "accuracy" in results:
                line.append(f"  {part} accuracy {results['accuracy']:.4f}")
        self._live.update(line)

    def _epoch(self, event: Evaluated) -> None:
        now = time.monotonic()
        last = self._started is not None and event.epoch >= self._started.epochs
        if self._live is None and now - self._last_line < 1.0 and not last and event.part != "test":
            return
        if self._live is not None and event.part == "validation" and now - self._last_line < 1.0 and not last:
            return
        self._last_line = now
        shown = "  ".join(f"{n} {_number(v)}" for n, v in event.metrics.items() if n in SHOWN)
        self.say(
            f"epoch {event.epoch:>3}  {event.part:<10}  {shown}{'  best' if event.best else ''}",
            "dim" if event.part == "train" else "",
        )


def _names(metrics: dict[str, dict[str, Any]]) -> list[str]:
    found: dict[str, None] = {}
    for results in metrics.values():
        found |= dict.fromkeys(name for name, value in results.items() if isinstance(value, int | float))
    return list(found)


def _number(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, int | float) else "-" if value is None else str(value)
