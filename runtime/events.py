"""What happens in a run, as values: the one language between training and everything that shows it.

In the record an event is one JSON line, `{"v": 1, "kind": "steps", …}`; readers skip kinds they do not know.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

VERSION = 1
KINDS: dict[str, type[Event]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened; `step` counts the optimiser steps done."""

    kind: ClassVar[str] = ""
    step: int = 0

    def to_json(self) -> str:
        """One line; numbers that are not finite become null."""
        return json.dumps({"v": VERSION, "kind": self.kind, **_plain(asdict(self))}, ensure_ascii=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(Event):
    """A run begins (or goes on): its name and folder, and how long it will be."""

    kind: ClassVar[str] = "run_started"
    run: str
    folder: str
    epochs: int
    steps_an_epoch: int
    batch: int
    examples: dict[str, int]
    parameters: int
    seed: int
    threads: int
    time: float
    classes: int | None = None
    """How many the first loss tells apart; None where it compares numbers, and in records of before this was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps(Event):
    """Consecutive optimiser steps, from `first` on; each point of a series is the mean of `stride` steps.

    `series["loss"]` is the mean over the batch, in the loss's own unit."""

    kind: ClassVar[str] = "steps"
    first: int
    stride: int
    epoch: int
    series: dict[str, tuple[float, ...]]
    knobs: dict[str, float]
    examples_per_s: float
    seconds: float = 0.0
    """How long the run had trained by then, over all its resumptions; 0 in records of before this was told."""
    input_share: float | None = None
    """The share of a step that its input takes (rows gathered, scaled, augmented), where these steps were timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated(Event):
    """The loss and metrics of one part of the data after an epoch. `best`: the best of the run so far. `last`: measured
    at the end, of the weights that the run ends with; those of `epoch`, which may be an earlier one or only begun."""

    kind: ClassVar[str] = "evaluated"
    epoch: int
    part: str
    metrics: dict[str, Any]
    best: bool = False
    last: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KnobChanged(Event):
    """A knob set by hand: from `step` on it has this value (None: back to the file's)."""

    kind: ClassVar[str] = "knob_changed"
    knob: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paused(Event):
    """Training rests after `step`, as it was asked to."""

    kind: ClassVar[str] = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued(Event):
    """Training goes on after it rested."""

    kind: ClassVar[str] = "continued"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stepped(Event):
    """So many single steps were asked for and are done; training rests again."""

    kind: ClassVar[str] = "stepped"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed(Event):
    """How large the numbers of each layer are, with the weights of `step` and the first rows of the next batch.

    `layers[PATH]` has, each where it is known, `gradient`, `weight` and `activation` (see `sizes.py`), and `ratio`: the
    root mean square of the next update over that of the weights. `rows` is 0 where the weights alone were looked at.
    """

    kind: ClassVar[str] = "observed"
    rows: int
    layers: dict[str, dict[str, Any]]
    seconds: float
    """What the look took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped(Event):
    """What the network gives for all inputs, where an input is one number or two: see `mapped.py`.

    `axes`: name, least and greatest of each input number; `counts`: places along each. `classes`: their names, () where
    the network gives numbers, which lie within `scale`. `values` and `points` are packed; `points`, examples of the data,
    are in the first of a process alone."""

    kind: ClassVar[str] = "mapped"
    axes: tuple[tuple[str, float, float], ...]
    counts: tuple[int, ...]
    values: str
    classes: tuple[str, ...] = ()
    scale: tuple[float, float] = (0.0, 1.0)
    points: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointSaved(Event):
    """A checkpoint lies on the disk, whole."""

    kind: ClassVar[str] = "checkpoint_saved"
    file: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The run goes on from a checkpoint: readers drop what they know of later steps."""

    kind: ClassVar[str] = "resumed"
    epoch: int
    missing: tuple[str, ...] = ()
    """States of the edited network that the checkpoint could not give."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Warned(Event):
    """Something is not as it should be; training goes on."""

    kind: ClassVar[str] = "warned"
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFailed(Event):
    """Training cannot go on; the weights are those of the last good step."""

    kind: ClassVar[str] = "run_failed"
    message: str
    file: str | None = None
    line: int | None = None
    layer: str | None = None
    op: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded(Event):
    """The end, for whatever reason: finished, stopped_early, interrupted or failed."""

    kind: ClassVar[str] = "run_ended"
    status: str
    epochs: int
    seconds: float
    metrics: dict[str, dict[str, Any]]


for _cls in (
    RunStarted, Steps, Evaluated, KnobChanged, Paused, Continued, Stepped, Observed, Mapped, CheckpointSaved, Resumed,
    Warned, RunFailed, RunEnded,
):  # fmt: skip
    KINDS[_cls.kind] = _cls


def from_json(line: str) -> Event | None:
    """The event of a line; None for a kind or version not known here. ValueError for a line that is no JSON."""
    found = json.loads(line)
    if not isinstance(found, dict):
        raise ValueError("an event is an object")
    cls = KINDS.get(str(found.pop("kind", "")))
    if found.pop("v", None) != VERSION or cls is None:
        return None
    known = {f.name for f in fields(cls)}
    values = {name: _tuples(value) for name, value in found.items() if name in known}
    try:
        return cls(**values)
    except TypeError:
        return None


def read_events(lines: Iterator[str]) -> Iterator[Event]:
    """The events of a record. A torn line (a run was killed while it wrote) is forgotten; what a `Resumed`
    makes void is left to `fold`."""
    for line in lines:
        try:
            found = from_json(line)
        except ValueError:
            continue
        if found is not None:
            yield found


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _tuples(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    if isinstance(value, dict):
        return {name: _tuples(item) for name, item in value.items()}
    return value
