"""Starting a training that outlives whoever started it: a session of its own, its words in `log.txt` of its folder.

`start_detached` is called by viewers; `python -m netloom.runtime.detached` is what it starts. The two talk through a pipe
until the run's folder is there: lines of JSON, `{"compiling": name, "done": n, "of": m}`, then `{"folder": …}` or
`{"error": …}`. After that, and when the viewer is gone, the pipe is of no more use to either.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from ..dsl.diagnostics import NetloomError, SpecError
from .launch import Launch, Request
from .runs import RUNS

LOG = "log.txt"
LAST_LINES = 5
"""Of the log, in the error of a training that died before it could say why."""
Told = Callable[[str, int, int], None]


class NotStarted(NetloomError):  # noqa: N818  says what happened
    """The training could not be started; its own words say why."""


def start_detached(
    path: Path | None,
    sets: Mapping[str, str] | None = None,
    runs: Path = RUNS,
    *,
    epochs: int | None = None,
    resume: str | None = None,
    told: Told | None = None,
) -> Path:
    """Start a training of a file, or go on with a run (`resume`), and give its folder once that is there. It is a
    process group of its own and goes on whatever becomes of this process. `told` hears of kernels being compiled: the
    name of the last, how many are made, and how many there are to make. Raises NotStarted with what it said."""
    request = {
        "file": None if path is None else str(path.resolve()),
        "sets": dict(sets or {}),
        "runs": str(runs),
        "epochs": epochs,
        "resume": resume,
    }
    with tempfile.NamedTemporaryFile("w", prefix="netloom-", suffix=".log", delete=False) as log:
        reading, writing = os.pipe()
        command = [sys.executable, "-m", "netloom.runtime.detached", json.dumps(request), str(writing), log.name]
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, pass_fds=(writing,), env=_environment(),
            )  # fmt: skip
        finally:
            os.close(writing)
    # somebody has to hear of its end, or the system keeps what is left of it
    threading.Thread(target=process.wait, name="netloom-detached", daemon=True).start()
    with os.fdopen(reading, encoding="utf-8") as lines:
        folder, error = _heard(lines, told)
    if folder is None:
        process.wait()
        raise NotStarted(error or _last_words(Path(log.name)))
    return folder


def _last_words(log: Path) -> str:
    said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-LAST_LINES:]
    log.unlink(missing_ok=True)
    return "\n".join(["the training ended before it began", *said])


def _heard(lines: Iterator[str], told: Told | None) -> tuple[Path | None, str]:
    """The folder that the training names, or why there is none; neither when it falls silent before."""
    for line in lines:
        match json.loads(line):
            case {"folder": str(folder)}:
                return Path(folder), ""
            case {"error": str(error)}:
                return None, error
            case {"compiling": str(name), "done": int(done), "of": int(count)} if told is not None:
                told(name, done, count)
    return None, ""


def _environment() -> dict[str, str]:
    """This process's, with the place from which the package was imported."""
    place = str(Path(__file__).resolve().parents[1].parent)
    known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*known, *sys.path, place]))}


# the process that is started


class _Pipe:
    """Towards whoever started the training, as long as there is somebody."""

    def __init__(self, handle: int) -> None:
        self._file: IO[str] | None = os.fdopen(handle, "w", encoding="utf-8")

    def say(self, **words: Any) -> None:
        """One line; nobody there is no trouble."""
        if self._file is not None:
            try:
                self._file.write(json.dumps(words) + "\n")
                self._file.flush()
            except OSError:
                self.close()

    def close(self) -> None:
        """Say no more."""
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):
                file.close()


def main(request: str, handle: str, log: str) -> int:
    """Train as asked; gives the exit status."""
    asked, pipe = json.loads(request), _Pipe(int(handle))
    file = None if asked["file"] is None else Path(asked["file"])
    wanted = Request(file, asked["sets"], asked["epochs"], asked["resume"], Path(asked["runs"]), eager=True)
    try:
        launch = Launch(wanted, lambda name, done, count: pipe.say(compiling=name, done=done, of=count))
    except NetloomError as trouble:
        Path(log).unlink(missing_ok=True)
        pipe.say(error="\n".join(map(str, trouble.diagnostics)) if isinstance(trouble, SpecError) else str(trouble))
        return 1
    _log_in(launch.folder.path, Path(log))
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: setattr(launch.training.wishes, "stop", "interrupted"))
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    pipe.say(folder=str(launch.folder.path.resolve()))
    pipe.close()
    for event in launch.events():
        if event.kind in ("warned", "run_failed", "run_ended"):
            # stdout is the log
            sys.stdout.write(event.to_json() + "\n")
            sys.stdout.flush()
    return 0


def _log_in(folder: Path, before: Path) -> None:
    """From here on, all words go to the log in the run's folder; those said before are taken along. Where that cannot
    be written, they stay where they are."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
        # not renamed: the two may lie on different disks
        (folder / LOG).write_bytes(before.read_bytes())
        handle = os.open(folder / LOG, os.O_WRONLY | os.O_APPEND)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        os.close(handle)
        before.unlink()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
