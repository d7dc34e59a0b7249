"""Contestants seen from outside: processes that are stopped while it is not their turn."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .task import Task

ROOT = Path(__file__).resolve().parents[1]
PATIENCE = 900.0
"""Seconds after which an answer is no longer waited for."""

TAIL = 2000
"""Characters of what a process said last, for the message about its end."""


class Lost(Exception):  # noqa: N818
    """A process ended or was silent: the text says which and what it said last."""


def command(module: str, *words: str) -> list[str]:
    return [sys.executable, "-m", f"{__package__}.{module}", *words]


def environment(threads: int, caches: Path | None = None) -> dict[str, str]:
    """Every library's own word for the number of threads, and its cache in a folder of ours if one is given."""
    found = dict(os.environ)
    words = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    found |= dict.fromkeys(words, str(threads))
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), str(ROOT / ".typing"), found.get("PYTHONPATH")]))
    if caches is not None:
        found |= {
            "NETLOOM_CACHE": str(caches / "netloom"),
            "TORCHINDUCTOR_CACHE_DIR": str(caches / "inductor"),
            "JAX_COMPILATION_CACHE_DIR": str(caches / "jax"),
        }
    return found


def bind(threads: int) -> None:
    """This process, and those it starts, on the first so many of its cores, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])


def once(kind: str, task: Task, caches: Path | None = None) -> dict[str, Any]:
    """The answer of a contestant that gives one, and `whole`: seconds from its start to its end. Raises Lost."""
    begun = time.perf_counter()
    try:
        done = subprocess.run(
            command("contestant", kind, task.text()), env=environment(task.threads, caches), cwd=ROOT,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Lost(f"said nothing for {PATIENCE:.0f} s") from None
    whole = time.perf_counter() - begun
    if done.returncode or not done.stdout:
        raise Lost(f"ended with {done.returncode}: {done.stderr[-TAIL:]}")
    return {**_answer(done.stdout), "whole": whole}


class Contestant:
    """One process that answers; between two questions it is stopped, with all its threads."""

    def __init__(self, task: Task, caches: Path | None = None) -> None:
        self.task = task
        self._log = Path(task.folder) / f"{task.workload}-{task.mode}-{task.batch}-{task.peer}.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                command("contestant", "race", task.text()), env=environment(task.threads, caches), cwd=ROOT,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip

    def __enter__(self) -> Contestant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, mistake: BaseException | None, at: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, *words: str) -> dict[str, Any]:
        """Its answer. Raises Lost."""
        pipe = self._process
        assert pipe.stdin is not None, "stdin is a pipe"
        try:
            pipe.send_signal(signal.SIGCONT)
            pipe.stdin.write(" ".join(words) + "\n")
            pipe.stdin.flush()
            line = self._line()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Lost(f"ended: {self._log.read_text(errors='replace')[-TAIL:]}")
        pipe.send_signal(signal.SIGSTOP)
        return _answer(line)

    def _line(self) -> str:
        out = self._process.stdout
        assert out is not None, "stdout is a pipe"
        ready, _, _ = select.select([out], [], [], PATIENCE)
        if not ready:
            raise Lost(f"said nothing for {PATIENCE:.0f} s")
        return out.readline()


def _answer(line: str) -> dict[str, Any]:
    found: Mapping[str, Any] = json.loads(line)
    if "error" in found:
        raise Lost(str(found["error"]))
    return dict(found)
