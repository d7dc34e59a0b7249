"""Records of runs that never were, event by event."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from netloom.runtime.alive import Alive
from netloom.runtime.events import Evaluated, Event, Observed, RunEnded, RunStarted, Steps
from netloom.tui.model.run_client import RunClient

AN_EPOCH, BATCH = 10, 32


class Record:
    """A run's folder whose record is written by hand. While `alive`, its lock is held, as by a training."""

    def __init__(self, folder: Path, epochs: int = 10, alive: bool = False) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.alive = Alive(folder) if alive else None
        self.write(
            RunStarted(
                run=folder.name, folder=str(folder), epochs=epochs, steps_an_epoch=AN_EPOCH, batch=BATCH,
                examples={"train": 320, "validation": 100, "test": 0}, parameters=1000, seed=0, threads=1, time=1e9,
            )
        )  # fmt: skip

    def write(self, *events: Event, end: str = "\n") -> Record:
        """Append events; `end` is what the last line ends in."""
        with (self.folder / "events.jsonl").open("a", encoding="utf-8") as file:
            lines = [event.to_json() for event in events]
            file.write("".join(f"{line}\n" for line in lines[:-1]) + lines[-1] + end)
        return self

    def raw(self, text: str) -> None:
        with (self.folder / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(text)

    def losses(self, values: Sequence[float], first: int = 0, **more: Any) -> Record:
        """Steps of one epoch each (or less), with these losses."""
        for begin in range(0, len(values), AN_EPOCH):
            self.write(steps(first + begin, values[begin : begin + AN_EPOCH], **more))
        return self

    def epochs(self, train: Iterable[float], validation: Iterable[float], **metrics: float) -> Record:
        """The results of the epochs, from the first on."""
        for epoch, (one, other) in enumerate(zip(train, validation, strict=True), 1):
            for part, loss in (("train", one), ("validation", other)):
                self.write(Evaluated(step=epoch * AN_EPOCH, epoch=epoch, part=part, metrics={"loss": loss, **metrics}))
        return self

    def ended(self, step: int, status: str = "finished") -> Record:
        return self.write(RunEnded(step=step, status=status, epochs=step // AN_EPOCH, seconds=1.0, metrics={}))

    def client(self) -> RunClient:
        """What a viewer sees of it."""
        client = RunClient(self.folder)
        client.poll()
        return client

    def replaced(self, events: Sequence[Event]) -> None:
        """Put another record in its place."""
        fresh = self.folder / "fresh"
        fresh.write_text("".join(event.to_json() + "\n" for event in events), encoding="utf-8")
        os.replace(fresh, self.folder / "events.jsonl")


def steps(first: int, losses: Sequence[float], rate: float = 0.1, **series: Sequence[float]) -> Steps:
    return Steps(
        step=first + len(losses), first=first, stride=1, epoch=1 + first // AN_EPOCH,
        series={"loss": tuple(losses), **{name: tuple(some) for name, some in series.items()}},
        knobs={"learning_rate": rate}, examples_per_s=1000.0, seconds=(first + len(losses)) / 100,
    )  # fmt: skip


def sizes(size: float, **more: float) -> dict[str, Any]:
    """The sizes of numbers that are all about as large as `size`."""
    low = math.floor(math.log10(size) * 2) / 2 if size > 0 else 0.0
    found = {"low": low, "counts": [100] if size > 0 else [], "rms": size, "mean": size, "zero": 0.0}
    return {**found, **more}


def observed(step: int, **layers: dict[str, Any]) -> Observed:
    return Observed(step=step, rows=32, layers=layers, seconds=0.001)
