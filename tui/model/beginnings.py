"""What a new session can begin with: unsaved work, files used last, templates.

beginnings(folder)        # in the order in which they are offered
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from .recent import recent
from .templates import TEMPLATES

if TYPE_CHECKING:
    from .recovery import Lost

Group = Literal["Not saved", "Opened last", "New, from a template"]
MOST_SHOWN = 200
"""Lines of a file that are shown of it."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """One thing to begin with. `words` stand beside its name; `lines` are what is shown of it."""

    group: Group
    name: str
    words: str
    path: Path | None = None
    text: str | None = None
    lost: Lost | None = None

    @property
    def lines(self) -> list[str]:
        """The text it begins with; of what was not saved, what differs from the file."""
        if self.lost is not None:
            return list(self.lost.difference().lines)
        if self.text is not None:
            return self.text.splitlines()
        return _head_of(self.path) if self.path is not None else []


def beginnings(folder: Path) -> list[Beginning]:
    """Everything there is. `folder`: the state folder, where copies of unsaved texts and the list of files lie."""
    return [*_lost(folder), *_recent(folder), *_templates()]


def _lost(folder: Path) -> Iterator[Beginning]:
    if not any(folder.glob("*.json")):
        return
    # only now: it comes with all of the editor, and the first screen is to be there at once
    from .recovery import recoverable

    for lost in recoverable(folder):
        name = lost.path.name if lost.path else "a new network"
        yield Beginning("Not saved", name, f"{ago(lost.seconds)}; {lost.difference()}", lost.path, None, lost)


def _recent(folder: Path) -> Iterator[Beginning]:
    for path in recent(folder):
        yield Beginning("Opened last", path.name, _short(path.parent), path)


def _templates() -> Iterator[Beginning]:
    for template in TEMPLATES:
        needs = f"; you fill in {template.needs}" if template.needs else ""
        yield Beginning("New, from a template", template.name, template.words + needs, None, template.text)


def _short(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home())}" if folder != Path.home() else "~"
    except ValueError:
        return str(folder)


def _head_of(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return [line.rstrip("\n") for line, _ in zip(lines, range(MOST_SHOWN), strict=False)]
    except OSError as trouble:
        return [f"{path} cannot be read: {trouble.strerror}"]


def ago(seconds: float) -> str:
    """`3 minutes ago`."""
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {unit}{'s' * (count > 1)} ago"
    return "a moment ago"
