"""What a spec asks of the data, as plain values: the source's kind and options, the shares of the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...dsl.spec import Data
from ...dsl.splits import SplitMistake
from ...dsl.tree import Scalar
from .plain import plain

_MAIN = {"csv": "path", "npz": "path", "gates": "gate", "moons": "samples", "circles": "samples",
         "spirals": "samples", "blobs": "samples"}  # fmt: skip

_DEFAULTS: Mapping[str, Mapping[str, object]] = {
    "moons": {"samples": 1000, "noise": 0.1, "seed": 0},
    "circles": {"samples": 1000, "noise": 0.05, "factor": 0.5, "seed": 0},
    "spirals": {"samples": 1000, "classes": 2, "noise": 0.05, "turns": 1, "seed": 0},
    "blobs": {"samples": 1000, "classes": 3, "noise": 1.0, "seed": 0},
    "gates": {"gate": "xor"},
    "csv": {"header": True},
}


@dataclass(frozen=True, slots=True)
class Asked:
    kind: str
    options: Mapping[str, object]
    split: Mapping[str, float]


def asked(data: Data) -> Asked:
    """Raises SplitMistake for a share that is no number."""
    kind = data.source.kind
    options = dict(_DEFAULTS.get(kind, {}))
    if data.source.main is not None and kind in _MAIN:
        options[_MAIN[kind]] = plain(data.source.main)
    options.update({name: plain(tree) for name, tree in data.source.options.items()})
    split: dict[str, float] = {}
    for part, tree in data.split.items():
        value = tree.value if isinstance(tree, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SplitMistake(part, f"{part} is not a number", "Write a share of the whole, as 0.2.")
        split[part] = value
    return Asked(kind, options, split)
