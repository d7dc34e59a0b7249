"""What is known of the data before it is read: parts with counts, columns with shape, type, classes and range."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `shape` is one example's; `classes` is the number of classes of a label (int32, 0 up)."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    classes: int | None = None
    class_names: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    """The range values are known to lie in (0 and 255 for 8-bit pixels), where one is known."""


@dataclass(frozen=True, slots=True)
class DataSchema:
    """The parts (`train`, `validation`, `test`) with their counts, and the columns by name, in order."""

    columns: Mapping[str, Column]
    parts: Mapping[str, int] = field(default_factory=dict)


NO_DATA = DataSchema({})
