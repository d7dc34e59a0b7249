"""lenet5: 28x28x1; 6 filters 5x5 (same), 16 filters 5x5, tanh and average pool 2 after each; dense 120, 84, 10;
batch 64, Adam."""

from __future__ import annotations

from typing import Any

from ..workload import Workload, convolution, dense

WORKLOAD = Workload(
    "lenet5", 64, (28, 28, 1), 255, 10, "adam", 1e-3,
    (
        *convolution("conv2d1", 6, 5, 1), *convolution("conv2d2", 16, 5, 6),
        *dense("dense1", 120, 400, (5, 5, 16)), *dense("dense2", 84, 120), *dense("dense3", 10, 84),
    ),
)  # fmt: skip


def torch_network(channels_last: bool) -> Any:
    """Of PyTorch; the weights in the order of WORKLOAD."""
    from torch import nn

    from ..peers.torch_layers import Flat

    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 5), nn.Tanh(), nn.AvgPool2d(2), Flat(channels_last),
        nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )  # fmt: skip


def jax_network(w: Any, x: Any, _training: bool) -> tuple[Any, dict[str, Any]]:
    """Logits, and no new statistics."""
    from jax.numpy import tanh

    from ..peers.jax_layers import average_pool, convolution, dense

    x = average_pool(tanh(convolution(w, "conv2d1", x, padding=2)))
    x = average_pool(tanh(convolution(w, "conv2d2", x)))
    x = tanh(dense(w, "dense1", x.reshape(len(x), -1)))
    return dense(w, "dense3", tanh(dense(w, "dense2", x))), {}
