"""What is wrong with the file, and the way out of each: errors, warnings, hints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from ...dsl.diagnostics import Diagnostic
from ..model.problems import Problem, explained


class ProblemsPane(OptionList):
    """The remarks, worst first. Enter goes to one (`Chosen`), f mends it (`Fix`), F1 or x tells of its code."""

    DEFAULT_CSS = """
    ProblemsPane {
        border: none; border-top: solid $border; padding: 0 1; background: transparent;
        scrollbar-size-vertical: 1; height: auto; border-title-align: left;
    }
    ProblemsPane:focus { border: none; border-top: solid $accent; }
    ProblemsPane > .option-list--option { padding: 0; }
    ProblemsPane > .option-list--option-highlighted { text-style: bold; background: transparent; color: $foreground; }
    ProblemsPane:focus > .option-list--option-highlighted {
        color: $block-cursor-foreground; background: $block-cursor-background;
    }
    ProblemsPane > .problems--error { color: $text-error; }
    ProblemsPane > .problems--warning { color: $text-warning; }
    ProblemsPane > .problems--hint { color: $text-muted; }
    ProblemsPane.-none { display: none; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"problems--error", "problems--warning", "problems--hint"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fix", "Fix"),
        Binding("f4", "fix", "Fix", show=False),
        Binding("i", "explain", "What it means"),
        Binding("escape", "leave", "Back to the picture", show=False),
    ]

    class Chosen(Message):
        """Go to where a remark points."""

        def __init__(self, diagnostic: Diagnostic) -> None:
            super().__init__()
            self.diagnostic = diagnostic

    class Fix(Message):
        """Mend what a remark is about."""

        def __init__(self, diagnostic: Diagnostic) -> None:
            super().__init__()
            self.diagnostic = diagnostic

    class Left(Message):
        """Escape: back to where one came from."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False, classes="-none")
        self._problems: tuple[Problem, ...] = ()

    def show(self, found: Sequence[Problem]) -> None:
        """Show remarks; the chosen one stays chosen where it is there still."""
        found = tuple(found)
        if found == self._problems:
            return
        before = self.problem
        self._problems = found
        self.clear_options()
        self.add_options([Option(self._line(problem)) for problem in found])
        self.highlighted = self._again(before) if found else None
        self.set_class(not found, "-none")

    def _again(self, before: Problem | None) -> int:
        if before is None:
            return 0
        said = before.diagnostic.code, before.diagnostic.message
        same = (n for n, one in enumerate(self._problems) if (one.diagnostic.code, one.diagnostic.message) == said)
        return next(same, 0)

    def _line(self, problem: Problem) -> Text:
        found = problem.diagnostic
        line = Text()
        line.append(f"{problem.sign} ", style="bold")
        line.append(f"{problem.place:>6} ", style="dim")
        line.append(found.message)
        if problem.way:
            line.append(f"  → {problem.way}", style="italic")
        if problem.fix is not None:
            line.append("  [F4: fix]", style="bold")
        line.append(f"  {found.code}", style="dim")
        line.stylize(self.get_component_rich_style(f"problems--{found.severity}", partial=True), 0, 2)
        return line

    @property
    def problem(self) -> Problem | None:
        """The chosen remark."""
        at = self.highlighted
        return self._problems[at] if at is not None and at < len(self._problems) else None

    def action_next(self) -> None:
        """Choose the next remark and go to it; behind the last the first again."""
        if not self._problems:
            self.notify("No problems.")
            return
        self.highlighted = 0 if self.highlighted is None else (self.highlighted + self._gone) % len(self._problems)
        self._gone = 1
        self._go()

    _gone = 0
    """0 until the first remark was gone to, which is highlighted from the start."""

    def _go(self) -> None:
        if self.problem is not None:
            self.post_message(self.Chosen(self.problem.diagnostic))

    def action_fix(self) -> None:
        """Mend the chosen remark, or the first that one key can mend."""
        chosen = self.problem
        if chosen is None:
            self.notify("No problems.")
            return
        self.post_message(self.Fix(chosen.diagnostic))

    def action_explain(self) -> None:
        """Tell what the code of the chosen remark means."""
        if self.problem is not None:
            self.app.push_screen(Explanation(self.problem.diagnostic))

    def action_leave(self) -> None:
        """Back to where one came from."""
        self.post_message(self.Left())

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click: go there."""
        event.stop()
        self._go()


class Explanation(ModalScreen[None]):
    """What a code means, with an example of it wrong and right."""

    DEFAULT_CSS = """
    Explanation { align: center middle; }
    Explanation > VerticalScroll {
        width: 84; max-width: 96%; height: auto; max-height: 90%; border: round $accent; background: $surface;
        padding: 0 1;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [("escape,enter,q,i", "dismiss", "Back")]

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__()
        self._diagnostic = diagnostic

    def compose(self) -> ComposeResult:
        """The remark itself, then the page of its code."""
        found = self._diagnostic
        with VerticalScroll() as box:
            box.border_title = f"{found.code}, line {found.place.line}"
            box.border_subtitle = "esc: back"
            told = Text(found.message, style="bold")
            if found.suggestion:
                told.append(f"\n→ {found.suggestion}", style="not bold italic")
            yield Static(told)
            yield Static(Text("\n" + explained(found.code)))
