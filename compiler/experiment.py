"""A network and what is to be done with it, all options known: what `build` gives and `expand` takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ..dsl.kinds.tables import lookup
from ..dsl.kinds.windows import extents
from ..dsl.places import Place
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

    Layers with a weight of the same name share it: a network that is used more than once, or a tie (`same_as`).
    `shape` is the tensor's own; `transposed`: the layer reads it with its two axes exchanged. `mask`: nested
    tuples of 0 and 1 in the shape the layer reads. `norm`: each row divided by its length and multiplied by the
    part `<part>.scale` (`weight`), or the whole by its largest singular value (`spectral`).
    """

    name: str
    part: str
    shape: tuple[int, ...]
    start: Start
    trainable: bool = True
    transposed: bool = False
    mask: tuple[object, ...] | None = None
    norm: Literal["spectral", "weight"] | None = None

    def __str__(self) -> str:
        words = [self.start[0]]
        words += ["held"] if not self.trainable else []
        words += ["transposed"] if self.transposed else []
        words += ["masked"] if self.mask is not None else []
        words += [f"{self.norm} norm"] if self.norm is not None else []
        return f"{self.name}[{', '.join(map(str, self.shape))}] {' '.join(words)}"


@dataclass(frozen=True, slots=True)
class Prepare:
    """One transform of a data column, with its options."""

    kind: str
    options: Mapping[str, object]

    def __str__(self) -> str:
        return " ".join((self.kind, *(f"{name}={value}" for name, value in self.options.items())))


@dataclass(frozen=True, slots=True)
class Augment:
    """One change that is drawn anew for each example and step of training, with its options.

    `number` is its place in the file: columns that are changed together draw the same.
    """

    kind: str
    options: Mapping[str, object]
    number: int

    def pair(self, option: str) -> tuple[int, int]:
        """An option of one or two whole numbers, for height and width. Raises SizeMistake for more."""
        return extents(self.options, option)

    def __str__(self) -> str:
        given = ((name, value) for name, value in self.options.items() if value is not None)
        return " ".join((self.kind, *(f"{name}={_said(value)}" for name, value in given)))


def _said(value: object) -> str:
    return " x ".join(map(str, value)) if isinstance(value, tuple) else str(value)


@dataclass(frozen=True, slots=True)
class Term:
    """One part of the loss. `tensors` names its inputs as nodes of the architecture graph.

    `where`: the node that says which examples (or which numbers of them) count. `when_training`: what it reads is
    there in training only, and so is it.
    """

    kind: str
    name: str
    options: Mapping[str, object]
    tensors: Mapping[str, str]
    weight: Live
    origin: Origin
    where: str | None = None
    when_training: bool = False


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
    where: str | None = None


@dataclass(frozen=True, slots=True)
class Optimizer:
    """The rule and its options: live numbers, or plain numbers for those that never change.

    `groups`: the weights of each, by name, and the options they have of their own; the first group that names a
    weight wins, option by option.
    """

    kind: str
    options: Mapping[str, Live | float | bool]
    origin: Origin
    groups: tuple[tuple[tuple[str, ...], Mapping[str, Live | float | bool]], ...] = ()


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
    `column`, `prepare` and, where there are any, `augment`), `formula` (with `formula`, `reads`: the names of its inputs, and `numbers`), or
    `number` (with `value`), or `mode` (its first input in training, its second elsewhere). A node with the
    attribute `only` is there in training only (`train`), or only elsewhere (`elsewhere`). `places`: where each node
    was asked for, `asked`: each path of several nodes; `parts`: the block or network under each path; `branches`: the names of a joiner's, in the order of
    its inputs.
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
    places: Mapping[str, Place] = field(default_factory=dict)
    asked: Mapping[str, Place] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    branches: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def trains(self) -> bool:
        """Whether there is a loss to be made small."""
        return bool(self.terms)


def constant(value: float) -> Live:
    """A number that does not change."""
    return ("constant", (("value", float(value)),))


def options_of(node: Node) -> dict[str, object]:
    """The options of a layer by name; kinds within them as `(kind, ((option, value), …))`."""
    options = node.given("options", ())
    assert isinstance(options, tuple), "options are frozen pairs"
    return dict(options)


def weights_of(node: Node) -> tuple[LayerWeight, ...]:
    """The weights of a layer; none for a column of the data."""
    weights = node.given("weights", ())
    assert isinstance(weights, tuple), "weights are a tuple"
    return weights


def activation_of(node: Node) -> str:
    """The activation that a layer ends in: its option, or itself; `linear` where there is none."""
    chosen = options_of(node).get("activation")
    if isinstance(chosen, tuple):
        return str(chosen[0])
    return node.op if lookup("activation", node.op) else "linear"
