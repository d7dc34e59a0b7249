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


def indented(tree: Table, known: Collection[str], diagnostics: Diagnostics) -> Table:
    """The file's table with such lines set below their section; `known` are the keys that a file may have."""
    items, keys = dict[str, Tree](), dict[str, Place]()
    section: str | None = None
    strays = dict[str, list[str]]()
    for key, value in tree.items.items():
        if section is not None and _strays(key, section, tree.items[section], known):
            strays.setdefault(section, []).append(key)
            continue
        items[key], keys[key] = value, tree.keys[key]
        section = key if key in SECTIONS else None
    for name, found in strays.items():
        _say(name, found, tree, diagnostics)
        items[name] = _with(tree, name, found)
    return Table(items, keys, tree.place) if strays else tree


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


def _say(name: str, found: list[str], tree: Table, diagnostics: Diagnostics) -> None:
    listed = ", ".join(f"`{key}`" for key in found)
    verb = "belong" if len(found) > 1 else "belongs"
    what = "these lines" if len(found) > 1 else "this line, with what is under it,"
    diagnostics.error(
        "E040", tree.keys[found[0]], f"{listed} {verb} below `{name}:`, indented", f"Set {what} two columns deeper."
    )


def _with(tree: Table, name: str, found: list[str]) -> Table:
    """A section's table with the strays."""
    old = tree.items[name]
    items = dict(old.items) if isinstance(old, Table) else {}
    keys = dict(old.keys) if isinstance(old, Table) else {}
    items.update({key: tree.items[key] for key in found})
    keys.update({key: tree.keys[key] for key in found})
    return Table(items, keys, tree.keys[name])
