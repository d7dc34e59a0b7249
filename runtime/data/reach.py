"""Where data may be read from: the spec's folder, `$NETLOOM_DATA`, the cache, and what the user allows."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .errors import DataError


@dataclass(frozen=True, slots=True)
class Reach:
    """The folders a spec may read from. A link is followed only to a place inside one of them."""

    base: Path
    """The spec's folder; relative paths start here."""
    data: Path | None
    cache: Path
    allowed: tuple[Path, ...] = ()

    @classmethod
    def of(cls, base: Path, environment: Mapping[str, str], allowed: tuple[Path, ...] = ()) -> Reach:
        """`data` is `$NETLOOM_DATA`; the cache lies in `$NETLOOM_CACHE`, else `$XDG_CACHE_HOME/netloom`,
        else `~/.cache/netloom`, in its folder `data`."""
        own = environment.get("NETLOOM_CACHE")
        above = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache"
        data = environment.get("NETLOOM_DATA")
        cache = Path(own) if own else Path(above) / "netloom"
        return cls(base, Path(data) if data else None, cache / "data", allowed)

    def file(self, written: str) -> Path:
        """The file a spec names, resolved. Relative paths are tried in the spec's folder, then in
        `$NETLOOM_DATA`. Raises DataError where it is not there, not a file, or out of reach."""
        return self._inside(self._found(written, "file"), written)

    def place(self, written: str) -> Path:
        """As `file`, for what may be a folder too."""
        found = self._found(written, "folder or file")
        return self.folder(found, written) if found.is_dir() else self._inside(found, written)

    def folder(self, path: Path, written: str) -> Path:
        """A folder, resolved. Raises DataError where it is out of reach."""
        return self._resolved(path, written)

    def named(self, *names: str) -> Path | None:
        """The first of these plain file names that lies in `$NETLOOM_DATA`, else in the cache."""
        for folder in self.shelves():
            for name in names:
                if _exists(folder / name):
                    return self._inside(folder / name, name)
        return None

    def shelves(self) -> tuple[Path, ...]:
        """The folders where named sets are looked for, in order."""
        return (*((self.data,) if self.data else ()), self.cache)

    def linked(self, path: Path) -> Path:
        """A plain file that was found in a folder within reach, by a link. Raises DataError where it leads out."""
        if not _exists(path):
            raise DataError("E301", f"{path} is a link to nothing", "Take the link out, or mend it.")
        return self._inside(path, str(path))

    def _starts(self) -> Iterator[Path]:
        yield self.base
        if self.data:
            yield self.data

    def _found(self, written: str, what: str) -> Path:
        _refuse_odd(written)
        tried = [folder / written for folder in self._starts()]
        found = next((path for path in tried if _exists(path)), None)
        if found is None:
            raise DataError(
                "E301",
                f"there is no {what} {written}; looked for " + " and ".join(str(p) for p in tried),
                "Paths start at the folder of the spec file, or at the folder $NETLOOM_DATA names.",
            )
        return found

    def _inside(self, path: Path, written: str) -> Path:
        real = self._resolved(path, written)
        if not stat.S_ISREG(real.stat().st_mode):
            raise DataError("E301", f"{written} is not a plain file", "Name a file.")
        return real

    def _resolved(self, path: Path, written: str) -> Path:
        real = path.resolve()
        roots = (self.base, *self.shelves(), *self.allowed)
        if not any(real.is_relative_to(root.resolve()) for root in roots):
            raise DataError(
                "E302",
                f"{written} leads to {real}, outside the folder of the spec",
                "Move the file there or into $NETLOOM_DATA, or allow its folder with --allow-path.",
            )
        return real


def _refuse_odd(written: str) -> None:
    if not written.strip() or "\0" in written:
        raise DataError("E301", f"{written!r} is not a file name", "Write the path of a file.")


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError as error:  # a name too long for the disk, or a folder closed to us
        raise DataError("E301", f"cannot look for {path}: {error.strerror}", "Check the path.") from error
