"""The memory of this process, as the system counts it (Linux; elsewhere the highest so far stands for both)."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def resident() -> int:
    """Bytes in memory now."""
    return _status("VmRSS")


def highest() -> int:
    """The most bytes that were ever in memory, or since `forget`."""
    return _status("VmHWM")


def forget() -> None:
    """Begin to look for the highest anew, where the system lets us."""
    try:
        CLEAR.write_text("5")
    except OSError:
        return


def _status(field: str) -> int:
    try:
        lines = STATUS.read_text(encoding="ascii").splitlines()
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))
