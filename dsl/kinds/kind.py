"""What a kind is: a row of the language's tables. Schema, help, checks and the designer's forms read it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Family = Literal[
    "layer", "joiner", "activation", "loss", "optimizer", "metric",
    "start", "live", "prepare", "augment", "source", "penalty",
]  # fmt: skip

OptionType = Literal[
    "int", "number", "text", "bool", "choice", "shape", "ints", "activation", "weights", "live",
    "tensor", "list", "any", "quantity", "schedulable", "groups", "margin",
]  # fmt: skip
"""`live` is always a live number (a plain one is `constant`); `schedulable` a plain number or a live one. The
`choices` of a `quantity` are its units; a `margin` is one of its words, or whole numbers."""

TRAITS: Mapping[str, str] = {
    "amounts": "a loss or metric that compares amounts, not classes",
    "by_number": "a loss that compares number by number, so that `where` can leave single ones out",
    "given": "a layer that reads nothing it is not given by name",
    "labels": "a layer that reads numbers of classes",
    "later": "read and checked, not built in this version",
    "moves": "an augmentation that moves the points of pictures, targets too",
    "no_gradient": "an activation whose slope is 0 wherever it has one",
    "open": "its options have names of the user's own",
    "pictures": "an augmentation of what pictures show",
    "relu_like": "an activation before which weights start as `he` has it",
}

REQUIRED = "<required>"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind. Limits are inclusive unless `open_low`/`open_high`."""

    name: str
    type: OptionType
    default: object = REQUIRED
    help: str = ""
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    most: int | None = None
    """Of whole numbers: how many there may be."""
    later: bool = False
    """Read and checked, but this version builds nothing from it."""


@dataclass(frozen=True, slots=True)
class Weight:
    """A trainable tensor of a layer: logical shape, and the fans its initialiser needs."""

    name: str
    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    start: object
    """The default start: an initialiser's name or a number."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a layer makes of its inputs (batch left out): output shape, weights, multiply-adds per example."""

    output: tuple[int, ...]
    weights: tuple[Weight, ...] = ()
    multiply_adds: int = 0


SizeRule = Callable[[tuple[tuple[int, ...], ...], Mapping[str, object]], Sizes]
"""(shapes of the inputs, resolved options) -> Sizes; raises `SizeMistake`."""


class SizeMistake(Exception):  # noqa: N818  a mistake of the user's, not a failure of ours
    """Sizes do not fit: the message holds both numbers and the arithmetic; `suggestion` the way out."""

    def __init__(self, message: str, suggestion: str | None = None) -> None:
        super().__init__(message)
        self.suggestion = suggestion


@dataclass(frozen=True, slots=True)
class Rates:
    """Learning rates: from `low` to `high` they are usual, above `highest` training seldom bears them."""

    low: float
    high: float
    highest: float


@dataclass(frozen=True, slots=True)
class Kind:
    """A word of the language. `main` is the option that may stand alone; None: the kind is written alone
    or with `from`. `tensors` are named inputs; `from` fills the first."""

    name: str
    family: Family
    help: str
    formula: str = ""
    main: str | None = None
    options: tuple[Option, ...] = ()
    tensors: tuple[str, ...] = ()
    sizes: SizeRule | None = None
    source: str = "own"
    traits: frozenset[str] = field(default_factory=frozenset[str])
    """Facts that others ask for, each of them one of `TRAITS`."""
    squashes: str | None = None
    """Of a loss: the activation whose logarithm it takes, and which it therefore takes together with it."""
    rates: Rates | None = None
    """Of an optimiser: the learning rates that go with it."""
    better: Literal["low", "high"] = "low"
    """Of a metric: whether less of it is better, or more."""

    def option(self, name: str) -> Option | None:
        return next((o for o in self.options if o.name == name), None)


KINDS: dict[tuple[Family, str], Kind] = {}


def register(kind: Kind) -> Kind:
    """Add a kind to its family's table."""
    key = (kind.family, kind.name)
    assert key not in KINDS, f"{kind.family} {kind.name} is declared twice"
    assert kind.traits <= TRAITS.keys(), f"{kind.family} {kind.name}: {sorted(kind.traits - TRAITS.keys())} is no trait"
    KINDS[key] = kind
    return kind
