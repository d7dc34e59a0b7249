"""What is kept of a mistake of ours: a report that names no values, and a word to the user."""

from __future__ import annotations

import platform
import sys
import time
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

KEPT = 10
"""Reports; older ones go."""


def report(error: BaseException, folder: Path) -> Path | None:
    """Write where in the program a mistake happened: files, lines and the error, nothing of the user's text or
    data. None where that cannot be written."""
    frames = [f"  {_short(f.filename)}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)]
    lines = [
        f"netloom {_version()}, Python {platform.python_version()}, {sys.platform}",
        f"{type(error).__name__} at",
        *frames,
    ]
    path = folder / f"report-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for old in sorted(folder.glob("report-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return None
    return path


def words(error: BaseException, written: Path | None) -> str:
    """What the user is told."""
    said = [
        f"netloom made a mistake of its own and had to end: {type(error).__name__}: {error}",
        "What was not saved is offered by the next `netloom design`. A training that was started goes on.",
    ]
    if written is not None:
        said.append(f"Where it happened is told in {written}, which holds nothing of your file: please send it to us.")
    return "\n".join(said)


def _short(file: str) -> str:
    """A file by its path inside its package, for the rest of the path is the user's."""
    parts = Path(file).parts
    for place in ("site-packages", "netloom"):
        if place in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(place) :])
    return parts[-1] if parts else file


def _version() -> str:
    try:
        return version("netloom")
    except PackageNotFoundError:
        return "(not installed)"
