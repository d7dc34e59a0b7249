"""Layers, joiners, activations, fields and formulas in ops against NumPy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from netloom.compiler.expand.activations import NAMED
from netloom.compiler.expand.layers import stream
from netloom.compiler.ops import REGISTRY

Running = Callable[..., Any]
RANDOM = np.random.default_rng(11)
X = RANDOM.normal(size=(5, 3)).astype(np.float32)
IMAGES = RANDOM.integers(0, 256, (4, 2, 3, 1)).astype(np.uint8)


@pytest.fixture(scope="module")
def out(running: Running) -> Callable[..., Any]:
    """What a list of layers gives out for `x`."""

    def made(layers: str, x: Any = X, **given: Any) -> Any:
        network = running(f"network: {{inputs: [x], layers: [{layers}]}}", {"x": x})
        (value,) = network("predict", **given).values()
        return value

    return made


@pytest.mark.parametrize("name", NAMED)
def test_activations(out: Callable[..., Any], name: str) -> None:
    """As a layer and as an option of dense the curve is the op's own."""
    expected = REGISTRY[name](X.astype(float), **dict(REGISTRY[name].attrs))
    np.testing.assert_allclose(out(name), expected)
    weights = {"dense1.weights": np.eye(3)}
    np.testing.assert_allclose(out(f"{{dense: {{units: 3, activation: {name}}}}}", states=weights), expected)


def test_options_of_an_activation(out: Callable[..., Any]) -> None:
    expected = np.where(X > 0, X, 0.3 * X.astype(float))
    np.testing.assert_allclose(out("{leaky_relu: {slope: 0.3}}"), expected)
    inner = "{dense: {units: 3, bias: false, activation: {leaky_relu: {slope: 0.3}}}}"
    np.testing.assert_allclose(out(inner, states={"dense1.weights": np.eye(3)}), expected)


def test_dense_on_the_last_axis(out: Callable[..., Any]) -> None:
    x = RANDOM.normal(size=(4, 2, 5, 3)).astype(np.float32)
    w, b = RANDOM.normal(size=(6, 3)), RANDOM.normal(size=6)
    np.testing.assert_allclose(
        out("{dense: 6}", x, states={"dense1.weights": w, "dense1.bias": b}), x.astype(float) @ w.T + b
    )


def test_shapes(out: Callable[..., Any]) -> None:
    x = RANDOM.normal(size=(4, 2, 6)).astype(np.float32)
    np.testing.assert_array_equal(out("flatten", x), x.reshape(4, 12))
    np.testing.assert_array_equal(out("{reshape: [3, -1]}", x), x.reshape(4, 3, 4))


@pytest.mark.parametrize(
    ("joiner", "expected"),
    [
        ("add", lambda a, b: a + b),
        ("multiply", lambda a, b: a * b),
        ("average", lambda a, b: (a + b) / 2),
        ("maximum", np.maximum),
        ("concat", lambda a, b: np.concatenate([a, b], -1)),
        ("stack", lambda a, b: np.stack([a, b], 1)),
    ],
)
def test_joiners(out: Callable[..., Any], joiner: str, expected: Callable[..., Any]) -> None:
    x = X.astype(float)
    np.testing.assert_allclose(out(f"{{{joiner}: {{a: [tanh], b: []}}}}"), expected(np.tanh(x), x))


def test_concat_along_a_named_axis(running: Running) -> None:
    network = running(
        "network: {inputs: [x], graph: {a: {tanh: x}, y: {concat: {one: [], two: [tanh], axis: height}, from: x}}, output: y}",
        {"x": IMAGES.astype(np.float32)},
    )
    assert network("predict")["out/y"].shape == (4, 4, 3, 1)


# dropout


@pytest.fixture(scope="module")
def dropping(running: Running) -> Any:
    return running(
        "network: {inputs: [x], layers: [{dropout: 0.25}]}\ntrain: {loss: {mse: {target: x}}}",
        {"x": np.ones((40, 50), np.float32)},
    )


def test_dropout(dropping: Any) -> None:
    """A quarter is dropped, the rest grows so that the mean stays; nothing happens outside training."""
    value = dropping("train", ("dropout1",))["out/dropout1"]
    assert set(np.unique(np.round(value, 6))) == {0.0, 1.333333}
    assert np.mean(value == 0) == pytest.approx(0.25, abs=0.03)
    np.testing.assert_array_equal(dropping("evaluate", ("dropout1",))["out/dropout1"], 1)
    np.testing.assert_array_equal(dropping("predict", ("dropout1",))["out/dropout1"], 1)


def test_dropout_draws_by_step_and_row(dropping: Any) -> None:
    """A row draws the same wherever it stands in the batch, and anew at every step."""
    whole = dropping("train", ("dropout1",))["out/dropout1"]
    some = dropping("train", ("dropout1",), rows=[7, 3])["out/dropout1"]
    np.testing.assert_array_equal(some, whole[[7, 3]])
    assert (dropping("train", ("dropout1",), clock=1)["out/dropout1"] != whole).any()


def test_the_rate_is_a_knob(dropping: Any) -> None:
    (knob,) = (node for node in dropping.expanded("train").graph if node.op == "knob")
    assert (knob.attr("name"), knob.attr("live")) == ("dropout1.rate", ("constant", (("value", 0.25),)))
    np.testing.assert_array_equal(dropping("train", ("dropout1",), knobs={"dropout1.rate": 0.0})["out/dropout1"], 1)


def test_streams_differ() -> None:
    keys = {stream(seed, path, word) for seed in (0, 1) for path in ("a", "b") for word in ("dropout", "noise")}
    assert len(keys) == 8
    assert all(0 <= key < 2**63 for key in keys)
    assert stream(0, "dropout1", "dropout") == 6854011619075273766


# fields


def test_an_unknown_range_is_scaled(running: Running) -> None:
    """Without a known range that of the training part is taken, one for each number of a row."""
    network = running("data: {source: digits, prepare: [scale]}\nnetwork: {inputs: [x], layers: [linear]}", {"x": X})
    low, high = X.min(0), X.max(0)
    high[1] = low[1]
    found = network("predict", states={"x.least": low, "x.greatest": high})["out/linear1"]
    expected = (X.astype(float) - low) / np.where(high > low, high - low, 1)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    leaves = {node.attr("name"): node for node in network.expanded("predict").graph if node.op == "state"}
    assert {node.attr("role") for node in leaves.values()} == {"statistic"}
    assert leaves["x.least"].attr("start") == ("statistic", (("column", "x"), ("of", "least")))


def test_a_picture_has_one_range(running: Running) -> None:
    network = running(
        "data: {source: digits, prepare: [scale]}\nnetwork: {inputs: [x], layers: [linear]}", {"x": IMAGES}
    )
    found = network("predict", states={"x.least_all": 3.0, "x.greatest_all": 103.0})["out/linear1"]
    np.testing.assert_allclose(found, (IMAGES - 3.0) / 100)


def test_a_known_range_needs_no_fitting(running: Running) -> None:
    """Digits are known to go from 0 to 16: nothing is fitted, and what the data holds does not matter."""
    images = RANDOM.integers(0, 9, (3, 8, 8, 1)).astype(np.uint8)
    network = running(
        "data: {source: digits, prepare: [scale]}\nnetwork: {inputs: [x], layers: [linear]}",
        {"x": images},
        ranges={"x": (0, 16)},
    )
    np.testing.assert_allclose(network("predict")["out/linear1"], images / 16)
    assert "state" not in {node.op for node in network.expanded("predict").graph}
    shifted = running(
        "data: {source: digits, prepare: [scale]}\nnetwork: {inputs: [x], layers: [linear]}",
        {"x": images},
        ranges={"x": (-4, 4)},
    )
    np.testing.assert_allclose(shifted("predict")["out/linear1"], (images + 4.0) / 8)


def test_standardize(running: Running) -> None:
    network = running(
        "data: {source: digits, prepare: [standardize]}\nnetwork: {inputs: [x], layers: [linear]}", {"x": IMAGES}
    )
    mean, deviation = IMAGES.mean(0), IMAGES.std(0) + 1
    found = network("predict", states={"x.mean": mean, "x.deviation": deviation})["out/linear1"]
    np.testing.assert_allclose(found, (IMAGES - mean) / deviation)


@pytest.mark.parametrize(("per", "ending", "axes"), [("channel", "_channels", (0, 1, 2)), ("all", "_all", None)])
def test_standardize_per_channel_and_whole(
    running: Running, per: str, ending: str, axes: tuple[int, ...] | None
) -> None:
    network = running(
        f"data: {{source: digits, prepare: [{{standardize: {{per: {per}}}}}]}}\nnetwork: {{inputs: [x], layers: [linear]}}",
        {"x": IMAGES},
    )
    mean, deviation = IMAGES.mean(axes), IMAGES.std(axes) + 1
    states = {f"x.mean{ending}": mean, f"x.deviation{ending}": deviation}
    np.testing.assert_allclose(network("predict", states=states)["out/linear1"], (IMAGES - mean) / deviation)


def test_mean_image(running: Running) -> None:
    network = running(
        "data: {source: digits, prepare: [mean_image]}\nnetwork: {inputs: [x], layers: [linear]}", {"x": IMAGES}
    )
    found = network("predict", states={"x.mean": IMAGES.mean(0)})["out/linear1"]
    np.testing.assert_allclose(found, IMAGES - IMAGES.mean(0))


def test_binarize(running: Running) -> None:
    values = np.array([[0.2, 0.5, 0.7]])
    for prepare, expected in (("binarize", [0, 1, 1]), ("{binarize: 0.6}", [0, 0, 1])):
        network = running(
            f"data: {{source: digits, prepare: [{prepare}]}}\nnetwork: {{inputs: [x], layers: [linear]}}", {"x": values}
        )
        np.testing.assert_array_equal(network("predict")["out/linear1"], [expected])


def test_log(running: Running) -> None:
    values = np.array([[1.0, 2.0, 0.25]])
    for prepare, expected in (("log", np.log(values)), ("{log: 1}", np.log(values + 1))):
        network = running(
            f"data: {{source: digits, prepare: [{prepare}]}}\nnetwork: {{inputs: [x], layers: [linear]}}", {"x": values}
        )
        np.testing.assert_allclose(network("predict")["out/linear1"], expected)


def test_a_step_is_fitted_on_what_the_steps_before_made(running: Running) -> None:
    """Not on the stored numbers: those of digits go to 16, and the scaled ones to 1."""
    network = running(
        "data: {source: digits, prepare: [scale, standardize, {log: 9}, mean_image]}\n"
        "network: {inputs: [x], layers: [linear]}",
        {"x": IMAGES}, ranges={"x": (0, 16)},
    )  # fmt: skip
    states = {str(node.attr("name")): dict(node.attr("start")[1])["of"]  # type: ignore[index]
              for node in network.expanded("predict").graph if node.op == "state"}  # fmt: skip
    assert states == {
        "x.scale.mean": "mean after scale",
        "x.scale.deviation": "deviation after scale",
        "x.scale.standardize.log.mean": "mean after scale; standardize per=element; log plus=9",
    }


def test_one_hot(running: Running) -> None:
    labels = np.array([2, 0, 1, 2], np.int32)
    network = running(
        "data: {source: digits, fields: {city: {column: city, prepare: [one_hot]}}}\nnetwork: {inputs: [city], layers: [linear]}",
        {"city": labels}, {"city": 3},
    )  # fmt: skip
    np.testing.assert_array_equal(network("predict")["out/linear1"], np.eye(3)[labels])


# formulas

A, B = RANDOM.normal(size=(5, 3)), np.abs(RANDOM.normal(size=(5, 3))) + 0.1
FORMULAS: list[tuple[str, Callable[[Any, Any], Any]]] = [
    ("a + b - 2", lambda a, b: a + b - 2),
    ("-a * b / 3", lambda a, b: -a * b / 3),
    ("a^2 + b^0.5 + b^a + 2^a", lambda a, b: a**2 + b**0.5 + b**a + 2**a),
    ("a % b", lambda a, b: a % b),
    ("2 * 3 + a", lambda a, b: 6 + a),
    ("a > 0 and b < 1", lambda a, b: ((a > 0) & (b < 1)).astype(float)),
    ("a >= 0 or not (b <= 1)", lambda a, b: ((a >= 0) | ~(b <= 1)).astype(float)),
    ("a == b", lambda a, b: (a == b).astype(float)),
    ("a != b", lambda a, b: (a != b).astype(float)),
    ("where(a > 0, a, 0) + where(a > 0, 1, b)", lambda a, b: np.where(a > 0, a, 0) + np.where(a > 0, 1, b)),
    ("max(a, b, 0.3) - min(a, 0, b)", lambda a, b: np.maximum(np.maximum(a, b), 0.3) - np.minimum(np.minimum(a, 0), b)),
    ("sum(a) + b", lambda a, b: a.sum(1, keepdims=True) + b),
    ("mean(a) * var(b) + a", lambda a, b: (a.mean(1) * b.var(1))[:, None] + a),
    ("norm(a, over=channels) + max(a) - min(b)", lambda a, b: np.linalg.norm(a, axis=1) + a.max(1) - b.min(1)),
    ("softmax(a)", lambda a, b: np.exp(a) / np.exp(a).sum(1, keepdims=True)),
    ("normalize(a)", lambda a, b: a / np.linalg.norm(a, axis=1, keepdims=True)),
    ("log2(b) + ceil(a) + round(a) + floor(a)", lambda a, b: np.log2(b) + np.ceil(a) + np.floor(a + 0.5) + np.floor(a)),
    ("exp(a) + log(b) + sqrt(b) + abs(a) + sign(a) + square(a)",
     lambda a, b: np.exp(a) + np.log(b) + np.sqrt(b) + abs(a) + np.sign(a) + a * a),
    ("sigmoid(a) + tanh(a) + relu(a) + softplus(a)",
     lambda a, b: 1 / (1 + np.exp(-a)) + np.tanh(a) + np.maximum(a, 0) + np.log1p(np.exp(a))),
    ("max(2, 3) * a + sqrt(16)", lambda a, b: 3 * a + 4),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "expected"), FORMULAS, ids=lambda v: v if isinstance(v, str) else "")
def test_formulas(running: Running, formula: str, expected: Callable[[Any, Any], Any]) -> None:
    network = running(f"network: {{inputs: [a, b], graph: {{y: '{formula}'}}, output: y}}", {"a": A, "b": B})
    np.testing.assert_allclose(network("predict")["out/y"], expected(A, B), rtol=1e-9)


def test_axes_spread_by_their_names(running: Running) -> None:
    x = RANDOM.normal(size=(2, 3, 4, 5))
    scale, one = RANDOM.normal(size=(2, 5)), RANDOM.normal(size=(2, 3, 1, 5))
    network = running(
        "network: {inputs: [x, s, o], graph: {y: x * s + o, m: 'mean(x, over=width) + s'}, output: [y, m]}",
        {"x": x, "s": scale, "o": one},
    )
    found = network("predict")
    np.testing.assert_allclose(found["out/y"], x * scale[:, None, None] + one)
