"""An option's tree as the value its type promises, limits checked. A value not known yet passes as UNKNOWN."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from ..formula import UNKNOWN, Unknown
from ..places import Place
from ..suggest import did_you_mean
from ..tree import Scalar, Sequence, Table, Tree
from .computed import OptionMistake, Scope, is_computed, items_of, substituted, value_of
from .kind import Option, OptionType
from .values import Quantity
from .windows import one_for_each

QUANTITY = re.compile(r"([-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)\s*(\S+)")
TENSOR = re.compile(r"(?:[A-Za-z_]\w*|\$[A-Za-z_]\w*)(?:\.(?:\w+|\$[A-Za-z_]\w*))*")
WORD = re.compile(r"[a-z][a-z0-9_]*")
UNITS = ("steps", "epochs", "%", "ms", "s", "Hz", "kB", "MB", "GB")
LARGEST, PERCENT = 2**63 - 1, 100
Reader = Callable[[Option, Tree, Scope], object]


def whole(option: Option, tree: Tree, scope: Scope) -> object:
    """int"""
    value = value_of(tree, scope)
    return value if isinstance(value, Unknown) else _within(option, _whole(option, value, tree), tree.place)


def number(option: Option, tree: Tree, scope: Scope) -> object:
    """int or float"""
    value = value_of(tree, scope)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(option, "a number", value, tree.place)
    return _within(option, value, tree.place)


def text(option: Option, tree: Tree, scope: Scope) -> object:
    """str; an unquoted number or truth is the text as written"""
    value = value_of(tree, scope)
    if isinstance(value, str | Unknown):
        return value
    if isinstance(tree, Scalar) and tree.text:
        return str(value) if is_computed(tree) else tree.text
    raise wrong(option, "text", value, tree.place)


def truth(option: Option, tree: Tree, scope: Scope) -> object:
    """bool"""
    value = value_of(tree, scope)
    if isinstance(value, bool | Unknown):
        return value
    raise wrong(option, "true or false", value, tree.place)


def choice(option: Option, tree: Tree, scope: Scope) -> object:
    """One of the option's words."""
    value = value_of(tree, scope)
    if isinstance(value, Unknown):
        return value
    if isinstance(value, str) and value in option.choices:
        return value
    known = ", ".join(option.choices)
    suggestion = (did_you_mean(value, option.choices) if isinstance(value, str) else None) or f"Write one of {known}."
    raise OptionMistake("E106", tree.place, f"{option.name} is {said(value)}; it can be {known}", suggestion)


def shape(option: Option, tree: Tree, scope: Scope) -> object:
    """A tuple of sizes: whole numbers, and words for sizes that are not known yet."""
    if not isinstance(tree, Sequence) and not is_computed(tree):
        value = value_of(tree, scope)
        raise wrong(option, "a list of sizes", value, tree.place, f"Write `[{value}]`." if _plain(value) else None)
    sizes = list[object]()
    for value, place in items_of(tree, scope):
        if isinstance(value, Unknown) or (isinstance(value, str) and WORD.fullmatch(value)):
            sizes.append(value)
        else:
            sizes.append(_within(option, _whole(option, value, tree, place), place))
    return UNKNOWN if any(isinstance(size, Unknown) for size in sizes) else tuple(sizes)


def wholes(option: Option, tree: Tree, scope: Scope) -> object:
    """A tuple of whole numbers; a single number is a tuple of one."""
    found = [
        value if isinstance(value, Unknown) else _within(option, _whole(option, value, tree, place), place)
        for value, place in items_of(tree, scope)
    ]
    if not found:
        raise OptionMistake("E104", tree.place, f"{option.name} is an empty list", "Give one number or more.")
    _few(option, len(found), tree)
    return UNKNOWN if any(isinstance(value, Unknown) for value in found) else tuple(found)


def _few(option: Option, count: int, tree: Tree) -> None:
    """As many numbers as the option may have: one for each axis."""
    if option.most is not None and count > option.most:
        raise OptionMistake(
            "E104",
            tree.place,
            f"{option.name} has {count} numbers",
            one_for_each(option.most),
        )


def margin(option: Option, tree: Tree, scope: Scope) -> object:
    """One of the option's words, a whole number, or a tuple of either: one for height and one for width."""
    found = [_one_margin(option, value, tree, place) for value, place in items_of(tree, scope)]
    _few(option, len(found), tree)
    if not found:
        raise OptionMistake("E104", tree.place, f"{option.name} is an empty list", "Give one number or more.")
    if any(isinstance(value, Unknown) for value in found):
        return UNKNOWN
    return tuple(found) if isinstance(tree, Sequence) or len(found) > 1 else found[0]


def _one_margin(option: Option, value: object, tree: Tree, place: Place) -> object:
    if isinstance(value, Unknown) or value in option.choices:
        return value
    known = f"{', '.join(option.choices)}, or a whole number"
    if isinstance(value, str):
        way = did_you_mean(value, option.choices) or f"Write one of {known}."
        raise OptionMistake("E106", place, f"{option.name} is {said(value)}; it can be {known}", way)
    return _within(option, _whole(option, value, tree, place), place)


def tensor(option: Option, tree: Tree, scope: Scope) -> object:
    """The name or path of a tensor, or a number."""
    if isinstance(tree, Scalar) and "$" in tree.text and TENSOR.fullmatch(tree.text):
        return substituted(tree.text, tree.place, scope)
    value = value_of(tree, scope)
    if isinstance(value, Unknown | int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and TENSOR.fullmatch(value):
        return value
    way = "Give the entry a name in a line of its own, and name it here." if isinstance(tree, Table) else None
    raise wrong(option, "a tensor's name, or a number", value, tree.place, way)


def listed(option: Option, tree: Tree, scope: Scope) -> object:
    """A tuple of plain values."""
    value = value_of(tree, scope)
    return value if isinstance(value, tuple | Unknown) else (value,)


def anything(option: Option, tree: Tree, scope: Scope) -> object:
    """Plain values: scalars, tuples, dicts."""
    return value_of(tree, scope)


def quantity(option: Option, tree: Tree, scope: Scope) -> object:
    """A number with a unit of the option's; a plain number has the first of them."""
    units = option.choices or UNITS
    value = value_of(tree, scope)
    if isinstance(value, Unknown):
        return value
    found = quantity_from(value, units)
    if found is None:
        raise OptionMistake(
            "E109", tree.place, f"{option.name} is {said(value)}; a number and its unit are wanted",
            f"Write it as `5 {units[0]}`; units are {', '.join(units)}.",
        )  # fmt: skip
    _within(option, found.value, tree.place)
    return found


def quantity_from(value: object, units: tuple[str, ...]) -> Quantity | None:
    """`5 epochs`, `25ms`, or a plain number in the first unit; None for anything else."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Quantity(value, units[0])
    if not isinstance(value, str) or not (found := QUANTITY.fullmatch(value.strip())):
        return None
    unit = next((u for u in units if found[2] in (u, u.removesuffix("s")) and (u != "s" or found[2] == "s")), None)
    if unit is None:
        return None
    amount = float(found[1])
    if not math.isfinite(amount):
        return None
    return Quantity(int(amount) if amount.is_integer() and "." not in found[1] else amount, unit)


def wrong(option: Option, wanted: str, value: object, place: Place, suggestion: str | None = None) -> OptionMistake:
    """The mistake of a value of the wrong type."""
    suggestion = suggestion or _meant(value, wanted) or _example(option, value)
    return OptionMistake("E104", place, f"{option.name} is {said(value)}, and {wanted} is wanted", suggestion)


def _example(option: Option, value: object) -> str | None:
    """How a number would be written where a word stands."""
    given = {"int": "10", "number": "0.5"}.get(option.type)
    return f"As in `{option.name}: {given}`." if given and isinstance(value, str) else None


def _meant(value: object, wanted: str) -> str | None:
    """What a text was most likely to be, where something else is wanted."""
    if not isinstance(value, str):
        return None
    if value in ("True", "False"):
        return f"Write `{value.lower()}`."
    if value == "None":
        return "Leave it out."
    if "number" not in wanted:
        return None
    if share := re.fullmatch(r"\s*([0-9]+(?:\.[0-9]*)?)\s*%\s*", value):
        return f"Write `{float(share[1]) / 100:g}`."
    if re.fullmatch(r"[-+]?[0-9.]+(e[-+]?[0-9]+)?", value.strip("\"'“”„‘’ "), re.IGNORECASE):
        return "Take the quotes away."
    return None


def said(value: object) -> str:
    """A value as a message says it."""
    if isinstance(value, str):
        return f"the text `{value if len(value) < 60 else value[:60] + '…'}`"
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a table"
    return "a list" if isinstance(value, tuple) else str(value)


def _plain(value: object) -> bool:
    return isinstance(value, int | str)


def _whole(option: Option, value: object, tree: Tree, place: Place | None = None) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    at = place or tree.place
    if isinstance(value, float):
        return _fraction(option, value, tree, at)
    raise wrong(option, "a whole number", value, at)


def _fraction(option: Option, value: float, tree: Tree, place: Place) -> int:
    written = tree.text if isinstance(tree, Scalar) else str(value)
    if written.startswith("$"):
        inner = written[2:-1] if written.startswith("$(") else written[1:]
        raise OptionMistake(
            "E131", place, f"{option.name}: `{inner}` is {value}, and a whole number is wanted",
            f"Write `$(floor({inner}))`.",
        )  # fmt: skip
    raise wrong(option, "a whole number", value, place, f"Write `{round(value)}`.")


def _within(option: Option, value: float, place: Place) -> int | float:
    low, high = option.low, option.high
    if isinstance(value, int) and abs(value) > LARGEST:
        raise OptionMistake("E105", place, f"{option.name} is {value}; no whole number may be above {LARGEST}")
    below = low is not None and (value <= low if option.open_low else value < low)
    above = high is not None and (value >= high if option.open_high else value > high)
    if below or above:
        way = _nearest_within(option, value)
        raise OptionMistake("E105", place, f"{option.name} is {value}; it has to be {_limits(option)}", way)
    return value


def _nearest_within(option: Option, value: float) -> str | None:
    """The way out of a number that is too small or too large: a share that was written in percent, the least count."""
    if option.low == 0 and option.high == 1 and 1 < value < PERCENT:
        return f"A share of {value:g} % is `{value / PERCENT:g}`."
    least = option.low is not None and not option.open_low and value < option.low
    if least and option.type in ("int", "ints"):
        return f"Write `{_plainly(option.low or 0)}`, or more."
    return None


def _limits(option: Option) -> str:
    words = list[str]()
    if option.low is not None:
        words.append(f"{'above' if option.open_low else 'at least'} {_plainly(option.low)}")
    if option.high is not None:
        words.append(f"{'below' if option.open_high else 'at most'} {_plainly(option.high)}")
    return " and ".join(words)


def _plainly(limit: float) -> str:
    return str(int(limit)) if float(limit).is_integer() else str(limit)


SIMPLE: dict[OptionType, Reader] = {
    "int": whole,
    "number": number,
    "text": text,
    "bool": truth,
    "choice": choice,
    "shape": shape,
    "ints": wholes,
    "tensor": tensor,
    "list": listed,
    "any": anything,
    "margin": margin,
    "quantity": quantity,
}
"""The reader of each type that is no kind of its own; `resolve` has those of `activation`, `weights`, `live`."""
