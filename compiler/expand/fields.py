"""Data columns: rows taken by number, made float, and prepared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from ...dsl.data_schema import Column
from ..experiment import Prepare
from ..graph import Node, Value
from ..types import BATCH, ROWS, TensorType
from .registry import PREPARES, Scene, prepare


def expand_field(scene: Scene, node: Node) -> Value:
    """The rows of this batch of a column, as the network sees them."""
    column = cast(Column, node.attr("column"))
    stored = scene.builder.leaf("column", TensorType((ROWS, *column.shape), cast(Any, column.dtype)), name=column.name)
    value = scene.builder.add("take", [stored, scene.rows()])
    if column.classes is None and column.dtype != "float32":
        value = scene.builder.add("cast", [value], dtype="float32")
    for transform in cast(tuple[Prepare, ...], node.attr("prepare")):
        value = PREPARES[transform.kind](scene, value, column, transform.options)
    return value


def statistic(scene: Scene, column: Column, of: str) -> Value:
    """A number (or one an element) fitted on the training part, kept with the weights."""
    shape = () if of.endswith("_all") else column.shape
    return scene.builder.leaf(
        "state",
        TensorType(shape),
        name=f"{column.name}.{of}",
        role="statistic",
        trainable=False,
        start=("statistic", (("column", column.name), ("of", of))),
    )


def spread(value: Value, like: Value) -> Value:
    """One value an element, or a number, for every example."""
    if not value.type.shape:
        return value
    axes = tuple(range(1, like.type.rank))
    return value.builder.add("broadcast", [value], shape=like.type.shape, axes=axes)


@prepare("scale")
def scale(scene: Scene, value: Value, column: Column, _options: Mapping[str, Any]) -> Value:
    """(x - low) / (high - low): the known range to 0 and 1; else least and greatest of the training part."""
    if column.low is not None and column.high is not None:
        width = column.high - column.low
        shifted = value if column.low == 0 else cast(Value, value - column.low)
        return cast(Value, shifted * (1.0 / width))
    least, greatest = statistic(scene, column, "least"), statistic(scene, column, "greatest")
    width_each = greatest - least
    # a column that never changes has no width: it becomes 0, not NaN
    flat = scene.builder.add("equal", [width_each, 0.0])
    return cast(Value, (value - spread(least, value)) / spread(cast(Value, width_each + flat), value))


@prepare("standardize")
def standardize(scene: Scene, value: Value, column: Column, _options: Mapping[str, Any]) -> Value:
    """(x - mean) / deviation of each element, both of the training part."""
    mean, deviation = statistic(scene, column, "mean"), statistic(scene, column, "deviation")
    return cast(Value, (value - spread(mean, value)) / spread(deviation, value))


@prepare("one_hot")
def one_hot(scene: Scene, value: Value, column: Column, _options: Mapping[str, Any]) -> Value:
    """A label as 0 and 1, one place a class."""
    assert column.classes is not None, f"{column.name} has no classes"
    return scene.builder.add("one_hot", [value], classes=column.classes)


@prepare("binarize")
def binarize(_scene: Scene, value: Value, _column: Column, options: Mapping[str, Any]) -> Value:
    """1 where x is above the threshold, else 0."""
    return value.builder.add("greater", [value, float(options.get("threshold", 0.5))])


def label_shape(value: Value) -> bool:
    """Whether a target holds one class number an example."""
    return value.type.dtype == "int32" and value.type.shape == (BATCH,)
