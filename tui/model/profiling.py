"""Timing a network in a process of its own, so that the screen never waits, and so that it can be called off.

job = Profiling(text, path)
for said in job.said():          # blocks: for a thread
    said.words                   # "compiling kernels: 3 of 22, matmul"
job.cancel()                     # from any other thread
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

What = Literal["profile", "kernels", "totals"]
WORKER = f"{__package__}.profile_worker"


@dataclass(frozen=True, slots=True)
class Said:
    """One word from the process: how far it is (`done` of `count`); at the end (`ended`) the profile, or what was
    made, or the exact `memory` in bytes and `seconds` of an epoch, or the mistake."""

    words: str = ""
    done: int = 0
    count: int = 0
    profile: dict[str, Any] | None = None
    memory: int | None = None
    seconds: float | None = None
    mistake: str = ""
    ended: bool = False


class Profiling:
    """One process at work: a `profile`, or the network's `kernels` and no more, or its exact `totals`."""

    def __init__(self, text: str, path: Path | None, what: What = "profile") -> None:
        self.cancelled = False
        request = json.dumps({"text": text, "path": str(path.resolve()) if path else None, "what": what})
        # its own group: the workers that compile kernels end with it
        self._process = subprocess.Popen(
            [sys.executable, "-m", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            text=True, encoding="utf-8", start_new_session=True,
        )  # fmt: skip
        assert self._process.stdin is not None, "a pipe was asked for"
        self._process.stdin.write(request + "\n")
        self._process.stdin.close()

    def said(self) -> Iterator[Said]:
        """What the process says, until it ends; the last has the profile or a mistake, but for one called off."""
        assert self._process.stdout is not None, "a pipe was asked for"
        ended = False
        with self._process.stdout as lines:
            for line in lines:
                said = Said(**json.loads(line))
                ended = said.ended
                yield said
        code = self._process.wait()
        if not ended and not self.cancelled:
            yield Said(
                ended=True, mistake=f"the process that measures ended with {code}; try `netloom profile` for its words"
            )

    def cancel(self) -> None:
        """End the process and all that it started."""
        self.cancelled = True
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
