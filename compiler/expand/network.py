"""From the architecture graph to the op graph of one mode: train, evaluate or predict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from ..experiment import Experiment, LayerWeight, Term
from ..graph import Builder, Graph, Value
from ..plan import Metric
from ..types import BATCH, TensorType
from .fields import expand_field
from .losses import logits_of
from .metrics import expand_metric, total
from .registry import LAYERS, LOSSES, PENALTIES, Mode, Scene


@dataclass(frozen=True, slots=True)
class Expanded:
    """The op graph, and what the run must know of the numbers it publishes."""

    graph: Graph
    metrics: tuple[Metric, ...]


def expand(experiment: Experiment, mode: Mode, taps: Sequence[str] = ()) -> Expanded:
    """The ops of a mode. `train` and `evaluate` give the loss and metrics, `predict` the outputs, and besides
    the values of the layers named in `taps`."""
    scene = Scene(experiment, mode, Builder((experiment.origin,)))
    for node in experiment.graph:
        scene.builder.origins = node.origins
        if node.op == "field":
            scene.values[node.id] = expand_field(scene, node)
        else:
            options = cast(Mapping[str, Any], node.attr("options"))
            inputs = [scene.values[source] for source in node.inputs]
            scene.values[node.id] = LAYERS[node.op](scene, node, inputs, options)
    for name in taps:
        if name in scene.values:
            scene.builder.output(f"out/{name}", scene.values[name])
    if mode == "predict":
        _outputs(scene)
        return Expanded(scene.builder.graph(), ())
    _loss(scene)
    metrics = tuple(expand_metric(scene, use) for use in experiment.metrics)
    return Expanded(scene.builder.graph(), metrics)


def _outputs(scene: Scene) -> None:
    """The network's outputs and, where its scores are logits, the probabilities of the classes."""
    for name, node_id in scene.experiment.outputs.items():
        scene.builder.output(f"out/{name}", scene.values[node_id])
    for term in scene.experiment.terms:
        if term.kind in ("cross_entropy", "binary_cross_entropy") and len(scene.experiment.terms) == 1:
            scene.at(term.origin)
            node_id = term.tensors["logits"]
            curve = "softmax" if term.kind == "cross_entropy" else "sigmoid"
            value = scene.values[node_id]
            if node_id not in scene.before:
                value = scene.builder.add(curve, [logits_of(scene, node_id)])
            scene.builder.output("out/probabilities", value)


def _loss(scene: Scene) -> None:
    whole: Value | None = None
    several = len(scene.experiment.terms) + len(scene.experiment.penalties) > 1
    for term in scene.experiment.terms:
        scene.at(term.origin)
        part = _over_batch(scene, term, LOSSES[term.kind](scene, term))
        if several:
            scene.builder.output(f"publish/loss/{term.name}", part)
        whole = _added(whole, _weighted(scene, f"loss.{term.name}.weight", term.weight, part))
    if scene.mode == "train":
        # penalties shape the training; the loss that is measured on other data is the task's alone
        for part in _penalties(scene, several):
            whole = _added(whole, part)
    if whole is not None:
        scene.at(scene.experiment.origin)
        scene.builder.output("loss", whole)
        scene.builder.output("publish/loss", whole)


def _over_batch(scene: Scene, term: Term, each: Value) -> Value:
    assert each.type.shape == (BATCH,), f"{term.kind} gives a number an example"
    if term.options.get("reduce", "mean") == "sum":
        return total(each)
    return cast(Value, total(each) / scene.examples())


def _penalties(scene: Scene, several: bool) -> list[Value]:
    parts = []
    known = {
        weight.name: weight
        for node in scene.experiment.graph
        if node.op != "field"
        for weight in cast(tuple[LayerWeight, ...], node.attr("weights"))
    }
    for number, item in enumerate(scene.experiment.penalties, 1):
        scene.at(item.origin)
        rule = PENALTIES[item.kind]
        value: Value | None = None
        for name in item.weights:
            weight = known[name]
            leaf = scene.builder.leaf(
                "state",
                TensorType(weight.shape),
                name=name,
                role="weight",
                trainable=weight.trainable,
                start=weight.start,
            )
            value = _added(value, rule(leaf, item.options))
        if value is not None:
            name = f"{item.kind}{number}"
            if several:
                scene.builder.output(f"publish/loss/{name}", value)
            parts.append(_weighted(scene, f"penalty.{name}", item.amount, value))
    return parts


def _weighted(scene: Scene, name: str, live: Any, value: Value) -> Value:
    if live == ("constant", (("value", 1.0),)):
        return value
    return cast(Value, value * scene.knob(name, live, -1e30))


def _added(whole: Value | None, part: Value) -> Value:
    return part if whole is None else cast(Value, whole + part)
