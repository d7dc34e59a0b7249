"""Start: what was not saved, files opened last, templates, the gallery; before the compiler has been loaded."""

from __future__ import annotations

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

from ..desk import Desk
from ..model.beginnings import Beginning, beginnings
from ..model.state import state_folder
from ..widgets.prose import spec_lines
from ..widgets.source import LinesView
from ..widgets.top_bar import TopBar

WELCOME = "netloom: networks, drawn, checked, trained and understood"
WAYS = (("n", "new network"), ("o", "open a file"), ("5", "examples"), ("4", "runs"), ("F1", "keys"))


class StartScreen(Screen[None]):
    """The first screen where no file is named."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  Textual's own name
    DEFAULT_CSS = """
    StartScreen #welcome { height: auto; padding: 1 2; }
    StartScreen #beginnings { width: 1fr; height: 1fr; border: round $panel-lighten-2; background: $background;
        padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
    StartScreen #beginnings:focus { border: round $accent; }
    StartScreen.-narrow #shown { display: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "New"),
        Binding("o", "open", "Open a file"),
        Binding("d", "discard", "Throw away unsaved work", show=False),
    ]

    def __init__(self, desk: Desk, folder: Path | None = None) -> None:
        super().__init__()
        self.desk = desk
        self._folder = folder or state_folder()
        self._items: list[Beginning] = []

    def compose(self) -> ComposeResult:
        """A welcome over a list, and what is chosen beside it."""
        yield TopBar("start", "")
        yield Static(_welcome(), id="welcome")
        with Horizontal():
            with Vertical():
                yield OptionList(id="beginnings")
            yield LinesView("what it begins with", id="shown")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """List what there is; load the compiler beside the screen, as it will be wanted next."""
        self.refresh_now()
        self.query_one("#beginnings").focus()
        if self.desk.timers:
            self.call_after_refresh(self._load)

    def on_screen_resume(self) -> None:
        """Files may have been opened meanwhile."""
        if self.is_mounted:
            self.refresh_now()

    @work(thread=True, group="load")
    def _load(self) -> None:
        from importlib import import_module

        import_module(".design", __package__)

    def refresh_now(self) -> None:
        """List what there is now."""
        self._items = beginnings(self._folder)
        listed = self.query_one("#beginnings", OptionList)
        listed.clear_options()
        before = ""
        for place, item in enumerate(self._items):
            if item.group != before:
                listed.add_option(Option(Text(item.group, "bold"), disabled=True))
                before = item.group
            sign = "! " if item.lost is not None else "  "
            listed.add_option(Option(Text.assemble(sign, (f"{item.name:14}", "bold"), f" {item.words}"), id=str(place)))
        listed.highlighted = 1

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what it begins with."""
        if event.option.id is None:
            return
        item = self._items[int(event.option.id)]
        title = "what was not saved; d throws it away" if item.lost is not None else "what it begins with"
        lines = _difference(item.lines) if item.lost is not None else spec_lines("\n".join(item.lines))
        self.query_one(LinesView).show(lines, title)

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Begin with it."""
        await self._begin(self._items[int(event.option.id or 0)])

    async def _begin(self, item: Beginning) -> None:
        if not self._free():
            return
        if item.lost is not None:
            await self.app.recover(item.lost)  # type: ignore[attr-defined]
        else:
            await self.app.open_file(item.path, item.text)  # type: ignore[attr-defined]

    def _free(self) -> bool:
        """Whether the desk is free: what is not saved is asked about first."""
        sketch = self.desk.sketch
        if sketch is None or not sketch.changed or self.desk.read_only:
            return True
        self.notify("The network on the desk has changes that are not saved: 1 shows it, ctrl+s saves it.",
                    severity="warning")  # fmt: skip
        return False

    async def action_new(self) -> None:
        """Begin with the first template."""
        blank = next(item for item in self._items if item.text is not None)
        await self._begin(blank)

    async def action_open(self) -> None:
        """Ask for a file."""
        from .open import OpenDialog

        async def chosen(path: Path | None) -> None:
            if path is not None and self._free():
                await self.app.open_file(path)  # type: ignore[attr-defined]

        await self.app.push_screen(OpenDialog(), chosen)

    async def action_discard(self) -> None:
        """Throw away the copy of unsaved work that is chosen."""
        from .confirm import Confirm

        option = self.query_one("#beginnings", OptionList).highlighted_option
        item = self._items[int(option.id)] if option is not None and option.id is not None else None
        lost = item.lost if item is not None else None
        if lost is None:
            return

        def sure(answer: bool | None) -> None:
            if answer:
                lost.discard()
                self.refresh_now()

        question = f"Throw away what was not saved of {lost.path.name if lost.path else 'the new network'}?"
        await self.app.push_screen(Confirm(question, "Throw away"), sure)


def _welcome() -> Text:
    text = Text.assemble((WELCOME, "bold"), "\n")
    for key, words in WAYS:
        text.append(f" {key} ", "bold reverse").append(f" {words}   ")
    return text


def _difference(lines: list[str]) -> list[Text]:
    styles = {"+": "green", "-": "red", "@": "dim"}
    return [Text(line, styles.get(line[:1], "")) for line in lines]
