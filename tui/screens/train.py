"""Train: a run as it learns, or as its record tells it: curves, numbers, layers, pictures, and what may be wrong."""

from __future__ import annotations

import asyncio
import time
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from ..desk import Desk
from ..model.curves import Look, looked
from ..model.observed import SIZES
from ..model.seeing import Seeing, saved_now
from ..model.told import Told, told
from ..widgets.chart import LOOK_KEYS, Chart
from ..widgets.figures import Figures, Findings, RunLine, TimeLine
from ..widgets.looks_pane import LooksPane
from ..widgets.pane_names import PaneNames
from ..widgets.ridges import Ridges
from ..widgets.top_bar import TopBar
from .steer import NO_RUN, STEERING_KEYS, SteeringScreen

TICK = 0.2
"""Seconds between looks at the record."""
SLOW = 5
"""Only every so many ticks what changes seldom is drawn."""
WATCH = 15
"""Every so many ticks the training is told that somebody watches."""
SCRUBS = 50
"""Presses of `.` from the first step to the last."""
PANES = {"curves": "Curves", "numbers": "Numbers", "layers": "Layers", "looks": "Inside"}


class TrainScreen(SteeringScreen):
    """One run. Wide and tall terminals show all of it; others a pane at a time, or two."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  Textual's own name
    VERTICAL_BREAKPOINTS = [(0, "-short"), (38, "-tall")]  # noqa: RUF012
    DEFAULT_CSS = """
    TrainScreen #body { height: 1fr; }
    TrainScreen #left { width: 3fr; }
    TrainScreen #right { width: 2fr; }
    TrainScreen #figures { height: auto; max-height: 13; }
    TrainScreen #findings { height: auto; min-height: 4; max-height: 12; }
    TrainScreen.-tall.-wide #findings { max-height: 7; }
    TrainScreen.-tall.-wide #looks { min-height: 12; }
    TrainScreen.-tall.-wide #ridges { height: auto; max-height: 8; }
    TrainScreen TimeLine { display: none; }
    TrainScreen.back TimeLine { display: block; }
    TrainScreen.-wide.-tall PaneNames { display: none; }
    TrainScreen.-short #figures, TrainScreen.-short #findings, TrainScreen.-short #ridges,
    TrainScreen.-short #looks { display: none; }
    TrainScreen.-short.pane-curves #figures, TrainScreen.-short.pane-numbers #figures,
    TrainScreen.-short.pane-curves #findings, TrainScreen.-short.pane-numbers #findings { display: block; }
    TrainScreen.-short #findings { height: 1fr; max-height: 100%; }
    TrainScreen.-short.pane-layers #ridges, TrainScreen.-short.pane-looks #looks { display: block; }
    TrainScreen.-narrow.pane-curves #right, TrainScreen.-narrow.pane-numbers #left,
    TrainScreen.-narrow.pane-layers #left, TrainScreen.-narrow.pane-looks #left { display: none; }
    TrainScreen.-narrow.-tall #figures, TrainScreen.-narrow.-tall #findings, TrainScreen.-narrow.-tall #ridges,
    TrainScreen.-narrow.-tall #looks { display: none; }
    TrainScreen.-narrow.-tall.pane-numbers #figures, TrainScreen.-narrow.-tall.pane-numbers #findings,
    TrainScreen.-narrow.-tall.pane-layers #ridges, TrainScreen.-narrow.-tall.pane-looks #looks { display: block; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *STEERING_KEYS,
        Binding("b", "freeze", "Freeze the display", show=False),
        Binding("m", "metric", "Metric", show=False),
        Binding("g", "sizes", "Gradients, activations, weights", show=False),
        Binding("v", "look_at(1)", "Border, filters, answers and more", show=False),
        Binding("V", "look_at(-1)", "The one before", show=False),
        Binding("i", "inside", "Look inside now", show=False),
        Binding("e", "example(1)", "Next example", show=False),
        Binding("E", "example(-1)", "Example before", show=False),
        Binding("comma", "scrub(-1)", "Back in time", show=False),
        Binding("full_stop", "scrub(1)", "On in time", show=False),
        Binding("less_than_sign", "scrub(-10)", "Far back", show=False),
        Binding("greater_than_sign", "scrub(10)", "Far on", show=False),
        Binding("w", "numbers", "A step in numbers", show=False),
        Binding("p", "play", "Play the record", show=False),
        Binding("left_square_bracket", "pane(-1)", "Pane before", show=False),
        Binding("right_square_bracket", "pane(1)", "Next pane", show=False),
        Binding("z", "app.alone", "Pane alone", show=False),
        Binding("escape", "now", "Now", show=False),
        *LOOK_KEYS,
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.set_classes("pane-curves")
        self.look = Look()
        self._pane, self._sizes, self._metric = "curves", SIZES[0], ""
        self._back: float | None = None
        self._playing = self._frozen = False
        self._ticks = 0
        self._seen = Seeing()
        self._of = desk.run

    def compose(self) -> ComposeResult:
        """Curves on the left, the rest on the right."""
        plain = self.desk.plain
        yield TopBar("train", self._subject())
        yield RunLine(plain=plain)
        yield PaneNames(PANES)
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield Chart("loss", plain=plain, id="loss")
                yield Chart("metric", log_allowed=False, plain=plain, id="metric")
            with Vertical(id="right"):
                yield Figures(id="figures")
                yield Findings(id="findings")
                yield Ridges(plain=plain, id="ridges")
                yield LooksPane(plain=plain, id="looks")
        yield TimeLine()
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Read the record, and again and again."""
        self.query_one("#loss").focus()
        self._show_panes()
        if self.desk.timers:
            self.set_interval(TICK, self._tick)
            self.call_after_refresh(self._tick)
        else:
            self.refresh_now()

    def on_screen_resume(self) -> None:
        """The desk may hold another run by now."""
        if self.desk.run is not self._of:
            self._of, self._back, self._playing = self.desk.run, None, False
            self._seen = Seeing()
            self.begin_steering()
            self._ticks = 0
            self.query_one(LooksPane).forget()
        self.query_one(TopBar).show(self._subject())

    def _subject(self) -> str:
        return self.desk.run.folder.name if self.desk.run is not None else "no run"

    # drawing

    async def _tick(self) -> None:
        if self.desk.run is None or not self.is_current:
            if self._ticks == 0:
                self._show(None, whole=True)
            self._ticks += 1
            return
        changed = await asyncio.to_thread(self._read, self._ticks % WATCH == 0)
        self._ticks += 1
        if self._playing and self._ticks % 2 == 0:
            self._scrub_by(1)
            changed = True
        if not self._frozen and (changed or self._ticks % SLOW == 0):
            whole = self._ticks % SLOW in (0, 1)
            self._show(self._told(whole=whole), curves=changed, whole=whole)
        if (
            self._ticks % SLOW == 0
            and self._seen.due(self.desk.run, time.monotonic())
            and self.query_one(LooksPane).size
        ):
            self._look_inside()

    def _read(self, watch: bool) -> bool:
        """In another thread: read the record, and tell the training now and then that somebody looks."""
        assert self.desk.run is not None, "only a run is read"
        if watch and not self.desk.read_only and self.desk.run.view.status == "running":
            self.desk.run.watch()
        return self.desk.run.poll()

    def refresh_now(self) -> None:
        """Read the record and draw all of it at once."""
        if self.desk.run is None:
            self._show(None, whole=True)
            return
        self.desk.run.poll()
        self._show(self._told(), whole=True)

    def _told(self, *, whole: bool = True) -> Told:
        assert self.desk.run is not None, "only a run is told of"
        return told(self.desk.run, self.steering, time.time(), self._back, self._metric, self._seen.inside, whole=whole)

    def _show(self, now: Told | None, *, curves: bool = True, whole: bool = False) -> None:
        if now is None:
            self.query_one("#loss", Chart).show((), empty=NO_RUN)
            self.query_one("#metric", Chart).show((), empty="")
            return
        self.query_one(RunLine).show(now.going)
        if curves:
            self.query_one("#loss", Chart).show(now.loss, now.marks, extent=now.extent)
            metric = self.query_one("#metric", Chart)
            metric.border_title = f"{now.metric.replace('_', ' ')}  (m: next)" if now.several else now.metric
            metric.show(now.metrics, now.marks, extent=now.extent, empty="the first results come after the first epoch")
            if self._back is not None:
                self.query_one(TimeLine).show(self._back, now.last, playing=self._playing)
        if whole:
            self._show_slow(now)

    def _show_slow(self, now: Told) -> None:
        self.query_one(Figures).show(now.figures)
        self.query_one(Findings).show(now.findings, now.good)
        self.query_one(PaneNames).note("numbers", f"! {len(now.findings)}" if now.findings else "")
        inside = now.inside
        at = f"step {inside.step:,}" if inside.ridges else ""
        ridges = self.query_one(Ridges)
        ridges.show(inside.ridges.get(self._sizes, ()), f"{self._sizes} by layer  (g: next)", now.no_look, at)
        self.query_one(LooksPane).show(now, self._seen.trouble)

    def redraw(self) -> None:
        """Draw what is known again."""
        if self.desk.run is not None:
            self._show(self._told(), whole=True)

    # how it is looked at

    def on_chart_looked(self, event: Chart.Looked) -> None:
        """Both charts are looked at alike."""
        self.look = event.look
        for chart in self.query(Chart):
            chart.look_at(event.look)

    def action_look(self, what: str) -> None:
        """A key of the charts, wherever the focus is."""
        chart = self.query_one("#loss", Chart)
        self.on_chart_looked(Chart.Looked(looked(self.look, what, chart.all_steps)))

    def action_metric(self) -> None:
        """Show the next metric in the second chart."""
        if self.desk.run is not None:
            names = self._told().names
            self._metric = names[(names.index(self._metric) + 1) % len(names)] if self._metric in names else ""
            self._metric = self._metric or (names[1 % len(names)] if names else "")
            self.redraw()

    def action_sizes(self) -> None:
        """Gradients, activations or weights."""
        self._sizes = SIZES[(SIZES.index(self._sizes) + 1) % len(SIZES)]
        self._go_to("layers")
        self.redraw()

    def action_look_at(self, by: int) -> None:
        """The next kind of what can be seen inside, or the one before."""
        self.query_one(LooksPane).turn(by)
        self._go_to("looks")
        self.redraw()

    def action_inside(self) -> None:
        """Look inside now, with the newest checkpoint."""
        if self.desk.run is not None:
            self._look_inside()

    def action_example(self, by: int) -> None:
        """Follow another example through the layers."""
        self._seen.row = max(0, self._seen.row + by)
        self.action_inside()

    @work(exclusive=True, group="inside")
    async def _look_inside(self) -> None:
        assert self.desk.run is not None, "only a run is looked into"
        await asyncio.to_thread(self._seen.see, self.desk.run, time.monotonic)
        self.redraw()

    def action_pane(self, by: int) -> None:
        """The next pane, where not all of them are shown."""
        panes = [pane for pane in PANES if pane != "numbers" or self.has_class("-narrow")]
        here = panes.index(self._pane) if self._pane in panes else 0
        self._go_to(panes[(here + by) % len(panes)])
        first = {"curves": "#loss", "numbers": "#findings", "layers": "#ridges"}.get(self._pane)
        (self.query_one(first) if first else self.query_one(LooksPane).view).focus()

    def _go_to(self, pane: str) -> None:
        self.remove_class(f"pane-{self._pane}")
        self._pane = pane
        self.add_class(f"pane-{pane}")
        self._show_panes()

    def _show_panes(self) -> None:
        self.query_one(PaneNames).show(self._pane)

    def action_freeze(self) -> None:
        """Hold the display still; training goes on."""
        self._frozen = not self._frozen
        self.notify("display frozen: b goes on" if self._frozen else "display goes on", timeout=2)

    async def action_numbers(self) -> None:
        """The numbers of a step with this run's weights, layer by layer."""
        if self.desk.run is None:
            self.notify(NO_RUN, severity="warning")
            return
        if self.desk.run.state == "running" and not self.desk.read_only:
            await asyncio.to_thread(saved_now, self.desk.run)
        # it brings the compiler along, which takes a while
        from .numbers import NumbersScreen

        await self.app.push_screen(NumbersScreen(self.desk, run=self.desk.run.folder))

    # time

    def _scrub_by(self, by: int) -> None:
        last = float(max(1, self.desk.run.view.step)) if self.desk.run is not None else 1.0
        here = last if self._back is None else self._back
        there = min(max(0.0, here + by * last / SCRUBS), last)
        if by > 0 and there >= last:
            self._playing, self._back = False, None
            self.remove_class("back")
            return
        self._back = there
        self.add_class("back")

    def action_scrub(self, by: int) -> None:
        """Look at the run as it was earlier."""
        self._scrub_by(by)
        self.redraw()

    def on_pane_names_chosen(self, event: PaneNames.Chosen) -> None:
        """A pane was chosen by its name."""
        self._go_to(event.pane)

    def on_time_line_sought(self, event: TimeLine.Sought) -> None:
        """A step was chosen on the slider."""
        self._back = event.step
        self.redraw()

    def action_play(self) -> None:
        """Let the record pass before the eye, from the start when it stands at the end."""
        self._playing = not self._playing
        if self._playing and self._back is None:
            self._back = 0.0
            self.add_class("back")
        self.redraw()

    def action_now(self) -> None:
        """Back to the newest step; before that, out of a pane that is alone."""
        if self.maximized is not None:
            self.minimize()
        self._back, self._playing = None, False
        self.remove_class("back")
        self.redraw()
