"""Metrics: sums over uneven batches, made into the reported numbers by the run, against the same by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from netloom.runtime.metrics import Tally, higher_is_better

Running = Callable[..., Any]
RANDOM = np.random.default_rng(5)
SCORES = RANDOM.normal(size=(11, 4)).astype(np.float32)
LABELS = RANDOM.integers(0, 4, 11).astype(np.int32)
BATCHES = [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10]]


@pytest.fixture(scope="module")
def reported(running: Running) -> Callable[..., dict[str, Any]]:
    """The metrics of scores and targets, over batches of 4, 4 and 3."""

    def made(
        loss: str, metrics: str, scores: Any, target: Any, classes: int | None = None, layer: str = "linear"
    ) -> Any:
        network = running(
            f"network: {{inputs: [x], layers: [{layer}]}}\ntrain: {{loss: {loss}, metrics: [{metrics}]}}",
            {"x": np.asarray(scores, np.float32), "y": target}, {} if classes is None else {"y": classes},
        )  # fmt: skip
        tally = Tally(network.expanded("evaluate").metrics)
        for rows in BATCHES:
            found = network("evaluate", rows=rows)
            published = {
                name.removeprefix("publish/"): np.asarray(value).reshape(1, -1)
                for name, value in found.items()
                if name.startswith("publish/")
            }
            tally.add(published, len(rows))
        return tally.results()

    return made


def by_hand(found: Any, classes: int) -> Any:
    return np.array([[np.sum((LABELS == t) & (found == g)) for g in range(classes)] for t in range(classes)])


def test_classes(reported: Callable[..., Any]) -> None:
    found = SCORES.argmax(1)
    counts = by_hand(found, 4)
    hits, given, real = np.diag(counts), counts.sum(0), counts.sum(1)
    got = reported("cross_entropy", "accuracy, {top_k: 2}, confusion_matrix, precision, recall, f1", SCORES, LABELS, 4)
    order = np.argsort(-SCORES, 1)[:, :2]
    assert got["accuracy"] == pytest.approx(np.mean(found == LABELS))
    assert got["top_k"] == pytest.approx(np.mean([LABELS[i] in order[i] for i in range(11)]))
    assert got["confusion_matrix"] == counts.tolist()
    assert got["precision"] == pytest.approx(np.mean(hits / np.maximum(given, 1)))
    assert got["recall"] == pytest.approx(np.mean(hits / np.maximum(real, 1)))
    assert got["f1"] == pytest.approx(np.mean(2 * hits / np.maximum(given + real, 1)))


@pytest.mark.parametrize("layer", ["softmax", "linear"])
def test_softmax_decides_as_its_scores(reported: Callable[..., Any], layer: str) -> None:
    got = reported("cross_entropy", "accuracy, {top_k: {k: 3}}", SCORES, LABELS, 4, layer)
    assert got["accuracy"] == pytest.approx(np.mean(SCORES.argmax(1) == LABELS))


def test_equal_scores_are_within_the_k(reported: Callable[..., Any]) -> None:
    assert reported("cross_entropy", "{top_k: 1}", np.zeros((11, 4)), LABELS, 4)["top_k"] == 1


@pytest.mark.parametrize("layer", ["sigmoid", "linear"])
@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.9, 1.0])
def test_yes_or_no(reported: Callable[..., Any], layer: str, threshold: float) -> None:
    """One output with a threshold on its probability, whether the network or the loss squashes it."""
    z, label = SCORES[:, :1].astype(float), (LABELS > 1).astype(np.int32)
    said = (1 / (1 + np.exp(-z)) >= threshold).astype(int).ravel()
    options = f"{{threshold: {threshold}}}"
    names = ["accuracy", "precision", "recall", "f1", "confusion_matrix"]
    got = reported(
        "binary_cross_entropy", ", ".join(f"{{{name}: {options}}}" for name in names), SCORES[:, :1], label, 2, layer
    )
    hits, given, real = np.sum(said & label), said.sum(), label.sum()
    assert got["accuracy"] == pytest.approx(np.mean(said == label))
    assert got["precision"] == pytest.approx(hits / given if given else 0)
    assert got["recall"] == pytest.approx(hits / real)
    assert got["f1"] == pytest.approx(2 * hits / (given + real))
    assert got["confusion_matrix"] == [[int(np.sum((label == t) & (said == g))) for g in (0, 1)] for t in (0, 1)]


def test_margins(reported: Callable[..., Any]) -> None:
    label = (LABELS > 1).astype(np.int32)
    got = reported("hinge", "accuracy", SCORES[:, :1], label, 2)
    assert got["accuracy"] == pytest.approx(np.mean((SCORES[:, 0] > 0) == label))
    signs = (2.0 * label[:, None] - 1).astype(np.float32)
    assert reported("hinge", "accuracy", SCORES[:, :1], signs)["accuracy"] == got["accuracy"]


def test_several_answers_an_example(reported: Callable[..., Any]) -> None:
    """With binary cross-entropy each output is a question of its own."""
    truth = RANDOM.integers(0, 2, (11, 4)).astype(np.float32)
    said = SCORES > 0
    got = reported("binary_cross_entropy", "accuracy, recall", SCORES, truth)
    assert got["accuracy"] == pytest.approx(np.mean(said == truth))
    recall = (said * truth).sum(0) / np.maximum(truth.sum(0), 1)
    assert got["recall"] == pytest.approx(recall.mean())


def test_numbers(reported: Callable[..., Any]) -> None:
    target = RANDOM.normal(3, 2, size=(11, 4)).astype(np.float32)
    error = (SCORES - target).astype(float)
    got = reported("mse", "mse, mae, r2", SCORES, target)
    assert got["mse"] == pytest.approx(np.mean(error**2))
    assert got["mae"] == pytest.approx(np.mean(np.abs(error)))
    assert got["r2"] == pytest.approx(1 - (error**2).sum() / ((target - target.mean()) ** 2).sum())
    assert got["loss"] == pytest.approx(got["mse"])


def test_the_greatest_of_several_numbers(reported: Callable[..., Any]) -> None:
    truth = np.eye(4)[LABELS].astype(np.float32)
    assert reported("mse", "accuracy", SCORES, truth)["accuracy"] == pytest.approx(np.mean(SCORES.argmax(1) == LABELS))


def test_a_class_a_step(running: Running) -> None:
    scores, labels = RANDOM.normal(size=(3, 5, 4)).astype(np.float32), RANDOM.integers(0, 4, (3, 5)).astype(np.int32)
    network = running(
        "network: {inputs: [x], layers: [linear]}\ntrain: {loss: cross_entropy, metrics: [accuracy, confusion_matrix, {top_k: 2}]}",
        {"x": scores, "y": labels}, {"y": 4},
    )  # fmt: skip
    found = network("evaluate")
    assert found["publish/accuracy/correct"] == np.sum(scores.argmax(2) == labels)
    assert found["publish/accuracy/count"] == 15
    assert found["publish/confusion_matrix/counts"].sum() == 15
    assert found["publish/top_k/count"] == 15


def test_more_is_better_by_the_kind_whatever_its_name(running: Running) -> None:
    """Stopping early and plateaus go by it."""
    network = running(
        "network: {inputs: [x], layers: [linear]}\ntrain: {loss: cross_entropy, metrics: "
        "[{accuracy: {}, name: right}, {f1: {}, name: mae}, {mae: {}, name: accuracy}]}",
        {"x": SCORES, "y": LABELS}, {"y": 4},
    )  # fmt: skip
    metrics = network.expanded("evaluate").metrics
    assert {metric.name: metric.better for metric in metrics} == {"right": "high", "mae": "high", "accuracy": "low"}
    assert higher_is_better("right", metrics)
    assert not higher_is_better("accuracy", metrics)
    assert not higher_is_better("loss", metrics)
