"""What a file says before anyone asks what it means: scalars, lists and mappings, each with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .places import Place

Plain = bool | int | float | str | None


@dataclass(frozen=True, slots=True)
class Scalar:
    """`value` by the YAML 1.2 core rules (`yes` is text); `text` as written; `quoted`: it was quoted."""

    value: Plain
    text: str
    quoted: bool
    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    """Items in the order of the file."""

    items: tuple[Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class Table:
    """Keys in the order of the file; `keys` has each key's own place."""

    items: Mapping[str, Tree]
    keys: Mapping[str, Place]
    place: Place


Tree = Scalar | Sequence | Table
