"""What netloom has to say about a file: every mistake at once, each with a place and a way out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from .places import Place

Severity = Literal["error", "warning", "hint"]
MOST = 300
"""More remarks than anyone reads; a broken file could make millions."""
LONGEST = 2000
"""Characters of a remark; what a file says can be longer, and is quoted in it."""
NOT_BUILT = "E299"
"""What is of the language and cannot be built yet: `check` passes it, `compile` refuses it."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One remark. `code` is stable (`E031`, `W012`); `suggestion` says what to do, in words."""

    code: str
    severity: Severity
    place: Place
    message: str
    suggestion: str | None = None


class Flooded(Exception):  # noqa: N818  ends the reading of a file that nobody could mend at once
    """There are more remarks than are said, and the last of them says so."""


@dataclass(slots=True)
class Diagnostics:
    """The remarks collected while one file is read and built; reading goes on after an error. With more than
    `MOST` it ends: recording one raises Flooded, which the reader and the builder turn into no result."""

    items: list[Diagnostic] = field(default_factory=list)
    _said: set[Diagnostic] = field(default_factory=set, init=False, repr=False, compare=False)
    _places: set[tuple[str, int, int]] = field(default_factory=set, init=False, repr=False, compare=False)

    def error(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        self._add(Diagnostic(code, "error", place, message, suggestion))

    def warn(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        self._add(Diagnostic(code, "warning", place, message, suggestion))

    def hint(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        self._add(Diagnostic(code, "hint", place, message, suggestion))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        return tuple(d for d in self.items if d.severity == "error")

    def __iter__(self) -> Iterator[Diagnostic]:
        return iter(sorted(self.items, key=lambda d: d.place))

    def later(self, place: Place, what: str) -> None:
        """Record once that `what` is read and understood, and cannot be built by this version."""
        message = f"{what}: read and understood, but not built yet by this version"
        if not any(d.message == message for d in self.unbuilt):
            self.hint(NOT_BUILT, place, message)

    @property
    def unbuilt(self) -> tuple[Diagnostic, ...]:
        """What keeps a file without mistakes from being compiled."""
        return tuple(d for d in self.items if d.code == NOT_BUILT)

    def extend(self, others: Diagnostics) -> None:
        """Take over the remarks of others; one that is here already is not said twice."""
        for diagnostic in others.items:
            self._add(diagnostic)

    def copied(self) -> Diagnostics:
        """The same remarks, to go on with elsewhere."""
        made = Diagnostics(list(self.items))
        made._said, made._places = set(self._said), set(self._places)
        return made

    def raise_errors(self) -> None:
        """Raise `SpecError` with every remark when at least one is an error."""
        if self.errors:
            raise SpecError(tuple(self))

    def raise_unbuilt(self) -> None:
        """Raise `SpecError` for mistakes, and for what this version cannot build."""
        self.items = [replace(d, severity="error") if d.code == NOT_BUILT else d for d in self.items]
        self.raise_errors()

    def _told_at(self, place: Place) -> bool:
        """Whether a mistake is recorded at this very place: the first one is the cause of the others."""
        return (place.file, place.line, place.column) in self._places

    def _add(self, diagnostic: Diagnostic) -> None:
        message, way = shown(diagnostic.message), diagnostic.suggestion
        diagnostic = replace(diagnostic, message=message, suggestion=None if way is None else shown(way))
        if len(self.items) > MOST:
            raise Flooded
        if diagnostic in self._said or (diagnostic.severity == "error" and self._told_at(diagnostic.place)):
            return
        if len(self.items) == MOST:
            rest = f"there are more than {MOST} mistakes; the rest is not said"
            diagnostic = Diagnostic("E038", "error", diagnostic.place, rest, "Mend these first.")
        self._said.add(diagnostic)
        self.items.append(diagnostic)
        if diagnostic.severity == "error":
            self._places.add((diagnostic.place.file, diagnostic.place.line, diagnostic.place.column))
        if len(self.items) > MOST:
            raise Flooded


def shown(text: str) -> str:
    """A text as a remark may say it: on one screen, and without characters that a terminal would obey."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 200] + " … " + text[-190:]
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text)


class NetloomError(Exception):
    """A mistake of the user's or of the world's (never ours): its text is fit to be shown as it is."""


class SpecError(NetloomError):
    """The file has mistakes; `diagnostics` holds all of them, in the order of their places."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        self.diagnostics = diagnostics
        super().__init__("\n".join(f"{d.place}: {d.message} [{d.code}]" for d in diagnostics))
