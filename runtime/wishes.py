"""What is asked of a running training from outside: set by any thread, read by the training at step boundaries."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


class Ask:
    """A question that only the training can answer, between two stretches of steps."""

    def __init__(self, command: dict[str, Any]) -> None:
        self.command = command
        self._given = threading.Event()
        self._answer: dict[str, Any] = {}

    def give(self, answer: dict[str, Any]) -> None:
        """Answer; only the first answer counts."""
        if not self._given.is_set():
            self._answer = answer
            self._given.set()

    def answered_by(self, answer: Callable[[dict[str, Any]], dict[str, Any]] | None) -> None:
        """Give what a function answers, or what went wrong with it."""
        if answer is None:
            self.give({"ok": False, "error": "this run cannot be asked"})
            return
        try:
            self.give(answer(self.command))
        except Exception as trouble:  # noqa: BLE001  who asks must never end a training that took days
            self.give({"ok": False, "error": f"it cannot be seen: {type(trouble).__name__}: {trouble}"})

    def wait(self, seconds: float) -> dict[str, Any] | None:
        """The answer, or None when there is none after so many seconds."""
        return self._answer if self._given.wait(seconds) else None


@dataclass(slots=True)
class Wishes:
    """What is wished for just now. Commands are taken in at once and take effect at the next step boundary."""

    stop: str | None = None
    """Why to stop (`interrupted`, `stopped`), None to go on."""
    save: bool = True
    """Whether the weights are saved when training stops."""
    paused: bool = False
    checkpoint: bool = False
    knobs: dict[str, float | None] = field(default_factory=dict)
    steps: deque[int] = field(default_factory=deque)
    """Numbers of single steps to take while paused, one after the other."""
    asks: deque[Ask] = field(default_factory=deque)
    watched_until: float = 0.0
    """Until when (`time.monotonic`) somebody watches; a viewer that was killed does not ask again."""

    def urgent(self, *, stepping: bool = False) -> bool:
        """Whether a stretch of steps should end early; `stepping`: its steps were asked for one by one."""
        return bool(self.stop or self.checkpoint or self.knobs or (self.paused and not stepping))

    @property
    def watched(self) -> bool:
        return time.monotonic() < self.watched_until
