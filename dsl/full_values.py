"""Option values with where they come from: the file's line, `--set`, a formula, the kind's default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import formula as formulas
from .formula import FormulaMistake
from .formula_parser import parse
from .full_lines import Items, Leaf, Note, Part, Rows, flow, left_out, scalar_text, told, tree_text, tree_value
from .kinds.computed import OPTION, Scope, is_computed, value_of
from .kinds.kind import REQUIRED, Family, Kind, Option
from .kinds.tables import lookup
from .kinds.values import Chosen, WeightsSpec
from .overrides import FILE as SET_FILE
from .places import Place
from .tree import Scalar, Table, Tree
from .tree import Sequence as List

DEFAULT = "the kind's default"
INNER: dict[str, Family] = {"activation": "activation", "live": "live", "schedulable": "live"}
"""Types of options whose value may be a kind of its own, and of which family."""


@dataclass(frozen=True, slots=True)
class Use:
    """What an entry came to at one of its uses: its kind, its options as values, the starts of its weights by part."""

    kind: str
    options: Mapping[str, object]
    starts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """What values are written with: the main file's name, what `$` reads and where that stands, and the uses of
    the entry at hand."""

    file: str
    scope: Scope
    options: Mapping[str, Place] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()
    keep: bool = False
    """Formulas stay as they are, with their value behind them: the file is there to be tried with other options."""

    def where(self, place: Place) -> str:
        """A place in few words: `line 8`, `--set`, `parts.yaml line 3`."""
        if place.file == SET_FILE:
            return "--set"
        if place.file == self.file:
            return f"line {place.line}"
        return f"{place.file.removeprefix(f'{Path(self.file).parent}/')} line {place.line}"


def given_part(tree: Tree, asked: Asked, name: str | None = None) -> Leaf:
    """A value that the file gives, computed where it can be; `name` is the option's, to find what it came to."""
    if not _has_dollar(tree):
        return Leaf(tree_text(tree), tree_value(tree), asked.where(tree.place))
    why = f"{_formula(tree)}, {asked.where(tree.place)}"
    try:
        value = value_of(tree, asked.scope)
    except FormulaMistake:
        value = formulas.UNKNOWN
    if _known(value) and asked.keep:
        said = "; ".join([f"{asked.where(tree.place)}; {flow(told(value))} here", *_read(tree, asked)])
        return Leaf(tree_text(tree), tree_value(tree), said)
    if _known(value):
        return Leaf(flow(told(value)), told(value), "; ".join([why, *_read(tree, asked)]))
    here = sorted({flow(told(use.options[name])) for use in asked.uses if name is not None and name in use.options})
    said = f"{asked.where(tree.place)}; here {', '.join(here)}" if here else f"{asked.where(tree.place)}; as it is used"
    return Leaf(tree_text(tree), tree_value(tree), said)


def _has_dollar(tree: Tree) -> bool:
    if isinstance(tree, Scalar):
        return is_computed(tree)
    inner = tree.items.values() if isinstance(tree, Table) else tree.items
    return any(map(_has_dollar, inner))


def _known(value: object) -> bool:
    if isinstance(value, tuple):
        return all(map(_known, value))
    if isinstance(value, dict):
        return all(map(_known, value.values()))
    return isinstance(value, bool | int | float | str)


def _formula(tree: Tree) -> str:
    return tree.text if isinstance(tree, Scalar) else tree_text(tree)


def _read(tree: Tree, asked: Asked) -> Iterator[str]:
    """What a formula reads, each with its value and where that stands."""
    for name in dict.fromkeys(_names(tree)):
        if name in asked.options:
            yield f"{name} is {flow(told(asked.scope.options[name]))}, {asked.where(asked.options[name])}"
        elif name in asked.scope.options:
            yield f"{name} is {flow(told(asked.scope.options[name]))}"


def _names(tree: Tree) -> Iterator[str]:
    if not isinstance(tree, Scalar):
        for inner in tree.items.values() if isinstance(tree, Table) else tree.items:
            yield from _names(inner)
    elif found := OPTION.fullmatch(tree.text):
        yield found[1]
    elif tree.text.startswith("$("):
        yield from map(str, formulas.names(parse(tree.text[2:-1], tree.place).tree))


# options


def option_rows(
    kind_options: Sequence[Option], given: Mapping[str, Tree], asked: Asked, default: str = DEFAULT
) -> Iterator[tuple[str, Part] | Note]:
    """The rows of a table of options: those that are given as the file has them, then the others' defaults."""
    known = {option.name: option for option in kind_options}
    for name, tree in given.items():
        option = known.get(name)
        yield name, (given_part(tree, asked) if option is None else option_part(option, tree, asked))
    for option in kind_options:
        if option.name not in given and not option.later:
            yield from default_rows(option, asked, default)


def option_part(option: Option, tree: Tree, asked: Asked) -> Part:
    """The value given to an option; kinds within it with their own defaults."""
    if isinstance(tree, Scalar) and tree.value is None and not tree.quoted:
        rows = list(default_rows(option, asked))
        return rows[0][1] if rows and not isinstance(rows[0], Note) else given_part(tree, asked)
    if option.type == "weights":
        return _weights(option, tree, asked)
    if option.type == "groups":
        return _groups(tree, asked)
    if option.type in INNER:
        return inner_part(INNER[option.type], tree, asked, option.name)
    return given_part(tree, asked, option.name)


def inner_part(family: Family, tree: Tree, asked: Asked, name: str | None = None) -> Part:
    """A kind that stands as a value, `relu` or `{cosine: {start: 0.1}}`, with all its options."""
    kind, given = _inner(family, tree)
    if kind is None or "open" in kind.traits:
        return given_part(tree, asked, name)
    rows = tuple(option_rows(kind.options, given, replace(asked, uses=())))
    if not rows:
        return given_part(Scalar(kind.name, kind.name, False, tree.place), asked)
    return Rows(((kind.name, Rows(rows, asked.where(tree.place))),))


def _inner(family: Family, tree: Tree) -> tuple[Kind | None, Mapping[str, Tree]]:
    if isinstance(tree, Scalar) and isinstance(tree.value, str):
        return lookup(family, tree.text), {}
    if not isinstance(tree, Table) or len(tree.items) != 1:
        return None, {}
    ((name, inner),) = tree.items.items()
    kind = lookup(family, name)
    if isinstance(inner, Table):
        return kind, inner.items
    nothing = isinstance(inner, Scalar) and inner.value is None and not inner.quoted
    return (
        (None, {})
        if kind is None or (kind.main is None and not nothing)
        else (kind, {} if nothing else {str(kind.main): inner})
    )


def _weights(option: Option, tree: Tree, asked: Asked) -> Part:
    """A description of weights; what is left out of it besides."""
    if not isinstance(tree, Table) or (len(tree.items) == 1 and lookup("start", next(iter(tree.items)))):
        if isinstance(tree, Scalar) and isinstance(tree.value, bool):
            return given_part(tree, asked)
        if option.name == "start":
            return _start(tree, asked)
        return Rows(
            (("start", _start(tree, asked)), ("trainable", Leaf("true", True, DEFAULT))), asked.where(tree.place)
        )
    rows: list[tuple[str, Part] | Note] = [
        (name, _start(inner, asked) if name == "start" else given_part(inner, asked))
        for name, inner in tree.items.items()
    ]
    begin = start_of(option.name, asked.uses)
    if "start" not in tree.items and "same_as" not in tree.items and begin is not None:
        rows.append(("start", Leaf(flow(begin), begin, DEFAULT)))
    if "trainable" not in tree.items and "same_as" not in tree.items:
        rows.append(("trainable", Leaf("true", True, DEFAULT)))
    if "same_as" in tree.items and "transposed" not in tree.items:
        rows.append(("transposed", Leaf("false", False, DEFAULT)))
    return Rows(tuple(rows), asked.where(tree.place))


def _start(tree: Tree, asked: Asked) -> Part:
    return given_part(tree, asked) if isinstance(tree, List) else inner_part("start", tree, asked)


def _groups(tree: Tree, asked: Asked) -> Part:
    items = tree.items if isinstance(tree, List) else (tree,)
    return Items(tuple(raw(item, asked) for item in items), asked.where(tree.place))


# defaults


def default_rows(option: Option, asked: Asked, why: str = DEFAULT) -> Iterator[tuple[str, Part] | Note]:
    """The default of an option, as a row; a remark where it has none that could be written."""
    value = option.default
    if value is REQUIRED:
        return
    if option.type == "weights":
        yield from _default_weights(option, asked)
        return
    if value is None or value == ():
        came = _agreed(option.name, asked)
        if option.type in ("int", "number") and came is not None:
            yield option.name, Leaf(flow(came), came, f"filled in: {option.help.removeprefix('left out: ')}")
        elif note := left_out(option.name, option.help):
            yield note
        return
    yield option.name, default_part(value, why)


def default_part(value: object, why: str) -> Part:
    """A default as a value of the file; the options of a kind in one line."""
    if isinstance(value, Chosen) and not value.options:
        return Leaf(value.kind, value.kind, why)
    said = told(value)
    return Leaf(flow(said), said, why)


def _agreed(name: str, asked: Asked) -> object:
    """What all uses of the entry came to; None where they differ or there is none."""
    values = [use.options.get(name) for use in asked.uses]
    return values[0] if values and all(value == values[0] for value in values) else None


def _default_weights(option: Option, asked: Asked) -> Iterator[tuple[str, Part]]:
    """How weights start that the file says nothing of: the same at every use, or it is left to each."""
    whole = isinstance(option.default, WeightsSpec) and option.default.given
    begin = start_of("weights" if option.name == "start" else option.name, asked.uses) if whole else False
    if begin is None or (option.name == "weights" and any("trainable" in use.options for use in asked.uses)):
        return
    if begin is False or option.name == "start":
        yield option.name, Leaf(flow(begin), begin, DEFAULT)
        return
    said = {"start": begin, "trainable": True}
    yield option.name, Leaf(flow(said), said, DEFAULT)


def start_of(part: str, uses: Sequence[Use]) -> object | None:
    """How a part of a layer's weights starts, where all its uses agree."""
    found = [use.starts.get(part) for use in uses]
    return found[0] if found and all(start == found[0] for start in found) else None


def raw(tree: Tree, asked: Asked) -> Part:
    """A tree as it stands, a line for each value."""
    if isinstance(tree, Scalar):
        return Leaf(scalar_text(tree), tree.value, asked.where(tree.place))
    if isinstance(tree, Table):
        return Rows(tuple((key, raw(inner, asked)) for key, inner in tree.items.items()))
    if all(isinstance(item, Scalar) for item in tree.items):
        return Leaf(tree_text(tree), tree_value(tree), asked.where(tree.place))
    return Items(tuple(raw(item, asked) for item in tree.items))
