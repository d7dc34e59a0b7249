"""Names within a body: which node a name stands for, and what a new layer is called."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from ..dsl.formula import Formula, FormulaMistake
from ..dsl.kinds.computed import substituted
from ..dsl.places import Place
from ..dsl.spec import Entry
from ..dsl.suggest import did_you_mean
from .build_data import input_node
from .build_draft import UNKNOWN, Draft, Frame


class Walker(Protocol):
    """The walk over bodies, as the parts of it see it."""

    draft: Draft
    main: Frame

    def line(self, frame: Frame, name: str) -> str:
        """The node of a graph line, walked now if it was not yet."""

    def chain(self, frame: Frame, entries: Iterable[Entry], previous: str | None) -> str | None:
        """The node that the last of the entries gives out."""

    def part(self, frame: Frame, entry: Entry, reads: str | None, name: str) -> str:
        """The node that a block or network gives out at one of its uses."""

    def formula(
        self, frame: Frame, name: str, formula: Formula, previous: str | None = None, *, classes: bool = False
    ) -> str:
        """The node of a formula."""

    def formula_entry(self, frame: Frame, name: str, entry: Entry, reads: str | None) -> str:
        """The node of an entry of the kind `formula`."""


def reference(walker: Walker, frame: Frame, name: str, place: Place) -> str:
    """The node that a name or path stands for; `UNKNOWN` after a mistake."""
    draft = walker.draft
    name = filled(draft, frame, name, place)
    if name in frame.lines and name not in frame.names:
        node = walker.line(frame, name)
        if name not in frame.several:
            return node
    if name in frame.several:
        return _which(draft, name, frame.several[name], place)
    if name in frame.names:
        return frame.names[name]
    if name == "input" and frame.input is not None:
        return frame.input
    if frame.sees_data and name in draft.schema.columns:
        return input_node(draft, frame, name)
    head = name.split(".")[0]
    if head in frame.lines and head not in frame.names:
        walker.line(frame, head)
    known = draft.known.get(frame.path + name)
    return known if known is not None else _no_tensor(draft, frame, name, place)


def filled(draft: Draft, frame: Frame, name: str, place: Place) -> str:
    """A path with its `$` steps filled in."""
    if "$" not in name:
        return name
    try:
        return str(substituted(name, place, frame.scope))
    except FormulaMistake as mistake:
        draft.error(mistake.code, mistake.place, mistake.message, mistake.suggestion)
        return name


def _which(draft: Draft, name: str, outputs: tuple[str, ...], place: Place) -> str:
    if not outputs:
        return UNKNOWN
    draft.error(
        "E213", place, f"`{name}` gives out {', '.join(outputs)}: which one is meant?", f"Write `{name}.{outputs[0]}`."
    )
    return UNKNOWN


def _no_tensor(draft: Draft, frame: Frame, name: str, place: Place) -> str:
    head = name.split(".")[0]
    if frame.names.get(head) == UNKNOWN and head not in frame.several:
        return UNKNOWN
    if frame.sees_data and not draft.schema.known and head not in frame.names:
        return UNKNOWN
    columns = list(draft.schema.columns) if frame.sees_data else []
    known = list(dict.fromkeys([*frame.names, *frame.lines, *columns]))
    draft.error("E202", place, f"there is no tensor called `{name}`", _way_to(draft, frame, name, known))
    return UNKNOWN


def _way_to(draft: Draft, frame: Frame, name: str, known: list[str]) -> str:
    """Where a tensor that is not there is to be had."""
    head, _, rest = name.partition(".")
    if name in frame.below:
        return f"`{name}` comes below, and a list of layers is read from above: move it up, or write a `graph:`."
    if rest and head in frame.several:
        return did_you_mean(name, [f"{head}.{part}" for part in frame.several[head]]) or (
            f"`{head}` has {', '.join(frame.several[head])}."
        )
    near = did_you_mean(name, known)
    if near is None and frame.sees_data and draft.spec.data is None:
        return "There is no data: add a `data:` section, whose columns are tensors here."
    return near or f"Known here: {', '.join(known) or 'nothing'}."


def name_node(draft: Draft, frame: Frame, name: str, node: str) -> str:
    """Let `name` stand for the node from here on."""
    frame.names[name] = node
    if node != UNKNOWN:
        draft.known.setdefault(frame.path + name, node)
    return node


def new_name(draft: Draft, frame: Frame, entry: Entry, label: str | None) -> str:
    """What an entry's node is called in its body: its name, or kind and number.

    Named layers are counted too, so that giving one a name leaves the others theirs.
    """
    number = frame.counts.get((frame.group, entry.kind), 0) + 1
    while label is None and f"{frame.path}{frame.group}{entry.kind}{number}" in draft.nodes:
        number += 1  # a block that bears the name of its line has layers of such names too
    frame.counts[frame.group, entry.kind] = number
    if label is None:
        name = f"{frame.group}{entry.kind}{number}"
    else:
        name = label if entry.name is None else f"{frame.before}{label}{frame.after}"
    place = entry.name_place or entry.place
    if name not in frame.lines:
        check_name(draft, frame, name, place)
    if frame.path + name in draft.nodes or (name in frame.names and name not in frame.lines):
        draft.error("E203", place, f"there are two layers called `{name}`", f"Call one of them `{name}_2`.")
    # after such a mistake the layer goes by a name that nothing has: no node may take another's place
    while frame.path + name in draft.nodes or (frame.sees_data and name in draft.schema.columns):
        name += "_2"
    return name


def check_name(draft: Draft, frame: Frame, name: str, place: Place) -> None:
    """Layers are not called like columns of the data, nor like options of their body."""
    if frame.sees_data and name in draft.schema.columns:
        draft.error("E204", place, f"`{name}` is already a column of the data", f"Call it `{name}_1`.")
    elif name in frame.scope.options:
        draft.error("E218", place, f"`{name}` is already an option here", f"Call it `{name}_1`.")
