"""Steering a training from the screen that shows it: pause, step, stop, checkpoint, live numbers."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from typing import Any

from textual import work
from textual.binding import Binding
from textual.screen import Screen

from ..desk import Desk
from ..model.record import ENDED
from ..model.steering import Steering
from ..model.told import knob_history
from .knob import Answer, KnobDialog
from .leave import StopDialog

NO_RUN = "no run on the desk: 4 lists the runs there are, or open a network (1) and train it"
STEERING_KEYS: tuple[Binding, ...] = (
    Binding("space", "pause", "Pause"),
    Binding("n", "step(1)", "Step"),
    Binding("N", "step(10)", "Ten steps", show=False),
    Binding("l", "knob", "Learning rate"),
    Binding("s", "stop", "Stop"),
    Binding("S", "stop_now", "Save and stop", show=False),
    Binding("c", "checkpoint", "Checkpoint", show=False),
    Binding("d", "dropout", "Dropout on or off", show=False),
)


class SteeringScreen(Screen[None]):
    """A screen of one run. What is asked for is told at once, and again when the training has done it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.steering = Steering(self._send)

    def begin_steering(self) -> None:
        """Another run: forget what was asked of the one before."""
        self.steering = Steering(self._send)

    @abstractmethod
    def redraw(self) -> None:
        """Draw what is known."""

    @abstractmethod
    def refresh_now(self) -> None:
        """Read the record and draw."""

    def _send(self, command: dict[str, Any]) -> Any:
        assert self.desk.run is not None, "only a run is steered"
        return self.desk.run.send(command)

    def _may_steer(self) -> bool:
        run = self.desk.run
        if run is None or self.desk.read_only:
            self.notify("read only: nothing is steered" if run is not None else NO_RUN, severity="warning")
            return False
        if run.state in ENDED:
            self.notify("this run has ended: 4 Runs goes on with it (r)", severity="warning")
            return False
        return True

    def _ask(self, do: str, **more: Any) -> None:
        if self._may_steer():
            self.steering.ask(do)
            self.redraw()
            self._carry_out({"do": do, **more})

    @work(group="steer")
    async def _carry_out(self, command: dict[str, Any]) -> None:
        taken = await asyncio.to_thread(self.steering.carry_out, command)
        if not taken:
            self.notify(self.steering.trouble, title="Not done", severity="error")
        self.refresh_now()

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._ask("resume" if self.desk.run is not None and self.desk.run.view.paused else "pause")

    def action_step(self, count: int) -> None:
        """Train so many steps and pause again."""
        self._ask("step", count=count)

    def action_checkpoint(self) -> None:
        """Write a checkpoint now."""
        self._ask("checkpoint")

    def action_dropout(self) -> None:
        """Switch dropout off, or on again, while it trains."""
        run = self.desk.run
        rates = [value for name, value in run.view.knobs.items() if "drop" in name] if run is not None else []
        self._ask("dropout", on=bool(rates) and not any(rates))

    async def action_stop(self) -> None:
        """Stop, after a question."""
        if self._may_steer():
            await self.app.push_screen(StopDialog(), self._stop_if)

    def _stop_if(self, answer: str | None) -> None:
        if answer is not None:
            self._ask("stop", checkpoint=answer == "save")

    def action_stop_now(self) -> None:
        """Save and stop without a question."""
        self._ask("stop", checkpoint=True)

    async def action_knob(self) -> None:
        """Set the learning rate or another live number."""
        if not self._may_steer():
            return
        assert self.desk.run is not None, "what may be steered is there"
        knobs = self.desk.run.view.knobs
        if not knobs:
            self.notify("no live number is known yet: wait for the first steps", severity="warning")
            return

        def answered(answer: Answer | None) -> None:
            if answer is not None:
                self._ask("knob", name=answer[0], value=answer[1])

        await self.app.push_screen(KnobDialog(knobs, knob_history(self.desk.run), "learning_rate"), answered)
