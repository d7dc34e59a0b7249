"""Every measurement of a benchmark, as one value that JSON can hold."""

from __future__ import annotations

import importlib.util
import os
import platform
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

from netloom.runtime.machine import machine_peak
from netloom.runtime.target import host

from .figures import agree, ratios, times
from .kernels import beside_peak
from .processes import Contestant, Lost, command, environment, once
from .task import Mode, Task
from .workload import workload

OURS = "netloom"
PEERS = ("torch", "compile", "jax", "onnx")
LIBRARIES = {
    "torch": ("torch",),
    "compile": ("torch",),
    "jax": ("jax",),
    "onnx": ("onnxruntime", "onnxscript", "torch"),
}
LOSS_SHARE, OUTPUT_SHARE = 2e-3, 1e-3
"""How far the first losses, and the first outputs, may lie from ours, as a share of the largest."""
START_TIMES = 3
"""How often a start is measured; the median counts."""

Say = Callable[[str], None]
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be measured; `turn`: seconds of each turn of an engine."""

    workloads: tuple[str, ...]
    peers: tuple[str, ...]
    threads: tuple[int, ...]
    modes: tuple[str, ...]
    rounds: int
    turn: float
    quick: bool


def measure(plan: Plan, say: Say) -> Result:
    """Races, starts, memory and kernels; what could not be measured is named in `notes`."""
    notes: list[str] = []
    peers = tuple(peer for peer in plan.peers if _present(peer, notes))
    for note in notes:
        say(note)
    with tempfile.TemporaryDirectory(prefix="netloom-benchmarks-") as folder:
        work = _Work(replace(plan, peers=peers), Path(folder), say, notes)
        found = [race for task in work.tasks() for race in [work.race(task)]]
        starts = list(work.starts()) if "start" in plan.modes else []
        grown = list(work.memory()) if "memory" in plan.modes else []
    return {
        "machine": machine(), "plan": asdict(plan), "versions": _versions(peers), "races": found, "starts": starts,
        "memory": grown, "notes": list(dict.fromkeys(notes)),
    }  # fmt: skip


def machine() -> Result:
    """What the numbers were measured on; `peak` is None where `netloom doctor --peak` has not measured it."""
    peak, target = machine_peak(), host()
    teams = {} if peak is None else {n: team.multiply_adds for n, team in peak.teams.items()}
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = peak.name if peak is not None else target.cpu
    return {"name": name, "cores": cores, "lanes": target.lanes, "system": platform.system(), "peak": teams or None}


def _present(peer: str, notes: list[str]) -> bool:
    for library in LIBRARIES[peer]:
        if importlib.util.find_spec(library) is None:
            notes.append(f"{peer} is left out: {library} is not installed (pip install netloom[benchmarks])")
            return False
    return True


def _versions(peers: tuple[str, ...]) -> dict[str, str]:
    names = dict.fromkeys(["netloom", *(LIBRARIES[peer][0] for peer in peers)])
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "from its source"
    return found


class _Work:
    """The measurements of one plan, one after another."""

    def __init__(self, plan: Plan, folder: Path, say: Say, notes: list[str]) -> None:
        self.plan, self.folder, self.say, self.notes = plan, folder, say, notes
        self.peak = machine_peak()

    def tasks(self) -> Iterator[Task]:
        """Ours, for every race."""
        for name in self.plan.workloads:
            for threads in self.plan.threads:
                if {"train", "kernels"} & set(self.plan.modes):
                    yield self._task(name, "train", workload(name).batch, threads)
                for mode in self.plan.modes:
                    if mode.startswith("infer-"):
                        yield self._task(name, "infer", int(mode.removeprefix("infer-")), threads)

    def _task(self, name: str, mode: Mode, batch: int, threads: int) -> Task:
        return Task(name, OURS, mode, batch, threads, str(self.folder))

    def race(self, task: Task) -> Result:
        """All engines of one race, in turns."""
        title = f"{task.workload}, {task.mode} {task.batch}, {_threads(task.threads)}"
        peers = self._peers(task)
        result: Result = {
            "workload": task.workload, "mode": task.mode, "batch": task.batch, "threads": task.threads,
            "engines": {}, "kernels": [],
        }  # fmt: skip
        with ExitStack() as stack:
            ready: dict[str, Contestant] = {}
            for peer in (OURS, *peers):
                self.say(f"{title}: {peer} gets ready")
                self._enter(stack, replace(task, peer=peer), ready, result)
            rounds = self._rounds(title, ready) if set(ready) - {OURS} or "train" in self.plan.modes else []
            if OURS in ready and task.mode == "train" and "kernels" in self.plan.modes:
                rows = self._ask(ready[OURS], "kernels").get("kernels", [])
                result["kernels"] = [asdict(row) for row in beside_peak(rows, self.peak, task.threads)]
        self._sum_up(result, rounds)
        return result

    def _peers(self, task: Task) -> list[str]:
        if task.mode == "train":
            return [peer for peer in self.plan.peers if peer != "onnx"] if "train" in self.plan.modes else []
        return ["stretch", *self.plan.peers]

    def _enter(self, stack: ExitStack, task: Task, ready: dict[str, Contestant], result: Result) -> None:
        """A contestant made ready and shown to run the same network; else a note says why not."""
        try:
            if task.peer == "onnx":
                self._export(task)
            contestant = stack.enter_context(Contestant(task))
            said = contestant.ask("prepare", str(self.plan.turn))
            shown = said.get("losses") or said["outputs"]
            share = LOSS_SHARE if task.mode == "train" else OUTPUT_SHARE
            if "shown" in result and (apart := agree(result["shown"], shown, share)):
                raise Lost(f"not the same network: {apart}")
        except Lost as why:
            self._note(f"{task.workload}, {task.mode} {task.batch}, {_threads(task.threads)}: {task.peer}: {why}")
            return
        result.setdefault("shown", shown)
        ready[task.peer] = contestant
        result["engines"][task.peer] = {"manner": said["manner"]}

    def _export(self, task: Task) -> None:
        import subprocess

        if task.model.exists():
            return
        done = subprocess.run(
            command("export_onnx", task.text()),
            env=environment(task.threads),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Lost(f"no ONNX file: {done.stderr[-500:]}")

    def _rounds(self, title: str, ready: dict[str, Contestant]) -> list[dict[str, float]]:
        """Seconds a step of everyone, round by round; the order is another each time."""
        order, rounds = list(ready), []
        chance = random.Random(0)
        for number in range(self.plan.rounds):
            self.say(f"{title}: round {number + 1} of {self.plan.rounds}")
            chance.shuffle(order)
            taken = {}
            for peer in order:
                seconds = self._ask(ready[peer], "turn", str(self.plan.turn)).get("seconds")
                if seconds:
                    taken[peer] = median(seconds)
            rounds.append(taken)
        return rounds

    def _ask(self, contestant: Contestant, *words: str) -> Result:
        try:
            return contestant.ask(*words)
        except Lost as why:
            self._note(f"{contestant.task.workload}: {contestant.task.peer}: {why}")
            return {}

    def _sum_up(self, result: Result, rounds: list[dict[str, float]]) -> None:
        result["rounds"] = rounds
        for peer, engine in result["engines"].items():
            if any(peer in taken for taken in rounds):
                engine["seconds"] = asdict(times(rounds, peer))
            if peer != OURS and any(peer in taken and OURS in taken for taken in rounds):
                engine["ratio"] = asdict(ratios(rounds, peer, OURS))

    def starts(self) -> Iterator[Result]:
        """Seconds to the end of the first training step, with empty caches and with those that this has filled."""
        threads = max(self.plan.threads)
        for name in self.plan.workloads:
            for peer in (OURS, *(peer for peer in self.plan.peers if peer != "onnx")):
                self.say(f"{name}: first step of {peer}")
                task = replace(self._task(name, "train", workload(name).batch, threads), peer=peer)
                task = replace(task, manner=self._manner(task))
                times_each = 1 if self.plan.quick else START_TIMES
                try:
                    cold, warm = zip(*(self._start(task) for _ in range(times_each)), strict=True)
                except Lost as why:
                    self._note(f"{name}: first step of {peer}: {why}")
                    continue
                yield {
                    "workload": name, "peer": peer, "threads": threads,
                    **{f"{word}_{kind}": median(one[kind] for one in found)
                       for word, found in (("cold", cold), ("warm", warm)) for kind in ("seconds", "whole")},
                }  # fmt: skip

    def _start(self, task: Task) -> tuple[Result, Result]:
        with tempfile.TemporaryDirectory(dir=self.folder) as caches:
            return once("first", task, Path(caches)), once("first", task, Path(caches))

    def memory(self) -> Iterator[Result]:
        """Bytes by which each process grows, training and inferring."""
        threads = max(self.plan.threads)
        for name in self.plan.workloads:
            for mode in ("train", "infer"):
                task = self._task(name, "train" if mode == "train" else "infer", workload(name).batch, threads)
                for peer in (OURS, *self._memory_peers(mode)):
                    self.say(f"{name}: memory of {peer}, {mode}")
                    own = replace(task, peer=peer)
                    try:
                        if peer == "onnx":
                            self._export(own)
                            self._export(
                                replace(own, workload="lenet5" if own.about.pictures else "mlp-digits", batch=1)
                            )
                        found = once("memory", replace(own, manner=self._manner(own)))
                    except Lost as why:
                        self._note(f"{name}: memory of {peer}: {why}")
                        continue
                    yield {"workload": name, "mode": mode, "peer": peer, "bytes": found["bytes"]}

    def _memory_peers(self, mode: str) -> list[str]:
        return [peer for peer in self.plan.peers if mode == "infer" or peer != "onnx"]

    def _manner(self, task: Task) -> str:
        from .contestant import peer

        return str(peer(task).manners(task)[0])

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.say(text)


def _threads(count: int) -> str:
    return "1 thread" if count == 1 else f"{count} threads"
