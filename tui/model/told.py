"""All that the train screen shows of a run at one moment, or as it was at an earlier step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from ...runtime.fold import View
from .confusion_rows import Confusion
from .curves import Array, Curve, Mark, Window, cut, extent_of
from .diagnosis import diagnose
from .input_map import InputMap, maps_at
from .observed import Inside, ridges_of
from .record import (
    State,
    Watched,
    at_step,
    confusion_of,
    duration,
    figures,
    loss_curves,
    marks_of,
    memory_of,
    metric_curves,
    metric_names,
    state_of,
    steps_in_all,
)
from .seeing import to_come
from .steering import ASKED, Steering

NO_LOOK = "not looked inside yet"
NEVER_LOOKED = "this run's record has no look inside"
NO_CONFUSION = "no classes are predicted"


class Client(Watched, Protocol):
    """A run that is watched: besides its record, how it stands and what was found."""

    folder: Path

    @property
    def state(self) -> str: ...
    @property
    def waiting(self) -> tuple[str, ...]: ...
    @property
    def seconds_left(self) -> float | None: ...
    @property
    def input_share(self) -> float | None: ...
    def silent_seconds(self, now: float) -> float: ...


@dataclass(frozen=True, slots=True)
class Going:
    """What the line of state tells. `share` of the run is done (None: not known)."""

    sign: str
    words: str
    bad: bool = False
    share: float | None = None
    epoch: str = ""
    step: str = ""
    left: str = ""
    speed: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is shown. `names` are the metrics there are, `metric` the one that is shown; `extent` the steps from the
    first to the newest; `map` of that step; `good` stands where nothing is found."""

    going: Going
    alive: bool
    loss: Sequence[Curve]
    metrics: Sequence[Curve]
    metric: str
    names: tuple[str, ...]
    marks: tuple[Mark, ...]
    extent: Window
    figures: Sequence[tuple[str, str]]
    findings: Sequence[tuple[str, str]]
    good: str
    inside: Inside
    map: InputMap | None
    last: float
    no_look: str
    no_pictures: str
    no_confusion: str

    @property
    def several(self) -> bool:
        """Whether there is another metric."""
        return len(self.names) > 1


def told(
    run: Client,
    steering: Steering,
    now: float,
    back: float | None = None,
    metric: str = "",
    pictures: Inside | None = None,
    *,
    whole: bool = True,
) -> Told:
    """What is shown of a run at a time, or (`back`) of the step that is looked back at. `pictures` is what was
    seen last; not `whole`: without a diagnosis, which takes a while."""
    view = run.view if back is None else at_step(run.view, back)
    pending = steering.pending or next((ASKED.get(do, do) for do in run.waiting), "")
    state = state_of(run.view, run.state, run.silent_seconds(now), pending, run.view.paused)
    names = metric_names(run)
    chosen = metric if metric in names else next(iter(names), "metric")
    whole_curves = loss_curves(run), metric_curves(run, chosen)
    curves = [_upto(some, back) for some in whole_curves]
    inside = inside_of(view, back, pictures or Inside())
    to_see = to_come(run.folder, run.view, alive=state.alive) if whole else ""
    left = run.seconds_left if back is None and state.sign == "▶" else None
    return Told(
        going=_going(view, state, left, back=back is not None),
        alive=state.alive,
        loss=curves[0],
        metrics=curves[1],
        metric=chosen,
        names=names,
        marks=marks_of(view),
        extent=(0.0, max(extent_of(some)[1] for some in whole_curves)),
        figures=figures(view, _now(run, alive=state.alive) if back is None else {}),
        findings=tuple((one.words, one.way_out) for one in diagnose(run)) if whole and back is None else (),
        good="nothing wrong to be seen" if back is None else "the diagnosis is of the newest step: esc goes there",
        inside=inside,
        map=maps_at(run.view.maps, back),
        last=float(run.view.step),
        no_look=NO_LOOK if state.alive else NEVER_LOOKED,
        no_pictures=to_see,
        no_confusion=NO_CONFUSION if inside.pictures_step else to_see,
    )


def _upto(curves: Sequence[Curve], back: float | None) -> Sequence[Curve]:
    """The curves as they were at a step; those that had not begun are left out."""
    if back is None:
        return curves
    return [short for curve in curves if len((short := cut(curve, back)).steps)]


def _going(view: View, state: State, left: float | None, *, back: bool) -> Going:
    whole = steps_in_all(view)
    if view.started is None or not whole:
        return Going(state.sign, state.words, state.bad)
    if back:
        state = State("‖", "as it was")
    return Going(
        state.sign,
        state.words,
        state.bad,
        share=min(1.0, view.step / whole),
        epoch=f"epoch {min(view.epoch + (view.step < whole), view.started.epochs)}/{view.started.epochs}",
        step=f"step {view.step:,}/{whole:,}",
        left=_left(view, left, back=back),
        speed=f"{view.examples_per_s:,.0f} examples/s" if view.examples_per_s and not back else "",
    )


def _left(view: View, left: float | None, *, back: bool) -> str:
    if back:
        return ""
    if left is not None:
        return f"ends in {duration(left)}"
    return f"took {duration(view.seconds)}" if view.seconds else ""


def inside_of(view: View, back: float | None, pictures: Inside) -> Inside:
    """The newest look at the layers up to a step, with what was seen with the newest checkpoint."""
    looks = [look for look in view.looks if back is None or look.step <= back]
    step, ridges = (looks[-1].step, ridges_of(looks[-1].layers)) if looks else (0, {})
    confusion = pictures.confusion
    if (found := confusion_of(view)) is not None:
        part, at, counts = found
        array = np.array(counts, np.float64)
        names = confusion.classes if confusion is not None and len(confusion.classes) == len(array) else ()
        confusion = Confusion(array, names or tuple(map(str, range(len(array)))), part, at)
    return replace(pictures, step=step, ridges=ridges, confusion=confusion)


def _now(run: Client, *, alive: bool) -> dict[str, str]:
    """What the record's newest step tells, and what is known only while the training lives."""
    found = {}
    if (share := run.input_share) is not None:
        found["input"] = f"{share:.0%} of a step" if share >= 0.1 else f"{share:.1%} of a step"
    if alive and (memory := memory_of(run.folder)) is not None:
        found["memory"] = f"{memory / 2**20:,.0f} MiB"
    return found


def knob_history(run: Watched) -> dict[str, Array]:
    """What the live numbers were so far, where the record tells."""
    return {name: np.asarray(run.series[name].values, np.float64) for name in run.view.knobs if name in run.series}
