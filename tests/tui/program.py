"""The whole designer, driven by keys without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from netloom.tui.app import Designer
from netloom.tui.desk import Desk
from netloom.tui.model.sketch import Sketch

WIDE, NARROW = (140, 45), (80, 24)
Act = Callable[["Driven"], Awaitable[None]]


class Driven:
    """A running designer: press keys, and look at what is there once all work is done."""

    def __init__(self, app: Designer, pilot: Pilot[Any]) -> None:
        self.app, self.pilot = app, pilot

    async def settle(self) -> None:
        """Until no work is left."""
        await self.pilot.pause()
        await self.app.workers.wait_for_complete()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Keys one by one, each with all that it brings."""
        for key in keys:
            await self.pilot.press(key)
            await self.settle()

    async def type(self, text: str) -> None:
        """Letters into the field that has the focus."""
        for letter in text:
            await self.pilot.press(letter)
        await self.settle()

    async def to(self, node: str) -> None:
        """Go to a box of the picture."""
        self.screen.graph.focused_id = node
        self.screen.graph.focus()
        await self.settle()

    @property
    def screen(self) -> Any:
        return self.app.screen

    @property
    def sketch(self) -> Sketch:
        assert self.app.desk.sketch is not None
        return self.app.desk.sketch

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(strip.text.rstrip() for strip in self.screen._compositor.render_strips()) + "\n"

    @property
    def notes(self) -> str:
        """All that was told in notes."""
        return "\n".join(str(note.message) for note in self.app._notifications)


def drive(act: Act, desk: Desk, begin: str = "design", size: tuple[int, int] = WIDE) -> Designer:
    """Run the designer, do something with it, and leave it."""
    app = Designer(desk, begin)

    async def run() -> None:
        async with app.run_test(size=size) as pilot:
            driven = Driven(app, pilot)
            await driven.settle()
            await act(driven)

    asyncio.run(run())
    return app


def opened(path: Path, **more: Any) -> Desk:
    """A desk with a file; nothing happens by itself."""
    return Desk(sketch=Sketch.open(path), runs=path.parent / "runs", timers=False, **more)


def on_text(folder: Path, text: str) -> Desk:
    """A desk with a file `net.yaml` of this text."""
    file = folder / "net.yaml"
    file.write_text(text, encoding="utf-8")
    return opened(file)
