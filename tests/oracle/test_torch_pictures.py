"""Picture networks: from equal weights and batches, a hundred steps agree with PyTorch to 1e-4 relative in the loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.runtime.launch import Launch, Request
from netloom.runtime.order import Order

from .test_torch import RULES, losses

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no oracle to compare with")
pytestmark = pytest.mark.torch
nn = torch.nn

STEPS = 100


class ChannelsLast(nn.Module):  # type: ignore[misc,name-defined]
    """Flattens as netloom does: the channels of a place side by side."""

    def forward(self, x: Any) -> Any:
        return x.permute(0, 2, 3, 1).flatten(1)


class Mean(nn.Module):  # type: ignore[misc,name-defined]
    def forward(self, x: Any) -> Any:
        return x.mean(dim=(2, 3))


def lenet() -> list[Any]:
    return [
        nn.Conv2d(1, 6, 3, padding=1), nn.Tanh(), nn.AvgPool2d(2), nn.Conv2d(6, 16, 3), nn.Tanh(), ChannelsLast(),
        nn.Linear(64, 20), nn.Tanh(), nn.Linear(20, 10),
    ]  # fmt: skip


def cnn() -> list[Any]:
    return [
        nn.Conv2d(1, 25, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(25, 20, 2), nn.ReLU(), nn.MaxPool2d(2, 1),
        ChannelsLast(), nn.Linear(20, 10),
    ]  # fmt: skip


def strided() -> list[Any]:
    return [
        nn.Conv2d(1, 8, 3, stride=2, padding=1, dilation=1), nn.ReLU(), nn.Conv2d(8, 12, 3, padding=2, dilation=2, groups=4),
        nn.ReLU(), Mean(), nn.Linear(12, 10),
    ]  # fmt: skip


def normed() -> list[Any]:
    return [
        nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.Tanh(), nn.AvgPool2d(2), ChannelsLast(),
        nn.LayerNorm(256), nn.Linear(256, 10),
    ]  # fmt: skip


NETS: dict[str, tuple[str, Any]] = {
    "lenet": (
        "[{conv2d: {filters: 6, kernel: 3, padding: same, activation: tanh}}, {avg_pool: 2}, "
        "{conv2d: {filters: 16, kernel: 3, activation: tanh}}, flatten, {dense: {units: 20, activation: tanh}}, {dense: 10}]",
        lenet,
    ),
    "cnn": (
        "[{conv2d: {filters: 25, kernel: 3, activation: relu}}, {max_pool: 2}, "
        "{conv2d: {filters: 20, kernel: 2, activation: relu}}, {max_pool: {size: 2, stride: 1}}, flatten, {dense: 10}]",
        cnn,
    ),
    "strided": (
        "[{conv2d: {filters: 8, kernel: 3, stride: 2, padding: 1, activation: relu}}, "
        "{conv2d: {filters: 12, kernel: 3, padding: 2, dilation: 2, groups: 4, activation: relu}}, global_avg_pool, {dense: 10}]",
        strided,
    ),
    "normed": (
        "[{conv2d: {filters: 16, kernel: 3, padding: same, bias: false}}, batch_norm, tanh, {avg_pool: 2}, flatten, "
        "layer_norm, {dense: 10}]",
        normed,
    ),
}


@pytest.mark.parametrize("rule", ["sgd", "momentum", "adam"])
@pytest.mark.parametrize("net", NETS)
def test_a_hundred_steps_agree(net: str, rule: str, tmp_path: Path) -> None:
    file = tmp_path / "oracle.yaml"
    file.write_text(
        f"name: oracle\ndata: {{source: digits, prepare: [scale]}}\nnetwork: {{layers: {NETS[net][0]}}}\n"
        f"train: {{loss: cross_entropy, optimizer: {RULES[rule][0]}, batch: 64, epochs: 4}}\n",
        encoding="utf-8",
    )
    launch = Launch(Request(file, runs=tmp_path / "runs", seed=1))
    first = {s.name: launch.ready.engine.read(f"state/{s.name}") for s in launch.ready.plan.states}
    order = launch.training.order
    ours = losses(launch)[:STEPS]
    model = nn.Sequential(*NETS[net][1]())
    fill(model, first)
    np.testing.assert_allclose(ours, torch_losses(model, rule, launch, order), rtol=1e-4)


def fill(model: Any, first: dict[str, Any]) -> None:
    """Give each module the weights of its layer, in order; filters are turned to channels first."""
    names = [n for n in first if n.endswith((".weights", ".bias", ".scale", ".shift")) and "/" not in n]
    parameters = list(model.parameters())
    assert len(names) == len(parameters)
    for parameter, name in zip(parameters, names, strict=True):
        value = first[name].transpose(0, 3, 1, 2) if first[name].ndim == 4 else first[name]
        assert value.shape == tuple(parameter.shape), (name, value.shape, parameter.shape)
        parameter.data = torch.from_numpy(np.ascontiguousarray(value))


def torch_losses(model: Any, rule: str, launch: Launch, order: Order) -> list[float]:
    torch.set_num_threads(1)
    images = torch.from_numpy(launch.data.columns["image"].astype(np.float32).transpose(0, 3, 1, 2) / 16)
    labels = torch.from_numpy(launch.data.columns["label"].astype(np.int64))
    optimizer = RULES[rule][1](model.parameters())
    found: list[float] = []
    for epoch in range(4):
        rows = order.epoch(epoch)
        for at in range(0, len(rows), order.batch):
            some = torch.from_numpy(rows[at : at + order.batch])
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(model(images[some]), labels[some])
            loss.backward()
            optimizer.step()
            found.append(float(loss.detach()))
    return found[:STEPS]
