"""Whole networks in ops: the numbers worked by hand, what each mode gives out, where every node comes from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.interpret import interpret_all
from netloom.compiler.ops import REGISTRY

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
DIGITS = """data: {source: digits, prepare: [scale]}
network:
  layers:
    - flatten
    - dense: {units: 5, activation: relu}
    - dropout: 0.2
    - dense: 3
train:
  loss: cross_entropy
  penalties: [{l2: 1e-3}]
"""
IMAGES = np.arange(4 * 12, dtype=np.uint8).reshape(4, 2, 6)
LABELS = np.array([0, 2, 1, 2], np.int32)
Running = Callable[..., Any]


def text(name: str) -> str:
    return (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def digits(running: Running) -> Any:
    return running(DIGITS, {"image": IMAGES, "label": LABELS}, {"label": 3})


@pytest.mark.catalog("F07", "N01")
def test_one_layer_by_hand(running: Running) -> None:
    found = running(text("worked/one_layer"), {"x": np.array([[1.0, -1.0]], np.float32)})("predict", ("z",))
    np.testing.assert_allclose(found["out/z"], [[4, -2]])
    np.testing.assert_allclose(found["out/sigmoid1"], [[0.982014, 0.119203]], atol=1e-6)


@pytest.mark.catalog("F08", "N02")
def test_three_layers_by_hand(running: Running) -> None:
    found = running(text("worked/three_layers"), {"x": np.array([[1, -1], [0, 0]], np.float32)})("predict")
    np.testing.assert_allclose(found["out/dense3"], [[0.617705, 0.829124], [0.511847, 0.854384]], atol=1e-6)


@pytest.mark.catalog("F09", "N06")
def test_backpropagation_example(running: Running) -> None:
    columns = {"x": np.array([[1, 0.5, -1]], np.float32), "y": np.array([[1, 0, 0]], np.float32)}
    network = running(text("worked/gradient_by_hand"), columns)
    found = network("predict", ("hidden",))
    np.testing.assert_allclose(found["out/hidden"], [[0.437823, 0.450166]], atol=1e-6)
    np.testing.assert_allclose(found["out/outputs"], [[0.680624, 0.699610, 0.717935]], atol=1e-6)
    assert network("evaluate")["loss"] == pytest.approx(0.368962, abs=1e-6)


def test_golden(digits: Any, golden: Callable[[str, str], None]) -> None:
    for mode in ("train", "predict"):
        golden(f"expand/digits_{mode}.txt", digits.expanded(mode).graph.text())


def test_golden_of_the_first_example(running: Running, golden: Callable[[str, str], None]) -> None:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    first = running(
        text("start/digits"), {"image": images, "label": np.zeros(2, np.int32)}, {"label": 10}, {"image": (0, 16)}
    )
    golden("expand/start_digits.txt", first.expanded("train").graph.text())


def test_forward(digits: Any) -> None:
    """The expanded network against the same in NumPy."""
    graph = digits.expanded("evaluate").graph
    values = digits.values(graph)
    x = IMAGES.reshape(4, 12) / IMAGES.max()
    columns = {"image.least_all": 0.0, "image.greatest_all": float(IMAGES.max())}
    w1, w2 = values["state/dense1.weights"], values["state/dense2.weights"]
    z = np.maximum(x @ w1.T, 0) @ w2.T
    shifted = z - z.max(1, keepdims=True)
    loss = np.mean(np.log(np.exp(shifted).sum(1)) - shifted[range(4), LABELS])
    weights = {"dense1.weights": w1, "dense2.weights": w2, **columns}
    assert digits("evaluate", states=weights)["loss"] == pytest.approx(loss)
    assert digits("evaluate", states=weights)["publish/accuracy/correct"] == (z.argmax(1) == LABELS).sum()


def test_any_batch(digits: Any) -> None:
    """The loss of a batch is the mean over its rows; statistics are sums."""
    states = {"image.least_all": 0.0, "image.greatest_all": 47.0}
    single = [digits("evaluate", rows=[row], states=states) for row in range(4)]
    some = digits("evaluate", rows=[2, 0, 3], states=states)
    assert some["loss"] == pytest.approx(np.mean([single[row]["loss"] for row in (2, 0, 3)]))
    assert some["publish/accuracy/correct"] == sum(single[row]["publish/accuracy/correct"] for row in (2, 0, 3))
    assert some["publish/accuracy/count"] == 3


def test_what_each_mode_gives(digits: Any) -> None:
    names = {mode: set(digits.expanded(mode).graph.outputs) for mode in ("train", "evaluate", "predict")}
    metrics = {"publish/accuracy/correct", "publish/accuracy/count"}
    parts = {"publish/loss/cross_entropy", "loss", "publish/loss"}
    assert names["train"] == {*parts, *metrics, "publish/loss/l2_1"}
    assert names["evaluate"] == {*parts, *metrics}
    assert names["predict"] == {"out/dense2", "out/probabilities"}


def test_penalties_are_of_the_training_alone(digits: Any) -> None:
    states = {"dense1.weights": np.ones((5, 12)), "dense2.weights": np.full((3, 5), 2.0)}
    states |= {"image.least_all": 0.0, "image.greatest_all": 47.0}
    trained = digits("train", states=states, knobs={"dropout1.rate": 0.0})
    assert trained["publish/loss/l2_1"] == 60 + 4 * 15
    assert trained["loss"] == pytest.approx(digits("evaluate", states=states)["loss"] + 1e-3 * 120)


def test_predicting_reads_no_target(digits: Any) -> None:
    graph = digits.expanded("predict").graph
    assert {node.attr("name") for node in graph if node.op == "column"} == {"image"}
    assert "clock" not in {node.op for node in graph}
    found = digits("predict")
    np.testing.assert_allclose(found["out/probabilities"].sum(1), 1)


def test_taps(digits: Any) -> None:
    found = digits("predict", ("flatten1", "dense1", "nothing"))
    assert {"out/flatten1", "out/dense1"} < set(found)
    assert "out/nothing" not in found


def test_every_node_says_where_it_was_asked_for(digits: Any) -> None:
    lines = DIGITS.splitlines()
    for mode in ("train", "evaluate", "predict"):
        for node in digits.expanded(mode).graph:
            (origin,) = node.origins
            assert 1 <= origin.line <= len(lines)
            if node.op == "matmul":
                assert "dense" in lines[origin.line - 1]
                assert origin.path.startswith("dense")
            if node.op == "cross_entropy":
                assert origin.path == "train.loss.cross_entropy"


def test_leaves_are_shared(running: Running) -> None:
    """A network used twice has one state a weight, and a gradient that adds up."""
    network = running(
        "networks: {N: {layers: [{dense: 2}]}}\ngraph: {a: {N: x}, b: {N: a}}\ntrain: {loss: {mse: {prediction: b, target: x}}}",
        {"x": np.ones((3, 2), np.float32)},
    )
    graph = network.expanded("train").graph
    assert [node.attr("name") for node in graph if node.op == "state"] == ["N.dense1.weights", "N.dense1.bias"]


def test_two_heads(running: Running) -> None:
    images = np.random.default_rng(0).integers(0, 17, (6, 8, 8, 1)).astype(np.uint8)
    network = running(text("heads/two_heads"), {"image": images, "label": np.arange(6, dtype=np.int32)}, {"label": 10})
    states = {"image.least_all": 0.0, "image.greatest_all": 16.0}
    found = network("evaluate", states=states)
    assert found["loss"] == pytest.approx(found["publish/loss/which"] + 5 * found["publish/loss/picture"])
    assert network("evaluate", states=states, knobs={"loss.picture.weight": 0.0})["loss"] == found["publish/loss/which"]


def test_only_ops_of_the_registry(digits: Any) -> None:
    for mode in ("train", "evaluate", "predict"):
        graph = digits.expanded(mode).graph
        assert {node.op for node in graph} <= set(REGISTRY)
        every = interpret_all(graph, digits.values(graph), {"B": 4, "N": 4})
        assert all(
            every[node.id].shape == tuple(4 if not isinstance(size, int) else size for size in node.type.shape)
            for node in graph
        )
