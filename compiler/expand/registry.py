"""How a layer, a loss, a metric, a penalty or a transform becomes ops: one rule a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from ...dsl.data_schema import Column
from ..experiment import Augment, Experiment, Live, MetricUse, Prepare, Term
from ..graph import Builder, Node, Origin, Value
from ..types import BATCH, TensorType

Mode = Literal["train", "evaluate", "predict"]
Options = Mapping[str, object]
NUMBER = TensorType(())


@dataclass(slots=True)
class Scene:
    """What a rule may use while one graph is made: the builder, the mode, and the values made so far."""

    experiment: Experiment
    mode: Mode
    builder: Builder
    values: dict[str, Value] = field(default_factory=dict)
    """The value of each layer and field, by its node in the architecture graph."""
    before: dict[str, Value] = field(default_factory=dict)
    """For a layer that ends in softmax or sigmoid, the value before it: losses are computed from that."""
    counted: Value | None = None
    """While a part of the loss is made: 1 for the examples (or numbers) that count, 0 for the others."""
    numbers: Value | None = None
    """How many numbers counted, where the part has left out single ones."""

    def rows(self) -> Value:
        """Which rows of the data make up this batch."""
        return self.builder.leaf("rows", TensorType((BATCH,), "int64"))

    def clock(self) -> Value:
        """Steps done before this one."""
        return self.builder.leaf("clock", TensorType((), "int64"))

    def knob(self, name: str, live: Live, low: float = 0.0, high: float = 1e30) -> Value:
        """A number that is set before each step."""
        return self.builder.leaf("knob", NUMBER, name=name, live=live, low=low, high=high)

    def examples(self) -> Value:
        """How many examples are in this batch, as a number."""
        return self.builder.leaf("size", NUMBER, of=("B",), factor=1)

    def at(self, origin: Origin) -> None:
        """What is added from here on was asked for there."""
        self.builder.origins = (origin,)


LayerRule = Callable[[Scene, Node, list[Value], Options], Value]
"""Inputs to output; `options` are the layer's, kinds within them frozen."""
LossRule = Callable[[Scene, Term], Value]
"""The loss of each example, (B,)."""
MetricRule = Callable[[Scene, MetricUse], tuple[str, Mapping[str, Value]]]
"""How the run makes the reported number, and the sums over the batch that it makes it of."""
PenaltyRule = Callable[[Value, Options], Value]
"""A number for one weight."""


@dataclass(slots=True)
class Changing:
    """An example's numbers while they are augmented: `value`, and the range that they are known to lie in.

    `moved`: where the points are taken from, not done yet: steps that move follow each other, and the picture is
    looked at once for all of them. `nearest`: its numbers are names, between which there is nothing.
    """

    scene: Scene
    value: Value
    limits: tuple[float, float] | None
    nearest: bool
    moved: object = None


AugmentRule = Callable[[Changing, Augment], None]
"""Changes `value`, or how it is `moved`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One transform of a column; `before` are those that were done to it already."""

    column: Column
    options: Options
    before: tuple[Prepare, ...] = ()


PrepareRule = Callable[[Value, Step], Value]
"""A column's rows to what the network sees of them."""

LAYERS: dict[str, LayerRule] = {}
LOSSES: dict[str, LossRule] = {}
METRICS: dict[str, MetricRule] = {}
PENALTIES: dict[str, PenaltyRule] = {}
PREPARES: dict[str, PrepareRule] = {}
AUGMENTS: dict[str, AugmentRule] = {}

Rule = TypeVar("Rule")


def layer(*kinds: str) -> Callable[[LayerRule], LayerRule]:
    """Register the rule of layers, joiners or activations."""
    return _into(LAYERS, kinds)


def loss(*kinds: str) -> Callable[[LossRule], LossRule]:
    """Register the rule of losses."""
    return _into(LOSSES, kinds)


def metric(*kinds: str) -> Callable[[MetricRule], MetricRule]:
    """Register the rule of metrics."""
    return _into(METRICS, kinds)


def penalty(*kinds: str) -> Callable[[PenaltyRule], PenaltyRule]:
    """Register the rule of penalties."""
    return _into(PENALTIES, kinds)


def prepare(*kinds: str) -> Callable[[PrepareRule], PrepareRule]:
    """Register the rule of transforms of the data."""
    return _into(PREPARES, kinds)


def augment(*kinds: str) -> Callable[[AugmentRule], AugmentRule]:
    """Register the rule of changes drawn anew for each example."""
    return _into(AUGMENTS, kinds)


def _into(table: dict[str, Rule], kinds: tuple[str, ...]) -> Callable[[Rule], Rule]:
    def register(rule: Rule) -> Rule:
        for kind in kinds:
            assert kind not in table, f"{kind} has two rules"
            table[kind] = rule
        return rule

    return register
