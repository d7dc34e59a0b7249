"""Layers of the workloads in PyTorch, made in the order in which the workload lists their weights."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn.utils import fusion

from ..workload import Array, Workload

EPSILON, KEPT = 1e-5, 0.9


class Flat(nn.Module):
    """Pictures as rows: H W C where the memory lies so, without a copy; else C H W."""

    def __init__(self, channels_last: bool) -> None:
        super().__init__()
        self.channels_last = channels_last

    def forward(self, x: Any) -> Any:
        return (x.permute(0, 2, 3, 1) if self.channels_last else x).flatten(1)


class MeanOverPlaces(nn.Module):
    """The mean of each channel."""

    def forward(self, x: Any) -> Any:
        return x.mean((2, 3))


class Normed(nn.Module):
    """A convolution and its batch norm."""

    def __init__(self, channels: int, filters: int, kernel: int, stride: int) -> None:
        super().__init__()
        self.window = nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False)
        self.norm = nn.BatchNorm2d(filters, EPSILON, 1 - KEPT)

    def forward(self, x: Any) -> Any:
        return self.norm(self.window(x))


class OddPlaces(nn.Module):
    """Every second place, from the second on: the even ones of the picture that is turned by half a turn."""

    def forward(self, x: Any) -> Any:
        return x[:, :, 1::2, 1::2]


class Residual(nn.Module):
    """Two convolutions and the way around them, on a picture that is turned by half a turn."""

    def __init__(self, channels: int, filters: int, stride: int) -> None:
        super().__init__()
        self.first = Normed(channels, filters, 3, stride)
        self.second = Normed(filters, filters, 3, 1)
        self.shortcut: nn.Module = nn.Identity()
        if stride > 1:
            self.shortcut = nn.Sequential(OddPlaces(), Normed(channels, filters, 1, 1))

    def forward(self, x: Any) -> Any:
        inner = self.second(torch.relu(self.first(x)))
        return torch.relu(inner + self.shortcut(x))


def fold_norms(network: Any) -> Any:
    """The network for inference: every batch norm folded into its convolution."""
    for part in network.modules():
        if isinstance(part, Normed):
            part.window, part.norm = fusion.fuse_conv_bn_eval(part.window.eval(), part.norm.eval()), nn.Identity()
    return network


def fill(network: Any, about: Workload, values: dict[str, Array], *, channels_last: bool, mirrored: bool) -> None:
    """Give the network the workload's first weights. Raises ValueError where the two are not the same network."""
    places = [place for part in network.modules() for place in _places(part)]
    if len(places) != len(about.weights):
        raise ValueError(f"{about.name} has {len(about.weights)} states, PyTorch's network {len(places)}")
    for place, weight in zip(places, about.weights, strict=True):
        value = values[weight.name]
        if value.ndim == 4:
            turned = value[:, ::-1, ::-1] if mirrored else value
            value = turned.transpose(0, 3, 1, 2)
        elif weight.picture and not channels_last:
            units, (height, width, channels) = len(value), weight.picture
            value = value.reshape(units, height, width, channels).transpose(0, 3, 1, 2).reshape(units, -1)
        if place.shape != value.shape:
            raise ValueError(f"{weight.name} is {value.shape}, in PyTorch {tuple(place.shape)}")
        with torch.no_grad():
            place.copy_(torch.from_numpy(value.copy()))


def _places(part: Any) -> list[Any]:
    if isinstance(part, nn.BatchNorm2d):
        return [part.weight, part.bias, part.running_mean, part.running_var]
    if isinstance(part, nn.Conv2d | nn.Linear):
        return [part.weight] if part.bias is None else [part.weight, part.bias]
    return []
