"""Totals that are exact: the network is compiled beside the screen, in a process of its own, when the keys rest."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.screen import Screen
from textual.timer import Timer

from ..desk import Desk
from ..model.profiling import Profiling

if TYPE_CHECKING:
    from ..model.checking import Checked

REST = 1.5
"""Seconds without a change before the network is compiled for its totals."""


class ExactScreen(Screen[None]):
    """A screen that shows what is known of the file; `told` is called again when its totals are exact."""

    desk: Desk
    _exact_due: Timer | None = None
    _compiling: Profiling | None = None

    @abstractmethod
    def told(self, checked: Checked) -> None:
        """Show the totals."""

    def exact_later(self, checked: Checked) -> None:
        """Another text was checked: what was begun for the one before is given up."""
        self._give_up()
        if self.desk.timers and not checked.errors and not checked.totals.exact and checked.document is not None:
            self._exact_due = self.set_timer(REST, self.exact_now)

    def exact_now(self) -> None:
        """Compile what was checked last, and say what it comes to."""
        checked = self.desk.checked
        if checked is not None and checked.document is not None:
            self._compile(checked, checked.document.text)

    @work(thread=True, exclusive=True, group="exact")
    def _compile(self, checked: Checked, text: str) -> None:
        path = self.desk.sketch.path if self.desk.sketch is not None else None
        self._compiling = job = Profiling(text, path, "totals")
        for said in job.said():
            if said.ended and not said.mistake and not job.cancelled:
                totals = replace(checked.totals, memory=said.memory, seconds=said.seconds, exact=True)
                self.app.call_from_thread(self._exact, replace(checked, totals=totals))

    def _exact(self, checked: Checked) -> None:
        now = self.desk.checked
        if now is not None and now.revision == checked.revision and not self.desk.stale:
            self.desk.checked = checked
            self.told(checked)

    def _give_up(self) -> None:
        if self._exact_due is not None:
            self._exact_due.stop()
        if self._compiling is not None:
            self._compiling.cancel()
        self._exact_due, self._compiling = None, None

    def on_unmount(self) -> None:
        """Nothing goes on for a screen that is gone."""
        self._give_up()
