"""Talking to a running training: a socket in the user's own runtime folder, one JSON line a command.

Commands: `{"do": "pause"}`, `resume`, `{"do": "step", "count": …}`, `{"do": "stop", "checkpoint": true}`, `checkpoint`,
`{"do": "knob", "name": …, "value": …}`, `{"do": "dropout", "on": …}`, `{"do": "watch", "seconds": …}`, `status`, and
`{"do": "look", …}` (see `looking.py`). Each is answered by one line, `{"ok": true, "step": …}` or
`{"ok": false, "error": …}`, once it is taken in; it takes effect at the next step boundary, and an event in the record
tells that it has. A `look` is answered when it is done. Whoever watches says so again and again: a viewer that was killed
is forgotten after the seconds it named.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from ..dsl.diagnostics import NetloomError
from .train import Training
from .wishes import Ask

LONGEST = 65536
LONGEST_ANSWER = 1 << 26
LONGEST_WATCH = 60.0
"""Seconds for which a viewer may ask to be shown more."""
PATIENCE, LOOK_PATIENCE = 5.0, 30.0
"""Seconds after which an answer is not waited for any more."""


class ControlError(NetloomError):
    """The run cannot be reached."""


class Control:
    """Listens for one training while it lives; `control.json` in the run's folder names the socket."""

    def __init__(self, training: Training, folder: Path) -> None:
        self._training, self._folder = training, folder
        self._path = _socket_folder() / f"{hashlib.sha256(str(folder.resolve()).encode()).hexdigest()[:16]}.sock"
        self._server: socket.socket | None = None

    def open(self) -> str | None:
        """Begin to listen; a sentence when that cannot be had (training goes on without)."""
        try:
            self._path.unlink(missing_ok=True)
            server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            server.bind(str(self._path))
            self._path.chmod(0o600)
            server.listen(4)
            (self._folder / "control.json").write_text(
                json.dumps({"socket": str(self._path), "process": os.getpid()}), encoding="utf-8"
            )
        except OSError as trouble:
            return f"this run cannot be steered from outside: {trouble}"
        self._server = server
        self._thread = threading.Thread(target=self._serve, args=(server,), name="netloom-control", daemon=True)
        self._thread.start()
        return None

    def close(self) -> None:
        """Stop listening and leave nothing behind."""
        server, self._server = self._server, None
        if server is not None:
            # closing alone wakes nobody who waits in `accept`
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()
            if self._thread is not threading.current_thread():
                self._thread.join(timeout=5)
        for path in (self._path, self._folder / "control.json"):
            path.unlink(missing_ok=True)

    def _serve(self, server: socket.socket) -> None:
        while self._server is not None:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            # a look takes as long as a stretch of steps: other commands do not wait behind it
            threading.Thread(target=self._answer, args=(connection,), name="netloom-answer", daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(2)
            try:
                line = connection.makefile("rb").readline(LONGEST)
                answer = self.take(json.loads(line))
            except (OSError, ValueError, TypeError, OverflowError) as trouble:
                answer = {"ok": False, "error": str(trouble)}
            try:
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError:
                return

    def take(self, command: Any) -> dict[str, Any]:
        """Take in one command."""
        wishes, progress = self._training.wishes, self._training.progress
        match command:
            case {"do": "pause"}:
                wishes.paused = True
            case {"do": "resume"}:
                wishes.paused = False
            case {"do": "step"}:
                wishes.steps.append(max(1, int(command.get("count", 1))))
                wishes.paused = True
            case {"do": "stop"}:
                wishes.save = bool(command.get("checkpoint", True))
                wishes.stop = "stopped"
            case {"do": "checkpoint"}:
                wishes.checkpoint = True
            case {"do": "watch"}:
                wishes.watched_until = time.monotonic() + min(float(command.get("seconds", 5)), LONGEST_WATCH)
            case {"do": "status"}:
                pass
            case {"do": "look"}:
                return self._asked(command)
            case _:
                return self._turned(command)
        return {"ok": True, "step": progress.step, "epoch": progress.epoch, "paused": wishes.paused}

    def _turned(self, command: Any) -> dict[str, Any]:
        """Knobs: one by name, or those of all dropouts."""
        training = self._training
        match command:
            case {"do": "knob", "name": str(name), "value": float() | int() | None as value}:
                if name not in training.names:
                    return {"ok": False, "error": f"no knob `{name}`; there are {', '.join(training.names)}"}
                if value is not None and not math.isfinite(value):
                    return {"ok": False, "error": f"`{name}` must be a number, not {value}"}
                training.wishes.knobs[name] = None if value is None else float(value)
            case {"do": "dropout", "on": bool(on)}:
                names = training.dropouts
                if not names:
                    return {"ok": False, "error": "this network has no dropout"}
                training.wishes.knobs |= dict.fromkeys(names, None if on else 0.0)
            case _:
                return {"ok": False, "error": "unknown command"}
        return {"ok": True, "step": training.progress.step, "epoch": training.progress.epoch}

    def _asked(self, command: dict[str, Any]) -> dict[str, Any]:
        """Have the training answer, between two stretches of steps."""
        ask = Ask(command)
        self._training.wishes.asks.append(ask)
        until = time.monotonic() + LOOK_PATIENCE
        while self._server is not None and time.monotonic() < until:
            if (answer := ask.wait(0.1)) is not None:
                return answer
        over = self._server is None
        return {"ok": False, "error": "the run has ended" if over else "the training did not come to answer"}


def send(folder: Path, command: dict[str, Any]) -> dict[str, Any]:
    """Send one command to the training of a run's folder. `ControlError` when nobody listens."""
    try:
        where = json.loads((folder / "control.json").read_text(encoding="utf-8"))["socket"]
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(LOOK_PATIENCE + PATIENCE if command.get("do") == "look" else PATIENCE)
            connection.connect(where)
            connection.sendall(json.dumps(command).encode() + b"\n")
            answer: dict[str, Any] = json.loads(connection.makefile("rb").readline(LONGEST_ANSWER))
            return answer
    except (OSError, ValueError, KeyError) as trouble:
        raise ControlError(f"{folder.name} is not running here ({trouble})") from trouble


def _socket_folder() -> Path:
    base = os.environ.get("XDG_RUNTIME_DIR")
    folder = Path(base) / "netloom" if base else Path(tempfile.gettempdir()) / f"netloom-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise OSError(f"{folder} belongs to another user")
    return folder
