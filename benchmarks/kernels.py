"""The time of each kernel of a step beside the least that the machine needs for its work (`netloom doctor --peak`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

STEPS = 40


@dataclass(frozen=True, slots=True)
class KernelTime:
    """One call of a kernel: microseconds (the median of many steps), and its work. `least`: microseconds at the
    measured peak of the machine, `limit`: what binds it there; both None where the peak was not measured."""

    kernel: str
    layers: str
    us: float
    multiply_adds: int
    bytes: int
    least: float | None
    limit: str | None

    @property
    def lost(self) -> float:
        """Microseconds above the least; all of them where that is unknown."""
        return self.us - (self.least or 0.0)

    @property
    def share(self) -> float | None:
        """Of the peak."""
        return None if self.least is None or self.us == 0 else self.least / self.us


def by_lost_time(rows: Iterable[KernelTime]) -> list[KernelTime]:
    return sorted(rows, key=lambda row: row.lost, reverse=True)


def of_step(rows: Sequence[KernelTime]) -> float | None:
    """The share of the peak that the calls of a step reach together; None where it is unknown."""
    least, taken = [row.least for row in rows], sum(row.us for row in rows)
    return None if None in least or not taken else sum(one or 0.0 for one in least) / taken


def measured(racer: Any) -> list[dict[str, Any]]:
    """Every call of a step of `NetloomRacer` in the order of the step: its time in microseconds and its work."""
    from netloom.compiler.work import total

    engine, plan, task = racer.engine, racer.ready.plan, racer.task
    sizes = {**plan.sizes, "B": task.batch, "N": task.rows}
    rows = []
    for timing in engine.run([racer.segment(STEPS)], timed=True).timings:
        middle = np.median(timing.walls, axis=0) / 1e3
        for call, us in zip(plan.programs[timing.program].calls, middle, strict=True):
            work = call.work
            rows.append({
                "kernel": plan.kernels[call.kernel].name,
                "layers": ", ".join(sorted({origin.path for origin in call.origins})),
                "us": float(us),
                **{part: total(getattr(work, part), sizes) for part in ("multiply_adds", "operations", "read", "written")},
            })  # fmt: skip
    return rows


def beside_peak(rows: Iterable[Mapping[str, Any]], peak: Any, threads: int) -> list[KernelTime]:
    """The rows of `measured` with their least times; `peak`: a `runtime.machine.Peak`, or None. Asked of a process
    that is bound to no cores: a peak counts for the whole machine."""
    found = []
    for row in rows:
        sums = row["multiply_adds"] + row["operations"]
        floor = None if peak is None else peak.floor(sums, row["read"], row["written"], threads)
        # what taking the time of a call adds to it
        us = row["us"] if peak is None else max(0.0, row["us"] - peak.stamp_ns / 1e3)
        found.append(
            KernelTime(
                row["kernel"], row["layers"], us, row["multiply_adds"], row["read"] + row["written"],
                None if floor is None else floor.ns / 1e3, None if floor is None else floor.limit,
            )
        )  # fmt: skip
    return found
