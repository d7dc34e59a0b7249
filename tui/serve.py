"""The designer in a browser: a terminal in a page of this machine, one process a tab.

textual-serve brings the terminal's JavaScript and the talk with a process; the page, the server and who is let in are
ours. A process ends with its tab; a training is a process of its own and goes on.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import html
import logging
import os
import shlex
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

import textual_serve
from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from ..dsl.diagnostics import NetloomError
from .serve_guard import HOST, Guard, Handler

PAGE = Path(__file__).parent / "page"
TERMINAL = Path(textual_serve.__file__).parent / "static"
FONT_SIZES = range(8, 33)
"""Pixels, as `?fontsize=` asks for."""
CELLS = range(1, 1001)
"""Columns and rows that a terminal may have."""
SECONDS_TO_END = 5.0
"""For a designer to end by itself, before it is made to."""
HEARTBEAT_SECONDS = 15.0
FULL = "So many designers are open already: {} tabs. Close one, then open this again.\n"


class NotServed(NetloomError):  # noqa: N818  says what happened
    """The port cannot be had."""


class Designing(AppService):
    """One designer: a process that is there for one tab."""

    def _build_environment(self, width: int = 80, height: int = 24) -> dict[str, str]:
        """As textual-serve has it, with the place from which the package was imported."""
        place = str(Path(__file__).resolve().parents[1].parent)
        known = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        paths = os.pathsep.join(filter(None, [*known, *sys.path, place]))
        return {**super()._build_environment(width, height), "PYTHONPATH": paths}

    async def _open_app_process(self, width: int = 80, height: int = 24) -> Process:
        """As textual-serve has it, but no shell reads the command."""
        self._process = process = await asyncio.create_subprocess_exec(
            *shlex.split(self.command), stdin=PIPE, stdout=PIPE, stderr=PIPE,
            env=self._build_environment(width, height),
        )  # fmt: skip
        self._stdin = process.stdin
        return process

    async def run(self) -> None:
        """Carry its words to the tab until it has none; then the tab is told."""
        await super().run()
        with contextlib.suppress(OSError):
            await self.remote_close()

    async def end(self) -> None:
        """Ask it to end, and after a while see to it."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.stop(), SECONDS_TO_END)
        if (process := self._process) is None:
            return
        try:
            await asyncio.wait_for(process.wait(), SECONDS_TO_END)
        except TimeoutError:
            process.kill()
            await process.wait()


@dataclass(slots=True)
class Designers:
    """The designers that are open, and how each is started."""

    command: str
    guard: Guard
    sockets: set[web.WebSocketResponse] = field(default_factory=set)
    downloads: DownloadManager = field(default_factory=DownloadManager)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one tab, from its first word to its last."""
        if self.guard.taken >= self.guard.tabs:
            raise web.HTTPServiceUnavailable(text=FULL.format(self.guard.tabs))
        self.guard.taken += 1
        try:
            return await self._serve_tab(request)
        finally:
            self.guard.taken -= 1

    async def _serve_tab(self, request: web.Request) -> web.WebSocketResponse:
        socket_of_tab = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS)
        await socket_of_tab.prepare(request)

        async def close() -> None:
            await socket_of_tab.close()

        designer = Designing(
            self.command,
            write_bytes=socket_of_tab.send_bytes,
            write_str=socket_of_tab.send_str,
            close=close,
            download_manager=self.downloads,
        )
        self.sockets.add(socket_of_tab)
        try:
            await designer.start(_number(request, "width", CELLS, 80), _number(request, "height", CELLS, 24))
            await _listen(socket_of_tab, designer)
        finally:
            self.sockets.discard(socket_of_tab)
            await designer.end()
        return socket_of_tab

    async def close(self, _app: web.Application) -> None:
        """Let every tab know that the server ends."""
        for each in list(self.sockets):
            await each.close(code=WSCloseCode.GOING_AWAY, message=b"netloom serve ends")


async def _listen(tab: web.WebSocketResponse, designer: Designing) -> None:
    """Hand on what a tab says; what it cannot mean ends it."""
    async for message in tab:
        if message.type is not WSMsgType.TEXT:
            continue
        match message.json():
            case ["stdin", str(typed)]:
                await designer.send_bytes(typed.encode("utf-8", "replace"))
            case ["resize", {"width": int(width), "height": int(height)}] if width in CELLS and height in CELLS:
                await designer.set_terminal_size(width, height)
            case ["ping", stamp]:
                await tab.send_json(["pong", stamp])
            case ["focus", *_]:
                await designer.focus()
            case ["blur", *_]:
                await designer.blur()
            case _:
                await tab.close(code=WSCloseCode.POLICY_VIOLATION)


def _number(request: web.Request, name: str, allowed: range, usual: int) -> int:
    """A whole number of the address, or the usual one where it is none of those allowed."""
    text = request.query.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 5 and int(text) in allowed else usual


def make_app(command: Sequence[str], guard: Guard, *, title: str, edits: bool = True) -> web.Application:
    """The web application that shows a Textual program, started by `command`, to whoever `guard` lets in. `edits`: a
    tab asks before it closes."""
    designers = Designers(shlex.join(command), guard)
    page = Template((PAGE / "designer.html").read_text(encoding="utf-8"))

    async def index(request: web.Request) -> web.Response:
        if guard.taken >= guard.tabs:
            raise web.HTTPServiceUnavailable(text=FULL.format(guard.tabs))
        size = _number(request, "fontsize", FONT_SIZES, 16)
        filled = page.substitute(
            title=html.escape(title),
            socket=f"ws://{request.host}/ws",
            size=size,
            edits="yes" if edits else "no",
        )
        return web.Response(text=filled, content_type="text/html")

    async def download(request: web.Request) -> web.StreamResponse:
        return await _download(request, designers.downloads)

    app = web.Application()
    guard.protect(app)
    app.add_routes([
        web.get("/", index),
        web.get("/ws", designers.handle),
        web.get("/download/{key}", download),
        web.static("/static", TERMINAL),
        *(web.get(f"/page/{name}", _file(PAGE / name)) for name in ("designer.css", "designer.js")),
    ])  # fmt: skip
    app.on_shutdown.append(designers.close)
    return app


def _file(path: Path) -> Handler:
    async def send(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    return send


async def _download(request: web.Request, downloads: DownloadManager) -> web.StreamResponse:
    """A file that the designer gives to its user: always kept, never shown."""
    key = request.match_info["key"]
    try:
        meant = await downloads.get_download_metadata(key)
    except KeyError:
        raise web.HTTPNotFound(text="There is no such file.\n") from None
    response = web.StreamResponse()
    response.content_type = "application/octet-stream"
    quoted = meant.file_name.encode("ascii", "replace").decode().replace('"', "_").replace("\\", "_")
    response.headers["Content-Disposition"] = f'attachment; filename="{quoted}"'
    await response.prepare(request)
    async for piece in downloads.download(key):
        await response.write(piece)
    await response.write_eof()
    return response


def listen(port: int) -> socket.socket:
    """A socket of this machine alone; port 0 is any that is free. Raises NotServed."""
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as why:
        taken = isinstance(why, OSError) and why.errno == errno.EADDRINUSE
        reason = "another program has it" if taken else str(why)
        raise NotServed(
            f"port {port} of {HOST} cannot be had: {reason}; give another with --port, or --port 0 for any that is free"
        ) from None


def serve(app: web.Application, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM; `ready` is called once requests are answered."""
    logging.getLogger("textual-serve").addHandler(logging.StreamHandler(sys.stderr))
    asyncio.run(_serve(app, listening, ready))


async def _serve(app: web.Application, listening: socket.socket, ready: Callable[[], None]) -> None:
    asked_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # what our parent had us ignore (`nohup`) stays ignored
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, asked_to_end.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3 * SECONDS_TO_END)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        ready()
        # what a designer says as it fails is no answer of ours
        with contextlib.redirect_stdout(sys.stderr):
            await asked_to_end.wait()
            await runner.cleanup()
    finally:
        await runner.cleanup()
