"""What is done with runs: watched, replayed, gone on with, opened, exported, removed."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from pathlib import Path

from textual import work
from textual.binding import Binding
from textual.screen import Screen
from textual.widgets import DataTable

from ...dsl.diagnostics import NetloomError
from ...runtime import asked, runs
from ...runtime.detached import start_detached
from ..desk import Desk
from ..model.comparison import RunRow, write_export
from ..widgets.run_table import RunTable
from .ask import Ask
from .confirm import Confirm

RUN_KEYS: tuple[Binding, ...] = (
    Binding("enter", "watch", "Watch"),
    Binding("p", "replay", "Replay"),
    Binding("r", "resume", "Go on"),
    Binding("o", "open", "Open", show=False),
    Binding("w", "numbers", "A step in numbers", show=False),
    Binding("e", "export", "Export", show=False),
    Binding("x,delete", "remove", "Remove", show=False),
)


class RunActions(Screen[None]):
    """A screen with a list of runs. `rows` are all of them."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.rows: list[RunRow] = []

    @property
    def table(self) -> RunTable:
        """The list."""
        return self.query_one(RunTable)

    @abstractmethod
    def chosen(self) -> list[RunRow]:
        """The runs that are meant."""

    @abstractmethod
    def in_view(self) -> list[RunRow]:
        """The runs that are listed."""

    @abstractmethod
    def refresh_now(self) -> None:
        """Read and draw all of it."""

    def _one(self) -> RunRow | None:
        row = self.table.pointed
        if row is None:
            self.notify("no run is chosen", severity="warning")
        return row

    def _may_change(self) -> bool:
        if self.desk.read_only:
            self.notify("read only: nothing is started or removed", severity="warning")
        return not self.desk.read_only

    async def on_data_table_row_selected(self, _event: DataTable.RowSelected) -> None:
        """Enter on a row."""
        await self.action_watch()

    async def action_watch(self) -> None:
        """Look at the run on the train screen."""
        if (row := self._one()) is not None:
            await self.app.watch_run(row.folder)  # type: ignore[attr-defined]

    async def action_replay(self) -> None:
        """Let the run's record pass before the eye."""
        if (row := self._one()) is not None:
            await self.app.watch_run(row.folder)  # type: ignore[attr-defined]
            await self.app.screen.run_action("play")

    async def action_numbers(self) -> None:
        """The numbers of a step with the run's weights, layer by layer."""
        if (row := self._one()) is not None:
            # it brings the compiler along, which takes a while
            from .numbers import NumbersScreen

            await self.app.push_screen(NumbersScreen(self.desk, run=row.folder))

    def action_resume(self) -> None:
        """Go on with the run, in a process of its own."""
        row = self._one()
        if row is None or not self._may_change():
            return
        if row.status == "running":
            self.notify(f"{row.name} is running: enter watches it", severity="warning")
            return
        self._resume(row)

    @work(group="resume")
    async def _resume(self, row: RunRow) -> None:
        try:
            folder = await asyncio.to_thread(start_detached, None, {}, self.desk.runs, resume=str(row.folder))
        except NetloomError as mistake:
            self.notify(str(mistake), title="Not gone on", severity="error", timeout=12)
            return
        await self.app.watch_run(folder)  # type: ignore[attr-defined]

    async def action_open(self) -> None:
        """Open the run's network for editing: its file where that is still the same, else the run's copy."""
        if (row := self._one()) is None:
            return
        sketch = self.desk.sketch
        if sketch is not None and sketch.changed:
            self.notify(f"{sketch.path or 'the new file'} is not saved: save it first (1, ctrl+s)", severity="warning")
            return
        try:
            path, text = await asyncio.to_thread(spec_of, row.folder)
        except (NetloomError, OSError) as mistake:
            self.notify(str(mistake), title="Not opened", severity="error")
            return
        if path is None:
            self.notify("the file was changed since: this is the run's copy, not saved yet")
        await self.app.open_file(path, None if path else text)  # type: ignore[attr-defined]

    async def action_remove(self) -> None:
        """Delete the marked runs, or the one with the cursor, after a question."""
        rows = self.chosen()
        if not rows or not self._may_change():
            return
        if alive := [row.name for row in rows if row.status == "running"]:
            self.notify(f"{', '.join(alive)} is running: stop it first", severity="warning")
            return
        names = ", ".join(row.name for row in rows)

        def answered(yes: bool | None) -> None:
            if yes:
                self._remove(rows)

        question = f"Delete {names}: record, checkpoints, all? It cannot be undone."
        await self.app.push_screen(Confirm(question, "Delete"), answered)

    def _remove(self, rows: list[RunRow]) -> None:
        for row in rows:
            try:
                runs.remove(runs.RunFolder(row.folder))
            except NetloomError as mistake:
                self.notify(str(mistake), title="Not deleted", severity="error")
        self.refresh_now()

    async def action_export(self) -> None:
        """Write the results of the marked runs, or of all in the list, to a file."""
        rows = self.chosen() if self.table.marked else self.in_view()

        def named(name: str | None) -> None:
            if not name:
                return
            try:
                write_export(rows, Path(name).expanduser())
            except NetloomError as mistake:
                self.notify(str(mistake), title="Not written", severity="error")
                return
            self.notify(f"{len(rows)} runs written to {name}")

        await self.app.push_screen(Ask(f"Results of {len(rows)} runs, as .csv or .json", "results.csv"), named)


def spec_of(folder: Path) -> tuple[Path | None, str]:
    """The file that a run was started from, where it still says what the run did, and that text. Raises OSError,
    NetloomError."""
    run = runs.RunFolder(folder)
    text = run.spec.read_text(encoding="utf-8")
    kept = asked.read(run)
    if kept.file and Path(kept.file).is_file() and Path(kept.file).read_text(encoding="utf-8") == text:
        return Path(kept.file), text
    return None, text
