"""Compile: the passes step by step, the kernels a layer became, why, memory and time; of the text as it is."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from ...dsl.diagnostics import NetloomError, SpecError
from ..desk import Desk
from ..model.kernel_list import KernelRow, kernel_rows, why
from ..model.pass_steps import Cancelled, Compilation, comparison, compile_text, idle
from ..model.sketch import Sketch
from ..widgets.before_after import BeforeAfter
from ..widgets.compile_rows import cost_rows, kernel_row, pass_head, pass_row, time_rows, why_rows
from ..widgets.source import LinesView, SourceView
from ..widgets.top_bar import TopBar
from .measuring import Measuring

PANES = {"passes": "Passes", "kernels": "Kernels", "why": "Why", "cost": "Memory, cost", "time": "Time"}
FIRST = {"passes": "#steps", "kernels": "#kernel-list", "why": "#reasons", "cost": "#costs", "time": "#times"}
"""What gets the focus in each pane."""
NO_TIMES = "not timed yet: p times the network's steps in a process beside this one (some seconds; esc calls it off)"


class CompileScreen(Measuring):
    """What the compiler made of the text on the desk. It is compiled anew when the screen is shown."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  Textual's own name
    DEFAULT_CSS = """
    CompileScreen #panes { height: 1; padding: 0 1; background: $panel; }
    CompileScreen .pane { height: 1fr; display: none; }
    CompileScreen.pane-passes #passes, CompileScreen.pane-kernels #kernels, CompileScreen.pane-why #why,
    CompileScreen.pane-cost #cost, CompileScreen.pane-time #time { display: block; }
    CompileScreen .list { width: 46; height: 1fr; border: round $panel-lighten-2; scrollbar-size-vertical: 1;
        padding: 0; background: $background; text-wrap: nowrap; text-overflow: ellipsis; }
    CompileScreen .list:focus { border: round $accent; }
    CompileScreen.-narrow .list { width: 1fr; height: 8; }
    CompileScreen.-narrow .split { layout: vertical; }
    CompileScreen #about { height: auto; max-height: 5; padding: 0 1; }
    CompileScreen #status { height: 1; padding: 0 1; background: $boost; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left_square_bracket", "pane(-1)", "Pane before", show=False),
        Binding("right_square_bracket", "pane(1)", "Next pane"),
        Binding("slash", "layer", "Layer"),
        Binding("w", "whole", "Whole graph"),
        Binding("n", "change(1)", "Next change", show=False),
        Binding("N", "change(-1)", "Change before", show=False),
        Binding("c", "compile", "Compile"),
        Binding("b", "build", "Make the kernels", show=False),
        Binding("p", "profile", "Time it"),
        Binding("s", "numbers", "Step through numbers", show=False),
        Binding("v", "by", "By kernel or layer", show=False),
        Binding("escape", "cancel", "Call off", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__(classes="pane-passes")
        self.desk = desk
        self._of: Sketch | None = None
        self._made: Compilation | None = None
        self._pane, self._layer, self._whole, self._by_layer = "passes", "", False, True
        self._kernels: list[KernelRow] = []

    # what there is

    def compose(self) -> ComposeResult:
        """A line of panes; lists beside what is chosen in them."""
        yield TopBar("compile", self._subject())
        yield Static(id="panes")
        with Horizontal(id="passes", classes="pane split"):
            yield OptionList(id="steps", classes="list")
            with Vertical():
                yield Static(id="about")
                yield BeforeAfter(id="compared")
        with Horizontal(id="kernels", classes="pane split"):
            yield OptionList(id="kernel-list", classes="list")
            yield SourceView("source", id="source")
        with Vertical(id="why", classes="pane"):
            yield LinesView("why operations share a kernel, or do not", wraps=True, id="reasons")
        with Vertical(id="cost", classes="pane"):
            yield LinesView("memory, and the time that the compiler predicts", id="costs")
        with Vertical(id="time", classes="pane"):
            yield LinesView("measured", id="times")
        yield Static(id="status")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Compile at once."""
        self.query_one("#steps", OptionList).border_title = "passes"
        self.query_one("#kernel-list", OptionList).border_title = "kernels"
        self._show_panes()
        self._focus()
        self.call_after_refresh(self.refresh_now)

    def on_screen_resume(self) -> None:
        """The text may be another by now."""
        self.query_one(TopBar).show(self._subject())
        if self.is_mounted:
            self.refresh_now()

    def refresh_now(self) -> None:
        """Compile the text where that has not been done."""
        sketch = self.desk.sketch
        if sketch is None:
            self._say("open or make a network first")
        elif self._of is not sketch or self._made is None or self._made.revision != sketch.revision:
            self.action_compile()

    def _subject(self) -> str:
        sketch = self.desk.sketch
        return "nothing open" if sketch is None else sketch.path.name if sketch.path else "not saved yet"

    @property
    def _old(self) -> bool:
        """Whether what is shown is of an earlier text."""
        sketch = self.desk.sketch
        if self._made is None or sketch is None:
            return False
        return sketch is not self._of or self._made.revision != sketch.revision

    # compiling

    def action_compile(self) -> None:
        """Compile the text as it is, beside the screen."""
        sketch = self.desk.sketch
        if sketch is None or self._busy:
            return
        if self._of is not sketch:
            self._of, self._made, self._times, self._layer = sketch, None, None, ""
        self._calls_off = False
        self._work_on("compiling")
        self._compile(sketch.text, sketch)

    @work(thread=True, exclusive=True, group="compile")
    def _compile(self, text: str, sketch: Sketch) -> None:
        def told(words: str) -> None:
            if self._calls_off:
                raise Cancelled("called off")
            self._tell(self._work_on, f"compiling  {words}")

        try:
            made = compile_text(text, sketch.path, sketch.revision, told)
        except SpecError as mistakes:
            first = mistakes.diagnostics[0]
            words = f"{len(mistakes.diagnostics)} mistakes; " if len(mistakes.diagnostics) > 1 else ""
            self._tell(self._done, f"{words}line {first.place.line}: {first.message}  (1: Design)")
        except NetloomError as mistake:
            self._tell(self._done, str(mistake))
        else:
            self._tell(self._take, made, sketch)

    def _take(self, made: Compilation, sketch: Sketch) -> None:
        if sketch is not self.desk.sketch:
            self._done("")
            return
        self._made = made
        if self._layer and not self._known(self._layer):
            self._layer = ""
        self._show_all()
        traced = made.traced
        self._done(
            f"compiled in {traced.seconds:.2f} s: {len(traced.plan.kernels)} kernels, "
            f"{traced.plan.arena_bytes:,} bytes for batches up to {traced.plan.sizes['B']}"
        )

    def _known(self, layer: str) -> bool:
        return self._made is not None and any(
            path == layer or path.startswith(f"{layer}.") for path in self._made.traced.paths
        )

    def _work_on(self, words: str) -> None:
        self._busy = words
        self._say(f"{words}…  esc calls it off")

    def _done(self, words: str) -> None:
        self._busy = ""
        self._say(words)

    def _say(self, words: str) -> None:
        line = Text(no_wrap=True, overflow="ellipsis")
        if self._old:
            line.append("OLD ", "bold reverse")
            line.append("of the text before: " if not self._busy else "", "italic")
        self.query_one("#status", Static).update(line.append(words))

    def action_cancel(self) -> None:
        """Call off what is going on; what was made before is kept. Where nothing is: show all layers again."""
        self._call_off()
        if not self._busy and self._layer:
            self._layer = ""
            self._show_all()

    # showing

    def _show_all(self) -> None:
        if self._made is None:
            return
        self._show_panes()
        self._show_steps()
        self._show_kernels()
        layer = self._layer or None
        self.query_one("#reasons", LinesView).show(list(why_rows(why(self._made.traced, layer))))
        self._show_costs()
        self._show_times()

    def _show_panes(self) -> None:
        line = Text(no_wrap=True, overflow="ellipsis")
        for pane, name in PANES.items():
            line.append(f"[{name}] " if pane == self._pane else f" {name}  ", "bold" if pane == self._pane else "")
        line.append(
            f"  of {self._layer} (esc: all)" if self._layer else "  / one layer", "bold" if self._layer else "dim"
        )
        self.query_one("#panes", Static).update(line)

    def _show_steps(self) -> None:
        assert self._made is not None, "there are steps once it was compiled"
        listed = self.query_one("#steps", OptionList)
        here = listed.highlighted
        listed.clear_options()
        before = ""
        for place, step in enumerate(self._made.steps):
            if step.mode != before:
                listed.add_option(Option(Text(f"program {step.mode}", "bold"), disabled=True))
                before = step.mode
            listed.add_option(Option(pass_row(step, self._layer or None), id=str(place)))
        listed.highlighted = here if here is not None and here < listed.option_count else self._first_change()

    def _first_change(self) -> int:
        assert self._made is not None, "there are steps once it was compiled"
        return next((place + 1 for place, step in enumerate(self._made.steps) if not idle(step)), 1)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what is chosen in a list."""
        chosen = event.option.id
        if chosen is None or self._made is None:
            return
        if event.option_list.id == "steps":
            self._show_step(int(chosen))
        else:
            row = self._kernels[int(chosen)]
            self.query_one(SourceView).source(row.text, f"kernel {row.number:02} {row.name}")

    def _show_step(self, place: int) -> None:
        assert self._made is not None, "there are steps once it was compiled"
        step, layer = self._made.steps[place], self._layer or None
        self.query_one("#about", Static).update(pass_head(step, layer))
        rows = comparison(step, layer, whole=self._whole)
        title = "the whole graph, before | after" if self._whole else "what changed, before | after"
        self.query_one(BeforeAfter).compare(rows, title, "nothing was changed; w shows the whole graph")

    def _show_kernels(self) -> None:
        assert self._made is not None, "there are kernels once it was compiled"
        self._kernels = kernel_rows(self._made.traced, self._layer or None)
        listed = self.query_one("#kernel-list", OptionList)
        listed.clear_options()
        listed.border_title = f"{len(self._kernels)} kernels" + (f" of {self._layer}" if self._layer else "")
        listed.add_options([Option(kernel_row(row), id=str(place)) for place, row in enumerate(self._kernels)])
        if self._kernels:
            listed.highlighted = 0

    def _show_costs(self) -> None:
        assert self._made is not None, "there are costs once it was compiled"
        lines = cost_rows(self._made.traced, self._layer or None, self.size.width, plain=self.desk.plain)
        self.query_one("#costs", LinesView).show(list(lines))

    def _show_times(self) -> None:
        view = self.query_one("#times", LinesView)
        if self._times is None:
            view.show([Text(NO_TIMES, "dim")], "measured")
            return
        this, other = ("layer", "kernel") if self._by_layer else ("kernel", "layer")
        old = self.desk.sketch is None or self._times_of != self.desk.sketch.revision
        lines = time_rows(
            self._times, self._layer or None, self.size.width, by_layer=self._by_layer, plain=self.desk.plain
        )
        view.show(
            list(lines), f"measured, by {this} (v: by {other})", "OLD: of an earlier text; p times it" if old else ""
        )

    # keys

    def action_pane(self, by: int) -> None:
        """The next pane."""
        panes = list(PANES)
        self.go_to(panes[(panes.index(self._pane) + by) % len(panes)])

    def go_to(self, pane: str) -> None:
        """Show a pane."""
        self.remove_class(f"pane-{self._pane}")
        self._pane = pane
        self.add_class(f"pane-{pane}")
        self._show_panes()
        self._focus()

    def _focus(self) -> None:
        self.query_one(FIRST[self._pane], Widget).focus()

    def action_whole(self) -> None:
        """The whole graph, or what changed alone."""
        self._whole = not self._whole
        option = self.query_one("#steps", OptionList).highlighted_option
        if option is not None and option.id is not None:
            self._show_step(int(option.id))

    def action_change(self, by: int) -> None:
        """The next pass that changed something."""
        if self._made is None:
            return
        listed = self.query_one("#steps", OptionList)
        places = [
            index for index in range(listed.option_count)
            if (found := listed.get_option_at_index(index).id) is not None and not idle(self._made.steps[int(found)])
        ]  # fmt: skip
        here = listed.highlighted or 0
        ahead = [index for index in places if index > here] if by > 0 else [i for i in places if i < here][::-1]
        if ahead:
            listed.highlighted = ahead[0]

    async def action_layer(self) -> None:
        """Show what is about one layer or block alone."""
        from .choose import Choose

        if self._made is None:
            return

        def chosen(layer: str | None) -> None:
            if layer is not None:
                self._layer = layer
                self._show_all()

        words = [(path, "") for path in _with_blocks(self._made.traced.paths)]
        await self.app.push_screen(Choose("Only what is about", words, none="all layers"), chosen)

    def action_by(self) -> None:
        """Times by kernel, or by layer."""
        self._by_layer = not self._by_layer
        self._show_times()

    async def action_numbers(self) -> None:
        """The numbers of a step, layer by layer."""
        from .numbers import NumbersScreen

        if self.desk.sketch is not None:
            await self.app.push_screen(NumbersScreen(self.desk))

    def action_profile(self) -> None:
        """Time the steps of the network, in a process of its own."""
        self.go_to("time")
        self._start("profile")

    def action_build(self) -> None:
        """Make the kernels, so that a training starts at once."""
        self._start("kernels")

    def on_unmount(self) -> None:
        """Nothing goes on behind a screen that is gone."""
        self._call_off()


def _with_blocks(paths: tuple[str, ...]) -> list[str]:
    """The layers, each block before its first layer."""
    found: dict[str, None] = {}
    for path in paths:
        parts = path.split(".")
        for end in range(1, len(parts)):
            found[".".join(parts[:end])] = None
        found[path] = None
    return list(found)
