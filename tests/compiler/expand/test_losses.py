"""Losses in ops against PyTorch, against numbers worked by hand, and at the edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Running = Callable[..., Any]
RANDOM = np.random.default_rng(3)
SCORES = RANDOM.normal(size=(6, 4)).astype(np.float32)
LABELS = np.array([0, 3, 1, 1, 2, 0], np.int32)
NUMBERS = RANDOM.normal(size=(6, 4)).astype(np.float32)
SHARES = RANDOM.dirichlet(np.ones(4), 6).astype(np.float32)
YES = RANDOM.integers(0, 2, (6, 4)).astype(np.float32)
IDENTITY = {"dense1.weights": np.eye(4)}


@pytest.fixture(scope="module")
def value(running: Running) -> Callable[..., float]:
    """The loss of scores against a target: the network passes its input on."""

    def made(loss: str, target: Any, scores: Any = SCORES, classes: int | None = None, layers: str = "linear") -> float:
        columns = {"x": np.asarray(scores, np.float32), "y": target}
        network = running(
            f"network: {{inputs: [x], layers: [{layers}]}}\ntrain: {{loss: {loss}, metrics: []}}", columns,
            {} if classes is None else {"y": classes},
        )  # fmt: skip
        return float(network("evaluate")["loss"])

    return made


def with_torch(name: str, *arrays: Any, **options: Any) -> float:
    torch = pytest.importorskip("torch")
    values = [torch.tensor(np.asarray(a, np.int64 if np.asarray(a).dtype.kind == "i" else np.float64)) for a in arrays]
    return float(getattr(torch.nn.functional, name)(*values, **options))


@pytest.mark.torch
@pytest.mark.parametrize(("reduce", "torch_reduction"), [("mean", "mean"), ("sum", "sum")])
def test_against_torch(value: Callable[..., float], reduce: str, torch_reduction: str) -> None:
    def near(found: float, expected: float, *, per_unit: bool = False) -> None:
        # torch's sum is over units too, ours keeps the mean over the units
        scale = 4 if per_unit and reduce == "sum" else 1
        assert found == pytest.approx(expected / scale, rel=1e-6)

    kind = {"reduction": torch_reduction}
    near(
        value(f"{{mse: {{reduce: {reduce}}}}}", NUMBERS), with_torch("mse_loss", SCORES, NUMBERS, **kind), per_unit=True
    )
    near(
        value(f"{{mae: {{reduce: {reduce}}}}}", NUMBERS), with_torch("l1_loss", SCORES, NUMBERS, **kind), per_unit=True
    )
    near(
        value(f"{{huber: {{delta: 0.7, reduce: {reduce}}}}}", NUMBERS),
        with_torch("huber_loss", SCORES, NUMBERS, delta=0.7, **kind), per_unit=True,
    )  # fmt: skip
    near(
        value(f"{{cross_entropy: {{reduce: {reduce}}}}}", LABELS, classes=4),
        with_torch("cross_entropy", SCORES, LABELS, **kind),
    )
    near(value(f"{{cross_entropy: {{reduce: {reduce}}}}}", SHARES), with_torch("cross_entropy", SCORES, SHARES, **kind))
    near(
        value(f"{{binary_cross_entropy: {{reduce: {reduce}}}}}", YES),
        with_torch("binary_cross_entropy_with_logits", SCORES, YES, **kind), per_unit=True,
    )  # fmt: skip


@pytest.mark.catalog("L01")
@pytest.mark.parametrize(("units", "factor"), [("mean", 0.25), ("sum", 1.0), ("half_sum", 0.5)])
def test_units(value: Callable[..., float], units: str, factor: float) -> None:
    difference = (SCORES - NUMBERS).astype(float)
    assert value(f"{{mse: {{units: {units}}}}}", NUMBERS) == pytest.approx(factor * (difference**2).sum(1).mean())
    assert value(f"{{mae: {{units: {units}}}}}", NUMBERS) == pytest.approx(factor * np.abs(difference).sum(1).mean())


@pytest.mark.catalog("L05", "N09")
def test_triples_of_scores(value: Callable[..., float]) -> None:
    scores, classes = [[3.2, 5.1, -1.7], [1.3, 4.9, 2.0], [2.2, 2.5, -3.1]], np.array([0, 1, 2], np.int32)
    for row, (hinge, squared, entropy) in enumerate([(2.9, 8.41, 2.040355), (0, 0, 0.079132), (12.9, 83.25, 6.156477)]):
        of_one = scores[row : row + 1], 3
        target = classes[row : row + 1]
        assert value("hinge", target, *of_one) == pytest.approx(hinge, abs=1e-5)
        assert value("{hinge: {squared: true}}", target, *of_one) == pytest.approx(squared, abs=1e-4)
        assert value("cross_entropy", target, *of_one) == pytest.approx(entropy, abs=1e-5)
    assert value("hinge", classes, scores, 3) == pytest.approx(5.266667, abs=1e-6)
    assert value("{hinge: {reduce: sum}}", classes, scores, 3) == pytest.approx(15.8, abs=1e-5)
    assert value("cross_entropy", classes, scores, 3) == pytest.approx(2.758655, abs=1e-6)


@pytest.mark.catalog("L03", "L05")
def test_values_before_training(value: Callable[..., float]) -> None:
    nothing, ten = np.zeros((5, 10)), np.arange(5, dtype=np.int32)
    assert value("hinge", ten, nothing, 10) == pytest.approx(9)
    assert value("cross_entropy", ten, nothing, 10) == pytest.approx(2.302585, abs=1e-6)


@pytest.mark.catalog("L02")
@pytest.mark.parametrize("size", [0.0, 30.0, 800.0])
def test_huge_scores_stay_finite(value: Callable[..., float], size: float) -> None:
    both = np.array([[size], [-size]], np.float32)
    right = value("binary_cross_entropy", np.array([[1.0], [0.0]], np.float32), both)
    wrong = value("binary_cross_entropy", np.array([[0.0], [1.0]], np.float32), both)
    assert wrong - right == pytest.approx(size)
    labels = np.array([0, 1], np.int32)
    scores = np.array([[size, -size], [-size, size]], np.float32)
    assert value("cross_entropy", labels, scores, 2) == pytest.approx(np.log1p(np.exp(-2 * size)), abs=1e-9)


def test_one_yes_or_no(value: Callable[..., float]) -> None:
    """A class of two against one output: the label is the answer."""
    scores, labels = np.array([[0.5], [-2.0]], np.float32), np.array([1, 0], np.int32)
    assert value("binary_cross_entropy", labels, scores, 2) == pytest.approx(np.mean(np.log1p(np.exp([-0.5, -2.0]))))
    assert value("hinge", labels, scores, 2) == pytest.approx(np.mean([0.5, 0.0]))
    assert value("mse", labels, scores, 2) == pytest.approx(np.mean([0.25, 4.0]))


def test_signs_as_targets_of_a_hinge(value: Callable[..., float]) -> None:
    scores, signs = np.array([[0.5], [-2.0], [3.0]], np.float32), np.array([[1.0], [-1.0], [-1.0]], np.float32)
    assert value("{hinge: {margin: 1}}", signs, scores) == pytest.approx(np.mean([0.5, 0.0, 4.0]))


def test_classes_against_several_outputs(value: Callable[..., float]) -> None:
    hot = np.eye(4)[LABELS]
    assert value("mse", LABELS, classes=4) == pytest.approx(np.mean((SCORES - hot) ** 2))


@pytest.mark.parametrize(("loss", "layer"), [("cross_entropy", "softmax"), ("binary_cross_entropy", "sigmoid")])
def test_squashing_is_fused(value: Callable[..., float], loss: str, layer: str) -> None:
    """With its own squashing in front a loss is the same as without."""
    target, classes = (LABELS, 4) if loss == "cross_entropy" else (YES, None)
    assert value(loss, target, classes=classes, layers=layer) == pytest.approx(value(loss, target, classes=classes))


@pytest.mark.parametrize("loss", ["cross_entropy", "binary_cross_entropy"])
def test_probabilities_as_such(running: Running, loss: str) -> None:
    """Probabilities that a formula made: the logarithm is taken of them, and of 0 it is finite."""
    p = np.array([[0.2, 0.5, 0.3], [0.0, 0.25, 0.75]], np.float32)
    t = np.array([[1, 0, 0], [1, 0, 0]], np.float32)
    network = running(
        f"network: {{inputs: [x], graph: {{p: x * 1}}, output: p}}\ntrain: {{loss: {{{loss}: {{probabilities: p}}}}}}",
        {"x": p, "y": t},
    )
    safe = np.maximum(p, 1e-7)
    if loss == "cross_entropy":
        expected = -np.log(safe[:, 0]).mean()
    else:
        expected = -(t * np.log(safe) + (1 - t) * np.log(np.maximum(1 - p, 1e-7))).mean()
    assert float(network("evaluate")["loss"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.torch
def test_a_class_a_step(running: Running) -> None:
    """Sequences: a row of scores and a class for each step; the mean over steps, then over examples."""
    scores, labels = RANDOM.normal(size=(3, 5, 4)), RANDOM.integers(0, 4, (3, 5)).astype(np.int32)
    network = running(
        "network: {inputs: [x], layers: [linear]}\ntrain: {loss: cross_entropy}",
        {"x": scores.astype(np.float32), "y": labels}, {"y": 4},
    )  # fmt: skip
    expected = with_torch("cross_entropy", scores.astype(np.float32).reshape(15, 4), labels.reshape(15))
    assert float(network("evaluate")["loss"]) == pytest.approx(expected)


def test_a_number_as_target(running: Running) -> None:
    network = running(
        "network: {inputs: [x], layers: [{dense: {units: 1, weights: 1, bias: 0}}]}\n"
        "train: {loss: {binary_cross_entropy: {target: 1}}}", {"x": np.array([[2.0], [-1.0]], np.float32)},
    )  # fmt: skip
    assert float(network("evaluate")["loss"]) == pytest.approx(np.mean(np.log1p(np.exp([-2.0, 1.0]))))
