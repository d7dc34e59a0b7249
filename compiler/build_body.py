"""One walk over a body: layers become nodes, their sizes are found on the way.

After a mistake a layer's shape is unknown (None), and unknown agrees with everything: each mistake is said once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..dsl.data_schema import Column, DataSchema
from ..dsl.diagnostics import Diagnostics
from ..dsl.formula import Formula
from ..dsl.kinds.kind import Family, Kind, Option, SizeMistake
from ..dsl.kinds.resolve import Scope, find_layer, lookup, not_built, read_option, resolve, suggest
from ..dsl.kinds.values import Activation, Chosen
from ..dsl.places import Place
from ..dsl.spec import Body, Entry, GraphLine, Spec
from ..dsl.suggest import did_you_mean
from ..dsl.tree import Tree
from .build_weights import check_memory, layer_weights
from .experiment import LayerWeight, Prepare
from .graph import Node, Origin
from .types import BATCH, DType, TensorType

Sizes = tuple[int, ...] | None


@dataclass(slots=True)
class Walk:
    """The nodes so far, and what names stand for."""

    spec: Spec
    schema: DataSchema
    scope: Scope
    diagnostics: Diagnostics
    nodes: dict[str, Node] = field(default_factory=dict)
    sizes: dict[str, Sizes] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    """Names of the file (layers, graph lines, fields) to node ids."""
    inputs: set[str] = field(default_factory=set)
    counts: dict[str, int] = field(default_factory=dict)
    prepare: tuple[Prepare, ...] = ()
    reading: list[str] = field(default_factory=list)
    """Graph lines being walked, to find a circle."""
    lines: Mapping[str, GraphLine] = field(default_factory=dict)

    # fields of the data

    def field_node(self, name: str) -> str:
        """The node of a data column; an input of the network is prepared as the file says."""
        if name in self.names:
            return self.names[name]
        column = self.schema.columns[name]
        prepare = self.prepare if name in self.inputs and column.classes is None else ()
        own = next((f.prepare for f in (self.spec.data.fields if self.spec.data else ()) if f.name == name), ())
        prepare = (*prepare, *self._prepares(own))
        dtype: DType = "int32" if column.classes is not None else "float32"
        shape = column.shape
        if any(p.kind == "one_hot" for p in prepare) and column.classes is not None:
            dtype, shape = "float32", (*shape, column.classes)
        self._add(name, "field", (), shape, dtype, self._data_origin(), column=column, prepare=prepare)
        self.names[name] = name
        return name

    def _prepares(self, entries: Iterable[Entry]) -> tuple[Prepare, ...]:
        found = []
        for entry in entries:
            options = resolve_entry("prepare", entry, self.scope, self.diagnostics)
            if options is not None:
                found.append(Prepare(entry.kind, options))
        return tuple(found)

    def data_prepares(self) -> None:
        """Read what the data section does to every input."""
        if self.spec.data is not None:
            self.prepare = self._prepares(self.spec.data.prepare)

    def _data_origin(self) -> Origin:
        place = self.spec.data.place if self.spec.data else None
        return Origin(self.spec.file, place.line if place else 0, "data")

    # bodies

    def body(self, body: Body) -> dict[str, str]:
        """Walk the network's body; its outputs by name."""
        self._declare_inputs(body)
        if body.graph is not None:
            return self._graph(body)
        start = self._default_input(body)
        last = self.chain(body.layers or (), start)
        if last is None:
            return {}
        name = next((n for n, node in self.names.items() if node == last), "output")
        return {name: last}

    def chain(self, entries: Iterable[Entry], previous: str | None) -> str | None:
        """Each entry reads the one before, unless it says `from`."""
        for entry in entries:
            previous = self.entry(entry, previous)
        return previous

    def _declare_inputs(self, body: Body) -> None:
        declared = body.inputs
        if declared is None:
            self.inputs = {n for n, c in self.schema.columns.items() if c.classes is None} & self._read_columns(body)
            return
        for item in declared:
            if item.name not in self.schema.columns:
                self._unknown_input(item.name, item.place)
                self.sizes[item.name] = None
                self.names[item.name] = item.name
                continue
            self.inputs.add(item.name)
            if item.shape is not None:
                self._check_input(item.name, item.shape, item.place)

    def _read_columns(self, body: Body) -> set[str]:
        first = next((n for n, c in self.schema.columns.items() if c.classes is None), None)
        return {first} if first and body.graph is None else set(self.schema.columns)

    def _unknown_input(self, name: str, place: Place) -> None:
        known = list(self.schema.columns)
        if not known:
            self.diagnostics.error("E230", place, f"there is no data for the input `{name}`", "Add a `data:` section.")
            return
        near = did_you_mean(name, known)
        self.diagnostics.error(
            "E231", place, f"the data has no column `{name}`; it has {', '.join(known)}", near or f"Use one of {', '.join(known)}."
        )

    def _check_input(self, name: str, shape: Tree, place: Place) -> None:
        given = read_option(Option("shape", "shape"), shape, self.scope, self.diagnostics)
        have = self.schema.columns[name].shape
        if isinstance(given, tuple) and given != have:
            self.diagnostics.error(
                "E232", place, f"`{name}` is declared as {list(given)}, but the data gives {list(have)}",
                f"Write {name}: {list(have)}, or leave the shape out.",
            )  # fmt: skip

    def _default_input(self, body: Body) -> str | None:
        names = [item.name for item in body.inputs] if body.inputs else sorted(self.inputs)
        if len(names) == 1:
            return self.reference(names[0], body.place)
        if not names:
            self.diagnostics.error(
                "E230", body.place, "the network has nothing to read: the data has no column of numbers",
                "Add a `data:` section, or `inputs:` to the network.",
            )  # fmt: skip
        return None

    def _graph(self, body: Body) -> dict[str, str]:
        lines = {line.name: line for line in body.graph or ()}
        for line in lines.values():
            if line.name in self.schema.columns:
                self.diagnostics.error(
                    "E204", line.name_place, f"`{line.name}` is already a column of the data", "Choose another name."
                )
        self.lines = lines
        for name in lines:
            self._line(name)
        wanted = body.output or ()
        if not wanted:
            self.diagnostics.error(
                "E205", body.place, "a graph body has to say which tensor it gives out", "Add `output: NAME`."
            )
        found = {name: self.reference(name, place) for name, place in wanted}
        return {name: node for name, node in found.items() if node is not None}

    def _line(self, name: str) -> str | None:
        if name in self.names:
            return self.names[name]
        line = self.lines[name]
        if name in self.reading:
            circle = " -> ".join([*self.reading[self.reading.index(name) :], name])
            self.diagnostics.error("E206", line.name_place, f"these lines read each other in a circle: {circle}",
                                   "Take one of the links out; a value from the step before is `state:`.")  # fmt: skip
            return self._unknown(name)
        self.reading.append(name)
        node = self._line_value(line)
        self.reading.pop()
        if node is None:
            return self._unknown(name)
        self.names[name] = node
        return node

    def _line_value(self, line: GraphLine) -> str | None:
        if isinstance(line.what, Formula):
            self._later("a formula as a line of a graph", line.what.place)
            return None
        if isinstance(line.what, Entry):
            return self.entry(line.what, None, line.name)
        previous: str | None = None
        for position, entry in enumerate(line.what, 1):
            name = line.name if position == len(line.what) else None
            previous = self.entry(entry, previous, name, f"{line.name}.")
        return previous

    def _unknown(self, name: str) -> str:
        self.sizes[name] = None
        self.names[name] = name
        return name

    # entries

    def entry(self, entry: Entry, previous: str | None, name: str | None = None, prefix: str = "") -> str | None:
        """Add the layer of one entry; its node id."""
        if entry.kind == "chain" or entry.repeat is not None or entry.when is not None:
            word = "chain" if entry.kind == "chain" else "repeat" if entry.repeat is not None else "when"
            self._later(f"`{word}`", entry.place)
            return previous
        if entry.kind[:1].isupper():
            self._later("a block or network used as a layer", entry.kind_place)
            return self._unknown(self._named(entry, name, prefix))
        kind = find_layer(entry.kind)
        path = self._named(entry, name, prefix)
        if kind is None:
            near = suggest(entry.kind, "layer", "joiner", "activation")
            self.diagnostics.error("E101", entry.kind_place, f"there is no layer `{entry.kind}`", near)
            return self._unknown(path)
        if "later" in kind.traits or (kind.sizes is None and kind.family != "activation"):
            self._later(f"`{entry.kind}`", entry.kind_place)
            return self._unknown(path)
        for option, place in not_built(kind, entry):
            self._later(f"`{option}`", place)
        options = resolve(kind, entry, self.scope, self.diagnostics)
        sources = self._sources(entry, kind, previous)
        if options is None or sources is None:
            return self._unknown(path)
        return self._layer(entry, kind, path, options, sources)

    def _named(self, entry: Entry, name: str | None, prefix: str) -> str:
        self.counts[entry.kind] = self.counts.get(entry.kind, 0) + 1
        chosen = entry.name or name or f"{entry.kind}{self.counts[entry.kind]}"
        path = chosen if name is not None and entry.name is None else f"{prefix}{chosen}"
        if path in self.names and path not in self.lines:
            self.diagnostics.error("E203", entry.place, f"there are two layers called `{path}`", "Rename one of them.")
        if path in self.schema.columns:
            self.diagnostics.error("E204", entry.place, f"`{path}` is already a column of the data", "Choose another name.")
        self.names.setdefault(path, path) if path not in self.lines else None
        return path

    def _sources(self, entry: Entry, kind: Kind, previous: str | None) -> list[str] | None:
        """The nodes an entry reads; None where one is unknown."""
        named = entry.from_
        if kind.family == "joiner":
            return self._joined(entry)
        if named is None and kind.main is None and entry.main is not None:
            value = getattr(entry.main, "value", None)
            named = ((value, entry.main.place),) if isinstance(value, str) else None
        if named is None:
            if previous is None:
                self.diagnostics.error(
                    "E207", entry.place, f"`{entry.kind}` does not say what it reads", "Add `from: NAME` beside it."
                )
                return None
            return [previous]
        found = [self.reference(n, place) for n, place in named]
        if any(node is None for node in found):
            return None
        nodes = [node for node in found if node is not None]
        return [self._concat(entry, nodes)] if len(nodes) > 1 else nodes

    def _joined(self, entry: Entry) -> list[str] | None:
        if entry.branches is not None:
            self._later(f"branches of `{entry.kind}`", entry.place)
            return None
        items = getattr(entry.main, "items", ())
        named = entry.from_ or tuple((str(i.value), i.place) for i in items if hasattr(i, "value"))
        found = [self.reference(n, place) for n, place in named]
        return None if any(n is None for n in found) else [n for n in found if n is not None]

    def _concat(self, entry: Entry, nodes: list[str]) -> str:
        """Several names after `from` are joined along the last axis first."""
        shapes = [self.sizes[n] for n in nodes]
        path = f"{'_'.join(nodes)}.joined"
        if path not in self.nodes:
            known = [s for s in shapes if s]
            shape = None if len(known) < len(shapes) else (*known[0][:-1], sum(s[-1] for s in known))
            if shape is not None and len({s[:-1] for s in known}) > 1:
                self.diagnostics.error(
                    "E201", entry.place, f"these cannot be joined along the last axis: {', '.join(str(list(s)) for s in known)}",
                    "Bring them to the same other sizes, with `flatten` or `reshape`.",
                )  # fmt: skip
                shape = None
            self._add(path, "concat", tuple(nodes), shape, "float32", self._origin(entry, path))
        return path

    def reference(self, name: str, place: Place) -> str | None:
        """The node a name stands for."""
        if name in self.lines:
            return self._line(name)
        if name in self.names:
            return self.names[name]
        if name in self.schema.columns:
            return self.field_node(name)
        known = [*self.names, *self.lines, *self.schema.columns]
        near = did_you_mean(name, known)
        self.diagnostics.error(
            "E202", place, f"there is no tensor called `{name}`", near or f"Known here: {', '.join(dict.fromkeys(known)) or 'nothing'}."
        )
        return None

    def _layer(
        self, entry: Entry, kind: Kind, path: str, options: Mapping[str, object], sources: list[str]
    ) -> str:
        shapes = [self.sizes[s] for s in sources]
        output: Sizes = None
        weights: tuple[LayerWeight, ...] = ()
        work = 0
        known = tuple(s for s in shapes if s is not None)
        if len(known) == len(shapes):
            try:
                if kind.sizes is None:
                    output = known[0]
                else:
                    made = kind.sizes(known, options)
                    output, work = made.output, made.multiply_adds
                    weights = layer_weights(entry, path, made.weights, options, self.diagnostics)
                    check_memory(entry, made.weights, output, self.diagnostics)
            except SizeMistake as mistake:
                self.diagnostics.error(
                    "E201", entry.kind_place, f"`{path}`: {mistake}", mistake.suggestion or None
                )
        self._add(
            path, kind.name, tuple(sources), output, "float32", self._origin(entry, path),
            options=_plain(options), weights=weights, path=path, multiply_adds=work,
        )  # fmt: skip
        return path

    # nodes

    def _origin(self, entry: Entry, path: str) -> Origin:
        return Origin(self.spec.file, entry.place.line, path)

    def _add(
        self, name: str, op: str, inputs: tuple[str, ...], shape: Sizes, dtype: DType, origin: Origin, **attrs: object
    ) -> None:
        full = {"options": {}, "weights": (), "path": name, **attrs} if op != "field" else attrs
        kind = TensorType((BATCH, *(shape or ())), dtype)
        self.nodes[name] = Node(name, op, inputs, tuple(full.items()), kind, (origin,))
        self.sizes[name] = shape
        self.names.setdefault(name, name)

    def _later(self, what: str, place: Place) -> None:
        self.diagnostics.error("E299", place, f"{what}: read and understood, but not built yet", "Leave it out for now.")


def resolve_entry(family: Family, entry: Entry, scope: Scope, diagnostics: Diagnostics) -> dict[str, object] | None:
    """The options of an entry of a family other than layers; None where there is a mistake."""
    kind = lookup(family, entry.kind)
    if kind is None:
        diagnostics.error("E101", entry.kind_place, f"there is no {family} `{entry.kind}`", suggest(entry.kind, family))
        return None
    for option, place in not_built(kind, entry):
        diagnostics.error("E299", place, f"`{option}`: read and understood, but not built yet", "Leave it out for now.")
    if "later" in kind.traits:
        diagnostics.error("E299", entry.kind_place, f"`{entry.kind}`: read and understood, but not built yet", "Leave it out for now.")
        return None
    return resolve(kind, entry, scope, diagnostics)


def _plain(options: Mapping[str, object]) -> dict[str, object]:
    """Options as expansion reads them: an activation by its name, its own options beside it."""
    found: dict[str, object] = {}
    for name, value in options.items():
        if isinstance(value, Activation):
            found[name] = value.kind
            found[f"{name}_options"] = dict(value.options)
        elif isinstance(value, Chosen):
            found[name] = value.frozen
        else:
            found[name] = value
    return found


def column_of(walk: Walk, node: str) -> Column | None:
    """The data column a node is, None for a layer."""
    found = walk.nodes.get(node)
    column = dict(found.attrs).get("column") if found is not None else None
    return column if isinstance(column, Column) else None
