"""The designer: one program with the screens Design, Compile, Train, Runs and Learn, on one desk."""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.notifications import SeverityLevel
from textual.screen import Screen

from ..dsl.diagnostics import NetloomError
from .commands import Commands, key_commands
from .desk import Desk
from .keys import GLOBAL
from .widgets.top_bar import TopBar

if TYPE_CHECKING:
    from .model.recovery import Lost, Recovery
    from .model.sketch import Sketch

SCREENS: dict[str, tuple[str, str]] = {
    "start": ("start", "StartScreen"),
    "design": ("design", "DesignScreen"),
    "compile": ("compile", "CompileScreen"),
    "train": ("train", "TrainScreen"),
    "runs": ("runs", "RunsScreen"),
    "learn": ("learn", "LearnScreen"),
}
"""Mode -> module below `screens` and class. Each is imported when it is first shown: the compiler comes with some."""


KEYS_IN_FLIGHT = 64
"""Keys that are on their way at most: a terminal gives several at once."""
SERVER_EVERY = 1.0
"""Seconds between looks whether the server of a browser's designer still lives."""


class Designer(App[int]):
    """The application. `begin` names the first mode; `afterwards` is done once it stands."""

    TITLE = "netloom"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS = {Commands}  # noqa: RUF012  Textual's own name
    BINDINGS: ClassVar[list[BindingType]] = [*GLOBAL]
    CSS = """
    Screen { layers: keys default base above; }
    ToastRack { align: left bottom; max-height: 6; margin: 0; scrollbar-size: 0 0; }
    Toast { width: 100%; max-width: 100%; margin: 0; padding: 0 1; }
    .title { text-style: bold; color: $accent; }
    .dim { color: $text-muted; }
    .bad { color: $error; }
    .good { color: $success; }
    """

    def __init__(self, desk: Desk, begin: str = "start") -> None:
        super().__init__()
        self.desk = desk
        self._begin = begin
        self._recovery: Recovery | None = None
        self._pressed = deque[tuple[events.Key, Screen[Any]]](maxlen=KEYS_IN_FLIGHT)
        for mode, (module, name) in SCREENS.items():
            self.add_mode(mode, self._factory(module, name))

    def _factory(self, module: str, name: str) -> Callable[[], Screen[Any]]:
        def made() -> Screen[Any]:
            screen: Screen[Any] = getattr(import_module(f"{__package__}.screens.{module}"), name)(self.desk)
            return screen

        return made

    def _fatal_error(self) -> None:
        """End after a mistake of ours with a word and a report, instead of pages of the program's inside."""
        from .model.crash import report, words
        from .model.state import state_folder

        error = sys.exception() or RuntimeError("unknown")
        self.bell()
        self._exit_renderables.append(Text(words(error, report(error, state_folder())), style="red"))
        self._close_messages_no_wait()

    def notify(
        self, message: str, *, title: str = "", severity: SeverityLevel = "information", timeout: float | None = None,
        markup: bool = False,
    ) -> None:  # fmt: skip
        """Tell something for a while, over the line of keys. Brackets in it are brackets."""
        super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    async def on_mount(self) -> None:
        """Show the first screen."""
        await self.switch_mode(self._begin)
        self.call_after_refresh(self._remember)
        if os.environ.get("TEXTUAL_DRIVER"):
            # a server that was killed tells nobody, and a browser's keys come from nowhere else
            self._server = os.getppid()
            self.set_interval(SERVER_EVERY, self._end_without_server)

    def _end_without_server(self) -> None:
        if os.getppid() != self._server:
            self.keep_copy()
            self.exit(1)

    async def action_go(self, mode: str) -> None:
        """Show another screen."""
        if mode == "design" and self.desk.sketch is None:
            mode = "start"
        if mode == "compile" and self.desk.sketch is None:
            self.notify("Open or make a network first.", severity="warning")
            return
        await self.switch_mode(mode)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """All that a key does here can be found by its words, too: a browser keeps some keys for itself."""
        yield from key_commands(self, screen)
        yield from super().get_system_commands(screen)

    async def on_top_bar_chosen(self, event: TopBar.Chosen) -> None:
        """A screen was asked for by its name in the line at the top of any."""
        await self.action_go(event.mode)

    def action_alone(self) -> None:
        """The focused pane alone on the screen, or all again."""
        screen = self.screen
        if screen.maximized is None and screen.focused is not None:
            screen.maximize(screen.focused)
        else:
            screen.minimize()

    async def action_help(self) -> None:
        """Tell the keys of what has the focus."""
        from .screens.help import HelpDialog

        await self.push_screen(HelpDialog(self.screen))

    async def on_event(self, event: events.Event) -> None:
        """Remember for which screen a key was pressed."""
        if isinstance(event, events.Key) and not event.is_forwarded:
            self._pressed.append((event, self.screen))
        await super().on_event(event)

    async def _on_key(self, event: events.Key) -> None:
        """A key that nothing on its screen took. One typed so quickly that another screen stands by now, such as the
        first letter of an answer, is for that one."""
        meant = next((screen for pressed, screen in self._pressed if pressed is event), self.screen)
        if meant is not self.screen:
            event.prevent_default()
            await self.on_event(events.Key(event.key, event.character))

    async def open_file(self, path: Path | None = None, text: str | None = None) -> None:
        """Put a file, or a text that is nowhere yet, on the desk and show it. What was there must be saved before."""
        from .model.sketch import Sketch

        try:
            sketch = Sketch.open(path) if text is None and path is not None else Sketch.new(text or "", path)
        except (NetloomError, OSError) as mistake:
            self.notify(str(mistake), severity="error")
            return
        await self._show_sketch(sketch)

    async def recover(self, lost: Lost) -> None:
        """Put what an earlier designer had not saved on the desk; one undo leads back to the file as it is."""
        try:
            sketch = self.recovery.adopt(lost)
        except (NetloomError, OSError) as mistake:
            self.notify(str(mistake), severity="error")
            return
        await self._show_sketch(sketch)

    async def _show_sketch(self, sketch: Sketch) -> None:
        self.desk.sketch, self.desk.checked = sketch, None
        if self.current_mode == "design":
            await self.switch_mode("start")
        await self._anew("design")
        self._remember()

    async def _anew(self, mode: str) -> None:
        """Show a screen made anew, of what lies on the desk now. It must not be the one that is shown."""
        await self.remove_mode(mode)
        self.add_mode(mode, self._factory(*SCREENS[mode]))
        await self.switch_mode(mode)

    def _remember(self) -> None:
        """Put the file first among those that the start screen offers."""
        sketch = self.desk.sketch
        if sketch is not None and sketch.path is not None and self.desk.timers:
            from .model.recent import remember
            from .model.state import state_folder

            remember(state_folder(), sketch.path)

    @property
    def recovery(self) -> Recovery:
        """Where copies of unsaved text are kept."""
        if self._recovery is None:
            from .model.recovery import Recovery

            self._recovery = Recovery()
        return self._recovery

    def keep_copy(self) -> None:
        """Copy the text that is not saved to where the next designer finds it, should this one end badly."""
        if (
            self.desk.sketch is not None
            and not self.desk.read_only
            and (trouble := self.recovery.keep(self.desk.sketch))
        ):
            self.notify(trouble, severity="warning", timeout=10)

    def _ended(self) -> None:
        if self._recovery is not None:
            self._recovery.close()
        self.exit(0)

    async def watch_run(self, folder: Path) -> None:
        """Put a run on the desk and show it."""
        from .model.run_client import RunClient

        self.desk.run = RunClient(folder)
        if self.current_mode == "train":
            await self.switch_mode("runs")
        await self._anew("train")

    async def action_leave(self) -> None:
        """Leave; what is not saved is asked about."""
        sketch = self.desk.sketch
        if sketch is None or not sketch.changed or self.desk.read_only:
            self._ended()
            return
        from .screens.leave import LeaveDialog

        async def answered(answer: str | None) -> None:
            if answer == "save" and not await self.save():
                return
            if answer in ("save", "discard"):
                self._ended()

        await self.push_screen(LeaveDialog(sketch.path), answered)

    async def save(self, path: Path | None = None, *, force: bool = False) -> bool:
        """Save the file; gives whether that was done. `force`: over whatever lies there."""
        sketch = self.desk.sketch
        if sketch is None or self.desk.read_only:
            return False
        if path is None and sketch.path is None:
            from .screens.leave import NameDialog

            await self.push_screen(NameDialog(sketch.file_name), self._named)
            return False
        try:
            if sketch.path is None and path is not None:
                sketch.named_after(path)
            sketch.save(path, force=force)
        except (NetloomError, OSError) as mistake:
            self.notify(str(mistake), title="Not saved", severity="error", timeout=10)
            return False
        self.keep_copy()
        self.notify(f"saved {sketch.path}")
        if callable(saved := getattr(self.screen, "saved", None)):
            saved()
        return True

    async def _named(self, path: Path | None) -> None:
        if path is not None:
            await self.save(path, force=True)


def design(file: Path | None, runs: Path, *, read_only: bool = False, plain: bool = False) -> None:
    """Open the designer, on a file or on the start screen."""
    desk = Desk(runs=runs, read_only=read_only, plain=plain)
    if file is not None:
        from .model.sketch import Sketch
        from .model.templates import BLANK, begun

        desk.sketch = Sketch.open(file) if file.exists() else Sketch.new(begun(BLANK, file), file)
    _run(Designer(desk, "start" if file is None else "design"))


def watch(which: str, runs: Path, *, read_only: bool = False, plain: bool = False) -> None:
    """Open the designer on a run. Raises RunError where there is no such run."""
    from ..runtime.runs import find
    from .model.run_client import RunClient

    client = RunClient(find(runs, which).path)
    _run(Designer(Desk(runs=runs, run=client, read_only=read_only, plain=plain), "train"))


def _run(app: Designer) -> None:
    """Run to the end. Raises NetloomError where there is no terminal to draw on, and no browser (`serve`) either."""
    if not os.environ.get("TEXTUAL_DRIVER") and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NetloomError(
            "the designer needs a terminal, for its keys (stdin) and its screen (stderr); without one there are "
            "`netloom check`, `show`, `draw`, `train` and `runs`"
        )
    app.run()
    if app.return_code:
        sys.exit(app.return_code)
