"""Metrics in ops: sums over the batch, which the run adds up and turns into the reported number.

kind                    statistics (each summed over the batches)          reported
ratio                   total, count                                       total / count
confusion_matrix        counts (classes x classes; row: truth)             the matrix
precision, recall, f1   hits, predicted, actual (each one a class)         mean over classes (or of the class 1)
r2                      residual, total, squares, count                    1 - residual / (squares - total^2 / count)
"""

from __future__ import annotations

from typing import Any, cast

from ..experiment import MetricUse
from ..graph import Value
from ..plan import Metric
from ..types import BATCH, product
from .fields import label_shape
from .losses import like, logits_of
from .registry import METRICS, Scene, metric

Statistics = dict[str, Value]


def expand_metric(scene: Scene, use: MetricUse) -> Metric:
    """Publish the metric's statistics; what the run must know of them."""
    scene.at(use.origin)
    kind, statistics = METRICS[use.kind](scene, use)
    for name, value in statistics.items():
        scene.builder.output(f"publish/{use.name}/{name}", value)
    options = {k: v for k, v in use.options.items() if isinstance(v, int | float | str | bool)}
    return Metric(name=use.name, kind=kind, statistics=tuple(f"{use.name}/{n}" for n in statistics), options=options)


def total(value: Value) -> Value:
    """The sum over everything."""
    return value.builder.add("sum", [value], axes=tuple(range(value.type.rank)))


def chosen(scene: Scene, use: MetricUse) -> tuple[Value, int]:
    """The class decided on, int32 (B,) or float (B,), and the number of classes."""
    scores = logits_of(scene, use.prediction)
    units = product(scores.type.shape[1:])
    assert isinstance(units, int)
    if units == 1:
        flat = scene.builder.add("reshape", [scores], shape=(BATCH,))
        # a sigmoid's logit is positive where it says yes; a plain output is cut at a half
        middle = 0.0 if use.prediction in scene.before or use.options.get("logits") else 0.5
        return scene.builder.add("greater", [flat, middle]), 2
    return scene.builder.add("argmax", [scores], axis=1), units


def truth(scene: Scene, use: MetricUse) -> Value:
    """The right class of each example, (B,)."""
    target = scene.values[use.target]
    if label_shape(target):
        return target
    if product(target.type.shape[1:]) == 1:
        return scene.builder.add("reshape", [target], shape=(BATCH,))
    return scene.builder.add("argmax", [target], axis=1)


def as_float(value: Value) -> Value:
    return value if value.type.dtype == "float32" else value.builder.add("cast", [value], dtype="float32")


@metric("accuracy")
def accuracy(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The share of examples whose most likely class is the right one."""
    found, _ = chosen(scene, use)
    right = scene.builder.add("equal", [as_float(found), as_float(truth(scene, use))])
    return "ratio", {"correct": total(right), "count": scene.examples()}


@metric("top_k")
def top_k(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The share of examples whose right class is among the k most likely."""
    scores = logits_of(scene, use.prediction)
    hot = scene.builder.add("one_hot", [truth(scene, use)], classes=scores.type.shape[1])
    right = scene.builder.add("sum", [cast(Value, scores * hot)], axes=(1,))
    spread = scene.builder.add("broadcast", [right], shape=scores.type.shape, axes=(0,))
    rank = scene.builder.add("sum", [scene.builder.add("greater", [scores, spread])], axes=(1,))
    k = float(cast(Any, use.options.get("k", 5)))
    return "ratio", {"correct": total(scene.builder.add("less", [rank, k])), "count": scene.examples()}


@metric("confusion_matrix")
def confusion_matrix(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """How often each class (row) was taken for each (column)."""
    return "confusion_matrix", {"counts": _confusion(scene, use)}


def _confusion(scene: Scene, use: MetricUse) -> Value:
    actual, predicted = _hot(scene, use)
    return scene.builder.add("matmul", [actual, predicted], transpose_a=True)


def _hot(scene: Scene, use: MetricUse) -> tuple[Value, Value]:
    found, classes = chosen(scene, use)
    return tuple(  # type: ignore[return-value]
        scene.builder.add(
            "one_hot",
            [v if v.type.dtype == "int32" else scene.builder.add("cast", [v], dtype="int32")],
            classes=classes,
        )
        for v in (truth(scene, use), found)
    )


@metric("precision", "recall", "f1")
def by_class(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """Hits, predictions and true examples of each class."""
    actual, predicted = _hot(scene, use)
    add = scene.builder.add
    return use.kind, {
        "hits": add("sum", [cast(Value, actual * predicted)], axes=(0,)),
        "predicted": add("sum", [predicted], axes=(0,)),
        "actual": add("sum", [actual], axes=(0,)),
    }


@metric("mse", "mae")
def error(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The mean squared (or absolute) error over all numbers."""
    prediction = scene.values[use.prediction]
    difference = cast(Value, prediction - like(scene, scene.values[use.target], prediction))
    size = scene.builder.add("square" if use.kind == "mse" else "abs", [difference])
    return "ratio", {"total": total(size), "count": _numbers(scene, prediction)}


@metric("r2")
def r2(scene: Scene, use: MetricUse) -> tuple[str, Statistics]:
    """The share of the target's variance that is explained."""
    prediction = scene.values[use.prediction]
    target = like(scene, scene.values[use.target], prediction)
    square = scene.builder.add("square", [cast(Value, prediction - target)])
    return "r2", {
        "residual": total(square),
        "total": total(target),
        "squares": total(scene.builder.add("square", [target])),
        "count": _numbers(scene, prediction),
    }


def _numbers(scene: Scene, value: Value) -> Value:
    count = product(value.type.shape[1:])
    assert isinstance(count, int)
    return scene.examples() if count == 1 else cast(Value, scene.examples() * float(count))
