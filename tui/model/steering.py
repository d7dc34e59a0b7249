"""Commands to a running training: what is asked for, and what is acknowledged, told apart."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ...dsl.diagnostics import NetloomError

ASKED = {
    "pause": "pausing",
    "resume": "going on",
    "stop": "stopping",
    "checkpoint": "saving a checkpoint",
    "knob": "changing",
    "step": "stepping",
    "dropout": "changing dropout",
}
"""What is said between asking and the answer."""

Send = Callable[[dict[str, Any]], Mapping[str, Any]]


@dataclass(slots=True)
class Steering:
    """Sends commands to one run. `pending`: words for what is asked for and not answered yet; `trouble`: why the last
    command was refused. That it was carried out is told by the run's record."""

    send: Send
    pending: str = ""
    trouble: str = ""

    def ask(self, do: str) -> None:
        """Say what is asked for, before it is sent."""
        self.pending, self.trouble = ASKED.get(do, do), ""

    def carry_out(self, command: dict[str, Any]) -> bool:
        """Send a command and wait for its answer (up to some seconds: not in the thread that draws); gives whether it
        was taken in."""
        try:
            answer = self.send(command)
        except NetloomError as trouble:
            answer = {"ok": False, "error": str(trouble)}
        self.pending = ""
        if not answer.get("ok"):
            self.trouble = str(answer.get("error", "the training did not answer"))
            return False
        return True


def new_value(text: str, now: float) -> float | None:
    """What was typed for a knob: a number, `x2`, `*0.5` or `/10` of what it is; None for nothing: as in the file.
    Raises ValueError with a sentence."""
    words = text.strip().replace(",", "").lower()
    if not words:
        return None
    try:
        if words[0] in "x*":
            value = now * float(words[1:])
        elif words[0] == "/":
            value = now / float(words[1:])
        else:
            value = float(words)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"`{text.strip()}` is no number: write 0.001, x2, /10, or nothing") from None
    if not math.isfinite(value):
        raise ValueError("it must be finite")
    return value
