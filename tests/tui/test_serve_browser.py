"""The served designer in a real browser: the page opens from the printed address, shows a terminal, and takes keys."""

from __future__ import annotations

import asyncio
import io
import shutil
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("aiohttp", reason="needs netloom[serve]")
pytest.importorskip("textual_serve", reason="needs netloom[serve]")

from netloom.cli.serve_command import command

from .browser import CHROMIUM, Page, chromium
from .test_serve import EXAMPLES, PATIENCE, POLL, Served, emptied, gone, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
SHOWN = "document.body?.classList.contains('-first-byte')"
FOCUSED = "document.activeElement?.classList.contains('xterm-helper-textarea')"


def test_the_page_shows_the_terminal_and_takes_keys(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as server, chromium(tmp_path / "profile") as page:
            await asyncio.wait_for(use(server, page), PATIENCE)

    asyncio.run(run())


async def use(server: Served, page: Page) -> None:
    await page.ask("Page.navigate", url=server.guard.url)
    await page.comes_true(SHOWN)
    assert await page.value("location.href") == server.base + "/"
    assert await page.value("document.title") == "a <b> & c"
    await page.comes_true(FOCUSED)
    await corner_is(page, "red")
    await page.type("hi")
    process, *keys = await written(server.keys, 3)
    assert keys == ["h", "i"]
    await corner_is(page, "green")
    assert await page.value("document.fonts.check('16px \"Roboto Mono\"')")
    assert page.complaints == []
    await page.type("q")
    await page.comes_true("document.body.classList.contains('-closed')")
    assert await page.value("document.activeElement.id") == "again"
    await emptied(server.guard)
    assert gone(int(process))
    await page.value("document.activeElement.click()")
    process = (await written(server.keys, 5))[-1]
    await page.comes_true(f"{SHOWN} && {FOCUSED}")
    await page.type("x")
    assert page.questions == []
    await page.ask("Page.navigate", url="about:blank")
    assert page.questions == ["beforeunload"]
    await emptied(server.guard)
    assert gone(int(process))


def lines_of(file: Path) -> list[str]:
    return file.read_text(encoding="utf-8").split() if file.exists() else []


async def corner_is(page: Page, colour: str) -> None:
    """Wait until the terminal's first cell, as it is on the screen, is red, green or blue; the deadline is the test's."""
    while True:
        pixel = Image.open(io.BytesIO(await page.picture())).convert("RGB").getpixel((2, 2))
        assert isinstance(pixel, tuple)
        if {"red": 0, "green": 1, "blue": 2}[colour] == max(range(3), key=pixel.__getitem__) and max(pixel) > 90:
            return


async def written(keys: Path, lines: int) -> list[str]:
    """The lines of a file, once there are so many."""
    for _ in range(int(PATIENCE / POLL)):
        found = lines_of(keys)
        if len(found) >= lines:
            return found
        await asyncio.sleep(POLL)
    raise AssertionError(f"not {lines} lines in time")


def test_the_designer_shows_in_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copy(EXAMPLES / "start" / "digits.yaml", tmp_path / "digits.yaml")

    async def run() -> None:
        words = command(tmp_path / "digits.yaml", tmp_path / "runs", read_only=True)
        async with served(tmp_path, words=words) as server, chromium(tmp_path / "profile") as page:
            await asyncio.wait_for(look(server, page), PATIENCE)

    async def look(server: Served, page: Page) -> None:
        await page.ask("Page.navigate", url=server.guard.url)
        await page.comes_true(f"{SHOWN} && {FOCUSED}")
        await page.draws(b"dense1")
        (tmp_path / "designer.png").write_bytes(await page.picture())
        assert page.complaints == []
        await page.ask("Page.navigate", url="about:blank")
        await emptied(server.guard)

    asyncio.run(run())
