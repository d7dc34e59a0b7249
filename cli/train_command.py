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
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Annotated, Any

import typer

from ..runtime import start
from ..runtime.events import Event, RunEnded
from ..runtime.launch import Launch, Request
from ..runtime.train import Wishes
from .console import print_diagnostics, print_json
from .progress import Progress

SIGNALS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}


def run(
    file: Annotated[Path | None, typer.Argument(help="Spec file; may be left out with --resume.")] = None,
    set_: Annotated[list[str], typer.Option("--set", help="An option or number of the file, as name=value.")] = [],
    epochs: Annotated[int | None, typer.Option(min=1, help="Length of the whole run.")] = None,
    resume: Annotated[str | None, typer.Option(help="A run to go on with: its folder, its name, or `last`.")] = None,
    runs: Annotated[Path, typer.Option(help="Where runs are written.")] = start.RUNS,
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
    code = _Interrupts(launch.training.wishes)
    ended = _follow(launch.events(), progress)
    code.restore()
    if json:
        print_json(_result(launch.folder.name, ended))
    else:
        progress.final(ended, launch.folder.path)
    raise typer.Exit(code.exit_code or (1 if ended.status == "failed" else 0))


def _follow(events: Iterator[Event], progress: Progress) -> RunEnded:
    ended: RunEnded | None = None
    with progress:
        for event in events:
            progress.show(event)
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


class _Interrupts:
    """The first signal asks the training to stop at a step boundary; a second interrupt stops at once."""

    def __init__(self, wishes: Wishes) -> None:
        self.exit_code = 0
        self._wishes = wishes
        self._before: dict[signal.Signals, Callable[[int, FrameType | None], Any] | int | None] = {}
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._take)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if self.exit_code and number == signal.SIGINT:
            sys.exit(self.exit_code)
        self.exit_code = SIGNALS[signal.Signals(number)]
        self._wishes.stop = "interrupted"

    def restore(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
