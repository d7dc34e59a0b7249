"""When to look inside a network, and how: the training itself is asked while it lives, else its newest checkpoint."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from ...dsl.diagnostics import NetloomError
from ...runtime.control import ControlError
from ...runtime.fold import View
from ...runtime.runs import RunFolder
from .live_look import look_live
from .look_inside import look_beside
from .observed import Inside

SAVED_SECONDS, SAVED_LOOKS = 3.0, 60
"""How long a checkpoint is waited for, and how often is looked for it."""
LEAST_SECONDS, SHARE = 10.0, 10.0
"""Between looks: at least so long, and so many times what a look takes."""

MAKING = "looking inside: the first pictures are being made…"
FIRST_STEPS = "pictures come with the first steps"
NO_CHECKPOINT = "no pictures: this run has left no checkpoint"


class Looked(Protocol):
    """A run that can be looked into."""

    folder: Path

    @property
    def view(self) -> View: ...
    @property
    def state(self) -> str: ...
    def look(self, what: str, **more: Any) -> Mapping[str, Any]: ...


class Sent(Protocol):
    """A run that can be told something."""

    folder: Path

    def send(self, command: dict[str, Any]) -> Mapping[str, Any]: ...


@dataclass(slots=True)
class Seeing:
    """What was seen last of one run. `trouble`: why nothing was; `row`: the example whose way is shown."""

    inside: Inside = field(default_factory=Inside)
    trouble: str = ""
    row: int = 0
    beside: Callable[[Path, int], Inside] = look_beside
    _seen: tuple[int, int] = (0, 0)
    _next: float = 0.0
    _busy: bool = False

    def due(self, run: Looked, now: float) -> bool:
        """Whether there is something new to see, and the last look is long enough ago; what a training has ended with
        is looked at without delay."""
        there = _newest(run)
        ended = run.state != "running" and bool(self._seen[0])
        return not self._busy and (now >= self._next or ended) and there != self._seen and any(there)

    def see(self, run: Looked, clock: Callable[[], float]) -> None:
        """Look, which takes a while."""
        begun, self._busy, self._seen = clock(), True, _newest(run)
        try:
            self.inside, self.trouble = self._look(run), ""
        except NetloomError as trouble:
            self.trouble = str(trouble)
        finally:
            self._busy = False
            took = clock() - begun
            self._next = begun + took + max(LEAST_SECONDS, SHARE * took)

    def _look(self, run: Looked) -> Inside:
        if run.state == "running":
            try:
                return look_live(run.look, layers_of(run.view), part_of(run.view), self.row)
            except ControlError:
                # it ended in this moment, or nothing listens: its checkpoint tells as much
                pass
        return self.beside(run.folder, self.row)


def saved_now(run: Sent, waits: Callable[[float], object] = time.sleep) -> bool:
    """Have a living training write a checkpoint, and wait for it, some seconds at most; gives whether it came."""
    before = _changed(run.folder)
    try:
        if not run.send({"do": "checkpoint"}).get("ok"):
            return False
    except ControlError:
        return False
    for _ in range(SAVED_LOOKS):
        if _changed(run.folder) != before:
            return True
        waits(SAVED_SECONDS / SAVED_LOOKS)
    return False


def layers_of(view: View) -> list[str]:
    """The layers that looks tell of."""
    return list(view.looks[-1].layers) if view.looks else []


def to_come(folder: Path, view: View, *, alive: bool) -> str:
    """What is said of a run in place of pictures until the first look is done."""
    if (view.step and alive) or _changed(folder):
        return MAKING
    return FIRST_STEPS if alive else NO_CHECKPOINT


def part_of(view: View) -> str:
    """The part that examples are taken from."""
    examples = view.started.examples if view.started is not None else {}
    return next((part for part in ("validation", "test") if examples.get(part)), "train")


def _newest(run: Looked) -> tuple[int, int]:
    """What tells one state of the network from another: the step while it trains, the time of the checkpoint."""
    return (run.view.step if run.state == "running" else 0, _changed(run.folder))


def _changed(folder: Path) -> int:
    try:
        return RunFolder(folder).last.stat().st_mtime_ns
    except OSError:
        return 0
