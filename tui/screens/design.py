"""Design: the network as a picture, the form of what has the focus, the text, the problems; all of one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Footer, Static

from ...dsl.diagnostics import NetloomError
from ...dsl.edit import Refused
from ..desk import Desk
from ..model.form import Form, bare_form, form_of, sections
from ..model.heats import KINDS, heats
from ..widgets.graph_view import GraphView
from ..widgets.inspector import Inspector
from ..widgets.minimap import MiniMap
from ..widgets.palette import PalettePane
from ..widgets.problems import ProblemsPane
from ..widgets.top_bar import TopBar
from ..widgets.totals_bar import TotalsBar
from ..widgets.yaml_pane import YamlPane
from .design_forms import FormScreen
from .design_looks import KEYS, LOOKS
from .leave import NameDialog

if TYPE_CHECKING:
    from ...dsl.edit import Document
    from ..model.checking import Checked
    from ..model.layers import Layer
    from ..widgets.graph_pane import Made

DEBOUNCE = 0.15
"""Seconds without a key before the text is checked."""
FORM_DELAY = 0.08
"""Seconds without a move before the form of what has the focus is shown."""
PANES = ("graph", "inspector", "yaml", "problems", "palette")


class DesignScreen(FormScreen):
    """One file, edited as a picture, by a form, or as text."""

    AUTO_FOCUS = "GraphView"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (140, "-wide")]  # noqa: RUF012  Textual's own name
    DEFAULT_CSS = LOOKS
    BINDINGS: ClassVar[list[BindingType]] = [*KEYS]

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._pane = "graph"
        self._waiting: Timer | None = None
        self._form_due: Timer | None = None
        self._heat = 0
        self._section = ""

    # what there is

    def compose(self) -> ComposeResult:
        """Palette, picture over text, form; problems, totals."""
        yield TopBar("design", self._subject())
        with Horizontal(id="body"):
            yield PalettePane(id="palette")
            with Vertical(id="middle"):
                with Horizontal(id="drawing"):
                    graph = GraphView(id="graph")
                    yield graph
                    yield MiniMap(graph, id="minimap")
                yield YamlPane(id="yaml")
            yield Inspector(id="inspector")
        yield ProblemsPane(id="problems")
        yield TotalsBar()
        # notes stand over the keys; one of several lines pushes the rest up and covers nothing
        yield Static(id="gap")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """Show the text at once, and what is known of it as soon as it is."""
        self.add_class("pane-graph")
        self.graph.plain = self.desk.plain
        yaml = self.query_one(YamlPane)
        yaml.read_only = self.desk.read_only
        yaml.take(self.sketch.text)
        if self.desk.checked is not None:
            self._show(self.desk.checked)
        self.graph.focus()
        self.check_now()

    def _subject(self) -> str:
        path = self.sketch.path
        kept = " (read only)" if self.desk.read_only else " ●" if self.sketch.changed else ""
        return f"{path.name if path else 'not saved yet'}{kept}"

    # checking

    def changed(self) -> None:
        """The text is another: show it, and check it when the keys rest."""
        self.query_one(YamlPane).take(self.sketch.text)
        self.query_one(TopBar).show(self._subject())
        if self._waiting is not None:
            self._waiting.stop()
        if self.desk.timers:
            self._waiting = self.set_timer(DEBOUNCE, self.check_now)
        else:
            self.check_now()

    def check_now(self) -> None:
        """Check the text as it is, beside the screen."""
        self.query_one(TotalsBar).note("checking…")
        self._check(self.sketch.text, self.sketch.revision, self.sketch.already_read)

    @work(thread=True, exclusive=True, group="check")
    def _check(self, text: str, revision: int, document: Document | None) -> None:
        from ..model.checking import check_text  # with the compiler: the screen stands before it is there

        checked = check_text(text, self.sketch.path, revision, document)
        # laid out here, too: all panes are painted once
        made = self.graph.ahead(checked.picture) if checked.picture is not None else None
        self.app.call_from_thread(self._take, checked, made)

    def _take(self, checked: Checked, made: Made | None = None) -> None:
        if checked.revision != self.sketch.revision:
            return
        if checked.picture is None and self.desk.checked is not None:
            checked = checked.with_picture_of(self.desk.checked)
        self.desk.checked = checked
        self.sketch.learn(checked)
        self._show(checked, made)
        self._keep_copy()
        self.exact_later(checked)

    @work(thread=True, exclusive=True, group="keep")
    def _keep_copy(self) -> None:
        self.app.keep_copy()  # type: ignore[attr-defined]

    def _show(self, checked: Checked, made: Made | None = None) -> None:
        graph = self.graph
        graph.grey = checked.grey
        if checked.picture is not None:
            graph.show(checked.picture, layers=checked.layers, marks=checked.marks, made=made)
        self.query_one(ProblemsPane).show(checked.problems)
        self.query_one(PalettePane).show(self.sketch.document if self.sketch.readable else None)
        self.query_one(YamlPane).mark(checked.diagnostics)
        self.told(checked)
        self.show_form()

    def told(self, checked: Checked) -> None:
        """The totals, and how the check went."""
        bar, totals = self.query_one(TotalsBar), checked.totals
        warnings = sum(d.severity == "warning" for d in checked.diagnostics)
        bar.show(totals.words(), checked.errors, warnings, totals.words(short=True))
        bar.note("the picture is that of the last text that could be read" if checked.grey else "")

    def show_form(self) -> None:
        """The form of what has the focus, or of the section that was asked for; none where it cannot be made."""
        try:
            self._show_form()
        except Refused:
            self.query_one(Inspector).show(None)

    def _show_form(self) -> None:
        inspector, checked = self.query_one(Inspector), self.desk.checked
        if self._section and (form := self._section_form()) is not None:
            inspector.show(form)
            return
        known = [checked.layers[one] for one in self._chosen() if one in checked.layers] if checked is not None else []
        forms = [self._form(one, checked) for one in known] if checked is not None and self.sketch.readable else []
        if len(forms) == 1 and checked is not None:
            inspector.show(forms[0], checked.by_node.get(forms[0].id, ()))
        else:
            inspector.show_many(forms)

    def _section_form(self) -> Form | None:
        """The form of the section that was asked for; None where the text has none of it any more."""
        if not self.sketch.readable or self._section not in sections(self.sketch.document):
            return None
        return form_of(self.sketch.document, self._section)

    def _form(self, layer: Layer, checked: Checked) -> Form:
        """A layer's form, of the very text that its address is of: the present one may be another by now."""
        if layer.address is None or checked.addressed is None or checked.addressed.find(layer.address) is None:
            return bare_form(layer)
        shapes = [checked.layers[one].shape if one in checked.layers else None for one in layer.reads]
        return form_of(checked.addressed, layer.address, layer, shapes)

    # messages of the panes

    def on_graph_view_focused(self, _event: GraphView.Focused) -> None:
        """The form follows the focus once that rests: the picture is there at once."""
        self._section = ""
        if self._form_due is not None:
            self._form_due.stop()
        if self.desk.timers:
            self._form_due = self.set_timer(FORM_DELAY, self.show_form)
        else:
            self.show_form()

    def on_graph_view_opened(self, _event: GraphView.Opened) -> None:
        """Enter goes to the form."""
        self.show_form()
        self._go_to("inspector")

    def on_palette_pane_chosen(self, event: PalettePane.Chosen) -> None:
        """A kind was taken from the palette."""
        self._add(event.kind, "after")

    def on_yaml_pane_typed(self, event: YamlPane.Typed) -> None:
        """Text was typed: it is in the pane already."""
        self.sketch.type_over(event.start, event.end, event.text)
        self.changed()

    async def on_problems_pane_chosen(self, event: ProblemsPane.Chosen) -> None:
        """Go to where a remark points."""
        place = event.diagnostic.place
        self._go_to("yaml")
        self.query_one(YamlPane).go_to(place.line, place.column)

    def on_problems_pane_fix(self, event: ProblemsPane.Fix) -> None:
        """Mend what can be mended by itself."""
        self._edit(lambda: self.sketch.fix(event.diagnostic))

    def on_yaml_pane_moved(self, event: YamlPane.Moved) -> None:
        """The picture follows the cursor in the text."""
        checked = self.desk.checked
        if checked is not None and self._pane == "yaml" and not self.desk.stale:
            found = checked.ids_at(event.line)
            if found and self.graph.focused_id not in found:
                self.graph.focused_id = found[0]

    def on_inspector_left(self) -> None:
        """Escape in a field: back to the picture."""
        if self._section:
            self._section = ""
            self.show_form()
        self._go_to("graph")

    def on_yaml_pane_left(self) -> None:
        """Escape in the text."""
        self._go_to("graph")

    def on_palette_pane_left(self) -> None:
        """Escape in the palette."""
        self._go_to("graph")

    def on_problems_pane_left(self) -> None:
        """Escape in the problems."""
        self._go_to("graph")

    # panes and views

    def _go_to(self, pane: str) -> None:
        for other in PANES:
            self.set_class(other == pane, f"pane-{other}")
        self._pane = pane
        if pane == "yaml":
            self.remove_class("without-yaml")
            self.add_class("with-yaml")
        self.query_one(f"#{pane}", Widget).focus()

    def action_pane(self, by: int) -> None:
        """The next pane that can be shown here."""
        panes = [p for p in PANES if p != "palette" or self.has_class("-wide")]
        here = panes.index(self._pane) if self._pane in panes else 0
        self._go_to(panes[(here + by) % len(panes)])

    def action_text(self) -> None:
        """Go to the focused layer's line in the text."""
        checked, one = self.desk.checked, self.graph.focused_id
        self._go_to("yaml")
        if checked is not None and one in checked.layers:
            self.query_one(YamlPane).go_to(checked.layers[one].line, 1)

    def action_section(self, by: int = 1) -> None:
        """The form of the training; further on those of its optimizer, the data, the run."""
        if not self.sketch.readable:
            return
        there = sections(self.sketch.document)
        at = there.index(self._section) + by if self._section in there else 0
        self._section = there[at % len(there)]
        self.show_form()
        self._go_to("inspector")

    def on_inspector_turned(self, event: Inspector.Turned) -> None:
        """Page down in a form: the next section, or the next layer."""
        if self._section:
            self.action_section(event.by)
        else:
            self.graph.action_go("next" if event.by > 0 else "before")

    def action_minimap(self) -> None:
        """Show or hide the map."""
        self.toggle_class("with-map")

    def action_colour(self) -> None:
        """Colour the boxes by the next thing that is known of them, or by what they do."""
        checked = self.desk.checked
        if checked is None or checked.picture is None:
            return
        run = self.desk.run
        seen = run.observed.layers if run is not None and run.observed is not None else {}
        kinds = [kind for kind in KINDS if seen or kind in ("work", "parameters")]
        self._heat = (self._heat + 1) % (len(kinds) + 1)
        if self._heat == 0:
            self.graph.heat = None
            self.query_one(TotalsBar).note("")
            return
        kind = kinds[self._heat - 1]
        self.graph.heat = heats(kind, [box.id for box in checked.picture.boxes], checked.layers, seen)
        more = "" if seen else " (train first: then gradients and activations too)"
        self.query_one(TotalsBar).note(f"coloured by {kind}{more}")

    def action_alone(self) -> None:
        """The pane alone on the screen, or all again."""
        self.toggle_class("alone")

    def action_problem(self) -> None:
        """The next remark."""
        self.query_one(ProblemsPane).action_next()

    def action_fix(self) -> None:
        """Mend the chosen remark, where that goes by itself."""
        self.query_one(ProblemsPane).action_fix()

    # file, training, picture

    async def action_save(self) -> None:
        """Save the file."""
        await self.app.save()  # type: ignore[attr-defined]

    def saved(self) -> None:
        """The file lies on the disk, perhaps under a new name."""
        self.query_one(TopBar).show(self._subject())

    def action_train(self) -> None:
        """Save, start a training beside this program, and go to watch it."""
        self._train()

    @work(exclusive=True, group="train")
    async def _train(self) -> None:
        import asyncio

        from ...runtime.detached import start_detached

        if self.sketch.changed and not await self._saved():
            return
        path = self.sketch.path
        if path is None:
            return
        self.query_one(TotalsBar).note("starting the training…")
        try:
            folder = await asyncio.to_thread(start_detached, path, {}, self.desk.runs)
        except NetloomError as mistake:
            self.notify(str(mistake), title="Not started", severity="error", timeout=12)
            return
        finally:
            self.query_one(TotalsBar).note("")
        await self.app.watch_run(folder)  # type: ignore[attr-defined]

    async def _saved(self) -> bool:
        """Save the file; one that lies nowhere yet is asked for its name first. Gives whether that was done."""
        if self.sketch.path is not None or self.desk.read_only:
            return bool(await self.app.save())  # type: ignore[attr-defined]
        path = await self.app.push_screen_wait(NameDialog(self.sketch.file_name))
        return path is not None and bool(await self.app.save(path, force=True))  # type: ignore[attr-defined]

    async def action_numbers(self) -> None:
        """Work a small network through by hand, forward and back."""
        from .numbers import NumbersScreen

        await self.app.push_screen(NumbersScreen(self.desk))

    async def action_export(self) -> None:
        """Write the picture to a file."""
        from .export import ExportDialog

        await self.app.push_screen(ExportDialog(self.desk))
