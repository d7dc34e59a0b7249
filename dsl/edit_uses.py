"""The names of a file: where each is given, and every place that uses it.

A scope is a body: the file's main one (with the sections that speak of it), or a block's or network's. A use is a
dotted path; each of its steps that stands for a given name is known, so that it can be written anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .bodies import OPTION_TYPES
from .edit_document import Document
from .edit_entries import EntryPart, entry_at
from .edit_parts import Address, Part
from .edit_paths import Span, Step, computed_paths, formula_paths, path_steps
from .entries import ALL_BESIDE
from .walk import PART

MAIN: Address = ()


@dataclass(slots=True, eq=False)
class Given:
    """A name that a body gives: `spans` are where it is written down, `part` the entry, line or input."""

    scope: Address
    name: str
    how: str
    """`name` of an entry, `line` of a graph, `input`, `state`, `field`."""
    part: Part
    spans: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A path that is read. `how`: `tensor`, `size` (of a tensor), `selector` (of weights), `key` (an input given),
    `option` (read with `$` or in a formula), `set` (an option given)."""

    scope: Address
    steps: tuple[Step, ...]
    how: str
    part: Part

    @property
    def text(self) -> str:
        return ".".join(step.text for step in self.steps)


@dataclass(slots=True)
class Scope:
    """A body's names. `parts`: the own kinds of its entries by name, through which a path goes on."""

    address: Address
    names: dict[str, Given] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)


class Uses:
    """Walks a document once and writes down its names (`scopes`), `uses` and the places of `kinds`."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.scopes: dict[Address, Scope] = {MAIN: Scope(MAIN)}
        self.uses: list[Use] = []
        self.kinds: list[tuple[str, Span]] = []
        """Every use of a kind with its place."""
        self._loose: list[Use] = []
        root = document.root
        self._options(self.scopes[MAIN], root.inner.get("options"))
        self._parts(root)
        for section in ("network", "graph"):
            if section in root.inner:
                body = root.inner[section]
                self._body(body, MAIN) if section == "network" else self._graph(body, MAIN)
        self._data(root)
        for name, part in root.inner.items():
            if name == "train":
                self._step(part)
            elif name == "generate":
                self._generate(part)
            elif name == "evaluate":
                self._evaluate(part)
        self.uses += [use for use in self._loose if use.steps[0].text in self.scopes[use.scope].names]

    def _parts(self, root: Part) -> None:
        """Blocks and networks: first their names, since each may be made of any other."""
        for section in ("blocks", "networks"):
            for name, _ in _inner(root, section):
                options = set() if section == "blocks" else self.scopes[MAIN].options
                self.scopes[section, str(name)] = Scope((section, str(name)), options=options)
        for section in ("blocks", "networks"):
            for name, part in _inner(root, section):
                self._part(part, (section, str(name)))

    def given(self, scope: Address, name: str) -> Given | None:
        found = self.scopes.get(scope)
        return found.names.get(name) if found is not None else None

    def _section(self, kind: str) -> Address | None:
        return next((scope for scope in self.scopes if scope[1:] == (kind,)), None)

    def _part(self, part: Part, scope: Address) -> None:
        if scope[0] == "blocks":
            self._options(self.scopes[scope], part.inner.get("options"))
        if scope[0] == "networks" and (entry := entry_at(self.document, part)) is not None:
            self._entry(entry, MAIN)
        elif "follow" in part.inner:
            followed = part.inner["follow"]
            self.kinds.append((followed.text or "", (followed.start, followed.end)))
        else:
            self._body(part, scope)
        for name, state in _inner(part, "state"):
            self._give(scope, str(name), "state", state, state.key_span)
            self._value(state, scope)
        for name, following in _inner(part, "next"):
            given = self.given(scope, str(name))
            if given is not None:
                given.spans.append(following.key_span)
            self._paths(following, scope, "tensor")

    def _options(self, scope: Scope, part: Part | None) -> None:
        for name, default in part.inner.items() if part is not None else ():
            scope.options.add(str(name))
            if default.text is not None and default.text not in OPTION_TYPES:
                self._loosely(default, scope.address)
            # a default of a block sees the file's options
            self._value(default, MAIN)

    def _body(self, part: Part, scope: Address) -> None:
        inputs = part.inner.get("inputs")
        for name, given in inputs.inner.items() if inputs is not None else ():
            if isinstance(name, str):
                self._give(scope, name, "input", given, given.key_span)
            elif given.text is not None:
                self._give(scope, given.text, "input", given, (given.start, given.end))
        if "layers" in part.inner:
            self._chain(part.inner["layers"], scope)
        if "graph" in part.inner:
            self._graph(part.inner["graph"], scope)
        if "output" in part.inner:
            self._paths(part.inner["output"], scope, "tensor")

    def _graph(self, part: Part, scope: Address) -> None:
        for name, line in part.inner.items():
            self._give(scope, str(name), "line", line, line.key_span)
            if line.is_list:
                self._chain(line, scope)
            elif (entry := entry_at(self.document, line)) is not None:
                self._entry(entry, scope)
            elif line.text is not None:
                self._formula(line, scope, tensors=True)

    def _chain(self, part: Part, scope: Address) -> None:
        for item in part.items if part.is_list else (part,):
            if (entry := entry_at(self.document, item)) is not None:
                self._entry(entry, scope)

    def _give(self, scope: Address, name: str, how: str, part: Part, span: Span) -> None:
        names = self.scopes[scope].names
        if name in names and (how == "field" or names[name].how in ("field", "input")):
            names[name].spans.append(span)
        else:
            names.setdefault(name, Given(scope, name, how, part, [span]))

    def _entry(self, entry: EntryPart, scope: Address) -> None:
        part = entry.part
        span = (part.start, part.end) if entry.value is None else entry.value.key_span
        self.kinds.append((entry.kind, span))
        for word in ALL_BESIDE:
            beside = entry.beside(word)
            if beside is not None:
                self._beside(entry, word, beside, scope)
        if entry.value is None or entry.value.nothing:
            return
        if entry.value.is_table:
            for name, value in entry.options.items():
                self._option(entry, name, value, scope)
        else:
            self._alone(entry, entry.value, scope)

    def _beside(self, entry: EntryPart, word: str, value: Part, scope: Address) -> None:
        if word == "name":
            # the name of a loss's term is nobody's tensor
            if entry.site.families[:1] == ("layer",) and value.text is not None:
                self._give(scope, value.text, "name", entry.part, (value.start, value.end))
        elif word == "from":
            self._paths(value, scope, "tensor")
        elif word == "of":
            self._paths(value, scope, "selector")
        elif word in ("when", "where"):
            self._formula(value, scope, tensors=word == "where")
        elif word == "repeat":
            for inner in value.walk():
                self._loosely(inner, scope)
            self._value(value, scope)
        else:
            self._value(value, scope)

    def _alone(self, entry: EntryPart, value: Part, scope: Address) -> None:
        """What stands after a kind and is no table."""
        if entry.kind == "chain" and value.is_list:
            self._chain(value, scope)
        elif entry.kind == "formula":
            self._formula(value, scope, tensors=True)
        elif entry.reads_after_kind:
            self._paths(value, scope, "tensor")
        elif entry.main is not None:
            self._option(entry, entry.main, value, scope)
        else:
            self._value(value, scope)

    def _option(self, entry: EntryPart, name: str, value: Part, scope: Address) -> None:
        known, own = entry.known, PART.fullmatch(entry.kind)
        declared = known.option(name) if known is not None else None
        if value.is_list and known is not None and known.family == "joiner":
            self._chain(value, scope)
        elif name == "cell" and (cell := entry_at(self.document, value)) is not None:
            self._entry(cell, scope)
        elif known is not None and (name in known.tensors or (declared is not None and declared.type == "tensor")):
            self._paths(value, scope, "tensor")
        elif declared is not None and declared.type == "weights":
            self._weights(value, scope)
        elif own:
            self._given_to(entry, name, value, scope)
        elif name == "groups":
            self._groups(value, scope)
        elif declared is None or (declared.type == "any" and entry.site.families[:1] != ("layer",)):
            for inner in value.walk():
                self._loosely(inner, scope)
            self._value(value, scope)
        else:
            self._value(value, scope)

    def _given_to(self, entry: EntryPart, name: str, value: Part, scope: Address) -> None:
        """`{Encoder: {image: picture}}`: a tensor for an input, or an option of a block."""
        inner = self._section(entry.kind) or MAIN
        own = self.document.find((*inner, "inputs")) if inner else None
        if own is not None and name in [p.text if own.is_list else p.key for p in own.items]:
            step = Step(name, value.key_span)
            if value.key_span[1] and value.parent is entry.value:
                self.uses.append(Use(inner, (step,), "key", value))
            self._paths(value, scope, "tensor")
        else:
            if inner and name in self.scopes[inner].options and value.parent is entry.value:
                self.uses.append(Use(inner, (Step(name, value.key_span),), "set", value))
            for part in value.walk():
                self._loosely(part, scope)
            self._value(value, scope)

    def _weights(self, value: Part, scope: Address) -> None:
        """A description of weights: `{same_as: enc.weights, mask: holes}`."""
        for name, inner in value.inner.items() if value.is_table else ():
            if name == "same_as":
                self._paths(inner, scope, "selector")
            elif name in ("start", "mask"):
                self._loosely(inner, scope)
        if value.text is not None:
            self._loosely(value, scope)
        self._value(value, scope)

    def _groups(self, value: Part, scope: Address) -> None:
        for group in value.items if value.is_list else (value,):
            if "of" in group.inner:
                self._paths(group.inner["of"], scope, "selector")
            for name, inner in group.inner.items():
                if name != "of":
                    self._value(inner, scope)

    def _step(self, part: Part) -> None:
        """A step of training, with those within it."""
        for name, inner in part.inner.items():
            if name == "update":
                self._paths(inner, MAIN, "selector")
            elif name in ("phases", "alternate"):
                for step in inner.items if inner.is_list else (inner,):
                    self._step(step)
            elif name == "fit":
                self._paths(inner, MAIN, "selector")
            else:
                found = [e for p in (inner, *inner.items) if (e := entry_at(self.document, p)) is not None]
                for entry in found:
                    self._entry(entry, MAIN)
                if not found:
                    self._value(inner, MAIN)

    def _generate(self, part: Part) -> None:
        for name, inner in part.inner.items():
            if name in ("output", "feed"):
                self._paths(inner, MAIN, "tensor")
            elif name == "set":
                self._set(inner)
            else:
                self._value(inner, MAIN)

    def _evaluate(self, part: Part) -> None:
        for item in part.items if part.is_list else (part,):
            for name, inner in item.inner.items():
                if name == "set":
                    self._set(inner)
                elif name == "metrics":
                    for metric in inner.items if inner.is_list else (inner,):
                        if (entry := entry_at(self.document, metric)) is not None:
                            self._entry(entry, MAIN)

    def _set(self, part: Part) -> None:
        """`set: {z: {normal: [20]}}`: tensors replaced."""
        for name, inner in part.inner.items():
            self.uses.append(Use(MAIN, tuple(path_steps(str(name), inner.key_span)), "tensor", inner))
            self._loosely(inner, MAIN)
            self._value(inner, MAIN)

    def _data(self, root: Part) -> None:
        data = root.inner.get("data")
        if data is None:
            return
        for name, part in _inner(data, "fields"):
            self._give(MAIN, str(name), "field", part, part.key_span)
        acting = self.document.find(("data", "source", "environment", "act"))
        for free in (data.inner.get("prepare"), data.inner.get("augment"), acting):
            for inner in free.walk() if free is not None else ():
                self._loosely(inner, MAIN)

    def _paths(self, part: Part, scope: Address, how: str) -> None:
        """One path or a list of them."""
        for item in part.items if part.is_list else (part,):
            if item.text is None or item.is_table:
                continue
            if item.text.startswith("$("):
                self._value(item, scope)
            elif steps := _steps_in(self.document, item):
                self.uses.append(Use(scope, steps, how, item))
                self._dollars(steps, scope, item)

    def _dollars(self, steps: tuple[Step, ...], scope: Address, part: Part) -> None:
        """The options within a path: `in_canvas.$layer`."""
        for step in steps:
            if step.text[:1] == "$" and step.text[1:] in self.scopes[scope].options:
                bare = Step(step.text[1:], (step.span[0] + 1, step.span[1]))
                self.uses.append(Use(scope, (bare,), "option", part))

    def _loosely(self, part: Part, scope: Address) -> None:
        """A text that may be a name: it is one where the body has such a name."""
        if part.text is not None and isinstance(part.text, str) and (steps := _steps_in(self.document, part)):
            self._loose.append(Use(scope, steps, "tensor", part))

    def _value(self, part: Part, scope: Address) -> None:
        """`$(image.height)` anywhere in a value: sizes of tensors."""
        for inner in part.walk():
            if inner.text is not None and inner.text.startswith("$"):
                for steps in computed_paths(self.document.text, inner.start, inner.end):
                    self._computed(steps, scope, inner)

    def _computed(self, steps: list[Step], scope: Address, part: Part) -> None:
        """A path of a value computed before there are tensors: an option, or a tensor's size."""
        if steps[0].text in self.scopes[scope].options:
            self.uses.append(Use(scope, tuple(steps), "option", part))
        elif len(steps) > 1:
            self.uses.append(Use(scope, tuple(steps), "size", part))

    def _formula(self, part: Part, scope: Address, *, tensors: bool) -> None:
        """A formula's paths. Not `tensors`: a single name is an option there, or a word."""
        for inner in part.items if part.is_list else (part,):
            for steps in formula_paths(self.document.text, inner.start, inner.end):
                if steps[0].text == "previous":
                    continue
                if tensors and steps[0].text not in self.scopes[scope].options:
                    self.uses.append(Use(scope, tuple(steps), "tensor", inner))
                else:
                    self._computed(steps, scope, inner)


def _inner(part: Part, key: str) -> tuple[tuple[object, Part], ...]:
    found = part.inner.get(key)
    return tuple(found.inner.items()) if found is not None and found.is_table else ()


def _steps_in(document: Document, part: Part) -> tuple[Step, ...]:
    """The steps of a path with their places; none where the text is no path."""
    return tuple(path_steps(document.raw(part), (part.start, part.end)))
