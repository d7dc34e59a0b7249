"""A comma inside braces cuts a formula in two: `{formula: max(slope, 0)}`. An open bracket is the sure sign."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .diagnostics import Diagnostics
from .formula_parser import LONGEST
from .scalars import quoted
from .tree import Scalar, Tree


@dataclass(frozen=True, slots=True)
class Pair:
    """One `key: value` of a `{…}`."""

    key: Scalar
    value: Tree


def joined_items(items: list[Tree], diagnostics: Diagnostics) -> list[Tree]:
    """The items of `[…]`, with formulas that a comma cut put together again and reported."""
    if not any(_open(item) for item in items):
        return items
    joined = list[Tree]()
    for item in items:
        if joined and _open(joined[-1]) and isinstance(item, Scalar):
            joined[-1] = _join(joined[-1], f", {item.text}", diagnostics)
        else:
            joined.append(item)
    return joined


def joined_pairs(pairs: list[Pair], diagnostics: Diagnostics) -> list[Pair]:
    """The pairs of `{…}`, likewise: the rest of a cut formula reads as keys without values."""
    if not any(_open(pair.value) for pair in pairs):
        return pairs
    joined = list[Pair]()
    for pair in pairs:
        if joined and _open(joined[-1].value) and isinstance(pair.value, Scalar):
            rest = f", {pair.key.text}" + (f": {pair.value.text}" if pair.value.text else "")
            joined[-1] = replace(joined[-1], value=_join(joined[-1].value, rest, diagnostics))
        else:
            joined.append(pair)
    return joined


def _open(tree: Tree) -> bool:
    if not isinstance(tree, Scalar) or tree.quoted or "(" not in tree.text or len(tree.text) > LONGEST:
        return False
    return tree.text.count("(") > tree.text.count(")")


def _join(tree: Tree, rest: str, diagnostics: Diagnostics) -> Scalar:
    assert isinstance(tree, Scalar), "only a scalar can be a cut formula"
    text = tree.text + rest
    whole = Scalar(text, text, False, replace(tree.place, length=len(text)))
    if not _open(whole):
        diagnostics.error("E016", whole.place, "a comma cut this formula in two", f"Quote it: {quoted(text)}")
    return whole
