"""The one entry form: `kind`, `kind: main` or `kind: {options}`, and beside it the wiring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from .kinds.kind import Family, Kind
from .kinds.tables import NETWORK, lookup, words
from .places import Place
from .spec import Entry
from .suggest import called, nearest
from .tree import Scalar, Sequence, Table, Tree
from .walk import PART, SELECTOR, WIRING, Walk, nothing, said

BESIDE = {"loss": ("weight", "where"), "penalty": ("of",)}
"""What may stand beside a kind besides the wiring, by family."""
ALL_BESIDE = (*WIRING, "weight", "where", "of")


@dataclass(frozen=True, slots=True)
class Site:
    """Where entries stand: the families whose kinds may stand there, and how the place is called."""

    families: tuple[Family, ...]
    what: str
    free: bool = False
    """Kinds are not looked up: they are of a table that this version does not have."""
    wiring: tuple[str, ...] = WIRING
    """What of the wiring may stand beside a kind."""

    @property
    def beside(self) -> tuple[str, ...]:
        return (*self.wiring, *(word for family in self.families for word in BESIDE.get(family, ())))

    def find(self, name: str) -> Kind | None:
        return next((kind for family in self.families if (kind := lookup(family, name))), None)


LAYERS = Site(NETWORK, "a layer")
LOSS = Site(("loss",), "a loss")
OPTIMIZER = Site(("optimizer",), "an optimizer")
METRIC = Site(("metric",), "a metric")
PENALTY = Site(("penalty",), "a penalty")
PREPARE = Site(("prepare",), "a step of `prepare`")
AUGMENT = Site(("augment",), "a step of `augment`", wiring=("when",))
SOURCE = Site(("source",), "a source")
READ_AS = Site((), "how a column is read", free=True)


def entries(tree: Tree, site: Site, walk: Walk) -> tuple[Entry, ...]:
    """A list of entries, or a single one."""
    found = tree.items if isinstance(tree, Sequence) else (tree,)
    return tuple(e for item in found if (e := entry(item, site, walk)) is not None)


def entry(tree: Tree, site: Site, walk: Walk) -> Entry | None:
    """The entry that a tree says; None after a mistake that leaves no kind."""
    if isinstance(tree, Scalar) and tree.text and isinstance(tree.value, str):
        return Entry(kind=tree.text, kind_place=tree.place, place=tree.place)
    if not isinstance(tree, Table) or not tree.items:
        walk.fail(
            "E022",
            tree.place,
            f"{said(tree)} stands where {site.what} should",
            "Write `kind: {option: value}`.",
        )
        return None
    kinds = [key for key in tree.items if key not in ALL_BESIDE]
    if not kinds:
        walk.fail("E022", tree.place, f"no kind stands here, only {_ticked(tree.items)}", f"Add {site.what}.")
        return None
    kind = kinds[0]
    parts = _Parts(kind, tree.keys[kind], site, walk, site.find(kind))
    parts.value(tree.items[kind])
    if len(kinds) > 1:
        parts.misplaced({key: tree.items[key] for key in kinds[1:]}, tree)
    for word in ALL_BESIDE:
        if word in tree.items:
            parts.wire(word, tree.items[word], tree.keys[word])
    return parts.entry(tree.place)


class _Parts:
    """An entry while it is read."""

    def __init__(self, kind: str, place: Place, site: Site, walk: Walk, known: Kind | None) -> None:
        self.kind, self.place, self.site, self.walk, self.known = kind, place, site, walk, known
        self.main: Tree | None = None
        self.options: dict[str, Tree] = {}
        self.places: dict[str, Place] = {}
        self.branches: dict[str, tuple[Entry, ...]] | None = None
        self.wiring: dict[str, Any] = {}
        self.reads: tuple[tuple[str, Place], ...] | None = None

    def value(self, tree: Tree) -> None:
        """What stands after the kind."""
        if isinstance(tree, Table):
            self._table(tree)
        elif self.kind == "chain" and isinstance(tree, Sequence):
            self.branches = {"layers": entries(tree, self.site, self.walk)}
        elif self.kind == "formula" and self.site.find("formula"):
            self.main = tree
            self.wiring["formula"] = self.walk.formula(tree, "a formula")
        elif not nothing(tree):
            if self.known and _takes_no_number(self.known) and isinstance(tree, Scalar) and _is_number(tree):
                self._numbered(tree)
            elif self.known and self.known.main is None and _reads(self.known):
                self.reads = self.walk.paths(tree, f"what `{self.kind}` reads")
            else:
                self.main = tree

    def _numbered(self, tree: Scalar) -> None:
        """`linear: 10`, `relu: 1`: a number where a layer takes none. What other libraries call a layer is one."""
        meant = next((word for word in called(self.kind) if self.site.find(word)), None)
        what = "is an activation and" if self.known and self.known.family == "activation" else "is a layer that"
        self.walk.error(
            "E107", self.place, f"`{self.kind}` {what} takes no number, here {said(tree)}",
            f"Did you mean `{meant}`?" if meant else f"Write `{self.kind}` alone.",
        )  # fmt: skip
        if meant:
            self.kind, self.known, self.main = meant, self.site.find(meant), tree

    def misplaced(self, others: dict[str, Tree], tree: Table) -> None:
        """Keys beside the kind that are neither wiring nor allowed: its own options, at its own column."""
        own = self.known is None and bool(PART.fullmatch(self.kind)) and self.main is None and not self.options
        for key, value in others.items():
            if own or (self.known is not None and (self.known.option(key) or key in self.known.tensors)):
                self.walk.error(
                    "E020",
                    tree.keys[key],
                    f"`{key}` is an option of `{self.kind}`, and stands at its column",
                    f"Indent it below `{self.kind}:`, or write `{self.kind}: {{{key}: …}}`.",
                )
                self.options[key], self.places[key] = value, tree.keys[key]
            else:
                message = f"`{key}` stands beside `{self.kind}`, and an entry has one kind"
                self.walk.error("E022", tree.keys[key], message, self._parted(key))

    def _parted(self, key: str) -> str:
        """The way out of two kinds in one entry."""
        near = nearest(key, [*self.site.beside, *words(*self.site.families)])
        if near in self.site.beside:
            return f"Did you mean `{near}`?"
        if self.site.families == NETWORK and near is not None:
            return f"If `{near}` is the next layer, put `- ` before it."
        if near is not None and "optimizer" in self.site.families:
            return f"Choose one, and give it its options: `{near}: {{learning_rate: 0.01}}`."
        return f"Beside a kind stand only {', '.join(self.site.beside)}."

    def wire(self, word: str, tree: Tree, place: Place) -> None:
        """One word of the wiring."""
        walk = self.walk
        if word not in self.site.beside:
            walk.error("E022", place, f"`{word}` does not stand beside {self.site.what}", "Take it out.")
        elif word == "name":
            if (name := walk.text(tree, "a name")) is not None:
                self.wiring["name"] = walk.name(name, tree.place, "a tensor")
                self.wiring["name_place"] = tree.place
        elif word == "from":
            self._from(tree, place)
        elif word == "of":
            self.wiring["of"] = walk.paths(tree, "`of`", SELECTOR)
        elif word in ("when", "where"):
            self.wiring[word] = walk.formula(tree, f"`{word}`")
        elif word == "repeat":
            self.wiring["repeat"] = self._repeat(tree)
        else:
            self.wiring[word] = tree

    def entry(self, place: Place) -> Entry:
        return Entry(
            kind=self.kind,
            kind_place=self.place,
            main=self.main,
            options=self.options,
            option_places=self.places,
            branches=self.branches,
            from_=self.reads,
            place=place,
            **self.wiring,
        )

    def _from(self, tree: Tree, place: Place) -> None:
        if self.reads is not None:
            self.walk.error(
                "E022",
                place,
                f"`{self.kind}` says twice what it reads: after the colon, and in `from`",
                "Keep one.",
            )
            return
        self.reads = self.walk.paths(tree, "`from`")

    def _repeat(self, tree: Tree) -> Tree:
        """`repeat` counts, or walks lists of one length."""
        if not isinstance(tree, Table):
            return tree
        lengths = {}
        for name, inner in tree.items.items():
            self.walk.name(name, tree.keys[name], "an option", tensor=False)
            if isinstance(inner, Sequence):
                lengths[name] = len(inner.items)
        if len(set(lengths.values())) > 1:
            told = ", ".join(f"{name} {count}" for name, count in lengths.items())
            self.walk.error("E037", tree.place, f"`repeat` walks lists of different lengths: {told}", "Give all one.")
        return tree

    def _table(self, tree: Table) -> None:
        self._of_another(tree)
        joins = self.known is not None and self.known.family == "joiner"
        for name, inner in tree.items.items():
            place = tree.keys[name]
            if joins and isinstance(inner, Sequence):
                self.walk.name(name, place, "a branch")
                self.branches = self.branches or {}
                self.branches[name] = entries(inner, self.site, self.walk)
            elif name in ALL_BESIDE and not self._has(name):
                self._moved(name, inner, place)
            else:
                self.options[name], self.places[name] = inner, place
                if name == "cell" and self.kind == "recurrent":
                    entry(inner, self.site, self.walk)

    def _of_another(self, tree: Table) -> None:
        """`linear: {units: 10}`: the options are those of the layer that other libraries call so."""
        if self.known is None or self.known.options or not tree.items:
            return
        for word in called(self.kind):
            meant = self.site.find(word)
            if meant and all(nearest(name, [option.name for option in meant.options]) for name in tree.items):
                message = f"`{self.kind}` is an activation and has no options"
                self.walk.error("E107", self.place, message, f"Did you mean `{word}`?")
                self.kind, self.known = word, meant
                return

    def _has(self, option: str) -> bool:
        """Whether a word of the wiring is an option of this kind, or may be one."""
        if self.known is None:
            return self.site.free
        return "open" in self.known.traits or option in self.known.tensors or self.known.option(option) is not None

    def _moved(self, word: str, tree: Tree, place: Place) -> None:
        """`dense: {units: 10, name: x}`: wiring among the options."""
        self.walk.error(
            "E021", place, f"`{word}` stands among the options of `{self.kind}`",
            f"Move it beside the kind: `{{{self.kind}: …, {word}: …}}`.",
        )  # fmt: skip
        if word in self.site.beside and word not in self.wiring:
            self.wire(word, tree, place)


def _reads(kind: Kind) -> bool:
    return kind.family in NETWORK


def _takes_no_number(kind: Kind) -> bool:
    return kind.main is None and kind.family in ("layer", "activation")


def _is_number(tree: Scalar) -> bool:
    return isinstance(tree.value, int | float) and not isinstance(tree.value, bool)


def _ticked(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
