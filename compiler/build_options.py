"""Options of entries as the architecture graph holds them."""

from __future__ import annotations

from collections.abc import Mapping

from ..dsl.kinds.kind import Family
from ..dsl.kinds.resolve import Scope, lookup, not_built, resolve, suggest
from ..dsl.kinds.values import Chosen, Quantity, WeightsSpec
from ..dsl.spec import Entry
from .build_draft import Draft
from .experiment import Live, constant

Options = dict[str, object]


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
    assert isinstance(value, int | float), f"{value!r} is no number"
    return constant(float(value))
