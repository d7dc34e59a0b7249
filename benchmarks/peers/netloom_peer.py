"""netloom itself. The engine takes whole stretches of steps; `a call each` gives it one batch at a time."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np

from ..task import Array, Task
from ..workload import BATCHES

LIBRARY = "netloom"


def manners(task: Task) -> tuple[str, ...]:
    return ("stretches",) if task.mode == "train" else ("a call each",)


def load(_threads: int) -> None:
    """The parts that every command of netloom imports."""
    import netloom.runtime.start  # noqa: F401


def start(task: Task) -> NetloomRacer:
    return NetloomRacer(task)


class NetloomRacer:
    """One plan on one engine."""

    def __init__(self, task: Task) -> None:
        from netloom.runtime import start
        from netloom.runtime.data.dataset import Dataset
        from netloom.runtime.live import Clockwork, knob_table

        self.task = task
        loaded = start.load(task.about.spec)
        loaded.experiment = replace(loaded.experiment, batch=task.batch)
        self.ready = start.make_ready(start.compile_loaded(loaded), task.threads)
        columns = task.about.data(task.rows)
        data = Dataset(loaded.schema, columns, {"train": np.arange(task.rows, dtype=np.int64)})
        self.engine = self.ready.engine
        self.engine.attach(columns)
        start.fresh_states(self.ready, data, 0)
        for name, value in task.about.first_weights().items():
            self.engine.write(f"state/{name}", value)
        self._knobs = knob_table([k.live for k in self.ready.plan.knobs], 0, 1, Clockwork(64, 640))
        self._programs = ("gradients", "update") if task.mode == "train" else ("predict",)
        self._next = 0
        self._single = itertools.cycle([[self.segment(1)] for _ in range(BATCHES)])
        self._next = 0

    def first_losses(self, steps: int) -> list[float]:
        outcome = self.engine.run([self.segment(steps)])
        return [float(loss) for loss in outcome.published["loss"][:, 0]]

    def first_outputs(self) -> Array:
        self.engine.run([self.segment(1)])
        output = self.ready.plan.outputs[0]
        found: Array = self.engine.read(self.ready.plan.buffers[output.buffer].name, self.task.batch)
        return found

    def run(self, steps: int) -> int:
        if self.task.manner == "a call each":
            for _ in range(steps):
                self.engine.run(next(self._single))
        else:
            self.engine.run([self.segment(steps)])
        return steps

    def segment(self, steps: int) -> Any:
        """The next steps, in the order of the data."""
        from netloom.runtime.engine import Segment

        batch = self.task.batch
        first = self._next * batch
        rows = (first + np.arange(steps * batch)) % self.task.rows
        self._next += steps
        return Segment(self._programs, batch, steps, rows, np.tile(self._knobs, (steps, 1)))
