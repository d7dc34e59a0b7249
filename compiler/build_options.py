"""What entries say, computed: options as the graph holds them, whether they are wanted, how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from ..dsl import formula as formulas
from ..dsl.formula import FormulaMistake
from ..dsl.kinds.kind import Family, Option
from ..dsl.kinds.resolve import Scope, lookup, not_built, read_option, resolve, suggest
from ..dsl.kinds.values import Chosen, Quantity, WeightsSpec
from ..dsl.spec import Entry
from ..dsl.tree import Table
from .build_draft import Draft
from .experiment import Live, constant

Options = dict[str, object]
Only = Literal["train", "elsewhere"]
"""In which programs something is there: in training, or in evaluation and prediction."""
COPIES = 10_000
"""No entry may be repeated more often."""


def entry_options(draft: Draft, family: Family, entry: Entry, scope: Scope) -> Options | None:
    """The options of an entry that is no layer; None where there is a mistake."""
    kind = lookup(family, entry.kind)
    if kind is None:
        draft.error("E101", entry.kind_place, f"there is no {family} `{entry.kind}`", suggest(entry.kind, family))
        return None
    for option, place in not_built(kind, entry):
        draft.later(f"`{option}`", place)
    if "later" in kind.traits:
        draft.later(f"`{entry.kind}`", entry.kind_place)
        return None
    return resolve(kind, entry, scope, draft.diagnostics)


def frozen(options: Mapping[str, object]) -> tuple[tuple[str, object], ...]:
    """Options as attributes of a node: kinds within them as `(kind, ((option, value), …))`, no descriptions of
    weights (those are `LayerWeight`s), nothing that is not set."""
    return tuple(
        (name, value.frozen if isinstance(value, Chosen) else value)
        for name, value in options.items()
        if value is not None and not isinstance(value, WeightsSpec)
    )


def frozen_live(value: object) -> Live:
    """A resolved live number, or a plain one, as graph attributes hold it."""
    if isinstance(value, Chosen):
        return value.frozen
    if isinstance(value, Quantity):
        return constant(value.value)
    # what a mistake left unknown has been told where it stands, and nothing is made of the network then
    return constant(float(value) if isinstance(value, int | float) else 0.0)


def wanted(draft: Draft, scope: Scope, entry: Entry) -> bool | Only:
    """Whether `when` holds: always, never, or only in training, or only elsewhere. Where it hangs on a size that a
    mistake left unknown, nothing more is said."""
    if entry.when is None:
        return True
    if not any(str(name) == "training" for name in formulas.names(entry.when.tree)):
        return _holds(draft, scope, entry)
    training = _holds(draft, scope.with_options({"training": True}), entry)
    elsewhere = _holds(draft, scope.with_options({"training": False}), entry)
    if training is elsewhere:
        return training
    return "train" if training else "elsewhere"


def _holds(draft: Draft, scope: Scope, entry: Entry) -> bool:
    assert entry.when is not None, "only an entry with `when` is asked"
    try:
        value = formulas.evaluate(entry.when, scope.options)
    except FormulaMistake as mistake:
        draft.error(mistake.code, mistake.place, mistake.message, mistake.suggestion)
        return False
    if not isinstance(value, bool | formulas.Unknown):
        draft.error("E217", entry.when.place, f"`when` is {value}, and true or false is wanted", "Compare it.")
    return value is True


def copies(draft: Draft, scope: Scope, entry: Entry) -> Iterator[dict[str, object]]:
    """The names each copy of a repeated entry walks with their values, and `index` from 1."""
    tree = entry.repeat
    assert tree is not None, "only what is repeated has copies"
    lists: dict[str, tuple[object, ...]] = {}
    if isinstance(tree, Table):
        for name, inner in tree.items.items():
            values = read_option(Option(name, "list", ()), inner, scope, draft.diagnostics)
            lists[name] = values if isinstance(values, tuple) else ()
        count: object = min((len(values) for values in lists.values()), default=0)
    else:
        count = read_option(Option("repeat", "int", 1, low=0, high=COPIES), tree, scope, draft.diagnostics)
    for at in range(count if isinstance(count, int) else 0):
        yield {**{name: values[at] for name, values in lists.items()}, "index": at + 1}
