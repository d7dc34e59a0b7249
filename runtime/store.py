"""Object files of compiled kernels, kept on disk and shared by all networks and all processes of a user.

An entry is a file named by the hash of everything it depends on: kernel text and vocabulary (the fingerprint), the
source of the words, versions of numba and llvmlite, CPU, features and compiler flags. Its first 32 bytes are the
SHA-256 of the rest, checked at every read: a torn or damaged entry is removed and made again. Nothing in the store is
ever unpickled or run as text; the folder must be the user's own and closed to others, or it is not used.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import tempfile
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from .target import Target

DIGEST = 32
LIMIT_BYTES = 512 * 1024 * 1024
FLAGS = "objects 3; error_model=numpy; fastmath=contract; opt=3; reloc=pic; codemodel=small"
"""How texts are compiled: change it with `object_code`, and every kernel is made anew."""

WORDS = (
    "words", "vocabulary", "driver_words", "tiles", "blocks", "curves", "philox", "translate", "translate_values",
    "object_code", "twin",
)  # fmt: skip
"""The modules that decide what a text means: their source is part of every entry's name."""

UNFINISHED = ".new-"
UNFINISHED_SECONDS = 3600.0
"""A temporary file this old was left by a process that died: nothing writes an entry for an hour."""


def default_folder() -> Path:
    """`$NETLOOM_CACHE`, else `$XDG_CACHE_HOME/netloom`, else `~/.cache/netloom`; kernels lie below it."""
    if given := os.environ.get("NETLOOM_CACHE"):
        return Path(given) / "kernels"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "netloom" / "kernels"


@cache
def toolchain() -> str:
    """All that decides what a text compiles to but the machine; read without importing numba."""
    source = hashlib.sha256()
    for name in WORDS:
        source.update((Path(__file__).parent / f"{name}.py").read_bytes())
    return f"numba {version('numba')}; llvmlite {version('llvmlite')}; {FLAGS}; {source.hexdigest()}"


def key(fingerprint: str, target: Target) -> str:
    """The entry's name: 40 hex digits."""
    parts = "\n".join((fingerprint, toolchain(), target.cpu, target.features, str(target.lanes)))
    return hashlib.sha256(parts.encode()).hexdigest()[:40]


@dataclass(frozen=True, slots=True)
class Statistics:
    """What lies in the store: entries and bytes."""

    entries: int
    bytes: int


class Store:
    """A folder of entries. `notice` says in words why the wanted folder is not used, or why nothing is
    kept."""

    def __init__(self, folder: Path | None = None) -> None:
        wanted = default_folder() if folder is None else folder
        self.notice = _objection(wanted)
        self.folder = wanted
        if self.notice is not None:
            self.folder = Path(tempfile.mkdtemp(prefix="netloom-"))
            weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)

    def get(self, name: str) -> bytes | None:
        """The entry's object file, or None; a damaged entry is removed."""
        path = self._path(name)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]:
            _mark_used(path)
            return content[DIGEST:]
        self.remove(name)
        return None

    def put(self, name: str, content: bytes) -> None:
        """Write an entry whole or not at all. A full disk is no error: the entry is simply not kept."""
        try:
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=UNFINISHED)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self._path(name))
            except BaseException:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as trouble:
            self.notice = f"kernels are not kept: {trouble}"

    def remove(self, name: str) -> None:
        """The entry is gone, where this process may remove it; a damaged one that stays is never used."""
        self._forget(self._path(name))

    def statistics(self) -> Statistics:
        sizes = [found.st_size for _, found in self._files(".o")]
        return Statistics(len(sizes), sum(sizes))

    def clean(self, limit: int = LIMIT_BYTES, now: float | None = None) -> int:
        """Remove the longest unused entries until the rest fits in `limit` bytes, and what dead writers left
        (older than an hour at the time `now`); the number of entries removed."""
        now = time.time() if now is None else now
        for path, found in self._files(""):
            if path.name.startswith(UNFINISHED) and found.st_mtime < now - UNFINISHED_SECONDS:
                self._forget(path)
        kept = removed = 0
        for path, found in sorted(self._files(".o"), key=lambda entry: entry[1].st_mtime_ns, reverse=True):
            kept += found.st_size
            if kept > limit:
                removed += self._forget(path)
        return removed

    def _files(self, suffix: str) -> Iterator[tuple[Path, os.stat_result]]:
        """Files with that suffix (all, where it is empty); other processes may remove some meanwhile, or all."""
        try:
            paths = list(self.folder.iterdir())
        except OSError:
            return
        for path in paths:
            if path.suffix == suffix or not suffix:
                with contextlib.suppress(FileNotFoundError):
                    yield path, path.stat()

    def _forget(self, path: Path) -> bool:
        try:
            path.unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.o"


def _mark_used(path: Path) -> None:
    """The time of change says when an entry was last used: times of access are often not kept."""
    with contextlib.suppress(OSError):
        os.utime(path)


def _objection(folder: Path) -> str | None:
    """Why the folder (made where it is missing) cannot hold code that this process will run."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found, above = folder.lstat(), folder.parent.stat()
    except OSError as trouble:
        return f"{folder} cannot be used ({trouble}): kernels are kept for this process only"
    if not stat.S_ISDIR(found.st_mode):
        return f"{folder} is a link: kernels are kept for this process only"
    if found.st_uid != os.getuid():
        return f"{folder} belongs to another user: kernels are kept for this process only"
    if stat.S_IMODE(found.st_mode) & 0o077:
        return f"{folder} is open to others (chmod 700 it): kernels are kept for this process only"
    if above.st_mode & stat.S_IWOTH and not above.st_mode & stat.S_ISVTX:
        return f"{folder.parent} may be written by anyone: kernels are kept for this process only"
    return None
