"""The served designer: who is let in, what a tab is, and how it all ends."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

import netloom
from netloom.cli.serve_command import command
from netloom.dsl.diagnostics import NetloomError

aiohttp: Any = pytest.importorskip("aiohttp", reason="needs netloom[serve]")
serve: Any = pytest.importorskip("netloom.tui.serve", reason="needs netloom[serve]")
Guard: Any = pytest.importorskip("netloom.tui.serve_guard", reason="needs netloom[serve]").Guard

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
PROGRAM = Path(__file__).parent / "small_program.py"
PATIENCE, POLL = 60.0, 0.01
"""Seconds after which something is not slow but wrong."""


class Served:
    """A server with the small program in it, and a client that knows its address."""

    def __init__(self, guard: Any, client: Any, keys: Path) -> None:
        self.guard, self.client, self.keys = guard, client, keys
        self.base = f"http://127.0.0.1:{guard.port}"

    async def get(self, path: str, **headers: str) -> tuple[int, str, Any]:
        """Status, text and headers of an answer; nothing is followed."""
        async with self.client.get(self.base + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text(errors="replace"), answer.headers

    async def move_in(self) -> None:
        """Open the printed address, and so have the cookie."""
        status, _, _ = await self.get(f"/?token={self.guard.token}")
        assert status == 200

    def socket(self, **headers: str) -> Any:
        """A tab's websocket, from our own page when not told otherwise."""
        headers = {"Origin": self.base, **headers}
        return self.client.ws_connect(f"{self.base}/ws?width=60&height=12", headers=headers)


@asynccontextmanager
async def served(tmp_path: Path, *, tabs: int = 8, words: list[str] | None = None) -> AsyncIterator[Served]:
    """A server; `words` is another command than the small program."""
    listening = serve.listen(0)
    guard = Guard(listening.getsockname()[1], tabs=tabs)
    keys = tmp_path / "keys"
    command_line = words or [sys.executable, str(PROGRAM), str(keys)]
    app = serve.make_app(command_line, guard, title="a <b> & c")
    runner = aiohttp.web.AppRunner(app, access_log=None, shutdown_timeout=PATIENCE)
    await runner.setup()
    await aiohttp.web.SockSite(runner, listening).start()
    try:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as client:
            yield Served(guard, client, keys)
    finally:
        await runner.cleanup()


def with_server(tmp_path: Path, body: Callable[[Served], Awaitable[None]], *, tabs: int = 8) -> None:
    async def run() -> None:
        async with served(tmp_path, tabs=tabs) as server:
            await asyncio.wait_for(body(server), PATIENCE)

    asyncio.run(run())


async def until(tab: Any, words: bytes) -> None:
    """Read what the terminal is sent until the words are in it."""
    seen = b""
    while words not in re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", seen):
        message = await tab.receive()
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), (message, seen)
        if message.type is aiohttp.WSMsgType.BINARY:
            seen += message.data


async def emptied(guard: Any) -> None:
    """Wait until no tab is left; the deadline is the test's."""
    for _ in range(int(PATIENCE / POLL)):
        if not guard.taken:
            return
        await asyncio.sleep(POLL)


async def ended(process: int) -> None:
    """Wait until a process runs no more (whoever has taken it in may not have seen that); the deadline is the test's."""
    for _ in range(int(PATIENCE / POLL)):
        if gone(process) or left_over(process):
            return
        await asyncio.sleep(POLL)


def left_over(process: int) -> bool:
    """Whether a process has ended and its parent has not looked yet (Linux)."""
    return ") Z " in Path(f"/proc/{process}/stat").read_text(encoding="ascii")


def gone(process: int) -> bool:
    """Whether a process is no more."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.parametrize("path", ["/", "/ws", "/static/js/textual.js", "/page/designer.js", "/download/x", "/none"])
def test_nothing_is_answered_without_the_token(path: str, tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        status, text, _ = await server.get(path)
        assert status == 401
        assert "netloom serve" in text
        status, _, _ = await server.get(path, Cookie=f"netloom-{server.guard.port}=guessed")
        assert status == 401

    with_server(tmp_path, body)


def test_the_token_moves_from_the_address_into_a_strict_cookie(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        status, text, headers = await server.get(f"/?token={server.guard.token}")
        assert (status, 'content="0;url=/"' in text) == (200, True)
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        status, text, _ = await server.get("/")
        assert status == 200
        assert "a &lt;b&gt; &amp; c" in text
        assert f'"ws://127.0.0.1:{server.guard.port}/ws"' in text
        assert server.guard.token not in text

    with_server(tmp_path, body)


def test_tokens_of_other_servers_and_odd_ones_are_refused(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        for token in (Guard(1).token, "", "x", "%C3%A9", server.guard.token[:-1], server.guard.token + "x"):
            status, _, headers = await server.get(f"/?token={token}")
            assert (status, "Set-Cookie" in headers) == (401, False), token

    with_server(tmp_path, body)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1:{port}.evil.example", ""])
def test_other_names_of_this_machine_are_refused(host: str, tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        status, _, _ = await server.get("/", Host=host.format(port=server.guard.port))
        assert status == 403
        status, _, _ = await server.get("/", Host=f"localhost:{server.guard.port}")
        assert status == 200 or host  # the name is good; the cookie of 127.0.0.1 is the client's to send

    with_server(tmp_path, body)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "https://127.0.0.1:{port}", ""])
def test_websockets_of_other_pages_are_refused(origin: str, tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with server.socket(Origin=origin.format(port=server.guard.port)):
                raise AssertionError("let in")
        assert refused.value.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            async with server.client.ws_connect(f"{server.base}/ws"):  # a page always has an origin
                raise AssertionError("let in")
        assert not server.keys.exists()

    with_server(tmp_path, body)


def test_a_websocket_needs_the_token_too(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            async with server.socket():
                raise AssertionError("let in")
        assert refused.value.status == 401

    with_server(tmp_path, body)


@pytest.mark.parametrize("path", ["/", "/static/js/textual.js", "/page/designer.css", "/none", "/?token=wrong"])
def test_headers_keep_the_page_to_itself(path: str, tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        _, _, headers = await server.get(path)
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert (headers["X-Frame-Options"], headers["X-Content-Type-Options"]) == ("DENY", "nosniff")
        assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
        assert "Server" not in headers

    with_server(tmp_path, body)


def test_folders_are_not_listed_and_nothing_outside_them_is_sent(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        for path in ("/static/", "/static/js", "/page/", "/page/designer.html", "/static/../templates/app_index.html"):
            status, _, _ = await server.get(path)
            assert status in (403, 404), path
        status, _, _ = await server.get("/static/%2e%2e/server.py")
        assert status in (403, 404)

    with_server(tmp_path, body)


def test_a_tab_is_a_process_that_ends_with_it(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        async with server.socket() as tab:
            await until(tab, b"A small program")
            await tab.send_json(["focus"])
            await tab.send_json(["resize", {"width": 90, "height": 20}])
            await tab.send_json(["stdin", "é"])
            await until(tab, "é".encode())
            process = int(server.keys.read_text(encoding="utf-8").split()[0])
            assert not gone(process)
        await emptied(server.guard)
        assert gone(process)

    with_server(tmp_path, body)


def test_a_tab_is_told_when_its_program_ends(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        async with server.socket() as tab:
            await until(tab, b"A small program")
            await tab.send_json(["stdin", "q"])
            while (await tab.receive()).type is aiohttp.WSMsgType.BINARY:
                pass
            assert tab.closed

    with_server(tmp_path, body)


def test_what_is_no_message_of_ours_ends_the_tab(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        for wrong in ({"a": 1}, ["resize", {"width": 10**9, "height": 1}], ["stdin", 3], []):
            async with server.socket() as tab:
                await tab.send_json(wrong)
                while (message := await tab.receive()).type is aiohttp.WSMsgType.BINARY:
                    pass
                assert (message.type, tab.close_code) == (aiohttp.WSMsgType.CLOSE, 1008), wrong

    with_server(tmp_path, body)


def test_so_many_tabs_and_no_more(tmp_path: Path) -> None:
    async def body(server: Served) -> None:
        await server.move_in()
        async with server.socket() as tab:
            await until(tab, b"A small program")
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with server.socket():
                    raise AssertionError("let in")
            assert refused.value.status == 503
            status, text, _ = await server.get("/")
            assert (status, "1 tabs" in text or "Close one" in text) == (503, True)
        await emptied(server.guard)
        async with server.socket() as tab:
            await until(tab, b"A small program")

    with_server(tmp_path, body, tabs=1)


def test_a_taken_port_is_told_with_a_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with pytest.raises(NetloomError, match="another program has it; .*--port 0"):
            serve.listen(taken.getsockname()[1])


def test_the_socket_is_of_this_machine_alone() -> None:
    with serve.listen(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


def test_the_designer_itself_is_served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, state = tmp_path / "digits.yaml", tmp_path / "state"
    monkeypatch.setenv("XDG_STATE_HOME", str(state))
    shutil.copy(EXAMPLES / "start" / "digits.yaml", file)

    async def run() -> None:
        words = command(file, tmp_path / "runs", read_only=False)
        async with served(tmp_path, words=words) as server:
            await server.move_in()
            async with server.socket() as tab:
                await asyncio.wait_for(until(tab, b"flatten1"), PATIENCE)
                await tab.send_json(["stdin", "\x11"])
                while (await asyncio.wait_for(tab.receive(), PATIENCE)).type is aiohttp.WSMsgType.BINARY:
                    pass
            await asyncio.wait_for(emptied(server.guard), PATIENCE)

    asyncio.run(run())
    assert not (tmp_path / "runs").exists()


def test_a_tab_that_closes_loses_no_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    shutil.copy(EXAMPLES / "start" / "digits.yaml", tmp_path / "digits.yaml")

    async def run() -> None:
        words = command(tmp_path / "digits.yaml", tmp_path / "runs", read_only=False)
        async with served(tmp_path, words=words) as server:
            await server.move_in()
            async with server.socket() as tab:
                await asyncio.wait_for(until(tab, b"flatten1"), PATIENCE)
                await tab.send_json(["stdin", "d"])
                await asyncio.wait_for(until(tab, b"flatten2"), PATIENCE)
            await asyncio.wait_for(emptied(server.guard), PATIENCE)

    asyncio.run(run())
    kept = [path.read_text(encoding="utf-8") for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert any(text.count("- flatten") == 2 for text in kept), kept
