"""Layers taken out: what used one is pointed at what it read."""

from __future__ import annotations

from dataclasses import dataclass

from .edit_checked import checked
from .edit_document import Document, Edit, Refused, Splice
from .edit_entries import EntryPart, entry_at, with_beside
from .edit_insert import layer_at
from .edit_items import removed
from .edit_names import Names, names_of
from .edit_parts import Address, Part
from .edit_reads import Reads, explicit_reads, formula_sources
from .edit_rename import scope_of
from .edit_uses import Given, Use
from .edit_write import flow
from .entries import LAYERS
from .walk import AXES


@dataclass(frozen=True, slots=True)
class Source:
    """What a layer reads: names, or a layer before it that has none (`unnamed`)."""

    reads: Reads | None = None
    unnamed: EntryPart | None = None


def delete(document: Document, place: Address | str, instead: str | None = None) -> Edit:
    """Take a layer, a line of a graph, or any item or key out. Uses of its name are pointed at what it read, or
    at the tensor `instead`. Refused where something would be left without what it reads.
    """
    part = layer_at(document, place)
    parent = part.parent
    line = parent is not None and parent.key == "graph" and parent.is_table
    entry = entry_at(document, part)
    chain = parent is not None and parent.is_list and entry is not None and entry.site is LAYERS
    names = names_of(document)
    _nothing_inside(names, part)
    if not chain and not line:
        given = names.given_by(part)
        if given is not None and (uses := _outside(names, given, part)):
            raise Refused(f"`{given.name}` is used {_where(names, uses[0][0])}")
        return checked(document, document.edit(removed(document, part)))
    splices = _uses_turned(names, part, instead)
    if chain and entry is not None:
        splices += _next_turned(names, entry, instead)
    return checked(document, document.edit([*removed(document, part), *splices]))


def _nothing_inside(names: Names, part: Part) -> None:
    """Refused where a name given within it, in a branch, is used outside."""
    for scope in names.scopes.values():
        for given in scope.names.values():
            if given.part is not part and _within(given.part, part) and (used := _outside(names, given, part)):
                raise Refused(f"`{given.name}`, within it, is read {_where(names, used[0][0])}")


def _within(part: Part, outer: Part) -> bool:
    return outer.start <= part.start and part.end <= outer.end and part is not outer


def _outside(names: Names, given: Given, part: Part) -> list[tuple[Use, int]]:
    return [(use, n) for use, n in names.of(given) if use.part is not part and not _within(use.part, part)]


def _where(names: Names, use: Use) -> str:
    return f"in line {names.document.text.count(chr(10), 0, use.part.start) + 1}"


def _uses_turned(names: Names, part: Part, instead: str | None) -> list[Splice]:
    """Every use of the name that goes, as a use of what it read."""
    given = names.given_by(part)
    uses = _outside(names, given, part) if given is not None else []
    if given is None or not uses:
        return []
    for use, number in uses:
        rest = use.text.split(".")[number + 1 :]
        if use.how == "selector":
            raise Refused(f"the weights of `{given.name}` are named {_where(names, use)}; take that out first")
        if rest and rest[-1] not in AXES:
            raise Refused(f"`{use.text}` {_where(names, use)} reads a part of `{given.name}`, which goes with it")
    source = Source(instead) if instead is not None else source_of(names, part)
    if source.unnamed is not None:
        # the layer before takes the name over, so that all its uses stay as they are
        return with_beside(source.unnamed, "name", given.name)
    if source.reads is None:
        raise Refused(f"`{given.name}` reads nothing that could stand for it {_where(names, uses[0][0])}")
    return [_turned(names, use, number, source.reads) for use, number in uses]


def _turned(names: Names, use: Use, number: int, reads: Reads) -> Splice:
    start, end = use.steps[number].span
    if not isinstance(reads, str) and len(reads) == 1:
        reads = reads[0]
    if isinstance(reads, str):
        if reads == "input" and (number or use.scope != scope_of(use.part)):
            raise Refused(f"`{use.text}` {_where(names, use)} cannot read the input of another body")
        return Splice(start, end, reads)
    listed = ", ".join(reads)
    in_from = use.part.key == "from" or (use.part.parent is not None and use.part.parent.key == "from")
    if not in_from or len(use.steps) > 1:
        raise Refused(f"it reads several tensors ({listed}), and {_where(names, use)} one is wanted; say which")
    in_list = use.part.parent is not None and use.part.parent.is_list
    if in_list and use.part.parent is not None and not use.part.parent.flow:
        raise Refused(f"it reads several tensors ({listed}); say which is to be read {_where(names, use)}")
    return Splice(use.part.start, use.part.end, listed if in_list else f"[{listed}]")


def _next_turned(names: Names, entry: EntryPart, instead: str | None) -> list[Splice]:
    """The next layer of a chain read this one: it is told what to read where that is not the one before."""
    parent = entry.part.parent
    reads = instead if instead is not None else explicit_reads(entry)
    if reads is None and entry.kind == "formula":
        source = source_of(names, entry.part)
        if source.reads is None and source.unnamed is None:
            raise Refused("the formula reads several tensors: say which of them is to be read in its place")
        reads = source.reads
    if reads is None or parent is None:
        return []
    index = int(entry.part.key)
    above = entry_at(names.document, parent.items[index - 1]) if index else None
    named = above.beside("name") if above is not None else None
    if named is not None and named.text == reads:
        return []
    following = parent.items[index + 1] if index + 1 < len(parent.items) else None
    after = entry_at(names.document, following) if following is not None else None
    if after is None:
        raise Refused(f"nothing would follow on {_listed(reads)}: it is the last layer, and reads no other one")
    if explicit_reads(after) is not None or after.kind == "formula":
        return []
    if not isinstance(reads, str) and not _plainly_joined(entry):
        raise Refused(f"`{entry.kind}` joins {_listed(reads)}: say which of them is to be read in its place")
    return with_beside(after, "from", reads)


def _plainly_joined(entry: EntryPart) -> bool:
    """Whether a list that is read is one after the other, as a list in `from` is."""
    return entry.known is None or entry.known.family != "joiner" or (entry.kind == "concat" and not entry.options)


def _listed(reads: Reads) -> str:
    return f"`{reads}`" if isinstance(reads, str) else flow(list(reads))


def source_of(names: Names, part: Part) -> Source:
    """What a layer or line reads."""
    if part.is_list:
        return source_of(names, part.items[0]) if part.items else Source()
    entry = entry_at(names.document, part)
    if entry is None or entry.kind == "formula":
        return _formula_source(names, part, entry)
    reads = explicit_reads(entry)
    if reads is not None:
        return Source(reads if isinstance(reads, str) or _plainly_joined(entry) else None)
    return before(names, part)


def _formula_source(names: Names, part: Part, entry: EntryPart | None) -> Source:
    """The only tensor that a formula reads; `previous` is what stands before it."""
    value = part if entry is None else entry.value
    sources = sorted({use.text for use in formula_sources(names, value)}) if value is not None else []
    behind = entry is not None and value is not None and "previous" in names.document.raw(value)
    if behind and not sources:
        return before(names, part)
    return Source(sources[0] if len(sources) == 1 and not behind else None)


def before(names: Names, part: Part) -> Source:
    """What stands before a layer of a chain."""
    parent = part.parent
    if parent is None or not parent.is_list:
        return Source()
    if int(part.key):
        return _named_source(names, parent.items[int(part.key) - 1])
    return _first_source(names, parent)


def _named_source(names: Names, before: Part) -> Source:
    entry = entry_at(names.document, before)
    named = entry.beside("name") if entry is not None else None
    if entry is None or (named is None and entry.beside("repeat") is not None):
        raise Refused("the layer before it is repeated and has no name; give it one first")
    return Source(named.text) if named is not None else Source(unnamed=entry)


def _first_source(names: Names, chain: Part) -> Source:
    """What the first layer of a chain reads: a body's input, or what the joiner of a branch reads."""
    above = chain.parent
    if chain.key == "layers" and above is not None and entry_at(names.document, above) is None:
        inputs = above.inner.get("inputs")
        if inputs is not None and len(inputs.items) != 1:
            raise Refused("it reads the body's inputs, which are several; say which")
        if inputs is None:
            return Source("input")
        only = inputs.items[0]
        return Source(only.text if inputs.is_list else str(only.key))
    while above is not None:
        entry = entry_at(names.document, above)
        if entry is not None:
            return source_of(names, above)
        above = above.parent
    return Source()
