"""What a network costs, layer by layer: parameters, multiply-adds, bytes of its output."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from .experiment import Experiment, activation_of, weights_of
from .graph import Node
from .types import ITEM_BYTES


@dataclass(frozen=True, slots=True)
class LayerCost:
    """One layer as a row of a table; sizes are of one example."""

    name: str
    kind: str
    reads: tuple[str, ...]
    shape: tuple[int, ...]
    parameters: int
    trainable: int
    multiply_adds: int
    bytes: int
    activation: str | None
    line: int


def costs(experiment: Experiment) -> tuple[LayerCost, ...]:
    """Every layer and data column, in the order in which they are computed.

    Weights that several layers share count where they are first used.
    """
    counted: set[str] = set()
    return tuple(_cost(node, counted) for node in experiment.graph)


def _cost(node: Node, counted: set[str]) -> LayerCost:
    shape = tuple(size for size in node.type.shape[1:] if isinstance(size, int))
    weights = [weight for weight in weights_of(node) if weight.name not in counted]
    counted |= {weight.name for weight in weights}
    activation = activation_of(node)
    return LayerCost(
        name=node.id,
        kind="data" if node.op == "field" else node.op,
        reads=node.inputs,
        shape=shape,
        parameters=sum(math.prod(w.shape) for w in weights),
        trainable=sum(math.prod(w.shape) for w in weights if w.trainable),
        multiply_adds=cast(int, node.given("multiply_adds", 0)),
        bytes=math.prod(shape) * ITEM_BYTES[node.type.dtype],
        activation=None if activation in ("linear", node.op) else activation,
        line=node.origins[0].line,
    )
