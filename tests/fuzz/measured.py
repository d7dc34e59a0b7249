"""Checks files one by one, each in a process of its own: what is said of it, and the memory that it took.

`python measured.py` reads paths from standard input, one a line, and writes one JSON object a line: `remarks` (code,
place, message), `grown` in bytes, `seconds` of processor time, or `ended` where the process died. A process is a fork of
this one, so that the modules are loaded once.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path

from netloom.runtime import start

MOST = 1 << 30
"""Bytes of address space that a check may add before it is stopped: the test asks for far less."""
SECONDS = 60


def child(path: Path) -> dict[str, object]:
    """Check one file; called in the fork."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + MOST
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    before = resource.getrusage(resource.RUSAGE_SELF)
    remarks = start.check(path)
    after = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "remarks": [
            [r.code, r.severity, r.place.file, r.place.line, r.place.column, r.message, r.suggestion] for r in remarks
        ],
        "grown": (after.ru_maxrss - before.ru_maxrss) * 1024,
        "seconds": after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    }


def forked(path: Path) -> dict[str, object]:
    """The answer of a fork; `ended` with a signal or a traceback where there is none."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            answer = child(path)
        except BaseException as trouble:
            answer = {"ended": f"{type(trouble).__name__}: {str(trouble)[:500]}"}
        with os.fdopen(writing, "w", encoding="ascii") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, encoding="ascii") as pipe:
        text = pipe.read()
    _, status = os.waitpid(process, 0)
    found: dict[str, object] = json.loads(text) if text else {"ended": f"status {status}"}
    return found


def main() -> None:
    for line in sys.stdin:
        sys.stdout.write(json.dumps(forked(Path(line.rstrip("\n")))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
