"""The architecture graph while it is drawn: its nodes, their sizes, and what the names of each body stand for.

After a mistake a tensor's sizes are unknown (None), and unknown agrees with everything: each mistake is said once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..dsl.data_schema import Column, DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.kinds.joiners import AXES
from ..dsl.kinds.resolve import Scope
from ..dsl.overrides import FILE as SET_FILE
from ..dsl.places import Place
from ..dsl.spec import Entry, GraphLine, Spec
from .experiment import LayerWeight
from .graph import Node, Origin
from .types import BATCH, DType, TensorType

Sizes = tuple[int, ...] | None
UNKNOWN = "<unknown>"
"""The tensor that a mistake leaves behind."""
MOST_NODES, MOST_STEPS = 10_000, 25_000
"""Bounds on what the repeats and blocks of a small file can come to."""


class TooLarge(Exception):  # noqa: N818  a mistake of the user's: ends the drawing at once
    """The network has more layers than can be meant; recorded before it is raised."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A weight that is to be another one: `to` are the names it may have, the innermost body's first."""

    to: tuple[str, ...]
    said: str
    transposed: bool
    place: Place


@dataclass(slots=True)
class Draft:
    """What is drawn so far."""

    spec: Spec
    schema: DataSchema
    diagnostics: Diagnostics
    nodes: dict[str, Node] = field(default_factory=dict)
    sizes: dict[str, Sizes] = field(default_factory=lambda: {UNKNOWN: None})
    places: dict[str, Place] = field(default_factory=dict)
    """Where each node was asked for."""
    entries: dict[str, Entry] = field(default_factory=dict)
    """The entry that each layer was asked for in."""
    known: dict[str, str] = field(default_factory=dict)
    """Every path to a node: ids, and second names such as that of a repeated layer for its last copy."""
    weights: dict[str, LayerWeight] = field(default_factory=dict)
    own_start: set[str] = field(default_factory=set)
    """Weights whose start the file leaves to the layer."""
    ties: dict[str, Tie] = field(default_factory=dict)
    """Weights that are to be others, by their own names."""
    inputs: set[str] = field(default_factory=set)
    """Columns that the network reads."""
    endless: set[str] = field(default_factory=set)
    """Parts that use themselves without end: said once, and not walked again."""
    parts: dict[str, str] = field(default_factory=dict)
    """The block or network that was walked under each path."""
    branches: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names of the branches of each joiner that has some, in the order of what it reads."""
    asked: dict[str, Place] = field(default_factory=dict)
    """Where each part, list of layers and copy of a repeat was asked for, by the path of its layers."""
    lenient: bool = False
    """Whether an entry with a mistake stands as a layer of unknown sizes: the network is drawn, and never built."""
    steps: int = 0
    """How many entries were walked, those within blocks and repeats each time."""

    def error(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        """Record a mistake, unless one is recorded at this very place: the first one is the cause."""
        if not any(known.place == place for known in self.diagnostics.errors):
            self.diagnostics.error(code, place, message, suggestion)

    def later(self, what: str, place: Place) -> None:
        """Record that something is of the language and cannot be built yet."""
        if not any(known.place == place for known in self.diagnostics.errors):
            self.diagnostics.later(place, what)

    def written(self, node: str, option: str = "") -> Place:
        """Where an option of a layer is written, or else the layer's kind."""
        entry = self.entries.get(node)
        return self.places[node] if entry is None else entry.option_places.get(option, entry.kind_place)

    def origin(self, place: Place, path: str) -> Origin:
        asked = self.spec.file if place.file == SET_FILE else place.file
        return Origin(asked, place.line, path)

    def add(
        self, name: str, op: str, inputs: tuple[str, ...], sizes: Sizes, place: Place,
        dtype: DType = "float32", **attrs: object,
    ) -> str:  # fmt: skip
        """Add a node; its id, which is its path."""
        if len(self.nodes) >= MOST_NODES:
            self.too_large(place, f"more than {MOST_NODES:,} layers")
        kind = TensorType((BATCH, *(sizes or ())), dtype)
        self.nodes[name] = Node(name, op, inputs, tuple(attrs.items()), kind, (self.origin(place, name),))
        self.sizes[name] = sizes
        self.places[name] = place
        self.known[name] = name
        return name

    def stand_in(self, name: str, kind: str, reads: tuple[str | None, ...], place: Place) -> str:
        """Add a layer of which nothing is known but what it reads, for a picture; UNKNOWN where none is drawn."""
        if not self.lenient or name in self.nodes:
            return UNKNOWN
        known = tuple(source for source in dict.fromkeys(reads) if source is not None and source in self.nodes)
        return self.add(name, kind, known, None, place, options=(), weights=(), multiply_adds=0, stand_in=True)

    def step(self, place: Place) -> None:
        """Count one entry that is walked; a chain of nothing can be repeated for ever too."""
        self.steps += 1
        if self.steps > MOST_STEPS:
            self.too_large(place, f"more than {MOST_STEPS:,} entries")

    def too_large(self, place: Place, what: str) -> None:
        self.error("E210", place, f"the network would have {what}", "Check the counts of `repeat`.")
        raise TooLarge

    def column(self, node_id: str) -> Column | None:
        """The data column that a node is; None for a layer."""
        node = self.nodes.get(node_id)
        found = node.attributes.get("column") if node is not None else None
        return found if isinstance(found, Column) else None

    @property
    def whole(self) -> bool:
        """Whether nothing is unknown: then a weight that is not there was never asked for."""
        return not self.diagnostics.errors and not self.diagnostics.unbuilt and self.schema.known


@dataclass(slots=True)
class Frame:
    """A body while it is walked. Copies made for a group or a repeated entry share its names and lines."""

    scope: Scope
    path: str = ""
    """What stands before the ids of its nodes: `encoder.`; empty in the main body."""
    weights: str = ""
    """What stands before the names of its weights: the path, but a network's weights go by the network's name."""
    sees_data: bool = False
    depth: int = 0
    input: str | None = None
    """The node that `input` stands for."""
    names: dict[str, str] = field(default_factory=dict)
    several: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The outputs of a part that gives out several, by the part's name."""
    lines: Mapping[str, GraphLine] = field(default_factory=dict)
    below: frozenset[str] = frozenset()
    """The names given anywhere in a list of layers, those that are not reached yet too."""
    reading: list[str] = field(default_factory=list)
    """Graph lines being walked, to find a circle."""
    counts: dict[tuple[str, str], int] = field(default_factory=dict)
    group: str = ""
    """What stands before unnamed layers: the name of their line or chain."""
    before: str = ""
    after: str = ""
    """What stands before and after the names of layers in a repeated chain."""


def named_sizes(prefix: str, sizes: Sizes, unknown: object) -> dict[str, object]:
    """Sizes as formulas read them: `input.channels`, `input.height`; `unknown` stands for sizes not known."""
    if sizes is None:
        return {f"{prefix}.{axis}": unknown for axis in ("channels", "depth", "features", "height", "width", "time")}
    axes = AXES.get(len(sizes), ("channels",) if sizes else ())
    found: dict[str, object] = {f"{prefix}.{axis}": size for axis, size in zip(axes, sizes, strict=False)}
    if sizes:
        found[f"{prefix}.channels"] = found[f"{prefix}.features"] = sizes[-1]
    return found
