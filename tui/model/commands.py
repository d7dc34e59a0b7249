"""The commands of the designer as edits of a document: each composed of those of `dsl/edit.py`, none writes text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ...dsl import edit
from ...dsl.edit import Document, Edit, Refused, Splice
from ...dsl.edit_entries import EntryPart, entry_at, with_beside
from ...dsl.edit_insert import Entry
from ...dsl.edit_items import content, inserted
from ...dsl.edit_named import named, named_where_used
from ...dsl.edit_names import Names
from ...dsl.edit_parts import Address, Part
from ...dsl.edit_reads import explicit_reads, names_read
from ...dsl.edit_rename import free_name, scope_of
from ...dsl.edit_write import Value
from ...dsl.kinds.kind import REQUIRED
from ...dsl.kinds.tables import lookup
from .addresses import Starts, carried
from .starters import STARTERS

CHAIN: Address = ("network", "layers")
Joined = Sequence[str]


@dataclass(slots=True)
class Series:
    """Edits made one after the other, each of the document after the one before; `edit` is all of them as one."""

    first: Document
    edits: list[Edit] = field(default_factory=list)
    now: Document = field(init=False)

    def __post_init__(self) -> None:
        self.now = self.first

    def make(self, one: Edit) -> None:
        """One more edit, of the document as it is now."""
        if one.splices:
            self.now = self.now.apply(one)
            self.edits.append(one)

    def part(self, start: int) -> Part | None:
        """The part that began at a character of the first document."""
        at: int | None = start
        for one in self.edits:
            at = carried(at, one.splices) if at is not None else None
        return Starts(self.now).part(at) if at is not None else None

    @property
    def edit(self) -> Edit:
        return edit.composed(self.first, *self.edits)


def each(document: Document, parts: Sequence[Part], change: Callable[[Document, Part], Edit]) -> Edit:
    """The same change to several parts, the last in the file first: what reads a layer stands behind it."""
    if len({part.start for part in parts}) == 1:
        return change(document, parts[0])
    series = Series(document)
    for start in sorted({part.start for part in parts}, reverse=True):
        part = series.part(start)
        if part is not None:
            series.make(change(series.now, part))
    return series.edit


def in_graph(part: Part) -> bool:
    """Whether a part is a line of a graph."""
    return part.parent is not None and part.parent.is_table and part.parent.key == "graph"


def appended(document: Document, entry: Entry) -> Edit:
    """A layer at the end of the network, which may have none yet."""
    lines = document.find("graph") or document.find("network.graph")
    if lines is not None:
        if not lines.items:
            raise Refused("the graph has no line yet: write the first one in the text")
        return edit.insert_after(document, lines.items[-1].address, entry)
    chain = document.find(CHAIN)
    if chain is not None and not chain.items and (chain.is_list or chain.nothing):
        return _first(document, chain, entry)
    if chain is not None and chain.is_list:
        return edit.insert(document, CHAIN, len(chain.items), entry)
    return edit.set_value(document, CHAIN, [entry])


def _first(document: Document, chain: Part, entry: Entry) -> Edit:
    """The first layer of an empty list, which gets lines of its own where its section has."""
    if chain.parent is None or chain.parent.flow:
        return edit.set_value(document, CHAIN, [entry])
    column = document.column(chain.key_span[0]) + 2
    first, *rest = content(entry).lines(column + 2)
    lines = [f"{' ' * column}- {first}", *rest]
    end = document.line_end(max(chain.end, chain.key_span[1]))
    put = Splice(end, end, "".join(f"{document.newline}{line}" for line in lines))
    if not chain.is_list:
        return document.edit([put])
    blanks = len(document.text[: chain.start]) - len(document.text[: chain.start].rstrip(" "))
    return document.edit([Splice(chain.start - blanks, chain.end, ""), put])


def at_start(document: Document, entry: Entry) -> Edit:
    """A layer before all others of a network that is a list of layers."""
    return edit.insert(document, CHAIN, 0, entry)


def moved(document: Document, units: Sequence[Sequence[Part]], part: Part, by: int) -> tuple[Edit, int]:
    """What one box shows, so many boxes further down its list, or up (negative); and its new place in the list."""
    parent = part.parent
    at = next((number for number, unit in enumerate(units) if any(one is part for one in unit)), None)
    if parent is None or at is None:
        raise Refused("only layers of a list and lines of a graph can be moved")
    if not 0 <= at + by < len(units):
        raise Refused("it is the first already" if by < 0 else "it is the last already")
    items, own = parent.items, units[at]
    first = items.index(own[0])
    beyond = units[at + by]
    target = items.index(beyond[-1]) + 1 if by > 0 else items.index(beyond[0])
    series = Series(document)
    for number in range(len(own)):
        source = first if by > 0 else first + number
        before = series.now.at(parent.address).items[source]
        series.make(edit.move(series.now, before.address, parent.address, target if by > 0 else target + number))
    return series.edit, target - len(own) if by > 0 else target


def doubled(document: Document, unit: Sequence[Part]) -> tuple[Edit, int]:
    """What one box shows once more behind itself; and how far behind the first its copy begins."""
    parent = unit[0].parent
    apart = parent is None or not parent.is_list or any(one.parent is not parent for one in unit)
    if apart or parent is None or len(unit) == 1:
        return edit.duplicate(document, unit[0].address), 1
    first, series = parent.items.index(unit[0]), Series(document)
    for number in reversed(range(len(unit))):
        series.make(edit.duplicate(series.now, (*parent.address, first + number)))
    for number in range(1, len(unit)):
        # each stands right before its copy; those behind it come together
        series.make(edit.move(series.now, (*parent.address, first + 2 * number), parent.address, first + number))
    return series.edit, len(unit)


def wrapped(document: Document, parts: Sequence[Part], block: str) -> Edit:
    """A block of layers that follow one another in one list."""
    chain = parts[0].parent
    if chain is None or not chain.is_list or any(part.parent is not chain for part in parts):
        raise Refused("a block is made of layers of one list")
    places = sorted({int(part.key) for part in parts})
    if places != list(range(places[0], places[-1] + 1)):
        raise Refused("a block is made of layers that follow one another: choose those between them too")
    series = Series(document)
    series.make(named_where_used(document, parts))
    series.make(edit.wrap(series.now, chain.address, places[0], places[-1], block))
    return series.edit


def deleted(document: Document, part: Part) -> Edit:
    """A layer taken out; one that is read by its kind and number is so as one with a name is."""
    series = Series(document)
    series.make(named_where_used(document, [part]))
    series.make(edit.delete(series.now, part.address))
    return series.edit


def connected(document: Document, target: Part, source: str, before: Joined, parts: Mapping[str, Part]) -> Edit:
    """Let a layer read another: a joiner reads it besides, any other layer in place of what it read.

    `before`: what a joiner that names nothing reads now, by name. `parts`: the entries of the layers that may be
    read; those that are, and have no name, get one.
    """
    entry = _reading_entry(document, target)
    joins = lookup("joiner", entry.kind) is not None
    reads = _joined(entry, before) if joins else []
    if source in reads:
        raise Refused(f"it reads `{source}` already")
    known = explicit_reads(entry) is not None
    change, names = named(document, [parts[one] for one in ([] if known else reads) + [source] if one in parts])
    series = Series(document)
    series.make(change)
    entry = _reading_entry(series.now, series.now.at(target.address))
    listed = [names.get(one, one) for one in (_joined(entry, reads) if joins else []) + [source]]
    series.make(series.now.edit(with_beside(entry, "from", listed if joins else listed[0])))
    return series.edit


def disconnected(document: Document, target: Part, source: str) -> Edit:
    """Let a joiner no longer read one of several."""
    entry = _reading_entry(document, target)
    reads = explicit_reads(entry)
    names = names_read(reads) if reads is not None else []
    if source not in names:
        raise Refused(f"it does not say that it reads `{source}`")
    rest = [name for name in names if name != source]
    if not rest:
        raise Refused(f"`{source}` is all it reads: connect another first")
    return document.edit(with_beside(entry, "from", rest))


def between(document: Document, target: Part, source: str, kind: str, reads: Joined) -> Edit:
    """A new layer on one of the ways into a joiner: it reads `source`, and the joiner reads it."""
    entry = _reading_entry(document, target)
    names = _joined(entry, reads)
    if source not in names:
        raise Refused(f"it does not read `{source}`")
    parent = target.parent
    assert parent is not None, "an entry stands in a list or a graph"
    name = free_name(Names(document), scope_of(target), f"{kind.lower()}_1")
    value: dict[str, Value] = {kind: STARTERS.get(kind, {}), "from": source}
    at = parent.items.index(target)
    new = content(value, name) if in_graph(target) else content({**value, "name": name})
    series = Series(document)
    series.make(document.edit(with_beside(entry, "from", [name if one == source else one for one in names])))
    series.make(series.now.edit(inserted(series.now, series.now.at(parent.address), at, new)))
    return series.edit


def _reading_entry(document: Document, part: Part) -> EntryPart:
    entry = edit.entry_of(document, part)
    if entry is None or entry.site.families[:1] != ("layer",):
        raise Refused("only a layer can be told what to read; a formula says it itself")
    if entry.kind in ("formula", "chain"):
        raise Refused(f"`{entry.kind}` says itself what it reads: change that in its form")
    return entry


def _joined(entry: EntryPart, before: Joined) -> list[str]:
    """What a joiner reads by name. Refused for one whose branches say it."""
    if any(option.is_list for option in entry.options.values()):
        raise Refused(f"the branches of `{entry.kind}` say what it joins: put a layer into one of them")
    reads = explicit_reads(entry)
    return list(before) if reads is None else names_read(reads)


def kind_replaced(document: Document, part: Part, kind: str) -> Edit:
    """Another kind for an entry; what the new one cannot be without and the old one has not got is begun."""
    entry, known = edit.entry_of(document, part), lookup("layer", kind)
    given = STARTERS.get(kind)
    start = dict(given) if isinstance(given, dict) else {known.main: given} if known and known.main and given else {}
    has = set(entry.options) if entry is not None else set()
    if entry is not None and entry.alone is not None and entry.main is not None:
        has.add(entry.main)
    needed = {option.name for option in known.options if option.default is REQUIRED} if known is not None else set()
    options = {name: value for name, value in start.items() if name in needed - has}
    return edit.replace_kind(document, part.address, kind, options)


def is_use(document: Document, part: Part) -> bool:
    """Whether an entry is the use of a block."""
    entry = entry_at(document, part)
    return entry is not None and entry.known is None and entry.kind[:1].isupper()
