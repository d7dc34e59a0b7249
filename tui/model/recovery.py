"""What a designer that ended badly had not saved, offered back by the next one.

While a text is changed and not saved, a copy of it lies in the state folder: `$XDG_STATE_HOME/netloom/designer`. A
copy is written whole or not at all. Whose designer lives is told by a lock that it holds, and that the system lets go
however it ends.
"""

from __future__ import annotations

import contextlib
import difflib
import fcntl
import hashlib
import json
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...dsl.diagnostics import NetloomError
from ...runtime.alive import is_held
from .saving import MOST_BYTES, read_bytes, write_whole
from .sketch import Sketch
from .state import state_folder

VERSION = 1
MOST_SHOWN = 400
"""Lines of a difference."""


class Recovery:
    """The copies of one designer. `keep` may be called beside the screen; it never raises."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or state_folder()
        self._token = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._lock: int | None = None
        self._kept: tuple[Path | None, str] | None = None

    def keep(self, sketch: Sketch) -> str | None:
        """Copy a text that is changed, and drop the copy of one that is saved; why that could not be done."""
        if not sketch.changed:
            self._drop()
            return None
        if self._kept == (sketch.path, sketch.text):
            return None
        try:
            self._hold()
            write_whole(self._copy, _written(sketch))
        except (OSError, NetloomError) as trouble:
            said = trouble.strerror if isinstance(trouble, OSError) and trouble.strerror else str(trouble)
            return f"what is not saved would be lost in a crash: {said}"
        self._kept = (sketch.path, sketch.text)
        return None

    def adopt(self, lost: Lost) -> Sketch:
        """The lost text as a sketch of its file, one step of undo away from what the file holds; the old copy goes
        when this designer has one. Raises NetloomError where the file cannot be read."""
        sketch = lost.sketch()
        if self.keep(sketch) is None:
            lost.discard()
        return sketch

    def close(self) -> None:
        """The designer ends as it should: nothing of it is left."""
        self._drop()
        if self._lock is not None:
            self._lock_file.unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None

    @property
    def _copy(self) -> Path:
        return self.folder / f"{self._token}.json"

    @property
    def _lock_file(self) -> Path:
        return self.folder / f"{self._token}.lock"

    def _hold(self) -> None:
        """Make the folder, for this user alone, and take the lock."""
        if self._lock is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(self._lock_file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            # where a file system has no locks, the copy is offered to others while this one lives
            with contextlib.suppress(OSError):
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _drop(self) -> None:
        if self._kept is not None:
            self._copy.unlink(missing_ok=True)
            self._kept = None


@dataclass(frozen=True, slots=True)
class Difference:
    """What a lost text has against its file: lines put in and taken out, and all of them as a unified difference.
    `disk_changed`: the file was written since."""

    added: int
    removed: int
    lines: tuple[str, ...]
    disk_changed: bool

    def __str__(self) -> str:
        said = f"{self.added} line{'s' * (self.added != 1)} more, {self.removed} fewer than the file"
        return f"{said}, which was written since" if self.disk_changed else said


@dataclass(frozen=True, slots=True)
class Lost:
    """A text that was not saved. `path` is its file, None where it had none; `seconds`: how old the copy is."""

    path: Path | None
    text: str
    seconds: float
    base: str | None
    copy: Path

    def difference(self) -> Difference:
        """What would be lost."""
        content = _on_disk(self.path)
        old = (content or b"").decode("utf-8", "replace").splitlines()
        lines = list(difflib.unified_diff(old, self.text.splitlines(), "the file", "not saved", lineterm="", n=2))
        added = sum(line.startswith("+") for line in lines[2:])
        removed = sum(line.startswith("-") for line in lines[2:])
        return Difference(added, removed, tuple(lines[:MOST_SHOWN]), _mark(content) != self.base)

    def sketch(self) -> Sketch:
        """The text as a sketch of its file, to be undone in one step. Raises NetloomError."""
        if self.path is None:
            return Sketch.new(self.text)
        sketch = Sketch.open(self.path)
        sketch.replace(self.text, "bringing back what was not saved")
        return sketch

    def discard(self) -> None:
        """Take the copy away."""
        self.copy.unlink(missing_ok=True)
        self.copy.with_suffix(".lock").unlink(missing_ok=True)


def recoverable(folder: Path | None = None, now: float | None = None) -> tuple[Lost, ...]:
    """What designers that live no more had not saved, the newest first. What is as its file, or torn, is cleared
    away."""
    folder = folder or state_folder()
    found = list[Lost]()
    for copy in _left(folder):
        lost = _read(copy, time.time() if now is None else now)
        content = _on_disk(lost.path) if lost is not None else None
        if lost is None or (content is not None and content == lost.text.encode("utf-8")):
            _cleared(copy)
        else:
            found.append(lost)
    return tuple(sorted(found, key=lambda lost: lost.seconds))


def _left(folder: Path) -> Iterator[Path]:
    """The copies, half-written ones too, whose designer is gone."""
    try:
        names = sorted(folder.iterdir())
    except OSError:
        return
    for path in names:
        if path.suffix == ".lock" and not is_held(path) and not path.with_suffix(".json").exists():
            _cleared(path)
        elif path.suffix == ".json" and not path.name.startswith(".") and not is_held(path.with_suffix(".lock")):
            yield path
        elif path.name.startswith(".") and not is_held(folder / f"{path.name.split('.')[1]}.lock"):
            _cleared(path)


def _cleared(path: Path) -> None:
    for each in (path, path.with_suffix(".lock")):
        try:
            each.unlink(missing_ok=True)
        except OSError:
            return


def _written(sketch: Sketch) -> str:
    path = None if sketch.path is None else str(sketch.path.absolute())
    content = sketch.text.encode("utf-8")
    record = {"version": VERSION, "path": path, "base": _mark(sketch.on_disk), "digest": _mark(content),
              "time": time.time(), "text": sketch.text}  # fmt: skip
    return json.dumps(record)


def _read(copy: Path, now: float) -> Lost | None:
    """A copy; None where it is torn, or of another version."""
    try:
        with copy.open("rb") as stream:
            record = json.loads(stream.read(2 * MOST_BYTES + 1))
        text, path, base = record["text"], record["path"], record["base"]
        whole = record["version"] == VERSION and record["digest"] == _mark(text.encode("utf-8"))
        lost = Lost(None if path is None else Path(path), text, max(0.0, now - float(record["time"])), base, copy)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return lost if whole else None


def _on_disk(path: Path | None) -> bytes | None:
    try:
        return None if path is None else read_bytes(path)
    except NetloomError:
        return None


def _mark(content: bytes | None) -> str | None:
    return None if content is None else hashlib.sha256(content).hexdigest()
