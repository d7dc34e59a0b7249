"""Runs: all there are, filtered, compared by curves, results and specs; looked at again, gone on with, removed."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Footer, Input

from ..desk import Desk
from ..model.comparison import RunRow, Views, choices, compared, filtered, run_rows
from ..model.curves import Look, extent_of, looked
from ..widgets.chart import LOOK_KEYS, Chart
from ..widgets.results import ResultsView
from ..widgets.run_table import RunTable
from ..widgets.top_bar import TopBar
from .run_actions import RUN_KEYS, RunActions

EVERY = 2.0
"""Seconds between looks at the folder."""
PANES = ("list", "compare", "results")


class RunsScreen(RunActions):
    """The folder of runs."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  Textual's own name
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    RunsScreen #filter { display: none; height: 1; border: none; padding: 0 1; }
    RunsScreen.filtering #filter { display: block; }
    RunsScreen #list { height: 2fr; }
    RunsScreen #below { height: 3fr; }
    RunsScreen #compare { width: 3fr; }
    RunsScreen #results { width: 2fr; }
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
        *RUN_KEYS,
        Binding("space", "mark", "Mark", show=False),
        Binding("slash", "filter", "Filter"),
        Binding("m", "metric", "Metric"),
        Binding("left_square_bracket", "pane(-1)", "Pane before", show=False),
        Binding("right_square_bracket", "pane(1)", "Next pane", show=False),
        Binding("z", "app.alone", "Pane alone", show=False),
        Binding("escape", "clear", "All runs", show=False),
        *(Binding(b.key, b.action, b.description, show=False) for b in LOOK_KEYS),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.set_classes("pane-list")
        self.look = Look()
        self._views = Views.none()
        self._pane, self._choice = "list", 0

    def compose(self) -> ComposeResult:
        """The list over the comparison."""
        yield TopBar("runs", str(self.desk.runs))
        yield Input(placeholder="words of the name or state, accuracy>0.9, loss<0.1", id="filter")
        yield RunTable(plain=self.desk.plain, id="list")
        with Horizontal(id="below"):
            yield Chart("loss", plain=self.desk.plain, id="compare")
            yield ResultsView(plain=self.desk.plain, id="results")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Read the folder, and again and again."""
        self.table.focus()
        if self.desk.timers:
            self.set_interval(EVERY, self.read_again)
            self.call_after_refresh(self.read_again)
        else:
            self.call_after_refresh(self.refresh_now)

    # reading and drawing

    async def read_again(self) -> None:
        """Read what has changed, beside the drawing."""
        if not self.is_current:
            return
        self.rows = await asyncio.to_thread(run_rows, self.desk.runs)
        self._show_list()
        await self._compare()

    def refresh_now(self) -> None:
        """Read and draw all of it at once."""
        self.rows = run_rows(self.desk.runs)
        self._show_list()
        self._show_comparison()

    def _show_list(self) -> None:
        words, rows = self.query_one("#filter", Input).value, self.in_view()
        note = f"{len(rows)} of {len(self.rows)}" if words else f"{len(rows)}"
        self.table.show(
            rows, time.time(), note if self.rows else f"no runs in {self.desk.runs} yet: train a network (1)"
        )

    def in_view(self) -> list[RunRow]:
        """The runs that the filter lets through."""
        return filtered(self.rows, self.query_one("#filter", Input).value)

    def chosen(self) -> list[RunRow]:
        """What is compared: the marked runs in the order of marking, else the one with the cursor."""
        by_name = {row.name: row for row in self.rows}
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
        self.query_one(ResultsView).show(rows)

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

    def action_mark(self) -> None:
        """Mark the run with the cursor."""
        self.table.action_mark()
