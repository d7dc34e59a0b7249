"""Losses in ops: a number for each example; what is done with the batch is said once, in `network`."""

from __future__ import annotations

from typing import cast

from ..experiment import Term
from ..graph import Value
from ..types import product
from .fields import is_label, one_label
from .registry import Scene, loss

LEAST = 1e-7
"""Probabilities that are given as such are kept this far from 0 and 1: their logarithm stays finite."""


def first_of(term: Term) -> str:
    """The node that a loss compares with its target."""
    return next(node for name, node in term.tensors.items() if name != "target")


def target_of(scene: Scene, term: Term) -> Value:
    """What a loss compares with. What `where` leaves out is 0 there: a missing number (NaN) would spoil the rest."""
    target, counted = scene.values[term.tensors["target"]], scene.counted
    if counted is None or is_label(target) or not target.type.shape:
        return target
    if counted.type.shape != target.type.shape:
        counted = counted.builder.add("broadcast", [counted], shape=target.type.shape, axes=(0,))
    return target.builder.add("where", [counted, target, 0.0])


def logits_of(scene: Scene, node_id: str) -> Value:
    """A layer's value before its softmax or sigmoid, where it ends in one."""
    return scene.before.get(node_id, scene.values[node_id])


def like(target: Value, prediction: Value) -> Value:
    """The target as floats in the prediction's shape: numbers spread, classes against several outputs as 0 and 1."""
    if target.type.shape == ():
        return target.builder.broadcast(target, prediction.type)
    if is_label(target) and elements(target) != elements(prediction):
        units = prediction.type.shape[-1]
        assert isinstance(units, int), "the number of outputs is known"
        return target.builder.add("one_hot", [target], classes=units)
    if is_label(target):
        target = target.builder.add("cast", [target], dtype="float32")
    if target.type.shape != prediction.type.shape:
        target = target.builder.add("reshape", [target], shape=prediction.type.shape)
    return target


def elements(value: Value) -> int:
    """Numbers an example."""
    count = product(value.type.shape[1:])
    assert isinstance(count, int), "an example has a known size"
    return count


def over_units(scene: Scene, term: Term, value: Value) -> Value:
    """A value an element to one an example: the mean, the sum or half the sum over the example.

    Where single numbers are left out, the mean is over those that count in the whole batch: then it is the sum
    here, and their number goes to `scene.numbers`.
    """
    count, counted = elements(value), scene.counted
    if counted is not None and counted.type.shape == value.type.shape and value.type.rank > 1:
        value = value.builder.add("where", [counted, value, 0.0])
        scene.numbers = scene.examples()
        if term.options.get("units", "mean") == "mean":
            scene.numbers = value.builder.add("sum", [counted], axes=tuple(range(counted.type.rank)))
            count = 1
    units = str(term.options.get("units", "mean"))
    factor = {"mean": 1.0 / count, "sum": 1.0, "half_sum": 0.5}[units]
    total = value
    if value.type.rank > 1:
        total = value.builder.add("sum", [value], axes=tuple(range(1, value.type.rank)))
    return total if factor == 1.0 else cast(Value, total * factor)


def _difference(scene: Scene, term: Term) -> Value:
    prediction = scene.values[first_of(term)]
    return cast(Value, prediction - like(target_of(scene, term), prediction))


@loss("mse")
def mse(scene: Scene, term: Term) -> Value:
    """(prediction - target)^2.  Source: Gauss 1809."""
    return over_units(scene, term, scene.builder.add("square", [_difference(scene, term)]))


@loss("mae")
def mae(scene: Scene, term: Term) -> Value:
    """|prediction - target|; slope 0 where they are equal.  Source: own."""
    return over_units(scene, term, scene.builder.add("abs", [_difference(scene, term)]))


@loss("huber")
def huber(scene: Scene, term: Term) -> Value:
    """e^2 / 2 where |e| <= delta, else delta (|e| - delta / 2).  Source: Huber 1964."""
    size = scene.builder.add("abs", [_difference(scene, term)])
    # with w = min(|e|, delta) both branches are w |e| - w^2 / 2
    within = scene.builder.add("minimum", [size, cast(float, term.options["delta"])])
    return over_units(scene, term, cast(Value, within * size - 0.5 * scene.builder.add("square", [within])))


@loss("cross_entropy")
def cross_entropy(scene: Scene, term: Term) -> Value:
    """-log p of the right class, or -sum t log p where the target is a distribution; p = softmax(logits).

    Source: own.
    """
    target = target_of(scene, term)
    if "probabilities" in term.tensors:
        logarithms = _logarithm(scene.values[term.tensors["probabilities"]])
    else:
        logits = logits_of(scene, term.tensors["logits"])
        if one_label(target):
            return scene.builder.add("cross_entropy", [logits, target])
        logarithms = scene.builder.add("log_softmax", [logits])
    weighted = cast(Value, like(target, logarithms) * logarithms)
    of_each = cast(Value, -scene.builder.add("sum", [weighted], axes=(weighted.type.rank - 1,)))
    return over_units(scene, term, of_each) if of_each.type.rank > 1 else of_each


def _logarithm(probabilities: Value) -> Value:
    return probabilities.builder.add("log", [probabilities.builder.add("maximum", [probabilities, LEAST])])


@loss("binary_cross_entropy")
def binary_cross_entropy(scene: Scene, term: Term) -> Value:
    """-t log p - (1 - t) log(1 - p) with p = sigmoid(z), as softplus(z) - z t: finite for any z.  Source: own."""
    given = scene.values[first_of(term)]
    target = like(target_of(scene, term), given)
    if "probabilities" in term.tensors:
        yes = cast(Value, target * _logarithm(given))
        no = cast(Value, (1.0 - target) * _logarithm(cast(Value, 1.0 - given)))
        return over_units(scene, term, cast(Value, -(yes + no)))
    z = logits_of(scene, first_of(term))
    return over_units(scene, term, cast(Value, scene.builder.add("softplus", [z]) - z * target))


@loss("hinge")
def hinge(scene: Scene, term: Term) -> Value:
    """Sum over the wrong classes of max(0, margin + score - score of the right one), each squared if asked.

    A single output against yes or no: max(0, margin - sign * output), sign 1 or -1.  Source: Cortes & Vapnik 1995;
    Weston & Watkins 1999.
    """
    scores, target = scene.values[first_of(term)], target_of(scene, term)
    margin, squared = cast(float, term.options["margin"]), bool(term.options["squared"])
    if is_label(target) and elements(target) != elements(scores):
        return _hinge_of_classes(scene, scores, target, margin, squared=squared)
    yes = scene.builder.add("greater", [like(target, scores), 0.0])
    sign = cast(Value, 2.0 * yes - 1.0)
    short = scene.builder.add("relu", [cast(Value, margin - sign * scores)])
    return over_units(scene, term, scene.builder.add("square", [short]) if squared else short)


def _hinge_of_classes(scene: Scene, scores: Value, target: Value, margin: float, *, squared: bool) -> Value:
    right, last = like(target, scores), scores.type.rank - 1
    score = scene.builder.add("sum", [cast(Value, scores * right)], axes=(last,))
    of_right = scene.builder.add("broadcast", [score], shape=scores.type.shape, axes=tuple(range(last)))
    over = scene.builder.add("relu", [cast(Value, scores - of_right + margin)])
    over = scene.builder.add("square", [over]) if squared else over
    of_each = scene.builder.add("sum", [cast(Value, over * (1.0 - right))], axes=(last,))
    return mean_of_each(of_each)


def mean_of_each(value: Value) -> Value:
    """Several losses an example (one a step of a sequence) to their mean."""
    if value.type.rank == 1:
        return value
    axes = tuple(range(1, value.type.rank))
    return cast(Value, value.builder.add("sum", [value], axes=axes) * (1.0 / elements(value)))


@loss("formula")
def formula(scene: Scene, term: Term) -> Value:
    """The formula's number, or that of a block of the file's own."""
    value = scene.values[term.tensors["value"]]
    return value if value.type.rank == 1 else value.builder.add("reshape", [value], shape=value.type.shape[:1])
