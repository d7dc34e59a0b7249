"""When each call of a program began and ended, thread by thread: the driver's stamps as times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from . import driver
from .binding import Tape

Times = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Timing:
    """One program over some steps, in nanoseconds; `began` (steps, threads) counts from any one moment.

    `worked` (steps, threads, calls): from where the thread went on to where it was done with the call; next to nothing
    for a call that another thread runs alone. `waited`: what it then waited for the others. `alone` and `meets` say of
    each call whether thread 0 runs it by itself, and whether all threads meet behind it.
    """

    program: str
    began: Times
    worked: Times
    waited: Times
    alone: Marks
    meets: Marks

    @property
    def walls(self) -> Times:
        """(steps, calls): what each call took of the step, on thread 0, which runs every call."""
        shown: Times = self.worked[:, 0] + self.waited[:, 0]
        return shown

    @property
    def busy(self) -> Times:
        """(steps, calls): the mean over the threads of the time at work."""
        shown: Times = self.worked.mean(axis=1)
        return shown


def timing(program: str, stamps: npt.NDArray[np.int64], ns_a_tick: float, tape: Tape) -> Timing:
    """The times behind the stamps (steps, threads, 1 + 2 calls) of a program.

    Stamps are taken by a thread alone: counters of two cores are never compared, save in `began`.
    """
    passed: Times = np.diff(stamps, axis=2).astype(np.float64) * ns_a_tick
    began: Times = stamps[:, :, 0].astype(np.float64) * ns_a_tick
    heads = entry_heads(tape)
    several = stamps.shape[1] > 1
    return Timing(program, began, passed[:, :, 0::2], passed[:, :, 1::2],
                  heads[:, 1] != 0, (heads[:, 2] != 0) & several)  # fmt: skip


def entry_heads(tape: Tape) -> npt.NDArray[np.int64]:
    """(calls, `ENTRY_WORDS`): the first words of each entry of a tape."""
    found = np.zeros((tape.calls, driver.ENTRY_WORDS), np.int64)
    start = 0
    for head in found:
        head[:] = tape.table[start : start + driver.ENTRY_WORDS]
        start += driver.ENTRY_WORDS + int(head[3] + head[4])
    return found


def stamps_for(steps: int, threads: int, calls: int) -> npt.NDArray[np.int64]:
    """Room for the driver's stamps, all of it touched: a page that is met first while time is measured would count."""
    return np.full((steps, threads, driver.STAMPS_BEFORE + driver.STAMPS_A_CALL * calls), -1, np.int64)


def tick(clocks: npt.NDArray[np.int64]) -> float:
    """Nanoseconds of a tick: by the clock and the counter at both ends of a run."""
    began_ns, began, ended_ns, ended = (int(word) for word in clocks)
    return (ended_ns - began_ns) / (ended - began) if ended > began else 1.0
