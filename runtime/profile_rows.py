"""A profile as tables, made from times, work and limits alone: nothing here runs or measures.

Times are nanoseconds a step. What a kernel could do better is its time above what its work needs at the machine's
measured limits; tables are sorted by that, not by time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ..compiler.plan import Call, Origin, Phase, Plan
from ..compiler.work import total
from .machine import Peak
from .timing import Timing, share_of_step

Binds = Literal["arithmetic", "memory", "overhead", "waiting", "instructions"]
CLEARLY = 0.25
"""The share of a call's time from which something is said to bind it; below that its own instructions do: it is neither
near a limit of the machine nor kept waiting."""
Words = Callable[[Origin], str]
"""The text of the line that asked for something."""


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a call is of one layer, and the line of the file that asked for it."""

    path: str
    file: str
    line: int
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class KernelRow:
    """One call of a program.

    `ns`: the median over steps, until the last thread is done with it; `p10`, `p90`: tenths. `busy_ns`: the mean over the
    threads of the time at work. `predicted_ns`: what the compiler reckoned with. `floor_ns`: what the work needs at the
    machine's limits, with all threads; `limit` says of which, `level` where the bytes lie at best.
    """

    program: str
    number: int
    kernel: str
    phase: Phase
    ns: float
    p10: float
    p90: float
    busy_ns: float
    predicted_ns: float
    multiply_adds: int
    operations: int
    read: int
    written: int
    floor_ns: float
    limit: str
    level: str
    binds: Binds
    bound_share: float
    alone: bool
    shares: tuple[Share, ...]

    @property
    def lost_ns(self) -> float:
        return max(0.0, self.ns - self.floor_ns)

    @property
    def waiting_ns(self) -> float:
        return max(0.0, self.ns - self.busy_ns)

    @property
    def flops_a_ns(self) -> float:
        """GF/s: two a multiply-add, one for each other operation."""
        return (2 * self.multiply_adds + self.operations) / self.ns if self.ns else 0.0

    @property
    def bytes_a_ns(self) -> float:
        """GB/s."""
        return (self.read + self.written) / self.ns if self.ns else 0.0


@dataclass(frozen=True, slots=True)
class PartRow:
    """A layer, or a line of the file: the time of all calls that do something for it, each by its share."""

    name: str
    lines: tuple[int, ...]
    text: str
    forward_ns: float
    backward_ns: float
    update_ns: float
    lost_ns: float
    kernels: int

    @property
    def ns(self) -> float:
        return self.forward_ns + self.backward_ns + self.update_ns


@dataclass(frozen=True, slots=True)
class Profile:
    """A network's steps, timed.

    `step_ns`: the median, `p10` and `p90` tenths; `between_ns`: what of a step is in no call (rows, knobs, guards,
    results, two meetings). What stamps cost is taken off all of them.
    """

    name: str
    file: str
    mode: str
    batch: int
    steps: int
    threads: int
    step_ns: float
    p10: float
    p90: float
    between_ns: float
    kernels: tuple[KernelRow, ...]
    inputs: tuple[str, ...] = ()
    """The paths of the fields, and the columns of the data."""

    @property
    def input_share(self) -> float:
        """The share of a step that goes into its input: rows gathered, scaled, augmented."""
        parts = [sum(share.weight for share in row.shares if share.path in self.inputs) for row in self.kernels]
        return share_of_step([row.ns for row in self.kernels], parts, self.step_ns)

    @property
    def calls_ns(self) -> float:
        return sum(row.ns for row in self.kernels)

    @property
    def examples_a_second(self) -> float:
        return self.batch / self.step_ns * 1e9 if self.step_ns else 0.0

    @property
    def floor_ns(self) -> float:
        return sum(row.floor_ns for row in self.kernels)

    @property
    def peak_share(self) -> float:
        """What the step's work needs at the machine's limits, as a share of what it takes."""
        return self.floor_ns / self.step_ns if self.step_ns else 0.0

    @property
    def waiting(self) -> float:
        """The share of all threads' time in calls that they wait."""
        return sum(row.waiting_ns for row in self.kernels) / self.calls_ns if self.calls_ns else 0.0


def kernel_rows(
    plan: Plan, timing: Timing, sizes: Mapping[str, int], peak: Peak, words: Words = lambda _: ""
) -> list[KernelRow]:
    """A row for each call of one program, in order. `sizes`: the batch (`B`) and the rows of the data (`N`)."""
    threads = timing.worked.shape[1]
    walls = np.maximum(np.quantile(timing.walls, (0.5, 0.1, 0.9), axis=0) - peak.stamp_ns, 0.0)
    busy = np.maximum(np.median(timing.busy, axis=0) - peak.stamp_ns, 0.0)
    rows = []
    for number, call in enumerate(plan.programs[timing.program].calls):
        ns, p10, p90 = (float(q) for q in walls[:, number])
        alone, meets = bool(timing.alone[number]), bool(timing.meets[number])
        adds, others, read, written = (
            total(part, sizes) for part in (call.work.multiply_adds, call.work.operations, call.work.read,
                                            call.work.written)
        )  # fmt: skip
        floor = peak.floor(adds + others, read, written, threads)
        own = peak.floor(adds + others, read, written, 1 if alone else threads)
        idle = ns * (1 - 1 / threads) if alone else max(0.0, ns - float(busy[number]))
        overhead = peak.call_ns + (peak.team(threads).meeting_ns if meets else 0.0)
        binds, share = bound_by(ns, own.arithmetic, own.memory, overhead, idle)
        rows.append(KernelRow(
            timing.program, number, plan.kernels[call.kernel].name, call.work.phase, ns, p10, p90, ns - idle,
            predicted(call, sizes["B"], plan.sizes["B"], 1 if alone else threads), adds, others, read, written,
            floor.ns, floor.limit, floor.level, binds, share, alone, shares(call, words),
        ))  # fmt: skip
    return rows


def bound_by(ns: float, arithmetic: float, memory: float, overhead: float, waiting: float) -> tuple[Binds, float]:
    """What takes most of a call's time, and its share."""
    parts: dict[Binds, float] = {"arithmetic": arithmetic, "memory": memory, "overhead": overhead, "waiting": waiting}
    first = max(parts, key=lambda name: parts[name])
    share = min(1.0, parts[first] / ns) if ns > 0 else 0.0
    return (first, share) if share >= CLEARLY else ("instructions", 1 - share)


def predicted(call: Call, batch: int, bound: int, threads: int) -> float:
    """What the compiler reckoned with, on so many threads, without the meeting."""
    grows = any("B" in extent.names for extent in call.sizes)
    return call.cost * (batch / bound if grows else 1.0) / threads


def shares(call: Call, words: Words) -> tuple[Share, ...]:
    """Whose the call is, in parts that add up to 1; equal ones where nothing is known of the work."""
    weights = list(call.work.weights) or [1.0] * len(call.origins)
    whole = sum(weights)
    return tuple(
        Share(origin.path, origin.file, origin.line, words(origin), weight / whole if whole else 1 / len(weights))
        for origin, weight in zip(call.origins, weights, strict=True)
    )


def part_rows(kernels: Iterable[KernelRow], by: Literal["layer", "line"]) -> list[PartRow]:
    """The calls' times shared out to layers, or to lines of the file; most lost first."""
    times: dict[tuple[str, ...], dict[str, float]] = {}
    told: dict[tuple[str, ...], dict[Share, None]] = {}
    for row in kernels:
        for share in row.shares:
            key = (share.path,) if by == "layer" else (share.file, str(share.line))
            spent = times.setdefault(key, dict.fromkeys(("forward", "backward", "update", "lost", "kernels"), 0.0))
            spent[row.phase] += share.weight * row.ns
            spent["lost"] += share.weight * row.lost_ns
            spent["kernels"] += 1
            told.setdefault(key, {})[share] = None
    rows = [_part(by, key, list(told[key]), spent) for key, spent in times.items()]
    return sorted(rows, key=lambda row: -row.lost_ns)


def _part(by: str, key: tuple[str, ...], told: Sequence[Share], spent: Mapping[str, float]) -> PartRow:
    lines = tuple(sorted({share.line for share in told}))
    paths = list(dict.fromkeys(share.path for share in told))
    name = key[0] if by == "layer" else f"{key[0]}:{key[1]}"
    text = told[0].text if by == "line" or len(lines) == 1 else ""
    if by == "line" and not text:
        text = ", ".join(paths)
    return PartRow(name, lines, text, spent["forward"], spent["backward"], spent["update"], spent["lost"],
                   int(spent["kernels"]))  # fmt: skip


def by_lost(kernels: Iterable[KernelRow]) -> list[KernelRow]:
    """The calls that lose most first."""
    return sorted(kernels, key=lambda row: -row.lost_ns)
