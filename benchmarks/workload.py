"""What a standard workload says of itself, and the numbers every engine begins with: the same for all."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

Array = np.ndarray[Any, Any]
Columns = Mapping[str, Array]

BATCHES = 64
"""How many batches of data each engine holds and goes round in: more than any cache keeps, less than a real set."""

SPECS = Path(__file__).parent / "specs"


@dataclass(frozen=True, slots=True)
class Weight:
    """One state of the network under netloom's name. `shape`: filters H W channels, or units inputs, or one axis.

    `role` says how it begins: `product` by its inputs' count, `around_one` and `around_zero` near those. `picture`:
    the sizes H W C of what was flattened into the inputs of a dense layer, for an engine that flattens C H W.
    """

    name: str
    shape: tuple[int, ...]
    role: Literal["product", "around_one", "around_zero"]
    trainable: bool = True
    picture: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class Workload:
    """A network, its data and how it is trained. `greatest`: the largest raw number of a picture, scaled to 1."""

    name: str
    batch: int
    shape: tuple[int, ...]
    greatest: int
    classes: int
    optimizer: Literal["sgd", "momentum", "adam"]
    rate: float
    weights: tuple[Weight, ...]

    @property
    def spec(self) -> Path:
        return SPECS / f"{self.name}.yaml"

    @property
    def pictures(self) -> bool:
        """Whether the network slides windows over a picture, so that the order of its axes matters."""
        return any(len(weight.shape) == 4 for weight in self.weights)

    def data(self, rows: int, seed: int = 0) -> dict[str, Array]:
        """So many random examples: raw pictures (uint8) and labels (int32)."""
        random = np.random.default_rng(seed)
        pictures = random.integers(0, self.greatest + 1, (rows, *self.shape), np.uint8)
        return {"image": pictures, "label": random.integers(0, self.classes, rows, np.int32)}

    def scaled(self, raw: Columns) -> Array:
        """The pictures as the network sees them: float32 from 0 to 1."""
        return raw["image"].astype(np.float32) / np.float32(self.greatest)

    def first_weights(self, seed: int = 1) -> dict[str, Array]:
        """The numbers of every state at the start, float32, by netloom's names."""
        random = np.random.default_rng(seed)
        return {weight.name: _first(weight, random) for weight in self.weights}


def _first(weight: Weight, random: np.random.Generator) -> Array:
    if weight.role == "product":
        found = random.standard_normal(weight.shape) / math.sqrt(math.prod(weight.shape[1:]))
    elif weight.role == "around_one":
        found = random.uniform(0.8, 1.2, weight.shape)
    else:
        found = random.uniform(-0.1, 0.1, weight.shape)
    return found.astype(np.float32)


def dense(name: str, units: int, inputs: int, picture: tuple[int, int, int] | None = None) -> Iterator[Weight]:
    """The weights of a dense layer."""
    yield Weight(f"{name}.weights", (units, inputs), "product", picture=picture)
    yield Weight(f"{name}.bias", (units,), "around_zero")


def convolution(name: str, filters: int, kernel: int, channels: int, *, bias: bool = True) -> Iterator[Weight]:
    """The weights of a convolution."""
    yield Weight(f"{name}.weights", (filters, kernel, kernel, channels), "product")
    if bias:
        yield Weight(f"{name}.bias", (filters,), "around_zero")


def norm(name: str, channels: int) -> Iterator[Weight]:
    """The weights of a batch norm and its running statistics."""
    yield Weight(f"{name}.scale", (channels,), "around_one")
    yield Weight(f"{name}.shift", (channels,), "around_zero")
    yield Weight(f"{name}.mean", (channels,), "around_zero", trainable=False)
    yield Weight(f"{name}.variance", (channels,), "around_one", trainable=False)


def module(name: str) -> Any:
    """The file of a workload: `WORKLOAD`, `torch_network` and `jax_network`."""
    return importlib.import_module(f"{__package__}.workloads.{name.replace('-', '_')}")


def workload(name: str) -> Workload:
    """A workload by name."""
    found: Workload = module(name).WORKLOAD
    return found


def names() -> tuple[str, ...]:
    """All workloads, the small ones first."""
    files = (Path(__file__).parent / "workloads").glob("[!_]*.py")
    return tuple(sorted((path.stem.replace("_", "-") for path in files), key=lambda name: (_size(name), name)))


def _size(name: str) -> int:
    return math.prod(workload(name).shape) * len(workload(name).weights)
