"""Remarks about a file as rows: place, code, sentence, way out; whether one key mends them; what a code means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...dsl.codes import explain
from ...dsl.diagnostics import NOT_BUILT, Diagnostic
from ...dsl.fixes import Fix, fix_of
from .fields import shortened

SIGNS = {"error": "✗", "warning": "!", "hint": "·"}
ORDER = {"error": 0, "warning": 1, "hint": 2}


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark as it is shown; `fix` is what one key would do, None where a person has to decide."""

    diagnostic: Diagnostic
    fix: Fix | None = None

    @property
    def sign(self) -> str:
        """How bad it is, in one character."""
        return SIGNS[self.diagnostic.severity]

    @property
    def place(self) -> str:
        """`12:7`."""
        place = self.diagnostic.place
        return f"{place.line}:{place.column}" if place.line else ""

    @property
    def way(self) -> str:
        """The way out, in one line of a wide screen."""
        return shortened(self.diagnostic.suggestion or "", 120)


def problems(diagnostics: Iterable[Diagnostic], text: str | None = None) -> tuple[Problem, ...]:
    """Errors first, then warnings, then hints, each in the order of the file. With the text, what one key can mend."""
    lines = text.splitlines() if text is not None else []
    ranked = sorted(diagnostics, key=lambda d: (ORDER[d.severity], d.code == NOT_BUILT, d.place))
    return tuple(Problem(one, fix_of(one, lines) if text is not None else None) for one in ranked)


def explained(code: str) -> str:
    """What a code means, with an example of it wrong and right."""
    return explain(code) or f"There is no page about {code}."


def at_line(diagnostics: Sequence[Diagnostic], line: int) -> Diagnostic | None:
    """The worst remark that stands on a line."""
    found = [one for one in diagnostics if one.place.line == line]
    return min(found, key=lambda one: (ORDER[one.severity], one.place.column), default=None)
