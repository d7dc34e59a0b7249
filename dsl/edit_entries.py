"""Entries in their forms: `dense`, `dense: 64`, `dense: {units: 64}`; options set, unset, kinds replaced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .edit_document import Document, Refused, Splice
from .edit_items import content, inserted, removed, replaced
from .edit_parts import Address, Part
from .edit_write import Value, flow, item_lines, scalar_of, value_of
from .entries import ALL_BESIDE, AUGMENT, LAYERS, LOSS, METRIC, OPTIMIZER, PENALTY, PREPARE, READ_AS, SOURCE, Site
from .kinds.kind import REQUIRED, Kind
from .kinds.tables import NETWORK
from .sections import DATA
from .suggest import did_you_mean
from .walk import PART, PATH

IN_STEP = {
    "loss": LOSS,
    "optimizer": OPTIMIZER,
    "metrics": METRIC,
    "penalties": PENALTY,
    "after_step": PENALTY,
}
IN_DATA = {"source": SOURCE, "prepare": PREPARE, "augment": AUGMENT}
IN_FIELD = {"as": READ_AS, "prepare": PREPARE}


def site_of(part: Part) -> Site | None:
    """Which kinds may stand where this part stands; None where no entry does."""
    steps = part.address
    if not steps or part.is_list:
        return None
    head, rest = steps[0], steps[1:]
    if head in ("network", "graph"):
        return _in_body(part, steps if head == "graph" else rest)
    if head == "networks" and len(rest) == 1:
        instance = len(part.inner) == 1 and PART.fullmatch(str(next(iter(part.inner))))
        return LAYERS if instance else None
    if head == "networks" and rest and PART.fullmatch(str(rest[1])):
        return _in_entry(rest[1:])
    if head in ("blocks", "networks"):
        return _in_body(part, rest[1:])
    if head == "train":
        while len(rest) > 1 and rest[0] in ("phases", "alternate"):
            rest = rest[2:]
        return _single(rest[1:], IN_STEP.get(str(rest[0]))) if rest else None
    if head == "evaluate":
        return _single(rest[2:], METRIC) if rest[1:2] == ("metrics",) else None
    return _in_data(rest) if head == "data" else None


def _single(rest: Address, site: Site | None) -> Site | None:
    """An entry by itself or in a list."""
    return site if not rest or (len(rest) == 1 and isinstance(rest[0], int)) else None


def _in_data(rest: Address) -> Site | None:
    if rest and rest[0] not in DATA:
        rest = rest[1:]
    if rest[:1] == ("fields",):
        return _single(rest[3:], IN_FIELD.get(str(rest[2]))) if len(rest) > 2 else None
    return _single(rest[1:], IN_DATA.get(str(rest[0]))) if rest else None


def _in_body(part: Part, rest: Address) -> Site | None:
    if len(rest) < 2 or rest[0] not in ("layers", "graph"):
        return None
    if rest[0] == "layers" or isinstance(rest[2] if len(rest) > 2 else "", int):
        return _in_entry(rest[2 if rest[0] == "layers" else 3 :])
    return None if len(rest) == 2 and not part.is_table else _in_entry(rest[2:])


def _in_entry(rest: Address) -> Site | None:
    """The site at a path within a layer."""
    if not rest:
        return LAYERS
    if rest[0] == "chain" and len(rest) > 1 and isinstance(rest[1], int):
        return _in_entry(rest[2:])
    if rest[1:2] == ("cell",):
        return _in_entry(rest[2:])
    if len(rest) > 2 and isinstance(rest[2], int) and (kind := LAYERS.find(str(rest[0]))) is not None:
        return _in_entry(rest[3:]) if kind.family == "joiner" else None
    return None


@dataclass(frozen=True, slots=True)
class EntryPart:
    """An entry of a document: its part, where it stands, its kind with the kind's row and value."""

    document: Document
    part: Part
    site: Site
    kind: str
    value: Part | None
    """What stands after the kind; None where the kind is a word alone."""
    known: Kind | None

    @property
    def main(self) -> str | None:
        """The option that may stand alone: of a block its first."""
        if self.known is not None:
            return self.known.main
        options = self.document.find(("blocks", self.kind, "options"))
        return str(next(iter(options.inner))) if options is not None and options.inner else None

    @property
    def reads_after_kind(self) -> bool:
        """Whether what stands after the kind is what it reads: `flatten: image`."""
        if self.known is None:
            declared = any(self.document.find((section, self.kind)) for section in ("blocks", "networks"))
            value = self.alone
            # a part of an included file: a name is taken for a tensor, a number for its main option
            named = value is None or value.is_list or bool(PATH.fullmatch(value.text or ""))
            return self.main is None and bool(PART.fullmatch(self.kind)) and (declared or named)
        return self.known.main is None and self.known.family in NETWORK

    @property
    def options(self) -> Mapping[str, Part]:
        """The options given by name."""
        value = self.value
        return {str(key): part for key, part in value.inner.items()} if value is not None and value.is_table else {}

    @property
    def alone(self) -> Part | None:
        """What stands after the kind when it is no table."""
        return self.value if self.value is not None and not self.value.is_table and not self.value.nothing else None

    def beside(self, word: str) -> Part | None:
        """What a word of the wiring says."""
        return self.part.inner.get(word) if self.part.is_table else None

    def names(self) -> list[str] | None:
        """The options and tensors that it may be given; None where any may."""
        if self.known is not None:
            if "open" in self.known.traits or self.known.name == "chain":
                return None
            return [*(option.name for option in self.known.options), *self.known.tensors]
        for section in ("blocks", "networks"):
            own = self.document.find((section, self.kind))
            if own is not None and (section == "blocks" or "inputs" in own.inner):
                return [*_keys(own, "options"), *_keys(own, "inputs")]
        return None


def _keys(own: Part, key: str) -> list[str]:
    part = own.inner.get(key)
    if part is None:
        return []
    return [inner.text or "" for inner in part.items] if part.is_list else [str(step) for step in part.inner]


def entry_at(document: Document, part: Part) -> EntryPart | None:
    """The entry that a part is; None where none stands."""
    site = site_of(part)
    if site is None:
        return None
    if part.text is not None:
        return EntryPart(document, part, site, part.text, None, site.find(part.text))
    kind = next((str(key) for key in part.inner if key not in ALL_BESIDE), None)
    if kind is None or not part.is_table:
        return None
    return EntryPart(document, part, site, kind, part.inner[kind], site.find(kind))


def with_option(entry: EntryPart, option: str, value: Value) -> list[Splice]:
    """Set an option, the form changed where it has to: `dense: 64` becomes `dense: {units: 64, bias: false}`."""
    _known(entry, option)
    if option in entry.options:
        return replaced(entry.document, entry.options[option], flow(value))
    short = option == entry.main and not isinstance(value, Mapping) and value is not None
    whole: Value = value if short else {option: value}
    if entry.value is None:
        return worded(entry, {entry.kind: whole})
    if entry.alone is None:
        if entry.options:
            return inserted(entry.document, entry.value, len(entry.options), content(value, option))
        return replaced(entry.document, entry.value, flow(whole))
    if option == entry.main:
        return replaced(entry.document, entry.alone, flow(whole))
    return _opened(entry, entry.alone, option, value)


def _known(entry: EntryPart, option: str) -> None:
    names = entry.names()
    if names is not None and option not in names and option not in entry.options:
        way = did_you_mean(option, names) or (f"It has {', '.join(names)}." if names else "It has none.")
        raise Refused(f"`{entry.kind}` has no option `{option}`. {way}")


def _opened(entry: EntryPart, alone: Part, option: str, value: Value) -> list[Splice]:
    """`dense: 64` with another option: the main one is named."""
    document = entry.document
    if entry.reads_after_kind:
        if entry.beside("from") is not None or not entry.part.is_table:
            raise Refused(f"`{entry.kind}` says twice what it reads")
        reads = value_of(alone, document.text)
        pair = content(reads, "from")
        return [
            *replaced(document, alone, flow({option: value})),
            *inserted(document, entry.part, len(entry.part.items), pair),
        ]
    if entry.main is None:
        raise Refused(f"what stands after `{entry.kind}:` has no name, and cannot stand beside `{option}`")
    raw = document.raw(alone)
    if "\n" in raw or "\r" in raw or not (alone.flow or flow(scalar_of(alone, raw)) == raw):
        return replaced(document, alone, flow({entry.main: value_of(alone, document.text), option: value}))
    return [
        Splice(alone.start, alone.start, f"{{{entry.main}: "),
        Splice(alone.end, alone.end, f", {option}: {flow(value)}}}"),
    ]


def worded(entry: EntryPart, value: Mapping[str, Value]) -> list[Splice]:
    """Another form of an entry that is a word alone. In a list of lines each pair takes a line."""
    part, document = entry.part, entry.document
    if part.parent is None or part.parent.flow or not part.parent.is_list:
        return [Splice(part.start, part.end, flow(value))]
    first, *rest = item_lines(value, document.column(part.start))
    end = document.line_end(part.end)
    below = "".join(document.newline + line for line in rest)
    return [Splice(part.start, part.end, first), *([Splice(end, end, below)] if below else [])]


def with_beside(entry: EntryPart, word: str, value: Value) -> list[Splice]:
    """Set a word of the wiring beside the kind."""
    document, old = entry.document, entry.beside(word)
    if old is not None:
        return replaced(document, old, flow(value))
    after_kind = word == "from" and entry.reads_after_kind
    if entry.value is None:
        return worded(entry, {entry.kind: value} if after_kind else {entry.kind: {}, word: value})
    if after_kind and (entry.alone is not None or (not entry.options and entry.known is not None)):
        return replaced(document, entry.value, flow(value))
    splices = inserted(document, entry.part, len(entry.part.items), content(value, word))
    if entry.value.nothing and entry.value.start == entry.value.end:
        splices += replaced(document, entry.value, "{}")
    return splices


def without_beside(entry: EntryPart, word: str) -> list[Splice]:
    """Take a word of the wiring away."""
    old = entry.beside(word)
    if old is None:
        if word == "from" and entry.alone is not None and entry.reads_after_kind:
            return _nothing_left(entry)
        raise Refused(f"`{entry.kind}` has no `{word}` here")
    bare = entry.value is None or entry.value.nothing or (entry.value.is_table and not entry.options)
    if len(entry.part.items) == 2 and bare and not isinstance(entry.part.key, str):
        return replaced(entry.document, entry.part, entry.kind)
    return removed(entry.document, old)


def without_option(entry: EntryPart, option: str) -> list[Splice]:
    """Unset an option. The short form is written when only the main option stays."""
    document = entry.document
    declared = entry.known.option(option) if entry.known is not None else None
    if (declared is not None and declared.default is REQUIRED) or _is_asked(entry, option):
        raise Refused(f"`{entry.kind}` cannot be without `{option}`: it has no default")
    if entry.alone is not None and option == entry.main:
        return _nothing_left(entry)
    if option not in entry.options or entry.value is None:
        raise Refused(f"`{option}` is not set here")
    left = [name for name in entry.options if name != option]
    value = entry.value
    if not left:
        return _nothing_left(entry)
    main = entry.options[left[0]]
    if left == [entry.main] and not main.is_table and not main.nothing and not _remarked(document, value):
        return replaced(document, value, flow(value_of(main, document.text)))
    return removed(document, entry.options[option])


def _is_asked(entry: EntryPart, option: str) -> bool:
    """Whether a block's option has a type and no default."""
    declared = entry.document.find(("blocks", entry.kind, "options", option)) if entry.known is None else None
    if declared is None:
        return False
    words = [declared] if declared.text is not None else list(declared.items)
    types = ("int", "number", "text", "bool", "layers")
    return "one_of" in declared.inner or (bool(words) and all(word.text in types for word in words))


def _remarked(document: Document, part: Part) -> bool:
    return bool(document.comments_in(part.start, part.end))


def _nothing_left(entry: EntryPart) -> list[Splice]:
    """A kind with no option: the word alone, or `{}` beside other words."""
    part, document = entry.part, entry.document
    if entry.value is None:
        raise Refused(f"nothing is set at `{entry.kind}`")
    graph_line = part.parent is not None and part.parent.key == "graph" and isinstance(part.key, str)
    if len(part.items) == 1 and not graph_line and not _remarked(document, part):
        return replaced(document, part, entry.kind)
    return replaced(document, entry.value, "{}")


def with_kind(entry: EntryPart, kind: str, given: Mapping[str, Value]) -> list[Splice]:
    """Another kind: options that both have stay, `given` ones are added, the others go."""
    known = entry.site.find(kind)
    document = entry.document
    own = document.find(("blocks", kind)) or document.find(("networks", kind))
    if known is None and not entry.site.free and own is None:
        raise Refused(f"there is no {entry.site.what.removeprefix('a ').removeprefix('an ')} `{kind}`")
    new = EntryPart(document, entry.part, entry.site, kind, entry.value, known)
    options = _carried(entry, new)
    options.update(given)
    _complete(new, options)
    value = _in_form(new, options)
    if entry.value is None:
        return worded(entry, {kind: value}) if value != {} else [Splice(entry.part.start, entry.part.end, kind)]
    splices = [Splice(*entry.value.key_span, kind)]
    if _unchanged(entry, new, options):
        return splices
    if value == {} and len(entry.part.items) == 1 and isinstance(entry.part.key, int):
        # on one line the comment behind it stays there
        start, end = entry.part.start, entry.part.end
        alone = "\n" not in document.text[start:end] and document.text[start] != "{"
        return [Splice(start, end, kind)] if alone else replaced(document, entry.part, kind)
    return [*splices, *replaced(document, entry.value, flow(value))]


def _carried(entry: EntryPart, new: EntryPart) -> dict[str, Value]:
    """The options of the old kind that the new one has too; a main option goes into a main one of the same type."""
    names, text = new.names(), entry.document.text
    given: dict[str, Part] = dict(entry.options)
    if entry.alone is not None:
        if entry.reads_after_kind or new.reads_after_kind:
            return {"": value_of(entry.alone, text)} if entry.reads_after_kind and new.reads_after_kind else {}
        if entry.main is not None:
            given = {entry.main: entry.alone}
    carried: dict[str, Value] = {}
    for name, part in given.items():
        if names is None or name in names:
            carried[name] = value_of(part, text)
        elif name == entry.main and new.main is not None and new.main not in given and _alike(entry, new):
            carried[new.main] = value_of(part, text)
    return carried


def _alike(entry: EntryPart, new: EntryPart) -> bool:
    """Whether a main option may be taken over under another name: both are of one type."""
    if entry.known is None or new.known is None or entry.main is None or new.main is None:
        return False
    old, other = entry.known.option(entry.main), new.known.option(new.main)
    return old is not None and other is not None and old.type == other.type


def _complete(new: EntryPart, options: Mapping[str, Value]) -> None:
    names = new.names()
    for option in options:
        if names is not None and option and option not in names:
            raise Refused(f"`{new.kind}` has no option `{option}`. {did_you_mean(option, names) or ''}".rstrip())
    missing = [o.name for o in new.known.options if o.default is REQUIRED] if new.known is not None else []
    lacking = [name for name in missing if name not in options]
    if lacking:
        raise Refused(f"`{new.kind}` needs {', '.join(f'`{name}`' for name in lacking)}: say what it is to be")


def _in_form(new: EntryPart, options: Mapping[str, Value]) -> Value:
    """The options in their shortest form."""
    if list(options) == [""]:
        return options[""]
    if len(options) == 1 and new.main is not None and new.main in options:
        return options[new.main] if not isinstance(options[new.main], Mapping) else dict(options)
    return dict(options)


def _unchanged(entry: EntryPart, new: EntryPart, options: Mapping[str, Value]) -> bool:
    """Whether what stands after the kind may stay as it is."""
    text = entry.document.text
    if entry.alone is not None:
        return _in_form(new, options) == value_of(entry.alone, text)
    return {name: value_of(part, text) for name, part in entry.options.items()} == options
