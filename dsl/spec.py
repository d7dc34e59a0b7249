"""A spec file as values: its structure checked, its options not yet computed.

Option values stay as trees with places (`tree.Tree`), because a block's `$option` is known only where the
block is used; `kinds.resolve` turns them into Python values. Everything here is frozen and hashable by
identity.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from .formula import Formula
from .places import Place
from .tree import Tree


class Model(BaseModel):
    """A frozen part of a spec that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


class Entry(Model):
    """`kind`, `kind: main` or `kind: {options}`, with what may stand beside it.

    `main` holds what stands at the kind when it is not a table of options; `options` the table's values.
    `branches` holds a joiner's lists of entries (`add: {body: [...], shortcut: [...]}`), and those of `chain`
    under the name `layers`. What stands at a kind without main option is what it reads, and is in `from_`.
    `formula` is that of the kind `formula`.
    """

    kind: str
    kind_place: Place
    main: Tree | None = None
    options: dict[str, Tree] = {}
    option_places: dict[str, Place] = {}
    branches: dict[str, tuple[Entry, ...]] | None = None
    formula: Formula | None = None
    name: str | None = None
    name_place: Place | None = None
    from_: tuple[tuple[str, Place], ...] | None = None
    when: Formula | None = None
    repeat: Tree | None = None
    weight: Tree | None = None
    where: Formula | None = None
    of: tuple[tuple[str, Place], ...] | None = None
    place: Place

    def value_place(self, option: str) -> Place:
        """Where the value of an option stands; the entry's own place for one that is not given."""
        given = self.options.get(option)
        return given.place if given is not None else self.place


class GraphLine(Model):
    """One line of a `graph` body: an entry, a chain of entries, or a formula."""

    name: str
    name_place: Place
    what: Entry | tuple[Entry, ...] | Formula


class Input(Model):
    """A declared input. `shape` is None when it is to be taken from the data."""

    name: str
    shape: Tree | None = None
    place: Place


class Body(Model):
    """`layers` (each reads the one before) or `graph` (each line says what it reads); one of them is set."""

    inputs: tuple[Input, ...] | None = None
    layers: tuple[Entry, ...] | None = None
    graph: tuple[GraphLine, ...] | None = None
    graph_place: Place | None = None
    output: tuple[tuple[str, Place], ...] | None = None
    weights: str | None = None
    place: Place


class Option(Model):
    """A declared option of the file or of a block, with its default (None: must be given)."""

    name: str
    default: Tree | None
    type: str | None = None
    place: Place


class Block(Model):
    """A template: new weights at every use. `state` and `next` make it a recurrent cell."""

    name: str
    options: dict[str, Option] = {}
    body: Body
    state: Tree | None = None
    next: Tree | None = None
    place: Place


class Network(Model):
    """One set of weights however often used: an own body, an instance of a block, or one that follows another."""

    name: str
    body: Body | None = None
    instance: Entry | None = None
    follow: str | None = None
    every: Tree | None = None
    decay: Tree | None = None
    place: Place


class Field(Model):
    """A named piece of the data: a column or several, read as a kind, prepared."""

    name: str
    columns: tuple[str, ...]
    as_: Entry | None = None
    values: tuple[str, ...] | None = None
    prepare: tuple[Entry, ...] = ()
    missing: str | None = None
    place: Place


class Data(Model):
    """`source` with what is done to it; `split` gives shares of the whole (the rest trains)."""

    source: Entry
    fields: tuple[Field, ...] = ()
    missing: tuple[str, ...] = ()
    prepare: tuple[Entry, ...] = ()
    augment: tuple[Entry, ...] = ()
    split: dict[str, Tree] = {}
    place: Place


class Step(Model):
    """One way of training: what is minimised, by what, for how long.

    `fit`, `phases`, `alternate`, `times`, `data`, `after_step`, `options` and `repeat` are read; what this
    version cannot compile of them is in `Spec.later` too (`train.phases`).
    """

    name: str | None = None
    update: tuple[tuple[str, Place], ...] | None = None
    loss: tuple[Entry, ...] = ()
    optimizer: Entry | None = None
    epochs: Tree | None = None
    steps: Tree | None = None
    batch: Tree | None = None
    last_batch: Literal["keep", "drop"] = "keep"
    stop: dict[str, Tree] | None = None
    penalties: tuple[Entry, ...] = ()
    clip_gradients: dict[str, Tree] | None = None
    metrics: tuple[Entry, ...] | None = None
    fit: str | None = None
    phases: tuple[Step, ...] = ()
    alternate: tuple[Step, ...] = ()
    times: Tree | None = None
    data: str | None = None
    after_step: tuple[Entry, ...] = ()
    options: dict[str, Tree] = {}
    repeat: Tree | None = None
    place: Place


class Spec(Model):
    """A whole file. Sections this version reads but cannot compile yet are kept in `later` with their trees,
    by path (`study`, `train.phases`, `data.windows`). A main body of the form `graph:` beside `networks:` is
    `network` too, without `output`. `included` holds the texts of the files it includes, by their paths from the
    file's folder."""

    netloom: int = 1
    name: str
    about: str | None = None
    options: dict[str, Option] = {}
    run: dict[str, Tree] = {}
    data: Data | None = None
    blocks: dict[str, Block] = {}
    networks: dict[str, Network] = {}
    network: Body
    train: Step | None = None
    later: dict[str, Tree] = {}
    file: str
    text: str
    included: dict[str, str] = {}
