"""A training that kills itself: `python killed.py FILE RUNS THREADS EVERY STEP [RESUME]`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from netloom.runtime.launch import Launch, Request


def main() -> None:
    file, runs, threads, every, step = sys.argv[1:6]
    resume = sys.argv[6] if len(sys.argv) > 6 else None
    request = Request(
        None if resume else Path(file),
        resume=resume,
        runs=Path(runs),
        threads=int(threads),
        checkpoint_steps=int(every),
    )
    for event in Launch(request).events():
        if event.step >= int(step) > 0:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
