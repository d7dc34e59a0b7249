"""A plan running on this machine: whole stretches of steps at a time, without Python between kernels."""

from __future__ import annotations

import weakref
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from ..compiler.plan import Buffer, Plan
from . import driver
from .arena import Arena, Array, aligned_zeros, copy_written
from .binding import Binder, Words
from .compiling import DRIVER, symbol
from .objects import Library
from .stretch import Outcome, Segment, Status, Stretch
from .target import Target, host
from .team import Team

__all__ = ["Engine", "Outcome", "Segment", "Status"]

REFRESH = Segment(("refresh",), 1, 1, np.zeros(1, np.int64), np.zeros((1, 0), np.float32))
"""One step that computes the states which hang on others."""

GAIN = 0.8
"""Several threads are used where they are predicted to take less than this share of one thread's time."""

WAKE_NS = 20_000.0
"""What it takes until a thread that sleeps begins."""

MOMENT_NS = 2e7
"""Predicted work up to which a run may keep the calling thread: 20 ms, so that a Ctrl-C is still seen at once."""

NAP_SECONDS = 0.05


class Engine:
    """Runs one plan. The library must hold its kernels and the driver (`compiling.prepare`).

    Reading and writing buffers is for the time between runs; `clock`, `steps_so_far` and `stop_after` are for
    any time and any thread. The threads end with `close`, or with the engine, or with the interpreter.
    """

    def __init__(self, plan: Plan, library: Library, threads: int | None = None, target: Target | None = None) -> None:
        """`threads` at most, and never more than the machine's cores; default: all of them."""
        self.plan = plan
        self.target = target or host()
        self.threads = max(1, min(threads or self.target.cores, self.target.cores))
        self._buffers = {buffer.name: buffer for buffer in plan.buffers}
        self._address = partial(_address, plan, library, self.target)
        self._block = aligned_zeros(8 * driver.TEAM_WORDS).view(np.int64)
        self._block_address = int(self._block.ctypes.data)
        self._words = self._block.data
        """The block word by word, in a third of the time that NumPy takes."""
        self._first = np.zeros_like(self._block)
        """What the block holds when a run of `_stretch` begins; no threads: not known yet."""
        self._team = Team(library.address(symbol(DRIVER.fingerprint, self.target)), self.threads)
        self._hangs = "refresh" in plan.programs
        self._fresh = not self._hangs
        """Whether the states that hang on others are what they should be."""
        self._moment = False
        self._place(Arena(plan.arena_bytes), 0)
        self._stretch = Stretch(plan, self._binder, (), 0)
        self._end = weakref.finalize(self, _end, self._team, self._block, library)

    # data and values

    def attach(self, columns: Mapping[str, Array]) -> None:
        """Put the data columns (N rows each) behind the planned arena, in their layouts; all else keeps its
        value. Raises ValueError where a column is missing or has another shape than the plan's."""
        self._rest()
        names = [column.name for column in self.plan.columns]
        if missing := [name for name in names if name not in columns]:
            raise ValueError(f"the plan reads the column {missing[0]}, the data has {', '.join(columns) or 'none'}")
        counts = {len(columns[name]) for name in names}
        if len(counts) > 1:
            raise ValueError(f"columns of different lengths: {', '.join(map(str, sorted(counts)))}")
        rows = counts.pop() if counts else 0
        places = {c.name: self.plan.buffers[c.buffer] for c in self.plan.columns}
        arena = Arena(self.plan.arena_bytes, {name: b.bytes.at({"N": rows}) for name, b in places.items()})
        for name, buffer in places.items():
            placed = buffer.model_copy(update={"offset": arena.columns[name]})
            arena.write(placed, {"N": rows}, columns[name])
            self._buffers[buffer.name] = placed
        copy_written(self._arena.bytes[: self.plan.arena_bytes], arena.bytes[: self.plan.arena_bytes])
        self._place(arena, rows)
        self._stretch = Stretch(self.plan, self._binder, (), 0)

    def read(self, name: str, batch: int | None = None) -> Array:
        """A buffer's logical array (a copy), for `batch` examples where it grows with the batch."""
        self._rest()
        return self._arena.read(self._buffers[name], self._sizes(batch))

    def write(self, name: str, array: Array) -> None:
        """Set a buffer (a state, say) to a logical array. Raises ValueError for another shape."""
        self._rest()
        self._arena.write(self._buffers[name], self._sizes(None), np.asarray(array))
        self._fresh = not self._hangs

    def has(self, name: str) -> bool:
        return name in self._buffers

    @property
    def clock(self) -> int:
        """Optimiser steps done."""
        return int(self._clock[0])

    @clock.setter
    def clock(self, steps: int) -> None:
        self._rest()
        self._clock[0] = steps

    @property
    def peak_bytes(self) -> int:
        """Bytes of the arena, data included."""
        return int(self._arena.bytes.size)

    # running

    def start(self, segments: Sequence[Segment], *, timed: bool = False) -> None:
        """Begin; returns at once, but for microseconds where weights have changed and others are computed from them
        (`refresh`). Ask `wait`, then `outcome`. `timed` measures each call (20 ns each)."""
        self._rest()
        self._refresh(segments)
        self._team.start(*self._begin(segments, timed=timed))

    def _refresh(self, segments: Sequence[Segment]) -> None:
        """Before programs that read what hangs on the weights: compute it again where the weights have changed."""
        if not self._hangs:
            return
        programs = {name for segment in segments for name in segment.programs}
        if "update" in programs:
            self._fresh = False
            assert programs <= {"gradients", "update"}, "what is learnt is seen by the next start"
        elif not self._fresh and not programs.isdisjoint(("evaluate", "predict")):
            self._team.run(*self._begin([replace(REFRESH, knobs=np.zeros((1, len(self.plan.knobs)), np.float32))]))
            self._fresh = True

    def _begin(self, segments: Sequence[Segment], *, timed: bool = False) -> tuple[int, int]:
        """The records of a run, the address of the block that leads to them, and the number of threads."""
        stretch = self._stretch
        if not timed and stretch.takes(segments):
            stretch.again(segments)
        else:
            stretch = Stretch(self.plan, self._binder, segments, self._rows)
        alone, together = stretch.cost(1), stretch.cost(self.threads) + WAKE_NS
        count = self.threads if together < GAIN * alone else 1
        self._moment = alone < MOMENT_NS
        if timed:
            stretch.measure(count)
        if stretch is not self._stretch or count != self._first[driver.THREADS]:
            first = self._first
            first[driver.THREADS], first[driver.ARENA] = count, self._arena.address
            first[driver.SEGMENTS], first[driver.SEGMENT_COUNT] = stretch.address, len(segments)
            first[driver.STOP_AFTER], first[driver.POSTS] = driver.NEVER, self._team.posts
        self._block[:] = self._first
        self._stretch = stretch
        return self._block_address, count

    def stop_after(self, step: int) -> None:
        """Stop the present run at the first end of a step where the clock is at least `step` (0: as soon as
        may be). The next `start` forgets it."""
        self._words[driver.STOP_AFTER] = step

    def wait(self, timeout: float | None = None) -> bool:
        """Whether all is done; waits at most `timeout` seconds. Wait in short naps to see a Ctrl-C."""
        return self._team.wait(timeout)

    @property
    def steps_so_far(self) -> int:
        """Finished steps of the present run, or of the last."""
        return self._words[driver.STEPS_DONE]

    def outcome(self) -> Outcome:
        """How the last start ended; only after `wait` was true."""
        self._rest()
        return self._ended()

    def _ended(self) -> Outcome:
        clocks = self._words[driver.CLOCKS : driver.CLOCKS + 4].tolist()
        return self._stretch.outcome(self.steps_so_far, self._words[driver.STATUS], clocks)

    def run(self, segments: Sequence[Segment], *, timed: bool = False) -> Outcome:
        """Start and wait; a Ctrl-C ends the run at the end of a step and is raised then. What takes a moment alone is
        done in the calling thread: waking another, and waiting for it, takes longer than a small network."""
        self._rest()
        self._refresh(segments)
        begun = self._begin(segments, timed=timed)
        if self._moment:
            self._team.run(*begun)
            return self._ended()
        try:
            self._team.start(*begun)
            while not self.wait(NAP_SECONDS):
                pass
        except BaseException:
            self.stop_after(0)
            self.wait()
            raise
        return self.outcome()

    def close(self) -> None:
        """Stop what runs at the end of its step, and end the threads."""
        self._end()

    def _place(self, arena: Arena, rows: int) -> None:
        self._arena, self._rows = arena, rows
        self._first[driver.THREADS] = 0
        self._binder = Binder(self.plan, self._address, arena.columns, rows, int(arena.bytes.size))
        place: Buffer = self._buffers["clock"]
        self._clock: Words = arena.bytes[place.offset : place.offset + 8].view(np.int64)

    def _sizes(self, batch: int | None) -> dict[str, int]:
        return {**self.plan.sizes, **({} if batch is None else {"B": batch}), "N": self._rows}

    def _rest(self) -> None:
        assert self._team.idle, "the engine is running: wait for it first"


def _address(plan: Plan, library: Library, target: Target, kernel: int) -> int:
    """Where a kernel of the plan lies. Not a method: what asks for it must not keep the engine alive."""
    return library.address(symbol(plan.kernels[kernel].hash, target))


def _end(team: Team, block: Words, _library: Library) -> None:
    """Not a method: it must not keep the engine alive. It keeps the library, which holds the driver's
    code."""
    block[driver.STOP_AFTER] = 0
    team.close()
