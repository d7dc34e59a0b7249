"""Lines that are scrolled; before and after at both widths."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from rich.text import Text
from textual.app import App, ComposeResult

from netloom.tui.model.pass_steps import Row
from netloom.tui.widgets.before_after import BeforeAfter
from netloom.tui.widgets.source import LinesView, SourceView

ROWS = [
    Row("title", "dense1, line 4"),
    Row("same", "a = add(x, y)", "a = add(x, y)"),
    Row("changed", "b = relu(a)  B×8", "b = tanh(a)  B×8"),
    Row("gone", "c = old(b)"),
    Row("more", "12 lines as before"),
    Row("new", "", "d = new(b)"),
]


class Stage(App[None]):
    """An app with one view."""

    def __init__(self, view: LinesView) -> None:
        super().__init__()
        self.view = view

    def compose(self) -> ComposeResult:
        yield self.view


def shown(view: LinesView, do: Callable[[Any], None], size: tuple[int, int], keys: tuple[str, ...] = ()) -> list[str]:
    """The rows of the screen after the keys."""

    async def run() -> list[str]:
        app = Stage(view)
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            do(view)
            view.focus()
            await pilot.press(*keys)
            await pilot.pause()
            return [view.render_line(y).text for y in range(view.scrollable_content_region.height)]

    return asyncio.run(run())


def test_side_by_side() -> None:
    view = BeforeAfter()
    shown(view, lambda v: v.compare(ROWS, "t", "nothing"), (100, 20))
    assert [line.rstrip() for line in view.lines] == [
        "dense1, line 4",
        f"  {'a = add(x, y)':46} │ a = add(x, y)",
        f"~ {'b = relu(a)  B×8':46} │ b = tanh(a)  B×8",
        f"- {'c = old(b)':46} │",
        "  ⋯ 12 lines as before",
        f"+ {'':46} │ d = new(b)",
    ]


def test_one_under_the_other_where_it_is_narrow() -> None:
    view = BeforeAfter()
    shown(view, lambda v: v.compare(ROWS, "t", "nothing"), (40, 20))
    assert view.lines == [
        "dense1, line 4", "  a = add(x, y)", "- b = relu(a)  B×8", "+ b = tanh(a)  B×8", "- c = old(b)",
        "  ⋯ 12 lines as before", "+ d = new(b)",
    ]  # fmt: skip


def test_nothing_changed_is_said() -> None:
    view = BeforeAfter()
    shown(view, lambda v: v.compare([], "t", "nothing was changed"), (40, 20))
    assert view.lines == ["nothing was changed"]


def test_long_lines_go_on_and_are_scrolled_to() -> None:
    long = "a" * 60 + "END"
    rows = shown(LinesView(), lambda v: v.show([Text(long)]), (40, 10))
    assert rows[0].endswith("›")
    assert "END" in shown(LinesView(), lambda v: v.show([Text(long)]), (40, 10), ("end", *["right"] * 40))[0]


def test_wrapped_lines_lose_no_word() -> None:
    view, sentence = LinesView(wraps=True), "+ one two three four five six seven eight nine ten eleven twelve"
    shown(view, lambda v: v.show([Text(sentence)]), (30, 10))
    assert " ".join(" ".join(view.lines).split()) == sentence
    assert len(view.lines) > 2
    assert all(line.startswith("  ") for line in view.lines[1:])


def test_a_long_text_is_scrolled() -> None:
    rows = shown(LinesView(), lambda v: v.show([Text(f"line {n}") for n in range(500)]), (40, 10), ("G",))
    assert rows[-1].strip() == "line 499"


def test_a_source_keeps_its_text() -> None:
    view, text = SourceView(), "# head\n\ndef kernel(a):\n    return a + 1  # end\n"
    shown(view, lambda v: v.source(text, "kernel"), (60, 20))
    assert "\n".join(line.rstrip() for line in view.lines).strip() == text.strip()
