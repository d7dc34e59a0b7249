"""Layers of the workloads in JAX: pictures B H W C, filters H W C F (turned once, before the first step)."""

from __future__ import annotations

from typing import Any

import jax
from jax import lax

EPSILON, KEPT = 1e-5, 0.9


def dense(w: Any, name: str, x: Any) -> Any:
    """x @ weights + bias; weights are inputs by units here."""
    return x @ w[f"{name}.weights"] + w[f"{name}.bias"]


def convolution(w: Any, name: str, x: Any, padding: Any = 0, stride: int = 1) -> Any:
    """`padding`: zeros on each side, or SAME."""
    sides = [(padding, padding)] * 2 if isinstance(padding, int) else padding
    y = lax.conv_general_dilated(
        x, w[f"{name}.weights"], (stride, stride), sides, dimension_numbers=("NHWC", "HWIO", "NHWC")
    )
    bias = w.get(f"{name}.bias")
    return y if bias is None else y + bias


def average_pool(x: Any) -> Any:
    """Windows 2x2. A mean over axes: XLA has a quick gradient for it, and none for its windowed sums."""
    return _windows(x).mean((2, 4))


def max_pool(x: Any) -> Any:
    """Windows 2x2; a row or column too many is left out."""
    return _windows(x).max((2, 4))


def _windows(x: Any) -> Any:
    batch, height, width, channels = x.shape
    cut = x[:, : height // 2 * 2, : width // 2 * 2]
    return cut.reshape(batch, height // 2, 2, width // 2, 2, channels)


def norm(w: Any, name: str, x: Any, training: bool) -> tuple[Any, dict[str, Any]]:
    """Batch norm, and its new running statistics."""
    mean, variance, new = w[f"{name}.mean"], w[f"{name}.variance"], {}
    if training:
        count = x.shape[0] * x.shape[1] * x.shape[2]
        old_mean, old_variance = mean, variance
        mean = x.mean((0, 1, 2))
        # from the mean square, as Flax has it by default: one pass over memory instead of two
        variance = (x * x).mean((0, 1, 2)) - mean * mean
        new = {
            f"{name}.mean": KEPT * old_mean + (1 - KEPT) * mean,
            f"{name}.variance": KEPT * old_variance + (1 - KEPT) * variance * (count / (count - 1)),
        }
    factor = w[f"{name}.scale"] * lax.rsqrt(variance + EPSILON)
    return (x - mean) * factor + w[f"{name}.shift"], new


def loss(logits: Any, labels: Any) -> Any:
    """Cross-entropy, the mean over the batch, in nats."""
    chosen = jax.numpy.take_along_axis(jax.nn.log_softmax(logits), labels[:, None], 1)
    return -chosen.mean()
