"""Training: a stream of events that the consumer pulls. Whoever stops pulling stops the training."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from ..compiler.plan import Plan
from . import checkpoints
from .checkpoints import Arrays, Progress
from .engine import Engine, Outcome, Segment
from .events import (
    CheckpointSaved,
    Continued,
    Evaluated,
    Event,
    KnobChanged,
    Paused,
    RunEnded,
    RunFailed,
    Stepped,
    Steps,
    Warned,
)
from .input_share import InputShare
from .live import Clockwork, knob_table
from .looks import Looks
from .metrics import Tally, higher_is_better
from .order import Order, Rows
from .plateau import watch_plateaus
from .predicting import in_batches
from .training_settings import Answer, Explain, NotFinite, Settings, Stopping
from .wishes import Wishes

__all__ = ["Explain", "NotFinite", "Settings", "Stopping", "Training", "Wishes", "evaluation"]

GO_SECONDS = 0.05
POINTS = 10
"""Points of a series one stretch of steps may leave in the record: 200 a second."""
CHECKPOINT_SECONDS, CHECKPOINT_SHARE = 2.0, 0.02
REST_SECONDS = 0.02
"""Between looks for wishes while training rests."""


class Training:
    """One run of one plan. `events()` is the stream; `wishes` may be set from another thread."""

    def __init__(
        self,
        plan: Plan,
        engine: Engine,
        parts: dict[str, Rows],
        settings: Settings,
        progress: Progress,
        explain: Explain | None = None,
        looks: Looks | None = None,
        answer: Answer | None = None,
        timer: InputShare | None = None,
    ) -> None:
        self.plan, self.engine, self.parts, self.settings = plan, engine, parts, settings
        self.progress, self.explain, self.looks, self.answer, self.timer = progress, explain, looks, answer, timer
        self.wishes = Wishes()
        self.order = Order(parts["train"], settings.batch, settings.drop_last, settings.seed)
        in_all = settings.steps or settings.epochs * self.order.steps
        self.clockwork = Clockwork(self.order.steps, in_all)
        self.names = [knob.name for knob in plan.knobs]
        self.lives = [knob.live for knob in plan.knobs]
        self.dropouts: tuple[str, ...] = ()
        """The knobs that are rates of dropouts."""
        progress.factors = progress.factors or [1.0] * len(self.names)
        self.tally = Tally(plan.metrics, {n: np.array(v) for n, v in progress.sums.items()})
        self.best_states: Arrays | None = None
        self.points = POINTS
        self._go_steps = 32
        self._resting = False
        """Whether it was said that training rests."""
        self._single = self._stepped = 0
        """Single steps still to take, and taken since training rested last."""
        self._saved_at, self._saved_step = time.monotonic(), progress.step
        self._save_seconds = 0.0
        self._began = time.monotonic() - progress.seconds

    # the stream

    def events(self) -> Iterator[Event]:
        """Train to the end, or until a wish or a failure ends it."""
        while not self._finished():
            yield from self._wanted()
            yield from self._observed()
            if self.wishes.stop or not (yield from self._stretch()):
                break
            if self.progress.position == self.order.steps:
                yield from self._end_of_epoch()
            yield from self._checkpoint()
        yield from self._end()

    def _finished(self) -> bool:
        done, wanted = self.progress, self.settings
        if done.finished:
            return True
        if wanted.steps is not None and done.step >= wanted.steps:
            return True
        early = wanted.stop is not None and done.waited > 0 and done.waited >= wanted.stop.patience
        return (wanted.steps is None and done.epoch >= wanted.epochs) or early

    def _stretch(self) -> Generator[Event, None, bool]:
        """Some steps, at most to the end of the epoch; gives whether training may go on."""
        start = time.perf_counter()
        timer = self.timer if self.timer is not None and not self._single and self.timer.due() else None
        segments = self._segments(min(self._go_steps, timer.steps) if timer is not None else self._go_steps)
        first = self.progress.step
        outcome = self._run(segments, timed=timer is not None)
        seconds = max(time.perf_counter() - start, 1e-9)
        if timer is None:
            steps = round(self._go_steps * 0.5 + 0.5 * outcome.steps_done * GO_SECONDS / seconds)
            self._go_steps = max(1, min(100_000, steps))
        if outcome.steps_done:
            yield self._take(segments, outcome, first, seconds)
            yield from self._counted(outcome.steps_done)
        if outcome.status == "not_finite":
            yield self._failed(segments, outcome.steps_done)
            return False
        return True

    def _segments(self, most: int) -> list[Segment]:
        p = self.progress
        rows = self.order.epoch(p.epoch)
        left = self.order.steps - p.position
        if self.settings.steps is not None:
            left = min(left, self.settings.steps - p.step)
        if (every := self.settings.checkpoint_steps) is not None:
            left = min(left, every - p.step % every)
        count = min(left, most, self._single or left)
        full = sum(self.order.batch_of(p.position + i) == self.settings.batch for i in range(count))
        segments = []
        for begin, steps in ((0, full), (full, count - full)):
            if steps:
                batch = self.order.batch_of(p.position + begin)
                at = (p.position + begin) * self.settings.batch
                knobs = self._knobs(p.step + begin, steps)
                segments.append(Segment(("gradients", "update"), batch, steps, rows[at : at + steps * batch], knobs))
        return segments

    def _knobs(self, first: int, count: int) -> Any:
        overrides = {self.names.index(n): v for n, v in self.progress.overrides.items() if n in self.names}
        return knob_table(self.lives, first, count, self.clockwork, self.progress.factors, overrides)

    def _run(self, segments: list[Segment], *, timed: bool = False) -> Outcome:
        self.engine.start(segments, timed=timed)
        try:
            while not self.engine.wait(0.03):
                if self.wishes.urgent(stepping=self._single > 0):
                    self.engine.stop_after(0)
        except BaseException:
            self.engine.stop_after(0)
            self.engine.wait(None)
            raise
        return self.engine.outcome()

    def _take(self, segments: list[Segment], outcome: Outcome, first: int, seconds: float) -> Steps:
        """Count what was done into progress and tally, and report it."""
        p, left, examples = self.progress, outcome.steps_done, 0
        series: dict[str, list[Any]] = {}
        for segment, published in zip(segments, outcome.by_segment, strict=True):
            done = min(left, segment.steps)
            left -= done
            examples += done * segment.batch
            kept = {name: rows[:done] for name, rows in published.items()}
            self.tally.add(kept, segment.batch)
            for name, rows in kept.items():
                if rows.shape[1] == 1 and ("/" not in name or name.startswith("loss/")):
                    series.setdefault(name, []).append(rows[:, 0])
        p.step += outcome.steps_done
        p.position += outcome.steps_done
        stride = -(-outcome.steps_done // self.points)
        now = self._knobs(p.step - 1, 1)[0]
        return Steps(
            step=p.step, first=first, stride=stride, epoch=p.epoch + 1,
            series={name: _thinned(np.concatenate(parts), stride) for name, parts in series.items()},
            knobs={name: float(now[i]) for i, name in enumerate(self.names)},
            examples_per_s=examples / seconds, seconds=round(time.monotonic() - self._began, 3),
            input_share=None if self.timer is None else self.timer.take(outcome),
        )  # fmt: skip

    def _failed(self, segments: list[Segment], done: int) -> RunFailed:
        """Say where the first number that is not finite appeared."""
        for segment in segments:
            if done < segment.steps:
                rows = segment.rows[done * segment.batch : (done + 1) * segment.batch]
                found = self.explain(rows, segment.knobs[done]) if self.explain else NotFinite("a number is not finite")
                break
            done -= segment.steps
        self.wishes.stop = "failed"
        message = f"step {self.progress.step + 1}: {found.message}; the weights are those of the step before"
        return RunFailed(
            step=self.progress.step, message=message, file=found.file, line=found.line, layer=found.layer, op=found.op
        )

    # epochs

    def _end_of_epoch(self) -> Iterator[Event]:
        p = self.progress
        p.epoch, p.position = p.epoch + 1, 0
        p.metrics["train"] = self.tally.results()
        self.tally = Tally(self.plan.metrics)
        yield Evaluated(step=p.step, epoch=p.epoch, part="train", metrics=p.metrics["train"])
        judged = "train"
        best = False
        if len(self.parts.get("validation", ())):
            judged = "validation"
            p.metrics[judged] = self.evaluate(judged)
        best = self._judge(p.metrics[judged])
        if judged == "validation":
            yield Evaluated(step=p.step, epoch=p.epoch, part=judged, metrics=p.metrics[judged], best=best)
        watch_plateaus(self.lives, p, p.metrics, self.plan.metrics)

    def _judge(self, results: dict[str, Any]) -> bool:
        """Whether this epoch is the best so far; keeps its weights when they may be wanted back."""
        p, stop = self.progress, self.settings.stop
        name = (stop.metric if stop else "loss").split(".")[-1]
        value = results.get(name)
        if not isinstance(value, float) or not np.isfinite(value):
            p.waited += 1
            return False
        signed = -value if higher_is_better(name, self.plan.metrics) else value
        if p.best is not None and not signed < p.best - (stop.min_delta if stop else 0.0):
            p.waited += 1
            return False
        p.best, p.best_epoch, p.waited = signed, p.epoch, 0
        if stop is not None and stop.restore == "best":
            self.best_states = self.states()
        return True

    def evaluate(self, part: str) -> dict[str, Any]:
        """The loss and metrics of a part, in evaluation mode."""
        tally = Tally(self.plan.metrics)
        segments = evaluation(self.plan, self.parts[part], self._knobs(self.progress.step, 1)[0])
        outcome = self.engine.run(segments)
        for segment, published in zip(segments, outcome.by_segment, strict=True):
            tally.add(published, segment.batch)
        return tally.results()

    # checkpoints

    def states(self) -> Arrays:
        """Every state by its name."""
        return {state.name: self.engine.read(f"state/{state.name}") for state in self.plan.states}

    def _due(self) -> bool:
        if (every := self.settings.checkpoint_steps) is not None:
            return self.progress.step % every == 0 and self.progress.step != self._saved_step
        # at most a fiftieth of the time goes into checkpoints
        return time.monotonic() - self._saved_at >= max(CHECKPOINT_SECONDS, self._save_seconds / CHECKPOINT_SHARE)

    def _checkpoint(self, *, now: bool = False) -> Iterator[Event]:
        if self.settings.folder is None or not (now or self._due()):
            return
        start = time.monotonic()
        p = self.progress
        p.sums = {name: [float(x) for x in total] for name, total in self.tally.sums.items()}
        p.seconds = start - self._began
        try:
            if self.best_states is not None:
                checkpoints.write(self.settings.folder / "best.safetensors", self.best_states, p)
                self.best_states = None
            checkpoints.write(self.settings.folder / "last.safetensors", self.states(), p)
        except OSError as trouble:
            self._saved_at = time.monotonic()
            yield Warned(step=p.step, message=f"the checkpoint could not be written ({trouble}); training goes on")
            return
        self._saved_at, self._saved_step = time.monotonic(), p.step
        self._save_seconds = self._saved_at - start
        yield CheckpointSaved(step=p.step, file="checkpoints/last.safetensors", seconds=self._save_seconds)

    # wishes and the end

    def _wanted(self) -> Iterator[Event]:
        """Do what is wished for; while paused, wait here for more."""
        wishes = self.wishes
        yield from self._done()
        while wishes.paused and not wishes.stop and not self._steps_wanted():
            if not self._resting:
                self._resting = True
                yield Paused(step=self.progress.step)
            yield from self._done()
            if wishes.watched:
                yield from self._observed()
            time.sleep(REST_SECONDS)
        if self._resting and not wishes.paused:
            self._resting, self._single, self._stepped = False, 0, 0
            wishes.steps.clear()
            yield Continued(step=self.progress.step)

    def _steps_wanted(self) -> bool:
        while self.wishes.steps:
            self._single += self.wishes.steps.popleft()
        return self._single > 0

    def _counted(self, done: int) -> Iterator[Event]:
        """Count steps that were asked for one by one; tell when they are all done."""
        if self._single:
            self._stepped += done
            self._single = max(0, self._single - done)
            if not self._single:
                count, self._stepped = self._stepped, 0
                yield Stepped(step=self.progress.step, count=count)

    def _done(self) -> Iterator[Event]:
        yield from self._knob_changes()
        if self.wishes.checkpoint:
            self.wishes.checkpoint = False
            yield from self._checkpoint(now=True)
        while self.wishes.asks:
            self.wishes.asks.popleft().answered_by(self.answer)

    def _observed(self, *, last: bool = False) -> Iterator[Event]:
        """Looks at the next batch, where they are due."""
        if self.looks is not None and len(self.order.rows):
            yield from self.looks.at(self.progress.step, self._next_batch, watched=self.wishes.watched, last=last)

    def _next_batch(self) -> tuple[Rows, dict[str, float]]:
        p = self.progress
        rows = self.order.epoch(p.epoch)[p.position * self.settings.batch :][: self.settings.batch]
        return rows, dict(zip(self.names, map(float, self._knobs(p.step, 1)[0]), strict=True))

    def _knob_changes(self) -> Iterator[Event]:
        while self.wishes.knobs:
            name, value = self.wishes.knobs.popitem()
            if value is None:
                self.progress.overrides.pop(name, None)
            else:
                self.progress.overrides[name] = value
            yield KnobChanged(step=self.progress.step, knob=name, value=value)

    def _end(self) -> Iterator[Event]:
        yield from self._done()
        p, stop = self.progress, self.wishes.stop
        status = stop or "finished"
        if not stop and self.settings.stop and self.settings.steps is None and p.epoch < self.settings.epochs:
            status = "stopped_early"
        if not stop and not p.finished:
            at = yield from self._last_weights()
            if len(self.parts.get("test", ())):
                yield self._measured("test", at)
            p.finished = True
        yield from self._observed(last=True)
        if not stop or self.wishes.save:
            yield from self._checkpoint(now=True)
        seconds = time.monotonic() - self._began
        yield RunEnded(step=p.step, status=status, epochs=p.epoch, seconds=seconds, metrics=p.metrics)

    def _last_weights(self) -> Generator[Event, None, int]:
        """The epoch of the weights that the run ends with: the best one, put back, or the last, whole or begun. Where
        the last results are of others, these are measured: the table at the end tells of one network."""
        p, stop = self.progress, self.settings.stop
        back = stop is not None and stop.restore == "best" and (yield from self._restore_best())
        at = p.best_epoch if back else p.epoch + (p.position > 0)
        if at == p.epoch and not back:
            return at
        if not back:
            p.metrics["train"] = self.tally.results()
            yield Evaluated(step=p.step, epoch=at, part="train", metrics=p.metrics["train"], last=True)
        if len(self.parts.get("validation", ())):
            yield self._measured("validation", at)
        return at

    def _measured(self, part: str, epoch: int) -> Evaluated:
        results = self.progress.metrics[part] = self.evaluate(part)
        return Evaluated(step=self.progress.step, epoch=epoch, part=part, metrics=results, last=True)

    def _restore_best(self) -> Generator[Event, None, bool]:
        """Put the weights of the best epoch back; gives whether they are others than the last."""
        p, states = self.progress, self.best_states
        if not p.best_epoch or (p.best_epoch == p.epoch and not p.position):
            return False
        if states is None and self.settings.folder is not None:
            try:
                states, _ = checkpoints.read(self.settings.folder / "best.safetensors")
            except checkpoints.CheckpointError as trouble:
                yield Warned(step=p.step, message=f"the best weights are not to be had: {trouble}")
        for name, array in (states or {}).items():
            if self.engine.has(f"state/{name}"):
                self.engine.write(f"state/{name}", array)
        return states is not None


def evaluation(plan: Plan, rows: Rows, knobs: Any, program: str = "evaluate") -> list[Segment]:
    """The segments that run a program once over the rows."""
    return in_batches(plan.sizes["B"], rows, knobs, program)


def _thinned(values: Any, stride: int) -> tuple[float, ...]:
    return tuple(float(values[i : i + stride].mean()) for i in range(0, len(values), stride))
