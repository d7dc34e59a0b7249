"""cnn-mnist: 28x28x1; 25 and 50 filters 3x3 without padding, ReLU and max pool 2 after each; dense 100 ReLU, 10;
batch 64, Adam."""

from __future__ import annotations

from typing import Any

from ..workload import Workload, convolution, dense

WORKLOAD = Workload(
    "cnn-mnist", 64, (28, 28, 1), 255, 10, "adam", 1e-3,
    (
        *convolution("conv2d1", 25, 3, 1), *convolution("conv2d2", 50, 3, 25),
        *dense("dense1", 100, 1250, (5, 5, 50)), *dense("dense2", 10, 100),
    ),
)  # fmt: skip


def torch_network(channels_last: bool) -> Any:
    """Of PyTorch; the weights in the order of WORKLOAD."""
    from torch import nn

    from ..peers.torch_layers import Flat

    return nn.Sequential(
        nn.Conv2d(1, 25, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(25, 50, 3), nn.ReLU(), nn.MaxPool2d(2),
        Flat(channels_last), nn.Linear(1250, 100), nn.ReLU(), nn.Linear(100, 10),
    )  # fmt: skip


def jax_network(w: Any, x: Any, _training: bool) -> tuple[Any, dict[str, Any]]:
    """Logits, and no new statistics."""
    from jax.nn import relu

    from ..peers.jax_layers import convolution, dense, max_pool

    x = max_pool(relu(convolution(w, "conv2d1", x)))
    x = max_pool(relu(convolution(w, "conv2d2", x)))
    return dense(w, "dense2", relu(dense(w, "dense1", x.reshape(len(x), -1)))), {}
