"""The form of one entry or section of a file, made from the language's own tables: `form_of`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ...dsl.bodies import OPTION_TYPES
from ...dsl.edit import KEYS, Document, Refused, entry_of
from ...dsl.edit_document import shown, steps_of
from ...dsl.edit_entries import EntryPart
from ...dsl.edit_parts import Address, Part
from ...dsl.edit_write import Value, value_of
from ...dsl.entries import ALL_BESIDE, LAYERS
from ...dsl.kinds.kind import Option, OptionType
from ...dsl.kinds.tables import words
from ...dsl.reference.keys import WIRING
from .fields import Field, Form, Section
from .inner_fields import default_of, inner_fields, words_for
from .layers import sizes
from .palette import own_kinds
from .scopes import scope_at, tensor_names
from .section_form import block_fields, section_fields
from .typed import WORDS, of_type

__all__ = ["Field", "Form", "LayerFacts", "form_of"]

BESIDE = {key.name: key for key in WIRING}
LIVE_BESIDE = ("weight",)


class LayerFacts(Protocol):
    """What a form asks of what is known of a layer."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def elsewhere(self) -> str:
        """Why nothing in the file stands for it, where nothing does."""

    @property
    def facts(self) -> Sequence[tuple[str, str]]:
        """Rows of words and numbers: what it costs, as it is shown."""


@dataclass(frozen=True, slots=True)
class _Making:
    """What every field of one form is made with."""

    document: Document
    entry: EntryPart
    tensors: tuple[str, ...]


def form_of(
    document: Document,
    address: Address | str,
    layer: LayerFacts | None = None,
    inputs: Sequence[tuple[int, ...] | None] = (),
) -> Form:
    """The form of what stands at an address: an entry, a block, or a section; without fields where nothing is to set.

    `layer` is what is known of the layer, or None; `inputs` the shapes it reads, where all are known. Raises Refused
    where nothing stands.
    """
    steps = steps_of(address)
    part = document.find(steps)
    if part is None:
        if steps in KEYS and steps:
            return _section(document, steps, layer)
        raise Refused(f"there is no `{shown(steps)}` in the file")
    entry = entry_of(document, part)
    if entry is not None:
        known = () if any(shape is None for shape in inputs) else tuple(shape for shape in inputs if shape is not None)
        form = _entry(document, entry, layer)
        facts = (("reads", ", ".join(map(sizes, known))), *form.facts) if known else form.facts
        return replace(form, facts=facts, entry=_weighed(document, entry), inputs=known)
    if steps in KEYS and steps:
        return _section(document, steps, layer)
    if len(steps) == 2 and steps[0] in ("blocks", "networks"):
        return _block(document, part, layer)
    name = shown(steps)
    line = part.tree.place.line
    if len(steps) > 1 and steps[-2] == "graph" and part.text is not None:
        return _formula(document, part, layer)
    return Form(layer.id if layer else name, layer.name if layer else name, "", NO_FORM, line=line, facts=_facts(layer))


def _formula(document: Document, part: Part, layer: LayerFacts | None) -> Form:
    """The form of a line of a graph that is a formula: the formula."""
    *above, name = part.address
    place, line = shown(tuple(above)), part.tree.place.line
    option = of_type(str(name), "any", "a formula of the tensors by their names")
    made = Field(option, (str(name),), document.raw(part), choices=tensor_names(document, part.address), place=place)
    title = layer.id if layer else shown(part.address)
    return Form(title, str(name), "formula", "A formula of tensors.", line=line, fields=(made,), facts=_facts(layer))


NO_FORM = "Change it in the text."
LARGEST = 2000
"""Characters of an entry up to which it is weighed at every key."""


def _weighed(document: Document, entry: EntryPart) -> Value | None:
    """The entry as a value; None for one so large that it is no single layer."""
    return value_of(entry.part, document.text) if entry.part.end - entry.part.start < LARGEST else None


def bare_form(layer: LayerFacts) -> Form:
    """The form of a box that stands for nothing in the file: what is known of it, and nothing to set."""
    return Form(layer.id, layer.name, layer.kind, layer.elsewhere, line=layer.line, facts=_facts(layer))


def _section(document: Document, steps: Address, layer: LayerFacts | None) -> Form:
    name = shown(steps)
    part = document.find(steps)
    line = part.tree.place.line if part is not None else 0
    return Form(
        id=layer.id if layer else name,
        title=name,
        kind="section",
        help=SECTIONS[steps],
        line=line,
        fields=tuple(section_fields(document, steps)),
        facts=_facts(layer),
    )


SECTIONS: dict[Address, str] = {
    ("train",): "What is minimised, by what, and for how long.",
    ("data",): "Where the examples come from, and what is done to them.",
    ("data", "split"): "Shares of the whole; what they leave trains.",
    ("run",): "Seed and machine.",
    ("train", "stop"): "Ends training early.",
    ("train", "clip_gradients"): "Bounds gradients, so that one step cannot ruin all.",
}


def sections(document: Document) -> tuple[str, ...]:
    """The addresses of the forms that are no layer's: the training, its optimizer, the data, the run."""
    wanted = ("train", "train.optimizer", "data", "data.source", "run")
    return tuple(place for place in wanted if place in ("run", "train", "data") or document.find(place) is not None)


def _block(document: Document, part: Part, layer: LayerFacts | None) -> Form:
    """A block's or network's own form: its options with their types or defaults."""
    steps = part.address
    what = "A block: new weights at every use." if steps[0] == "blocks" else "A network: one set of weights."
    uses = sum(1 for one in document.root.walk() if one.key == steps[1] or one.text == steps[1]) - 1
    fields = tuple(block_fields(document, part))
    empty = "" if fields else " It has no options."
    return Form(
        id=layer.id if layer else shown(steps),
        title=str(steps[1]),
        kind="block" if steps[0] == "blocks" else "network",
        help=f"{what} Used {uses} time{'' if uses == 1 else 's'}.{empty}",
        line=part.tree.place.line,
        fields=fields,
        facts=_facts(layer),
    )


def _entry(document: Document, entry: EntryPart, layer: LayerFacts | None) -> Form:
    making = _Making(document, entry, tensor_names(document, entry.part.address))
    known = entry.known
    fields = [*_own(making), *_reads(making), *_wiring(making), _kind(making)]
    place = shown(entry.part.address)
    name = entry.beside("name")
    title = layer.name if layer else (name.text or "") if name is not None else _key(entry)
    return Form(
        id=layer.id if layer else place,
        title=title or entry.kind,
        kind=entry.kind,
        help=known.help if known is not None else _own_help(document, entry.kind),
        formula=known.formula if known is not None else "",
        known=known,
        line=layer.line if layer else entry.part.tree.place.line,
        fields=tuple(fields),
        facts=_facts(layer),
    )


def _key(entry: EntryPart) -> str:
    return str(entry.part.key) if isinstance(entry.part.key, str) else ""


def _own_help(document: Document, kind: str) -> str:
    for section, what in (("blocks", "A block of this file"), ("networks", "A network of this file")):
        own = document.find((section, kind))
        if own is not None:
            about = own.inner.get("about")
            return about.text or what if about is not None else f"{what}, line {own.tree.place.line}."
    return "There is no such kind."


def _facts(layer: LayerFacts | None) -> tuple[tuple[str, str], ...]:
    return tuple(layer.facts) if layer is not None else ()


# options of the kind


def _own(making: _Making) -> Iterator[Field]:
    entry = making.entry
    for option in _options(making):
        part = _given(entry, option.name)
        if option.later and part is None:
            continue
        yield from _with_inner(making, option, part, "own")


def _options(making: _Making) -> Iterator[Option]:
    entry = making.entry
    if entry.known is not None:
        yield from entry.known.options
        declared = {option.name for option in entry.known.options}
        if "open" in entry.known.traits:
            for name in entry.options:
                if name not in declared and name not in entry.known.tensors:
                    yield of_type(name, "any")
        return
    own = making.document.find(("blocks", entry.kind, "options"))
    if own is not None and own.is_table:
        yield from (declared_option(str(name), part, making.document) for name, part in own.inner.items())


def declared_option(name: str, part: Part, document: Document) -> Option:
    """An option that a block declares: `units: int`, `rate: 0.1`, `where: {one_of: [pre, post]}`."""
    choices = part.inner.get("one_of")
    if choices is not None:
        return Option(name, "choice", help="of the block", choices=tuple(item.text or "" for item in choices.items))
    if part.text in OPTION_TYPES and not part.style:
        return Option(name, TYPES.get(part.text, "any"), help="of the block")
    if part.is_list and part.items and all(item.text in OPTION_TYPES for item in part.items):
        return Option(name, "list", help="of the block: " + document.raw(part))
    return Option(name, "any", document.raw(part) if "\n" not in document.raw(part) else "…", "of the block")


TYPES: dict[str, OptionType] = {"int": "int", "number": "number", "text": "text", "bool": "bool"}


def _given(entry: EntryPart, name: str) -> Part | None:
    """Where an option's value stands: by name, or alone after the kind."""
    if name in entry.options:
        return entry.options[name]
    return entry.alone if name == entry.main and not entry.reads_after_kind else None


def _with_inner(making: _Making, option: Option, part: Part | None, section: Section) -> Iterator[Field]:
    """An option's field, and those within it."""
    found = _field(making, option, part, section)
    yield found
    if option.type in ("activation", "weights", "live", "schedulable"):
        yield from inner_fields(found, part, making.document)


def _field(making: _Making, option: Option, part: Part | None, section: Section) -> Field:
    document = making.document
    raw = None if part is None else document.raw(part)
    words = making.tensors if option.type == "tensor" or option.name == "from" else words_for(option)
    return Field(
        option=option,
        path=(option.name,),
        written=raw,
        default=default_of(option),
        section=section,
        choices=words,
        only=option.type == "choice",
        scope=scope_at(document, making.entry.part.address),
        whole=None if part is None else value_of(part, document.text),
        fixed=raw is not None and "\n" in raw,
    )


# what it reads, and its wiring


def _reads(making: _Making) -> Iterator[Field]:
    """The tensors it is given by name. The first is what `from` fills, and is shown there."""
    entry = making.entry
    names: Sequence[str] = ()
    if entry.known is not None:
        declared = {option.name for option in entry.known.options}
        names = [name for name in entry.known.tensors if name not in declared]
    else:
        own = entry.document.find(("blocks", entry.kind, "inputs")) or entry.document.find(
            ("networks", entry.kind, "inputs")
        )
        if own is not None:
            names = [item.text or "" for item in own.items] if own.is_list else [str(key) for key in own.inner]
    for name in names:
        option = of_type(name, "tensor", "a tensor that it reads")
        yield _field(making, option, entry.options.get(name), "reads")


def _wiring(making: _Making) -> Iterator[Field]:
    entry = making.entry
    for word in ALL_BESIDE:
        if word not in entry.site.beside or (entry.known is not None and entry.known.option(word) is not None):
            continue
        # a loss or an optimizer may be wired, and never is; `weight`, `where` and `of` are for them
        if (word in entry.site.wiring) is not (entry.site is LAYERS) and entry.beside(word) is None:
            continue
        key = BESIDE[word]
        option = of_type(word, WORDS[word], key.help)  # type: ignore[arg-type]
        part = entry.beside(word)
        if word == "from" and part is None and entry.reads_after_kind:
            part = entry.alone
        if word == "name" and part is None and _named_by_key(entry):
            yield Field(option, ("name",), _key(entry), section="wiring", scope=scope_at(entry.document, ()))
            continue
        found = replace(_field(making, option, part, "wiring"), default=key.default.replace("`", ""))
        yield found
        if word in LIVE_BESIDE:
            yield from inner_fields(found, part, making.document)


def _kind(making: _Making) -> Field:
    """The kind itself, to be another."""
    entry = making.entry
    own = [choice.name for choice in own_kinds(making.document)] if entry.site is LAYERS else []
    option = of_type("kind", "any", "another kind keeps the options that it has too")
    known = (*own, *words(*entry.site.families))
    return Field(option, ("kind",), entry.kind, section="kind", choices=known, only=True, site=entry.site)


def _named_by_key(entry: EntryPart) -> bool:
    """Whether the entry is a line of a graph, whose key is its name."""
    above = entry.part.parent
    return above is not None and above.key == "graph" and bool(_key(entry))
