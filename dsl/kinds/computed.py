"""`$name` and `$(…)`: values that are computed when the network is built, and values as they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from ..formula import UNKNOWN, FormulaMistake, Path, Unknown, evaluate, names
from ..formula_parser import parse
from ..places import Place
from ..suggest import did_you_mean
from ..tree import Scalar, Sequence, Tree

OPTION = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*)")


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that `$` reads: options by name, sizes by path (`tokens.classes`, `input.channels`).

    `open`: a path that is not among them may be known later, and stands for a value not known yet.
    """

    options: Mapping[str, object] = field(default_factory=dict)
    open: bool = False

    def with_options(self, more: Mapping[str, object]) -> Scope:
        return Scope({**self.options, **more}, self.open)


class OptionMistake(FormulaMistake):
    """An option whose value will not do: a code, the place, what was expected, and the way out."""


def value_of(tree: Tree, scope: Scope) -> object:
    """The tree as plain values: scalars, tuples, dicts; `$` computed. Raises FormulaMistake."""
    if isinstance(tree, Scalar):
        return _scalar(tree, scope)
    if isinstance(tree, Sequence):
        return tuple(value_of(item, scope) for item in tree.items)
    return {name: value_of(item, scope) for name, item in tree.items.items()}


def items_of(tree: Tree, scope: Scope) -> Iterator[tuple[object, Place]]:
    """The items of a list with their places; anything else is a list of one."""
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield value_of(item, scope), item.place
        return
    value = value_of(tree, scope)
    if isinstance(value, tuple):
        yield from ((item, tree.place) for item in value)
    else:
        yield value, tree.place


def is_computed(tree: Tree) -> bool:
    """Whether the value is worked out from a formula: `$units` or `$units * 2`."""
    return isinstance(tree, Scalar) and tree.text.startswith("$")


def substituted(text: str, place: Place, scope: Scope) -> str | Unknown:
    """A path with its `$` steps filled in: `in_canvas.$layer`. Raises FormulaMistake."""
    unknown = False

    def fill(found: re.Match[str]) -> str:
        nonlocal unknown
        value = _named(found[1], replace(place, length=0), scope)
        unknown = unknown or isinstance(value, Unknown)
        return str(value)

    filled = re.sub(r"\$([A-Za-z_][A-Za-z0-9_]*)", fill, text)
    return UNKNOWN if unknown else filled


def _scalar(tree: Scalar, scope: Scope) -> object:
    text = tree.text
    if not text.startswith("$"):
        return tree.value
    start = replace(tree.place, column=tree.place.column + tree.quoted)
    if text.startswith("$(") and text.endswith(")"):
        return _formula(text[2:-1], replace(start, column=start.column + 2), scope)
    if OPTION.fullmatch(text):
        return _named(text[1:], tree.place, scope)
    if text.startswith("${"):
        raise OptionMistake("E015", tree.place, "`${` is not part of the language", f"Write `$({text[2:-1]})`.")
    if text.startswith("$("):
        raise OptionMistake(
            "E120", tree.place, "`$(` is not closed at the end", "Write `$(formula)`, nothing after it."
        )
    raise OptionMistake(
        "E125",
        tree.place,
        f"`{text}`: after `$` an option's name stands, or `(formula)`",
        f"Write `$({text[1:]})`.",
    )


def _named(name: str, place: Place, scope: Scope) -> object:
    """The value of an option, or of an item of one: `three.1`."""
    path = Path(tuple(name.split(".")), place)
    if len(path.parts) == 1 and name in scope.options:
        return scope.options[name]
    if missing := _missing(path, scope):
        return missing
    return _item(path, scope)


def _item(path: Path, scope: Scope) -> object:
    value = scope.options.get(str(path), path)
    if value is not path:
        return value
    value = scope.options[path.parts[0]]
    for step in path.parts[1:]:
        if isinstance(value, Unknown):
            return UNKNOWN
        if not isinstance(value, tuple) or not step.isdigit() or not 1 <= int(step) <= len(value):
            raise OptionMistake("E130", path.place, f"`{path}`: there is no item `{step}`", "Items count from 1.")
        value = value[int(step) - 1]
    return value


def _formula(text: str, place: Place, scope: Scope) -> object:
    formula = parse(text, place)
    env = dict(scope.options)
    for path in names(formula.tree):
        if (missing := _missing(path, scope, words=True)) is not None:
            env[str(path)] = missing
    return evaluate(formula, env)


def _missing(path: Path, scope: Scope, *, words: bool = False) -> Unknown | None:
    """UNKNOWN for a path that an open scope does not know yet; None for one that is there. Else a mistake.

    `words`: a single name may be a word of a comparison, which `evaluate` tells apart.
    """
    if str(path) in scope.options or path.parts[0] in scope.options:
        return None
    if len(path.parts) > 1 and scope.open:
        return UNKNOWN
    if words and len(path.parts) == 1:
        return None
    raise OptionMistake(
        "E111", path.place, f"no option is called `{path}` here",
        did_you_mean(str(path), scope.options) or _declare(path, scope),
    )  # fmt: skip


def _declare(path: Path, scope: Scope) -> str:
    known = [name for name in scope.options if "." not in name]
    declared = f"There are {', '.join(known)}; or declare" if known else "Declare"
    return f"{declared} it: `options: {{{path.parts[0]}: …}}`."
