"""`include:`: the blocks, networks and options of other files, read below the main file's own folder.

What they say is put into the main file's tree, so that everything after sees one file; each part keeps the
place it was written at.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from .places import Place
from .reader import read
from .source_text import MOST_CHARACTERS, file_text
from .tree import Scalar, Sequence, Table, Tree
from .walk import Walk, nothing, said
from .walk import items as items_of

VERSION = 1
MOST_FILES, DEEPEST, LONG = 64, 16, 100
"""The included files of one experiment, how many may stand in one chain, and how much of a path is shown."""
PARTS = ("options", "blocks", "networks")
"""The sections that an included file gives."""
HOLDS = ("netloom", "name", "about", "include", *PARTS)
ENDINGS = (".yaml", ".yml")
ONE_TABLE = {"options": "options", "blocks": "parts", "networks": "parts"}
"""The names that must differ: those of one group, wherever they are declared."""


@dataclass(frozen=True, slots=True)
class Joined:
    """The main file's tree with the parts of all included files, and the files' texts by their paths from the
    folder. What a file includes stands before its own, so its options can be used in it. `whole`: none was refused."""

    tree: Table
    texts: Mapping[str, str]
    whole: bool


def joined(tree: Table, file: str, text: str, folder: Path, walk: Walk) -> Joined:
    """Follow the `include:` of a file, and those of the files it names.

    `folder` is what the paths start from and may not leave: the main file's own, or the copies in a run.
    Refused, each at the line that asks for it: paths out of the folder, links, loops, what is no text in YAML,
    more than `MOST_FILES` files or `MOST_CHARACTERS` in all, and a name that two files declare.
    """
    if "include" not in tree.items:
        return Joined(tree, {}, True)
    own = Path(file).name if Path(file).parent == folder else ""
    reading = _Reading(folder, walk, [own], left=MOST_CHARACTERS - len(text))
    reading.follow(tree.items["include"], PurePosixPath())
    reading.take(tree)
    items, keys = dict(tree.items), dict(tree.keys)
    for section, parts in reading.parts.items():
        if parts.keys and (section not in items or isinstance(items[section], Table)):
            place = keys.setdefault(section, next(iter(parts.keys.values())))
            items[section] = Table(parts.items, parts.keys, items[section].place if section in items else place)
    return Joined(Table(items, keys, tree.place), reading.texts, not reading.refused)


@dataclass(slots=True)
class _Parts:
    items: dict[str, Tree] = field(default_factory=dict)
    keys: dict[str, Place] = field(default_factory=dict)


@dataclass(slots=True)
class _Reading:
    """The files read so far. `chain` are those that led to the one being read, the main file first."""

    folder: Path
    walk: Walk
    chain: list[str]
    left: int
    texts: dict[str, str] = field(default_factory=dict)
    parts: dict[str, _Parts] = field(default_factory=lambda: {section: _Parts() for section in PARTS})
    declared: dict[tuple[str, str], Place] = field(default_factory=dict)
    refused: bool = False

    def take(self, tree: Table) -> None:
        """Add the parts that a file declares; a name that is there already is refused."""
        for section in PARTS:
            table = tree.items.get(section)
            for name, value in table.items.items() if isinstance(table, Table) else ():
                self._declare(section, name, table.keys[name] if isinstance(table, Table) else value.place, value)

    def _declare(self, section: str, name: str, place: Place, value: Tree) -> None:
        first = self.declared.setdefault((ONE_TABLE[section], name), place)
        if first is not place and first.file != place.file:
            self.walk.error(
                "E043", place, f"`{name}` is declared in two files: first in {first.file}:{first.line}",
                "Give one of them another name.",
            )  # fmt: skip
            return
        self.parts[section].items[name], self.parts[section].keys[name] = value, place

    def follow(self, tree: Tree, here: PurePosixPath) -> None:
        """Read every file of a list of paths, which start from the folder `here`."""
        for item in items_of(tree):
            if nothing(item) and not isinstance(tree, Sequence):
                continue
            path = self._path(item, here)
            if path is not None:
                self._include(path, item.place)

    def _path(self, item: Tree, here: PurePosixPath) -> str | None:
        """A path as it goes from the folder, without `.` and `..`; None, refused, where it leaves it."""
        if not isinstance(item, Scalar) or not item.text or nothing(item):
            self._refuse(
                "E025", item.place, f"`include` holds {said(item)}, and paths are wanted", "As `[parts.yaml]`."
            )
            return None
        text = item.text
        steps = list[str]()
        for step in (*here.parts, *text.split("/")):
            if step == ".." and not steps:
                self._no_path(item, "leads out of the main file's folder", "Move the file below that folder.")
                return None
            if step == "..":
                steps.pop()
            elif step not in ("", "."):
                steps.append(step)
        if text.startswith("/") or "\\" in text or PureWindowsPath(text).drive or not text.isprintable():
            self._no_path(item, "is no path from this file", "Write the path from this file's folder, with `/`.")
            return None
        if not steps or not steps[-1].endswith(ENDINGS):
            self._no_path(item, "is no file in YAML", "Its name ends in `.yaml` or `.yml`.")
            return None
        return "/".join(steps)

    def _no_path(self, item: Scalar, why: str, way: str) -> None:
        shown = item.text if len(item.text) < LONG else f"{item.text[:LONG]}…"
        self._refuse("E039", item.place, f"`{shown}` {why}", way)

    def _include(self, path: str, place: Place) -> None:
        if path in self.chain:
            circle = " -> ".join([*self.chain[self.chain.index(path) :], path])
            self._refuse("E041", place, f"these files include each other in a circle: {circle}", "Take one out.")
        elif path in self.texts:
            return
        elif len(self.chain) > DEEPEST:
            self._refuse(
                "E042", place, f"files include each other more than {DEEPEST} deep", "Include them in the main file."
            )
        elif len(self.texts) >= MOST_FILES:
            self._refuse("E042", place, f"more than {MOST_FILES} files are included", "Put parts into one file.")
        else:
            self._read(path, place)

    def _read(self, path: str, place: Place) -> None:
        text = self._text(path, place)
        if text is None:
            return
        self.texts[path] = text
        file = str(self.folder / path)
        tree = _tree(text, file, place, self.walk)
        if tree is None:
            self.refused = True
            return
        if "include" in tree.items:
            self.chain.append(path)
            self.follow(tree.items["include"], PurePosixPath(path).parent)
            self.chain.pop()
        self.take(tree)

    def _text(self, path: str, place: Place) -> str | None:
        """The text of a file below the folder; no link is followed to it."""
        at = self.folder
        try:
            for step in path.split("/"):
                at = at / step
                kind = at.lstat().st_mode
                if stat.S_ISLNK(kind):
                    self._refuse("E039", place, f"`{path}`: {at} is a link", "Include the file itself, or a copy.")
                    return None
            if not stat.S_ISREG(kind):
                self._refuse("E039", place, f"`{path}` is not a plain file", "Name a file.")
                return None
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self._refuse("E001", place, f"{at} cannot be read: {why}", f"Paths start from the folder {self._start}.")
            return None
        return self._bounded(file_text(at, self.walk.diagnostics, asked=place), place)

    def _bounded(self, text: str | None, place: Place) -> str | None:
        if text is None:
            self.refused = True
            return None
        self.left -= len(text)
        if self.left < 0:
            self._refuse(
                "E042", place, f"the file and all it includes have more than {MOST_CHARACTERS:,} characters",
                "Repeat with `repeat:`.",
            )  # fmt: skip
            return None
        return text

    @property
    def _start(self) -> str:
        return str((self.folder / self.chain[-1]).parent.absolute())

    def _refuse(self, code: str, place: Place, message: str, suggestion: str) -> None:
        self.refused = True
        self.walk.fail(code, place, message, suggestion)


def _tree(text: str, file: str, asked: Place, walk: Walk) -> Table | None:
    """What an included file says, without what only a main file may hold."""
    before = len(walk.diagnostics.errors)
    tree = read(text, file, walk.diagnostics)
    if isinstance(tree, Table) and versioned(tree, walk):
        for key in _foreign(tree):
            walk.error(
                "E044", tree.keys[key], f"an included file has no `{key}`: it gives blocks, networks and options",
                "Leave it to the main file.",
            )  # fmt: skip
        for section in PARTS:
            if section in tree.items:
                walk.table(tree.items[section], f"`{section}`")
        return Table({k: v for k, v in tree.items.items() if k in HOLDS}, tree.keys, tree.place)
    if tree is None and len(walk.diagnostics.errors) == before:
        walk.fail("E014", asked, f"the file {file} is empty", "Write `blocks:` or `networks:` in it.")
    elif tree is not None and not isinstance(tree, Table):
        walk.fail("E025", tree.place, f"the file is {said(tree)}, and a table is wanted", "Begin with `blocks:`.")
    return None


def _foreign(tree: Table) -> Iterator[str]:
    return (key for key in tree.keys if key not in HOLDS)


def versioned(tree: Table, walk: Walk) -> bool:
    """Whether the file's version of the language can be read."""
    given = tree.items.get("netloom")
    if given is None or (isinstance(given, Scalar) and given.value == VERSION and given.value is not True):
        return True
    newer = isinstance(given, Scalar) and isinstance(given.value, int) and given.value > VERSION
    walk.fail(
        "E026", given.place, f"`netloom: {said(given).strip('`')}`: this program reads version {VERSION}",
        "Install a newer netloom." if newer else f"Write `netloom: {VERSION}`.",
    )  # fmt: skip
    return False
