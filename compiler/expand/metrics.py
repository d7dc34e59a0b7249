"""Metrics in ops: sums over the batch, which the run adds up and makes the reported number of.

A metric's `plan.Metric.kind` says how, and its `statistics` are published as `NAME/STATISTIC`, each summed over
the batches of a part:

    kind                    statistics                             reported
    ratio                   correct or total, count                the first over the second
    confusion_matrix        counts (row: truth, column: given)     the matrix
    precision, recall, f1   hits, predicted, actual                mean over classes; of two classes the second's
    r2                      residual, total, squares, count        1 - residual / (squares - total^2 / count)

`hits`, `predicted` and `actual` hold one number a class (an output, where each says yes or no by itself).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import cast

from ...dsl.kinds.kind import KINDS
from ..experiment import MetricUse
from ..graph import Value
from ..plan import Metric
from ..types import product
from .fields import is_label
from .losses import elements, like, logits_of
from .registry import METRICS, Scene, metric

Statistics = Mapping[str, Value]


def expand_metric(scene: Scene, use: MetricUse) -> Metric:
    """Publish the metric's statistics; what the run must know of them."""
    scene.at(use.origin)
    kind, statistics = METRICS[use.kind](scene, use)
    for name, value in statistics.items():
        scene.builder.output(f"publish/{use.name}/{name}", value)
    options = {k: v for k, v in use.options.items() if isinstance(v, int | float | str | bool)}
    names = tuple(f"{use.name}/{name}" for name in statistics)
    better = KINDS["metric", use.kind].better
    return Metric(name=use.name, kind=kind, statistics=names, options=options, better=better)


def total(value: Value) -> Value:
    """The sum over everything."""
    return value.builder.add("sum", [value], axes=tuple(range(value.type.rank)))


def _counted(scene: Scene, count: int) -> Value:
    """So many of each example in the batch."""
    return scene.examples() if count == 1 else cast(Value, scene.examples() * float(count))


def counted_by(scene: Scene, where: str, like: Value) -> Value:
    """1 for what counts of a loss that leaves some out, 0 for the rest, in the shape of `like`."""
    value = scene.values[where]
    value = value if value.type.dtype == "float32" else value.builder.add("cast", [value], dtype="float32")
    yes = value.builder.add("logical_not", [value.builder.add("equal", [value, 0.0])])
    if elements(yes) == elements(like):
        return yes if yes.type.shape == like.type.shape else yes.builder.add("reshape", [yes], shape=like.type.shape)
    row = yes if yes.type.rank == 1 else yes.builder.add("reshape", [yes], shape=yes.type.shape[:1])
    return row.builder.add("broadcast", [row], shape=like.type.shape, axes=(0,))


# what is decided, and what is right


def by_classes(scene: Scene, use: MetricUse) -> bool:
    """Whether the greatest of several scores wins; else each output says yes or no by itself."""
    return use.scores == "classes" and elements(scene.values[use.prediction]) > 1


def chosen(scene: Scene, use: MetricUse) -> tuple[Value, Value]:
    """The class decided on and the right one, both int32 with an axis less than the scores."""
    scores, target = logits_of(scene, use.prediction), scene.values[use.target]
    last = scores.type.rank - 1
    right = target if is_label(target) else scene.builder.add("argmax", [like(target, scores)], axis=last)
    return scene.builder.add("argmax", [scores], axis=last), right


def answered(scene: Scene, use: MetricUse) -> tuple[Value, Value]:
    """Yes (1) or no (0) of each output, and the right answers."""
    add, prediction, target = scene.builder.add, scene.values[use.prediction], scene.values[use.target]
    right = add("greater", [like(target, prediction), 0.0 if use.scores == "margins" else 0.5])
    threshold = cast(float, use.options.get("threshold", 0.5))
    before = scene.before.get(use.prediction, prediction if use.scores == "logits" else None)
    if use.scores == "margins":
        return add("greater", [prediction, 0.0]), right
    if before is not None and 0 < threshold < 1:
        # the sigmoid reaches the threshold where its logit reaches log(t / (1 - t))
        return add("greater_equal", [before, math.log(threshold / (1 - threshold))]), right
    given = add("sigmoid", [prediction]) if use.scores == "logits" else prediction
    return add("greater_equal", [given, threshold]), right


def _hot(scene: Scene, use: MetricUse) -> tuple[Value, Value]:
    """0 and 1 for each class (or output): what was decided, and what is right."""
    if not by_classes(scene, use):
        return answered(scene, use)
    classes = scene.values[use.prediction].type.shape[-1]
    found, right = chosen(scene, use)
    return scene.builder.add("one_hot", [found], classes=classes), scene.builder.add(
        "one_hot", [right], classes=classes
    )


# the metrics


@metric("accuracy")
def accuracy(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The share of right decisions."""
    found, right = chosen(scene, use) if by_classes(scene, use) else answered(scene, use)
    if is_label(found):
        found, right = (scene.builder.add("cast", [value], dtype="float32") for value in (found, right))
    same = scene.builder.add("equal", [found, right])
    if use.where is None:
        return "ratio", {"correct": total(same), "count": _counted(scene, elements(same))}
    truth = counted_by(scene, use.where, same)
    return "ratio", {"correct": total(cast(Value, same * truth)), "count": total(truth)}


@metric("top_k")
def top_k(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The share of examples for which fewer than k scores are above that of the right class."""
    scores = logits_of(scene, use.prediction)
    last = scores.type.rank - 1
    hot = scene.builder.add("one_hot", [scene.values[use.target]], classes=scores.type.shape[last])
    right = scene.builder.add("sum", [cast(Value, scores * hot)], axes=(last,))
    spread = scene.builder.add("broadcast", [right], shape=scores.type.shape, axes=tuple(range(last)))
    above = scene.builder.add("sum", [scene.builder.add("greater", [scores, spread])], axes=(last,))
    within = scene.builder.add("less", [above, float(cast(int, use.options.get("k", 5)))])
    return "ratio", {"correct": total(within), "count": _counted(scene, elements(within))}


@metric("confusion_matrix")
def confusion_matrix(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """How often each class (row) was taken for each (column)."""
    found, right = _hot(scene, use)
    if not by_classes(scene, use):
        found, right = (_yes_and_no(value) for value in (found, right))
    rows = [_rows(value) for value in (right, found)]
    return "confusion_matrix", {"counts": scene.builder.add("matmul", rows, transpose_a=True)}


def _rows(value: Value) -> Value:
    """A row for each decision: those of one example lie below each other."""
    shape = (product(value.type.shape[:-1]), value.type.shape[-1])
    return value if value.type.rank == 2 else value.builder.add("reshape", [value], shape=shape)


def _yes_and_no(value: Value) -> Value:
    """A column of yes (1) and no (0) as two: no, yes."""
    return value.builder.add("concat", [_column(cast(Value, 1.0 - value)), _column(value)], axis=1)


def _column(value: Value) -> Value:
    return value if value.type.rank == 2 else value.builder.add("reshape", [value], shape=(*value.type.shape[:1], 1))


@metric("precision", "recall", "f1")
def by_class(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """Hits, predictions and true examples of each class."""
    found, right = _hot(scene, use)
    axes = tuple(range(max(1, found.type.rank - 1)))
    add = scene.builder.add
    return use.kind, {
        "hits": add("sum", [cast(Value, found * right)], axes=axes),
        "predicted": add("sum", [found], axes=axes),
        "actual": add("sum", [right], axes=axes),
    }


@metric("mse", "mae")
def error(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The mean squared (or absolute) error over all numbers."""
    prediction = scene.values[use.prediction]
    difference = cast(Value, prediction - like(scene.values[use.target], prediction))
    size = scene.builder.add("square" if use.kind == "mse" else "abs", [difference])
    return "ratio", {"total": total(size), "count": _counted(scene, elements(prediction))}


@metric("r2")
def r2(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The share of the target's variance that is explained."""
    prediction = scene.values[use.prediction]
    target = like(scene.values[use.target], prediction)
    return "r2", {
        "residual": total(scene.builder.add("square", [cast(Value, prediction - target)])),
        "total": total(target),
        "squares": total(scene.builder.add("square", [target])),
        "count": _counted(scene, elements(prediction)),
    }
