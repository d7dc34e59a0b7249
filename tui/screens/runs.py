"""Runs: all there are, filtered, compared by curves, results and specs; looked at again, gone on with, removed."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Input, Static

from ...dsl.diagnostics import NetloomError
from ...runtime import asked, runs
from ...runtime.differences import of_runs
from ..desk import Desk
from ..model.comparison import (
    Results,
    RunRow,
    Views,
    choices,
    compared,
    date,
    filtered,
    results,
    run_rows,
    write_export,
)
from ..model.curves import Look, extent_of, looked
from ..model.plot import sign_of
from ..widgets.chart import LOOK_KEYS, Chart
from ..widgets.run_table import RunTable
from ..widgets.top_bar import TopBar

EVERY = 2.0
"""Seconds between looks at the folder."""
PANES = ("list", "compare", "results")
SIDES = {"-": "red", "+": "green", "~": "yellow"}


class RunsScreen(Screen[None]):
    """The folder of runs."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  Textual's own name
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    RunsScreen #filter { display: none; height: 1; border: none; padding: 0 1; }
    RunsScreen.filtering #filter { display: block; }
    RunsScreen #list { height: 2fr; }
    RunsScreen #below { height: 3fr; }
    RunsScreen #compare { width: 3fr; }
    RunsScreen #results { width: 2fr; border: round $panel-lighten-2; border-title-color: $text; padding: 0 1;
        scrollbar-size-vertical: 1; }
    RunsScreen #results:focus { border: round $accent; }
    RunsScreen #results Static { height: auto; }
    RunsScreen.-short.pane-list #below { height: 9; }
    RunsScreen.-short #results { display: none; }
    RunsScreen.-short.pane-compare #list, RunsScreen.-short.pane-results #list { display: none; }
    RunsScreen.-short.pane-results #results { display: block; width: 1fr; }
    RunsScreen.-short.pane-results #compare { display: none; }
    RunsScreen.-narrow.-tall.pane-list #results { display: none; }
    RunsScreen.-narrow.-tall.pane-compare #results { display: none; }
    RunsScreen.-narrow.-tall.pane-results #compare { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "watch", "Watch"),
        Binding("space", "mark", "Mark", show=False),
        Binding("slash", "filter", "Filter"),
        Binding("m", "metric", "Metric"),
        Binding("p", "replay", "Replay"),
        Binding("r", "resume", "Go on"),
        Binding("o", "open", "Open", show=False),
        Binding("e", "export", "Export", show=False),
        Binding("x,delete", "remove", "Remove", show=False),
        Binding("left_square_bracket", "pane(-1)", "Pane before", show=False),
        Binding("right_square_bracket", "pane(1)", "Next pane", show=False),
        Binding("z", "alone", "Pane alone", show=False),
        Binding("escape", "clear", "All runs", show=False),
        *(Binding(b.key, b.action, b.description, show=False) for b in LOOK_KEYS),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(classes="pane-list")
        self.desk = desk
        self.look = Look()
        self._rows: list[RunRow] = []
        self._views = Views.none()
        self._pane, self._choice = "list", 0
        self._told_of: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """The list over the comparison."""
        yield TopBar("runs", str(self.desk.runs))
        yield Input(placeholder="words of the name or state, accuracy>0.9, loss<0.1", id="filter")
        yield RunTable(plain=self.desk.plain, id="list")
        with Horizontal(id="below"):
            yield Chart("loss", plain=self.desk.plain, id="compare")
            with VerticalScroll(id="results"), Vertical():
                yield Static(id="table")
                yield Static(id="differences")
        yield Footer()

    def on_mount(self) -> None:
        """Read the folder, and again and again."""
        self.query_one("#results").border_title = "results"
        self.table.focus()
        if self.desk.timers:
            self.set_interval(EVERY, self.read_again)
            self.call_after_refresh(self.read_again)
        else:
            self.call_after_refresh(self.refresh_now)

    @property
    def table(self) -> RunTable:
        """The list."""
        return self.query_one(RunTable)

    # reading and drawing

    async def read_again(self) -> None:
        """Read what has changed, beside the drawing."""
        if not self.is_current:
            return
        self._rows = await asyncio.to_thread(run_rows, self.desk.runs)
        self._show_list()
        await self._compare()

    def refresh_now(self) -> None:
        """Read and draw all of it at once."""
        self._rows = run_rows(self.desk.runs)
        self._show_list()
        self._show_comparison()

    def _show_list(self) -> None:
        words = self.query_one("#filter", Input).value
        rows = filtered(self._rows, words)
        note = f"{len(rows)} of {len(self._rows)}" if words else f"{len(rows)}"
        self.table.show(
            rows, time.time(), note if self._rows else f"no runs in {self.desk.runs} yet: train a network (1)"
        )

    def chosen(self) -> list[RunRow]:
        """What is compared: the marked runs in the order of marking, else the one with the cursor."""
        by_name = {row.name: row for row in self._rows}
        marked = [by_name[name] for name in self.table.marked if name in by_name]
        pointed = self.table.pointed
        return marked or ([pointed] if pointed is not None else [])

    async def _compare(self) -> None:
        rows = self.chosen()
        for row in rows:
            await asyncio.to_thread(self._views.of, row.folder)
        self._show_comparison()

    def _show_comparison(self) -> None:
        rows = self.chosen()
        views = {row.name: self._views.of(row.folder) for row in rows}
        there = choices(views.values())
        part, name = there[self._choice % len(there)]
        chart = self.query_one("#compare", Chart)
        chart.border_title = (
            f"{part} {name}, {len(rows)} runs  (m: next)" if len(rows) > 1 else f"{part} {name}  (m: next)"
        )
        curves = compared(views, (part, name))
        chart.show(
            curves,
            extent=(0.0, extent_of(curves)[1]),
            empty="mark runs with space to compare them" if rows else "no run",
        )
        self._show_results(rows)

    def _show_results(self, rows: list[RunRow]) -> None:
        self.query_one("#table", Static).update(_as_table(results(rows), self.desk.plain) if rows else "")
        names = tuple(row.name for row in rows)
        if names == self._told_of:
            return
        self._told_of = names
        if len(rows) > 1:
            self.query_one("#differences", Static).update(Text("\ncomparing the specs…", style="dim"))
            self._tell_differences(rows)
        else:
            self.query_one("#differences", Static).update(_facts(rows[0]) if rows else "")

    @work(exclusive=True, group="differences")
    async def _tell_differences(self, rows: list[RunRow]) -> None:
        first = rows[0]
        text = Text()
        for other in rows[1:]:
            text.append(f"\n{first.name} -> {other.name}\n", style="bold")
            lines = await asyncio.to_thread(_differences, first.folder, other.folder)
            for line in lines:
                text.append(line + "\n", style=SIDES.get(line[:1], ""))
            if not lines:
                text.append("the same network, trained the same way\n", style="dim")
        self.query_one("#differences", Static).update(text)

    def on_run_table_marked(self, _event: RunTable.Marked) -> None:
        """Compare what is marked now."""
        self._compare_soon()

    def on_run_table_pointed(self, _event: RunTable.Pointed) -> None:
        """Show the curves of the run with the cursor, where none is marked."""
        if not self.table.marked:
            self._compare_soon()

    @work(exclusive=True, group="compare")
    async def _compare_soon(self) -> None:
        await self._compare()

    def on_chart_looked(self, event: Chart.Looked) -> None:
        """A key or the mouse on the chart."""
        self.look = event.look
        self.query_one("#compare", Chart).look_at(event.look)

    def action_look(self, what: str) -> None:
        """A key of the chart, wherever the focus is."""
        self.on_chart_looked(Chart.Looked(looked(self.look, what, self.query_one("#compare", Chart).all_steps)))

    def action_metric(self) -> None:
        """Compare by the next result."""
        self._choice += 1
        self._show_comparison()

    # panes and filter

    def action_filter(self) -> None:
        """Show only some of the runs."""
        self.add_class("filtering")
        self.query_one("#filter").focus()

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Filter with every letter."""
        self._show_list()

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Back to the list, filtered."""
        self.table.focus()

    def action_clear(self) -> None:
        """All runs again, nothing marked, no pane alone."""
        if self.maximized is not None:
            self.minimize()
            return
        self.query_one("#filter", Input).value = ""
        self.remove_class("filtering")
        self.table.marked.clear()
        self.table.focus()
        self._show_list()
        self._compare_soon()

    def action_pane(self, by: int) -> None:
        """The next pane."""
        self.remove_class(f"pane-{self._pane}")
        self._pane = PANES[(PANES.index(self._pane) + by) % len(PANES)]
        self.add_class(f"pane-{self._pane}")
        self.query_one(f"#{self._pane}").focus()

    def action_alone(self) -> None:
        """The pane alone on the screen, or all again."""
        if self.maximized is None and self.focused is not None:
            self.maximize(self.focused)
        else:
            self.minimize()

    def action_mark(self) -> None:
        """Mark the run with the cursor."""
        self.table.action_mark()

    # what is done with a run

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
        from ...runtime.detached import start_detached

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
        from .confirm import Confirm

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
        from .ask import Ask

        rows = self.chosen() if self.table.marked else filtered(self._rows, self.query_one("#filter", Input).value)

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

    async def on_top_bar_chosen(self, event: TopBar.Chosen) -> None:
        """Another screen."""
        await self.app.run_action(f"go('{event.mode}')")


def _differences(a: Path, b: Path) -> list[str]:
    try:
        return of_runs(runs.RunFolder(a), runs.RunFolder(b))
    except (NetloomError, OSError) as trouble:
        return [f"cannot be compared: {trouble}"]


def spec_of(folder: Path) -> tuple[Path | None, str]:
    """The file that a run was started from, where it still says what the run did, and that text. Raises OSError,
    NetloomError."""
    run = runs.RunFolder(folder)
    text = run.spec.read_text(encoding="utf-8")
    kept = asked.read(run)
    if kept.file and Path(kept.file).is_file() and Path(kept.file).read_text(encoding="utf-8") == text:
        return Path(kept.file), text
    return None, text


def _as_table(found: Results, plain: bool) -> Table:
    """A column a run, with its sign; the best of each row is bold and has a star."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    for _ in found.rows:
        table.add_column(justify="right", no_wrap=True)
    several = len(found.rows) > 1
    names = [f"{sign_of(at, plain)} {row[0]}" if several else row[0] for at, row in enumerate(found.rows)]
    table.add_row("", *(Text(name, "bold") for name in names))
    for at, head in enumerate(found.heads[1:], 1):
        cells = [_cell(row[at], best=at in best) for row, best in zip(found.rows, found.best, strict=True)]
        table.add_row(Text(head, "dim"), *cells)
    return table


def _cell(words: str, *, best: bool) -> Text:
    return Text(f"★ {words}", "bold") if best else Text(words)


def _facts(row: RunRow) -> Text:
    """What else is known of one run."""
    text = Text(style="dim")
    text.append(
        f"\nnetwork {row.spec}, begun {date(row.started) or 'never'}, {row.steps:,} steps, {row.status.replace('_', ' ')}\n"
    )
    text.append("space marks runs to compare them: curves, results, and what differs in their specs")
    return text
