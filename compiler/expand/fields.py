"""Data columns: rows taken by number, made float, and prepared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from ...dsl.data_schema import Column
from ..experiment import Augment, Experiment, Prepare
from ..graph import Builder, Graph, Node, Value
from ..types import BATCH, ROWS, DType, TensorType
from .augments import augmented
from .registry import PREPARES, Scene, Step, prepare

AFTER = " after "
"""Stands between a statistic's name and the steps that were done before it was fitted: `mean after log plus=1.0`."""


def expand_field(scene: Scene, node: Node) -> Value:
    """The rows of this batch of a column, as the network sees them: in training each time a little different."""
    column, steps = cast(Column, node.attr("column")), cast(tuple[Prepare, ...], node.attr("prepare"))
    changes = cast(tuple[Augment, ...], node.attributes.get("augment", ()))
    if column.classes is None:
        return augmented(scene, _prepared(scene.builder, column, steps), changes, _limits(column, steps))
    # numbers of classes are moved while they are numbers: rows of 0 and 1 would be mixed
    value = augmented(scene, _taken(scene.builder, column), changes, None)
    return _prepared(scene.builder, column, steps, value)


def changed_graph(experiment: Experiment, node: Node, count: int) -> Graph:
    """A column alone as training sees it after its first `count` changes: the graph's one output, `value`."""
    scene = Scene(experiment, "train", Builder())
    changes = cast(tuple[Augment, ...], node.attributes.get("augment", ()))[:count]
    attrs = {**node.attributes, "augment": changes}
    scene.builder.output("value", expand_field(scene, replace(node, attrs=tuple(attrs.items()))))
    return scene.builder.graph()


def _limits(column: Column, steps: Sequence[Prepare]) -> tuple[float, float] | None:
    """The range that numbers are known to lie in after these steps."""
    if steps and steps[-1].kind == "binarize":
        return 0.0, 1.0
    if column.low is None or column.high is None:
        return None
    if [step.kind for step in steps] == ["scale"]:
        return 0.0, 1.0
    return None if steps else (column.low, column.high)


def prepare_graph(column: Column, steps: Sequence[Prepare]) -> Graph:
    """A column alone as the network sees it after `steps`: the graph's one output, `value`."""
    builder = Builder()
    builder.output("value", _prepared(builder, column, tuple(steps)))
    return builder.graph()


def _taken(builder: Builder, column: Column) -> Value:
    kind = TensorType((ROWS, *column.shape), cast(DType, column.dtype))
    stored = builder.leaf("column", kind, name=column.name)
    value = builder.add("take", [stored, builder.leaf("rows", TensorType((BATCH,), "int64"))])
    if column.classes is None and column.dtype != "float32":
        value = builder.add("cast", [value], dtype="float32")
    return value


def _prepared(builder: Builder, column: Column, steps: tuple[Prepare, ...], taken: Value | None = None) -> Value:
    value = _taken(builder, column) if taken is None else taken
    for number, step in enumerate(steps):
        value = PREPARES[step.kind](value, Step(column, step.options, steps[:number]))
    return value


def statistic(value: Value, step: Step, of: str) -> Value:
    """A number fitted on the training part and kept with the weights: one an element, or one in all (`least_all`), or
    one a channel (`mean_channels`). What was done to the column before is done before it is fitted, too."""
    shape = () if of.endswith("_all") else step.column.shape[-1:] if of.endswith("_channels") else step.column.shape
    name, done = ".".join((step.column.name, *(b.kind for b in step.before), of)), "; ".join(map(str, step.before))
    return value.builder.leaf(
        "state", TensorType(shape), name=name, role="statistic", trainable=False,
        start=("statistic", (("column", step.column.name), ("of", f"{of}{AFTER}{done}" if done else of))),
    )  # fmt: skip


def _every_example(value: Value, like: Value) -> Value:
    """Numbers of an example, or of its channels, beside each example."""
    if not value.type.shape:
        return value
    axes = tuple(range(like.type.rank - value.type.rank, like.type.rank))
    return value.builder.add("broadcast", [value], shape=like.type.shape, axes=axes)


def _per(step: Step, of: str) -> str:
    """The statistic that `per` asks for."""
    ending = {"element": "", "channel": "_channels" if len(step.column.shape) > 1 else "", "all": "_all"}
    return of + ending[str(step.options.get("per", "element"))]


@prepare("scale")
def scale(value: Value, step: Step) -> Value:
    """(x - least) / (greatest - least): the known range to 0 and 1, else that of the training part.

    A row of numbers has a range for each of them, for they measure different things; a picture or a sequence one.
    """
    column = step.column
    known = column.low is not None and column.high is not None and column.high > column.low
    if known and not step.before:
        low, high = cast(float, column.low), cast(float, column.high)
        shifted = value if low == 0 else cast(Value, value - low)
        return cast(Value, shifted * (1.0 / (high - low)))
    whole = "_all" if len(column.shape) > 1 else ""
    least, greatest = (statistic(value, step, f"{end}{whole}") for end in ("least", "greatest"))
    width = cast(Value, greatest - least)
    # a column that never changes has no width: it becomes 0, not NaN
    some_width = cast(Value, width + value.builder.add("equal", [width, 0.0]))
    return cast(Value, (value - _every_example(least, value)) / _every_example(some_width, value))


@prepare("standardize")
def standardize(value: Value, step: Step) -> Value:
    """(x - mean) / deviation of each element, channel or all, of the training part (a deviation of 0 counts as 1)."""
    mean, deviation = (statistic(value, step, _per(step, of)) for of in ("mean", "deviation"))
    return cast(Value, (value - _every_example(mean, value)) / _every_example(deviation, value))


@prepare("mean_image")
def mean_image(value: Value, step: Step) -> Value:
    """x - mean of each element, channel or all, of the training part."""
    return cast(Value, value - _every_example(statistic(value, step, _per(step, "mean")), value))


@prepare("binarize")
def binarize(value: Value, step: Step) -> Value:
    """1 where x reaches the threshold, else 0."""
    return value.builder.add("greater_equal", [value, cast(float, step.options["threshold"])])


@prepare("log")
def log(value: Value, step: Step) -> Value:
    """log(x + plus)"""
    plus = cast(float, step.options["plus"])
    return value.builder.add("log", [value + plus if plus else value])


@prepare("one_hot")
def one_hot(value: Value, step: Step) -> Value:
    """A label as 0 and 1, one place a class."""
    assert step.column.classes is not None, f"{step.column.name} has no classes"
    return value.builder.add("one_hot", [value], classes=step.column.classes)


def is_label(value: Value) -> bool:
    """Whether a target holds class numbers."""
    return value.type.dtype == "int32"


def one_label(value: Value) -> bool:
    """Whether a target holds one class number an example."""
    return is_label(value) and value.type.shape == (BATCH,)
