"""Options that are kinds themselves: activations, live numbers, initialisers, descriptions of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ..diagnostics import Diagnostics
from ..formula import UNKNOWN, Unknown
from ..places import Place
from ..scalars import plain
from ..spec import Entry
from ..suggest import did_you_mean
from ..tree import Scalar, Sequence, Table, Tree
from .computed import OptionMistake, Scope, is_computed, items_of, value_of
from .kind import Family, Kind, Option, OptionType
from .live import TIMES
from .option_values import SIMPLE, number, quantity_from, said, wrong
from .tables import CALLED, lookup, suggest, words
from .values import LINEAR, Activation, Group, Live, Quantity, Start, WeightsSpec, constant

Resolve = Callable[[Kind, Entry, Scope, Diagnostics], dict[str, object] | None]
WEIGHT_OPTIONS = {
    option.name: option
    for option in (
        Option("trainable", "bool", True, "false: it keeps its start"),
        Option("mask", "any", None, "a table of 0 and 1, as large as the weights: 0 holds a weight at 0; or a word"),
        Option("same_as", "tensor", None, "the path of weights that these are too"),
        Option("transposed", "bool", False, "rows and columns of `same_as` change places"),
        Option(
            "norm",
            "choice",
            None,
            "spectral: greatest singular value 1; weight: length and direction apart",
            choices=("spectral", "weight"),
        ),
        Option("along", "list", (), "axes along which each place has weights of its own: [height, width]"),
        Option(
            "drop", "number", 0.0, "share of the weights set to 0 by chance in training", low=0, high=1, open_high=True
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What an option within an option is read with."""

    scope: Scope
    diagnostics: Diagnostics
    resolve: Resolve


def _inner(family: Family, option: Option, tree: Tree, wanted: str) -> tuple[Kind, Entry]:
    """An entry that stands as an option's value: `relu`, `{normal: 0.01}`."""
    if isinstance(tree, Scalar) and tree.text in ("True", "False", "None") and not tree.quoted:
        way = "Leave it out." if tree.text == "None" else f"Write `{tree.text.lower()}`."
        raise OptionMistake("E104", tree.place, f"{option.name} is the text `{tree.text}`, and {wanted} is wanted", way)
    if isinstance(tree, Scalar) and isinstance(tree.value, str):
        entry = Entry(kind=tree.text, kind_place=tree.place, place=tree.place)
    elif isinstance(tree, Table) and len(tree.items) == 1:
        ((name, inner),) = tree.items.items()
        table = isinstance(inner, Table)
        entry = Entry(
            kind=name, kind_place=tree.keys[name], place=tree.place,
            main=None if table or _nothing(inner) else inner,
            options=dict(inner.items) if isinstance(inner, Table) else {},
            option_places=dict(inner.keys) if isinstance(inner, Table) else {},
        )  # fmt: skip
    else:
        raise OptionMistake(
            "E104",
            tree.place,
            f"{option.name} is {said_tree(tree)}, and {wanted} is wanted",
            "Write a name, or `{name: {option: value}}`.",
        )
    kind = lookup(family, entry.kind)
    if kind is None:
        raise OptionMistake(
            "E101",
            entry.kind_place,
            f"there is no {CALLED.get(family, family)} `{entry.kind}`",
            suggest(entry.kind, family),
        )
    return kind, entry


def said_tree(tree: Tree) -> str:
    """A tree as a message says it."""
    if isinstance(tree, Scalar):
        return said(tree.value)
    return "a table of several" if isinstance(tree, Table) else "a list"


def _nothing(tree: Tree) -> bool:
    return isinstance(tree, Scalar) and tree.value is None and not tree.quoted


def activation(option: Option, tree: Tree, asking: Asking) -> object:
    """An activation with its options; `linear` after a mistake, which is recorded."""
    if is_computed(tree):
        name = value_of(tree, asking.scope)
        if isinstance(name, Unknown):
            return name
        tree = Scalar(str(name), str(name), False, tree.place)
    kind, entry = _inner("activation", option, tree, "an activation")
    found = asking.resolve(kind, entry, asking.scope, asking.diagnostics)
    return LINEAR if found is None else Activation(kind.name, found)


def live(option: Option, tree: Tree, asking: Asking) -> object:
    """A number that may go over training; None after a mistake, which is recorded."""
    if not isinstance(tree, Table):
        value = number(option, tree, asking.scope)
        return value if isinstance(value, Unknown) else constant(float(str(value)))
    kind, entry = _inner("live", option, tree, "a number, or one that goes over training")
    if kind.name == "switch":
        return Live("switch", {"at": _switch(option, entry, asking.scope)})
    found = asking.resolve(kind, entry, asking.scope, asking.diagnostics)
    if found is None:
        return None
    for name in ("start", "end"):
        if name in entry.options:
            number(Option(name, "number", low=option.low, high=option.high), entry.options[name], asking.scope)
    if kind.name == "steps":
        _steps(entry, found)
    return Live(kind.name, found)


def schedulable(option: Option, tree: Tree, asking: Asking) -> object:
    """A plain number stays one; a table is a live number."""
    return live(option, tree, asking) if isinstance(tree, Table) else number(option, tree, asking.scope)


def _steps(entry: Entry, found: dict[str, object]) -> None:
    """`steps` changes every so often or at given times: one of the two."""
    at = found["at"]
    if (found["every"] is None) is (at is None):
        raise OptionMistake(
            "E108", entry.kind_place, "`steps` wants `every` or `at`, one of the two",
            "Write `every: 10 epochs`, or `at: [10 epochs, 20 epochs]`.",
        )  # fmt: skip
    if isinstance(at, tuple):
        found["at"] = tuple(_time(value, entry.options["at"].place) for value in at)


def _switch(option: Option, entry: Entry, scope: Scope) -> tuple[tuple[object, object], ...]:
    """Pairs of time and value, in the order of the file."""
    each = Option(option.name, "number", low=option.low, high=option.high)
    pairs = [
        (_time(plain(name), entry.option_places[name]), number(each, tree, scope))
        for name, tree in entry.options.items()
    ]
    if not pairs:
        raise OptionMistake("E108", entry.kind_place, "`switch` has no times", "Write `{0: 0.1, 20 epochs: 0.01}`.")
    return tuple(pairs)


def _time(value: object, place: Place) -> Quantity:
    found = quantity_from(value, TIMES)
    if found is None or found.value < 0:
        raise OptionMistake(
            "E109",
            place,
            f"{said(value)} is no time",
            f"Write it as `5 {TIMES[0]}`; units are {', '.join(TIMES)}.",
        )
    return found


def start(option: Option, tree: Tree, asking: Asking) -> Start | Unknown:
    """An initialiser: its name, `{name: {options}}`, a number for all, or the values in nested lists."""
    if isinstance(tree, Sequence):
        values = value_of(tree, asking.scope)
        return Start("values", {"values": _even(option, values, tree.place)})
    if is_computed(tree) or (isinstance(tree, Scalar) and not isinstance(tree.value, str)):
        value = value_of(tree, asking.scope)
        if isinstance(value, tuple):
            return Start("values", {"values": _even(option, value, tree.place)})
        if not isinstance(value, str):
            read = number(option, tree, asking.scope)
            return read if isinstance(read, Unknown) else Start("constant", {"value": float(str(read))})
        tree = Scalar(value, value, False, tree.place)
    if option.name == "start" and isinstance(tree, Scalar) and lookup("start", tree.text) is None:
        # a variable may start as a column of the data, which the tables do not know
        return Start("field", {"name": tree.text})
    kind, entry = _inner("start", option, tree, "an initialiser, a number, or the numbers in lists")
    found = asking.resolve(kind, entry, asking.scope, asking.diagnostics)
    return Start(kind.name, found or {})


def weights(option: Option, tree: Tree, asking: Asking) -> object:
    """`start`, `false`, or `{start, trainable, mask, same_as, transposed, norm, along, drop}`."""
    if isinstance(tree, Scalar) and isinstance(tree.value, bool):
        return WeightsSpec(given=tree.value)
    if not isinstance(tree, Table) or _is_start(tree):
        short = start(option, tree, asking)
        return UNKNOWN if isinstance(short, Unknown) else WeightsSpec(short)
    found = dict[str, object]()
    begin: Start | Unknown | None = None
    for name, inner in tree.items.items():
        if name == "start":
            begin = start(Option(f"{option.name}.start", "any"), inner, asking)
        elif name in WEIGHT_OPTIONS:
            own = WEIGHT_OPTIONS[name]
            found[name] = SIMPLE[own.type](own, inner, asking.scope)
        else:
            known = ["start", *WEIGHT_OPTIONS]
            raise OptionMistake(
                "E110", tree.keys[name], f"`{option.name}` has no option `{name}`",
                did_you_mean(name, [*known, *words("start")]) or f"It has {', '.join(known)}.",
            )  # fmt: skip
    if isinstance(begin, Unknown) or any(isinstance(value, Unknown) for value in found.values()):
        return UNKNOWN
    return _described(option, tree, begin, found)


def _described(option: Option, tree: Table, begin: Start | None, found: Mapping[str, object]) -> WeightsSpec:
    if begin is not None and found.get("same_as") is not None:
        raise OptionMistake(
            "E110",
            tree.keys["start"],
            f"{option.name}: `start` beside `same_as`: tied weights start as the other's",
            "Take `start` out.",
        )
    mask = found.get("mask")
    if isinstance(mask, tuple):
        mask = _even(option, mask, tree.items["mask"].place)
    return WeightsSpec(start=begin, **{**found, "mask": mask})  # type: ignore[arg-type]


def _is_start(tree: Table) -> bool:
    """`{normal: 0.01}`: one key, an initialiser's name."""
    return len(tree.items) == 1 and lookup("start", next(iter(tree.items))) is not None


def _even(option: Option, values: object, place: Place) -> object:
    """Nested tuples of numbers, all rows of one length."""
    _extent(option, values, place)
    return values


def _extent(option: Option, values: object, place: Place) -> tuple[int, ...] | None:
    if isinstance(values, Unknown):
        return None
    if isinstance(values, tuple):
        inner = [_extent(option, value, place) for value in values]
        known = {extent for extent in inner if extent is not None}
        if len(known) > 1:
            first, second = sorted(known)[:2]
            raise OptionMistake(
                "E110", place, f"{option.name}: rows of different lengths: {list(first)} and {list(second)}",
                "Give every row as many numbers.",
            )  # fmt: skip
        if not values:
            raise OptionMistake("E110", place, f"{option.name}: an empty list", "Give the numbers.")
        return (len(values), *known.pop()) if known else None
    if isinstance(values, bool) or not isinstance(values, int | float):
        raise wrong(option, "lists of numbers", values, place)
    return ()


def groups(option: Option, tree: Tree, asking: Asking) -> tuple[Group, ...]:
    """`[{of: selector, option: value…}, …]`: the options are read as the optimiser's own, by `grouped`."""
    given = tree.items if isinstance(tree, Sequence) else (tree,)
    found = []
    for item in given:
        if not isinstance(item, Table) or "of" not in item.items:
            raise OptionMistake(
                "E104",
                item.place,
                f"{option.name} wants tables with `of`",
                "Write `[{of: encoder, learning_rate: 0.001}]`.",
            )
        chosen = tuple((str(value), place) for value, place in items_of(item.items["of"], asking.scope))
        found.append(Group(chosen, {name: inner for name, inner in item.items.items() if name != "of"}))
    return tuple(found)


OWN: dict[OptionType, Callable[[Option, Tree, Asking], object]] = {
    "activation": activation,
    "weights": weights,
    "live": live,
    "schedulable": schedulable,
    "groups": groups,
}
