"""What the tools show of a network: gradients by hand, taps, active parts, what a network sees in its examples."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import netloom
from netloom.compiler.diagram_dot import dot_text
from netloom.compiler.diagram_layers import architecture
from netloom.compiler.diagram_mermaid import mermaid_text
from netloom.runtime import start

from .answered import answers, held, labels, share_right
from .gallery import example


def one_step(graph: str, output: str, starts: dict[str, str], tmp_path: Path) -> dict[str, np.ndarray]:
    """The gradients of a graph of variables, as one step of plain descent with rate 1 shows them."""
    lines = "".join(f"    {name}: {{variable: {{shape: {shape}, start: {start}}}}}\n" for name, (shape, start) in
                    ((name, text.split(" = ")) for name, text in starts.items()))  # fmt: skip
    file = tmp_path / "step.yaml"
    file.write_text(
        f"name: step\ndata: {{source: {{values: {{none: [[0]]}}}}}}\nnetwork:\n  inputs: {{none: [1]}}\n  graph:\n"
        f"{lines}{graph}    all: {output} + sum(none)\n  output: all\n"
        "train: {loss: {formula: mean(all)}, optimizer: {sgd: {learning_rate: 1}}, batch: 1, epochs: 1}\n",
        encoding="utf-8",
    )
    run = netloom.train(file, folder=tmp_path)
    first = {name: np.array(json.loads(text.split(" = ")[1])) for name, text in starts.items()}
    after = held(run)
    return {name: first[name] - after[f"{name}.weights"] for name in starts} | {
        "loss": np.array(run.metrics["train"]["loss"])
    }


@pytest.mark.catalog("P01", "P10")
def test_a_product_of_a_sum(tmp_path: Path) -> None:
    """(x + y) z at -2, 5, -4."""
    found = one_step(
        "    q: x + y\n    f: q * z\n", "sum(f)", {"x": "[1] = [-2]", "y": "[1] = [5]", "z": "[1] = [-4]"}, tmp_path
    )
    assert {name: float(value.ravel()[0]) for name, value in found.items()} == {"loss": -12, "x": -4, "y": -4, "z": 3}


@pytest.mark.catalog("P02")
@pytest.mark.parametrize("sigmoid", ["sigmoid(s)", "1 / (1 + exp(-s))"], ids=["fused", "unfused"])
def test_a_gate_and_its_parts(sigmoid: str, tmp_path: Path) -> None:
    found = one_step(
        f"    s: sum(w * x) + sum(b)\n    a: {sigmoid}\n", "a",
        {"w": "[2] = [2, -3]", "b": "[1] = [-3]", "x": "[2] = [-1, -2]"}, tmp_path,
    )  # fmt: skip
    assert found["loss"] == pytest.approx(0.731059, abs=1e-6)
    np.testing.assert_allclose(found["w"], [-0.196612, -0.393224], atol=1e-6)
    np.testing.assert_allclose(found["b"], [0.196612], atol=1e-6)
    np.testing.assert_allclose(found["x"], [0.393224, -0.589836], atol=1e-6)


@pytest.mark.catalog("P02")
def test_the_length_of_a_product(tmp_path: Path) -> None:
    found = one_step(
        "    q: w @ x\n    f: sum(square(q))\n", "f",
        {"w": "[2, 2] = [[0.1, 0.5], [-0.3, 0.8]]", "x": "[2, 1] = [[0.2], [0.4]]"}, tmp_path,
    )  # fmt: skip
    assert found["loss"] == pytest.approx(0.116, abs=1e-6)
    np.testing.assert_allclose(found["w"], [[0.088, 0.176], [0.104, 0.208]], atol=1e-6)
    np.testing.assert_allclose(found["x"].ravel(), [-0.112, 0.636], atol=1e-6)


@pytest.mark.catalog("P09")
def test_what_is_frozen_stays_bit_for_bit(tmp_path: Path) -> None:
    file = tmp_path / "frozen.yaml"
    text = example("start/digits").read_text(encoding="utf-8")
    assert text.count("loss: cross_entropy") == 1
    file.write_text(text.replace("loss: cross_entropy", 'loss: cross_entropy\n  update: "dense2.*"'), encoding="utf-8")
    ready = start.load(file)
    assert [row for row in ready.remarks if row.severity == "error"] == []
    once, more = (held(netloom.train(file, folder=tmp_path, epochs=epochs)) for epochs in (1, 2))
    assert once["dense1.weights"].tobytes() == more["dense1.weights"].tobytes()
    assert once["dense2.weights"].tobytes() != more["dense2.weights"].tobytes()


@pytest.mark.catalog("P15")
@pytest.mark.parametrize("name", ["pictures/googlenet_small", "blocks/shared"])
def test_networks_are_drawn_as_text(name: str) -> None:
    picture = architecture(start.load(example(name)).experiment)
    assert dot_text(picture).startswith("digraph ")
    assert "flowchart" in mermaid_text(picture)


@pytest.mark.catalog("P05", "P19")
@pytest.mark.parametrize(
    ("layer", "said"), [("conv2d: {filters: 1, kernel: 9}", "does not fit"), ("densse: 3", "dense"), ("dense: -3", "")]
)
def test_mistakes_have_a_place(layer: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        f"name: wrong\nnetwork:\n  inputs: {{x: [7, 7, 1]}}\n  layers:\n    - relu\n    - {layer}\n", encoding="utf-8"
    )
    (found,) = (remark for remark in netloom.check(file) if remark.severity == "error")
    assert found.place.line == 6
    assert said in f"{found.message} {found.suggestion}"


@pytest.mark.catalog("X05", "X06", "P17")
def test_neighbours_are_of_one_class_more_often_in_the_depth(tmp_path: Path) -> None:
    path = example("start/digits")
    found = answers(path, held(netloom.train(path, folder=tmp_path)), taps=("flatten1", "dense1"))
    classes = labels(path)
    right = [one_class(found[name].reshape(len(classes), -1), classes) for name in ("flatten1", "dense1")]
    apart = [separation(found[name].reshape(len(classes), -1), classes) for name in ("flatten1", "dense1")]
    assert right[1] > right[0] - 0.01
    assert apart[1] > apart[0]


def one_class(points: np.ndarray, classes: np.ndarray) -> float:
    """How often the five nearest are of the point's own class."""
    apart = np.square(points[:, None] - points[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.mean(classes[apart.argsort(axis=1)[:, :5]] == classes[:, None]))


def separation(points: np.ndarray, classes: np.ndarray) -> float:
    """Distance between the classes' means, as a multiple of that within them."""
    means = np.stack([points[classes == c].mean(axis=0) for c in range(10)])
    within = np.mean([np.linalg.norm(points[classes == c] - means[c], axis=1).mean() for c in range(10)])
    return float(np.mean(np.linalg.norm(means[:, None] - means[None], axis=2)) / within)


@pytest.mark.catalog("X09")
def test_the_active_part_of_a_network_is_linear(tmp_path: Path) -> None:
    """The neurons that are not at 0 for an example, as one matrix, give the same scores."""
    path = example("start/digits")
    states = held(netloom.train(path, folder=tmp_path))
    found = answers(path, states, taps=("flatten1", "dense1"))
    w1, b1, w2, b2 = (states[f"dense{n}.{part}"].astype(np.float64) for n in (1, 2) for part in ("weights", "bias"))
    for x, hidden, scores in zip(found["flatten1"], found["dense1"], found["dense2"], strict=True):
        active = hidden > 0
        matrix = w2[:, active] @ w1[active]
        np.testing.assert_allclose(matrix @ x + w2[:, active] @ b1[active] + b2, scores, rtol=1e-10, atol=1e-10)


@pytest.mark.catalog("X04")
def test_hiding_ink_matters_more_than_hiding_paper(tmp_path: Path) -> None:
    """A 2x2 square over the most ink lowers the probability of the class more than one over the least."""
    path = example("start/digits")
    states = held(netloom.train(path, folder=tmp_path))
    loaded = start.load(path)
    data = start.dataset(loaded)
    pictures, rows, classes = data.columns["image"].astype(np.float64), data.parts["test"], labels(path)
    ink = pictures.reshape(len(pictures), 4, 2, 4, 2, -1).sum(axis=(2, 4, 5)).reshape(len(pictures), -1)

    def chance(hidden: np.ndarray | None) -> np.ndarray:
        shown = pictures.copy()
        if hidden is not None:
            squares = shown.reshape(len(shown), 4, 2, 4, 2, -1)
            squares[np.arange(len(shown)), hidden // 4, :, hidden % 4] = 0
        scores = answers(path, states, change={"image": shown})["probabilities"]
        return scores[np.arange(len(rows)), classes]

    before = chance(None)
    most, least = before - chance(ink.argmax(axis=1)), before - chance(ink.argmin(axis=1))
    assert np.mean(most >= least) > 0.9
    assert share_right(answers(path, states)["probabilities"], classes) > 0.9
