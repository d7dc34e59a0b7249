"""Warnings about where training begins: gradients that do not arrive, neurons that start alike or worn out."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..dsl.kinds.tables import lookup
from .advice_view import NORMS, View, is_curve, trains
from .experiment import LayerWeight, activation_of, weights_of
from .graph import Node

DEEP_SIGMOID = 4
SLOPE = 0.25
"""The steepest a sigmoid is, at 0."""
ALIKE = frozenset({"constant", "zeros", "ones"})
"""Starts that make all neurons of a layer the same."""
SATURATING = 8.0
"""A sum this wide lies where a sigmoid or tanh is flat, but for one neuron in five."""
BENT = frozenset({"sigmoid", "tanh"})
DEEP_RELU = 3


def about_starts(view: View) -> None:
    """Add the warnings about gradients and starts."""
    _deep_sigmoid(view)
    _no_gradient(view)
    _alike(view)
    _saturated(view)
    _other_start(view)


# gradients


def _deep_sigmoid(view: View) -> None:
    """Counted from the loss backwards along the way on which the gradient meets the fewest sigmoids."""
    met = _sigmoids_met(view)
    learning = {name: count for name, count in met.items() if trains(view.experiment.graph[name])}
    first = max(learning, key=lambda name: learning[name], default=None)
    if first is None or learning[first] < DEEP_SIGMOID:
        return
    count = learning[first]
    view.warn(
        "W203", view.option(view.experiment.graph[first], "activation"),
        f"{count} sigmoid layers one behind the other: each passes on at most 1/4 of the gradient, so `{first}` gets at "
        f"most (1/4)^{count - 1} = {SLOPE ** (count - 1):.0e} of what the last of them gets",
        "Use `activation: relu`, which passes all of it on (its weights then start by `he`), or fewer layers.",
    )  # fmt: skip


def _sigmoids_met(view: View) -> dict[str, int]:
    """How many sigmoids lie between each layer's weights and the loss, the layer's own with them."""
    graph, met = view.experiment.graph, dict[str, int]()
    fused = {
        node
        for term in view.experiment.terms
        for node in term.tensors.values()
        if term.kind == "binary_cross_entropy" and node in graph.nodes
    }
    ends = {node for term in view.experiment.terms for node in term.tensors.values()}
    for node in reversed(list(graph)):
        ways = [met[user] for user in graph.users[node.id] if user in met]
        ways += [0] if node.id in ends else []
        if ways:
            own = activation_of(node) == "sigmoid" and node.id not in fused
            met[node.id] = max(0, min(ways) + own - (node.op in NORMS))
    return met


def _no_gradient(view: View) -> None:
    """Weights in front of a step function get no gradient."""
    graph, moved = view.experiment.graph, set[str]()
    for node in graph:
        if not trains(node) and not any(source in moved for source in node.inputs):
            continue
        curve = lookup("activation", activation_of(node))
        if curve is not None and "no_gradient" in curve.traits:
            view.warn(
                "W208", view.option(node, "activation"),
                f"`{node.id}` ends in {curve.name}, whose slope is 0 everywhere: no gradient passes, and what is before it does not learn",
                "Use sigmoid, or set the weights by hand with `trainable: false`.",
            )  # fmt: skip
        else:
            moved.add(node.id)


# starts


def _alike(view: View) -> None:
    for node in view.experiment.graph:
        starts = [w for w in weights_of(node) if w.trainable and len(w.shape) > 1 and w.shape[0] > 1]
        if any(w.start[0] in ALIKE and w.mask is None for w in starts) and _weights_behind(view, node):
            view.warn(
                "W207", view.option(node, "weights"),
                f"all {starts[0].shape[0]} neurons of `{node.id}` start alike, so they get the same gradient and stay alike: "
                "the layer is worth one neuron",
                "Leave the start to the layer, or draw it: `weights: {normal: 0.05}`.",
            )  # fmt: skip


def _weights_behind(view: View, node: Node) -> bool:
    waiting, seen = list(view.users(node)), set[str]()
    while waiting:
        reader = waiting.pop()
        if reader.id in seen:
            continue
        seen.add(reader.id)
        if weights_of(reader):
            return True
        waiting += view.users(reader)
    return False


def _saturated(view: View) -> None:
    for node in view.experiment.graph:
        for weight in weights_of(node):
            curve, inputs = _curve_behind(view, node), math.prod(weight.shape[1:])
            width = _deviation(weight) * math.sqrt(inputs)
            if curve in BENT and weight.trainable and view.written(node, weight.part) and width >= SATURATING:
                view.warn(
                    "W218", view.option(node, weight.part),
                    f"the weights of `{node.id}` start with a deviation of {_deviation(weight):.3g}, and a sum of {inputs:,} "
                    f"inputs with one of {width:.0f}: far out, where {curve} is flat and passes almost no gradient",
                    f"Leave the start to the layer, or draw it with {1 / math.sqrt(inputs):.2g}: about 1 / sqrt({inputs}).",
                )  # fmt: skip


def _deviation(weight: LayerWeight) -> float:
    """How far the weights are spread at the start; 0 for a start that is not drawn by given numbers."""
    kind, options = weight.start
    numbers: Mapping[str, object] = dict(options)
    if kind == "normal" and isinstance(deviation := numbers.get("deviation"), int | float):
        return float(deviation)
    if kind == "uniform" and isinstance(limit := numbers.get("limit"), int | float):
        return float(limit) / math.sqrt(3)
    return 0.0


def _other_start(view: View) -> None:
    """`he` is made for ReLU, `glorot` for curves that leave numbers near 0 as they are."""
    found = [(node, _curve_behind(view, node)) for node in view.experiment.graph if view.written(node, "weights")]
    shrinking = [node for node, curve in found if _starts_by(node, "glorot") and _relu_like(curve)]
    for node, curve in found:
        if _starts_by(node, "he") and curve in BENT:
            view.warn(
                "W219", view.option(node, "weights"),
                f"`he` draws with variance 2 / inputs, twice what {curve} wants: the 2 makes up for the half that relu cuts "
                f"off, and {curve} cuts nothing off",
                "Write `weights: glorot`, or leave it out.",
            )  # fmt: skip
    if len(shrinking) >= DEEP_RELU:
        first, count = shrinking[0], len(shrinking)
        view.warn(
            "W219", view.option(first, "weights"),
            f"`glorot` does not make up for the half that relu cuts off: each of {count} layers leaves about 0.7 of the "
            f"spread, and all of them 0.7^{count} = {math.sqrt(0.5) ** count:.2g}",
            "Write `weights: he`, or leave it out.",
        )  # fmt: skip


def _starts_by(node: Node, kind: str) -> bool:
    """Whether the layer's table is drawn in that way, with the usual spread."""
    return any(
        weight.part == "weights" and weight.trainable and weight.start[0] == kind
        and dict(weight.start[1]).get("gain", 1.0) == 1.0
        for weight in weights_of(node)
    )  # fmt: skip


def _relu_like(curve: str) -> bool:
    kind = lookup("activation", curve)
    return kind is not None and "relu_like" in kind.traits


def _curve_behind(view: View, node: Node) -> str:
    """The curve that a layer's sums go through: its own, or that of the one layer which reads it."""
    curve, readers = activation_of(node), view.users(node)
    if curve == "linear" and len(readers) == 1 and is_curve(readers[0]):
        return activation_of(readers[0])
    return curve
