"""Starting and resuming a training from a file: the run's folder, its states, its record, its events."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..dsl.diagnostics import NetloomError
from . import asked, checkpoints, runs, start
from .alive import Alive
from .asked import Asked
from .checkpoints import CheckpointError, Progress
from .compiling import Progress as CompileProgress
from .control import Control
from .events import Event, Resumed, RunStarted, Warned
from .input_share import InputShare
from .judged import class_names
from .looking import Looker
from .looks import Looks
from .mapped import mapper_of
from .observe import first_not_finite
from .observing import EAGER_SECONDS, ENDS_SECONDS, Observer
from .record import Record
from .runs import RUNS, RunFolder
from .train import NotFinite, Settings, Stopping, Training


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for. `file` may be left out when `resume` names a run; `resume` is a run's folder, its name
    or `last`."""

    file: Path | None = None
    sets: start.Sets | None = None
    epochs: int | None = None
    resume: str | None = None
    runs: Path = RUNS
    seed: int | None = None
    threads: int | None = None
    checkpoint_steps: int | None = None
    observe: bool = True
    """Whether the sizes of gradients, weights and activations are looked at from time to time."""
    eager: bool = False
    """Whether somebody waits to see them, and would rather wait a moment more than see none."""


class Launch:
    """One training, ready to run: `events()` is its stream, `folder` where it writes, `training` its controls."""

    def __init__(self, request: Request, progress: CompileProgress | None = None) -> None:
        self.request = request
        self.resumed = runs.find(request.runs, request.resume) if request.resume else None
        self.asked = self._asked()
        self.loaded = self._load()
        if not self.loaded.experiment.trains:
            raise NetloomError(
                f"{self.loaded.spec.file} has nothing to minimise: add a `train:` section with a loss, or look at it with "
                f"`netloom draw {self.loaded.spec.file}`"
            )
        self.data = start.dataset(self.loaded)
        self.ready = start.make_ready(start.compile_loaded(self.loaded), request.threads, progress)
        self.ready.engine.attach(self.data.columns)
        self.missing: tuple[str, ...] = ()
        self.notices = [self.ready.notice] if self.ready.notice else []
        done = self._states()
        enough = self._has_enough(done)
        self.folder = self.resumed or runs.create(request.runs, self.loaded.spec.name)
        self._write_files()
        engine, settings = self.ready.engine, self._settings()
        ends = EAGER_SECONDS if request.eager else ENDS_SECONDS
        self.observer = Observer(self.loaded, engine, self.data.columns, ends=ends) if request.observe else None
        steps = settings.steps or settings.epochs * -(-len(self.data.parts["train"]) // settings.batch)
        mapper = mapper_of(self.loaded, engine, self.data, steps, ends) if request.observe else None
        looks = Looks(self.observer, mapper) if request.observe else None
        inputs = [node.id for node in self.loaded.experiment.graph if node.op == "field"]
        self.training = Training(
            self.ready.plan, engine, dict(self.data.parts), settings, done, self._explain,
            looks, Looker(self.loaded, engine, self.data).answer,
            InputShare(self.ready.plan, inputs, engine.threads) if request.observe else None,
        )  # fmt: skip
        self.training.dropouts = tuple(
            name
            for node in self.loaded.experiment.graph
            if node.op == "dropout" and (name := f"{node.id}.rate") in self.training.names
        )
        if enough and not done.finished:
            self.training.wishes.stop = "stopped"

    # the stream

    def events(self) -> Iterator[Event]:
        """The training's events; each is in the record before it is given out."""
        alive = Alive(self.folder.path)
        record = Record(self.folder.events)
        control = Control(self.training, self.folder.path)
        trouble = control.open()
        try:
            for event in self._all(trouble):
                notice = record.write(event)
                yield event
                if notice:
                    yield Warned(step=event.step, message=notice)
        finally:
            control.close()
            record.close()
            alive.release()
            self.ready.engine.close()

    def _all(self, trouble: str | None) -> Iterator[Event]:
        training = self.training
        yield RunStarted(
            step=training.progress.step, run=self.folder.name, folder=str(self.folder.path),
            epochs=training.settings.epochs, steps_an_epoch=training.order.steps, batch=training.settings.batch,
            examples={part: len(rows) for part, rows in self.data.parts.items()}, parameters=self.ready.plan.numbers("weight"),
            seed=training.settings.seed, threads=self.ready.engine.threads, time=time.time(),
            classes=len(class_names(self.loaded)) or None,
        )  # fmt: skip
        if self.resumed is not None:
            yield Resumed(step=training.progress.step, epoch=training.progress.epoch, missing=self.missing)
        for message in filter(None, (*self.notices, trouble)):
            yield Warned(step=training.progress.step, message=message)
        yield from training.events()

    # before it

    def _asked(self) -> Asked:
        """What is asked for now, over what the run that goes on was asked for when it began."""
        request = self.request
        seed = {} if request.seed is None else {"run.seed": str(request.seed)}
        sets = {**(request.sets or {}), **seed}
        if request.file is not None:
            return Asked(str(request.file.resolve()), sets, request.epochs)
        if self.resumed is None:
            raise NetloomError("name a file to train, or a run to go on with (--resume last)")
        before = asked.read(self.resumed)
        return Asked(before.file, {**before.sets, **sets}, request.epochs or before.epochs)

    def _load(self) -> start.Loaded:
        if self.request.file is not None:
            return start.load(self.request.file, self.asked.sets)
        assert self.resumed is not None, "what is asked for names a file or a run"
        return start.load(self.resumed.spec, self.asked.sets, self.asked.base, self.resumed.included)

    def _settings(self) -> Settings:
        experiment = self.loaded.experiment
        stop = experiment.stop
        return Settings(
            folder=self.folder.path / runs.CHECKPOINTS,
            epochs=self.asked.epochs or experiment.epochs or 1,
            batch=min(experiment.batch, len(self.data.parts["train"])),
            seed=experiment.seed,
            steps=None if self.asked.epochs else experiment.steps,
            drop_last=experiment.last_batch == "drop",
            stop=Stopping(stop.metric, stop.patience, stop.min_delta, stop.restore) if stop else None,
            checkpoint_steps=self.request.checkpoint_steps,
        )

    def _states(self) -> Progress:
        """First values, or those of the run that goes on."""
        start.fresh_states(self.ready, self.data, self.loaded.experiment.seed)
        fresh = Progress(seed=self.loaded.experiment.seed)
        if self.resumed is None:
            return fresh
        if not self.resumed.last.exists():
            self.notices.append("this run has no checkpoint yet: it starts over with the same seed")
            return fresh
        arrays, progress = checkpoints.read(self.resumed.last)
        self.missing = restore(self.ready, arrays)
        if self.missing:
            self.notices.append(f"the network was edited: {', '.join(self.missing)} start anew, all else is kept")
        self.ready.engine.clock = progress.step
        # a file that came along may be longer than the one the run finished with
        wanted = self.request.epochs or (self.loaded.experiment.epochs if self.request.file else None)
        if wanted is not None and progress.epoch < wanted:
            progress = replace(progress, finished=False)
        return progress

    def _has_enough(self, done: Progress) -> bool:
        """Whether the run that goes on has trained for longer than is asked for now; it then keeps the length that it
        had, and nothing is trained."""
        wanted = self.request.epochs
        if self.resumed is None or wanted is None or (done.epoch, done.position) <= (wanted, 0):
            return False
        before = asked.read(self.resumed).epochs if self.request.file is None else None
        self.asked = replace(self.asked, epochs=before)
        name = self.resumed.name if self.resumed.path.parent == RUNS else self.resumed.path
        length = before or self.loaded.experiment.epochs
        said = f"{done.epoch} epochs are done already, {wanted} asked for: nothing is trained"
        if length and length > done.epoch and not done.finished:
            said += f"; `netloom train --resume {name}` goes on to {length}, `netloom evaluate {name}` measures"
        self.notices.append(said)
        return True

    def _write_files(self) -> None:
        """The spec with the files it includes, what was asked for, and the plan, for whoever goes on with the run or
        looks at it later."""
        spec = self.loaded.spec
        try:
            asked.write(self.folder, self.asked)
            if self.request.file is None:
                return
            for path, included in spec.included.items():
                copy = self.folder.included / path
                copy.parent.mkdir(parents=True, exist_ok=True)
                checkpoints.write_whole(copy, included.encode())
            checkpoints.write_whole(self.folder.path / runs.PLAN, self.ready.plan.model_dump_json().encode())
            checkpoints.write_whole(self.folder.spec, spec.text.encode())
        except OSError as trouble:
            raise runs.RunError(f"{self.folder.path} cannot be written: {trouble.strerror or trouble}") from trouble

    def _explain(self, rows: Any, knobs: Any) -> NotFinite:
        names = [knob.name for knob in self.ready.plan.knobs]
        values = dict(zip(names, map(float, knobs), strict=True))
        graph = self.ready.compiled.graphs["train"]
        return first_not_finite(graph, self.ready.engine, self.data.columns, rows, values)


def restore(ready: start.Ready, arrays: checkpoints.Arrays) -> tuple[str, ...]:
    """Put a checkpoint's states into the engine; the names of those it lacks or has in another shape."""
    missing = []
    for state in ready.plan.states:
        name = f"state/{state.name}"
        shape = tuple(extent.factor for extent in ready.plan.buffers[state.buffer].shape)
        if state.name in arrays and arrays[state.name].shape == shape:
            ready.engine.write(name, arrays[state.name])
        else:
            missing.append(state.name)
    return tuple(missing)


def load_run(folder: RunFolder, more: start.Sets | None = None) -> start.Loaded:
    """A run's own file, with the settings it was started with, reading data where the original did."""
    kept = asked.read(folder)
    return start.load(folder.spec, {**kept.sets, **(more or {})}, kept.base, folder.included)


def states_of(folder: RunFolder) -> tuple[checkpoints.Arrays, Progress]:
    """The weights a run ended with."""
    if not folder.last.exists():
        raise CheckpointError(f"{folder.name} has no checkpoint yet: train it first")
    return checkpoints.read(folder.last)
