"""Penalties, dropouts and norms: numbers by hand, and what each example's `Look at` says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.cost import costs
from netloom.compiler.interpret import interpret
from netloom.runtime import start

from .answered import answers, held, labels, share_right
from .gallery import example


def trained(name: str, tmp_path: Path, **sets: object) -> Any:
    """A run of `regularisation/name`."""
    return netloom.train(example(f"regularisation/{name}"), sets, folder=tmp_path)


@pytest.mark.catalog("R07", "R08")
def test_dropout_is_a_mean_of_networks() -> None:
    found = netloom.predict(example("regularisation/dropout_as_ensemble"), tap=["whole"])
    assert sorted(found["whole"].ravel().tolist()) == [0, 2, 6, 8]
    assert found["whole"].mean() == 4 == 0.5 * (2 * 1 + 3 * 2)  # the network with halved weights
    assert found["squashed"].mean() == pytest.approx(0.844497, abs=1e-6)
    assert 1 / (1 + np.exp(-4)) == pytest.approx(0.982014, abs=1e-6)


@pytest.mark.catalog("R06")
def test_dropout_keeps_the_mean(tmp_path: Path) -> None:
    """A row of ones through dropout in training: 0 or 1 / (1 - rate), and 1 on the mean; left alone elsewhere."""
    file = tmp_path / "ones.yaml"
    file.write_text(
        "name: ones\ndata: {source: {values: {x: [[1, 1, 1, 1, 1, 1, 1, 1]], y: [[1]]}}}\n"
        "network: {inputs: {x: [8]}, layers: [{dropout: 0.25}, {dense: {units: 1, bias: false, weights: 0.125}}]}\n"
        "train: {loss: {mse: {target: y}}, batch: 1}\n",
        encoding="utf-8",
    )
    # every example has draws of its own
    graph, rows = start.expanded(start.load(file), "train", ["dropout1"]), 4000
    values = {
        "rows": np.arange(rows), "column/x": np.ones((rows, 8)), "column/y": np.ones((rows, 1)),
        "state/dense1.weights": np.full((1, 8), 0.125), "clock": np.array(3), "knob/dropout1.rate": np.array(0.25),
    }  # fmt: skip
    (kept,) = (v for n, v in interpret(graph, values, {"B": rows, "N": rows}).items() if n.endswith("dropout1"))
    assert set(np.unique(kept.round(9))) == {0, round(4 / 3, 9)}
    assert kept.mean() == pytest.approx(1, abs=0.01)


@pytest.mark.catalog("R06", "R12")
def test_dropout_works_in_training_alone(tmp_path: Path) -> None:
    run = trained("dropout", tmp_path)
    assert run.metrics["train"]["loss"] > run.metrics["validation"]["loss"]
    assert run.metrics["test"]["accuracy"] > 0.93
    once, again = (netloom.evaluate(run.folder) for _ in range(2))
    assert once == again
    assert once["train"]["loss"] < run.metrics["train"]["loss"] / 2


@pytest.mark.catalog("R09", "R10", "R11")
@pytest.mark.parametrize("name", ["channel_dropout", "drop_connect", "stochastic_depth"])
def test_other_things_to_drop(name: str, tmp_path: Path) -> None:
    run = trained(name, tmp_path)
    assert run.metrics["test"]["accuracy"] > 0.92
    assert run.metrics["train"]["loss"] > netloom.evaluate(run.folder)["train"]["loss"]


@pytest.mark.catalog("R09")
def test_channels_are_dropped_whole() -> None:
    """In training a channel's share is 0 or 1 / (1 - rate) in all places of an example, and differs between them."""
    path = example("regularisation/channel_dropout")
    loaded = start.load(path)
    states = dict[str, Any]()
    for node in start.expanded(loaded, "train"):
        if node.op == "state":
            name, shape = str(node.attr("name")), tuple(int(str(size)) for size in node.type.shape)
            states[name] = np.full(shape, 1.0 if "ones" in name else 0.01)
    graph = start.expanded(loaded, "train", ["ChannelDropout1.kept"])
    data = start.dataset(loaded)
    values = {f"column/{n}": c for n, c in data.columns.items()} | {f"state/{n}": s for n, s in states.items()}
    values |= {"rows": data.parts["test"], "clock": np.array(1)}
    values |= {f"knob/{n.attr('name')}": np.array(0.2) for n in graph if n.op == "knob"}
    found = interpret(graph, values, {"B": len(data.parts["test"]), "N": len(data.columns["label"])})
    (kept,) = (value for name, value in found.items() if name.endswith("ChannelDropout1.kept"))
    assert kept.shape[1:] == (1, 1, 24)
    assert set(np.unique(kept.round(9))) == {0, 1.25}
    assert len(np.unique(kept.reshape(len(kept), -1), axis=0)) > 1


@pytest.mark.catalog("R01", "R21")
def test_a_penalty_trades_the_train_part_away(tmp_path: Path) -> None:
    runs = [trained("penalty", tmp_path, amount=amount) for amount in (0, 1e-3, 1)]
    right = [run.metrics["train"]["accuracy"] for run in runs]
    assert right[0] > right[1] > right[2]
    sizes = [sum(float(np.square(v).sum()) for n, v in held(run).items() if n.endswith(".weights")) for run in runs]
    assert sizes[0] > sizes[1] > sizes[2]


@pytest.mark.catalog("R01", "R03", "R04")
@pytest.mark.parametrize(
    ("penalty", "wanted"),
    [("{l2: 1}", (1, 0.25)), ("{l1: 1}", (1, 1)), ("{elastic: {l1: 1, l2: 0.5}}", (1.5, 1.125))],
)
def test_penalties_by_hand(penalty: str, wanted: tuple[float, float], tmp_path: Path) -> None:
    """Of (1, 0, 0, 0) and of four quarters."""
    for weights, value in zip(("[1, 0, 0, 0]", "[0.25, 0.25, 0.25, 0.25]"), wanted, strict=True):
        file = tmp_path / "penalty.yaml"
        file.write_text(
            "name: penalty\ndata: {source: {values: {x: [[0, 0, 0, 0]], y: [[0]]}}}\n"
            f"network: {{inputs: {{x: [4]}}, layers: [{{dense: {{units: 1, weights: [{weights}], bias: false}}}}]}}\n"
            f"train: {{loss: {{mse: {{target: y}}}}, optimizer: {{sgd: {{learning_rate: 0.1}}}}, penalties: [{penalty}],\n"
            "  batch: 1, epochs: 1}\n",
            encoding="utf-8",
        )
        assert netloom.train(file, folder=tmp_path).metrics["train"]["loss"] == pytest.approx(value)


@pytest.mark.catalog("R02")
def test_weight_decay_is_not_the_penalty_under_adam(tmp_path: Path) -> None:
    """w = 1, gradient 0.5, rate 0.1, decay 0.01: 0.949 by decay and by the penalty's gradient under plain descent."""
    text = (
        "name: decay\ndata: {{source: {{values: {{x: [[0.5]], y: [[0]]}}}}}}\n"
        "network:\n  inputs: {{x: [1]}}\n  graph:\n    h: {{dense: {{units: 1, weights: 1, bias: false}}, from: x}}\n"
        "  output: h\ntrain: {{loss: {{formula: mean(h)}}, optimizer: {{{rule}}}, penalties: {penalties}, batch: 1, epochs: 1}}\n"
    )
    found = {}
    for name, rule, penalties in (
        ("plain", "sgd: {learning_rate: 0.1}", "[{l2: 0.005}]"),
        ("decay", "adamw: {learning_rate: 0.1, decay: 0.01}", "[]"),
        ("adam", "adam: {learning_rate: 0.1}", "[{l2: 0.005}]"),
    ):
        file = tmp_path / f"{name}.yaml"
        file.write_text(text.format(rule=rule, penalties=penalties), encoding="utf-8")
        found[name] = float(held(netloom.train(file, folder=tmp_path))["h.weights"][0, 0])
    assert found["plain"] == pytest.approx(0.949, abs=1e-6)
    assert found["decay"] == pytest.approx(0.899, abs=1e-6)  # shrunk by 1 - 0.1 * 0.01, then a step of 0.1
    assert found["adam"] == pytest.approx(0.9, abs=1e-6)  # a first step of Adam is the rate, whatever the penalty


@pytest.mark.catalog("R03")
def test_the_sum_of_sizes_draws_weights_to_zero(tmp_path: Path) -> None:
    small = {}
    for squares in (0, 1):
        run = trained("sparse", tmp_path, squares=squares)
        assert run.metrics["test"]["accuracy"] > 0.93
        values = np.concatenate([v.ravel() for n, v in held(run).items() if n.endswith(".weights")])
        small[squares] = float(np.mean(np.abs(values) < 1e-3))
    # what reads points that are dark in every digit is drawn to 0 by both
    assert small[0] > 2 * small[1], small


@pytest.mark.catalog("R04")
def test_the_elastic_net_is_scikit_learns(tmp_path: Path) -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    run = trained("elastic_net", tmp_path)
    data = start.dataset(start.load(example("regularisation/elastic_net")))
    x, y = data.columns["x"].astype(np.float64), data.columns["y"].astype(np.float64).ravel()
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    # its loss is half of ours: alpha * l1_ratio = l1 / 2, alpha * (1 - l1_ratio) = l2
    alpha = 8 / 2 + 0.1
    theirs = linear_model.ElasticNet(alpha=alpha, l1_ratio=8 / 2 / alpha).fit(x, y)
    ours = held(run)["dense1.weights"].ravel()
    np.testing.assert_allclose(ours, theirs.coef_, atol=0.02)
    assert 0 < np.sum(np.abs(ours) < 0.02) == np.sum(theirs.coef_ == 0)


def normed(layer: str, rows: str, size: int, tmp_path: Path, mode: str, **states: Any) -> Any:
    """What a norm makes of rows of numbers, in float64."""
    file = tmp_path / "norm.yaml"
    file.write_text(
        f"name: norm\ndata: {{source: {{values: {{x: {rows}, y: {rows}}}}}}}\n"
        f"network: {{inputs: {{x: [{size}]}}, layers: [{layer}]}}\ntrain: {{loss: {{mse: {{target: y}}}}, batch: 2}}\n",
        encoding="utf-8",
    )
    loaded = start.load(file)
    (name,) = (row.name for row in costs(loaded.experiment) if row.kind != "data")
    columns = start.dataset(loaded).columns
    known = {
        "scale": np.ones(size),
        "shift": np.zeros(size),
        "mean": np.zeros(size),
        "variance": np.ones(size),
    } | states
    values = {f"state/{name}.{key}": value for key, value in known.items()}
    values |= {f"column/{key}": column for key, column in columns.items()}
    count = len(columns["x"])
    values |= {"rows": np.arange(count), "clock": np.array(0)}
    graph = start.expanded(loaded, mode, [name])  # type: ignore[arg-type]
    found = interpret(graph, values, {"B": count, "N": count})
    return next(v for n, v in found.items() if n.endswith(name)), found, name


@pytest.mark.catalog("R13")
def test_batch_norm_by_hand(tmp_path: Path) -> None:
    rows = "[[1], [2], [3], [4]]"
    y, found, name = normed("batch_norm", rows, 1, tmp_path, "train")
    np.testing.assert_allclose(y.ravel(), [-1.341635, -0.447212, 0.447212, 1.341635], atol=1e-6)
    back = {"scale": np.array([np.sqrt(1.25 + 1e-5)]), "shift": np.array([2.5])}
    same, _, _ = normed("batch_norm", rows, 1, tmp_path, "train", **back)
    np.testing.assert_allclose(same.ravel(), [1, 2, 3, 4], atol=1e-12)
    # a tenth of the batch's mean and unbiased variance is taken over
    assert found[f"next/{name}.mean"] == pytest.approx(0.25)
    assert found[f"next/{name}.variance"] == pytest.approx(0.9 + 0.1 * 5 / 3)


@pytest.mark.catalog("R14")
def test_batch_norm_outside_training(tmp_path: Path) -> None:
    """Alone or in a batch an example gives the same: the running numbers stand in."""
    running = {"mean": np.array([2.0]), "variance": np.array([4.0])}
    many, _, _ = normed("batch_norm", "[[1], [2], [3], [4]]", 1, tmp_path, "evaluate", **running)
    alone, _, _ = normed("batch_norm", "[[3]]", 1, tmp_path, "evaluate", **running)
    assert alone[0, 0] == many[2, 0] == pytest.approx(1 / np.sqrt(4 + 1e-5))


@pytest.mark.catalog("R18")
def test_layer_norm_by_hand(tmp_path: Path) -> None:
    y, _, _ = normed("layer_norm", "[[1, 2, 3]]", 3, tmp_path, "evaluate")
    np.testing.assert_allclose(y.ravel(), [-1.224736, 0, 1.224736], atol=1e-6)


@pytest.mark.catalog("R13", "R18")
@pytest.mark.parametrize("norm", ["batch", "layer", "root", "instance"])
def test_norms_train(norm: str, tmp_path: Path) -> None:
    assert trained("norms", tmp_path, norm=norm).metrics["test"]["accuracy"] > 0.95


@pytest.mark.catalog("R16", "R17")
def test_lengths_and_bounds(tmp_path: Path) -> None:
    path = example("weights/described")
    run = netloom.train(path, folder=tmp_path)
    states = held(run)
    assert run.metrics["test"]["accuracy"] > 0.8
    direction = "bounded.weights.direction"
    for _ in range(50):
        states[direction] = answers(path, states, mode="train")[direction]
    bounded, left = states["bounded.weights"].astype(np.float64), states[direction]
    assert np.linalg.norm(left @ bounded) == pytest.approx(np.linalg.norm(bounded, 2), rel=1e-3)
    columns = start.dataset(start.load(path)).columns
    (name,) = (name for name, column in columns.items() if column.shape[1:] == (2,))
    moved = np.array(columns[name], np.float64)
    moved[:, 1] += 1
    before, after = (answers(path, states, change={name: x}, taps=("gates",))["gates"] for x in (columns[name], moved))
    # the first gate does not see the second number; the others do
    assert [(before[:, gate] == after[:, gate]).all() for gate in range(4)] == [True, False, False, False]


@pytest.mark.catalog("R20")
def test_noise_in_training_helps_with_noise_later(tmp_path: Path) -> None:
    path = example("regularisation/noise")
    right = {}
    pictures = start.dataset(start.load(path)).columns["image"].astype(np.float64)
    blurred = pictures + 16 * 0.4 * np.random.default_rng(0).standard_normal(pictures.shape)
    for noise in ("0", "0.4"):
        states = held(trained("noise", tmp_path, noise=float(noise)))
        for name, change in (("clean", pictures), ("noisy", blurred)):
            scores = answers(path, states, {"noise": "0"}, {"image": change})["scores"]
            right[noise, name] = share_right(scores, labels(path))
    assert right["0", "clean"] > right["0.4", "clean"]
    assert right["0", "clean"] - right["0", "noisy"] > 0.2
    assert right["0.4", "noisy"] > right["0", "noisy"]
