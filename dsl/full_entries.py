"""Entries with every option written out: layers, losses, optimisers, sources, uses of blocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from .diagnostics import Diagnostics
from .entries import LAYERS, Site, entry
from .formula import UNKNOWN
from .full_lines import Items, Leaf, Note, Part, Rows, flow
from .full_values import Asked, Use, default_part, given_part, inner_part, option_rows, raw
from .kinds.kind import Kind
from .kinds.tables import lookup
from .places import Place
from .spec import Entry
from .tree import Scalar, Table, Tree
from .tree import Sequence as List
from .walk import PART, Walk, items, nothing

Row = tuple[str, Part] | Note
BESIDE = ("name", "from", "when", "repeat", "where", "of")
NO_BESIDE: Mapping[str, Part] = {}


@dataclass(frozen=True, slots=True)
class Own:
    """A block or network of the file: its options with their defaults as trees, in order, and its inputs."""

    kind: str
    options: Mapping[str, tuple[str | None, Tree | None]] = field(default_factory=dict)
    """Type and default of each; one of the two."""
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """Writes entries out. `uses`: what each came to, by its place; `own`: the file's blocks and networks;
    `file_scope`: what the defaults of blocks read."""

    asked: Asked
    uses: Mapping[Place, Sequence[Use]]
    own: Mapping[str, Own]
    file_scope: Asked

    def inside(self, asked: Asked) -> Entries:
        return replace(self, asked=asked)

    def several(self, tree: Tree, site: Site) -> Items:
        """A list of entries, or a single one as a list."""
        return Items(tuple(self.one(item, site) for item in items(tree) if not nothing(item)))

    def one(
        self,
        tree: Tree,
        site: Site,
        filled: Mapping[str, Part] = NO_BESIDE,
        beside: Mapping[str, Part] = NO_BESIDE,
        unsaid: Sequence[str] = (),
    ) -> Part:
        """An entry. `filled` are options and `beside` words that are added where it leaves them out, `unsaid` those
        whose default cannot stand there."""
        found = entry(tree, site, Walk(Diagnostics()))
        if found is None or site.free:
            return raw(tree, self.asked)
        if found.repeat is not None:
            walked = list(found.repeat.items) if isinstance(found.repeat, Table) else []
            inside = self.inside(_walked(self.asked, walked))
            return inside._written(tree, found, site, filled, beside, unsaid)
        return self._written(tree, found, site, filled, beside, unsaid)

    def _written(
        self,
        tree: Tree,
        found: Entry,
        site: Site,
        filled: Mapping[str, Part],
        beside: Mapping[str, Part],
        unsaid: Sequence[str],
    ) -> Part:
        inner = tree.items[found.kind] if isinstance(tree, Table) else None
        short, rows = self._kind(found, inner, site, filled, unsaid)
        after = [
            *self._beside(tree, found, short is not None),
            *((n, p) for n, p in beside.items() if not _says(tree, n)),
        ]
        where = self.asked.where(found.kind_place)
        if short is not None:
            return Rows(((found.kind, short), *after))
        if not rows and not after:
            return Leaf(found.kind, found.kind, where)
        if not rows:
            return Rows(((found.kind, Leaf("{}", {}, where)), *after))
        return Rows(((found.kind, Rows(tuple(rows), where)), *after))

    def _kind(
        self, found: Entry, inner: Tree | None, site: Site, filled: Mapping[str, Part], unsaid: Sequence[str]
    ) -> tuple[Part | None, Sequence[Row]]:
        """What stands after the kind: in place of a table, or the rows of one."""
        kind = site.find(found.kind)
        if found.kind == "chain":
            chained = inner is not None and found.main is None
            return (self.several(inner, site) if chained and inner else given_part(_main(found), self.asked)), ()
        if kind is None:
            return self._part(found)
        asked = replace(self.asked, uses=tuple(u for u in self.uses.get(found.place, ()) if u.kind == kind.name))
        rows = list(self._options(kind, found, asked, filled, unsaid))
        branches: list[Row] = [
            (name, self.several(inner.items[name], site)) for name in found.branches or {} if isinstance(inner, Table)
        ]
        if kind.name == "formula" and len(rows) == 1 and not isinstance(rows[0], Note):
            return rows[0][1], ()
        if found.from_ and not rows and not branches and kind.family == "joiner":
            names = [path for path, _ in found.from_]
            return Leaf(flow(names), names, self.asked.where(found.place)), ()
        return None, [*branches, *rows]

    def _options(
        self, kind: Kind, found: Entry, asked: Asked, filled: Mapping[str, Part], unsaid: Sequence[str]
    ) -> Iterator[Row]:
        given = dict(found.options)
        if found.main is not None and kind.main is not None:
            given = {kind.main: found.main, **given}
        taken = {*given, *([kind.tensors[0]] if found.from_ and kind.tensors else ())}
        options = [o for o in kind.options if o.name in given or (o.name not in filled and o.name not in unsaid)]
        for name, part in filled.items():
            if name not in taken:
                yield name, part
        yield from option_rows(options, given, asked)

    def _part(self, found: Entry) -> tuple[Part | None, Sequence[Row]]:
        """The use of a block or network: its options, those that it leaves out with the block's defaults."""
        own = self.own.get(found.kind)
        if own is None or not PART.fullmatch(found.kind):
            return None, [(name, given_part(tree, self.asked)) for name, tree in found.options.items()]
        given = dict(found.options)
        first = next(iter(own.options), own.inputs[0] if own.inputs else None)
        if found.main is not None and first is None:
            return given_part(found.main, self.asked), ()
        if found.main is not None:
            given = {str(first): found.main, **given}
        return None, [*self._given(own, given), *self._defaults(own, given)]

    def _given(self, own: Own, given: Mapping[str, Tree]) -> Iterator[Row]:
        for name, tree in given.items():
            layers = own.options.get(name, (None, None))[0] == "layers"
            yield (
                name,
                self.several(tree, LAYERS) if layers and isinstance(tree, List) else given_part(tree, self.asked),
            )

    def _defaults(self, own: Own, given: Mapping[str, Tree]) -> Iterator[Row]:
        for name, (_, tree) in own.options.items():
            if name in given or tree is None:
                continue
            part = given_part(tree, self.file_scope)
            if "$" not in part.text:
                yield name, Leaf(part.text, part.value, f"the default of {own.kind}, {part.why}")

    def _beside(self, tree: Tree, found: Entry, short: bool) -> Iterator[Row]:
        """The words beside the kind, in their one order."""
        for word in BESIDE:
            if word == "from" and found.from_ and not (short and not _says(tree, "from")):
                names = [path for path, _ in found.from_]
                said: object = names[0] if len(names) == 1 else names
                yield "from", Leaf(flow(said), said, self.asked.where(found.from_[0][1]))
            elif word != "from" and isinstance(tree, Table) and word in tree.items:
                yield word, self._word(word, tree.items[word])
        if isinstance(tree, Table) and "weight" in tree.items:
            weight = tree.items["weight"]
            yield (
                "weight",
                (given_part(weight, self.asked) if isinstance(weight, Scalar) else _live(weight, self.asked)),
            )

    def _word(self, word: str, tree: Tree) -> Part:
        return given_part(tree, self.asked) if word == "repeat" else raw(tree, self.asked)


def _main(found: Entry) -> Tree:
    return found.main if found.main is not None else Scalar(None, "", False, found.place)


def _live(tree: Tree, asked: Asked) -> Part:
    return inner_part("live", tree, asked)


def _walked(asked: Asked, names: Sequence[str]) -> Asked:
    """Within what is repeated, `$index` and the names it walks are known only copy by copy."""
    unknown = dict.fromkeys(["index", *names], UNKNOWN)
    return replace(asked, scope=asked.scope.with_options(unknown))


def _says(tree: Tree, word: str) -> bool:
    return isinstance(tree, Table) and word in tree.items


def default_entry(kind: str, why: str) -> Rows:
    """An entry of a kind whose options are all left out, and that the file leaves out itself."""
    known = lookup("optimizer", kind)
    assert known is not None, f"{kind} is an optimizer of the language"
    rows = [(o.name, default_part(o.default, why)) for o in known.options if o.default is not None and not o.later]
    return Rows(((kind, Rows(tuple(rows), why)),))
