"""Signals and volumes: convolutions and pools along one and three axes agree with PyTorch, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.runtime.launch import Launch, Request

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no oracle to compare with")
from .test_torch import RULES, losses  # noqa: E402  itself skipped where PyTorch is not
from .test_torch_pictures import STEPS, batches, steps_of  # noqa: E402

pytestmark = pytest.mark.torch
nn = torch.nn


class ChannelsLast(nn.Module):  # type: ignore[misc,name-defined]
    """Flattens as netloom does: the channels of a place side by side."""

    def forward(self, x: Any) -> Any:
        return x.movedim(1, -1).flatten(1)


class Mean(nn.Module):  # type: ignore[misc,name-defined]
    def forward(self, x: Any) -> Any:
        return x.flatten(2).mean(dim=2)


class Largest(nn.Module):  # type: ignore[misc,name-defined]
    def forward(self, x: Any) -> Any:
        return x.flatten(2).amax(dim=2)


class UpAndDown(nn.Module):  # type: ignore[misc,name-defined]
    """A pool over volumes whose numbers are put back where it found them."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv3d(1, 6, 5, padding=2), nn.Linear(6 * 64, 10)

    def forward(self, x: Any) -> Any:
        small, found = nn.functional.max_pool3d(nn.functional.tanh(self.first(x)), 2, return_indices=True)
        back = nn.functional.max_unpool3d(nn.functional.tanh(small), found, 2)
        return self.last(back.movedim(1, -1).flatten(1))


def signals() -> list[Any]:
    return [
        nn.Conv1d(1, 16, 5, padding=2), nn.ReLU(), nn.MaxPool1d(2), nn.Conv1d(16, 20, 3, stride=2, dilation=2), nn.Tanh(),
        nn.AvgPool1d(3, 2, ceil_mode=True), nn.Conv1d(20, 24, 2, groups=4, bias=False), nn.ReLU(), Mean(), nn.Linear(24, 10),
    ]  # fmt: skip


def channel_by_channel() -> list[Any]:
    return [
        nn.Conv1d(8, 16, 3, padding=1), nn.ReLU(), nn.Conv1d(16, 32, 3, padding=2, dilation=2, groups=16), nn.ReLU(),
        nn.MaxPool1d(3, 2, padding=1), Largest(), nn.Linear(32, 10),
    ]  # fmt: skip


def volumes() -> list[Any]:
    return [
        nn.Conv3d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool3d((2, 1, 2)),
        nn.Conv3d(16, 20, (2, 3, 1), padding=(1, 0, 2), dilation=(1, 1, 2)), nn.Tanh(),
        nn.AvgPool3d(2, 1), ChannelsLast(), nn.Linear(20 * 2 * 1 * 5, 10),
    ]  # fmt: skip


def grouped_volumes() -> list[Any]:
    return [
        nn.Conv3d(1, 8, 3, padding=1, stride=(1, 2, 1)), nn.ReLU(), nn.Conv3d(8, 12, 2, groups=4), nn.ReLU(),
        nn.Conv3d(12, 24, (3, 1, 2), padding=(1, 0, 1), groups=12), nn.ReLU(), nn.Conv3d(24, 20, 1, bias=False),
        nn.AvgPool3d((3, 1, 3), (2, 1, 2), (1, 0, 1), True, False), Largest(), nn.Linear(20, 10),
    ]  # fmt: skip


NETS: dict[str, tuple[tuple[int, ...], str, Any]] = {
    "signals": (
        (64, 1),
        "{conv1d: {filters: 16, kernel: 5, padding: same, activation: relu}}, {max_pool: 2}, "
        "{conv1d: {filters: 20, kernel: 3, stride: 2, dilation: 2, activation: tanh}}, "
        "{avg_pool: {size: 3, stride: 2, rounding: ceil}}, "
        "{conv1d: {filters: 24, kernel: 2, groups: 4, bias: false, activation: relu}}, global_avg_pool",
        signals,
    ),
    "channel by channel": (
        (8, 8),
        "{conv1d: {filters: 16, kernel: 3, padding: 1, activation: relu}}, "
        "{conv1d: {filters: 32, kernel: 3, padding: same, dilation: 2, groups: 16, activation: relu}}, "
        "{max_pool: {size: 3, stride: 2, padding: 1}}, global_max_pool",
        channel_by_channel,
    ),
    "volumes": (
        (4, 4, 4, 1),
        "{conv3d: {filters: 16, kernel: 3, padding: same, activation: relu}}, {max_pool: [2, 1, 2]}, "
        "{conv3d: {filters: 20, kernel: [2, 3, 1], padding: [1, 0, 2], dilation: [1, 1, 2], activation: tanh}}, "
        "{avg_pool: {size: 2, stride: 1}}, flatten",
        volumes,
    ),
    "grouped volumes": (
        (4, 4, 4, 1),
        "{conv3d: {filters: 8, kernel: 3, padding: 1, stride: [1, 2, 1], activation: relu}}, "
        "{conv3d: {filters: 12, kernel: 2, groups: 4, activation: relu}}, "
        "{conv3d: {filters: 24, kernel: [3, 1, 2], padding: [1, 0, 1], groups: 12, activation: relu}}, "
        "{conv3d: {filters: 20, bias: false}}, {avg_pool: {size: [3, 1, 3], stride: [2, 1, 2], padding: [1, 0, 1], rounding: ceil}}, global_max_pool",
        grouped_volumes,
    ),
    "up and down": (
        (4, 4, 4, 1),
        "{conv3d: {filters: 6, kernel: 5, padding: same, activation: tanh}}, {name: small, max_pool: 2}, tanh, "
        "{max_unpool: {pool: small}}, flatten",
        lambda: [UpAndDown()],
    ),
}  # fmt: skip


@pytest.mark.catalog("C10")
@pytest.mark.parametrize("net", NETS)
def test_a_hundred_steps_agree(net: str, tmp_path: Path) -> None:
    """Digits read as signals and as small volumes, their numbers in the order of the file."""
    shape, layers, modules = NETS[net]
    file = tmp_path / "oracle.yaml"
    file.write_text(
        f"name: oracle\ndata: {{source: digits, prepare: [scale]}}\n"
        f"network: {{layers: [{{reshape: {list(shape)}}}, {layers}, {{dense: 10}}]}}\n"
        f"train: {{loss: cross_entropy, optimizer: {RULES['sgd'][0]}, batch: 64, epochs: 4}}\n",
        encoding="utf-8",
    )
    launch = Launch(Request(file, runs=tmp_path / "runs", seed=1))
    first = {s.name: launch.ready.engine.read(f"state/{s.name}") for s in launch.ready.plan.states}
    order, columns = launch.training.order, launch.data.columns
    images = columns["image"].astype(np.float32).reshape(-1, *shape) / 16
    model = nn.Sequential(*modules())
    fill(model, first)
    theirs = steps_of(model, "sgd", images, columns["label"], batches(order))
    np.testing.assert_allclose(losses(launch)[:STEPS], theirs, rtol=1e-4)


def fill(model: Any, first: dict[str, Any]) -> None:
    """Give each module the weights of its layer, in order; filters are turned to channels first."""
    names = [n for n in first if n.endswith((".weights", ".bias")) and "/" not in n]
    for parameter, name in zip(model.parameters(), names, strict=True):
        value = np.moveaxis(first[name], -1, 1) if first[name].ndim > 2 else first[name]
        assert value.shape == tuple(parameter.shape), (name, value.shape, parameter.shape)
        parameter.data = torch.from_numpy(np.ascontiguousarray(value))
