"""The part of a screen that has work done beside it: a network timed, or its kernels made, in a process of its own."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, Literal

from textual import work
from textual.screen import Screen

from ..desk import Desk
from ..model.profiling import Profiling, Said
from ..model.sketch import Sketch


class Measuring(Screen[None]):
    """A screen that can say what it is busy with, and be told to call it off."""

    desk: Desk

    def __init__(self, *, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._calls_off = False
        self._busy = ""
        self._job: Profiling | None = None
        self._times: dict[str, Any] | None = None
        self._times_of = -1

    @abstractmethod
    def _work_on(self, words: str) -> None:
        """Say what is going on."""

    @abstractmethod
    def _done(self, words: str) -> None:
        """Say how it ended."""

    @abstractmethod
    def _show_times(self) -> None:
        """Show what was measured."""

    def _tell(self, do: Callable[..., None], *given: object) -> None:
        """Have something done on the screen, from beside it; nothing where it is gone."""
        if self.is_running and self.app.is_running:
            self.app.call_from_thread(do, *given)

    def _call_off(self) -> None:
        self._calls_off = True
        if self._job is not None:
            self._job.cancel()

    def _start(self, what: Literal["profile", "kernels"]) -> None:
        sketch = self.desk.sketch
        if sketch is None or self._busy:
            return
        self._work_on("starting")
        self._measure(sketch, sketch.text, sketch.revision, what)

    @work(thread=True, exclusive=True, group="measure")
    def _measure(self, sketch: Sketch, text: str, revision: int, what: Literal["profile", "kernels"]) -> None:
        job = Profiling(text, sketch.path, what)
        self._job = job
        try:
            for said in job.said():
                self._tell(self._heard, said, revision)
        finally:
            job.cancel()
            self._job = None
        self._tell(self._measured)

    def _heard(self, said: Said, revision: int) -> None:
        if said.profile is not None:
            self._times, self._times_of = said.profile, revision
            self._done("timed; v: by kernel or by layer")
            self._show_times()
        elif said.mistake:
            self._done(said.mistake)
        elif said.ended:
            self._done(said.words)
        else:
            self._work_on(f"{said.words}  {said.done:,} of {said.count:,}")

    def _measured(self) -> None:
        if self._busy:
            self._done("called off")
