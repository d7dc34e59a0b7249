"""mlp-mnist: 784-500-500-10, sigmoid, batch 100, gradient descent."""

from __future__ import annotations

from typing import Any

from ..workload import Workload, dense

WORKLOAD = Workload(
    "mlp-mnist", 100, (28, 28, 1), 255, 10, "sgd", 0.1,
    (*dense("dense1", 500, 784), *dense("dense2", 500, 500), *dense("dense3", 10, 500)),
)  # fmt: skip


def torch_network(_channels_last: bool) -> Any:
    """Of PyTorch; the weights in the order of WORKLOAD."""
    from torch import nn

    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 500), nn.Sigmoid(), nn.Linear(500, 500), nn.Sigmoid(), nn.Linear(500, 10)
    )


def jax_network(w: Any, x: Any, _training: bool) -> tuple[Any, dict[str, Any]]:
    """Logits, and no new statistics."""
    from jax.nn import sigmoid

    from ..peers.jax_layers import dense as product

    hidden = sigmoid(product(w, "dense1", x.reshape(len(x), -1)))
    return product(w, "dense3", sigmoid(product(w, "dense2", hidden))), {}
