"""One start of the engine: what is to run, the records the driver reads, the ring it fills, and the
outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Literal

import numpy as np
import numpy.typing as npt

from ..compiler.plan import Plan, Published
from . import driver
from .arena import Array
from .binding import Binder, Tape, Words
from .timing import Timing, stamps_for, tick, timing

Status = Literal["done", "stopped", "not_finite", "failed"]
STATUSES: dict[int, Status] = {
    driver.RUNNING: "done",
    driver.STOPPED: "stopped",
    driver.NOT_FINITE: "not_finite",
    driver.FAILED: "failed",
}


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
    """How far a start came.

    `steps_done`: finished steps of all segments. `status`: "stopped" where `stop_after` was reached, be it at
    the last step; "not_finite" where a guard was infinite or NaN (that step did nothing but publish);
    "failed" where a row was outside the data. `published[name]`: float32 (steps, count), a row a finished
    step, and one for the step that was not finite; `by_segment` has the same segment by segment.
    `seconds`: how long thread 0 was in the driver. `timings`: the times of each segment's programs in the order in which they ran, when they were asked for;
    `nanoseconds` those of each call of each program, summed over all steps.
    """

    steps_done: int
    status: Status
    published: Mapping[str, Array]
    by_segment: tuple[Mapping[str, Array], ...] = ()
    seconds: float = 0.0
    timings: tuple[Timing, ...] = ()
    nanoseconds: Mapping[str, Array] = field(default_factory=dict)


class Stretch:
    """The records of some segments. They hold addresses: keep this object while the driver runs."""

    def __init__(self, plan: Plan, binder: Binder, segments: Sequence[Segment], rows: int) -> None:
        self._plan, self._segments, self._rows = plan, tuple(segments), rows
        self.tapes = [[binder.bind(name, s.batch) for name in s.programs] for s in self._segments]
        self.records = np.zeros((len(self._segments), driver.SEGMENT_WORDS), np.int64)
        self.address = int(self.records.ctypes.data)
        self._rings = [np.zeros((s.steps, self._width(s)), np.float32) for s in self._segments]
        self._nothing = tuple[Mapping[str, Array], ...]({} for _ in self._segments)
        self._silent = not any(ring.size for ring in self._rings)
        """Whether nothing is published."""
        self._costs: dict[int, float] = {}
        self._held: list[Array] = []
        self._inputs_held: list[tuple[Array, Array]] = []
        """Rows and knobs of each segment: arrays of our own, which may be filled anew."""
        self._stamps: list[tuple[int, Tape, str, Words]] = []
        offsets = {buffer.name: buffer.offset for buffer in plan.buffers}
        knobs = self._address([plan.buffers[knob.buffer].offset for knob in plan.knobs])
        for record, segment, ring in zip(self.records, self._segments, self._rings, strict=True):
            self._inputs(record, segment)
            self._results(record, segment, ring)
            record[driver.KNOB_OFFSETS] = knobs
            record[driver.ROWS_OFFSET], record[driver.CLOCK_OFFSET] = offsets["rows"], offsets["clock"]
        for record, tapes in zip(self.records, self.tapes, strict=True):
            for first, tape in zip((driver.TAPE, driver.UPDATE_TAPE), tapes, strict=False):
                record[first : first + 2] = tape.table.ctypes.data, tape.calls

    def takes(self, segments: Sequence[Segment]) -> bool:
        """Whether these differ from its own in rows and knobs alone, and nothing of the last run is left in it."""
        if self._stamps or not self._silent or len(segments) != len(self._segments):
            return False
        for new, old in zip(segments, self._segments, strict=True):
            if new.batch != old.batch or new.steps != old.steps or new.programs != old.programs:
                return False
        return True

    def again(self, segments: Sequence[Segment]) -> None:
        """Other rows and knobs for the same programs: a batch a call takes a tenth of the time that new records do."""
        for (rows, knobs), segment in zip(self._inputs_held, segments, strict=True):
            self._check(segment)
            rows[:] = segment.rows
            knobs[:] = segment.knobs
        self._segments = tuple(segments)

    def cost(self, threads: int) -> float:
        """Predicted nanoseconds of everything with so many threads."""
        if threads not in self._costs:
            parts = zip(self._segments, self.tapes, strict=True)
            self._costs[threads] = sum(s.steps * t.cost(threads) for s, ts in parts for t in ts)
        return self._costs[threads]

    def measure(self, threads: int) -> None:
        """Ask for the times of each call, on so many threads."""
        words = (driver.STAMPS, driver.UPDATE_STAMPS)
        for number, (record, segment, tapes) in enumerate(zip(self.records, self._segments, self.tapes, strict=True)):
            for word, name, tape in zip(words, segment.programs, tapes, strict=False):
                stamps = stamps_for(segment.steps, threads, tape.calls)
                self._stamps.append((number, tape, name, stamps))
                record[word] = stamps.ctypes.data

    def outcome(self, steps_done: int, status: int, clocks: Sequence[int] = ()) -> Outcome:
        """What the ring holds after so many finished steps; `status` and `clocks` are the driver's words."""
        seconds = (clocks[2] - clocks[0]) / 1e9 if clocks else 0.0
        if self._silent and not self._stamps:
            return Outcome(steps_done, STATUSES[status], {}, self._nothing, seconds)
        shown = steps_done + (status == driver.NOT_FINITE)
        before = accumulate((s.steps for s in self._segments), initial=0)
        counts = [min(max(shown - first, 0), s.steps) for first, s in zip(before, self._segments, strict=False)]
        parts = [
            self._split(segment, ring[:count])
            for segment, ring, count in zip(self._segments, self._rings, counts, strict=True)
        ]
        names = dict.fromkeys(name for part in parts for name in part)
        published = {name: np.concatenate([part[name] for part in parts if name in part]) for name in names}
        timings = self._timings(steps_done, tick(clocks)) if clocks and self._stamps else ()
        return Outcome(steps_done, STATUSES[status], published, tuple(parts), seconds, timings, _summed(timings))

    def _timings(self, steps_done: int, ns_a_tick: float) -> tuple[Timing, ...]:
        """Of finished steps alone: others have no stamps, or not all of them."""
        before = list(accumulate((s.steps for s in self._segments), initial=0))
        return tuple(
            timing(name, stamps[: max(0, steps_done - before[number])], ns_a_tick, tape)
            for number, tape, name, stamps in self._stamps
        )

    def _inputs(self, record: Words, segment: Segment) -> None:
        self._check(segment)
        record[driver.STEPS], record[driver.BATCH] = segment.steps, segment.batch
        rows = np.array(segment.rows, np.int64, order="C")
        knobs = np.array(segment.knobs, np.float32, order="C")
        self._inputs_held.append((rows, knobs))
        record[driver.ROWS], record[driver.KNOBS] = rows.ctypes.data, knobs.ctypes.data
        record[driver.ROWS_BOUND] = self._rows if self._plan.columns else driver.NEVER
        record[driver.KNOB_COUNT] = len(self._plan.knobs)
        record[driver.ADVANCE] = "update" in segment.programs

    def _check(self, segment: Segment) -> None:
        assert segment.rows.shape == (segment.steps * segment.batch,), "a row for every example of every step"
        assert segment.knobs.shape == (segment.steps, len(self._plan.knobs)), "a value for every knob at every step"

    def _results(self, record: Words, segment: Segment, ring: npt.NDArray[np.float32]) -> None:
        guards = [g for name in segment.programs for g in self._plan.programs[name].guards]
        record[driver.GUARDS] = self._address([self._plan.buffers[g].offset for g in guards])
        record[driver.GUARD_COUNT] = len(guards)
        pieces = [self._piece(published) for published in self._published(segment)]
        record[driver.RING], record[driver.PIECES] = ring.ctypes.data, self._address(pieces)
        record[driver.PIECE_COUNT] = len(pieces)

    def _piece(self, published: Published) -> tuple[int, int, int, int]:
        buffer = self._plan.buffers[published.buffer]
        columns = 1
        for axis in buffer.order[buffer.split :]:
            columns *= buffer.shape[axis].factor
        assert buffer.dtype in ("float32", "int32"), f"{buffer.name} is {buffer.dtype}: the ring takes 4 bytes"
        return buffer.offset, published.count // columns, columns, buffer.pitch

    def _split(self, segment: Segment, ring: Array) -> dict[str, Array]:
        """The columns of the ring by name, each in the logical order of its elements."""
        start, parts = 0, {}
        for published in self._published(segment):
            buffer = self._plan.buffers[published.buffer]
            part = ring[:, start : start + published.count]
            if buffer.order != tuple(range(len(buffer.order))):
                physical = [buffer.shape[axis].factor for axis in buffer.order]
                back = [0, *(1 + axis for axis in np.argsort(buffer.order))]
                part = part.reshape(len(ring), *physical).transpose(back).reshape(part.shape)
            parts[published.name] = part.view(buffer.dtype)
            start += published.count
        return parts

    def _published(self, segment: Segment) -> list[Published]:
        return [p for name in segment.programs for p in self._plan.programs[name].published]

    def _width(self, segment: Segment) -> int:
        return sum(p.count for p in self._published(segment))

    def _address(self, words: object) -> int:
        """The address of an array (int64, unless it is one already), kept as long as this object."""
        array = words if isinstance(words, np.ndarray) else np.array(words, np.int64)
        self._held.append(array)
        return int(array.ctypes.data)


def _summed(timings: Sequence[Timing]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for one in timings:
        found[one.program] = found.get(one.program, 0.0) + one.walls.sum(axis=0)
    return found


__all__ = ["Outcome", "Segment", "Status", "Stretch", "Tape"]
