"""Whether a run's process lives: it holds a lock on a file in the run's folder, and the system lets go of a lock however
its process ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

LOCK = "alive.lock"


class Alive:
    """Held by a training from its first event to its last. Where locks cannot be had, nothing is held."""

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        try:
            self._handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o644)
            # shared, so that a look by `is_alive` can only ever make us wait for an instant
            fcntl.flock(self._handle, fcntl.LOCK_SH)
        except OSError:
            self.release()

    def release(self) -> None:
        """The run is over."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def is_alive(folder: Path) -> bool:
    """Whether some process holds the run's lock just now."""
    return is_held(folder / LOCK)


def is_held(lock: Path) -> bool:
    """Whether some process holds a lock."""
    try:
        handle = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
