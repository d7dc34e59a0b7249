"""What a spec asks of the data, as plain values: the source's kind and options, the shares of the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...dsl.diagnostics import NOT_BUILT, Diagnostics
from ...dsl.formula import FormulaMistake
from ...dsl.kinds.computed import Scope, value_of
from ...dsl.kinds.resolve import lookup, resolve, suggest
from ...dsl.spec import Data
from ...dsl.splits import SplitMistake
from .errors import DataError


@dataclass(frozen=True, slots=True)
class Asked:
    """The source's kind with every option of its table, and `validation` and `test` as shares."""

    kind: str
    options: Mapping[str, object]
    split: Mapping[str, float]


def asked(data: Data, scope: Scope) -> Asked:
    """`scope` holds the file's options, for `$name`.

    Raises SpecError for options that the source's table does not allow, SplitMistake for a share that is no
    number, DataError for a source that there is not (yet).
    """
    name = data.source.kind
    kind = lookup("source", name)
    if kind is None:
        raise DataError("E300", f"there is no source `{name}`", suggest(name, "source") or "Name another.")
    if "later" in kind.traits:
        raise DataError(NOT_BUILT, f"the source `{name}`", "Name another source.")
    diagnostics = Diagnostics()
    options = resolve(kind, data.source, scope, diagnostics)
    split = {part: _share(data, part, scope, diagnostics) for part in data.split}
    diagnostics.raise_errors()
    assert options is not None, "without errors there are options"
    return Asked(name, options, split)


def _share(data: Data, part: str, scope: Scope, diagnostics: Diagnostics) -> float:
    try:
        value = value_of(data.split[part], scope)
    except FormulaMistake as mistake:
        mistake.record(diagnostics)
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SplitMistake(part, f"{part} is not a number", "Write a share of the whole, as 0.2.")
    return value
