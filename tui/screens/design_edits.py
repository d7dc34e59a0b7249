"""What the keys of the screen Design do to the file: each is one command of the sketch, and one step of undo."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from ...dsl.edit import Refused
from ..desk import Desk
from ..model.naming import block_name
from ..model.sketch import Sketch
from ..widgets.graph_view import GraphView
from ..widgets.palette import PaletteDialog
from ..widgets.totals_bar import TotalsBar
from .ask import Ask
from .exact import ExactScreen


class EditingScreen(ExactScreen):
    """A screen with a picture of a file that is edited."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        assert desk.sketch is not None, "the design screen has a file"
        self.desk = desk
        self._from: str | None = None

    @abstractmethod
    def changed(self) -> None:
        """The text is another."""

    @property
    def sketch(self) -> Sketch:
        """The file that is edited."""
        assert self.desk.sketch is not None, "the design screen has a file"
        return self.desk.sketch

    @property
    def graph(self) -> GraphView:
        """The picture."""
        return self.query_one(GraphView)

    def _chosen(self) -> list[str]:
        graph = self.graph
        return sorted(graph.selected) or ([graph.focused_id] if graph.focused_id else [])

    def _edit(self, command: Callable[[], Any]) -> bool:
        """Do one command of the sketch; what it refuses is said."""
        if refused := self._refused(command):
            self.notify(refused, severity="warning", timeout=8)
        return refused is None

    def _refused(self, command: Callable[[], Any]) -> str | None:
        """Do one command of the sketch; why it was not done, or None."""
        if self.desk.read_only:
            return "This file is only looked at (--read-only)."
        try:
            focus = command()
        except Refused as why:
            return str(why)
        self.graph.selected = set()
        if isinstance(focus, str):
            self.graph.focus_when_there(focus)
        self.changed()
        return None

    def _one(self) -> str | None:
        one = self.graph.focused_id
        if not one:
            self.notify("Choose a layer in the picture first.", severity="warning")
        return one or None

    async def action_add(self, where: str) -> None:
        """Choose a kind, and put it after or before the focused layer."""
        await self._choose(lambda kind: self._add(kind, where))

    async def _choose(self, then: Callable[[str], Any]) -> None:
        """Have a kind chosen, and do something with it."""

        def chosen(kind: str | None) -> None:
            if kind is not None:
                then(kind)

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
        if one is not None:
            self._pair(one, self.sketch.connect, "c", "that is to read it")

    def action_disconnect(self) -> None:
        """First the source, then the target that is to read it no more."""
        one = self._one()
        if one is not None:
            self._pair(one, self.sketch.disconnect, "C", "that is to read it no more")

    def _pair(self, one: str, command: Callable[[str, str], Any], key: str, which: str) -> None:
        if self._from is None:
            self.graph.selected, self._from = {one}, one
            self.notify(f"From {one}: go to the layer {which} and press {key} again; esc: never mind.")
            return
        source, self._from = self._from, None
        self.graph.selected = set()
        self.app.clear_notifications()
        if source != one:
            self._edit(lambda: command(source, one))

    def on_graph_view_selected(self, event: GraphView.Selected) -> None:
        """Nothing is selected any more: no line is begun, either."""
        if not event.ids:
            self._from = None

    async def action_insert(self) -> None:
        """A layer into the line from the focused box to the one behind it."""
        one = self._one()
        picture = self.desk.checked.picture if self.desk.checked else None
        targets = [link.target for link in picture.links if link.source == one] if picture else []
        if one is not None and targets:
            await self._choose(lambda kind: self._edit(lambda: self.sketch.add_between(one, targets[0], kind)))

    async def action_kind(self) -> None:
        """Another kind for the layer; the options that it has too stay."""
        if (one := self._one()) is not None:
            await self._choose(lambda kind: self._edit(lambda: self.sketch.replace_kind(one, kind)))

    async def action_rename(self) -> None:
        """Another name for the layer, and for it wherever it is read."""
        if (one := self._one()) is not None:
            await self._ask("Name", one.rpartition(".")[2], lambda name: self.sketch.rename(one, name))

    async def action_wrap(self) -> None:
        """Make a block of the chosen layers."""
        if chosen := self._chosen():
            question = "Name of the block (begins with a capital)"
            await self._ask(question, "Block", lambda name: self.sketch.wrap(chosen, block_name(name)))

    async def _ask(self, question: str, given: str, command: Callable[[str], Any]) -> None:
        """Do a command with a word; while it is refused, the question stays with what was typed."""
        await self.app.push_screen(Ask(question, given, lambda word: self._refused(lambda: command(word))))

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
