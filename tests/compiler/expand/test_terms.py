"""Parts of a loss: what counts, what is there in training only, formulas and blocks as losses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Running = Callable[..., Any]
RANDOM = np.random.default_rng(2)
X = RANDOM.normal(size=(6, 3)).astype(np.float32)
T = RANDOM.normal(size=(6, 3)).astype(np.float32)
K = np.array([0, 2, 1, 1, 0, 2], np.int32)
SOME = K != 1


def net(running: Running, loss: str, body: str = "layers: [linear]", target: Any = T) -> Any:
    text = f"network: {{inputs: [x], {body}}}\ntrain: {{loss: {loss}, metrics: []}}"
    return running(text, {"x": X, "t": target, "k": K}, {"k": 3})


def each() -> Any:
    return np.square(X - T).mean(axis=1)


CASES: list[tuple[str, float]] = [
    ("{mse: {target: t}, where: k != 1}", float(each()[SOME].mean())),
    ("{mse: {target: t, reduce: sum}, where: k != 1}", float(each()[SOME].sum())),
    ("{mse: {target: t}, where: t > 0}", float(np.square(X - T)[T > 0].mean())),
    ("{mse: {target: t, units: sum}, where: t > 0}", float((np.square(X - T) * (T > 0)).sum() / 6)),
    ("{mse: {target: t}, where: k == 9}", 0.0),
    ("{formula: 'sum(abs(x))'}", float(np.abs(X).sum(axis=1).mean())),
    ("{formula: {formula: 'sum(abs(x))', reduce: sum}}", float(np.abs(X).sum())),
    ("{formula: 'sum(abs(x))', where: k == 0, weight: 3}", float(3 * np.abs(X).sum(axis=1)[K == 0].mean())),
]


@pytest.mark.parametrize(("loss", "expected"), CASES, ids=[loss for loss, _ in CASES])
def test_what_counts(running: Running, loss: str, expected: float) -> None:
    assert float(net(running, loss)("evaluate")["loss"]) == pytest.approx(expected, rel=1e-5, abs=1e-7)


def test_what_is_left_out_may_be_no_number(running: Running) -> None:
    """A missing target spoils nothing, neither the loss nor a gradient."""
    missing = T.copy()
    missing[K == 1] = np.nan
    made = net(running, "{mse: {target: t}, where: k != 1}", target=missing)
    assert float(made("evaluate")["loss"]) == pytest.approx(float(each()[SOME].mean()), rel=1e-5)


def test_a_block_as_a_loss(running: Running) -> None:
    text = (
        "blocks: {Far: {inputs: [a, b], graph: {d: sum(square(a - b))}, output: d}}\n"
        "network: {inputs: [x, t], graph: {y: x * 1}, output: y}\ntrain: {loss: {Far: {a: y, b: t}}}"
    )
    found = running(text, {"x": X, "t": T})("evaluate")["loss"]
    assert float(found) == pytest.approx(float(np.square(X - T).sum(axis=1).mean()), rel=1e-5)


SIDE = """
network:
  inputs: [x]
  graph:
    a: {dense: {units: 2, weights: 1, bias: 0}, from: x}
    side: {dense: {units: 3, weights: 1, bias: 0}, from: a, when: training}
    y: {dense: {units: 3, weights: 1, bias: 0}, from: a}
  output: y
train:
  loss:
    - {mse: {prediction: y, target: t}, name: main}
    - {mse: {prediction: side, target: t}, name: side}
"""


def test_what_is_there_in_training_only(running: Running) -> None:
    """Its loss, its weights and its arithmetic are gone elsewhere."""
    made = running(SIDE, {"x": X, "t": T})
    train, evaluate = made("train"), made("evaluate")
    assert float(train["loss"]) == pytest.approx(2 * float(evaluate["loss"]))
    names = {n.attributes.get("name") for n in made.expanded("evaluate").graph}
    assert "side.weights" not in names
    assert "side.weights" in {n.attributes.get("name") for n in made.expanded("train").graph}


@pytest.mark.parametrize(
    ("when", "train", "elsewhere"),
    [
        ("training", 2.0, 1.0),
        ("not training", 1.0, 2.0),
        ("training and 1 > 2", 1.0, 1.0),
        ("training or 2 > 1", 2.0, 2.0),
    ],
)
def test_what_passes_its_input_on(running: Running, when: str, train: float, elsewhere: float) -> None:
    text = f"network: {{inputs: [x], layers: [{{formula: previous * 2, when: {when}, name: y}}]}}"
    made = running(f"{text}\ntrain: {{loss: {{formula: sum(y)}}}}", {"x": X})
    np.testing.assert_allclose(made("train", ("y",))["loss"], train * X.sum(axis=1).mean(), rtol=1e-5)
    np.testing.assert_allclose(made("evaluate")["loss"], elsewhere * X.sum(axis=1).mean(), rtol=1e-5)


def test_accuracy_counts_what_the_loss_counts(running: Running) -> None:
    text = "network: {inputs: [x], layers: [linear]}\ntrain: {loss: {cross_entropy: {target: k}, where: k != 1}}"
    found = running(text, {"x": X, "k": K}, {"k": 3})("evaluate")
    right = (X.argmax(axis=1) == K)[SOME]
    assert (float(found["publish/accuracy/correct"]), float(found["publish/accuracy/count"])) == (
        right.sum(),
        right.size,
    )


def test_the_rate_of_dropout_may_go_over_training(running: Running) -> None:
    text = "network: {inputs: [x], layers: [{dropout: {rate: {linear: {start: 0, end: 0.5, over: 3 epochs}}}}]}"
    graph = running(text + "\ntrain: {loss: {mse: {target: t}}}", {"x": X, "t": T}).expanded("train").graph
    (knob,) = [node for node in graph if node.op == "knob"]
    assert knob.attr("live")[0] == "linear"
