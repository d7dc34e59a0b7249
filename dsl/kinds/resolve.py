"""From an entry's trees to Python values: types checked, `$` computed, defaults filled in, limits held.

Types of option -> values: int, number, text, bool, choice: plain; shape, ints, list: tuples; tensor: a path
or a number; activation: `Activation`; weights: `WeightsSpec`; live: `Live`; schedulable: a number or
`Live`; quantity: `Quantity`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..diagnostics import Diagnostics
from ..formula import FormulaMistake
from ..places import Place
from ..spec import Entry
from ..suggest import hint, listed, nearest
from ..tree import Scalar, Tree
from .computed import Scope
from .inner_kinds import OWN, Asking
from .kind import REQUIRED, Kind, Option
from .option_values import SIMPLE
from .tables import find_layer, lookup, suggest
from .values import Group

__all__ = ["Scope", "find_layer", "lookup", "not_built", "read_option", "resolve", "settle", "suggest"]


def resolve(kind: Kind, entry: Entry, scope: Scope, diagnostics: Diagnostics) -> dict[str, object] | None:
    """Every option of the kind by name (named tensors too: None where not given), or None after a mistake.

    Options of kinds with the trait `open` come besides, under the user's own names. In an open scope a value
    may be UNKNOWN.
    """
    options = (
        *kind.options,
        *(Option(name, "tensor", None) for name in kind.tensors if not kind.option(name)),
    )
    given, places = dict(entry.options), dict(entry.option_places)
    good = _main(kind, entry, given, places, diagnostics)
    found = settle(
        options,
        given,
        places,
        f"`{kind.name}`",
        entry.kind_place,
        scope,
        diagnostics,
        own="open" in kind.traits,
    )
    if found is not None and isinstance(found.get("groups"), tuple):
        found["groups"] = _grouped(kind, found["groups"], scope, diagnostics)
        good = good and found["groups"] is not None
    return found if good else None


def _grouped(kind: Kind, given: object, scope: Scope, diagnostics: Diagnostics) -> tuple[Group, ...] | None:
    """Groups with their options read as the kind's own; only those that are given. None after a mistake."""
    assert isinstance(given, tuple), "groups were read as a tuple"
    own = {option.name: option for option in kind.options if option.name != "groups"}
    found, before = list[Group](), len(diagnostics.errors)
    for group in given:
        trees = _meant(own, group.options, {}, f"a group of `{kind.name}`", diagnostics)
        values = {name: read_option(own[name], tree, scope, diagnostics) for name, tree in trees.items()}
        found.append(Group(group.of, values))
    return None if len(diagnostics.errors) > before else tuple(found)


def settle(
    options: Iterable[Option],
    given: Mapping[str, Tree],
    places: Mapping[str, Place],
    what: str,
    place: Place,
    scope: Scope,
    diagnostics: Diagnostics,
    *,
    own: bool = False,
) -> dict[str, object] | None:
    """Values of all `options` from what is `given`; `what` and `place` name the whole in messages.

    `own`: names that no option has are allowed, and read as they stand. None after a mistake, every one
    recorded.
    """
    known = {option.name: option for option in options}
    # a mistake that was said before is not said again, but it is still one: so they are counted apart
    found, mistakes = dict[str, object](), Diagnostics()
    if not own:
        given = _meant(known, given, places, what, mistakes)
    for option in known.values():
        if option.name in given:
            found[option.name] = read_option(option, given[option.name], scope, mistakes, what)
        elif option.default is REQUIRED:
            mistakes.error("E103", place, f"{what} needs `{option.name}`{_helped(option)}", _needed(option))
        else:
            found[option.name] = option.default
    for name in [name for name in given if own and name not in known]:
        found[name] = read_option(Option(name, "any"), given[name], scope, mistakes)
    diagnostics.extend(mistakes)
    return None if mistakes.items else found


def _meant(
    known: Mapping[str, Option],
    given: Mapping[str, Tree],
    places: Mapping[str, Place],
    what: str,
    diagnostics: Diagnostics,
) -> Mapping[str, Tree]:
    """What is given, under the names that there are: a misspelt one is reported and read as what was meant."""
    if all(name in known for name in given):
        return given
    found = {name: tree for name, tree in given.items() if name in known}
    for name in [name for name in given if name not in known]:
        near = nearest(name, [other for other in known if other not in given])
        way = (
            f"Did you mean `{near}`?"
            if near
            else hint(name) or (f"It has {listed(known)}." if known else "It has no options.")
        )
        at = places.get(name, given[name].place)
        diagnostics.error("E102", at, f"{what} has no option `{name}`", way)
        if near is not None:
            found.setdefault(near, given[name])
    return found


def read_option(option: Option, tree: Tree, scope: Scope, diagnostics: Diagnostics, what: str = "") -> object:
    """The value of one option; `what` has it, for messages. After a mistake, which is recorded, the default
    (None where there is none).

    Nothing after the colon is the default, where there is one.
    """
    default = None if option.default is REQUIRED else option.default
    if isinstance(tree, Scalar) and tree.value is None and not tree.quoted and option.default is not REQUIRED:
        return default
    try:
        if option.type in SIMPLE:
            return SIMPLE[option.type](option, tree, scope)
        return OWN[option.type](option, tree, Asking(scope, diagnostics, resolve))
    except FormulaMistake as mistake:
        message = f"{what}: {mistake.message}" if what else mistake.message
        diagnostics.error(mistake.code, mistake.place, message, mistake.suggestion)
        return default


def not_built(kind: Kind, entry: Entry) -> tuple[tuple[str, Place], ...]:
    """The options given in the entry that this version reads but builds nothing from, with their places."""
    later = {option.name for option in kind.options if option.later}
    return tuple((name, entry.option_places[name]) for name in entry.options if name in later)


def _main(kind: Kind, entry: Entry, given: dict[str, Tree], places: dict[str, Place], diagnostics: Diagnostics) -> bool:
    """Put what stands after the kind under its main option's name."""
    if entry.main is None:
        return True
    if kind.main is None:
        offered = _examples(kind)
        diagnostics.error(
            "E107", entry.main.place, f"`{kind.name}` has no main option that could stand alone",
            f"Name the option: {offered}." if offered else f"Write `{kind.name}` alone.",
        )  # fmt: skip
        return False
    given[kind.main] = entry.main
    places[kind.main] = entry.main.place
    return True


def _examples(kind: Kind) -> str:
    if "target" in kind.tensors:
        return f"`{kind.name}: {{target: …}}`"
    names = [option.name for option in kind.options] + list(kind.tensors)
    return f"`{kind.name}: {{{names[0]}: …}}`" if names else ""


def _needed(option: Option) -> str:
    example = {"int": "10", "number": "0.5", "shape": "[…]", "text": "…", "live": "0.01"}.get(option.type, "…")
    return f"Write `{option.name}: {example}`."


def _helped(option: Option) -> str:
    return f": {option.help}" if option.help else ""
