"""The served designer in a real browser: the page opens from the printed address, shows a terminal, and takes keys."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

pytest.importorskip("aiohttp", reason="needs netloom[serve]")
pytest.importorskip("textual_serve", reason="needs netloom[serve]")

from .browser import CHROMIUM, Page, chromium
from .test_serve import PATIENCE, POLL, Served, emptied, gone, served

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
SHOWN = "document.body?.classList.contains('-first-byte')"
FOCUSED = "document.activeElement?.classList.contains('xterm-helper-textarea')"


def test_the_page_shows_the_terminal_and_takes_keys(tmp_path: Path) -> None:
    async def run() -> None:
        async with served(tmp_path) as server, chromium(tmp_path / "profile") as page:
            await asyncio.wait_for(use(server, page, tmp_path), PATIENCE)

    asyncio.run(run())


async def use(server: Served, page: Page, tmp_path: Path) -> None:
    await page.ask("Page.navigate", url=server.guard.url)
    await page.comes_true(SHOWN)
    assert await page.value("location.href") == server.base + "/"
    assert await page.value("document.title") == "a <b> & c"
    await page.comes_true(FOCUSED)
    before = await page.picture()
    await page.type("hi")
    process, *keys = await written(server.keys, 3)
    assert keys == ["h", "i"]
    after = await page.picture()
    for name, picture in (("before", before), ("after", after)):
        (tmp_path / f"{name}.png").write_bytes(picture)
    assert before != after
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


async def written(keys: Path, lines: int) -> list[str]:
    """The lines of a file, once there are so many."""
    for _ in range(int(PATIENCE / POLL)):
        found = lines_of(keys)
        if len(found) >= lines:
            return found
        await asyncio.sleep(POLL)
    raise AssertionError(f"not {lines} lines in time")
