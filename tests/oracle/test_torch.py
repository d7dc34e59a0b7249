"""From equal weights and equal batches, a hundred steps agree with PyTorch to 1e-4 relative in the loss.

Where PyTorch is not installed these tests say so and do nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.runtime.launch import Launch, Request
from netloom.runtime.order import Order

torch = pytest.importorskip("torch", reason="PyTorch is not installed: no oracle to compare with")
pytestmark = pytest.mark.torch

STEPS = 100
NETS = {
    "mlp": (
        "- dense: {units: 50, activation: relu}\n    - dense: {units: 30, activation: tanh}\n    - dense: 10",
        "cross_entropy",
    ),
    "deep_sigmoid": (
        "\n    ".join(["- dense: {units: 32, activation: sigmoid}"] * 6) + "\n    - dense: 10",
        "cross_entropy",
    ),
    "autoencoder": (
        "- dense: {units: 16, activation: relu}\n    - dense: 8\n    - dense: {units: 16, activation: relu}\n"
        "    - dense: {units: 64, activation: sigmoid}\n    - reshape: [8, 8, 1]",
        "{mse: {target: image}}",
    ),
}
RULES: dict[str, tuple[str, Any]] = {
    "sgd": ("{sgd: {learning_rate: 0.05}}", lambda p: torch.optim.SGD(p, lr=0.05)),
    "momentum": ("{momentum: {learning_rate: 0.02}}", lambda p: torch.optim.SGD(p, lr=0.02, momentum=0.9)),
    "adam": ("{adam: {learning_rate: 1e-3}}", lambda p: torch.optim.Adam(p, lr=1e-3)),
    "adamw": (
        "{adamw: {learning_rate: 1e-3, decay: 0.01}}",
        lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.01),
    ),
}


def spec(net: str, rule: str, clip: bool) -> str:
    layers, loss = NETS[net]
    clipped = "\n  clip_gradients: {norm: 0.5}" if clip else ""
    return (
        "name: oracle\ndata: {source: digits, prepare: [scale]}\nnetwork:\n  layers:\n    - flatten\n    "
        f"{layers}\ntrain:\n  loss: {loss}\n  optimizer: {RULES[rule][0]}\n  batch: 64\n  epochs: 4{clipped}\n"
    )


@pytest.mark.parametrize("clip", [False, True], ids=["free", "clipped"])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("net", NETS)
def test_a_hundred_steps_agree(net: str, rule: str, clip: bool, tmp_path: Path) -> None:
    file = tmp_path / "oracle.yaml"
    file.write_text(spec(net, rule, clip), encoding="utf-8")
    launch = Launch(Request(file, runs=tmp_path / "runs", seed=1))
    first = {s.name: launch.ready.engine.read(f"state/{s.name}") for s in launch.ready.plan.states}
    order = launch.training.order
    ours = losses(launch)[:STEPS]
    theirs = torch_losses(net, rule, clip, first, launch, order)
    assert len(ours) == STEPS == len(theirs)
    assert order.steps * order.batch != len(order.rows), "the batch must not divide the data"
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def losses(launch: Launch) -> list[float]:
    """The loss of every step: stretches are kept short so that no point is a mean of several."""
    found: list[float] = []
    training = launch.training
    training.points = 1 << 30
    for event in training.events():
        series = getattr(event, "series", {})
        if series:
            assert event.stride == 1  # type: ignore[attr-defined]
            found += series["loss"]
    launch.ready.engine.close()
    return found


def torch_losses(net: str, rule: str, clip: bool, first: dict[str, Any], launch: Launch, order: Order) -> list[float]:
    torch.manual_seed(0)
    torch.set_num_threads(1)
    model = torch.nn.Sequential(*modules(net))
    named = [(n, v) for n, v in first.items() if n.endswith((".weights", ".bias"))]
    for parameter, (_, value) in zip(model.parameters(), named, strict=True):
        parameter.data = torch.from_numpy(np.array(value))
    images = torch.from_numpy(launch.data.columns["image"].astype(np.float32).reshape(-1, 64) / 16)
    labels = torch.from_numpy(launch.data.columns["label"].astype(np.int64))
    optimizer = RULES[rule][1](model.parameters())
    found: list[float] = []
    for epoch in range(4):
        rows = order.epoch(epoch)
        for at in range(0, len(rows), order.batch):
            some = torch.from_numpy(rows[at : at + order.batch])
            optimizer.zero_grad()
            given = model(images[some])
            if net == "autoencoder":
                loss = torch.nn.functional.mse_loss(given, images[some])
            else:
                loss = torch.nn.functional.cross_entropy(given, labels[some])
            loss.backward()
            if clip:
                torch.nn.utils.clip_grad_norm_(model.parameters(), 0.5)
            optimizer.step()
            found.append(float(loss.detach()))
    return found[:STEPS]


def modules(net: str) -> list[Any]:
    nn = torch.nn
    if net == "mlp":
        return [nn.Linear(64, 50), nn.ReLU(), nn.Linear(50, 30), nn.Tanh(), nn.Linear(30, 10)]
    if net == "deep_sigmoid":
        made: list[Any] = []
        for i in range(6):
            made += [nn.Linear(64 if i == 0 else 32, 32), nn.Sigmoid()]
        return [*made, nn.Linear(32, 10)]
    return [
        nn.Linear(64, 16), nn.ReLU(), nn.Linear(16, 8), nn.Linear(8, 16), nn.ReLU(), nn.Linear(16, 64), nn.Sigmoid(),
    ]  # fmt: skip


def test_the_module_lists_match_the_files() -> None:
    for net in NETS:
        count = sum(isinstance(m, torch.nn.Linear) for m in modules(net))
        assert NETS[net][0].count("dense") == count
