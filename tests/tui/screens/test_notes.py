"""Notes of the designer: over the line of keys, and never over what is needed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Footer
from textual.widgets._toast import Toast

from netloom.tui.app import Designer
from netloom.tui.widgets.problems import ProblemsPane
from netloom.tui.widgets.totals_bar import TotalsBar

from ..program import NARROW, WIDE, opened

TEXT = "netloom: 1\ndata: {source: digits}\nnetwork: {layers: [flatten, dense: 10, dense: 9]}\ntrain: {loss: cross_entropy}\n"
LONG = "a sentence that goes on and on, " * 5


@pytest.mark.parametrize("size", [WIDE, NARROW])
@pytest.mark.parametrize("words", ["saved", LONG, f"one of [2, 3], not [red]: {LONG}"])
def test_a_note_covers_the_keys_alone(tmp_path: Path, size: tuple[int, int], words: str) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(TEXT, encoding="utf-8")

    async def run() -> None:
        app = Designer(opened(path), "design")
        async with app.run_test(size=size, notifications=True) as pilot:
            await app.workers.wait_for_complete()
            await pilot.pause()
            keys = app.screen.query_one(Footer).region
            assert keys.bottom == size[1]
            app.notify(words, timeout=60)
            await pilot.pause()
            note = app.screen.query_one(Toast)
            assert (note.region.bottom, note.region.width) == (size[1], size[0])
            shown = [app.screen.query_one(one).region for one in (TotalsBar, ProblemsPane)]
            assert all(region.height and not region.overlaps(note.region) for region in shown)
            assert " ".join(str(note.render()).split()) == " ".join(words.split())

    asyncio.run(run())
