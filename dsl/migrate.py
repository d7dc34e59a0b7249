"""Files of older versions of the language, rewritten to the present one: `netloom: N` at their head says which.

Each step takes a file from one version to the next, as changes of its text, so that comments and layout stay.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .diagnostics import Diagnostics
from .include import VERSION
from .places import Place
from .reader import read
from .tree import Scalar, Table
from .walk import said

FIRST = 1
"""The version of a file that does not say its own: `netloom:` may be left out in that one."""


@dataclass(frozen=True, slots=True)
class Change:
    """`length` characters at `line` and `column` (from 1) become `new`; none: it is put in before them."""

    line: int
    column: int
    length: int
    new: str


@dataclass(frozen=True, slots=True)
class Step:
    """From one version to the next: what is done, in words for the user, and the changes that do it."""

    what: str
    changes: Callable[[Table], Iterable[Change]]


STEPS: Mapping[int, Step] = {}
"""The step that takes a file of each version to the next one. There is one version so far, and so none."""


@dataclass(frozen=True, slots=True)
class Migrated:
    """A file's text in the present version. `before`: the version it said, None where it said none; `done`: what was
    done to it, in words."""

    text: str
    before: int | None
    done: tuple[str, ...]


def migrate(
    text: str, file: str, diagnostics: Diagnostics, steps: Mapping[int, Step] = STEPS, version: int = VERSION
) -> Migrated | None:
    """Bring a file's text to `version`; None, with the reason recorded, where it cannot be read or is newer."""
    text = text.removeprefix("\ufeff")
    tree = _tree(text, file, diagnostics)
    if tree is None:
        return None
    before = _version(tree, version, diagnostics)
    if before is None:
        return None
    done: list[str] = []
    for number in range(before, version):
        step = steps[number]
        text = changed(text, step.changes(tree))
        done.append(step.what)
        tree = _tree(text, file, Diagnostics())
        assert tree is not None, f"the step from version {number} leaves a file that cannot be read"
    given = tree.items.get("netloom")
    if given is None or before != version:
        text = changed(text, [_head(tree, version, "\r\n" if "\r\n" in text else "\n")])
        done.append(f"`netloom: {version}` {'added' if given is None else f'in place of {before}'}")
    return Migrated(text, before if given is not None else None, tuple(done))


def _tree(text: str, file: str, diagnostics: Diagnostics) -> Table | None:
    tree = read(text, file, diagnostics)
    if diagnostics.errors:
        return None
    if not isinstance(tree, Table):
        place = Place(file, 1, 1) if tree is None else tree.place
        what = "empty" if tree is None else said(tree)
        diagnostics.error("E025", place, f"the file is {what}, and a table is wanted", "Begin with `name:`.")
        return None
    return tree


def _version(tree: Table, version: int, diagnostics: Diagnostics) -> int | None:
    """The version that a file says; None, with the reason recorded, for one that cannot be read."""
    given = tree.items.get("netloom")
    if given is None:
        return FIRST
    number = given.value if isinstance(given, Scalar) else None
    if isinstance(number, int) and number is not True and FIRST <= number <= version:
        return number
    newer = isinstance(number, int) and number > version
    diagnostics.error(
        "E026", given.place, f"`netloom: {said(given).strip('`')}`: this program reads versions up to {version}",
        "Install a newer netloom." if newer else f"Write `netloom: {version}`.",
    )  # fmt: skip
    return None


def _head(tree: Table, version: int, line_end: str) -> Change:
    """The change that makes a file say its version."""
    given = tree.items.get("netloom")
    if given is not None:
        return Change(given.place.line, given.place.column, given.place.length, str(version))
    if not tree.keys:
        return Change(tree.place.line, tree.place.column + 1, 0, f"netloom: {version}")
    first = min(tree.keys.values(), key=lambda place: (place.line, place.column))
    braced = (tree.place.line, tree.place.column) != (first.line, first.column)
    behind = ", " if braced else line_end + " " * (first.column - 1)
    return Change(first.line, first.column, 0, f"netloom: {version}{behind}")


def changed(text: str, changes: Iterable[Change]) -> str:
    """The text with all changes made; none may overlap another. Line ends stay as they are."""
    lines = text.splitlines(keepends=True)
    for change in sorted(changes, key=lambda c: (c.line, c.column), reverse=True):
        line, at = lines[change.line - 1], change.column - 1
        lines[change.line - 1] = line[:at] + change.new + line[at + change.length :]
    return "".join(lines)


def key_renamed(tree: Table, new: str, *path: str) -> Iterable[Change]:
    """The change that gives the key at the end of a path another name; none where the file lacks it."""
    *outer, last = path
    here: object = tree
    for name in outer:
        here = here.items.get(name) if isinstance(here, Table) else None
    if isinstance(here, Table) and last in here.keys:
        place = here.keys[last]
        yield Change(place.line, place.column, place.length, new)
