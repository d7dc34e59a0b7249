"""A Textual program for the tests of serving: it says its name, and writes every key into the file it is given."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from textual import events
from textual.app import App, ComposeResult
from textual.widgets import Static


class SmallProgram(App[None]):
    """`small_program.py KEYS`: the first line of KEYS is the process id, each further one a key."""

    def __init__(self, keys: Path) -> None:
        super().__init__()
        self.keys = keys

    def compose(self) -> ComposeResult:
        """What is seen."""
        yield Static("[on red]A small program[/]\n[on blue]A small program[/]")

    def on_mount(self) -> None:
        """Say who we are."""
        self._write(str(os.getpid()))

    def on_key(self, event: events.Key) -> None:
        """Keep a key; q ends."""
        self._write(event.key)
        if event.key == "q":
            self.exit()
        self.query_one(Static).update(f"[on green]You typed {event.key}[/]" * 40)

    def _write(self, line: str) -> None:
        with self.keys.open("a", encoding="utf-8") as file:
            file.write(line + "\n")


if __name__ == "__main__":
    SmallProgram(Path(sys.argv[1])).run()
