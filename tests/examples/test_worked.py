"""Numbers worked out by hand, from the files that show them (tolerance 1e-6, or what the source prints)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.runtime import checkpoints
from netloom.runtime.measure import gradcheck_file

from .gallery import example


def trained(name: str, tmp_path: Path, **options: Any) -> Any:
    return netloom.train(example(name), folder=tmp_path, **options)


def weights(run: Any) -> dict[str, Any]:
    return checkpoints.read(run.folder / "checkpoints" / "last.safetensors")[0]


@pytest.mark.catalog("F07", "F10")
def test_one_layer() -> None:
    found = netloom.predict(example("worked/one_layer"), tap=["z"])
    np.testing.assert_allclose(found["z"], [[4, -2]])
    np.testing.assert_allclose(found["sigmoid1"], [[0.982014, 0.119203]], atol=1e-6)


@pytest.mark.catalog("F08")
def test_three_layers() -> None:
    (values,) = netloom.predict(example("worked/three_layers")).values()
    np.testing.assert_allclose(values, [[0.617705, 0.829124], [0.511847, 0.854384]], atol=1e-6)


@pytest.mark.catalog("F01")
@pytest.mark.parametrize(("gate", "table"), [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1])])
def test_gates(gate: str, table: list[int]) -> None:
    (values,) = netloom.predict(example(f"neurons/gate_{gate}")).values()
    assert values.ravel().tolist() == table


@pytest.mark.catalog("F09", "L01")
def test_backpropagation_by_hand(tmp_path: Path) -> None:
    run = trained("worked/gradient_by_hand", tmp_path)
    assert run.metrics["train"]["loss"] == pytest.approx(0.368962, abs=1e-6)
    after = weights(run)
    # one step of gradient descent with rate 0.5 shows the gradient itself
    assert (0.7 - after["outputs.weights"][0, 0]) / 0.5 == pytest.approx(-0.020264, abs=2e-6)
    assert (0.1 - after["hidden.weights"][0, 0]) / 0.5 == pytest.approx(0.032797, abs=2e-6)
    assert all(item.good for item in gradcheck_file(example("worked/gradient_by_hand")))


@pytest.mark.catalog("O01")
def test_descent_on_one_number(tmp_path: Path) -> None:
    first = trained("worked/descent", tmp_path, epochs=1)
    assert weights(first)["w.weights"][0, 0] == pytest.approx(0.1, abs=1e-7)
    last = trained("worked/descent", tmp_path)
    assert weights(last)["w.weights"][0, 0] == pytest.approx(4.9999886, abs=2e-6)


@pytest.mark.catalog("O03", "O06", "O08", "O09", "O10", "O11", "O12")
@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ("sgd: {learning_rate: 0.1}", [0.8, 0.64, 0.512]),
        ("momentum: {learning_rate: 0.1}", [0.8, 0.46, 0.062]),
        ("nesterov: {learning_rate: 0.1}", [0.62, 0.2224, -0.108352]),
        ("adagrad: {learning_rate: 0.1}", [0.9, 0.833104, 0.780456]),
        ("rmsprop: {learning_rate: 0.1}", [0.683772, 0.498871, 0.369181]),
        ("adam: {learning_rate: 0.1}", [0.9, 0.800412, 0.701586]),
        ("adam: {learning_rate: 0.1, bias_correction: false}", [0.683772, 0.270206, -0.162141]),
        ("adamw: {learning_rate: 0.1, decay: 0.01}", [0.899, 0.798519, 0.698911]),
    ],
)
def test_optimisers_on_a_square(rule: str, path: list[float], tmp_path: Path) -> None:
    """w^2 from w = 1: three steps of every rule."""
    file = tmp_path / "square.yaml"
    file.write_text(
        "name: square\ndata: {source: {values: {x: [[1]], y: [[0]]}}}\n"
        "network:\n  inputs: {x: [1]}\n  layers:\n    - dense: {units: 1, weights: 1, bias: false}\n      name: w\n"
        f"train:\n  loss: {{mse: {{target: y, units: sum}}}}\n  optimizer: {{{rule}}}\n  batch: 1\n  epochs: 3\n",
        encoding="utf-8",
    )
    for steps, wanted in enumerate(path, 1):
        run = netloom.train(file, folder=tmp_path / "runs", epochs=steps)
        assert weights(run)["w.weights"][0, 0] == pytest.approx(wanted, abs=2e-6)


@pytest.mark.catalog("F02", "F22")
def test_xor_needs_a_hidden_layer(tmp_path: Path) -> None:
    one = trained("neurons/xor_one_neuron", tmp_path)
    two = trained("neurons/xor_two_layers", tmp_path)
    assert one.metrics["train"]["accuracy"] <= 0.75
    assert two.metrics["train"]["accuracy"] == 1.0


@pytest.mark.catalog("F24")
def test_depth_kills_sigmoid_and_not_relu(tmp_path: Path) -> None:
    deep = trained("depth/nine_sigmoid", tmp_path)
    bent = trained("depth/nine_relu", tmp_path)
    flat = trained("depth/three_sigmoid", tmp_path)
    assert abs(deep.metrics["test"]["accuracy"] - 0.1) < 0.03
    assert bent.metrics["test"]["accuracy"] > flat.metrics["test"]["accuracy"] > 0.8


@pytest.mark.catalog("F05", "F08", "L03", "P11")
def test_digits(tmp_path: Path) -> None:
    shallow, deep = trained("regression/softmax", tmp_path), trained("start/digits", tmp_path)
    assert shallow.metrics["test"]["accuracy"] >= 0.94
    assert deep.metrics["test"]["accuracy"] >= 0.96
    losses: list[float] = []
    trained(
        "regression/softmax",
        tmp_path,
        epochs=1,
        watch=lambda e: losses.extend(getattr(e, "series", {}).get("loss", ())),
    )
    assert losses[0] == pytest.approx(np.log(10), rel=0.05)


@pytest.mark.catalog("F03", "F04", "E01")
def test_regression(tmp_path: Path) -> None:
    logistic = trained("regression/logistic", tmp_path)
    assert logistic.metrics["test"]["f1"] > 0.95
    linear = trained("regression/linear", tmp_path)
    assert linear.metrics["train"]["r2"] > 0.4


@pytest.mark.catalog("D02", "R05", "L07", "G01")
def test_the_rest_of_the_gallery_trains(tmp_path: Path) -> None:
    assert trained("decisions/moons", tmp_path).metrics["validation"]["accuracy"] > 0.95
    assert trained("decisions/spirals", tmp_path).metrics["validation"]["accuracy"] > 0.9
    circles = trained("decisions/circles", tmp_path)
    assert circles.status == "stopped_early"
    assert circles.metrics["validation"]["accuracy"] > 0.98
    assert trained("autoencoder/digits", tmp_path).metrics["test"]["loss"] < 0.03
    heads = trained("heads/two_heads", tmp_path).metrics["test"]
    assert heads["which_accuracy"] > 0.93
    assert heads["loss"] == pytest.approx(heads["loss/which"] + 5 * heads["loss/picture"], rel=1e-5)
