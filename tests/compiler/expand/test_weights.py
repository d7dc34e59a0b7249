"""Ties, masks and norms of weights against the arithmetic they stand for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Running = Callable[..., Any]
RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(4, 3)).astype(np.float32)
W = RANDOM.normal(size=(2, 3))


def layer(running: Running, weights: str, units: int = 2) -> Any:
    text = (
        f"network: {{inputs: [x], layers: [{{dense: {{units: {units}, bias: false, weights: {weights}}}, name: d}}]}}"
    )
    return running(f"{text}\ntrain: {{loss: {{formula: sum(square(d))}}}}", {"x": X})


def test_a_mask_holds_weights_at_zero(running: Running) -> None:
    net = layer(running, "{mask: [[1, 0, 1], [0, 1, 1]]}")
    mask = np.array([[1, 0, 1], [0, 1, 1]])
    states = {"d.weights": W, "d.weights.mask": mask}
    np.testing.assert_allclose(net("predict", states=states)["out/d"], X @ (W * mask).T, rtol=1e-6)
    kept = next(n for n in net.expanded("predict").graph if n.attributes.get("name") == "d.weights.mask")
    assert not kept.attr("trainable")
    assert dict(kept.attr("start")[1])["values"] == ((1, 0, 1), (0, 1, 1))


def test_weight_norm(running: Running) -> None:
    net = layer(running, "{norm: weight}")
    scale = np.array([3.0, 0.5])
    effective = W / np.linalg.norm(W, axis=1, keepdims=True) * scale[:, None]
    found = net("predict", states={"d.weights": W, "d.weights.scale": scale})["out/d"]
    np.testing.assert_allclose(found, X @ effective.T, rtol=1e-6)


def test_spectral_norm_finds_the_largest_singular_value(running: Running) -> None:
    """Step by step the kept direction turns to the singular vector; outside training it stays."""
    net = layer(running, "{norm: spectral}")
    direction = np.array([1.0, 0.3])
    for _ in range(50):
        direction = net("train", states={"d.weights": W, "d.weights.direction": direction})["next/d.weights.direction"]
    found = net("predict", states={"d.weights": W, "d.weights.direction": direction})["out/d"]
    np.testing.assert_allclose(found, X @ (W / np.linalg.svd(W)[1][0]).T, rtol=1e-5)
    assert not [name for name in net.expanded("evaluate").graph.outputs if name.startswith("next/")]


@pytest.mark.parametrize("first", ["code.weights", "inner.code.weights"])
def test_a_tie_reads_the_other_backwards(running: Running, first: str) -> None:
    """By a name of its own body, or by the whole path; there is one state."""
    tie = "{same_as: %s, transposed: true}" % first  # noqa: UP031
    block = "blocks: {B: {layers: [{dense: {units: 2, bias: false}, name: code}, %s]}}\n" % (  # noqa: UP031
        f"{{dense: {{units: 3, bias: false, weights: {tie}}}, name: copy}}"
    )
    net = running(
        block + "network: {inputs: [x], layers: [{B: {}, name: inner}]}\ntrain: {loss: {formula: sum(inner)}}", {"x": X}
    )
    found = net("predict", states={"inner.code.weights": W})
    np.testing.assert_allclose(next(iter(found.values())), X @ W.T @ W, rtol=1e-6)
    states = [n.attr("name") for n in net.expanded("train").graph if n.op == "state"]
    assert states == ["inner.code.weights"]


def test_a_chain_of_ties_ends_at_the_first(running: Running) -> None:
    square = RANDOM.normal(size=(3, 3))
    layers = [
        "{dense: {units: 3, bias: false}, name: a}",
        "{dense: {units: 3, bias: false, weights: {same_as: a.weights, transposed: true}}, name: b}",
        "{dense: {units: 3, bias: false, weights: {same_as: b.weights, transposed: true}}, name: c}",
    ]
    text = f"network: {{inputs: [x], layers: [{', '.join(layers)}]}}\ntrain: {{loss: {{formula: sum(c)}}}}"
    found = running(text, {"x": X})("predict", states={"a.weights": square})["out/c"]
    np.testing.assert_allclose(found, X @ square.T @ square @ square.T, rtol=1e-5)


def test_a_variable_is_the_same_for_every_example(running: Running) -> None:
    text = (
        "network: {inputs: [x], graph: {at: {variable: {shape: [3, 2], start: [[1, 2], [3, 4], [5, 6]]}}, y: x @ at}, "
        "output: y}\ntrain: {loss: {formula: sum(y)}}"
    )
    net = running(text, {"x": X})
    table = np.array([[1, 2], [3, 4], [5, 6]])
    np.testing.assert_allclose(net("predict")["out/y"], X @ table, rtol=1e-6)
    assert [n.op for n in net.expanded("predict").graph if n.op == "matmul"] == ["matmul"]
