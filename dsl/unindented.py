"""Lines that belong below `network:`, `data:` or `train:` and stand at its column: said once, and read below it."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .bodies import BODY
from .diagnostics import Diagnostics
from .places import Place
from .sections import DATA, STEP
from .suggest import nearest
from .tree import Table, Tree
from .walk import nothing

SECTIONS: Mapping[str, tuple[str, ...]] = {"network": BODY, "data": DATA, "train": STEP}
HOMES: Mapping[str, frozenset[str]] = {
    name: frozenset(words) - {"name", "options", "data", "graph", "repeat", "update"}
    for name, words in SECTIONS.items()
}
"""The keys that tell which section they belong to."""


def indented(tree: Table, known: Collection[str], diagnostics: Diagnostics) -> Table:
    """The file's table with such lines set below their section; `known` are the keys that a file may have."""
    items, keys = dict[str, Tree](), dict[str, Place]()
    section: str | None = None
    strays, astray = dict[str, list[str]](), dict[str, list[str]]()
    for key, value in tree.items.items():
        if section is not None and _strays(key, section, tree.items[section], known):
            strays.setdefault(section, []).append(key)
        elif (home := _home(key, tree, known)) is not None:
            astray.setdefault(home, []).append(key)
            section = None
        else:
            items[key], keys[key] = value, tree.keys[key]
            section = key if key in SECTIONS else None
    for name, found in strays.items():
        what = "these lines" if len(found) > 1 else "this line, with what is under it,"
        _say(name, found, tree, f"Set {what} two columns deeper.", diagnostics)
    for name, found in astray.items():
        what = "them" if len(found) > 1 else "it"
        way = f"Move {what} there." if name in tree.items else f"Write `{name}:` above, and indent {what}."
        _say(name, found, tree, way, diagnostics)
    for name in [*strays, *(name for name in astray if name not in strays)]:
        found = [*strays.get(name, ()), *astray.get(name, ())]
        items[name] = _with(tree, name, found)
        keys.setdefault(name, tree.keys[found[0]])
    return Table(items, keys, tree.place) if strays or astray else tree


def _home(key: str, tree: Table, known: Collection[str]) -> str | None:
    """The section that a key of the file belongs under, wherever it stands; None for one of the file's own."""
    if key in known:
        return None
    for name, words in HOMES.items():
        section = tree.items.get(name)
        taken = isinstance(section, Table) and key in section.items
        if key in words and not taken and (section is None or nothing(section) or isinstance(section, Table)):
            return name
    return None


def _strays(key: str, section: str, value: Tree, known: Collection[str]) -> bool:
    """Whether a key at a section's column belongs below it: then the file has no such key, or the section is empty."""
    words, empty = SECTIONS[section], nothing(value)
    if key in known:
        return empty and section == "network" and key == "graph"
    if isinstance(value, Table) and key in value.items:
        return False
    if key in words:
        return empty or isinstance(value, Table)
    return empty and nearest(key, known) is None and nearest(key, words) is not None


def _say(name: str, found: list[str], tree: Table, way: str, diagnostics: Diagnostics) -> None:
    listed = ", ".join(f"`{key}`" for key in found)
    verb = "belong" if len(found) > 1 else "belongs"
    diagnostics.error("E040", tree.keys[found[0]], f"{listed} {verb} below `{name}:`, indented", way)


def _with(tree: Table, name: str, found: list[str]) -> Table:
    """A section's table with the strays."""
    old = tree.items.get(name)
    items = dict(old.items) if isinstance(old, Table) else {}
    keys = dict(old.keys) if isinstance(old, Table) else {}
    items.update({key: tree.items[key] for key in found})
    keys.update({key: tree.keys[key] for key in found})
    return Table(items, keys, tree.keys.get(name, tree.keys[found[0]]))
