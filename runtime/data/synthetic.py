"""Sets made by formula: gates, moons, circles, spirals, blobs. Columns: `x` [2] (`not`: [1]) and `label`.

The same options give the same bits on every machine. Rows walk through the classes in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from ...dsl.data_schema import Column
from .chance import CENTRES, NOISE, Floats, normal, on_circle, uniform
from .raw import Array, Raw, Words
from .reach import Reach

FEW = 1000
"""The rows that are made to know what a set is like."""
GATES: Mapping[str, Callable[[Array], Array]] = {
    "and": lambda x: x[:, 0] & x[:, 1],
    "or": lambda x: x[:, 0] | x[:, 1],
    "nand": lambda x: ~(x[:, 0] & x[:, 1]),
    "nor": lambda x: ~(x[:, 0] | x[:, 1]),
    "xor": lambda x: x[:, 0] ^ x[:, 1],
    "not": lambda x: ~x[:, 0],
}


def read_gates(options: Mapping[str, object], reach: Reach) -> Raw:
    """The truth table of a gate: pairs of 0 and 1 in counting order (0 0, 0 1, 1 0, 1 1), and its answers."""
    gate = str(options["gate"])
    inputs = [[False], [True]] if gate == "not" else [[a, b] for a in (False, True) for b in (False, True)]
    x = np.array(inputs)
    return _raw(gate, x.astype(np.float32), GATES[gate](x).astype(np.int32), 2, (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a generator: so many samples of so many classes."""

    samples: int
    classes: int
    noise: float
    seed: int
    options: Mapping[str, object]

    @property
    def label(self) -> Array:
        """Each row's class: 0, 1, … and from the front again."""
        return (np.arange(self.samples) % self.classes).astype(np.int32)

    @property
    def along(self) -> Floats:
        """How far along its class each row is, from 0 to 1 in equal strides."""
        place = np.arange(self.samples) // self.classes
        most = (self.samples - 1 - np.arange(self.samples) % self.classes) // self.classes
        return np.where(most > 0, place / np.maximum(most, 1), 0.0)


def moons(request: Request) -> Floats:
    """Two half circles of radius 1, the second turned over and moved to (1, 0.5)."""
    cosine, sine = on_circle(request.along / 2)
    lower = request.label == 1
    return np.stack([np.where(lower, 1 - cosine, cosine), np.where(lower, 0.5 - sine, sine)], axis=1)


def circles(request: Request) -> Floats:
    """A circle of radius 1 and, as the second class, one of radius `factor` within it."""
    cosine, sine = on_circle(request.along)
    radius = np.where(request.label == 1, _number(request.options["factor"]), 1.0)
    return np.stack([radius * cosine, radius * sine], axis=1)


def spirals(request: Request) -> Floats:
    """One arm a class, from the centre to radius 1 in `turns` turns, the arms at equal angles."""
    along = request.along
    turns = along * _number(request.options["turns"]) + request.label / request.classes
    cosine, sine = on_circle(turns)
    return np.stack([along * cosine, along * sine], axis=1)


def blobs(request: Request) -> Floats:
    """A round cloud a class; the centres lie anywhere in the square from -5 to 5."""
    centres = uniform(request.seed, CENTRES, (request.classes, 2)) * 10 - 5
    chosen: Floats = centres[request.label]
    return chosen


def generator(name: str) -> Callable[[Mapping[str, object], Reach], Raw]:
    """The reader of one of the generated sets; to each number normal noise of deviation `noise` is added."""

    def read(options: Mapping[str, object], reach: Reach) -> Raw:
        classes = int(_number(options.get("classes", 2)))
        request = Request(
            samples=int(_number(options["samples"])),
            classes=classes,
            noise=_number(options["noise"]),
            seed=int(_number(options["seed"])),
            options=options,
        )
        clean = _GENERATORS[name](request)
        x = clean + request.noise * normal(request.seed, NOISE, clean.shape)
        return _raw(name, x.astype(np.float32), request.label, classes)

    return read


def peeked(name: str) -> Callable[[Mapping[str, object], Reach, Callable[[str], bool]], Raw]:
    """What is known of a generated set without making it: at most `FEW` rows, and none of a column not wanted."""

    def peek(options: Mapping[str, object], reach: Reach, wanted: Callable[[str], bool]) -> Raw:
        samples = int(_number(options["samples"]))
        few = generator(name)({**options, "samples": min(samples, FEW)}, reach)
        columns = {
            column: values if isinstance(values, Words) or wanted(column) else values[:0]
            for column, values in few.columns.items()
        }
        return replace(few, columns=columns, rows=samples)

    return peek


_GENERATORS: Mapping[str, Callable[[Request], Floats]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "blobs": blobs,
}


def _number(value: object) -> float:
    assert isinstance(value, int | float), f"a number was checked for: {value!r}"
    return float(value)


def _raw(name: str, x: Array, label: Array, classes: int, limits: tuple[float, float] | None = None) -> Raw:
    low, high = limits or (None, None)
    names = tuple(str(number) for number in range(classes))
    known = {
        "x": Column("x", x.shape[1:], "float32", low=low, high=high),
        "label": Column("label", (), "int32", classes=classes, class_names=names),
    }
    return Raw({"x": x, "label": label}, len(x), known=known, file=name)
