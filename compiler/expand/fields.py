"""Data columns: rows taken by number, made float, and prepared."""

from __future__ import annotations

from typing import cast

from ...dsl.data_schema import Column
from ..experiment import Prepare
from ..graph import Node, Value
from ..types import BATCH, ROWS, DType, TensorType
from .registry import PREPARES, Options, Scene, prepare


def expand_field(scene: Scene, node: Node) -> Value:
    """The rows of this batch of a column, as the network sees them."""
    column = cast(Column, node.attr("column"))
    kind = TensorType((ROWS, *column.shape), cast(DType, column.dtype))
    stored = scene.builder.leaf("column", kind, name=column.name)
    value = scene.builder.add("take", [stored, scene.rows()])
    if column.classes is None and column.dtype != "float32":
        value = scene.builder.add("cast", [value], dtype="float32")
    for transform in cast(tuple[Prepare, ...], node.attr("prepare")):
        value = PREPARES[transform.kind](scene, value, column, transform.options)
    return value


def statistic(scene: Scene, column: Column, of: str) -> Value:
    """A number fitted on the training part and kept with the weights: one an element, or one in all (`least_all`)."""
    shape = () if of.endswith("_all") else column.shape
    return scene.builder.leaf(
        "state", TensorType(shape), name=f"{column.name}.{of}", role="statistic", trainable=False,
        start=("statistic", (("column", column.name), ("of", of))),
    )  # fmt: skip


def _every_example(value: Value, like: Value) -> Value:
    if not value.type.shape:
        return value
    axes = tuple(range(1, like.type.rank))
    return value.builder.add("broadcast", [value], shape=like.type.shape, axes=axes)


@prepare("scale")
def scale(scene: Scene, value: Value, column: Column, _options: Options) -> Value:
    """(x - least) / (greatest - least): the known range to 0 and 1, else that of the training part.

    A row of numbers has a range for each of them, for they measure different things; a picture or a sequence one.
    """
    if column.low is not None and column.high is not None and column.high > column.low:
        shifted = value if column.low == 0 else cast(Value, value - column.low)
        return cast(Value, shifted * (1.0 / (column.high - column.low)))
    whole = "_all" if len(column.shape) > 1 else ""
    least, greatest = (statistic(scene, column, f"{end}{whole}") for end in ("least", "greatest"))
    width = cast(Value, greatest - least)
    # a column that never changes has no width: it becomes 0, not NaN
    some_width = cast(Value, width + scene.builder.add("equal", [width, 0.0]))
    return cast(Value, (value - _every_example(least, value)) / _every_example(some_width, value))


@prepare("standardize")
def standardize(scene: Scene, value: Value, column: Column, _options: Options) -> Value:
    """(x - mean) / deviation of each element, both of the training part (a deviation of 0 counts as 1)."""
    mean, deviation = statistic(scene, column, "mean"), statistic(scene, column, "deviation")
    return cast(Value, (value - _every_example(mean, value)) / _every_example(deviation, value))


@prepare("one_hot")
def one_hot(scene: Scene, value: Value, column: Column, _options: Options) -> Value:
    """A label as 0 and 1, one place a class."""
    assert column.classes is not None, f"{column.name} has no classes"
    return scene.builder.add("one_hot", [value], classes=column.classes)


def is_label(value: Value) -> bool:
    """Whether a target holds class numbers."""
    return value.type.dtype == "int32"


def one_label(value: Value) -> bool:
    """Whether a target holds one class number an example."""
    return is_label(value) and value.type.shape == (BATCH,)
