"""Train the network of FILE, or go on with a run.

A run is a folder below `runs/`: the file, the record of events, checkpoints. Ctrl-C finishes the step, saves and
stops; `--resume last` goes on from there to the very same weights.

Examples:

    netloom train digits.yaml

    netloom train digits.yaml --epochs 5 --set train.batch=64

    netloom train --resume last
"""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from ..runtime import start
from ..runtime.events import Event, RunEnded
from ..runtime.launch import Launch, Request
from ..runtime.runs import RUNS
from ..runtime.train import Wishes
from .console import print_diagnostics, print_json
from .entry import Interrupted
from .progress import Progress

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
SAME_PRESS_SECONDS = 0.5
"""Interrupts closer to the first than this are the first again."""


def run(
    file: Annotated[Path | None, typer.Argument(help="Spec file; may be left out with --resume.")] = None,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    epochs: Annotated[int | None, typer.Option(min=1, help="Length of the whole run.")] = None,
    resume: Annotated[str | None, typer.Option(help="A run to go on with: its folder, its name, or `last`.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = RUNS,
    seed: Annotated[int | None, typer.Option(min=0, help="Another seed than the file's.")] = None,
    threads: Annotated[int | None, typer.Option(min=1, help="At most this many threads.")] = None,
    json: Annotated[bool, typer.Option("--json", help="The result as one JSON object on stdout.")] = False,
) -> None:
    if file is None and resume is None:
        raise typer.BadParameter("name a FILE to train, or a run with --resume")
    progress = Progress()
    request = Request(file, start.overrides(set_), epochs, resume, runs, seed, threads)
    launch = Launch(request, progress.compiled)
    print_diagnostics(launch.loaded.remarks)
    code = Interrupts(launch.training.wishes)
    ended = _follow(launch.events(), progress, code)
    code.restore()
    if json:
        print_json(_result(launch.folder.name, ended))
    else:
        progress.final(ended, launch.folder.path)
    raise typer.Exit(code.exit_code or (1 if ended.status == "failed" else 0))


def _follow(events: Iterator[Event], progress: Progress, interrupts: Interrupts) -> RunEnded:
    ended: RunEnded | None = None
    told = False
    with progress:
        for event in events:
            progress.show(event)
            if interrupts.exit_code and not told:
                told = True
                progress.say("stopping: the weights are saved (Ctrl-C again stops at once, without)")
            if isinstance(event, RunEnded):
                ended = event
    assert ended is not None, "a stream of events ends with RunEnded"
    return ended


def _result(name: str, ended: RunEnded) -> dict[str, Any]:
    return {
        "run": name,
        "status": ended.status,
        "steps": ended.step,
        "seconds": ended.seconds,
        "metrics": ended.metrics,
    }


class Interrupts:
    """The first signal asks the training to stop at a step boundary, and to save. Another interrupt stops it at once,
    unless it comes so soon that it is the same nervous finger. `clock` gives seconds."""

    def __init__(self, wishes: Wishes, clock: Callable[[], float] = time.monotonic) -> None:
        self.exit_code = 0
        self._wishes, self._clock = wishes, clock
        self._asked_at = 0.0
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {}
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self.take)

    def take(self, number: int, _frame: FrameType | None = None) -> None:
        """A signal came. Raises Interrupted for the one that will not wait."""
        if self.exit_code and number == signal.SIGINT:
            if self._clock() - self._asked_at < SAME_PRESS_SECONDS:
                return
            raise Interrupted("what came after the last checkpoint is lost")
        self.exit_code = SIGNALS[signal.Signals(number)]
        self._asked_at = self._clock()
        self._wishes.stop = "interrupted"

    def restore(self) -> None:
        """Give the signals back."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
