"""The line of keys: on the smallest terminal, too, no key and no word of it is cut."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import Footer

from netloom.tui.app import Designer
from netloom.tui.desk import Desk
from netloom.tui.model.run_client import RunClient

from ..records import write
from ..shown import text_of


@pytest.mark.parametrize("mode", ["train", "runs", "learn", "start"])
def test_no_key_is_cut(mode: str, tmp_path: Path) -> None:
    async def shown() -> None:
        app = Designer(Desk(runs=tmp_path, timers=False, run=RunClient(write(tmp_path, "digits-1"))), mode)
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            await app.workers.wait_for_complete()
            await pilot.pause()
            keys = app.screen.query_one(Footer).children
            assert keys
            assert max(key.region.right for key in keys) <= 80
            line = text_of(app).splitlines()[-1]
            assert "^q Leave" in line
            assert line.rstrip().endswith("F1 Help")

    asyncio.run(shown())
