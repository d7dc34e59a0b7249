"""Losses in ops: a number for each example; what is done with the batch is said once, in `expand`."""

from __future__ import annotations

from typing import Any, cast

from ..experiment import Term
from ..graph import Value
from ..types import BATCH, product
from .fields import label_shape
from .registry import Scene, loss


def over_units(scene: Scene, term: Term, value: Value) -> Value:
    """A value an element to a value an example: the mean, the sum or half the sum over the example."""
    units = str(term.options.get("units", "mean"))
    if value.type.rank == 1:
        total, count = value, 1
    else:
        total = scene.builder.add("sum", [value], axes=tuple(range(1, value.type.rank)))
        size = product(value.type.shape[1:])
        assert isinstance(size, int), "an example has a known size"
        count = size
    factor = {"mean": 1.0 / count, "sum": 1.0, "half_sum": 0.5}[units]
    return total if factor == 1.0 else cast(Value, total * factor)


def pair(scene: Scene, term: Term, first: str = "prediction") -> tuple[Value, Value]:
    """Prediction and target in one shape: a target of one number fits a prediction of one unit."""
    prediction, target = scene.values[term.tensors[first]], scene.values[term.tensors["target"]]
    return prediction, like(scene, target, prediction)


def like(scene: Scene, target: Value, prediction: Value) -> Value:
    """The target as floats in the prediction's shape."""
    if not target.type.dtype.startswith("float"):
        target = scene.builder.add("cast", [target], dtype="float32")
    if target.type.shape != prediction.type.shape:
        target = scene.builder.add("reshape", [target], shape=prediction.type.shape)
    return target


def logits_of(scene: Scene, node_id: str) -> Value:
    """A layer's value before its softmax or sigmoid, where it ends in one."""
    return scene.before.get(node_id, scene.values[node_id])


@loss("mse")
def mse(scene: Scene, term: Term) -> Value:
    """(prediction - target)^2.  Source: own."""
    prediction, target = pair(scene, term)
    return over_units(scene, term, scene.builder.add("square", [cast(Value, prediction - target)]))


@loss("mae")
def mae(scene: Scene, term: Term) -> Value:
    """|prediction - target|; slope 0 where they are equal.  Source: own."""
    prediction, target = pair(scene, term)
    return over_units(scene, term, scene.builder.add("abs", [cast(Value, prediction - target)]))


@loss("huber")
def huber(scene: Scene, term: Term) -> Value:
    """e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2).  Source: Huber 1964."""
    prediction, target = pair(scene, term)
    delta = float(cast(Any, term.options.get("delta", 1.0)))
    size = scene.builder.add("abs", [cast(Value, prediction - target)])
    within = scene.builder.add("minimum", [size, delta])
    # inside: e e - e e / 2; outside: delta |e| - delta^2 / 2
    return over_units(scene, term, cast(Value, within * size - 0.5 * within * within))


@loss("cross_entropy")
def cross_entropy(scene: Scene, term: Term) -> Value:
    """-log softmax(logits)[label], or -sum target log softmax(logits) where the target is a distribution."""
    logits = logits_of(scene, term.tensors["logits"])
    target = scene.values[term.tensors["target"]]
    if label_shape(target):
        return scene.builder.add("cross_entropy", [logits, target])
    logarithms = scene.builder.add("log_softmax", [logits])
    return cast(Value, -scene.builder.add("sum", [cast(Value, logarithms * target)], axes=(1,)))


@loss("binary_cross_entropy")
def binary_cross_entropy(scene: Scene, term: Term) -> Value:
    """-t log p - (1 - t) log(1 - p) with p = sigmoid(z), as softplus(z) - z t: finite for any z."""
    node_id = term.tensors["logits"]
    z = logits_of(scene, node_id)
    target = like(scene, scene.values[term.tensors["target"]], z)
    return over_units(scene, term, cast(Value, scene.builder.add("softplus", [z]) - z * target))


@loss("hinge")
def hinge(scene: Scene, term: Term) -> Value:
    """Sum over wrong classes of max(0, margin + score - score of the right one).  Source: Weston & Watkins 1999."""
    scores = scene.values[term.tensors[next(name for name in term.tensors if name != "target")]]
    margin = float(cast(Any, term.options.get("margin", 1.0)))
    target = scene.values[term.tensors["target"]]
    right = scene.builder.add("one_hot", [target], classes=scores.type.shape[1])
    score = scene.builder.add("sum", [cast(Value, scores * right)], axes=(1,))
    spread = scene.builder.add("broadcast", [score], shape=scores.type.shape, axes=(0,))
    over = scene.builder.add("relu", [cast(Value, scores - spread + margin)])
    if term.options.get("squared"):
        over = scene.builder.add("square", [over])
    wrong = over if term.options.get("include_right") else cast(Value, over * (1.0 - right))
    value = scene.builder.add("sum", [wrong], axes=(1,))
    assert value.type.shape == (BATCH,)
    return value
