"""How a layer, a loss, a metric, a penalty or a transform becomes ops: one rule a kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..experiment import Experiment, Live
from ..graph import Builder, Node, Origin, Value
from ..types import BATCH, TensorType

Mode = Literal["train", "evaluate", "predict"]
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

    def rows(self) -> Value:
        return self.builder.leaf("rows", TensorType((BATCH,), "int64"))

    def clock(self) -> Value:
        return self.builder.leaf("clock", TensorType((), "int64"))

    def knob(self, name: str, live: Live, low: float = 0.0, high: float = 1e30) -> Value:
        return self.builder.leaf("knob", NUMBER, name=name, live=live, low=low, high=high)

    def examples(self) -> Value:
        """How many examples are in this batch, as a number."""
        return self.builder.leaf("size", NUMBER, of=("B",), factor=1)

    def at(self, origin: Origin) -> None:
        """What is added from here on was asked for there."""
        self.builder.origins = (origin,)


LayerRule = Callable[[Scene, Node, list[Value], Mapping[str, Any]], Value]
LAYERS: dict[str, LayerRule] = {}
LOSSES: dict[str, Callable[..., Value]] = {}
METRICS: dict[str, Callable[..., Any]] = {}
PENALTIES: dict[str, Callable[..., Value]] = {}
PREPARES: dict[str, Callable[..., Value]] = {}


def layer(*kinds: str) -> Callable[[LayerRule], LayerRule]:
    """Register the rule of a layer: `(scene, node, inputs, options) -> value`."""
    return _into(LAYERS, kinds)


def loss(*kinds: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register the rule of a loss: `(scene, term) -> value of each example, (B,)`."""
    return _into(LOSSES, kinds)


def metric(*kinds: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register the rule of a metric: `(scene, use) -> {statistic: value}`, sums over the batch."""
    return _into(METRICS, kinds)


def penalty(*kinds: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register the rule of a penalty: `(weight, options) -> number`."""
    return _into(PENALTIES, kinds)


def prepare(*kinds: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register the rule of a transform: `(scene, value, column, options) -> value`."""
    return _into(PREPARES, kinds)


def _into(table: dict[str, Any], kinds: tuple[str, ...]) -> Callable[[Any], Any]:
    def register(rule: Any) -> Any:
        for kind in kinds:
            assert kind not in table, f"{kind} has two rules"
            table[kind] = rule
        return rule

    return register
