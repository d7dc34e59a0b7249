"""The plan: what is left of a network when the compiler is done, as data that can be stored and checked.

Engine, store, data and training see this and nothing else of the compiler. A plan names kernels by recipe,
never by text: the text is made anew from the recipe (`emit`) and its hash compared.
"""

from __future__ import annotations

import math
from dataclasses import field
from typing import Any, Literal

from .record import Record
from .types import Dim, DType, Size

PLAN_VERSION = 1


class Extent(Record):
    """`factor` times the named sizes: bytes, rows and counts that wait for the batch to be known."""

    factor: int
    names: tuple[str, ...] = ()

    @staticmethod
    def of(dim: Dim) -> Extent:
        return Extent(factor=dim.factor, names=dim.names) if isinstance(dim, Size) else Extent(factor=dim)

    def at(self, sizes: dict[str, int]) -> int:
        count = self.factor
        for name in self.names:
            count *= sizes[name]
        return count


class Origin(Record):
    """Where in the user's file something was asked for."""

    file: str
    line: int
    path: str


Space = Literal["control", "knob", "state", "published", "scratch", "data"]
"""`data` buffers lie behind the arena's planned part, where the runtime puts the columns; their `offset` is 0."""


class Buffer(Record):
    """A place in the arena. `offset` and `bytes` are in bytes; `offset` is a multiple of 64 except for knobs."""

    name: str
    space: Space
    offset: int
    bytes: Extent
    dtype: DType
    shape: tuple[Extent, ...]
    order: tuple[int, ...]
    split: int
    pitch: int


class Kernel(Record):
    """One compiled function, used by any number of calls. `name` is for people, `hash` for the store."""

    name: str
    recipe: dict[str, Any]
    hash: str


Amount = tuple[Extent, ...]
"""A sum."""
Phase = Literal["forward", "backward", "update"]


class Work(Record):
    """What a call has to do at least (`compiler/work.py`): multiply-adds, other operations, bytes read and written.
    `weights`: how much of it is of each of the call's origins."""

    multiply_adds: Amount = ()
    operations: Amount = ()
    read: Amount = ()
    written: Amount = ()
    phase: Phase = "forward"
    weights: tuple[float, ...] = ()


class Call(Record):
    """One entry of a program: run `kernel` on the buffers (indices into `Plan.buffers`) with the sizes."""

    kernel: int
    operands: tuple[int, ...]
    sizes: tuple[Extent, ...]
    writes: tuple[int, ...]
    """Which of `operands` (positions) it writes; the others it only reads."""
    cost: float
    """Predicted nanoseconds on one thread at the largest batch."""
    origins: tuple[Origin, ...]
    work: Work = Work()


class Published(Record):
    """A value each step reports: `count` elements at buffer `buffer`."""

    name: str
    buffer: int
    count: int


class Program(Record):
    """A tape: calls in order. After it the `published` values are good; `guards` name float32 numbers that
    must be finite for the step to count."""

    calls: tuple[Call, ...]
    published: tuple[Published, ...] = ()
    guards: tuple[int, ...] = ()


class State(Record):
    """A value that lives from step to step. `start` is the initialiser as `{kind: {option: value}}`."""

    name: str
    role: Literal["weight", "slot", "counter", "statistic"]
    trainable: bool
    buffer: int
    start: dict[str, Any]


class Knob(Record):
    """A number the program reads each step: `live` is `{kind: {option: value}}` (`constant` for a plain one)."""

    name: str
    live: dict[str, Any]
    low: float
    high: float
    buffer: int


class Column(Record):
    """A data column that a program reads by row: `buffer` is its place for N rows."""

    name: str
    buffer: int


class Output(Record):
    """A tensor that `predict` gives out, one row an example."""

    name: str
    buffer: int


class Metric(Record):
    """A reported number: `kind` says how `statistics` (published names, summed over batches) make it."""

    name: str
    kind: str
    statistics: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)
    better: Literal["low", "high"] = "low"
    """Whether less of it is better, or more."""


class Plan(Record):
    """Everything a run needs. `programs`: gradients, update, evaluate, predict."""

    version: int = PLAN_VERSION
    vocabulary: int
    lanes: int
    sizes: dict[str, int]
    """Each named size with its upper bound (`B`); `N` is bounded by the data alone and not listed."""
    arena_bytes: int
    """The planned part: control, knobs, state, published and scratch."""
    buffers: tuple[Buffer, ...]
    kernels: tuple[Kernel, ...]
    programs: dict[str, Program]
    states: tuple[State, ...]
    knobs: tuple[Knob, ...]
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    metrics: tuple[Metric, ...]
    why: tuple[str, ...] = ()

    def buffer(self, name: str) -> Buffer:
        """The buffer of that name: `rows`, `clock`, a state, `knob/NAME`, `column/NAME`, `publish/NAME`."""
        return next(b for b in self.buffers if b.name == name)

    def numbers(self, role: str) -> int:
        """How many numbers the states of a role hold: `weight`, what training moves or a file fixes; `statistic`, what is kept beside
        them, such as the running means of a batch norm."""
        held = [self.buffers[state.buffer].shape for state in self.states if state.role == role]
        return sum(math.prod(extent.factor for extent in shape) for shape in held)
