"""Layers of a chain made a block of their own, and a block's layers put where it is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .edit_checked import checked
from .edit_document import Document, Edit, Refused, Splice, composed, shown
from .edit_entries import entry_at
from .edit_items import Content, content, inserted, removed, replaced
from .edit_move import Taken, taken_out
from .edit_names import Names
from .edit_parts import Address, Part
from .edit_rename import free_name, scope_of
from .edit_uses import Given
from .edit_write import Value, Written, flow, value_of
from .entries import LAYERS
from .walk import PART

BEFORE = ("networks", "network", "graph", "train", "evaluate", "generate", "study")
"""The sections before which `blocks:` is put."""


def wrap(document: Document, chain: Address | str, first: int, last: int, block: str) -> Edit:
    """Make the layers `first` to `last` of a chain a block, which stands in their place."""
    part = document.at(chain)
    items = part.items[first : last + 1] if part.is_list else ()
    entries = [entry_at(document, item) for item in items]
    if not items or any(entry is None or entry.site is not LAYERS for entry in entries):
        raise Refused(f"`{shown(part.address)}` has no layers {first} to {last}")
    if not PART.fullmatch(block):
        raise Refused(f"`{block}` cannot be the name of a block: letters and digits, a capital first")
    names = Names(document)
    if any(scope[1:] == (block,) for scope in names.scopes):
        raise Refused(f"there is a part `{block}` already")
    inside = _Inside(names, items)
    inside.reads_nothing_outside()
    options = inside.options()
    name, splices = inside.uses_turned(block)
    line = part.parent is not None and part.parent.key == "graph" and part.parent.is_table
    if name is None and line and first and last + 1 >= len(part.items):
        # at the end of a graph's line it would bear the line's name, and its layers those of the line's others
        name = free_name(names, inside.scope, f"{block.lower()}_1")
    use: dict[str, Value] = {block: _passed(scope_of(part), options)}
    if name is not None:
        use["name"] = name
    value: Value = block if use == {block: {}} else use
    steps = [document.edit(splices)]
    after = document.apply(steps[0])
    steps += _replaced_by_use(after, after.at(part.address), first, last, value, block, options)
    return checked(document, composed(document, *steps))


def _passed(scope: Address, options: Mapping[str, Value]) -> Value:
    """The options that the block is given where it is used: in another block all, in the file none, since their
    defaults are the file's."""
    if scope[:1] != ("blocks",) or not options:
        return {}
    given: dict[str, Value] = {name: Written(f"${name}") for name in options}
    return next(iter(given.values())) if len(given) == 1 else given


def _replaced_by_use(
    document: Document, chain: Part, first: int, last: int, value: Value, block: str, options: Mapping[str, Value]
) -> list[Edit]:
    section = document.find("blocks")
    along = section is None or (section.is_table and not section.flow)
    taken = [taken_out(document, item, along=along) for item in chain.items[first : last + 1]]
    steps = [document.edit(inserted(document, chain, last + 1, content(value)))]
    after = document.apply(steps[0])
    gone = list[Splice]()
    for number, one in enumerate(taken, first):
        item = after.at((*chain.address, number))
        gone += removed(after, item, [(item.start, item.start + one.span[1] - one.span[0])])
    steps.append(after.edit(gone))
    after = after.apply(steps[-1])
    steps.append(after.edit(_declared(after, block, options, taken)))
    return steps


def _declared(document: Document, block: str, options: Mapping[str, Value], taken: list[Taken]) -> list[Splice]:
    """The block's own lines, in a section that is made if there is none."""
    inline = f"{block}: {{{_options_inline(options)}layers: [{', '.join(one.content.inline for one in taken)}]}}"
    section = document.find("blocks")
    new = Content(lambda column: _block_lines(block, options, taken, column), inline)
    if section is not None and section.is_table:
        return inserted(document, section, len(section.items), new)
    if section is not None:
        return replaced(document, section, "{" + inline + "}")
    root = document.root
    index = next((n for n, key in enumerate(root.inner) if key in BEFORE), len(root.items))
    lines = Content(lambda column: ["blocks:", *_indented(new.lines(column + 2), column + 2)], f"blocks: {{{inline}}}")
    return inserted(document, root, index, lines)


def _options_inline(options: Mapping[str, Value]) -> str:
    return f"options: {flow(options)}, " if options else ""


def _block_lines(block: str, options: Mapping[str, Value], taken: list[Taken], column: int) -> list[str]:
    lines = [f"{block}:"]
    if options:
        lines.append(" " * (column + 2) + f"options: {flow(options)}")
    lines.append(" " * (column + 2) + "layers:")
    for one in taken:
        first, *rest = one.content.lines(column + 6)
        lines += [" " * (column + 4) + "- " + first, *rest]
    return lines


def _indented(lines: list[str], column: int) -> list[str]:
    return [" " * column + lines[0], *lines[1:]]


@dataclass(frozen=True, slots=True)
class _Inside:
    """The layers that become a block, with the names and uses in them."""

    names: Names
    items: tuple[Part, ...]

    @property
    def scope(self) -> Address:
        return scope_of(self.items[0])

    def holds(self, part: Part) -> bool:
        return self.items[0].start <= part.start and part.end <= self.items[-1].end

    def given(self) -> list[Given]:
        return [given for given in self.names.scopes[self.scope].names.values() if self.holds(given.part)]

    def reads_nothing_outside(self) -> None:
        """Refused where a layer reads by name what a block cannot see."""
        own = self.given()
        for use in self.names.uses:
            if use.scope != self.scope or not self.holds(use.part) or use.how in ("option", "set", "key", "selector"):
                continue
            head = use.steps[0].text
            if head == "input" and use.how == "size":
                # the sizes of what the layer itself reads
                continue
            if not any(given.name == head for given in own):
                raise Refused(f"`{use.text}`, which it reads, is outside; a block knows only what it is given")

    def options(self) -> dict[str, Value]:
        """What the block has to declare, as name and default."""
        document, found = self.names.document, dict[str, Value]()
        for use in self.names.uses:
            if use.how != "option" or use.scope != self.scope or not self.holds(use.part):
                continue
            name = use.steps[0].text
            declared = (
                document.find(("blocks", *self.scope[1:], "options", name)) if self.scope[:1] == ("blocks",) else None
            )
            found[name] = Written(f"${name}") if declared is None else value_of(declared, document.text)
        return found

    def uses_turned(self, block: str) -> tuple[str | None, list[Splice]]:
        """The name that the block's use has to have, and the outer uses of inner names turned into paths."""
        last = entry_at(self.names.document, self.items[-1])
        named = last.beside("name") if last is not None else None
        outer = [
            (given, use, number)
            for given in self.given()
            for use, number in self.names.of(given)
            if not self.holds(use.part)
        ]
        if not outer:
            return None, []
        name = named.text if named is not None else free_name(self.names, self.scope, f"{block.lower()}_1")
        assert name is not None, "a name without a text"
        splices = list[Splice]()
        for given, use, number in outer:
            span = use.steps[number].span
            if use.how == "selector" or given.name != name:
                splices.append(Splice(span[0], span[0], f"{name}."))
        return name, splices
