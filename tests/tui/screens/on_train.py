"""The train screen on its own, driven by keys."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from textual.pilot import Pilot

from netloom.tui.desk import Desk
from netloom.tui.model.run_client import RunClient
from netloom.tui.screens.train import TrainScreen

from ..shown import Holder

Act = Callable[[Holder, Pilot[None]], Awaitable[None]]


def drive(desk: Desk, act: Act, size: tuple[int, int] = (140, 45)) -> None:
    """Show the screen and do something with it."""

    async def shown() -> None:
        app = Holder(TrainScreen, desk)
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.pause()
            await act(app, pilot)

    asyncio.run(shown())


def a_desk(run: RunClient | None, **more: Any) -> Desk:
    return Desk(run=run, timers=False, **more)
