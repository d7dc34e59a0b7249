"""Learn: the gallery of examples by chapter of the course; what each is about, what to look at, and a preview."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, Input, OptionList, Static
from textual.widgets.option_list import Option

from ..desk import Desk
from ..model.gallery import Entry, chapters, copy_of, entry, found, picture_lines
from ..widgets.prose import spec_lines, ticked
from ..widgets.source import LinesView
from ..widgets.top_bar import TopBar


class LearnScreen(Screen[None]):
    """Enter opens a copy of the example in Design; the installed one is never written to."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]  # noqa: RUF012  Textual's own name
    DEFAULT_CSS = """
    LearnScreen #left { width: 44; }
    LearnScreen #search { border: none; height: 1; padding: 0 1; background: $boost; }
    LearnScreen #search:focus { background: $panel; }
    LearnScreen #gallery { height: 1fr; border: round $panel-lighten-2; padding: 0; background: $background;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1; }
    LearnScreen #gallery:focus { border: round $accent; }
    LearnScreen #told { height: auto; max-height: 40%; padding: 0 1; }
    LearnScreen.-narrow #left { width: 30; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search"),
        Binding("v", "view", "As text"),
        Binding("o,enter", "open", "Open a copy", key_display="enter"),
        Binding("t", "numbers", "Numbers"),
        Binding("left_square_bracket", "chapter(-1)", "Chapter before", show=False),
        Binding("right_square_bracket", "chapter(1)", "Next chapter"),
        Binding("escape", "all", "All examples", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._as_text = False
        self._shown: Entry | None = None

    def compose(self) -> ComposeResult:
        """The list beside what is chosen in it."""
        yield TopBar("learn", "")
        with Horizontal():
            with Vertical(id="left"):
                yield Input(placeholder="/ search in all examples", id="search")
                yield OptionList(id="gallery")
            with Vertical(id="right"):
                yield Static(id="told")
                yield LinesView("preview", id="preview")
        yield Footer(compact=True, show_command_palette=False)

    def on_mount(self) -> None:
        """All examples; the first is chosen."""
        self._list("")
        self.query_one("#gallery").focus()

    @property
    def _gallery(self) -> OptionList:
        return self.query_one("#gallery", OptionList)

    def _list(self, asked: str) -> None:
        listed, kept = self._gallery, found(chapters(), asked)
        listed.clear_options()
        for chapter in kept:
            listed.add_option(Option(Text(chapter.title, "bold"), disabled=True, id=f"#{chapter.name}"))
            listed.add_options([Option(Text(f"  {each.title}"), id=each.id) for each in chapter.entries])
        count = sum(len(chapter.entries) for chapter in kept)
        listed.border_title = f"{count} example{'s' * (count != 1)}"
        if count:
            listed.highlighted = 1
        else:
            self._shown = None
            self.query_one("#told", Static).update(Text(f"no example has the words “{asked}”; esc shows all", "dim"))
            self.query_one(LinesView).show([], "preview")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell of the example."""
        chosen = entry(event.option.id or "")
        if chosen is not None:
            self._shown = chosen
            self._tell(chosen)
            self._preview()

    def _tell(self, chosen: Entry) -> None:
        told = Text.assemble((chosen.title, "bold"), ("  " + chosen.id, "dim"), "\n")
        told.append_text(ticked(chosen.about))
        if chosen.look:
            told.append("\nLook at: ", "bold").append_text(ticked(chosen.look))
        self.query_one("#told", Static).update(told)

    def _preview(self) -> None:
        view, chosen = self.query_one(LinesView), self._shown
        if chosen is None:
            return
        if self._as_text:
            view.show(spec_lines(chosen.text), "its file  (v: picture)")
        else:
            view.border_title = "its network, drawn…"
            self._draw(chosen, max(30, view.size.width - 2))

    @work(thread=True, exclusive=True, group="draw")
    def _draw(self, chosen: Entry, width: int) -> None:
        lines = picture_lines(chosen.text, chosen.path, width)
        self.app.call_from_thread(self._drawn, chosen, lines)

    def _drawn(self, chosen: Entry, lines: list[str]) -> None:
        if chosen is self._shown and not self._as_text:
            self.query_one(LinesView).show([Text(line) for line in lines], "its network  (v: file)")

    # keys

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list as is typed."""
        self._list(event.value)

    def on_input_submitted(self, _event: Input.Submitted) -> None:
        """From the search into the list."""
        self._gallery.focus()

    def action_search(self) -> None:
        """Search."""
        self.query_one("#search").focus()

    def action_all(self) -> None:
        """All examples again."""
        self.query_one("#search", Input).value = ""
        self._gallery.focus()

    def action_view(self) -> None:
        """The network drawn, or the file."""
        self._as_text = not self._as_text
        self._preview()

    def action_chapter(self, by: int) -> None:
        """The first example of the next chapter, or of the one before."""
        listed = self._gallery
        heads = [n for n in range(listed.option_count) if listed.get_option_at_index(n).disabled]
        here = (listed.highlighted or 0) - 1
        ahead = [n for n in heads if n > here] if by > 0 else [n for n in heads if n < here][::-1]
        if ahead:
            listed.highlighted = ahead[0] + 1

    async def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Enter, or a click on what is chosen."""
        await self.action_open()

    async def action_open(self) -> None:
        """Open a copy that lies in no file yet. What is not saved is asked about first."""
        from .leave import LeaveDialog

        chosen, sketch = self._shown, self.desk.sketch
        if chosen is None:
            return
        if sketch is None or not sketch.changed or self.desk.read_only:
            await self._open(chosen)
            return

        async def answered(answer: str | None) -> None:
            if answer == "save" and not await self.app.save():  # type: ignore[attr-defined]
                return
            if answer in ("save", "discard"):
                await self._open(chosen)

        await self.app.push_screen(LeaveDialog(sketch.path), answered)

    async def _open(self, chosen: Entry) -> None:
        await self.app.open_file(None, copy_of(chosen))  # type: ignore[attr-defined]
        self.app.notify(ticked_words(chosen), title="A copy, not saved yet", timeout=12)

    async def action_numbers(self) -> None:
        """Its numbers, layer by layer."""
        from .numbers import NumbersScreen

        if self._shown is not None:
            await self.app.push_screen(NumbersScreen(self.desk, self._shown.text, self._shown.path))


def ticked_words(chosen: Entry) -> str:
    """What to look at, in plain words for a notice."""
    return f"Look at: {chosen.look}".replace("[", "\\[") if chosen.look else chosen.about
