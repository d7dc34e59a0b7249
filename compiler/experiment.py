"""A network and what is to be done with it, all options known: what `build` gives and `expand` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..dsl.kinds.tables import lookup
from .graph import Graph, Node, Origin

Live = tuple[str, tuple[tuple[str, object], ...]]
"""A number that may change from step to step: `(kind, ((option, value), …))`; a quantity is `(value, unit)`."""
Start = tuple[str, tuple[tuple[str, object], ...]]
"""An initialiser, in the same form."""
Scores = Literal["classes", "logits", "margins", "probabilities"]
"""How a prediction decides: the greatest of several scores wins (`classes`), or each output says yes by itself: as
a logit, whose sigmoid is compared with the threshold, as a margin above 0, or as the probability it is."""


@dataclass(frozen=True, slots=True)
class LayerWeight:
    """One tensor of a layer: `name` is the whole path (`dense1.weights`), `part` the layer's own word for it.

    Layers with a weight of the same name share it (a network that is used more than once).
    """

    name: str
    part: str
    shape: tuple[int, ...]
    start: Start
    trainable: bool = True

    def __str__(self) -> str:
        held = "" if self.trainable else " held"
        return f"{self.name}[{', '.join(map(str, self.shape))}] {self.start[0]}{held}"


@dataclass(frozen=True, slots=True)
class Prepare:
    """One transform of a data column, with its options."""

    kind: str
    options: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join((self.kind, *(f"{name}={value}" for name, value in self.options.items())))


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
    """A metric and the nodes it compares."""

    kind: str
    name: str
    options: Mapping[str, object]
    prediction: str
    target: str
    origin: Origin
    scores: Scores = "classes"


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
    """Everything the file asks for; `outputs` are the network's nodes, by name.

    In `graph` a node is a layer: its id is its path, `op` its kind, its attributes `options` (frozen pairs),
    `weights` (`LayerWeight`s) and `multiply_adds` (an example). Besides, `op` is `field` (a data column, with
    `column` and `prepare`), `formula` (with `formula`, `reads`: the names of its inputs, and `numbers`), or
    `number` (with `value`).
    """

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
        """Whether there is a loss to be made small."""
        return bool(self.terms)


def constant(value: float) -> Live:
    """A number that does not change."""
    return ("constant", (("value", float(value)),))


def options_of(node: Node) -> dict[str, object]:
    """The options of a layer by name; kinds within them as `(kind, ((option, value), …))`."""
    options = node.attributes.get("options", ())
    assert isinstance(options, tuple), "options are frozen pairs"
    return dict(options)


def weights_of(node: Node) -> tuple[LayerWeight, ...]:
    """The weights of a layer; none for a column of the data."""
    weights = node.attributes.get("weights", ())
    assert isinstance(weights, tuple), "weights are a tuple"
    return weights


def activation_of(node: Node) -> str:
    """The activation that a layer ends in: its option, or itself; `linear` where there is none."""
    chosen = options_of(node).get("activation")
    if isinstance(chosen, tuple):
        return str(chosen[0])
    return node.op if lookup("activation", node.op) else "linear"
