"""The train section against the network: losses, metrics, penalties, optimisers, limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from netloom.compiler.experiment import Experiment, constant
from netloom.compiler.selectors import reached

Built = Callable[..., Experiment]
NET = "network: {layers: [flatten, {dense: {units: 8, activation: relu}}, {dense: 10}]}\n"
HEADS = """network:
  graph:
    f: {flatten: image}
    digit: {dense: 10, from: f}
    copy: {dense: {units: 64, activation: sigmoid}, from: f}
  output: [digit, copy]
"""


def test_short_loss(built: Built) -> None:
    (term,) = built(NET + "train: {loss: cross_entropy}").terms
    assert (term.kind, term.name, dict(term.tensors)) == (
        "cross_entropy",
        "cross_entropy",
        {"logits": "dense2", "target": "label"},
    )
    assert term.weight == constant(1.0)
    assert str(term.origin) == "net.yaml:2 (train.loss.cross_entropy)"


def test_the_only_field_that_is_no_input_is_the_target(built: Built) -> None:
    (term,) = built("network: {layers: [{dense: 2}]}\ntrain: {loss: mse}", "xy").terms
    assert term.tensors == {"prediction": "dense1", "target": "y"}


def test_an_input_may_be_the_target(built: Built) -> None:
    made = built(HEADS + "train: {loss: {mse: {prediction: copy, target: image}}}")
    assert made.terms[0].tensors["target"] == "image"


def test_several_losses(built: Built) -> None:
    made = built(
        HEADS
        + "train:\n  loss:\n    - cross_entropy: {logits: digit}\n    - {mse: {prediction: copy, target: f}, weight: 5}\n"
        "    - mae: {prediction: copy, target: f}\n      name: sharp\n      weight: {linear: {start: 0, end: 1, over: 5 epochs}}\n"
    )
    assert [term.name for term in made.terms] == ["cross_entropy", "mse", "sharp"]
    assert made.terms[1].weight == constant(5)
    assert made.terms[2].weight[0] == "linear"
    assert [(use.name, use.prediction) for use in made.metrics] == [("cross_entropy_accuracy", "digit")]


def test_losses_of_one_kind_are_numbered(built: Built) -> None:
    made = built(HEADS + "train: {loss: [{mse: {prediction: copy, target: f}}, {mse: {prediction: f, target: copy}}]}")
    assert [term.name for term in made.terms] == ["mse1", "mse2"]


def test_a_repeated_loss(built: Built) -> None:
    made = built(HEADS + "train: {loss: [{mse: {prediction: $n, target: f}, repeat: {n: [copy, f]}}]}")
    assert [(term.name, term.tensors["prediction"]) for term in made.terms] == [("mse.1", "copy"), ("mse.2", "f")]


def test_a_number_as_the_target(built: Built) -> None:
    (term,) = built("network: {layers: [{dense: 1}]}\ntrain: {loss: {binary_cross_entropy: {target: 1}}}", "yes").terms
    assert term.tensors["target"] == "number 1"


@pytest.mark.parametrize(
    ("last", "loss", "tensors"),
    [
        ("{dense: 10}", "cross_entropy", "logits"),
        ("{dense: {units: 10, activation: softmax}}", "cross_entropy", "logits"),
        ("softmax", "cross_entropy", "logits"),
        ("softmax", "{cross_entropy: {probabilities: y}}", "logits"),
        ("{dense: {units: 10, activation: exp}}", "{cross_entropy: {probabilities: y}}", "probabilities"),
    ],
)
def test_scores_and_probabilities(built: Built, last: str, loss: str, tensors: str) -> None:
    """A softmax is taken together with the loss; probabilities made in another way stay what they are."""
    named = last.replace("}", ", name: y}") if last.endswith("10}") else f"{{chain: [{last}], name: y}}"
    made = built(f"network: {{layers: [flatten, {{dense: 10}}, {named}]}}\ntrain: {{loss: {loss}}}")
    assert tensors in made.terms[0].tensors


@pytest.mark.parametrize(
    ("layers", "loss", "data", "scores"),
    [
        ("{dense: 2}", "cross_entropy", "yes", "classes"),
        ("{dense: 1}", "binary_cross_entropy", "yes", "logits"),
        ("{dense: {units: 1, activation: sigmoid}}", "binary_cross_entropy", "yes", "probabilities"),
        ("{dense: 1}", "hinge", "yes", "margins"),
        ("{dense: 2}", "hinge", "yes", "classes"),
        ("{dense: 1}", "mse", "yes", "probabilities"),
        ("{dense: 2}", "mse", "yes", "classes"),
        ("{dense: 2}", "binary_cross_entropy", "xy", "logits"),
    ],
)
def test_how_a_prediction_decides(built: Built, layers: str, loss: str, data: str, scores: str) -> None:
    made = built(f"network: {{layers: [{layers}]}}\ntrain: {{loss: {loss}, metrics: [accuracy]}}", data)
    assert made.metrics[0].scores == scores


def test_metrics_take_the_tensors_of_their_own_sort(built: Built) -> None:
    made = built(
        HEADS + "train: {loss: [{mse: {prediction: copy, target: f}}, {cross_entropy: {logits: digit}}], "
        "metrics: [accuracy, mae, {r2: {prediction: f, target: copy}, name: back}]}"
    )
    assert [(use.name, use.prediction, use.target) for use in made.metrics] == [
        ("accuracy", "digit", "label"), ("mae", "copy", "f"), ("back", "f", "copy"),
    ]  # fmt: skip


def test_no_metrics(built: Built) -> None:
    assert built(NET + "train: {loss: cross_entropy, metrics: []}").metrics == ()


def test_penalties(built: Built) -> None:
    made = built(NET + 'train: {loss: cross_entropy, penalties: [{l2: 1e-3}, {elastic: {l1: 1, l2: 2}, of: "*.bias"}]}')
    assert [(p.kind, p.weights) for p in made.penalties] == [
        ("l2", ("dense1.weights", "dense2.weights")),
        ("l1", ("dense1.bias", "dense2.bias")),
        ("l2", ("dense1.bias", "dense2.bias")),
    ]
    assert [p.amount for p in made.penalties] == [constant(1e-3), constant(1), constant(2)]


def test_optimizer_and_limits(built: Built) -> None:
    made = built(
        NET
        + "train: {loss: cross_entropy, optimizer: {momentum: {learning_rate: {cosine: {start: 0.1, warmup: 5 %}}}}, "
        "clip_gradients: {norm: 1, value: 0.5}, stop: {patience: 3, restore: last}, batch: 17, last_batch: drop}\n"
        "run: {seed: 9}"
    )
    assert made.optimizer is not None
    rate = made.optimizer.options["learning_rate"]
    assert isinstance(rate, tuple)
    assert rate[0] == "cosine"
    assert dict(rate[1])["warmup"] == (5, "%")
    assert made.clip == (("norm", constant(1)), ("value", constant(0.5)))
    assert made.stop is not None
    assert (made.stop.patience, made.stop.restore, made.batch, made.last_batch, made.seed) == (3, "last", 17, "drop", 9)


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        ("**", ["a.weights", "a.bias", "n.a.weights", "n.norm1.weights"]),
        ("**.weights", ["a.weights", "n.a.weights", "n.norm1.weights"]),
        ("*.weights", ["a.weights"]),
        ("a", ["a.weights", "a.bias"]),
        ("n", ["n.a.weights", "n.norm1.weights"]),
        ("n.a", ["n.a.weights"]),
        ("**.a", ["a.weights", "a.bias", "n.a.weights"]),
        ("**.norm*", ["n.norm1.weights"]),
        ("n.*.weights", ["n.a.weights", "n.norm1.weights"]),
        ("weights", []),
        ("a.b*", ["a.bias"]),
        (".", []),
    ],
)
def test_selectors(selector: str, found: list[str]) -> None:
    assert list(reached(selector, ["a.weights", "a.bias", "n.a.weights", "n.norm1.weights"])) == found
