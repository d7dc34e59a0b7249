"""Measuring what this machine can do at best: multiply-adds, bytes from each level of memory, calls and meetings.

Everything runs as a training step does: kernels from the store, walked by the driver's threads. A machine is never
quiet, so each number is the best of many short slices, and slices of all kinds take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import numpy as np

from ..compiler.plan import Buffer, Call, Extent, Kernel, Plan, Program
from . import peak_kernels
from .caches import cache_bytes, cpu_name
from .compiling import Progress, prepare
from .engine import Engine, Segment
from .machine import LEVELS, Bandwidth, Peak, Team
from .objects import Library
from .store import Store
from .target import Target, host

ROUNDS, SLICES = 12, 4
"""How often each kind takes its turn, and slices a turn."""
FMA_TURNS = 1 << 20
SLICE_BYTES = {"L1": 100 << 20, "L2": 64 << 20, "L3": 48 << 20, "memory": 0}
"""What a thread moves in a slice, in about a millisecond; of `memory` one turn over everything."""
MOST_MEMORY = 256 << 20
KERNELS = ("write", "read", "copy")
"""Written first: memory that was never written to is read as zeros from one page, which no memory is as fast as."""
EMPTY_CALLS, WINDOW = 2000, 50
"""Calls that do nothing, and how many of them in a row make a slice: a meeting is cut short by nothing but a moment's
quiet on all cores."""
SHARED, ALONE = 1e12, 0.0
"""Predicted costs that make the binder share a call among the threads, or leave it to one."""
HEAD_BYTES = 4096
"""Room for the control buffers, before the bytes that are moved."""

Told = Callable[[int, int], None]
"""Called with the rounds done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to measure: a kernel, how many threads run it, its sizes, and what a slice does (multiply-adds or
    bytes, of all threads)."""

    kernel: str
    level: str
    threads: int
    sizes: tuple[int, ...]
    amount: float

    @property
    def program(self) -> str:
        return f"{self.kernel} {self.level} {self.threads}"


def probes(caches: Mapping[str, int], lanes: int, counts: Sequence[int]) -> list[Probe]:
    """Everything to be measured, for each number of threads."""
    found = []
    for threads in counts:
        adds = FMA_TURNS * peak_kernels.CHAINS[lanes] * lanes
        found.append(Probe("fma", "", threads, (FMA_TURNS,), float(adds * threads)))
        for level, each in slice_bytes(caches, threads).items():
            vectors = each // (4 * lanes)
            turns = max(1, SLICE_BYTES[level] // each)
            found += [
                Probe(kernel, level, threads, (vectors, turns), float(each * turns * threads)) for kernel in KERNELS
            ]
    return found


def slice_bytes(caches: Mapping[str, int], threads: int) -> dict[str, int]:
    """Bytes a thread goes over, by level: what fits well into that one and not into the one before."""
    l1, l2, l3 = (caches[name] for name in LEVELS[:-1])
    chosen = {
        "L1": l1 // 2,
        "L2": max(l2 // 2, 2 * l1),
        "L3": max(l3 // 2 // threads, 2 * l2),
        "memory": max(min(4 * l3, MOST_MEMORY), 8 * l2) // threads,
    }
    grain = 2 * 16 * 4 * peak_kernels.STREAMS  # a copy halves it, and each half is read in turns of whole vectors
    return {name: -(-count // grain) * grain for name, count in chosen.items()}


def thread_counts(cores: int) -> list[int]:
    """1 to 4, then doubled, and all of them."""
    return sorted({n for n in (1, 2, 3, 4, 8, 16, 32, 64, 128) if n <= cores} | {cores})


def probe_plan(wanted: Sequence[Probe], marks: Mapping[str, str], lanes: int) -> Plan:
    """A plan with a program for each probe, and two of calls that do nothing: `calls` and `meetings`."""
    moved = max((4 * lanes * p.sizes[0] * p.threads for p in wanted if p.kernel != "fma"), default=0)
    size = max(moved, 4096 * max((p.threads for p in wanted), default=1))
    names = list(marks)
    nothing = Call(kernel=names.index("nothing"), operands=(), sizes=(), writes=(), cost=ALONE, origins=())
    programs = {
        probe.program: Program(calls=(
            Call(kernel=names.index(probe.kernel), operands=(2,), sizes=tuple(Extent(factor=n) for n in probe.sizes),
                 writes=(0,), cost=SHARED, origins=()),
        )) for probe in wanted
    }  # fmt: skip
    programs["calls"] = Program(calls=(nothing,) * EMPTY_CALLS)
    programs["meetings"] = Program(calls=(nothing.model_copy(update={"cost": SHARED}),) * EMPTY_CALLS)
    control = [_buffer("rows", "control", 0, 8), _buffer("clock", "control", 64, 8)]
    return Plan(
        vocabulary=1, lanes=lanes, sizes={"B": 1}, arena_bytes=HEAD_BYTES + size,
        buffers=(*control, _buffer("bytes", "scratch", HEAD_BYTES, size)),
        kernels=tuple(Kernel(name=name, recipe={}, hash=mark) for name, mark in marks.items()),
        programs=programs, states=(), knobs=(), columns=(), outputs=(), metrics=(),
    )  # fmt: skip


def _buffer(name: str, space: str, offset: int, size: int) -> Buffer:
    return Buffer.model_validate({
        "name": name, "space": space, "offset": offset, "bytes": Extent(factor=size), "dtype": "uint8", "shape": (),
        "order": (), "split": 0, "pitch": 1,
    })  # fmt: skip


class Slices(Protocol):
    """What runs a program by name on some threads, and gives the nanoseconds of each slice."""

    def slices(self, program: str, threads: int) -> list[float]: ...

    def empty(self, program: str, threads: int) -> list[float]: ...

    def untimed(self, program: str, threads: int) -> list[float]: ...


class Bench:
    """An engine that runs probes. Close it when done."""

    def __init__(self, wanted: Sequence[Probe], target: Target, progress: Progress | None = None) -> None:
        library = Library()
        prepare(peak_kernels.wanted(target), library, Store(), target, progress)
        marks = {name: peak_kernels.fingerprint(name, target) for name in peak_kernels.TEXTS}
        self._engine = Engine(probe_plan(wanted, marks, target.lanes), library, target=target)

    def slices(self, program: str, threads: int) -> list[float]:
        """Nanoseconds of each slice of a probe, until the last thread is done."""
        self._engine.threads = threads
        outcome = self._engine.run([_segment(program, SLICES)], timed=True)
        return [float(ns) for ns in outcome.timings[0].walls[:, 0]]

    def empty(self, program: str, threads: int) -> list[float]:
        """Nanoseconds of a call in a program of calls that do nothing, over windows of them, stamps included."""
        self._engine.threads = threads
        walls = self._engine.run([_segment(program, 1)], timed=True).timings[0].walls
        return [float(ns) for ns in walls.reshape(-1, WINDOW).mean(axis=1)]

    def untimed(self, program: str, threads: int) -> list[float]:
        """The same without stamps, over the whole program."""
        self._engine.threads = threads
        return [self._engine.run([_segment(program, 1)]).seconds * 1e9 / EMPTY_CALLS for _ in range(SLICES)]

    def close(self) -> None:
        self._engine.close()


def _segment(program: str, steps: int) -> Segment:
    return Segment((program,), 1, steps, np.zeros(steps, np.int64), np.zeros((steps, 0), np.float32))


def measure_peak(progress: Progress | None = None, told: Told | None = None, rounds: int = ROUNDS) -> Peak:
    """The limits of this machine, measured now: about four seconds, and some more for the first kernels."""
    target = host()
    counts = thread_counts(target.cores)
    caches = cache_bytes()
    wanted = probes(caches, target.lanes, counts)
    bench = Bench(wanted, target, progress)
    try:
        times = taken(wanted, counts, bench, rounds, told)
    finally:
        bench.close()
    return summed_up(wanted, counts, times, caches, target)


def taken(
    wanted: Sequence[Probe], counts: Sequence[int], bench: Slices, rounds: int, told: Told | None = None
) -> dict[str, list[float]]:
    """Every slice of every probe; each round has a turn of each."""
    times: dict[str, list[float]] = {}
    for done in range(rounds):
        for probe in wanted:
            times.setdefault(probe.program, []).extend(bench.slices(probe.program, probe.threads))
        times.setdefault("calls", []).extend(bench.untimed("calls", 1))
        times.setdefault("stamped", []).extend(bench.empty("calls", 1))
        for threads in counts:
            if threads > 1:
                times.setdefault(f"meetings {threads}", []).extend(bench.empty("meetings", threads))
        if told is not None:
            told(done + 1, rounds)
    return times


def summed_up(
    wanted: Sequence[Probe], counts: Sequence[int], times: Mapping[str, list[float]], caches: Mapping[str, int],
    target: Target,
) -> Peak:  # fmt: skip
    """The best of each, and how far the usual slice was from it."""
    rate = {probe.program: probe.amount / min(times[probe.program]) for probe in wanted}
    call_ns = min(times["calls"])
    teams: dict[int, Team] = {}
    for threads in counts:
        bandwidth = {
            level: Bandwidth(**{
                name: rate[f"{kernel} {level} {threads}"]
                for name, kernel in (("read", "read"), ("write", "write"), ("copy_", "copy"))
            }) for level in LEVELS
        }  # fmt: skip
        meeting = min(times[f"meetings {threads}"]) - min(times["stamped"]) if threads > 1 else 0.0
        teams[threads] = Team(multiply_adds=rate[f"fma  {threads}"], bandwidth=bandwidth, meeting_ns=max(0.0, meeting))
    spreads = [1 - min(times[p.program]) / float(np.median(times[p.program])) for p in wanted]
    return Peak(
        cpu=target.cpu, name=cpu_name(), lanes=target.lanes, cores=target.cores,
        date=datetime.now(UTC).isoformat(timespec="seconds"), caches=dict(caches), call_ns=call_ns, stamp_ns=max(0.0, min(times["stamped"]) - call_ns), teams=teams,
        spread=float(np.median(spreads)),
    )  # fmt: skip
