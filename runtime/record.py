"""The record of a run: its events, a line each, appended and flushed."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from .events import Event


class Record:
    """Appends events to `events.jsonl`. A record that fails is dropped with a notice; training goes on."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.trouble: str | None = None
        self._file: TextIO | None = None
        try:
            mend(path)
            self._file = path.open("a", encoding="utf-8")
        except OSError as trouble:
            self.trouble = f"events are not recorded: {trouble}"

    def write(self, event: Event) -> str | None:
        """Append one event; the notice when this is the write that failed."""
        if self._file is None:
            notice, self.trouble = self.trouble, None
            return notice
        try:
            self._file.write(event.to_json() + "\n")
            self._file.flush()
        except OSError as trouble:
            self.close()
            return f"events are not recorded any more: {trouble}"
        return None

    def close(self) -> None:
        """Let go of the file; a failure to do so changes nothing."""
        file, self._file = self._file, None
        if file is not None:
            try:
                file.close()
            except OSError:
                return


def mend(path: Path) -> None:
    """Cut off a last line that was torn by a kill, so that the next event begins a line of its own."""
    if not path.exists():
        return
    with path.open("rb+") as file:
        content = file.read()
        if content and not content.endswith(b"\n"):
            file.truncate(content.rfind(b"\n") + 1)
