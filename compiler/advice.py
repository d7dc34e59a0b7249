"""Warnings with reasons: what is legal, and probably not what was meant."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from ..dsl.data_schema import Column, DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.places import Place
from ..dsl.spec import Spec
from .experiment import Experiment, activation_of, weights_of
from .graph import Node

HIGHEST_RATE = {
    "sgd": 10.0, "momentum": 3.0, "nesterov": 3.0, "adagrad": 1.0, "rmsprop": 0.1, "adam": 0.1, "adamw": 0.1,
}  # fmt: skip
"""Learning rates that each rule seldom bears."""
LOWEST_RATE = 1e-7
DEEP_SIGMOID = 5
LARGE_INPUT = 20.0
ALIKE = frozenset({"constant", "zeros", "ones"})
"""Starts that make all neurons of a layer the same."""


def advise(
    experiment: Experiment, schema: DataSchema, spec: Spec, places: Mapping[str, Place], diagnostics: Diagnostics
) -> None:
    """Add the warnings a good teacher would give for a file without mistakes; `places` are the layers' own."""
    advice = _Advice(experiment, schema, spec, places, diagnostics)
    advice.double_softmax()
    advice.dropout_last()
    advice.deep_sigmoid()
    if experiment.trains:
        advice.large_batch()
        advice.rate()
        advice.unscaled()
        advice.alike()
        advice.no_gradient()


@dataclass(frozen=True, slots=True)
class _Advice:
    experiment: Experiment
    schema: DataSchema
    spec: Spec
    places: Mapping[str, Place]
    diagnostics: Diagnostics

    def at(self, node: Node) -> Place:
        return self.places.get(node.id, Place(self.spec.file, node.origins[0].line, 1))

    def double_softmax(self) -> None:
        graph = self.experiment.graph
        for node in graph:
            if node.op == "softmax" and any(activation_of(graph[source]) == "softmax" for source in node.inputs):
                self.diagnostics.warn(
                    "W201", self.at(node),
                    f"`{node.id}` takes the softmax of a softmax: all classes come out nearly alike",
                    "Take one of the two away.",
                )  # fmt: skip

    def dropout_last(self) -> None:
        for node_id in self.experiment.outputs.values():
            node = self.experiment.graph[node_id]
            if node.op == "dropout":
                self.diagnostics.warn(
                    "W202", self.at(node), "dropout behind the last layer: what it drops cannot be made up for",
                    "Put it before the last layer.",
                )  # fmt: skip

    def deep_sigmoid(self) -> None:
        """Counted along the deepest path."""
        deep: dict[str, tuple[Node, ...]] = {}
        for node in self.experiment.graph:
            before = max((deep[source] for source in node.inputs), key=len, default=())
            deep[node.id] = (*before, node) if activation_of(node) == "sigmoid" else before
        longest = max(deep.values(), key=len, default=())
        if len(longest) >= DEEP_SIGMOID:
            self.diagnostics.warn(
                "W203", self.at(longest[0]),
                f"{len(longest)} sigmoid layers one behind the other: each passes on at most a quarter of the "
                f"gradient, so `{longest[0].id}` gets {0.25 ** (len(longest) - 1):.0e} of it at best",
                "Use relu, or fewer layers.",
            )  # fmt: skip

    def large_batch(self) -> None:
        train, examples = self.spec.train, self.schema.parts.get("train", 0)
        if train is not None and train.batch is not None and 0 < examples < self.experiment.batch:
            self.diagnostics.warn(
                "W204", train.batch.place,
                f"a batch of {self.experiment.batch}, but only {examples} examples to train on",
                f"Every step then sees them all; write `batch: {examples}` if that is meant.",
            )  # fmt: skip

    def rate(self) -> None:
        rule, entry = self.experiment.optimizer, self.spec.train.optimizer if self.spec.train else None
        if rule is None or entry is None or not isinstance(live := rule.options.get("learning_rate"), tuple):
            return
        options = dict(live[1])
        rate, highest = options.get("value", options.get("start")), HIGHEST_RATE.get(rule.kind, math.inf)
        if not isinstance(rate, int | float):
            return
        if rate > highest:
            self.diagnostics.warn(
                "W205", entry.place, f"a learning rate of {rate:g} is above what {rule.kind} usually bears ({highest:g})",
                "Try a hundredth of it.",
            )  # fmt: skip
        elif 0 < rate < LOWEST_RATE:
            self.diagnostics.warn(
                "W205", entry.place, f"a learning rate of {rate:g} is so small that the weights hardly move",
                "Try 0.001.",
            )  # fmt: skip

    def unscaled(self) -> None:
        users = self.experiment.graph.users
        for node in self.experiment.graph:
            if node.op != "field" or not users[node.id] or node.attr("prepare"):
                continue
            column = cast(Column, node.attr("column"))
            if column.classes is None and (column.high or 0.0) > LARGE_INPUT:
                self.diagnostics.warn(
                    "W206", self.at(node),
                    f"`{column.name}` goes up to {column.high:g} and is not scaled: the first steps may be wild",
                    "Add `prepare: [scale]` to `data`.",
                )  # fmt: skip

    def alike(self) -> None:
        users = self.experiment.graph.users
        for node in self.experiment.graph:
            starts = [w for w in weights_of(node) if w.trainable and len(w.shape) > 1 and w.shape[0] > 1]
            if any(w.start[0] in ALIKE for w in starts) and self._weights_behind(node, users):
                self.diagnostics.warn(
                    "W207", self.at(node),
                    f"all {starts[0].shape[0]} neurons of `{node.id}` start alike, so they get the same gradient and stay alike",
                    "Leave the start to the layer, or draw it: `weights: {normal: 0.05}`.",
                )  # fmt: skip

    def _weights_behind(self, node: Node, users: Mapping[str, tuple[str, ...]]) -> bool:
        waiting, seen = list(users[node.id]), set[str]()
        while waiting:
            if (reader := waiting.pop()) in seen:
                continue
            seen.add(reader)
            if weights_of(self.experiment.graph[reader]):
                return True
            waiting += users[reader]
        return False

    def no_gradient(self) -> None:
        """Weights in front of a step function get no gradient."""
        graph = self.experiment.graph
        moved: set[str] = set()
        for node in graph:
            trains = any(w.trainable for w in weights_of(node)) or any(source in moved for source in node.inputs)
            if not trains:
                continue
            if activation_of(node) == "step":
                self.diagnostics.warn(
                    "W208", self.at(node),
                    f"`{node.id}` ends in step, whose slope is 0 everywhere: no gradient passes, and what is before it does not learn",
                    "Use sigmoid, or set the weights by hand with `trainable: false`.",
                )  # fmt: skip
            else:
                moved.add(node.id)
