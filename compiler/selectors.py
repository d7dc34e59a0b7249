"""Selectors: dotted paths with `*` (one step) and `**` (any number of steps) that reach weights."""

from __future__ import annotations

import re
from collections.abc import Iterable


def reached(selector: str, names: Iterable[str]) -> tuple[str, ...]:
    """The names a selector reaches, in their order; the path of a layer or network reaches all its weights."""
    pattern = re.compile("".join(_step(step) for step in selector.split(".")) + r"(?:[^.]+\.)*")
    return tuple(name for name in names if pattern.fullmatch(name + "."))


def _step(step: str) -> str:
    if step == "**":
        return r"(?:[^.]+\.)*"
    return re.escape(step).replace(r"\*", "[^.]*") + r"\."
