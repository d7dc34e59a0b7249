"""From the architecture graph to the op graph of one mode: train, evaluate or predict."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

from ...dsl.formula import Formula
from ..experiment import Experiment, Live, constant, options_of, weights_of
from ..formula_ops import Operand, formula_value
from ..graph import Builder, Graph, Node, Value
from ..plan import Metric
from ..types import TensorType
from .fields import expand_field
from .metrics import expand_metric
from .registry import LAYERS, PENALTIES, Mode, Scene
from .terms import expand_term
from .weights import weight_leaf

PROBABLE = {"cross_entropy": "softmax", "binary_cross_entropy": "sigmoid"}
"""The losses whose scores are made probabilities when the network predicts, and how."""
ANY_WEIGHT = -1e30
"""A part of the loss may be weighted by any number: a negative one makes it large."""


@dataclass(frozen=True, slots=True)
class Expanded:
    """The op graph, and what the run must know of the numbers it publishes."""

    graph: Graph
    metrics: tuple[Metric, ...]


def expand(experiment: Experiment, mode: Mode, taps: Sequence[str] = ()) -> Expanded:
    """The ops of a mode: `train` and `evaluate` give the loss and metrics, `predict` the outputs.

    The values of the layers named in `taps` come besides, as `out/NAME`.
    """
    scene = Scene(experiment, mode, Builder((experiment.origin,)))
    wanted = _predicting(experiment, taps) if mode == "predict" else experiment.graph.nodes.keys()
    absent = "elsewhere" if mode == "train" else "train"
    for node in experiment.graph:
        if node.id in wanted and node.attributes.get("only") != absent:
            scene.builder.origins = node.origins
            scene.values[node.id] = _layer(scene, node)
    for name in taps:
        if name in scene.values:
            scene.builder.output(f"out/{name}", scene.values[name])
    if mode == "predict":
        _outputs(scene)
        return Expanded(scene.builder.graph(), ())
    _loss(scene)
    metrics = tuple(expand_metric(scene, use) for use in experiment.metrics)
    return Expanded(scene.builder.graph(), metrics)


def _layer(scene: Scene, node: Node) -> Value:
    if node.op == "field":
        return expand_field(scene, node)
    if node.op == "mode":
        return scene.values[node.inputs[0 if scene.mode == "train" else 1]]
    inputs = [scene.values[source] for source in node.inputs]
    if node.op == "formula":
        known: dict[str, Operand] = dict(cast(tuple[tuple[str, float], ...], node.attr("numbers")))
        known |= zip(cast(tuple[str, ...], node.attr("reads")), inputs, strict=True)
        return formula_value(cast(Formula, node.attr("formula")), known)
    if node.op == "number":
        return scene.builder.leaf("constant", TensorType(()), value=node.attr("value"))
    return LAYERS[node.op](scene, node, inputs, options_of(node))


# predicting


def _predicting(experiment: Experiment, taps: Iterable[str]) -> frozenset[str]:
    """The nodes that predictions hang on: no target is read."""
    wanted = [*experiment.outputs.values(), *(_score(experiment) or ()), *taps]
    found: set[str] = set()
    while wanted:
        node_id = wanted.pop()
        if node_id in experiment.graph.nodes and node_id not in found:
            found.add(node_id)
            wanted += experiment.graph[node_id].inputs
    return frozenset(found)


def _score(experiment: Experiment) -> tuple[str] | None:
    """The node that the only loss reads logits from, where it has probabilities."""
    if len(experiment.terms) == 1 and "logits" in experiment.terms[0].tensors:
        return (experiment.terms[0].tensors["logits"],)
    return None


def _outputs(scene: Scene) -> None:
    """The network's outputs and, where its scores are logits, the probabilities of the classes."""
    for name, node_id in scene.experiment.outputs.items():
        if node_id not in scene.values:
            continue
        scene.builder.output(f"out/{name}", scene.values[node_id])
    score = _score(scene.experiment)
    if score is None or score[0] not in scene.values or "probabilities" in scene.experiment.outputs:
        return
    term = scene.experiment.terms[0]
    scene.at(term.origin)
    value = scene.values[score[0]]
    if score[0] not in scene.before:
        value = scene.builder.add(PROBABLE[term.kind], [value])
    scene.builder.output("out/probabilities", value)


# the loss


def _loss(scene: Scene) -> None:
    parts: list[Value] = []
    several = len(scene.experiment.terms) + len(scene.experiment.penalties) > 1
    for term in scene.experiment.terms:
        if term.when_training and scene.mode != "train":
            continue
        part = expand_term(scene, term)
        if several:
            scene.builder.output(f"publish/loss/{term.name}", part)
        # a part beside others can be given more or less weight while training; alone it needs none
        if len(scene.experiment.terms) > 1 or term.weight != constant(1.0):
            part = _weighted(scene, f"loss.{term.name}.weight", term.weight, part)
        parts.append(part)
    if scene.mode == "train":
        # penalties shape the training; the loss that is measured on other data is the task's alone
        parts += _penalties(scene, several=several)
    if parts:
        scene.at(scene.experiment.origin)
        whole = sum_of(parts)
        scene.builder.output("loss", whole)
        scene.builder.output("publish/loss", whole)


def sum_of(values: Sequence[Value]) -> Value:
    """The sum of one or more values, from the left."""
    whole = values[0]
    for value in values[1:]:
        whole = cast(Value, whole + value)
    return whole


def _penalties(scene: Scene, *, several: bool) -> list[Value]:
    parts = []
    known = {weight.name: weight for node in scene.experiment.graph for weight in weights_of(node)}
    for number, item in enumerate(scene.experiment.penalties, 1):
        scene.at(item.origin)
        rule, name = PENALTIES[item.kind], f"{item.kind}_{number}"
        value = sum_of([rule(weight_leaf(scene, known[weight]), item.options) for weight in item.weights])
        if several:
            scene.builder.output(f"publish/loss/{name}", value)
        parts.append(_weighted(scene, f"penalty.{name}", item.amount, value))
    return parts


def _weighted(scene: Scene, name: str, live: Live, value: Value) -> Value:
    return cast(Value, value * scene.knob(name, live, ANY_WEIGHT))
