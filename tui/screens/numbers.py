"""Step mode: the numbers of one step of the network, forward and back, a layer at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from ...dsl.diagnostics import NetloomError, SpecError
from ...runtime.worked import Worked
from ..desk import Desk
from ..model.numbers import Grid, Source, Stage, arithmetic, beginning, columns, entries, numbers_of, stages_of, tables
from ..widgets.source import LinesView
from ..widgets.top_bar import TopBar

MOST_EXAMPLES = 8


class NumbersScreen(Screen[None]):
    """One step in numbers. n and p go from layer to layer, left and right from number to number."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  Textual's own name
    DEFAULT_CSS = """
    NumbersScreen #stages { width: 30; height: 1fr; border: round $panel-lighten-2; background: $background; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
    NumbersScreen #stages:focus { border: round $accent; }
    NumbersScreen.-narrow #stages { width: 20; }
    NumbersScreen #sum { height: auto; max-height: 10; padding: 0 1; background: $boost; }
    NumbersScreen #state { height: 1; padding: 0 1; background: $panel; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "step(1)", "Next layer"),
        Binding("p", "step(-1)", "Layer before"),
        Binding("right,l", "entry(1)", "Next number", priority=True),
        Binding("left,h", "entry(-1)", "Number before", show=False, priority=True),
        Binding("e", "example(1)", "Next example"),
        Binding("b", "batch", "Batch", show=False),
        Binding("w", "weights", "Weights"),
        Binding("escape,q", "close", "Back"),
    ]

    def __init__(self, desk: Desk, text: str | None = None, path: Path | None = None, run: Path | None = None) -> None:
        """The network of a text, else of a run with its weights, else the one on the desk."""
        super().__init__()
        self.desk = desk
        sketch = desk.sketch if run is None and text is None else None
        self._source = Source(text or "", path, run)
        if sketch is not None:
            self._source = Source(sketch.text, sketch.path)
        self._examples, self._example, self._entry, self._place = 1, 0, 0, 0
        self._first = 0
        self._worked: Worked | None = None
        self._weights = ""
        self._stages: list[Stage] = []

    def compose(self) -> ComposeResult:
        """The stages beside the tables of one, under the sum of one number."""
        yield TopBar("numbers", self._source.name)
        yield Static(id="state")
        with Horizontal():
            yield OptionList(id="stages")
            with Vertical():
                yield Static(id="sum")
                yield LinesView("numbers", id="tables")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Work the network through, beside the screen."""
        self.query_one("#stages").focus()
        self._start()

    def _start(self) -> None:
        self._say("computing every number of a step…")
        self._work(self._source, self._examples, self._first)

    def _say(self, words: str) -> None:
        self.query_one("#state", Static).update(Text(words, no_wrap=True, overflow="ellipsis"))

    @work(thread=True, exclusive=True, group="work")
    def _work(self, source: Source, examples: int, first: int) -> None:
        try:
            worked, weights = numbers_of(source, examples, first)
        except SpecError as mistakes:
            found = mistakes.diagnostics[0]
            self.app.call_from_thread(self._failed, f"line {found.place.line}: {found.message}")
        except NetloomError as mistake:
            self.app.call_from_thread(self._failed, str(mistake))
        else:
            self.app.call_from_thread(self._take, worked, weights)

    def _failed(self, words: str) -> None:
        self._say("no numbers")
        self.query_one(LinesView).show([Text(words)], "why")

    def _take(self, worked: Worked, weights: str) -> None:
        self._worked, self._stages, self._weights = worked, stages_of(worked), weights
        self._example = min(self._example, worked.examples - 1)
        listed = self.query_one("#stages", OptionList)
        place = min(self._place, len(self._stages) - 1)
        listed.clear_options()
        before = ""
        for number, stage in enumerate(self._stages):
            if stage.way not in (before, "loss"):
                listed.add_option(Option(Text(stage.way, "bold"), disabled=True))
            before = stage.way
            listed.add_option(Option(stage.title, id=str(number)))
        listed.highlighted = listed.get_option_index(str(place)) if self._stages else None

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the stage."""
        if event.option.id is not None:
            self._place = int(event.option.id)
            self._entry = beginning(self._stages[self._place], self._example)
            self._show()

    def _show(self) -> None:
        if self._worked is None:
            return
        stage = self._stages[self._place]
        count = entries(stage)
        self._entry = min(self._entry, count - 1)
        self._say(self._state(stage, count))
        lines = [line for grid in tables(stage, self._example, self._entry) for line in _grid_lines(grid)]
        title = {"forward": "on the way forward", "loss": "the loss", "backward": "on the way back"}[stage.way]
        self.query_one(LinesView).show(lines, f"{stage.title}, {title}")
        first, *rest = arithmetic(stage, self._example, self._entry) or ["a column of the data"]
        self.query_one("#sum", Static).update(Text.assemble((first, "bold"), *(f"\n{line}" for line in rest)))

    def _state(self, stage: Stage, count: int) -> str:
        assert self._worked is not None, "the state is that of a step"
        words = [self._which(self._worked)]
        if stage.layer is not None:
            words.append(f"number {self._entry + 1:,} of {count:,}")
        words.append(self._weights)
        if self._worked.made_up:
            words.append("the data is not at hand: these are random numbers")
        if stage.layer is not None:
            words.append(f"{stage.layer.kind}, line {stage.layer.line}")
        if any(layer.kind == "dropout" for layer in self._worked.layers):
            words.append("no dropout")
        return "   ".join(words)

    def _which(self, worked: Worked) -> str:
        """`train example 3 of 120`, and where several go through together which of them."""
        words = f"{worked.part} example {worked.first + self._example + 1:,} of {worked.rows:,}"
        return words if worked.examples == 1 else f"{words} ({self._example + 1} of a batch of {worked.examples})"

    # keys

    def action_step(self, by: int) -> None:
        """The next stage, or the one before."""
        if self._stages:
            place = max(0, min(self._place + by, len(self._stages) - 1))
            listed = self.query_one("#stages", OptionList)
            listed.highlighted = listed.get_option_index(str(place))

    def action_entry(self, by: int) -> None:
        """The next number of the stage, or the one before."""
        if self._stages:
            self._entry = (self._entry + by) % entries(self._stages[self._place])
            self._show()

    def action_example(self, by: int) -> None:
        """The next example: of the batch, then of the data."""
        if self._worked is None:
            return
        if self._example + by < self._worked.examples:
            self._example += by
            self._entry = beginning(self._stages[self._place], self._example)
            self._show()
        else:
            first = self._worked.first + self._worked.examples
            self._first, self._example = (first if first < self._worked.rows else 0), 0
            self._start()

    def action_batch(self) -> None:
        """One example at a time, or 2, 4 or 8."""
        self._examples = 1 if self._examples >= MOST_EXAMPLES else self._examples * 2
        self._start()

    def action_weights(self) -> None:
        """The weights of the run on the desk in place of first ones, and back."""
        run = self.desk.run.folder if self._source.run is None and self.desk.run is not None else None
        if run is None and self._source.run is None:
            self.notify("no run is on the desk: train the network first, or choose a run (4)", severity="warning")
        elif run is None and not self._source.text:
            self.notify(
                "first weights are those of the file: open it (4, o) and see its numbers there", severity="warning"
            )
        else:
            self._source = replace(self._source, run=run)
            self._start()

    def action_close(self) -> None:
        """Back to where one came from."""
        self.dismiss()

    def on_top_bar_chosen(self, _event: TopBar.Chosen) -> None:
        """Close, so that the screen that is asked for (by the application) is not covered."""
        self.dismiss()


def _grid_lines(grid: Grid) -> Iterator[Text]:
    """A table under its name; the number that the sum is of is marked by brackets, too."""
    wide = columns(grid.rows) + 1
    yield Text.assemble((grid.name, "bold"), (f"   {grid.more}" if grid.more else "", "dim"))
    for row, cells in enumerate(grid.rows):
        line = Text(" ")
        for column, cell in enumerate(cells):
            here = grid.marked == (row, column)
            line.append(f"[{cell}]".rjust(wide + 1) if here else f"{cell:>{wide}} ", "bold reverse" if here else "")
        yield line
    yield Text()
