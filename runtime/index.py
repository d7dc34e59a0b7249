"""An index of all runs below a folder, for lists and filters. Derived: it can be thrown away and made again."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from .runs import RunFolder, every, status, summary

TABLE = """
create table if not exists runs (
    run text primary key, changed integer, row text
)
"""

LATER = {"trend", "parts"}
"""What rows of an index made long ago lack: such a row is made anew."""


def rows(runs: Path, *, anew: bool = False) -> list[dict[str, Any]]:
    """A row a run; only runs whose record changed since the last time are read again. `anew`: all are."""
    folders = every(runs)
    if not folders:
        return []
    found = _recorded(runs, folders, anew)
    # a record cannot tell that its process was killed: asked each time, and never kept
    return [row | {"status": status(folder, row["status"])} for folder, row in zip(folders, found, strict=True)]


def _recorded(runs: Path, folders: list[RunFolder], anew: bool) -> list[dict[str, Any]]:
    try:
        with closing(sqlite3.connect(runs / "index.db", timeout=5)) as database:
            database.execute("pragma journal_mode=wal")
            if anew:
                database.execute("drop table if exists runs")
            database.execute(TABLE)
            found = _refreshed(database, folders)
            database.commit()
            return found
    except sqlite3.DatabaseError:
        # damaged, locked or on a read-only disk: the folders themselves are the truth
        return [summary(folder) for folder in folders]


def _refreshed(database: sqlite3.Connection, folders: Iterable[RunFolder]) -> list[dict[str, Any]]:
    known = {run: (changed, row) for run, changed, row in database.execute("select run, changed, row from runs")}
    found = []
    for folder in folders:
        changed = _changed(folder)
        before = known.pop(folder.name, None)
        if before is not None and before[0] == changed and (kept := json.loads(before[1])).keys() >= LATER:
            found.append(kept)
            continue
        row = summary(folder)
        database.execute("insert or replace into runs values (?, ?, ?)", (folder.name, changed, json.dumps(row)))
        found.append(row)
    database.executemany("delete from runs where run = ?", [(run,) for run in known])
    return found


def _changed(folder: RunFolder) -> int:
    try:
        return folder.events.stat().st_mtime_ns
    except OSError:
        return 0
