"""Layers put in: into chains and branches, and as lines of a graph, with the wiring that it takes."""

from __future__ import annotations

from collections.abc import Mapping

from .edit_checked import checked
from .edit_document import Document, Edit, Refused, Splice, shown
from .edit_entries import EntryPart, entry_at, with_beside, without_beside
from .edit_items import content, inserted
from .edit_names import Names
from .edit_parts import Address, Part
from .edit_reads import Reads, explicit_reads, formula_sources
from .edit_rename import by_name, check_free, free_name, scope_of
from .edit_write import Value
from .entries import ALL_BESIDE, LAYERS
from .walk import AXES

Entry = str | Mapping[str, Value]
"""A new layer as values: `"relu"`, `{"dense": 64}`, `{"dense": {"units": 64}, "name": "h"}`."""


def layer_at(document: Document, place: Address | str) -> Part:
    """The part at an address, or the layer, line or input of a name. Refused where there is none."""
    if not isinstance(place, str):
        return document.at(place)
    if "." not in place and "[" not in place and place not in document.root.inner:
        given = by_name(Names(document), place)
        if given is None:
            raise Refused(f"nothing in the file is called `{place}`")
        return given.part
    return document.at(place)


def insert(document: Document, chain: Address | str, index: int, entry: Entry) -> Edit:
    """Put a layer into a list (a chain, a branch, a list of losses or metrics) before its item of that number."""
    part = document.at(chain)
    if not part.is_list:
        raise Refused(f"`{shown(part.address)}` is no list")
    index = min(index, len(part.items))
    return checked(document, document.edit(inserted(document, part, index, content(entry))))


def insert_after(document: Document, place: Address | str, entry: Entry, name: str | None = None) -> Edit:
    """Put a layer behind another. In a graph it is a line `name`, and what read the other reads the new one."""
    part = layer_at(document, place)
    parent = _container(part)
    if parent.is_list:
        return _into_chain(document, part, int(part.key) + 1, _called(document, part, entry, name))
    names = Names(document)
    _gives_one(document, part)
    given = names.given_by(part)
    assert given is not None, "a line of a graph without a name"
    name = _line_name(names, part, entry, name)
    splices = inserted(document, parent, parent.items.index(part) + 1, content(_reading(entry, given.name), name))
    for use, number in names.of(given):
        if use.how in ("tensor", "size") and _goes_on(use.text.split(".")[number + 1 :]):
            raise Refused(f"`{use.text}` reads a part of `{given.name}`; put the layer behind that part")
        if use.how in ("tensor", "size"):
            span = use.steps[number].span
            splices.append(Splice(span[0], span[1], name))
    return checked(document, document.edit(splices))


def insert_before(document: Document, place: Address | str, entry: Entry, name: str | None = None) -> Edit:
    """Put a layer before another: it reads what the other read, and the other reads it."""
    part = layer_at(document, place)
    parent = _container(part)
    if parent.is_list:
        return _before_in_chain(document, part, _called(document, part, entry, name))
    names = Names(document)
    name = _line_name(names, part, entry, name)
    reads, turned = _turned(names, part, name)
    at = parent.items.index(part)
    splices = inserted(document, parent, at, content(_reading(entry, reads), name))
    return checked(document, document.edit([*splices, *turned]))


def _gives_one(document: Document, part: Part) -> None:
    """Refused behind a part of the file's own that gives out several tensors."""
    entry = entry_at(document, part)
    for section in ("blocks", "networks"):
        output = document.find((section, entry.kind, "output")) if entry is not None else None
        if output is not None and len(output.items) > 1:
            listed = ", ".join(item.text or "" for item in output.items)
            raise Refused(f"`{part.key}` gives out {listed}: say behind which of them, in the body that makes it")


def _container(part: Part) -> Part:
    parent = part.parent
    graph = parent is not None and parent.is_table and parent.key == "graph"
    if parent is None or not (parent.is_list or graph):
        raise Refused(f"`{shown(part.address)}` is neither a layer of a chain nor a line of a graph")
    return parent


def _into_chain(document: Document, part: Part, index: int, entry: Entry) -> Edit:
    parent = part.parent
    assert parent is not None, "an item without a list"
    return checked(document, document.edit(inserted(document, parent, index, content(entry))))


def _before_in_chain(document: Document, part: Part, entry: Entry) -> Edit:
    """A layer that says what it reads leaves that to the new one before it."""
    found = entry_at(document, part)
    parent = part.parent
    assert parent is not None, "an item without a list"
    reads = explicit_reads(found) if found is not None else None
    told = isinstance(entry, Mapping) and "from" in entry
    if found is None or reads is None or found.site is not LAYERS or told or _joins(found):
        return _into_chain(document, part, int(part.key), entry)
    splices = inserted(document, parent, int(part.key), content(_reading(entry, reads)))
    return checked(document, document.edit([*splices, *without_beside(found, "from")]))


def _joins(entry: EntryPart) -> bool:
    return entry.known is not None and entry.known.family == "joiner"


def _turned(names: Names, part: Part, name: str) -> tuple[Reads, list[Splice]]:
    """What a line of a graph reads, and the splices that let it read `name` in its place."""
    document = names.document
    if part.is_list:
        if not part.items:
            raise Refused("an empty chain reads nothing")
        part = part.items[0]
    entry = entry_at(document, part)
    if entry is not None:
        reads = explicit_reads(entry)
        if reads is None:
            raise Refused(f"`{entry.kind}` reads nothing that could be put before it")
        return reads, with_beside(entry, "from", name)
    sources = formula_sources(names, part)
    if len({use.text for use in sources}) != 1:
        raise Refused("the formula reads several tensors; say which by putting the layer behind it")
    spans = [(use.steps[0].span[0], use.steps[-1].span[1]) for use in sources]
    return sources[0].text, [Splice(a, b, name) for a, b in spans]


def _called(document: Document, part: Part, entry: Entry, name: str | None) -> Entry:
    """The entry with the name that it is given beside."""
    if name is None:
        return entry
    check_free(Names(document), scope_of(part), name)
    return {entry: {}, "name": name} if isinstance(entry, str) else {**entry, "name": name}


def _line_name(names: Names, part: Part, entry: Entry, name: str | None) -> str:
    scope = scope_of(part)
    if name is None:
        kind = entry if isinstance(entry, str) else _kind(entry)
        return free_name(names, scope, f"{kind.lower()}_1")
    check_free(names, scope, name)
    return name


def _kind(entry: Mapping[str, Value]) -> str:
    kind = next((key for key in entry if key not in ALL_BESIDE), None)
    if kind is None:
        raise Refused("a layer has a kind")
    return kind


def _reading(entry: Entry, reads: Reads) -> Entry:
    """The entry, reading a tensor; one that says already what it reads stays so."""
    if isinstance(entry, Mapping) and "from" in entry:
        return entry
    kind = entry if isinstance(entry, str) else _kind(entry)
    known = LAYERS.find(kind)
    if isinstance(entry, str) and (known is None or known.main is None):
        return {kind: reads}
    return {**({kind: {}} if isinstance(entry, str) else entry), "from": reads}


def _goes_on(rest: list[str]) -> bool:
    """Whether a path goes on to a part of the tensor, and not only to a size of it."""
    return bool(rest) and rest[-1] not in AXES
