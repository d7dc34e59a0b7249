"""Warnings that the file alone shows: what is declared and never used, and what can have no effect."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

from ..dsl.diagnostics import Diagnostics
from ..dsl.formula import Binary, Formula, FormulaMistake, Number, Path, Unary, evaluate, names
from ..dsl.formula import Node as FormulaNode
from ..dsl.places import Place
from ..dsl.spec import Block, Entry, Model, Network, Option, Spec
from ..dsl.tree import Scalar, Sequence, Table
from .advice_view import bodies, entries_of, within

WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PARTS = ("blocks", "networks")
MOST_COPIES = 1000
"""Conditions of longer loops are not followed."""
Values = Mapping[str, object]


def about_parts(spec: Spec, diagnostics: Diagnostics) -> None:
    """Add the warnings about parts, options and conditions."""
    _unused_parts(spec, diagnostics)
    _unused_options(spec, diagnostics)
    for body in bodies(spec):
        _never(entries_of(body), [{}], diagnostics)
    _times_zero(spec, diagnostics)


def _own(spec: Spec, place: Place) -> bool:
    """Whether something stands in the file itself: what it includes may hold more than it uses."""
    return place.file == spec.file


# parts


def _unused_parts(spec: Spec, diagnostics: Diagnostics) -> None:
    parts: dict[str, Block | Network] = {**spec.blocks, **spec.networks}
    if not parts:
        return
    used = {name: frozenset(_mentioned(part)) for name, part in parts.items()}
    rest = frozenset(_mentioned([value for name, value in spec if name not in (*PARTS, "text", "later")]))
    rest |= _later(spec)
    for name, part in parts.items():
        elsewhere = any(name in words for other, words in used.items() if other != name)
        if name in rest or elsewhere or not _own(spec, part.place):
            continue
        what = "block" if name in spec.blocks else "network"
        diagnostics.warn(
            "W214", part.place, f"the {what} `{name}` is declared and never used: nothing of it is built or trained",
            f"Use it as a layer, `- {name}`, or take it out.",
        )  # fmt: skip


def _later(spec: Spec) -> frozenset[str]:
    """The words of sections that are read and not built; blocks and networks are there too, and are left to themselves."""
    return frozenset(_mentioned([tree for name, tree in spec.later.items() if name.split(".")[0] not in PARTS]))


def _mentioned(value: object) -> Iterator[str]:
    """Every word of a part of the file: one too many is better than one too few."""
    match value:
        case str():
            yield from WORD.findall(value)
        case Scalar() | Formula():
            yield from WORD.findall(value.text)
        case Sequence(items=items) | (tuple() | list() as items):
            for inner in items:
                yield from _mentioned(inner)
        case Table(items=items) | (dict() as items):
            for key, inner in items.items():
                yield from _mentioned(key)
                yield from _mentioned(inner)
        case Model():
            for name, inner in value:
                if name != "about":
                    yield from _mentioned(inner)


# options


def _unused_options(spec: Spec, diagnostics: Diagnostics) -> None:
    if not spec.options and not any(block.options for block in spec.blocks.values()):
        return
    later = _later(spec)
    main = frozenset(_read([value for name, value in spec if name not in ("blocks", "text", "about", "included")]))
    defaults = frozenset(_read([option.default for block in spec.blocks.values() for option in block.options.values()]))
    for option in spec.options.values():
        if option.name not in main | defaults | later and _own(spec, option.place):
            _unused(option, "", diagnostics)
    for block in spec.blocks.values():
        inside = frozenset(_read([block.body, block.state, block.next]))
        for option in block.options.values():
            if option.name not in inside and _own(spec, option.place):
                _unused(option, f" of `{block.name}`", diagnostics)


def _unused(option: Option, where: str, diagnostics: Diagnostics) -> None:
    diagnostics.warn(
        "W215", option.place, f"the option `{option.name}`{where} is declared and never read: changing it changes nothing",
        f"Write `${option.name}` where it is meant, or take it out.",
    )  # fmt: skip


def _read(value: object) -> Iterator[str]:
    """Every name that `$` or a formula reads."""
    match value:
        case str() if "$" in value:
            yield from WORD.findall(value)
        case Scalar() if "$" in value.text:
            yield from WORD.findall(value.text)
        case Sequence(items=items) | (tuple() | list() as items):
            for inner in items:
                yield from _read(inner)
        case Table(items=items) | (dict() as items):
            for inner in items.values():
                yield from _read(inner)
        case Formula():
            yield from WORD.findall(value.text)
        case Model():
            yield from _read([inner for name, inner in value if name not in ("text", "about", "included")])


# conditions


def _never(entries: Iterable[Entry], walked: list[Values], diagnostics: Diagnostics) -> None:
    """Find each `when` that is false however often it is asked; `walked` is what the loops around it count.

    What hangs on an option is a switch, and what hangs on a size makes a block fit many places: both may well be
    false in one file.
    """
    for entry in entries:
        if entry.when is not None and not any(_may_hold(entry.when, values) for values in walked):
            times = len(walked)
            said = "is never true" if times == 1 else f"is true in none of the {times} copies"
            diagnostics.warn(
                "W216", entry.when.place, f"`when: {entry.when.text}` {said}: the layer is never there",
                "Change the condition, or take the layer out.",
            )  # fmt: skip
            continue
        for branch in (entry.branches or {}).values():
            _never(branch, _inside(entry, walked), diagnostics)


def _may_hold(when: Formula, values: Values) -> bool:
    if any(str(name) not in values for name in names(when.tree)):
        return not _plainly_false(when)
    try:
        return evaluate(when, values) is not False
    except FormulaMistake:
        return True


def _plainly_false(when: Formula) -> bool:
    return isinstance(when.tree, Path) and when.text == "false"


def _inside(entry: Entry, walked: list[Values]) -> list[Values]:
    """What the loops count within an entry; an empty count where a loop is not written in numbers."""
    if entry.repeat is None:
        return walked
    counts: list[Values] = []
    if isinstance(entry.repeat, Scalar) and isinstance(entry.repeat.value, int):
        counts = [{"index": at + 1} for at in range(min(entry.repeat.value, MOST_COPIES + 1))]
    elif isinstance(entry.repeat, Table):
        counts = _listed(entry.repeat)
    if not 0 < len(counts) * len(walked) <= MOST_COPIES:
        return [{}]
    return [{**around, **own} for around, own in product(walked, counts)]


def _listed(table: Table) -> list[Values]:
    lists = [
        [item.value for item in tree.items if isinstance(item, Scalar) and isinstance(item.value, int | float)]
        for tree in table.items.values()
        if isinstance(tree, Sequence)
    ]
    whole = len(lists) == len(table.items) and all(
        len(found) == len(tree.items)
        for found, tree in zip(lists, table.items.values(), strict=True)
        if isinstance(tree, Sequence)
    )
    if not whole or not lists:
        return []
    rows = zip(*lists, strict=False)
    return [{**dict(zip(table.items, row, strict=True)), "index": at} for at, row in enumerate(rows, 1)]


# formulas


def _times_zero(spec: Spec, diagnostics: Diagnostics) -> None:
    for formula in _formulas(spec):
        for node in _zeros(formula.tree):
            other = node.right if _is_zero(node.left) else node.left
            read = ", ".join(dict.fromkeys(f"`{name}`" for name in names(other)))
            diagnostics.warn(
                "W217", formula.place, f"`{formula.text}` multiplies by 0, so {read} has no part in it, and gets no gradient",
                "Write another factor, or take it out.",
            )  # fmt: skip


def _formulas(spec: Spec) -> Iterator[Formula]:
    """What is computed of tensors: graph lines, and entries of the kind `formula`."""
    entries = [entry for body in bodies(spec) for entry in within(entries_of(body))]
    entries += spec.train.loss if spec.train else ()
    yield from (entry.formula for entry in entries if entry.formula is not None)
    for body in bodies(spec):
        yield from (line.what for line in body.graph or () if isinstance(line.what, Formula))


def _zeros(node: FormulaNode) -> Iterator[Binary]:
    """Products of which one side is the number 0 and the other reads something."""
    match node:
        case Binary(operator="*", left=left, right=right) if _is_zero(left) or _is_zero(right):
            if names(right if _is_zero(left) else left):
                yield node
        case Binary(left=left, right=right):
            yield from (*_zeros(left), *_zeros(right))
        case Unary(operand=operand):
            yield from _zeros(operand)
        case _:
            for argument in getattr(node, "arguments", ()):
                yield from _zeros(argument)


def _is_zero(node: FormulaNode) -> bool:
    return isinstance(node, Number) and node.value == 0
