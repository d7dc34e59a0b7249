"""A network and what is to be done with it, all options known: what `build` gives and `expand` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from .graph import Graph, Origin

Live = tuple[str, tuple[tuple[str, object], ...]]
"""A number that may change from step to step: `(kind, ((option, value), …))`; a quantity is `(value, unit)`."""
Start = tuple[str, tuple[tuple[str, object], ...]]
"""An initialiser, in the same form."""


@dataclass(frozen=True, slots=True)
class LayerWeight:
    """One tensor of a layer: `name` is the whole path (`dense1.weights`), `part` the layer's own word for it."""

    name: str
    part: str
    shape: tuple[int, ...]
    start: Start
    trainable: bool = True


@dataclass(frozen=True, slots=True)
class Prepare:
    """One transform of a data column, with its options."""

    kind: str
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the loss. `tensors` names its inputs as nodes of the architecture graph."""

    kind: str
    name: str
    options: Mapping[str, object]
    tensors: Mapping[str, str]
    weight: Live
    origin: Origin


@dataclass(frozen=True, slots=True)
class Penalty:
    """A loss on weights themselves: `weights` are the names it reaches."""

    kind: str
    options: Mapping[str, object]
    amount: Live
    weights: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class MetricUse:
    """A metric and what it compares. `logits`: the prediction is taken before its softmax or sigmoid."""

    kind: str
    name: str
    options: Mapping[str, object]
    prediction: str
    target: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Optimizer:
    """The rule and its options: live numbers, or plain numbers for those that never change."""

    kind: str
    options: Mapping[str, Live | float | bool]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Stop:
    """Early stopping: when `metric` has not improved by `min_delta` for `patience` epochs."""

    metric: str
    patience: int
    min_delta: float
    restore: Literal["best", "last"]


@dataclass(frozen=True, slots=True)
class Experiment:
    """Everything the file asks for. In `graph` a node is a layer (`op` is its kind) or a data column
    (`op` is `field`); `outputs` are the network's, by name."""

    name: str
    graph: Graph
    outputs: Mapping[str, str]
    terms: tuple[Term, ...]
    penalties: tuple[Penalty, ...]
    metrics: tuple[MetricUse, ...]
    optimizer: Optimizer | None
    clip: tuple[tuple[Literal["value", "norm"], Live], ...]
    batch: int
    epochs: int | None
    steps: int | None
    last_batch: Literal["keep", "drop"]
    stop: Stop | None
    seed: int
    origin: Origin

    @property
    def trains(self) -> bool:
        return bool(self.terms)


def constant(value: float) -> Live:
    """A number that does not change."""
    return ("constant", (("value", float(value)),))
