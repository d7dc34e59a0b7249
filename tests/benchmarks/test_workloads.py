"""The standard workloads: their weights are those of their specs, and each peer's network has the same."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import pytest

from netloom.benchmarks.task import Task
from netloom.benchmarks.workload import module, names, workload
from netloom.compiler.experiment import weights_of
from netloom.runtime import start

NAMES = ("mlp-digits", "mlp-mnist", "lenet5", "cnn-mnist", "resnet20")


def test_all_are_found() -> None:
    assert set(names()) == set(NAMES)
    assert names()[0] == "mlp-digits", "the small ones come first"


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_those_of_the_spec(name: str) -> None:
    about, experiment = workload(name), start.load(workload(name).spec).experiment
    asked = {weight.name: tuple(weight.shape) for node in experiment.graph for weight in weights_of(node)}
    assert {weight.name: weight.shape for weight in about.weights if weight.trainable} == asked
    assert experiment.batch == about.batch
    assert experiment.optimizer is not None
    assert experiment.optimizer.kind == about.optimizer


@pytest.mark.parametrize("name", NAMES)
def test_data_has_the_shape_of_the_spec(name: str) -> None:
    about, schema = workload(name), start.load(workload(name).spec).schema
    data = about.data(3)
    assert data["image"].shape == (3, *schema.columns["image"].shape)
    assert schema.columns["image"].high == about.greatest
    assert schema.columns["label"].classes == about.classes
    assert 0 <= about.scaled(data).min() <= about.scaled(data).max() <= 1


def test_numbers_are_the_same_for_all() -> None:
    one, other = workload("lenet5"), workload("lenet5")
    for name, value in one.first_weights().items():
        np.testing.assert_array_equal(value, other.first_weights()[name])
    np.testing.assert_array_equal(one.data(5)["image"], other.data(5)["image"])


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_torch_and_jax_have_the_same_outputs(name: str) -> None:
    if missing := [library for library in ("torch", "jax") if importlib.util.find_spec(library) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    found = {
        (peer, manner): _outputs(name, peer, manner)
        for peer, manner in (("torch", "channels-last"), ("torch", "channels-first"), ("jax", "a call each"))
    }
    first = next(iter(found.values()))
    for value in found.values():
        np.testing.assert_allclose(value, first, atol=1e-5)


def _outputs(name: str, peer: str, manner: str) -> Any:
    task = Task(name, peer, "infer", 2, 1, "", manner)
    about = task.about
    if peer == "torch":
        from netloom.benchmarks.peers import torch_peer

        inputs, _ = torch_peer.examples(task)
        return torch_peer.network(task)(inputs[:2]).detach().numpy()
    from netloom.benchmarks.peers import jax_peer

    weights, statistics = jax_peer._weights(about)
    logits, _ = module(name).jax_network({**weights, **statistics}, about.scaled(about.data(task.rows))[:2], False)
    return np.asarray(logits)


def test_a_task_is_its_own_text() -> None:
    task = Task("lenet5", "jax", "train", 64, 2, "somewhere", "scan")
    assert Task.of(task.text()) == task
