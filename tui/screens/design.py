"""Design: the network as a picture, the form of what has the focus, the text, the problems; all of one file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Footer

from ...dsl.diagnostics import NetloomError
from ...dsl.edit import Refused
from ..desk import Desk
from ..model.checking import Checked, Layer, check_text
from ..model.form import Form, bare_form, form_of, sections
from ..model.sketch import Sketch
from ..widgets.graph_view import GraphView
from ..widgets.inspector import Inspector
from ..widgets.minimap import MiniMap
from ..widgets.palette import PaletteDialog, PalettePane
from ..widgets.problems import ProblemsPane
from ..widgets.top_bar import TopBar
from ..widgets.totals_bar import TotalsBar
from ..widgets.yaml_pane import YamlPane

DEBOUNCE = 0.15
"""Seconds without a key before the text is checked."""
PANES = ("graph", "inspector", "yaml", "problems", "palette")


class DesignScreen(Screen[None]):
    """One file, edited as a picture, by a form, or as text."""

    AUTO_FOCUS = "GraphView"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-medium"), (140, "-wide")]  # noqa: RUF012  Textual's own name
    DEFAULT_CSS = """
    DesignScreen #body { height: 1fr; }
    DesignScreen #palette { width: 26; display: none; }
    DesignScreen #middle { width: 1fr; }
    DesignScreen #drawing { height: 1fr; }
    DesignScreen #graph { width: 1fr; }
    DesignScreen #minimap { width: 16; display: none; }
    DesignScreen #yaml { height: 40%; display: none; }
    DesignScreen #inspector { width: 38; }
    DesignScreen #problems { height: auto; max-height: 7; }
    DesignScreen.-wide #palette { display: block; }
    DesignScreen.-wide #yaml { display: block; }
    DesignScreen.with-map #minimap { display: block; }
    DesignScreen.with-yaml #yaml { display: block; }
    DesignScreen.without-yaml #yaml { display: none; }
    DesignScreen.-narrow #palette, DesignScreen.-narrow #inspector,
    DesignScreen.-narrow #yaml { display: none; }
    DesignScreen.-narrow.pane-inspector #inspector { display: block; width: 1fr; }
    DesignScreen.-narrow.pane-inspector #middle { display: none; }
    DesignScreen.-narrow.pane-yaml #yaml { display: block; height: 1fr; }
    DesignScreen.-narrow.pane-yaml #drawing { display: none; }
    DesignScreen.-narrow #problems { max-height: 4; }
    DesignScreen.alone #problems, DesignScreen.alone #palette { display: none; }
    DesignScreen.alone.pane-graph #inspector, DesignScreen.alone.pane-graph #yaml { display: none; }
    DesignScreen.alone.pane-yaml #inspector, DesignScreen.alone.pane-yaml #drawing { display: none; }
    DesignScreen.alone.pane-yaml #yaml { display: block; height: 1fr; }
    DesignScreen.alone.pane-inspector #middle { display: none; }
    DesignScreen.alone.pane-inspector #inspector { display: block; width: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save"),
        Binding("ctrl+z", "undo", "Undo", priority=True),
        Binding("ctrl+y", "redo", "Redo", priority=True),
        Binding("a", "add('after')", "Add"),
        Binding("A", "add('before')", "Add before", show=False),
        Binding("x,delete", "delete", "Delete"),
        Binding("d", "duplicate", "Duplicate", show=False),
        Binding("K", "move(-1)", "Move up", show=False),
        Binding("J", "move(1)", "Move down", show=False),
        Binding("c", "connect", "Connect", show=False),
        Binding("r", "rename", "Rename", show=False),
        Binding("w", "wrap", "Wrap in a block", show=False),
        Binding("u", "unwrap", "Unwrap the block", show=False),
        Binding("e", "text", "Text"),
        Binding("m", "minimap", "Map", show=False),
        Binding("z", "alone", "One pane alone", show=False),
        Binding("left_square_bracket", "pane(-1)", "Pane before", show=False),
        Binding("right_square_bracket", "pane(1)", "Next pane"),
        Binding("f8", "problem", "Next problem"),
        Binding("f4", "fix", "Fix", show=False),
        Binding("s", "section", "Settings"),
        Binding("t", "train", "Train"),
        Binding("E", "export", "Export", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.sketch is not None, "the design screen has a file"
        self.desk = desk
        self._pane = "graph"
        self._waiting: Timer | None = None
        self._from: str | None = None
        self._section = ""

    @property
    def sketch(self) -> Sketch:
        """The file that is edited."""
        assert self.desk.sketch is not None, "the design screen has a file"
        return self.desk.sketch

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
        yield Footer(compact=True, show_command_palette=False)

    @property
    def graph(self) -> GraphView:
        """The picture."""
        return self.query_one(GraphView)

    def on_mount(self) -> None:
        """Show the text at once, and what is known of it as soon as it is."""
        self.add_class("pane-graph")
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
        self._check(self.sketch.text, self.sketch.revision)

    @work(thread=True, exclusive=True, group="check")
    def _check(self, text: str, revision: int) -> None:
        checked = check_text(text, self.sketch.path, revision)
        self.app.call_from_thread(self._take, checked)

    def _take(self, checked: Checked) -> None:
        if checked.revision != self.sketch.revision:
            return
        if checked.picture is None and self.desk.checked is not None:
            checked = checked.with_picture_of(self.desk.checked)
        self.desk.checked = checked
        self._show(checked)

    def _show(self, checked: Checked) -> None:
        errors = sum(d.severity == "error" for d in checked.diagnostics)
        warnings = sum(d.severity == "warning" for d in checked.diagnostics)
        graph = self.graph
        graph.grey = checked.grey
        if checked.picture is not None:
            graph.show(checked.picture, layers=checked.layers, marks=checked.marks)
        self.query_one(ProblemsPane).show(checked.diagnostics, self.sketch.text)
        self.query_one(PalettePane).show(self.sketch.document if self.sketch.readable else None)
        self.query_one(YamlPane).mark(checked.diagnostics)
        bar = self.query_one(TotalsBar)
        bar.show(checked.totals.words(), errors, warnings)
        bar.note("the picture is that of the last text that could be read" if checked.grey else "")
        self._show_form()

    def _show_form(self) -> None:
        inspector, checked = self.query_one(Inspector), self.desk.checked
        if self._section and self.sketch.readable:
            inspector.show(form_of(self.sketch.document, self._section))
            return
        chosen = self._chosen()
        if checked is None or not self.sketch.readable or not chosen:
            inspector.show(None)
            return
        known = [checked.layers[one] for one in chosen if one in checked.layers]
        forms = [self._form(one, checked) for one in known]
        if not forms:
            inspector.show(None)
        elif len(forms) == 1:
            inspector.show(forms[0], checked.by_node.get(forms[0].id, ()))
        else:
            inspector.show_many(forms)

    def _form(self, layer: Layer, checked: Checked) -> Form:
        if layer.address is None:
            return bare_form(layer)
        shapes = [checked.layers[one].shape if one in checked.layers else None for one in layer.reads]
        return form_of(self.sketch.document, layer.address, layer, shapes)

    def _chosen(self) -> list[str]:
        graph = self.graph
        return sorted(graph.selected) or ([graph.focused_id] if graph.focused_id else [])

    # editing

    def _edit(self, command: Callable[[], Any]) -> bool:
        """Do one command of the sketch; what it refuses is said."""
        if self.desk.read_only:
            self.notify("This file is only looked at (--read-only).", severity="warning")
            return False
        try:
            focus = command()
        except Refused as why:
            self.notify(str(why), severity="warning", timeout=8)
            return False
        self.graph.selected = set()
        if isinstance(focus, str):
            self.graph.focus_when_there(focus)
        self.changed()
        return True

    def _one(self) -> str | None:
        one = self.graph.focused_id
        if not one:
            self.notify("Choose a layer in the picture first.", severity="warning")
        return one or None

    async def action_add(self, where: str) -> None:
        """Choose a kind, and put it after or before the focused layer."""

        def chosen(kind: str | None) -> None:
            if kind is not None:
                self._add(kind, where)

        await self.app.push_screen(PaletteDialog(self.sketch.document if self.sketch.readable else None), chosen)

    def _add(self, kind: str, where: str) -> None:
        near = self.graph.focused_id or None
        add = self.sketch.add_before if where == "before" else self.sketch.add_after
        if self._edit(lambda: add(near, kind)):
            self.graph.focus()

    def action_delete(self) -> None:
        """Take the chosen layers out; what read them reads what they read."""
        if chosen := self._chosen():
            self._edit(lambda: self.sketch.delete(chosen))

    def action_duplicate(self) -> None:
        """The layer once more, behind itself."""
        if (one := self._one()) is not None:
            self._edit(lambda: self.sketch.duplicate(one))

    def action_move(self, by: int) -> None:
        """The layer one place up or down."""
        if (one := self._one()) is not None:
            self._edit(lambda: self.sketch.move(one, by))

    def action_connect(self) -> None:
        """First the source, then the target."""
        one = self._one()
        if one is None:
            return
        if self._from is None:
            self._from = one
            self.notify(f"From {one}: go to the layer that is to read it and press c again (esc: not).")
        else:
            source, self._from = self._from, None
            self._edit(lambda: self.sketch.connect(source, one))

    async def action_rename(self) -> None:
        """Another name for the layer, and for it wherever it is read."""
        from .ask import Ask

        one = self._one()
        if one is None:
            return

        def named(name: str | None) -> None:
            if name:
                self._edit(lambda: self.sketch.rename(one, name))

        await self.app.push_screen(Ask("Name", one.rpartition(".")[2]), named)

    async def action_wrap(self) -> None:
        """Make a block of the chosen layers."""
        from .ask import Ask

        chosen = self._chosen()

        def named(name: str | None) -> None:
            if name:
                self._edit(lambda: self.sketch.wrap(chosen, name))

        if chosen:
            await self.app.push_screen(Ask("Name of the block (begins with a capital)", "Block"), named)

    def action_unwrap(self) -> None:
        """Put the layers of the block in its place."""
        if (one := self._one()) is not None:
            self._edit(lambda: self.sketch.unwrap(one))

    def action_undo(self) -> None:
        """Take the last change back, whichever pane made it."""
        self._through(self.sketch.undo(), "undone", "nothing to undo")

    def action_redo(self) -> None:
        """Make it again."""
        self._through(self.sketch.redo(), "again", "nothing to redo")

    def _through(self, words: str | None, done: str, nothing: str) -> None:
        self.query_one(TotalsBar).note(f"{done}: {words}" if words else nothing)
        if words:
            self.changed()

    # messages of the panes

    def on_graph_view_focused(self, _event: GraphView.Focused) -> None:
        """The form follows the focus."""
        self._section = ""
        self._show_form()

    def on_graph_view_opened(self, _event: GraphView.Opened) -> None:
        """Enter goes to the form."""
        self._go_to("inspector")

    def on_inspector_set_option(self, event: Inspector.SetOption) -> None:
        """A field was filled in, or emptied."""
        one, option, value = event.id, event.option, event.value
        chosen = self._chosen()
        if self.desk.checked is None or one not in self.desk.checked.layers:
            self._edit(lambda: self.sketch.set_at(one, option, value))
        elif len(chosen) > 1:
            self._edit(lambda: self.sketch.set_many(chosen, option, value))
        elif value is None:
            self._edit(lambda: self.sketch.unset_option(one, option))
        else:
            self._edit(lambda: self.sketch.set_option(one, option, value))

    def on_inspector_rename(self, event: Inspector.Rename) -> None:
        """The name was changed in the form."""
        self._edit(lambda: self.sketch.rename(event.id, event.name))

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

    async def on_top_bar_chosen(self, event: TopBar.Chosen) -> None:
        """Another screen."""
        await self.app.run_action(f"go('{event.mode}')")

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
            self._show_form()
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
        self._show_form()
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
        self.query_one(TopBar).show(self._subject())

    def action_train(self) -> None:
        """Save, start a training beside this program, and go to watch it."""
        self._train()

    @work(exclusive=True, group="train")
    async def _train(self) -> None:
        import asyncio

        from ...runtime.detached import start_detached

        path = self.sketch.path
        if self.sketch.changed and not await self.app.save():  # type: ignore[attr-defined]
            return
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

    async def action_export(self) -> None:
        """Write the picture to a file."""
        from .export import ExportDialog

        await self.app.push_screen(ExportDialog(self.desk))
