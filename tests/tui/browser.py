"""A Chromium without a window, spoken to by its DevTools protocol: enough of it for one page and its keys."""

from __future__ import annotations

import asyncio
import base64
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
"""Where one is; None where there is none."""
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--enable-unsafe-swiftshader", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--remote-debugging-port=0", "--window-size=1000,600",
)  # fmt: skip
LOOKS, LOOK_SECONDS = 1200, 0.05
BINARY_FRAME = 2
LINE_BYTES = 1 << 20
PICTURE_BYTES = 1 << 26


class Page:
    """One tab: commands go out; their answers come back, with the page's complaints, its questions (answered with yes),
    and what a websocket had it draw."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._numbers = count(1)
        self.complaints: list[str] = []
        self.questions: list[str] = []
        self.drawn = b""

    async def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the protocol, and its result."""
        told = await self._asked(method, parameters)
        assert "result" in told, told
        return dict(told["result"])

    async def _asked(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            told: dict[str, Any] = await self._socket.receive_json()
            if told.get("id") == number:
                return told
            match told.get("method"):
                case "Log.entryAdded":
                    entry = told["params"]["entry"]
                    # a browser may ask for this of itself, before it has seen that the page names its icon
                    if not entry.get("url", "").endswith("/favicon.ico"):
                        self.complaints.append(f"{entry['text']} {entry.get('url', '')}")
                case "Runtime.exceptionThrown":
                    self.complaints.append(str(told["params"]["exceptionDetails"]))
                case "Network.webSocketFrameReceived" if told["params"]["response"]["opcode"] == BINARY_FRAME:
                    self.drawn += base64.b64decode(told["params"]["response"]["payloadData"])
                case "Page.javascriptDialogOpening":
                    # the command that made the page ask is answered after this
                    self.questions.append(told["params"]["type"])
                    answer = {"id": next(self._numbers), "method": "Page.handleJavaScriptDialog"}
                    await self._socket.send_json({**answer, "params": {"accept": True}})

    async def value(self, expression: str) -> Any:
        """What an expression is in the page."""
        return (await self.ask("Runtime.evaluate", expression=expression, returnByValue=True))["result"].get("value")

    async def comes_true(self, expression: str) -> None:
        """Wait until an expression holds, over changes of the page; the deadline is the caller's."""
        parameters = {"expression": expression, "returnByValue": True}
        for _ in range(LOOKS):
            told = await self._asked("Runtime.evaluate", parameters)
            if told.get("result", {}).get("result", {}).get("value") is True:
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"never true: {expression}; {self.complaints}")

    async def draws(self, words: bytes) -> None:
        """Wait until the words have come over a websocket."""
        for _ in range(LOOKS):
            await self._asked("Runtime.evaluate", {"expression": "0"})
            if words in self.drawn:
                return
            await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError(f"never drawn: {words!r}")

    async def type(self, text: str) -> None:
        """Press and release the keys of a text, wherever the focus is."""
        for letter in text:
            for kind in ("keyDown", "keyUp"):
                typed = {"text": letter} if kind == "keyDown" else {}
                await self.ask("Input.dispatchKeyEvent", type=kind, key=letter, **typed)

    async def picture(self) -> bytes:
        """The page as PNG."""
        return base64.b64decode((await self.ask("Page.captureScreenshot", format="png"))["data"])


@asynccontextmanager
async def chromium(profile: Path) -> AsyncIterator[Page]:
    """A new Chromium with an empty page; `profile` is a folder for what it keeps."""
    import aiohttp

    assert CHROMIUM is not None
    running = await asyncio.create_subprocess_exec(
        CHROMIUM, *FLAGS, f"--user-data-dir={profile}", "about:blank",
        stderr=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, limit=LINE_BYTES,
    )  # fmt: skip
    assert running.stderr is not None
    try:
        said = b""
        async for line in running.stderr:
            said += line
            if b"DevTools listening on ws://" in line:
                break
        else:
            raise AssertionError(said.decode(errors="replace"))
        place = line.split(b"ws://")[1].split(b"/")[0].decode()
        async with aiohttp.ClientSession() as client:
            async with client.get(f"http://{place}/json") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            address = pages[0]["webSocketDebuggerUrl"]
            async with client.ws_connect(address, max_msg_size=PICTURE_BYTES) as socket:
                page = Page(socket)
                for domain in ("Page", "Log", "Runtime", "Network"):
                    await page.ask(f"{domain}.enable")
                yield page
    finally:
        if running.returncode is None:
            running.terminate()
        await running.communicate()
