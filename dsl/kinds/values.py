"""What options come to: initialisers, live numbers, activations, quantities, descriptions of weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..places import Place

Frozen = tuple[str, tuple[tuple[str, object], ...]]
"""`(kind, ((option, value), …))`: hashable, for attributes of graph nodes. A quantity is `(value, unit)`."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A kind of some family with its options, defaults filled in."""

    kind: str
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def frozen(self) -> Frozen:
        return self.kind, tuple((name, _frozen(value)) for name, value in self.options.items())


class Start(Chosen):
    """An initialiser: `he`, `constant` (value), `values` (nested tuples), `field` (name) …"""

    __slots__ = ()


class Live(Chosen):
    """A number over training: `constant` (value), `linear`, `cosine` …"""

    __slots__ = ()


class Activation(Chosen):
    """What is done to a layer's output: `relu`, `leaky_relu` (slope) …; `linear` does nothing."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit: `5 epochs`, `10 %`, `25 ms`, `2 GB`."""

    value: int | float
    unit: str

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


@dataclass(frozen=True, slots=True)
class WeightsSpec:
    """How a trainable tensor begins and is held. `start` None: the layer's own default.

    `given` False: the layer goes without this tensor (`bias: false`). `mask` is a table of 0 and 1, or a
    word.
    """

    start: Start | None = None
    given: bool = True
    trainable: bool = True
    mask: object = None
    same_as: str | None = None
    transposed: bool = False
    norm: str | None = None
    along: tuple[str, ...] = ()
    drop: float = 0.0


@dataclass(frozen=True, slots=True)
class Group:
    """Options of an optimiser for the weights that the selectors reach, each with its place."""

    of: tuple[tuple[str, Place], ...]
    options: Mapping[str, object]


def constant(value: float) -> Live:
    """A number that does not change."""
    return Live("constant", {"value": value})


LINEAR = Activation("linear")
OWN_START = WeightsSpec()


def _frozen(value: object) -> object:
    if isinstance(value, Quantity):
        return (value.value, value.unit)
    if isinstance(value, Chosen):
        return value.frozen
    if isinstance(value, Mapping):
        return tuple((name, _frozen(inner)) for name, inner in value.items())
    if isinstance(value, list | tuple):
        return tuple(_frozen(inner) for inner in value)
    return value
