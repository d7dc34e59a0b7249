"""Object files of compiled kernels, kept on disk and shared by all networks and all processes of a user.

An entry is a file named by the hash of everything it depends on: kernel text and vocabulary (the fingerprint),
versions of numba and llvmlite, CPU and features. Its first 32 bytes are the SHA-256 of the rest, checked at
every read: a torn or damaged entry is removed and made again. Nothing in the store is ever unpickled or run as
text; the folder must be the user's own and closed to others, or it is not used.
"""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from .target import Target

DIGEST = 32
LIMIT_BYTES = 512 * 1024 * 1024


def default_folder() -> Path:
    """`$NETLOOM_CACHE`, else `$XDG_CACHE_HOME/netloom`, else `~/.cache/netloom`; kernels lie below it."""
    if given := os.environ.get("NETLOOM_CACHE"):
        return Path(given) / "kernels"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "netloom" / "kernels"


@cache
def toolchain() -> str:
    """The versions that decide what a text compiles to; read without importing numba."""
    return f"numba {version('numba')} llvmlite {version('llvmlite')}"


def key(fingerprint: str, target: Target) -> str:
    """The entry's name: 40 hex digits."""
    parts = "\n".join((fingerprint, toolchain(), target.cpu, target.features, str(target.lanes)))
    return hashlib.sha256(parts.encode()).hexdigest()[:40]


@dataclass(slots=True)
class Statistics:
    """What lies in the store: entries and bytes."""

    entries: int
    bytes: int


class Store:
    """A folder of entries. `notice` says in words when the wanted folder could not be used."""

    def __init__(self, folder: Path | None = None) -> None:
        self.notice: str | None = None
        wanted = default_folder() if folder is None else folder
        self.folder = self._usable(wanted)
        self._private: tempfile.TemporaryDirectory[str] | None = None
        if self.folder is None:
            self._private = tempfile.TemporaryDirectory(prefix="netloom-")
            self.folder = Path(self._private.name)

    def get(self, name: str) -> bytes | None:
        """The entry's object file, or None; a damaged entry is removed."""
        path = self._path(name)
        try:
            content = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(content[DIGEST:]).digest() == content[:DIGEST]:
            return content[DIGEST:]
        path.unlink(missing_ok=True)
        return None

    def put(self, name: str, content: bytes) -> None:
        """Write an entry whole or not at all. A full disk is no error: the entry is simply not kept."""
        assert self.folder is not None
        try:
            handle, temporary = tempfile.mkstemp(dir=self.folder, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(hashlib.sha256(content).digest() + content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self._path(name))
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
        except OSError as trouble:
            self.notice = f"kernels are not kept: {trouble}"

    def statistics(self) -> Statistics:
        sizes = [path.stat().st_size for path in self._entries()]
        return Statistics(len(sizes), sum(sizes))

    def clean(self, limit: int = LIMIT_BYTES) -> int:
        """Remove the longest unused entries until the rest fits in `limit` bytes; the number removed."""
        entries = sorted(((p.stat().st_atime, p.stat().st_size, p) for p in self._entries()), reverse=True)
        kept = removed = 0
        for _, size, path in entries:
            kept += size
            if kept > limit:
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _entries(self) -> list[Path]:
        assert self.folder is not None
        return [path for path in self.folder.iterdir() if path.suffix == ".o"]

    def _path(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / f"{name}.o"

    def _usable(self, folder: Path) -> Path | None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = folder.stat()
            if found.st_uid != os.getuid():
                self.notice = f"{folder} belongs to another user: kernels are compiled anew for this process"
                return None
            if stat.S_IMODE(found.st_mode) & 0o077:
                folder.chmod(0o700)
            handle, name = tempfile.mkstemp(dir=folder, prefix=".new-")
            os.close(handle)
            Path(name).unlink()
        except OSError as trouble:
            self.notice = f"{folder} cannot be used ({trouble}): kernels are compiled anew for this process"
            return None
        return folder
