"""What a network says of examples, in words: the worst first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from ..model.curves import figure
from ..model.observed import Answer


class Answers(VerticalScroll, can_focus=True):
    """A line an example: what the network takes it for, how sure it is, and what is true."""

    DEFAULT_CSS = """
    Answers { border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
        height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }
    Answers:focus { border: round $accent; }
    Answers > Static { height: auto; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Answer, ...] = ()
        self._empty = ""
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The lines."""
        yield self._body

    def show(self, answers: Sequence[Answer], title: str, empty: str, at: str) -> None:
        """Other answers, or none and why."""
        self._shown, self._empty = tuple(answers), empty
        self.border_title, self.border_subtitle = title, at
        self._body.update(self._text() if self._shown else Text(empty, style="italic dim"))

    @property
    def words(self) -> str:
        """The lines as text."""
        return "\n".join(answer_words(answer) for answer in self._shown) or self._empty

    def _text(self) -> Text:
        wide = max(len(answer.taken) for answer in self._shown)
        true = max(len(answer.truth) for answer in self._shown)
        text = Text(no_wrap=True, overflow="ellipsis")
        for answer in self._shown:
            if answer.off is not None:
                text.append(f"{answer.taken:>{wide}}  true {answer.truth:>{true}}  off by {figure(answer.off)}")
                text.append(f"   {answer.part} {answer.row}\n", "dim")
                continue
            text.append("✓ " if answer.right else "✗ ", "green" if answer.right else "bold red")
            text.append(f"{answer.taken:<{wide}}", "" if answer.right else "bold")
            text.append(f" ({answer.sure:4.0%})  true {answer.truth:<{true}}")
            text.append(f"   {answer.part} {answer.row}\n", "dim")
        text.rstrip()
        return text


def answer_words(answer: Answer) -> str:
    """`wrong: 7 (98%), true 1: validation 12`, or of a number `3.2, true 3.5, off by 0.3: validation 12`"""
    if answer.off is not None:
        return f"{answer.taken}, true {answer.truth}, off by {figure(answer.off)}: {answer.part} {answer.row}"
    sign = "" if answer.right else "wrong: "
    return f"{sign}{answer.taken} ({answer.sure:.0%}), true {answer.truth}: {answer.part} {answer.row}"
