"""The files that were opened last: a small list in the state folder, kept whole or not at all, and never missed."""

from __future__ import annotations

import json
from pathlib import Path

from ...dsl.diagnostics import NetloomError
from .saving import write_whole

MOST = 12
NAME = "recent"


def recent(folder: Path) -> tuple[Path, ...]:
    """The files that are still there, the last one first; nothing where the list cannot be read."""
    return tuple(path for path in _kept(folder) if path.is_file())


def remember(folder: Path, path: Path) -> None:
    """Put a file first. Where the list cannot be written, nothing happens: it is a comfort, no more."""
    whole = path.resolve()
    kept = [whole, *(other for other in _kept(folder) if other != whole)][:MOST]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / NAME, json.dumps([str(each) for each in kept]))
    except (OSError, NetloomError):
        return


def _kept(folder: Path) -> list[Path]:
    try:
        found = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [Path(each) for each in found if isinstance(each, str)] if isinstance(found, list) else []
