"""What is done to examples while they train: read, checked against the columns, and given to their nodes."""

from __future__ import annotations

from collections.abc import Mapping

from ..dsl.data_schema import Column
from ..dsl.kinds.kind import SizeMistake
from ..dsl.kinds.resolve import Scope, lookup
from ..dsl.kinds.sizes import said
from ..dsl.places import Place
from ..dsl.spec import Entry
from .build_draft import Draft, Frame
from .build_options import entry_options, wanted
from .experiment import Augment

PICTURE = 3
"""The axes of a picture: height, width, channels."""
Options = Mapping[str, object]


def augments(draft: Draft, scope: Scope, column: Column, *, as_input: bool) -> tuple[Augment, ...]:
    """What is done to a column, in order. What moves points moves pictures that are targets along, and numbers or
    classes for each point; what changes numbers changes inputs alone. A mistake leaves its step out."""
    data, found = draft.spec.data, list[Augment]()
    for number, entry in enumerate(data.augment if data else ()):
        options = _options(draft, scope, entry)
        # an augmentation is there in training only, whatever else is asked for
        if options is None or wanted(draft, scope, entry) in (False, "elsewhere"):
            continue
        if not _concerns(draft, entry.kind, column, as_input=as_input):
            continue
        size = shape_after(column.shape, tuple(found))[:2]
        if len(size) < 2 or _fits(draft, entry, column.name, size, options):
            found.append(Augment(entry.kind, options, number))
    return tuple(found)


def shape_after(shape: tuple[int, ...], steps: tuple[Augment, ...]) -> tuple[int, ...]:
    """The shape that an example has after these steps: a crop's window, the channels as they were."""
    for step in steps:
        if step.kind == "crop":
            shape = (*step.pair("size"), *shape[2:])
    return shape


def check_augments(draft: Draft, frame: Frame) -> None:
    """Read all that is done, even where no column is concerned; steps for pictures want a picture."""
    data = draft.spec.data
    for entry in data.augment if data else ():
        _options(draft, frame.scope, entry)


def check_pictures(draft: Draft) -> None:
    """Once the inputs are known: steps for pictures want one that is read, and all that move have one size."""
    data = draft.spec.data
    if data is None or not data.augment or not draft.schema.known:
        return
    columns = draft.schema.columns
    inputs = [columns[name] for name in columns if name in draft.inputs and columns[name].classes is None]
    pictures = [column for column in inputs if _is_picture(column)]
    wanting = [entry for entry in data.augment if _traits(entry.kind) & {"moves", "pictures"}]
    for entry in wanting if inputs and not pictures else ():
        draft.error(
            "E237", entry.kind_place, f"`{entry.kind}` is for pictures [height, width, channels], and the network reads "
            f"{_listed(inputs)}", "Write `noise`, which is for any numbers, or take it out.",
        )  # fmt: skip
    for entry in data.augment if draft.inputs and not inputs else ():
        draft.error(
            "E237", entry.kind_place, f"`{entry.kind}` changes numbers, and the network reads none", "Take it out."
        )
    moving = [entry for entry in wanting if "moves" in _traits(entry.kind)]
    if moving and pictures:
        _check_alike(draft, pictures, moving[0].kind_place)


def _check_alike(draft: Draft, pictures: list[Column], place: Place) -> None:
    first = pictures[0]
    for name, column in draft.schema.columns.items():
        read = name in draft.nodes and draft.nodes[name].op == "field"
        if read and _is_picture(column) and column.shape[:2] != first.shape[:2]:
            draft.error(
                "E238", place, f"`{name}` {list(column.shape)} would move along with `{first.name}` "
                f"{list(first.shape)}, and is a picture of another size", "Give both one height and width.",
            )  # fmt: skip


def _options(draft: Draft, scope: Scope, entry: Entry) -> Options | None:
    options = entry_options(draft, "augment", entry, scope)
    if options is None or entry.kind != "zoom":
        return options
    low, high = options["low"], options["high"]
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        place = entry.option_places.get("low", entry.kind_place)
        draft.error("E105", place, f"low: {low:g} is more than high: {high:g}", "Exchange them.")
        return None
    return options


def _concerns(draft: Draft, kind: str, column: Column, *, as_input: bool) -> bool:
    traits = _traits(kind)
    if "moves" in traits:
        return _is_picture(column) or _of_points(draft, column)
    return as_input and column.classes is None and ("pictures" not in traits or _is_picture(column))


def _traits(kind: str) -> frozenset[str]:
    known = lookup("augment", kind)
    return known.traits if known else frozenset()


def _is_picture(column: Column) -> bool:
    return column.classes is None and len(column.shape) == PICTURE


def _of_points(draft: Draft, column: Column) -> bool:
    """A number or a class for each point of a picture."""
    return column.shape in {other.shape[:2] for other in draft.schema.columns.values() if _is_picture(other)}


def _fits(draft: Draft, entry: Entry, name: str, size: tuple[int, ...], options: Options) -> bool:
    step, place = Augment(entry.kind, options, 0), entry.main.place if entry.main else entry.kind_place
    place = entry.option_places.get("by" if entry.kind == "shift" else "size", place)
    asked: tuple[int, int] | None = None
    try:
        if entry.kind in ("crop", "cutout") and options["size"] is not None:
            asked = step.pair("size")
        elif entry.kind == "shift":
            asked = step.pair("by")
    except SizeMistake as mistake:
        draft.error("E201", place, str(mistake), mistake.suggestion)
        return False
    if asked is None or all(one <= most for one, most in zip(asked, size, strict=True)):
        return True
    draft.error(
        "E238", place, f"{entry.kind}: {said(asked)} is more than `{name}` has: {said(size)}",
        f"Write {said(size)} or less.",
    )  # fmt: skip
    return False


def _listed(columns: list[Column]) -> str:
    return ", ".join(f"`{column.name}` {list(column.shape)}" for column in columns)
