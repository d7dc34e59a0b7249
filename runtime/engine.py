"""A plan running on this machine: whole stretches of steps at a time, without Python between kernels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from ..compiler.plan import Buffer, Extent, Plan
from . import driver
from .arena import Arena, Array
from .binding import Binder
from .compiling import DRIVER, symbol
from .objects import Library
from .target import Target, host
from .team import Team

Status = Literal["done", "stopped", "not_finite"]
STATUSES: dict[int, Status] = {driver.DONE: "done", driver.STOPPED: "stopped", driver.NOT_FINITE: "not_finite"}

SMALL_NS = 40_000
"""Below this predicted cost of a step a second thread costs more in barriers than it brings."""


@dataclass(frozen=True, slots=True)
class Segment:
    """`steps` equal steps: for each, `batch` rows of the data and one row of knobs.

    `programs`: ("gradients", "update") to train, or one of ("evaluate",), ("predict",), ("gradients",).
    `rows`: int64 (steps * batch); `knobs`: float32 (steps, knobs of the plan).
    """

    programs: tuple[str, ...]
    batch: int
    steps: int
    rows: npt.NDArray[np.int64]
    knobs: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a start came. `published` has a table a segment: for each name one row a finished step (and one
    for the step that was not finite)."""

    steps_done: int
    status: Status
    published: tuple[dict[str, Array], ...]


class Engine:
    """Runs one plan. The library must hold its kernels and the driver (`compiling.prepare`)."""

    def __init__(
        self, plan: Plan, library: Library, threads: int | None = None, target: Target | None = None
    ) -> None:
        self.plan = plan
        self.target = target or host()
        self.threads = max(1, min(threads or self.target.cores, self.target.cores))
        self._buffers = {buffer.name: buffer for buffer in plan.buffers}
        self._library = library
        self._arena = Arena(plan.arena_bytes)
        self._rows = 0
        self._binder = self._bound()
        self._team = Team(library.address(symbol(DRIVER.fingerprint, self.target)), self.threads)
        self._block = np.zeros(driver.TEAM_WORDS, np.int64)
        self._segments: Sequence[Segment] = ()
        self._records = np.zeros(0, np.int64)
        self._rings: list[npt.NDArray[np.float32]] = []
        self._held: list[object] = []

    # data and values

    def attach(self, columns: Mapping[str, Array]) -> None:
        """Put the data columns (N rows each) behind the planned arena; all else keeps its value."""
        known = {column.name: self.plan.buffers[column.buffer] for column in self.plan.columns}
        needed = {name: np.ascontiguousarray(columns[name], buffer.dtype) for name, buffer in known.items()}
        counts = {len(column) for column in needed.values()}
        if len(counts) > 1:
            raise ValueError(f"columns of different lengths: {sorted(counts)}")
        fresh = Arena(self.plan.arena_bytes, {name: (known[name], column) for name, column in needed.items()})
        fresh.bytes[: self.plan.arena_bytes] = self._arena.bytes[: self.plan.arena_bytes]
        self._arena, self._rows = fresh, counts.pop() if counts else 0
        self._binder = self._bound()

    def read(self, name: str, batch: int | None = None) -> Array:
        """A buffer's logical array (a copy)."""
        return self._arena.read(self._buffers[name], self._sizes(batch))

    def write(self, name: str, array: Array) -> None:
        """Set a buffer (a state, say) to a logical array."""
        self._arena.write(self._buffers[name], self._sizes(None), np.asarray(array))

    def has(self, name: str) -> bool:
        return name in self._buffers

    @property
    def clock(self) -> int:
        """Optimiser steps done."""
        return int(self._clock_word[0])

    @clock.setter
    def clock(self, steps: int) -> None:
        self._clock_word[0] = steps

    @property
    def peak_bytes(self) -> int:
        return int(self._arena.bytes.size)

    # running

    def start(self, segments: Sequence[Segment]) -> None:
        """Begin; returns at once. Ask `wait`, then `outcome`."""
        self._segments = tuple(segments)
        self._rings, self._held = [], []
        records = np.zeros((len(segments), driver.SEGMENT_WORDS), np.int64)
        for record, segment in zip(records, segments, strict=True):
            self._fill(record, segment)
        self._records = records
        count = self.threads if max(map(self._cost, segments), default=0) > SMALL_NS else 1
        block = self._block
        block[:] = 0
        block[driver.THREADS], block[driver.ARENA] = count, self._arena.address
        block[driver.SEGMENTS], block[driver.SEGMENT_COUNT] = records.ctypes.data, len(segments)
        block[driver.STOP_AFTER] = driver.NEVER
        self._team.start(block.ctypes.data, count)

    def stop_after(self, step: int) -> None:
        """Stop at the first step boundary where the clock is at least `step` (0: as soon as may be)."""
        self._block[driver.STOP_AFTER] = step

    def wait(self, timeout: float | None = None) -> bool:
        """Whether all is done; waits at most `timeout` seconds."""
        return self._team.wait(timeout)

    def run(self, segments: Sequence[Segment]) -> Outcome:
        """Start and wait, seeing a Ctrl-C within a fraction of a second."""
        self.start(segments)
        try:
            while not self.wait(0.05):
                pass
        except BaseException:
            self.stop_after(0)
            self.wait()
            raise
        return self.outcome()

    def outcome(self) -> Outcome:
        """How the last start ended; only after `wait` was true."""
        status = STATUSES[int(self._block[driver.STATUS])]
        last, done = int(self._block[driver.SEGMENT_DONE]), int(self._block[driver.STEPS_DONE])
        finished = [
            segment.steps if i < last else done if i == last else 0 for i, segment in enumerate(self._segments)
        ]
        if status == "not_finite":
            self._count_failed(finished)
        published = []
        for segment, ring, steps in zip(self._segments, self._rings, finished, strict=True):
            found, start = {}, 0
            for item in self._published(segment):
                found[item.name] = ring[:steps, start : start + item.count]
                start += item.count
            published.append(found)
        return Outcome(sum(finished) - (status == "not_finite"), status, tuple(published))

    def close(self) -> None:
        """End the team's threads."""
        self.stop_after(0)
        self._team.close()

    # inside

    def _count_failed(self, finished: list[int]) -> None:
        """The step that was not finite has published its values too: count it where it stands."""
        for i, segment in enumerate(self._segments):
            if finished[i] < segment.steps:
                finished[i] += 1
                return

    def _fill(self, record: npt.NDArray[np.int64], segment: Segment) -> None:
        first, *rest = segment.programs
        tape = self._binder.bind(first, segment.batch)
        record[driver.TAPE], record[driver.CALLS] = tape.table.ctypes.data, tape.calls
        if rest:
            update = self._binder.bind(rest[0], segment.batch)
            record[driver.UPDATE_TAPE], record[driver.UPDATE_CALLS] = update.table.ctypes.data, update.calls
        rows = np.ascontiguousarray(segment.rows, np.int64)
        knobs = np.ascontiguousarray(segment.knobs, np.float32)
        assert rows.size == segment.steps * segment.batch, "rows for every example of every step"
        assert knobs.size == segment.steps * len(self.plan.knobs), "a row of knobs for every step"
        if rows.size and not 0 <= rows.min() <= rows.max() < max(self._rows, 1):
            raise ValueError(f"rows {rows.min()} to {rows.max()} of {self._rows} rows of data")
        record[driver.STEPS], record[driver.BATCH] = segment.steps, segment.batch
        record[driver.ROWS], record[driver.ROWS_OFFSET] = rows.ctypes.data, self._offset("rows")
        record[driver.KNOBS], record[driver.KNOB_COUNT] = knobs.ctypes.data, len(self.plan.knobs)
        record[driver.KNOB_OFFSET] = min((self.plan.buffers[k.buffer].offset for k in self.plan.knobs), default=0)
        record[driver.CLOCK_OFFSET] = self._offset("clock")
        record[driver.ADVANCE] = "update" in segment.programs
        guards = np.array([self.plan.buffers[g].offset for g in self.plan.programs[first].guards], np.int64)
        record[driver.GUARDS], record[driver.GUARD_COUNT] = guards.ctypes.data, len(guards)
        published = self._published(segment)
        table = np.array([[self.plan.buffers[p.buffer].offset, p.count] for p in published], np.int64)
        ring = np.zeros((segment.steps, sum(p.count for p in published)), np.float32)
        record[driver.RING], record[driver.RING_ROW] = ring.ctypes.data, ring.shape[1]
        record[driver.PUBLISHED], record[driver.PUBLISHED_COUNT] = table.ctypes.data, len(published)
        self._rings.append(ring)
        self._held += [rows, knobs, guards, table, tape]

    def _published(self, segment: Segment) -> tuple[Any, ...]:
        return tuple(p for name in segment.programs for p in self.plan.programs[name].published)

    def _cost(self, segment: Segment) -> float:
        share = segment.batch / self.plan.sizes["B"]
        return share * sum(call.cost for name in segment.programs for call in self.plan.programs[name].calls)

    def _bound(self) -> Binder:
        return Binder(self.plan, self._arena, self._library, self.target, self._rows)

    def _sizes(self, batch: int | None) -> dict[str, int]:
        return {**self.plan.sizes, **({} if batch is None else {"B": batch}), "N": self._rows}

    def _offset(self, name: str) -> int:
        return self._buffers[name].offset if name in self._buffers else 0

    @property
    def _clock_word(self) -> Array:
        buffer = self._buffers["clock"]
        return self._arena.bytes[buffer.offset : buffer.offset + 8].view(np.int64)


def bytes_of(buffer: Buffer, sizes: Mapping[str, int]) -> int:
    """The bytes a buffer needs at the given sizes."""
    extent: Extent = buffer.bytes
    return extent.at(dict(sizes))
