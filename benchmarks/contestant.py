"""One engine in a process of its own: `python -m benchmarks.contestant race|first|memory TASK`, the task as JSON.

`first` and `memory` answer with one line of JSON and end. `race` answers each line that it reads: `prepare` with the
manner it has chosen and what its first steps gave, `turn SECONDS` with the seconds a step of several stretches,
`kernels` with the time of each kernel (netloom alone). A mistake is answered as {"error": text}.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import signal
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from . import memory
from .processes import bind
from .task import FIRST_STEPS, Peer, Racer, Task

STRETCHES = 5
"""Timed stretches of one turn: their median is the turn's."""

TRIAL_SECONDS = 0.4
MEMORY_STEPS = 5
DEATH = 1  # PR_SET_PDEATHSIG


def peer(task: Task) -> Any:
    """The engine's file."""
    return importlib.import_module(f"{__package__}.peers.{task.peer}_peer")


def seconds_a_step(racer: Racer, seconds: float) -> list[float]:
    """Seconds a step of some stretches that take about so long together, after one that is not counted."""
    begun = time.perf_counter()
    done = racer.run(1)
    one = (time.perf_counter() - begun) / done
    steps = max(1, round(seconds / STRETCHES / max(one, 1e-7)))
    begun = time.perf_counter()
    done = racer.run(max(1, steps // 4))
    one = (time.perf_counter() - begun) / done
    steps = max(1, round(seconds / STRETCHES / max(one, 1e-7)))
    found = []
    for _ in range(STRETCHES):
        begun = time.perf_counter()
        done = racer.run(steps)
        found.append((time.perf_counter() - begun) / done)
    return found


def first(task: Task) -> dict[str, Any]:
    """Seconds from the call that makes the network to the end of its first step; the library is loaded before."""
    engine: Peer = peer(task)
    engine.load(task.threads)
    begun = time.perf_counter()
    _first(engine.start(task), task, 1)
    return {"seconds": time.perf_counter() - begun}


def grown(task: Task) -> dict[str, Any]:
    """Bytes by which the process grows for the network, at its peak: the same kind of network on the smallest
    workload has run before, so that the library's own size is not among them."""
    engine: Peer = peer(task)
    engine.load(task.threads)
    small = replace(task, workload=_smallest(task), batch=1 if task.mode == "infer" else 2)
    _first(engine.start(small), small, 2)
    memory.forget()
    before = memory.resident()
    racer = engine.start(task)
    _first(racer, task, 2)
    racer.run(MEMORY_STEPS)
    return {"bytes": max(0, memory.highest() - before)}


def _smallest(task: Task) -> str:
    return "lenet5" if task.about.pictures else "mlp-digits"


def _first(racer: Racer, task: Task, steps: int) -> dict[str, Any]:
    if task.mode == "train":
        return {"losses": racer.first_losses(steps)}
    return {"outputs": [float(value) for value in racer.first_outputs()[0].ravel()]}


class Race:
    """The engine's fastest manner, and turns at it."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.engine: Peer = peer(task)
        self.engine.load(task.threads)
        self.racer: Racer | None = None

    def prepare(self, seconds: str = "") -> dict[str, Any]:
        """Tries every manner, or the one that the task names, and keeps the fastest."""
        manners = (self.task.manner,) if self.task.manner else self.engine.manners(self.task)
        trial = float(seconds or TRIAL_SECONDS)
        best: tuple[float, str, dict[str, Any]] | None = None
        for manner in manners:
            task = replace(self.task, manner=manner)
            racer = self.engine.start(task)
            said = _first(racer, task, FIRST_STEPS)
            took = statistics.median(seconds_a_step(racer, trial)) if len(manners) > 1 else 0.0
            if best is None or took < best[0]:
                best, self.racer = (took, manner, said), racer
        assert best is not None, "a peer has at least one manner"
        return {"manner": best[1], **best[2]}

    def turn(self, seconds: str) -> dict[str, Any]:
        assert self.racer is not None, "prepare comes first"
        return {"seconds": seconds_a_step(self.racer, float(seconds))}

    def kernels(self) -> dict[str, Any]:
        from .kernels import measured

        return {"kernels": measured(self.racer)}


def race(task: Task, answer: Callable[[Any], None]) -> None:
    """Answers until nothing more is asked."""
    running = Race(task)
    calls: dict[str, Callable[..., dict[str, Any]]] = {
        "prepare": running.prepare, "turn": running.turn, "kernels": running.kernels,
    }  # fmt: skip
    for line in sys.stdin:
        word, *rest = line.split()
        answer(_safely(calls[word], *rest))


def _safely(call: Callable[..., dict[str, Any]], *words: Any) -> dict[str, Any]:
    try:
        return call(*words)
    except Exception as mistake:  # noqa: BLE001 - whatever goes wrong in a peer is told, and the others go on
        return {"error": f"{type(mistake).__name__}: {mistake}"}


def main(kind: str, text: str) -> None:
    """Answers on the stdout that the process began with; what libraries print goes to stderr."""
    _die_with_parent()
    with os.fdopen(os.dup(1), "w") as out:
        os.dup2(2, 1)

        def answer(value: Any) -> None:
            print(json.dumps(value), file=out, flush=True)

        task = Task.of(text)
        bind(task.threads)
        if kind == "race":
            race(task, answer)
        else:
            answer(_safely({"first": first, "memory": grown}[kind], task))


def _die_with_parent() -> None:
    """A stopped process would outlive a killed parent for ever."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(DEATH, signal.SIGKILL)


if __name__ == "__main__":
    main(*sys.argv[1:])
