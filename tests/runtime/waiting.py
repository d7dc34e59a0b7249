"""Waiting for another process: asked again and again, with a thread's event for the pause, up to a minute."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from netloom.runtime.control import ControlError

Found = TypeVar("Found")
MOST_ASKED, PAUSE = 1200, 0.05


def until(question: Callable[[], Found]) -> Found:
    """The first answer that is true; ControlError counts as none. Fails after a minute."""
    never = threading.Event()
    for _ in range(MOST_ASKED):
        try:
            if found := question():
                return found
        except ControlError:
            pass
        never.wait(PAUSE)
    raise AssertionError("what was waited for did not come")
