"""Kernels made ready: found in the store, or compiled by worker processes and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from . import driver
from .objects import Library
from .store import Store, key
from .target import Target
from .worker_pool import CompileError, Job, WorkerPool

__all__ = ["DRIVER", "CompileError", "Made", "Progress", "Wanted", "prepare", "symbol"]

Progress = Callable[[str, int, int], None]
"""Called with the name of the kernel just made, how many are made, and how many there are to make."""

MOST_WORKERS = 8
KERNELS_A_WORKER = 4
"""A worker needs 60 MB and 0.1 s before its first kernel, and 0.05 s for each: for a few kernels one is enough."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kernel to have: its name for people, its fingerprint, and how to get its text when it is missing."""

    name: str
    fingerprint: str
    text: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Made:
    """How many kernels were compiled and how many found ready."""

    compiled: int
    reused: int


DRIVER = Wanted("driver", driver.FINGERPRINT, lambda: driver.TEXT)


def prepare(
    wanted: Sequence[Wanted], library: Library, store: Store, target: Target, progress: Progress | None = None
) -> Made:
    """Load the driver and every wanted kernel into the library, under `symbol(fingerprint, target)`.

    What is missing is compiled and kept one by one, so that an interrupted start loses nothing that was made.
    Raises `CompileError`.
    """
    everything = {symbol(kernel.fingerprint, target): kernel for kernel in (DRIVER, *wanted)}
    missing = [name for name in everything if not _found(name, library, store)]
    if missing:
        jobs = (Job(name, everything[name].name, everything[name].text(), target.lanes) for name in missing)
        with WorkerPool(min(target.cores, MOST_WORKERS, -(-len(missing) // KERNELS_A_WORKER))) as pool:
            for made, (job, content) in enumerate(pool.compile(jobs), 1):
                store.put(_entry(job.symbol), content)
                library.load(job.symbol, content)
                if progress is not None:
                    progress(job.name, made, len(missing))
        store.clean()
    return Made(len(missing), len(everything) - len(missing))


def symbol(fingerprint: str, target: Target) -> str:
    """The name of a kernel's function: `netloom_` and its entry in the store."""
    return f"netloom_{key(fingerprint, target)}"


def _entry(name: str) -> str:
    return name.removeprefix("netloom_")


def _found(name: str, library: Library, store: Store) -> bool:
    if name in library:
        return True
    content = store.get(_entry(name))
    if content is None:
        return False
    library.load(name, content)
    return True
