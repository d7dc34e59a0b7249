"""What is asked of a tree while it is walked: a table, a text, a list, a name; mistakes are recorded."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from .diagnostics import Diagnostics
from .formula import Formula, FormulaMistake
from .formula_parser import parse
from .places import Place
from .suggest import called, hint, listed, nearest
from .tree import Scalar, Sequence, Table, Tree

NAME = re.compile(r"[a-z][a-z0-9_]*")
PART = re.compile(r"[A-Z][A-Za-z0-9]*")
PATH = re.compile(r"\$?[A-Za-z_]\w*(?:\.(?:\w+|\$[A-Za-z_]\w*))*")
SELECTOR = re.compile(r"(?:\$?\w[\w]*\*?|\*\*?\w*)(?:\.(?:\$?\w+\*?|\*\*?\w*))*")
WIRING = ("name", "from", "when", "repeat")
RESERVED = frozenset({*WIRING, "weight", "where", "of", "input", "previous", "training", "index", "step"})
AXES = frozenset({"channels", "depth", "features", "height", "width", "time"})
LONGEST_NAME = 100


@dataclass(slots=True)
class Walk:
    """Where mistakes go. `damaged`: something could not be read, so that what was read is not the whole."""

    diagnostics: Diagnostics
    damaged: bool = False
    guessed: set[Place] = field(default_factory=set)
    """Where values stand whose key was misspelt: that they are of another kind than the guess wants is no news."""
    homes: Mapping[str, Collection[str]] = field(default_factory=dict[str, Collection[str]])
    """The sections of a file with their keys, for one that stands in another."""

    def error(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        """A mistake after which what was read still stands."""
        if code == "E025" and place in self.guessed:
            return
        self.diagnostics.error(code, place, message, suggestion)

    def fail(self, code: str, place: Place, message: str, suggestion: str | None = None) -> None:
        """A mistake that leaves a hole in what was read."""
        self.damaged = True
        self.error(code, place, message, suggestion)

    def table(self, tree: Tree, what: str, example: str | None = None, *, whole: bool = True) -> Table | None:
        """The tree as a table; nothing at all is an empty one. Not `whole`: the rest stands without it."""
        if isinstance(tree, Table):
            return tree
        if isinstance(tree, Scalar) and tree.value is None and not tree.quoted:
            return Table({}, {}, tree.place)
        (self.fail if whole else self.error)(
            "E025", tree.place, f"{what} is {said(tree)}, and a table is wanted", example
        )
        return None

    def keys(self, table: Table, known: Iterable[str], what: str, code: str = "E023") -> Table:
        """The table without keys that the language does not have there, each reported.

        A misspelt one is read as what was meant, so that what stands under it is checked too.
        """
        names = list(known)
        if all(key in names for key in table.items):
            return table
        items, keys = dict[str, Tree](), dict[str, Place]()
        for key, place in table.keys.items():
            meant = key if key in names else nearest(key, [name for name in names if name not in table.items])
            if key not in names:
                way = (
                    f"Did you mean `{meant}`?"
                    if meant
                    else hint(key) or self._home(key, what) or f"It has {listed(names)}."
                )
                self.error(code, place, f"{what} has no `{key}`", way)
                self.guessed.add(table.items[key].place)
            if meant is not None and (meant == key or meant not in table.items):
                items[meant], keys[meant] = table.items[key], place
        return Table(items, keys, table.place)

    def _home(self, key: str, what: str) -> str | None:
        """The section that a key of another belongs under, said as advice; None where it belongs under none."""
        if what.strip("`") not in self.homes:
            return None
        for section, names in self.homes.items():
            word = next((word for word in (key, *called(key)) if word in names), None)
            if word is not None:
                return f"It stands under `{section}:`{'' if word == key else f', as `{word}`'}."
        return None

    def text(self, tree: Tree, what: str) -> str | None:
        """A scalar's text; a number is the text it is written with."""
        if isinstance(tree, Scalar) and tree.text:
            return tree.text
        self.fail("E025", tree.place, f"{what} is {said(tree)}, and a text is wanted")
        return None

    def texts(self, tree: Tree, what: str) -> tuple[str, ...]:
        """The texts of a list, or of a single one. A quoted empty text counts."""
        found = list[str]()
        for item in items(tree):
            if isinstance(item, Scalar) and (item.text or item.quoted):
                found.append(item.text)
            else:
                self.fail("E025", item.place, f"{what} holds {said(item)}, and texts are wanted")
        return tuple(found)

    def paths(self, tree: Tree, what: str, pattern: re.Pattern[str] = PATH) -> tuple[tuple[str, Place], ...]:
        """Names or paths, one or a list, each with its place."""
        found = list[tuple[str, Place]]()
        for item in items(tree):
            if not isinstance(item, Scalar) or not item.text:
                self.fail(
                    "E025",
                    item.place,
                    f"{what} is {said(item)}, and a name is wanted",
                    "Give the entry a line of its own, and name it here." if isinstance(item, Table) else None,
                )
            elif isinstance(item.value, bool | int | float) or pattern.fullmatch(item.text):
                found.append((item.text, item.place))
            else:
                # a selector that cannot be read leaves no hole: without it all else is as it was
                (self.error if pattern is SELECTOR else self.fail)(
                    "E027",
                    item.place,
                    f"{what}: `{item.text}` is no name",
                    f"Write `{item.text.replace('/', '.')}`." if "/" in item.text else "Names are as `code.mean`.",
                )
        return tuple(found)

    def formula(self, tree: Tree, what: str) -> Formula | None:
        if not isinstance(tree, Scalar) or not tree.text:
            self.fail("E025", tree.place, f"{what} is {said(tree)}, and a formula is wanted", "As in `stride != 1`.")
            return None
        place = replace(tree.place, column=tree.place.column + tree.quoted)
        text = tree.text
        if text.startswith("$(") and text.endswith(")"):
            self.error("E125", tree.place, f"{what} is a formula already", f"Write `{text[2:-1]}`.")
            text, place = text[2:-1], replace(place, column=place.column + 2)
        try:
            return parse(text, place)
        except FormulaMistake as mistake:
            self.damaged = True
            mistake.record(self.diagnostics)
            return None

    def name(self, name: str, place: Place, what: str, *, tensor: bool = True) -> str:
        """A name for a tensor or an option; mistakes are recorded, the name is taken all the same."""
        if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            near = re.sub(r"[^a-z0-9_]+", "_", name.lower()).strip("_")[:LONGEST_NAME]
            self.error(
                "E027",
                place,
                f"`{name}` cannot be the name of {what}: small letters, digits and `_`, a letter first",
                f"Write `{near}`." if NAME.fullmatch(near) else None,
            )
        elif name in RESERVED or (tensor and name in AXES):
            self.error("E029", place, f"`{name}` is a word of the language and no name", f"Write `{name}_1`.")
        return name

    def part(self, name: str, place: Place, what: str) -> str:
        """A name for a block or network."""
        if not PART.fullmatch(name) or len(name) > LONGEST_NAME:
            near = "".join(word[:1].upper() + word[1:] for word in re.split(r"[^A-Za-z0-9]+", name))
            self.error(
                "E027", place, f"`{name}` cannot be the name of {what}: letters and digits, a capital first",
                f"Write `{near}`." if PART.fullmatch(near) else None,
            )  # fmt: skip
        return name


def items(tree: Tree) -> tuple[Tree, ...]:
    """The items of a list; anything else is a list of one."""
    return tree.items if isinstance(tree, Sequence) else (tree,)


def nothing(tree: Tree) -> bool:
    """Whether nothing stands there."""
    return isinstance(tree, Scalar) and tree.value is None and not tree.quoted


def said(tree: Tree) -> str:
    """What a tree is, as a message says it."""
    if isinstance(tree, Sequence):
        return "a list"
    if isinstance(tree, Table):
        return "a table"
    if nothing(tree):
        return "empty"
    shown = tree.text if len(tree.text) < 40 else tree.text[:40] + "…"
    return f"`{shown}`"
