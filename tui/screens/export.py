"""Export the picture of the network: what stands in a box, on which ground, which way, into which file."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Select

from ...dsl.diagnostics import NetloomError, SpecError
from ...runtime.drawing import DRAWN, WRITTEN, Asked, Direction, Level, Theme, form_of, picture_of, write_picture
from ...runtime.render import HOW_TO_GET, has_graphviz
from ..desk import Desk
from ..model.checking import loaded_of
from .open import PathSuggester

LEVELS: tuple[tuple[str, Level], ...] = (("layers", "architecture"), ("operations", "ops"), ("kernels", "kernels"))
THEMES: tuple[tuple[str, Theme], ...] = (("on white", "light"), ("on black", "dark"))
DIRECTIONS: tuple[tuple[str, Direction], ...] = (("downwards", "down"), ("to the right", "right"))


class ExportDialog(ModalScreen[Path]):
    """Gives the path that was written, or None."""

    DEFAULT_CSS = """
    ExportDialog { align: center middle; }
    ExportDialog > Vertical { width: 72; max-width: 95%; height: auto; max-height: 95%; padding: 1 2;
        background: $surface; border: round $accent; }
    ExportDialog Horizontal { height: auto; }
    ExportDialog Select { width: 1fr; }
    ExportDialog #buttons { margin-top: 1; align-horizontal: right; }
    ExportDialog Button { margin-left: 1; min-width: 10; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss", "Cancel")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._asked: Path | None = None

    def compose(self) -> ComposeResult:
        """A path, and three choices."""
        with Vertical():
            yield Label(f"Export the picture: {', '.join([*DRAWN, *WRITTEN])}")
            yield Input(self._proposed(), suggester=PathSuggester((*DRAWN, *WRITTEN)), id="path")
            with Horizontal():
                yield Select(LEVELS, value="architecture", allow_blank=False, id="level")
                yield Select(THEMES, value="light", allow_blank=False, id="theme")
                yield Select(DIRECTIONS, value="down", allow_blank=False, id="direction")
            yield Label("" if has_graphviz() else f"Only {', '.join(WRITTEN)} here: {HOW_TO_GET}", id="said")
            with Horizontal(id="buttons"):
                yield Button("Cancel", id="cancel")
                yield Button("Export", id="export", variant="primary")

    def _proposed(self) -> str:
        path = self.desk.sketch.path if self.desk.sketch is not None else None
        end = ".svg" if has_graphviz() else ".mmd"
        return str(path.with_suffix(end)) if path is not None else f"network{end}"

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """Enter exports."""
        self._export()

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Another path is asked about anew."""
        self._asked = None

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button."""
        if event.button.id == "export":
            self._export()
        else:
            self.dismiss()

    def _export(self) -> None:
        typed = self.query_one("#path", Input).value.strip()
        sketch = self.desk.sketch
        if not typed or sketch is None:
            return
        path = Path(typed).expanduser()
        try:
            form_of(path)
        except NetloomError as mistake:
            self._say(str(mistake))
            return
        if path.exists() and self._asked != path:
            self._asked = path
            self._say(f"{path} exists: enter again writes over it")
            return
        self._say("drawing…")
        self._write(path, sketch.text, sketch.path)

    def _say(self, words: str) -> None:
        self.query_one("#said", Label).update(words.replace("[", "\\["))

    def _chosen(self, id: str) -> object:
        return self.query_one(f"#{id}", Select).value

    @work(thread=True, exclusive=True, group="export")
    def _write(self, path: Path, text: str, base: Path | None) -> None:
        level, theme = cast(Level, self._chosen("level")), cast(Theme, self._chosen("theme"))
        try:
            loaded = loaded_of(text, base)
            picture = picture_of(loaded, Asked(level), form=form_of(path))
            write_picture(picture, path, theme, cast(Direction, self._chosen("direction")))
        except SpecError as mistakes:
            first = mistakes.diagnostics[0]
            self.app.call_from_thread(self._say, f"line {first.place.line}: {first.message}")
        except NetloomError as mistake:
            self.app.call_from_thread(self._say, str(mistake))
        else:
            self.app.call_from_thread(self._written, path, len(picture.boxes))

    def _written(self, path: Path, boxes: int) -> None:
        self.app.notify(f"wrote {path}: {boxes} boxes")
        self.dismiss(path)
