"""A small list of words below a field or the cursor: what may stand there. The focus stays where it is."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class WordList(OptionList, can_focus=False):
    """Words, each with a few words of help. Whoever shows it moves the highlight and takes the word."""

    DEFAULT_CSS = """
    WordList {
        overlay: screen; constrain: inside inflect; width: 44; max-width: 90vw; height: auto; max-height: 9;
        border: round $border; padding: 0; background: $surface; color: $foreground;
        text-wrap: nowrap; text-overflow: ellipsis; scrollbar-size-vertical: 1;
    }
    WordList > .option-list--option { padding: 0; }
    WordList > .option-list--option-highlighted {
        text-style: bold; color: $block-cursor-foreground; background: $block-cursor-background;
    }
    """

    def __init__(self, words: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__()
        self.words: list[str] = []
        self.put(words)

    def put(self, words: Sequence[tuple[str, str]], chosen: str = "") -> None:
        """Show these words with their help; `chosen` is highlighted, else the first."""
        if [word for word, _ in words] != self.words:
            self.clear_options()
            self.words = [word for word, _ in words]
            self.add_options([Option(_line(word, told)) for word, told in words])
        if self.words:
            self.highlighted = self.words.index(chosen) if chosen in self.words else 0

    def move(self, by: int) -> None:
        """Move the highlight, around the ends."""
        if self.words:
            self.highlighted = ((self.highlighted or 0) + by) % len(self.words)

    @property
    def word(self) -> str | None:
        """The highlighted word."""
        return self.words[self.highlighted] if self.words and self.highlighted is not None else None


def _line(word: str, told: str) -> Text:
    line = Text(word, no_wrap=True, overflow="ellipsis")
    return line.append(f"  {told}", style="dim") if told else line
