"""When each call of a program began and ended, thread by thread: the driver's stamps as times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import driver
from .binding import Tape

Times = npt.NDArray[np.float64]
Words = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Timing:
    """One program over some steps, in nanoseconds; `began` (steps), on thread 0, counts from any one moment.

    `walls` (steps, calls): from the end of the call before to the end of this one, on the thread that is last to be
    done with it. `worked` (steps, threads, calls): from where the thread went on to where it was done with the call;
    next to nothing for a call that another thread runs alone. `alone` and `meets` say of each call whether thread 0
    runs it by itself, and whether all threads meet behind it.
    """

    program: str
    began: Times
    walls: Times
    worked: Times
    alone: Marks
    meets: Marks

    @property
    def busy(self) -> Times:
        """(steps, calls): the mean over the threads of the time at work."""
        shown: Times = self.worked.mean(axis=1)
        return shown


def timing(program: str, stamps: Words, ns_a_tick: float, tape: Tape) -> Timing:
    """The times behind the stamps (steps, threads, 1 + 2 calls) of a program."""
    heads = entry_heads(tape)
    alone, meets = heads[:, 1] != 0, (heads[:, 2] != 0) & (stamps.shape[1] > 1)
    passed = np.diff(stamps, axis=2)[:, :, 0::2].astype(np.float64)
    walls = _walls(stamps, meets).astype(np.float64)
    began = stamps[:, 0, 0].astype(np.float64)
    return Timing(program, began * ns_a_tick, walls * ns_a_tick, passed * ns_a_tick, alone, meets)


def _walls(stamps: Words, meets: Marks) -> Words:
    """What each call took of the step. A thread that wakes late from a meeting finds the next call done by the others:
    so a call ends when the last thread is done with it, not when thread 0 sees that it is.

    Counters of two cores are compared for that; where one seems to leave a meeting before another has come, they
    are not the same, and thread 0's own times are taken.
    """
    first, done, on = stamps[:, :, 0], stamps[:, :, 1::2], stamps[:, :, 2::2]
    last = done.max(axis=1)
    if (on[:, :, meets].min(axis=1) < last[:, meets]).any():
        return np.diff(stamps[:, 0, 0::2], axis=1)
    ends = np.where(meets, last, done[:, 0])
    return np.diff(ends, axis=1, prepend=first.min(axis=1)[:, None])


def entry_heads(tape: Tape) -> Words:
    """(calls, `ENTRY_WORDS`): the first words of each entry of a tape."""
    found = np.zeros((tape.calls, driver.ENTRY_WORDS), np.int64)
    start = 0
    for head in found:
        head[:] = tape.table[start : start + driver.ENTRY_WORDS]
        start += driver.ENTRY_WORDS + int(head[3] + head[4])
    return found


def stamps_for(steps: int, threads: int, calls: int) -> Words:
    """Room for the driver's stamps, all of it touched: a page that is met first while time is measured would count."""
    return np.full((steps, threads, driver.STAMPS_BEFORE + driver.STAMPS_A_CALL * calls), -1, np.int64)


def tick(clocks: Sequence[int]) -> float:
    """Nanoseconds of a tick: by the clock and the counter at both ends of a run."""
    began_ns, began, ended_ns, ended = clocks
    return (ended_ns - began_ns) / (ended - began) if ended > began else 1.0


def share_of_step(calls: Sequence[float] | Times, parts: Sequence[float] | Times, step: float) -> float:
    """What the input's part of each call takes of a whole step, from its beginning to that of the next: calls, and what
    lies between them. All times in one unit. The one meaning of the input's share, in `profile` and in training."""
    spent = float(np.dot(np.asarray(calls, np.float64), np.asarray(parts, np.float64)))
    return min(1.0, spent / step) if step > 0 else 0.0
