"""What this machine was measured to do at best: kept in a file beside the kernels, read by whoever needs a limit.

peak = machine_peak()                  # None until `netloom doctor --peak` has measured
peak.multiply_adds(threads=2)          # a nanosecond
peak.floor(multiply_adds, read, written, threads)      # nanoseconds nobody can go below
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..compiler.record import Record, RecordError
from .caches import cpu_name
from .store import default_folder
from .target import Target, host

VERSION = 1
LEVELS = ("L1", "L2", "L3", "memory")
"""Where bytes lie, from near to far."""
MOST_BYTES = 1 << 20
Limit = Literal["arithmetic", "memory"]


class Bandwidth(Record):
    """Bytes a nanosecond (the same number as GB/s) of all threads together; a copy counts what it reads and writes."""

    read: float
    write: float
    copy_: float


class Team(Record):
    """What some threads do together: multiply-adds a nanosecond, bandwidth by level, nanoseconds of a meeting."""

    multiply_adds: float
    bandwidth: dict[str, Bandwidth]
    meeting_ns: float


@dataclass(frozen=True, slots=True)
class Floor:
    """The least time some work can take, by arithmetic and by memory, in nanoseconds, and the level its bytes lie at."""

    arithmetic: float
    memory: float
    level: str

    @property
    def ns(self) -> float:
        return max(self.arithmetic, self.memory)

    @property
    def limit(self) -> Limit:
        return "arithmetic" if self.arithmetic >= self.memory else "memory"


class Peak(Record):
    """A machine's measured limits. `call_ns`: a call of a kernel that does nothing; `stamp_ns`: what timing it adds.
    `teams` by the number of threads; `spread`: how much slower the middle of all slices
    was than the best, as a share: over a tenth means that something else was running."""

    version: int = VERSION
    cpu: str
    name: str
    lanes: int
    cores: int
    date: str
    caches: dict[str, int]
    call_ns: float
    stamp_ns: float
    teams: dict[int, Team]
    spread: float

    def team(self, threads: int) -> Team:
        """The measured team nearest to so many threads, and not larger where that can be."""
        return self.teams[max((n for n in self.teams if n <= threads), default=min(self.teams))]

    def multiply_adds(self, threads: int) -> float:
        """A nanosecond, by so many threads."""
        return self.team(threads).multiply_adds

    def level(self, moved: float, threads: int) -> str:
        """The nearest level that holds so many bytes; L1 and L2 are each core's own."""
        for name in LEVELS[:-1]:
            if moved <= self.caches[name] * (1 if name == "L3" else threads):
                return name
        return LEVELS[-1]

    def floor(self, multiply_adds: float, read: float, written: float, threads: int) -> Floor:
        """What the work needs at these limits: reads and writes go on at once, but no faster together than the
        fastest of read, write and copy."""
        team, level = self.team(threads), self.level(read + written, threads)
        rate = team.bandwidth[level]
        both = max(rate.read, rate.write, rate.copy_)
        memory = max(read / rate.read, written / rate.write, (read + written) / both)
        return Floor(multiply_adds / team.multiply_adds, memory, level)


def peak_file() -> Path:
    """Where the limits of this machine are kept."""
    return default_folder().parent / "machine.json"


def machine_peak(path: Path | None = None, target: Target | None = None) -> Peak | None:
    """The kept limits; None where none were measured, or on another processor than this."""
    target = target or host()
    try:
        with (path or peak_file()).open(encoding="utf-8") as file:
            found = Peak.model_validate_json(file.read(MOST_BYTES))
    except (OSError, RecordError, UnicodeDecodeError):
        return None
    same = (found.version, found.cpu, found.name, found.lanes) == (VERSION, target.cpu, cpu_name(), target.lanes)
    return found if same and found.cores == target.cores and _whole(found) else None


def _whole(found: Peak) -> bool:
    rates = [
        rate for team in found.teams.values() for b in team.bandwidth.values() for rate in (b.read, b.write, b.copy_)
    ]
    rates += [team.multiply_adds for team in found.teams.values()]
    levels = all(set(LEVELS) <= set(team.bandwidth) for team in found.teams.values())
    return bool(rates) and levels and min(rates) > 0 and set(LEVELS[:-1]) <= set(found.caches)


def keep_peak(peak: Peak, path: Path | None = None) -> str | None:
    """Write the limits whole or not at all; why they could not be written, where that is so."""
    path = path or peak_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(peak.model_dump_json(indent=1) + "\n")
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as trouble:
        return f"{path} could not be written ({trouble.strerror}): the limits are not kept"
    return None
