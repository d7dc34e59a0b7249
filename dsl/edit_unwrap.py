"""A block's layers put where it is used, its options replaced by what they are given there."""

from __future__ import annotations

from dataclasses import dataclass

from .edit_checked import checked
from .edit_document import Document, Edit, Refused, Splice, composed, shown
from .edit_entries import EntryPart, entry_at, with_beside
from .edit_insert import layer_at
from .edit_items import inserted, removed
from .edit_move import Taken, bare, taken_out
from .edit_names import Names
from .edit_parts import Address, Part
from .edit_reads import explicit_reads
from .edit_rename import free_name, scope_of
from .edit_uses import Given, Use
from .edit_write import flow, scalar_of, value_of
from .entries import LAYERS
from .scalars import plain


def unwrap(document: Document, place: Address | str) -> Edit:
    """Put a block's layers where it is used; the block goes when nothing else uses it.

    Refused for a network, whose weights are shared, for a graph or cell, and where a use would lose its meaning.
    """
    part = layer_at(document, place)
    opening = _Opening.of(document, part)
    taken = opening.taken()
    parent = part.parent
    assert parent is not None, "a layer without a chain"
    index = int(part.key)
    steps = [document.edit(opening.uses_turned())]
    after = document.apply(steps[0])
    for number, one in enumerate(taken):
        chain = after.at(parent.address)
        steps.append(after.edit(inserted(after, chain, index + 1 + number, one.content)))
        after = after.apply(steps[-1])
    steps.append(after.edit(opening.wired(after, parent.address, index)))
    after = after.apply(steps[-1])
    steps.append(after.edit(removed(after, after.at((*parent.address, index)))))
    after = after.apply(steps[-1])
    if opening.last_use:
        steps.append(after.edit(opening.block_out(after, taken)))
    return checked(document, composed(document, *steps))


@dataclass(frozen=True, slots=True)
class _Opening:
    """A use of a block that is opened: its entry, the block, and the block's layers."""

    names: Names
    entry: EntryPart
    block: Part
    layers: tuple[Part, ...]
    last_use: bool

    @classmethod
    def of(cls, document: Document, part: Part) -> _Opening:
        entry = entry_at(document, part)
        if entry is None or part.parent is None or not part.parent.is_list or entry.site is not LAYERS:
            raise Refused(f"`{shown(part.address)}` is no layer of a chain")
        block = document.find(("blocks", entry.kind))
        if block is None:
            why = "is no block of this file"
            if document.find(("networks", entry.kind)) is not None:
                why = "is a network, whose weights all its uses share"
            raise Refused(f"`{entry.kind}` {why}")
        chain = block.inner.get("layers")
        if chain is None or not chain.is_list or "state" in block.inner:
            raise Refused(f"`{entry.kind}` has no chain of layers that could stand here")
        names = Names(document)
        uses = sum(kind == entry.kind for kind, _ in names.kinds)
        named = any(use.steps[0].text == entry.kind for use in names.uses if use.how == "selector")
        made = cls(names, entry, block, chain.items, uses == 1 and not named)
        made._can_stand_here()
        return made

    @property
    def inner(self) -> Address:
        return self.block.address

    @property
    def outer(self) -> Address:
        return scope_of(self.entry.part)

    def _can_stand_here(self) -> None:
        entry = self.entry
        for word in ("when", "repeat"):
            if entry.beside(word) is not None:
                raise Refused(f"the block has `{word}` beside it, which is of all its layers together")
        if self.outer == self.inner:
            raise Refused("a block cannot be opened within itself")
        inputs = {given.name for given in self.given() if given.how == "input"}
        for use in self.names.uses:
            # `input.channels` is a size of what the layer itself reads, here as there
            unknown = inputs | {"input"} if use.how == "tensor" else inputs
            read = use.scope == self.inner and use.how in ("tensor", "size")
            if read and use.steps[0].text in unknown:
                raise Refused(f"a layer in it reads `{use.steps[0].text}`, which is not known outside")
        if any(name in inputs for name in entry.options):
            raise Refused("it is given tensors by name")

    def given(self) -> list[Given]:
        return list(self.names.scopes[self.inner].names.values())

    def fresh(self) -> dict[str, str]:
        """What the names of the block's layers are outside it, where some are taken."""
        fresh = dict[str, str]()
        for given in self.given():
            fresh[given.name] = free_name(self.names, self.outer, given.name, set(fresh.values()))
        return fresh

    def taken(self) -> list[Taken]:
        """The block's layers as they are to be written outside it."""
        document, splices = self.names.document, dict[tuple[int, int], Splice]()
        fresh = self.fresh()
        for given in self.given():
            for span in (
                *given.spans,
                *(use.steps[n].span for use, n in self.names.of(given) if use.scope == self.inner),
            ):
                splices[span] = Splice(*span, fresh[given.name])
        for use in self.names.uses:
            if use.how == "option" and use.scope == self.inner and "layers" in use.part.address[:3]:
                made = self._valued(use)
                splices[made.start, made.end] = made
        inside = [s for s in splices.values() if self.layers and self.layers[0].start <= s.start <= self.layers[-1].end]
        valued = document.apply(document.edit(inside))
        items = valued.at((*self.inner, "layers")).items
        parent = self.entry.part.parent
        if self.last_use and parent is not None and not parent.flow:
            return [taken_out(valued, item) for item in items]
        return [Taken(bare(valued, item), (0, 0)) for item in items]

    def _valued(self, use: Use) -> Splice:
        """The value of an option in the place of its name."""
        document = self.names.document
        value = self._value(use.steps[0].text)
        for step in use.steps[1:]:
            if not value.is_list or not step.text.isdigit() or not 0 < int(step.text) <= len(value.items):
                raise Refused(f"`{use.text}` is no item of what the block is given")
            value = value.items[int(step.text) - 1]
        start, end = use.steps[0].span[0], use.steps[-1].span[1]
        raw = document.raw(use.part)
        if raw.strip("'\"") == f"${use.text}":
            return Splice(use.part.start, use.part.end, flow(value_of(value, document.text)))
        text = _in_formula(value, document)
        if document.text[start - 1] == "$":
            return Splice(start - 1, end, text)
        return Splice(start, end, text)

    def _value(self, option: str) -> Part:
        entry = self.entry
        if option in entry.options:
            return entry.options[option]
        if entry.alone is not None and option == entry.main:
            return entry.alone
        default = self.names.document.find((*self.inner, "options", option))
        if default is None:
            raise Refused(f"`{option}` is not given where the block is used")
        if self.outer[:1] == ("blocks",) and any("$" in (part.text or "") for part in default.walk()):
            raise Refused(f"the default of `{option}` is known only to the file, not to the block it is used in")
        return default

    def uses_turned(self) -> list[Splice]:
        """Paths that go into the block from outside, and uses of its own name."""
        own = self.names.given_by(self.entry.part)
        splices, fresh = list[Splice](), self.fresh()
        last = entry_at(self.names.document, self.layers[-1]) if self.layers else None
        named = last.beside("name") if last is not None else None
        for use, number in self.names.of(own) if own is not None else ():
            rest = use.steps[number + 1 :]
            if rest and rest[0].text in fresh:
                splices.append(Splice(use.steps[number].span[0], rest[0].span[1], fresh[rest[0].text]))
            elif use.how == "selector" or rest:
                raise Refused(f"`{use.text}` speaks of the block as a whole")
            elif named is not None and named.text is not None:
                splices.append(Splice(*use.steps[number].span, fresh[named.text]))
        return splices

    def wired(self, document: Document, chain: Address, index: int) -> list[Splice]:
        """What stood beside the block, beside its first and last layer."""
        splices, count = list[Splice](), len(self.layers)
        first = entry_at(document, document.at((*chain, index + 1))) if count else None
        last = entry_at(document, document.at((*chain, index + count))) if count else None
        reads = explicit_reads(self.entry)
        if reads is not None and first is not None and explicit_reads(first) is None:
            splices += with_beside(first, "from", reads)
        name = self.entry.beside("name")
        if name is not None and name.text is not None and last is not None and last.beside("name") is None:
            splices += with_beside(last, "name", name.text)
        return splices

    def block_out(self, document: Document, taken: list[Taken]) -> list[Splice]:
        """The block's own lines taken out; comments that went along are not kept twice."""
        block = document.at(self.inner)
        items = block.inner["layers"].items
        gone = [
            (item.start, document.line_end(item.end)) for item, one in zip(items, taken, strict=True) if one.span[1]
        ]
        section = block.parent
        only = section is not None and len(section.items) == 1
        return removed(document, section if only and section is not None else block, gone)


def _in_formula(value: Part, document: Document) -> str:
    """A value as it stands in a formula."""
    text = value.text or ""
    if text.startswith("$("):
        return text[1:]
    if text.startswith("$"):
        return text[1:]
    number = plain(text) if not value.style else None
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Refused(f"`{flow(scalar_of(value, document.raw(value)))}` cannot stand in a formula")
    return f"({text})" if text.startswith("-") else text
