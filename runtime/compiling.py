"""Kernels made ready: found in the store, or compiled by worker processes and kept."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from ..dsl.diagnostics import NetloomError
from . import driver
from .objects import Library
from .store import Store, key
from .target import Target

Progress = Callable[[str, int, int], None]
"""Called with the name of the kernel just made, how many are made, and how many there are to make."""


class CompileError(NetloomError):
    """A kernel could not be compiled: a mistake of ours, named so that it can be reported."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A kernel to have: its name for people, its fingerprint and its text."""

    name: str
    fingerprint: str
    text: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Made:
    """How many kernels were compiled and how many found in the store."""

    compiled: int
    reused: int


def prepare(
    wanted: Sequence[Wanted], library: Library, store: Store, target: Target, progress: Progress | None = None
) -> Made:
    """Load every wanted kernel and the driver into the library under `symbol(fingerprint, target)`."""
    everything = {symbol(w.fingerprint, target): w for w in (*wanted, DRIVER)}
    missing: dict[str, Wanted] = {}
    for name, kernel in everything.items():
        if name in library:
            continue
        content = store.get(name.removeprefix("netloom_"))
        if content is None:
            missing[name] = kernel
        else:
            library.load(name, content)
    for name, content in _compile(missing, target, progress):
        store.put(name.removeprefix("netloom_"), content)
        library.load(name, content)
    return Made(len(missing), len(everything) - len(missing))


def symbol(fingerprint: str, target: Target) -> str:
    return f"netloom_{key(fingerprint, target)}"


DRIVER = Wanted("driver", driver.FINGERPRINT, lambda: driver.TEXT)


def _compile(
    missing: dict[str, Wanted], target: Target, progress: Progress | None
) -> list[tuple[str, bytes]]:
    if not missing:
        return []
    queue: SimpleQueue[tuple[str, Wanted]] = SimpleQueue()
    for item in missing.items():
        queue.put(item)
    made: list[tuple[str, bytes]] = []
    workers = [_start() for _ in range(min(target.cores, 4, len(missing)))]

    def feed(worker: subprocess.Popen[str]) -> None:
        while True:
            try:
                name, kernel = queue.get_nowait()
            except Empty:
                return
            made.append((name, _ask(worker, name, kernel, target)))
            if progress is not None:
                progress(kernel.name, len(made), len(missing))

    try:
        with ThreadPoolExecutor(len(workers)) as pool:
            list(pool.map(feed, workers))
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    return made


def _start() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", f"{__package__}.compile_worker"]
    # the package may run from a tree that is not installed: the worker must find the same one
    root = str(Path(sys.modules[__name__.split(".")[0]].__file__ or "").parent.parent)
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=_environment(root),
    )


def _environment(root: str) -> dict[str, str]:
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "NUMBA_DISABLE_JIT": "0"}


def _ask(worker: subprocess.Popen[str], name: str, kernel: Wanted, target: Target) -> bytes:
    assert worker.stdin is not None
    assert worker.stdout is not None
    request = {"symbol": name, "name": kernel.name, "text": kernel.text(), "lanes": target.lanes}
    try:
        worker.stdin.write(json.dumps(request) + "\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
    except OSError:
        line = ""
    if not line:
        said = worker.stderr.read()[-2000:] if worker.stderr else ""
        raise CompileError(f"the compiler stopped while it made the kernel {kernel.name}.\n{said}")
    answer = json.loads(line)
    if "error" in answer:
        raise CompileError(f"the kernel {kernel.name} could not be compiled: {answer['error']}")
    return base64.b64decode(answer["object"])
