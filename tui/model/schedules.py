"""A schedule that is asked for by its name alone: begun at the number that stands there."""

from __future__ import annotations

from collections.abc import Mapping

from ...dsl.edit_write import Value, Written
from ...dsl.kinds.kind import REQUIRED, Option
from ...dsl.kinds.tables import lookup

RATE = 0.01
"""Where a schedule begins that is chosen before any number was."""


def from_word(option: Option, text: str, whole: Value | None) -> Value | None:
    """The schedule that a word such as `cosine` asks for, begun at the number that stands there; else None."""
    kind = lookup("live", text.strip()) if option.type in ("live", "schedulable") else None
    if kind is None:
        return None
    begin = _begin(whole)
    if kind.name == "switch":
        return {"switch": {"0": begin, "10 epochs": Written(f"{float(begin.text) / 10:g}")}}
    given: dict[str, Value] = {"start": begin} if kind.option("start") else {}
    if kind.name == "steps":
        given["every"] = "10 epochs"
    for inner in kind.options:
        if inner.default is REQUIRED and inner.name not in given:
            given[inner.name] = "1 epochs" if inner.type == "quantity" else begin
    return {kind.name: given}


def _begin(whole: Value | None) -> Written:
    """The number that an option is, or with which its schedule starts."""
    if isinstance(whole, Mapping) and whole:
        inner = next(iter(whole.values()))
        whole = inner.get("start") if isinstance(inner, Mapping) else None
    text = whole.text if isinstance(whole, Written) else str(whole)
    try:
        float(text)
    except ValueError:
        return Written(f"{RATE:g}")
    return Written(text)
