"""The compile workers of one process: started for what is missing, fed by pipes, ended with it."""

from __future__ import annotations

import base64
import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from ..dsl.diagnostics import NetloomError

SHOWN = 2000
"""Characters of a dead worker's last words that are shown."""


class CompileError(NetloomError):
    """A kernel could not be compiled: a mistake of ours, named so that it can be reported."""


@dataclass(frozen=True, slots=True)
class Job:
    """A text to compile: the symbol it gets, its name for people, and the lanes of its vectors."""

    symbol: str
    name: str
    text: str
    lanes: int


class WorkerPool:
    """`count` worker processes, to be used in a `with` block: however that is left, they are ended."""

    def __init__(self, count: int, command: Sequence[str] | None = None) -> None:
        self._workers = [_Worker(worker_command() if command is None else command) for _ in range(count)]

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.end()

    def compile(self, jobs: Iterable[Job]) -> Iterator[tuple[Job, bytes]]:
        """Each job with its object file, in the order in which they are done. Raises `CompileError`.

        All waiting is done here, in the calling thread: a Ctrl-C is seen at once.
        """
        waiting = deque(jobs)
        with selectors.DefaultSelector() as selector:
            for worker in self._workers:
                if waiting:
                    selector.register(worker.answers, selectors.EVENT_READ, worker)
                    worker.give(waiting.popleft())
            while selector.get_map():
                for ready, _ in selector.select():
                    worker = ready.data
                    answer = worker.take()
                    if answer is None:
                        continue
                    done = worker.job
                    if waiting:
                        worker.give(waiting.popleft())
                    else:
                        selector.unregister(worker.answers)
                    yield done, answer


class _Worker:
    """One process and the job it is at."""

    def __init__(self, command: Sequence[str]) -> None:
        self._said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by `end`
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            bufsize=0,
            start_new_session=True,  # a Ctrl-C in the terminal is for the parent alone
            env=_environment(),
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self.answers = self._process.stdin, self._process.stdout
        self._read = b""
        self.job = Job("", "", "", 0)

    def give(self, job: Job) -> None:
        self.job = job
        request = {"symbol": job.symbol, "name": job.name, "text": job.text, "lanes": job.lanes}
        left = memoryview(json.dumps(request).encode() + b"\n")
        try:
            while left:
                left = left[self._requests.write(left) or 0 :]
        except OSError as trouble:
            raise self._death() from trouble

    def take(self) -> bytes | None:
        """The object file, if the answer is complete by now; never waits once there is something to read."""
        piece = os.read(self.answers.fileno(), 1 << 16)
        if not piece:
            raise self._death()
        self._read += piece
        if not self._read.endswith(b"\n"):
            return None
        answer: dict[str, Any] = json.loads(self._read)
        self._read = b""
        if "error" in answer:
            raise CompileError(f"the kernel {self.job.name} could not be compiled: {answer['error']}")
        return base64.b64decode(answer["object"])

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._requests.close()
        self.answers.close()
        self._said.close()

    def _death(self) -> CompileError:
        status = self._process.wait()
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        self._said.seek(0)
        words = self._said.read().decode(errors="replace")[-SHOWN:]
        return CompileError(f"the compile worker ended {how} while it made the kernel {self.job.name}.\n{words}")


def worker_command() -> list[str]:
    """The command that starts a worker process."""
    # -P: a file in the current folder that is called like a library's module is not imported
    return [sys.executable, "-P", "-m", f"{__package__}.compile_worker"]


def _environment() -> dict[str, str]:
    """The worker finds this same package, installed or not; Numba's settings would change what it makes."""
    package = (__package__ or "").split(".")[0]
    root = str(Path(sys.modules[package].__file__ or "").parent.parent)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    return {**kept, "PYTHONPATH": os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])}
