"""The columns of the data as nodes: declared inputs, what is read, how it is prepared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..dsl.data_schema import Column
from ..dsl.kinds.kind import Option
from ..dsl.kinds.resolve import Scope, read_option
from ..dsl.places import Place
from ..dsl.spec import Body, Entry, Input
from ..dsl.suggest import did_you_mean
from .build_augment import augments, check_augments, shape_after
from .build_draft import UNKNOWN, Draft, Frame, Sizes
from .build_options import entry_options
from .experiment import Prepare
from .types import DType

OF_CLASSES = frozenset({"one_hot"})
"""Transforms of classes; the others work on numbers."""


def declare_inputs(draft: Draft, frame: Frame, body: Body) -> str | None:
    """Take in the main body's `inputs`; the node that its first layer reads, None where it has none to read."""
    if body.inputs is not None:
        nodes = [_declared(draft, frame, item) for item in body.inputs]
        return nodes[0] if len(nodes) == 1 else None
    name = next((n for n, column in draft.schema.columns.items() if column.classes is None), None)
    if name is not None:
        return input_node(draft, frame, name) if body.graph is None else None
    if body.graph is None and draft.schema.known:
        draft.error(
            "E230", body.place, "the network has nothing to read: the data has no column of numbers",
            "Add a `data:` section, or `inputs:` to the network.",
        )  # fmt: skip
    return UNKNOWN if body.graph is None else None


def _declared(draft: Draft, frame: Frame, item: Input) -> str:
    given = read_option(Option("shape", "shape"), item.shape, frame.scope, draft.diagnostics) if item.shape else None
    column = draft.schema.columns.get(item.name)
    if column is None:
        free = draft.spec.data is None or not draft.schema.known
        if free and isinstance(given, tuple) and all(isinstance(size, int) for size in given):
            return _field(draft, frame, Column(item.name, given, "float32"), as_input=True)
        if draft.schema.known:
            _no_column(draft, item)
        frame.names[item.name] = UNKNOWN
        return UNKNOWN
    if isinstance(given, tuple) and given != column.shape:
        draft.error(
            "E232", item.place, f"`{item.name}` is declared as {list(given)}, but the data gives {list(column.shape)}",
            f"Write `{item.name}: {list(column.shape)}`, or leave the shape out.",
        )  # fmt: skip
    return input_node(draft, frame, item.name)


def _no_column(draft: Draft, item: Input) -> None:
    known = list(draft.schema.columns)
    if known:
        draft.error(
            "E231", item.place, f"the data has no column `{item.name}`; it has {', '.join(known)}",
            did_you_mean(item.name, known) or f"Use one of {', '.join(known)}.",
        )  # fmt: skip
    else:
        draft.error(
            "E230", item.place, f"there is no data for the input `{item.name}`",
            f"Add a `data:` section, or the shape: `inputs: {{{item.name}: [2]}}`.",
        )  # fmt: skip


def input_node(draft: Draft, frame: Frame, name: str) -> str:
    """The node of a column that the network reads."""
    return _field(draft, frame, draft.schema.columns[name], as_input=True)


def target_node(draft: Draft, frame: Frame, name: str) -> str:
    """The node of a column that a loss or metric compares with; only prepared where its own field says so."""
    return _field(draft, frame, draft.schema.columns[name], as_input=False)


def _field(draft: Draft, frame: Frame, column: Column, *, as_input: bool) -> str:
    if column.name in draft.nodes:
        return column.name
    data = draft.spec.data
    place = data.place if data else draft.spec.network.place
    steps = [*(data.prepare if data and as_input else ())]
    steps = [entry for entry in steps if (entry.kind in OF_CLASSES) is (column.classes is not None)]
    own = next((f for f in (data.fields if data else ()) if f.name == column.name), None)
    steps += own.prepare if own else ()
    prepare = _prepares(draft, frame.scope, column, steps)
    shape: Sizes
    shape, dtype = _prepared(column, prepare)
    changes = augments(draft, frame.scope, column, as_input=as_input)
    shape = shape_after(shape, changes)
    if len(prepare) < len(steps):
        shape = None
    if as_input:
        draft.inputs.add(column.name)
    frame.names[column.name] = column.name
    # most files have none: their graphs are as they were before there were any
    more = {"augment": changes} if changes else {}
    return draft.add(
        column.name, "field", (), shape, own.place if own else place, dtype, column=column, prepare=prepare, **more
    )


def _prepares(draft: Draft, scope: Scope, column: Column, entries: Iterable[Entry]) -> tuple[Prepare, ...]:
    found = list[Prepare]()
    for entry in entries:
        options = entry_options(draft, "prepare", entry, scope)
        if options is None:
            continue
        if entry.kind not in OF_CLASSES and column.classes is not None:
            draft.error(
                "E233", entry.kind_place, f"`{entry.kind}` is for numbers, and `{column.name}` holds classes",
                "Write `one_hot`, or take it out.",
            )  # fmt: skip
        elif entry.kind in OF_CLASSES and column.classes is None:
            draft.error(
                "E233", entry.kind_place, f"`one_hot` is for classes, and `{column.name}` holds numbers",
                "Read the column as a category: `as: category`.",
            )  # fmt: skip
        else:
            _check_log(draft, column, entry, options, first=not found)
            found.append(Prepare(entry.kind, options))
    return tuple(found)


def _check_log(draft: Draft, column: Column, entry: Entry, options: Mapping[str, object], *, first: bool) -> None:
    """There is no logarithm of 0: refused where the data is known to go that low."""
    plus = options.get("plus")
    if entry.kind != "log" or not first or column.low is None or not isinstance(plus, int | float):
        return
    if column.low + plus <= 0:
        draft.error(
            "E105", entry.place, f"`{column.name}` goes down to {column.low:g}, and with plus {plus:g} to "
            f"{column.low + plus:g}, which has no logarithm", f"Write `{{log: {1 - column.low:g}}}`.",
        )  # fmt: skip


def _prepared(column: Column, prepare: tuple[Prepare, ...]) -> tuple[tuple[int, ...], DType]:
    if column.classes is None:
        return column.shape, "float32"
    if any(step.kind == "one_hot" for step in prepare):
        return (*column.shape, column.classes), "float32"
    return column.shape, "int32"


def prepared(draft: Draft, node_id: str) -> tuple[Prepare, ...]:
    """What is done to a column before it is read."""
    found = draft.nodes[node_id].attributes.get("prepare", ())
    assert isinstance(found, tuple), "prepare is a tuple"
    return found


def check_prepares(draft: Draft, frame: Frame) -> None:
    """Read what the data section does to every input, even where the network reads none; what it cannot do."""
    data = draft.spec.data
    if data is None:
        return
    for entry in data.prepare:
        entry_options(draft, "prepare", entry, frame.scope)
    check_augments(draft, frame)


def readable(draft: Draft, node_id: str, place: Place) -> bool:
    """Whether a layer can read it: class numbers are names, not amounts."""
    column = draft.column(node_id)
    if column is None or draft.nodes[node_id].type.dtype != "int32":
        return True
    draft.error(
        "E212", place, f"`{column.name}` holds class numbers, which are no amounts a layer could weigh",
        f"Prepare it: `fields: {{{column.name}: {{prepare: [one_hot]}}}}`.",
    )  # fmt: skip
    return False
