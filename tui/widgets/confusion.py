"""The confusion matrix: numbers where there is room, shades where there are many classes, and the worst in words."""

from __future__ import annotations

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from ..model.confusion_rows import Confusion, cell_width, mistakes, recalls, shades, shortened

MOST_MISTAKES = 5


class ConfusionView(VerticalScroll, can_focus=True):
    """Rows are the true classes, columns what they were taken for."""

    DEFAULT_CSS = """
    ConfusionView { border: round $panel-lighten-2; border-title-color: $text; border-subtitle-color: $text-muted;
        height: 1fr; width: 1fr; scrollbar-size-vertical: 1; }
    ConfusionView:focus { border: round $accent; }
    ConfusionView > Static { height: auto; width: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
    ConfusionView > Static.-words { text-wrap: wrap; }
    """

    def __init__(self, *, plain: bool = False, id: str | None = None) -> None:
        super().__init__(id=id)
        self.border_title = "confusion"
        self._plain = plain
        self._shown: Confusion | None = None
        self._empty = "no confusion matrix yet"
        self._body = Static()

    def compose(self) -> ComposeResult:
        """The table."""
        yield self._body

    def show(self, confusion: Confusion | None, empty: str = "no confusion matrix yet") -> None:
        """Another matrix, or None and why there is none."""
        self._shown, self._empty = confusion, empty
        self._draw()

    @property
    def words(self) -> str:
        """The matrix in words."""
        if self._shown is None:
            return self._empty
        worst = [str(mistake) for mistake in mistakes(self._shown, MOST_MISTAKES)]
        return "\n".join([f"{self._shown.right:.1%} right", *worst])

    def on_resize(self) -> None:
        """Draw for the new width."""
        self._draw()

    def _draw(self) -> None:
        if not self.is_mounted:
            return
        shown = self._shown
        if shown is None:
            self.border_subtitle = ""
            self._body.add_class("-words")
            self._body.update(Text(self._empty, style="italic dim"))
            return
        self._body.remove_class("-words")
        self.border_subtitle = f"{shown.part}, step {shown.step:,}: {shown.right:.1%} right"
        if self._plain:
            self._body.update(Text(self.words))
            return
        width = max(16, self.content_size.width - 1)
        label = min(max([len(name) for name in shown.classes] + [4]), 12)
        numbers = label + 8 + cell_width(shown) * len(shown.classes) <= width
        table = _numbers(shown, label) if numbers else _shades(shown, label, width)
        worst = mistakes(shown, MOST_MISTAKES)
        for mistake in worst:
            table.append(f"\n{mistake}", style="")
        if not worst:
            table.append("\nno mistakes", style="green")
        self._body.update(table)


def _numbers(shown: Confusion, label: int) -> Text:
    wide = cell_width(shown)
    text = Text(no_wrap=True)
    heads = "".join(f"{name:>{wide}}" for name in shortened(shown.classes, wide - 1))
    text.append(f"{'true':<{label}} {heads}  found\n", style="dim")
    total_of = shown.counts.sum(1)
    for i, (name, row, found) in enumerate(zip(shown.classes, shown.counts, recalls(shown), strict=True)):
        text.append(f"{name[:label]:<{label}} ")
        total = max(float(total_of[i]), 1.0)
        for j, count in enumerate(row):
            text.append(f"{f'{int(count)}' if count else '·':>{wide}}", style=_style(i == j, float(count) / total))
        text.append(f"{found:7.1%}\n" if total_of[i] else "   none\n", style="dim")
    return text


def _style(right: bool, share: float) -> str:
    """Right answers are green; mistakes the redder and bolder the larger their share."""
    if share == 0:
        return "dim"
    if right:
        return "green"
    return "bold reverse red" if share >= 0.1 else ("bold red" if share >= 0.03 else "red")


def _shades(shown: Confusion, label: int, width: int) -> Text:
    text = Text(no_wrap=True, overflow="crop")
    text.append(f"{'true':<{label}} columns: taken for, in the same order\n", style="dim")
    for name, row in zip(shown.classes, shades(shown), strict=True):
        text.append(f"{name[:label]:<{label}} {row[: width - label - 1]}\n")
    return text
