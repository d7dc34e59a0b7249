"""Those who look at a training between its stretches of steps, each in its own time; none of them may end it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from .events import Event, Warned
from .order import Rows

Batch = Callable[[], tuple[Rows, Mapping[str, float]]]
"""Gives the rows of the next batch, and the live numbers of its step by their names."""


class Observing(Protocol):
    """Who looks at a training without changing it. `what`: of what it tells, for a person."""

    what: str

    def due(self, step: int, *, watched: bool, last: bool = False) -> bool: ...
    def look(self, step: int, rows: Rows, knobs: Mapping[str, float]) -> Event: ...


class Looks:
    """All who look at one training."""

    def __init__(self, *observers: Observing | None) -> None:
        self._observers = [observer for observer in observers if observer is not None]

    def at(self, step: int, batch: Batch, *, watched: bool, last: bool = False) -> Iterator[Event]:
        """What there is to tell at a step. `last`: there will be no other chance. Who fails looks no more."""
        for observer in list(self._observers):
            try:
                if not observer.due(step, watched=watched, last=last):
                    continue
                seen = observer.look(step, *batch())
            except Exception as trouble:  # noqa: BLE001  no look is worth a training
                self._observers.remove(observer)
                said = f"{type(trouble).__name__}: {trouble}"
                seen = Warned(step=step, message=f"{observer.what} are looked at no more ({said})")
            yield seen
