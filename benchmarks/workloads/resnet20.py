"""resnet20: 32x32x3, three stages of three blocks of 16, 32 and 64 filters, batch norm after every convolution, a
1x1 convolution where sizes change; batch 64, momentum.  Source: He et al. 2015, arXiv:1512.03385."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..workload import Weight, Workload, convolution, dense, norm

STAGES = ((1, 16, 16, 1), (2, 16, 32, 2), (3, 32, 64, 2))
"""Number, channels in, filters, stride of the first block."""


def _normed(name: str, filters: int, kernel: int, channels: int) -> Iterator[Weight]:
    yield from convolution(f"{name}.conv2d1", filters, kernel, channels, bias=False)
    yield from norm(f"{name}.batch_norm1", filters)


def _blocks() -> Iterator[tuple[str, int, int, int]]:
    """Name, channels in, filters, stride of every block."""
    for stage, before, filters, stride in STAGES:
        for number in (1, 2, 3):
            first = number == 1
            yield f"stage.{stage}.Residual{number}", before if first else filters, filters, stride if first else 1


def _weights() -> Iterator[Weight]:
    yield from _normed("ConvNorm1", 16, 3, 3)
    for name, channels, filters, stride in _blocks():
        yield from _normed(f"{name}.ConvNorm1", filters, 3, channels)
        yield from _normed(f"{name}.ConvNorm2", filters, 3, filters)
        if stride > 1:
            yield from _normed(f"{name}.ConvNorm3", filters, 1, channels)
    yield from dense("dense1", 10, 64)


WORKLOAD = Workload("resnet20", 64, (32, 32, 3), 255, 10, "momentum", 0.1, tuple(_weights()))

TORCH_MIRRORED = True
"""Where the stride is 2, netloom pads behind and PyTorch before (its even padding reaches no further). On pictures
and filters turned by half a turn the two are the same network, and PyTorch need not copy its input to pad it."""


def torch_network(_channels_last: bool) -> Any:
    """Of PyTorch; the weights in the order of WORKLOAD, the filters mirrored."""
    from torch import nn

    from ..peers.torch_layers import MeanOverPlaces, Normed, Residual

    blocks = [Residual(channels, filters, stride) for _, channels, filters, stride in _blocks()]
    return nn.Sequential(Normed(3, 16, 3, 1), nn.ReLU(), *blocks, MeanOverPlaces(), nn.Linear(64, 10))


def jax_network(w: Any, x: Any, training: bool) -> tuple[Any, dict[str, Any]]:
    """Logits, and the new running statistics."""
    from jax.nn import relu

    from ..peers.jax_layers import convolution as window
    from ..peers.jax_layers import dense as product
    from ..peers.jax_layers import norm as normalise

    new: dict[str, Any] = {}

    def normed(name: str, x: Any, stride: int = 1) -> Any:
        x = window(w, f"{name}.conv2d1", x, padding="SAME", stride=stride)
        x, found = normalise(w, f"{name}.batch_norm1", x, training)
        new.update(found)
        return x

    x = relu(normed("ConvNorm1", x))
    for name, _, _, stride in _blocks():
        inner = normed(f"{name}.ConvNorm2", relu(normed(f"{name}.ConvNorm1", x, stride)))
        x = relu(inner + (normed(f"{name}.ConvNorm3", x, stride) if stride > 1 else x))
    return product(w, "dense1", x.mean((1, 2))), new
