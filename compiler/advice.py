"""Warnings with reasons: what is legal, and probably not what was meant."""

from __future__ import annotations

import math
from collections.abc import Mapping

from ..dsl.data_schema import Column, DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.places import Place
from ..dsl.spec import Spec
from .experiment import Experiment, Prepare
from .graph import Node

HIGHEST_RATE = {
    "sgd": 10.0,
    "momentum": 3.0,
    "nesterov": 3.0,
    "adagrad": 1.0,
    "rmsprop": 0.1,
    "adam": 0.1,
    "adamw": 0.1,
}
DEEP_SIGMOID = 5
LARGE_INPUT = 20.0


def advise(experiment: Experiment, schema: DataSchema, spec: Spec, diagnostics: Diagnostics) -> None:
    """Add the warnings a good teacher would give for a file without mistakes."""
    _double_softmax(experiment, spec, diagnostics)
    _dropout_last(experiment, spec, diagnostics)
    _deep_sigmoid(experiment, spec, diagnostics)
    if spec.train is not None:
        _large_batch(experiment, schema, spec, diagnostics)
        _rate(experiment, spec, diagnostics)
        _unscaled(experiment, spec, diagnostics)


def _place(spec: Spec, node: Node) -> Place:
    return Place(spec.file, node.origins[0].line, 1)


def _activation(node: Node) -> str:
    options = node.attributes.get("options", {})
    assert isinstance(options, Mapping)
    return str(options.get("activation") or node.op)


def _double_softmax(experiment: Experiment, spec: Spec, diagnostics: Diagnostics) -> None:
    for node in experiment.graph:
        reads = [experiment.graph[s] for s in node.inputs]
        if node.op == "softmax" and any(_activation(source) == "softmax" for source in reads):
            diagnostics.warn(
                "W201", _place(spec, node), f"`{node.id}` takes the softmax of a softmax: all classes come out nearly alike",
                "Take one of the two away.",
            )  # fmt: skip


def _dropout_last(experiment: Experiment, spec: Spec, diagnostics: Diagnostics) -> None:
    for node_id in experiment.outputs.values():
        node = experiment.graph[node_id]
        if node.op == "dropout":
            diagnostics.warn(
                "W202", _place(spec, node), "dropout behind the output: what is dropped can no longer be made up for",
                "Put it before the last layer.",
            )  # fmt: skip


def _deep_sigmoid(experiment: Experiment, spec: Spec, diagnostics: Diagnostics) -> None:
    deep = [node for node in experiment.graph if node.op != "field" and _activation(node) == "sigmoid"]
    if len(deep) >= DEEP_SIGMOID:
        diagnostics.warn(
            "W203", _place(spec, deep[0]),
            f"{len(deep)} sigmoid layers one behind the other: each passes on at most a quarter of the gradient, "
            f"so the first one gets about {0.25 ** len(deep):.0e} of it",
            "Use relu, or fewer layers.",
        )  # fmt: skip


def _large_batch(experiment: Experiment, schema: DataSchema, spec: Spec, diagnostics: Diagnostics) -> None:
    assert spec.train is not None
    examples = schema.parts.get("train", 0)
    if spec.train.batch is not None and 0 < examples < experiment.batch:
        diagnostics.warn(
            "W204", spec.train.batch.place, f"a batch of {experiment.batch}, but only {examples} examples to train on",
            f"Every step then sees them all; write batch: {examples} if that is meant.",
        )  # fmt: skip


def _rate(experiment: Experiment, spec: Spec, diagnostics: Diagnostics) -> None:
    rule = experiment.optimizer
    assert spec.train is not None
    if rule is None or not isinstance(rate := rule.options.get("learning_rate"), tuple):
        return
    options = dict(rate[1])
    value = options.get("value", options.get("start"))
    highest = HIGHEST_RATE.get(rule.kind, math.inf)
    if isinstance(value, int | float) and value > highest and spec.train.optimizer is not None:
        diagnostics.warn(
            "W205", spec.train.optimizer.place, f"a learning rate of {value:g} is far above what {rule.kind} usually bears ({highest:g})",
            "Try a hundredth of it.",
        )  # fmt: skip


def _unscaled(experiment: Experiment, spec: Spec, diagnostics: Diagnostics) -> None:
    for node in experiment.graph:
        if node.op != "field":
            continue
        column, prepare = node.attr("column"), node.attr("prepare")
        assert isinstance(column, Column)
        assert isinstance(prepare, tuple)
        read = any(node.id in other.inputs for other in experiment.graph)
        if read and not [p for p in prepare if isinstance(p, Prepare)] and (column.high or 0) > LARGE_INPUT:
            place = spec.data.place if spec.data else Place(spec.file, 1, 1)
            diagnostics.warn(
                "W206", place, f"`{column.name}` goes up to {column.high:g} and is not scaled: the first steps may be wild",
                "Add `prepare: [scale]` to `data`.",
            )  # fmt: skip
