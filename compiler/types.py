"""Sizes, shapes and tensor types: what is known of a tensor before it exists."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

DType = Literal["float32", "float64", "int32", "int64", "uint8", "bool"]
ITEM_BYTES: dict[str, int] = {"float32": 4, "float64": 8, "int32": 4, "int64": 8, "uint8": 1, "bool": 1}


@dataclass(frozen=True, slots=True, order=True)
class Size:
    """A size known only when a program is bound: `factor` times the named sizes (`B`: examples in the
    batch, `N`: rows of the data). `names` is sorted and never empty; a known size is a plain int."""

    factor: int
    names: tuple[str, ...]

    def __str__(self) -> str:
        return " ".join((*([] if self.factor == 1 else [str(self.factor)]), *self.names))


Dim = int | Size
Shape = tuple[Dim, ...]

BATCH = Size(1, ("B",))
ROWS = Size(1, ("N",))


def product(dims: Iterable[Dim]) -> Dim:
    """The product of sizes; the empty product is 1."""
    factor, names = 1, list[str]()
    for dim in dims:
        if isinstance(dim, Size):
            factor *= dim.factor
            names += dim.names
        else:
            factor *= dim
    return Size(factor, tuple(sorted(names))) if names and factor else factor


def evaluate(dim: Dim, sizes: Mapping[str, int]) -> int:
    """The number a size stands for when its names have the given values."""
    if isinstance(dim, Size):
        return dim.factor * math.prod(sizes[name] for name in dim.names)
    return dim


@dataclass(frozen=True, slots=True)
class TensorType:
    """Logical shape (batch first where there is one) and element type."""

    shape: Shape
    dtype: DType = "float32"

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def elements(self) -> Dim:
        return product(self.shape)

    def __str__(self) -> str:
        return f"{self.dtype}[{', '.join(map(str, self.shape))}]"
