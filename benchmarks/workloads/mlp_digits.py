"""mlp-digits: 64-100-10, ReLU, batch 32, Adam."""

from __future__ import annotations

from typing import Any

from ..workload import Workload, dense

WORKLOAD = Workload(
    "mlp-digits", 32, (8, 8, 1), 16, 10, "adam", 1e-3, (*dense("dense1", 100, 64), *dense("dense2", 10, 100))
)


def torch_network(_channels_last: bool) -> Any:
    """Of PyTorch; the weights in the order of WORKLOAD."""
    from torch import nn

    return nn.Sequential(nn.Flatten(), nn.Linear(64, 100), nn.ReLU(), nn.Linear(100, 10))


def jax_network(w: Any, x: Any, _training: bool) -> tuple[Any, dict[str, Any]]:
    """Logits, and no new statistics."""
    from jax.nn import relu

    from ..peers.jax_layers import dense as product

    return product(w, "dense2", relu(product(w, "dense1", x.reshape(len(x), -1)))), {}
