"""What one process of the benchmark is asked to do, and what an engine must offer for it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, Protocol

from .workload import BATCHES, Array, Workload, workload

Mode = Literal["train", "infer"]

FIRST_STEPS = 3
"""Losses of so many steps are compared before anything is timed: the first shows the network and its gradients the
second, the optimiser's slots the third."""


@dataclass(frozen=True, slots=True)
class Task:
    """A workload on a peer, in a mode; `manner` is one of the ways in which the peer can run it, empty for the best.
    `folder` is for files that the processes of one benchmark share."""

    workload: str
    peer: str
    mode: Mode
    batch: int
    threads: int
    folder: str
    manner: str = ""

    @property
    def about(self) -> Workload:
        return workload(self.workload)

    @property
    def rows(self) -> int:
        return BATCHES * self.batch

    @property
    def model(self) -> Path:
        """Where the ONNX file of this network lies."""
        return Path(self.folder) / f"{self.workload}-{self.batch}.onnx"

    def text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def of(text: str) -> Task:
        return Task(**json.loads(text))


class Racer(Protocol):
    """A network on its engine, ready to run. One whose first steps are asked for runs them once, before all else."""

    def first_losses(self, steps: int) -> list[float]:
        """The losses of the first steps from the first weights, each before its update."""

    def first_outputs(self) -> Array:
        """The outputs for the first batch."""

    def run(self, steps: int) -> int:
        """About so many further steps; how many they were, when they are done."""


class Peer(Protocol):
    """The engine's file itself: these are its functions."""

    def manners(self, task: Task) -> tuple[str, ...]:
        """The ways in which it can run the task; the fastest is taken."""

    def load(self, threads: int) -> None:
        """Import the library and bind it to so many threads."""

    def start(self, task: Task) -> Racer:
        """The network of the task, with its first weights and its data in memory, in the task's manner."""
