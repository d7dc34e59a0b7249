"""The walk over bodies: entries become layers, blocks and networks are walked in their place, sizes on the way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ..dsl import formula as formulas
from ..dsl.formula import Formula, FormulaMistake
from ..dsl.kinds.computed import substituted
from ..dsl.kinds.kind import Kind, Option
from ..dsl.kinds.resolve import find_layer, not_built, read_option, resolve, suggest
from ..dsl.places import Place
from ..dsl.spec import Body, Entry, GraphLine
from ..dsl.suggest import did_you_mean
from ..dsl.tree import Scalar, Table
from . import build_parts as parts
from .build_data import declare_inputs, input_node
from .build_draft import UNKNOWN, Draft, Frame, named_sizes
from .build_layer import add_formula, add_layer
from .build_lines import reading_order
from .build_options import Options

COPIES = 10_000
"""No entry may be repeated more often."""


class Walk:
    """Walks every body of a file into one draft."""

    def __init__(self, draft: Draft, main: Frame) -> None:
        self.draft, self.main = draft, main

    def main_body(self) -> dict[str, str]:
        """The network's outputs by name."""
        body = self.draft.spec.network
        first = declare_inputs(self.draft, self.main, body)
        self.main.input = first
        return self._outputs(self.main, body, first)

    def reference(self, frame: Frame, name: str, place: Place) -> str:
        """The node that a name or path stands for; `UNKNOWN` after a mistake."""
        draft = self.draft
        if name in frame.lines and name not in frame.names:
            return self._line(frame, name)
        if name in frame.several:
            outputs = frame.several[name]
            draft.error(
                "E213", place, f"`{name}` gives out {', '.join(outputs)}: which one is meant?", f"Write `{name}.{outputs[0]}`."
            )
            return UNKNOWN
        if name in frame.names:
            return frame.names[name]
        if name == "input" and frame.input is not None:
            return frame.input
        if frame.sees_data and name in draft.schema.columns:
            return input_node(draft, frame, name)
        head = name.split(".")[0]
        if head != name and head in frame.lines and head not in frame.names:
            self._line(frame, head)
        if frame.path + name in draft.known:
            return draft.known[frame.path + name]
        return self._unknown_name(frame, name, place)

    def _unknown_name(self, frame: Frame, name: str, place: Place) -> str:
        head = name.split(".")[0]
        if frame.names.get(head) == UNKNOWN:
            return UNKNOWN
        columns = list(self.draft.schema.columns) if frame.sees_data else []
        known = list(dict.fromkeys([*frame.names, *frame.lines, *columns]))
        self.draft.error(
            "E202", place, f"there is no tensor called `{name}`",
            did_you_mean(name, known) or f"Known here: {', '.join(known) or 'nothing'}.",
        )  # fmt: skip
        return UNKNOWN

    # bodies

    def _outputs(self, frame: Frame, body: Body, first: str | None) -> dict[str, str]:
        if body.weights is not None:
            self.draft.later("`weights:` of a whole network", body.place)
        if body.graph is not None:
            return self._graph(frame, body, body.graph)
        last = self.chain(frame, body.layers or (), first)
        if body.output is not None:
            return {name: self.reference(frame, name, place) for name, place in body.output}
        if last is None or last == UNKNOWN:
            return {}
        return {next((name for name, node in frame.names.items() if node == last), "output"): last}

    def chain(self, frame: Frame, entries: Iterable[Entry], previous: str | None) -> str | None:
        """Each entry reads the one before, unless it says `from`."""
        for entry in entries:
            previous = self.entry(frame, entry, previous)
        return previous

    def _graph(self, frame: Frame, body: Body, lines: tuple[GraphLine, ...]) -> dict[str, str]:
        frame.lines = {line.name: line for line in lines}
        for line in lines:
            if frame.sees_data and line.name in self.draft.schema.columns:
                self._like_a_column(line.name, line.name_place)
        for name in reading_order(frame.lines):
            self._line(frame, name)
        if body.output is not None:
            return {name: self.reference(frame, name, place) for name, place in body.output}
        if frame is not self.main or "graph" not in self.draft.spec.later:
            self.draft.error(
                "E205", body.place, "a graph body has to say which tensor it gives out", f"Add `output: {lines[-1].name}`."
            )
            return {}
        read = {source for node in self.draft.nodes.values() for source in node.inputs}
        ends = {name: frame.names[name] for name in frame.lines}
        return {name: node for name, node in ends.items() if node not in read and node != UNKNOWN}

    def _line(self, frame: Frame, name: str) -> str:
        if name in frame.names:
            return frame.names[name]
        line = frame.lines[name]
        if name in frame.reading:
            circle = " -> ".join([*frame.reading[frame.reading.index(name) :], name])
            self.draft.error(
                "E206", line.name_place, f"these lines read each other in a circle: {circle}",
                "Take one of the links out; a value from the step before is `state:`.",
            )  # fmt: skip
            return UNKNOWN
        frame.reading.append(name)
        node = self._line_value(frame, line)
        frame.reading.pop()
        return self._call(frame, name, node or UNKNOWN)

    def _line_value(self, frame: Frame, line: GraphLine) -> str | None:
        if isinstance(line.what, Formula):
            return self._formula(frame, line.name, line.what)
        if isinstance(line.what, Entry):
            return self.entry(frame, line.what, None, line.name)
        return self._labelled(frame, line.what, None, line.name)

    def _labelled(self, frame: Frame, entries: tuple[Entry, ...], previous: str | None, label: str) -> str | None:
        """A chain with a name: its last entry bears it, the unnamed ones before it `label.kind1`."""
        inner = replace(frame, group=f"{label}.")
        previous = self.chain(inner, entries[:-1], previous)
        return self.entry(inner, entries[-1], previous, label) if entries else previous

    def _formula(self, frame: Frame, name: str, formula: Formula) -> str:
        numbers: dict[str, object] = {}
        tensors: dict[str, str] = {}
        for path in formulas.names(formula.tree):
            value = frame.scope.options.get(str(path))
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers[str(path)] = value
            elif isinstance(value, formulas.Unknown):
                return UNKNOWN
            else:
                tensors[str(path)] = self.reference(frame, str(path), path.place)
        if not tensors:
            self.draft.error("E216", formula.place, f"`{formula.text}` reads no tensor", "Write it as an option.")
            return UNKNOWN
        return add_formula(self.draft, frame.path + name, formula, numbers, tensors)

    def _call(self, frame: Frame, name: str, node: str) -> str:
        """Let `name` stand for the node from here on."""
        frame.names[name] = node
        self.draft.known.setdefault(frame.path + name, node)
        return node

    # entries

    def entry(self, frame: Frame, entry: Entry, previous: str | None, label: str | None = None) -> str | None:
        """Add what one entry says; the node it gives out. `label` is the name its line gives it."""
        label = entry.name or label
        reads = self._read_by(frame, entry, previous)
        inner = self._with_input(frame, reads)
        if not self._wanted(inner, entry):
            return self._passed_on(frame, entry, reads, label)
        if entry.repeat is None:
            return self._once(inner, entry, reads, label)
        node = reads
        for copy, more in self._copies(inner, entry):
            one = replace(inner, scope=self._with_input(inner, node).scope.with_options({**more, "index": copy}))
            if label is None:
                one.after = f"{frame.after}.{copy}"
            node = self._once(one, entry, node, None if label is None else f"{label}.{copy}")
        return self._call(frame, label, node) if label is not None and node is not None else node

    def _with_input(self, frame: Frame, reads: str | None) -> Frame:
        """The sizes of what an entry reads are names in its formulas."""
        if reads is None:
            return frame
        sizes = named_sizes("input", self.draft.sizes[reads], formulas.UNKNOWN)
        return replace(frame, scope=frame.scope.with_options(sizes))

    def _wanted(self, frame: Frame, entry: Entry) -> bool:
        if entry.when is None:
            return True
        if any(str(name) == "training" for name in formulas.names(entry.when.tree)):
            self.draft.later("`when: training`", entry.when.place)
            return True
        try:
            value = formulas.evaluate(entry.when, frame.scope.options)
        except FormulaMistake as mistake:
            self.draft.error(mistake.code, mistake.place, mistake.message, mistake.suggestion)
            return False
        if not isinstance(value, bool | formulas.Unknown):
            self.draft.error("E217", entry.when.place, f"`when` is {value}, and true or false is wanted", "Compare it.")
        # after a mistake the sizes are not known: then nothing more is said of what hangs on them
        return value is True

    def _passed_on(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        if reads is None and label is not None:
            self.draft.error(
                "E207", entry.place, f"`{label}` is left out, and there is nothing it could pass on", "Add `from: NAME`."
            )
        return self._call(frame, label, reads or UNKNOWN) if label is not None else reads

    def _copies(self, frame: Frame, entry: Entry) -> Iterator[tuple[int, dict[str, object]]]:
        """The number of each copy from 1, and the values of the names it walks."""
        assert entry.repeat is not None, "only what is repeated has copies"
        tree, read = entry.repeat, self.draft.diagnostics
        lists: dict[str, tuple[object, ...]] = {}
        if isinstance(tree, Table):
            for name, inner in tree.items.items():
                values = read_option(Option(name, "list", ()), inner, frame.scope, read)
                lists[name] = values if isinstance(values, tuple) else ()
            count: object = min((len(values) for values in lists.values()), default=0)
        else:
            count = read_option(Option("repeat", "int", 1, low=0, high=COPIES), tree, frame.scope, read)
        for copy in range(count if isinstance(count, int) else 0):
            yield copy + 1, {name: values[copy] for name, values in lists.items()}

    def _once(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        if entry.kind == "chain":
            return self._grouped(frame, entry, reads, label)
        if entry.kind[:1].isupper():
            return self._part(frame, entry, reads, label)
        kind = find_layer(entry.kind)
        path = self._path(frame, entry, label)
        node = UNKNOWN if kind is None else self._layer(frame, entry, kind, path, reads)
        if kind is None:
            near = suggest(entry.kind, "layer", "joiner", "activation")
            self.draft.error("E101", entry.kind_place, f"there is no layer `{entry.kind}`", near)
        return self._call(frame, path.removeprefix(frame.path), node)

    def _grouped(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        """`chain`: several entries under one `repeat` or `when`, or those of an option."""
        inner, entries = replace(frame), (entry.branches or {}).get("layers", ())
        if isinstance(entry.main, Scalar) and entry.main.text.startswith("$"):
            given = frame.scope.options.get(entry.main.text[1:])
            if not isinstance(given, parts.Chain):
                self.draft.error("E217", entry.main.place, f"`{entry.main.text}` is no list of layers", "Declare it as `layers`.")
                return reads
            entries, inner.scope = given.entries, self._with_input(replace(frame, scope=given.scope), reads).scope
        if label is None:
            return self.chain(inner, entries, reads)
        if "." in label:
            inner.before, inner.group = f"{label}.", f"{label}."
        return self._labelled(inner, entries, reads, label)

    def _path(self, frame: Frame, entry: Entry, label: str | None) -> str:
        """The id of an entry's node: its name, or kind and number."""
        number = frame.counts[frame.group, entry.kind] = frame.counts.get((frame.group, entry.kind), 0) + 1
        name = f"{frame.group}{entry.kind}{number}"
        if label is not None:
            name = label if entry.name is None else f"{frame.before}{label}{frame.after}"
        path = frame.path + name
        if path in self.draft.nodes or (name in frame.names and name not in frame.lines):
            self.draft.error("E203", entry.place, f"there are two layers called `{name}`", f"Call one of them `{name}_2`.")
        if frame.sees_data and name in self.draft.schema.columns:
            self._like_a_column(name, entry.place)
        return path

    def _like_a_column(self, name: str, place: Place) -> None:
        self.draft.error("E204", place, f"`{name}` is already a column of the data", f"Call it `{name}_1`.")

    def _layer(self, frame: Frame, entry: Entry, kind: Kind, path: str, reads: str | None) -> str:
        draft = self.draft
        if "later" in kind.traits or kind.sizes is None:
            draft.later(f"`{entry.kind}`", entry.kind_place)
            return UNKNOWN
        for option, place in not_built(kind, entry):
            draft.later(f"`{option}`", place)
        options = resolve(kind, entry, frame.scope, draft.diagnostics)
        sources = self._sources(frame, entry, kind, reads, options or {})
        if options is None or sources is None or any(isinstance(v, formulas.Unknown) for v in options.values()):
            return UNKNOWN
        return add_layer(draft, frame, entry, kind, path, options, sources)

    # what is read

    def _read_by(self, frame: Frame, entry: Entry, previous: str | None) -> str | None:
        """The one tensor an entry reads: named in `from`, else the one before it. Joiners read several."""
        kind = find_layer(entry.kind)
        if not entry.from_ or (kind is not None and kind.family == "joiner" and entry.branches is None):
            return previous
        nodes = [self.reference(frame, self._filled(frame, n, place), place) for n, place in entry.from_]
        return nodes[0] if len(nodes) == 1 else self._concat(frame, entry, nodes)

    def _filled(self, frame: Frame, name: str, place: Place) -> str:
        try:
            return str(substituted(name, place, frame.scope)) if "$" in name else name
        except FormulaMistake as mistake:
            self.draft.error(mistake.code, mistake.place, mistake.message, mistake.suggestion)
            return name

    def _sources(
        self, frame: Frame, entry: Entry, kind: Kind, reads: str | None, options: Options
    ) -> list[str] | None:
        """The nodes a layer reads, in the order of its tensors."""
        if kind.family == "joiner":
            return self._joined(frame, entry, reads)
        named = [n for n in kind.tensors if isinstance(options.get(n), str)]
        others = [
            self.reference(frame, str(options[name]), entry.option_places.get(name, entry.place)) for name in named
        ]
        if kind.tensors and kind.tensors[0] in named:
            return others
        if reads is None:
            self.draft.error(
                "E207", entry.place, f"`{entry.kind}` does not say what it reads", "Add `from: NAME` beside it."
            )
            return None
        return [reads, *others]

    def _joined(self, frame: Frame, entry: Entry, reads: str | None) -> list[str] | None:
        if entry.branches is None:
            if entry.from_:
                return [self.reference(frame, self._filled(frame, n, place), place) for n, place in entry.from_]
            self.draft.error(
                "E207", entry.place, f"`{entry.kind}` does not say what it joins", f"Write `{entry.kind}: [a, b]`."
            )
            return None
        if reads is None:
            self.draft.error("E207", entry.place, f"the branches of `{entry.kind}` have nothing to read", "Add `from: NAME`.")
            return None
        found = [self.chain(frame, branch, reads) for branch in entry.branches.values()]
        return [node for node in found if node is not None]

    def _concat(self, frame: Frame, entry: Entry, nodes: list[str]) -> str:
        """Several names after `from` are joined along the last axis first."""
        kind = find_layer("concat")
        assert kind is not None, "concat is a kind of the language"
        joined = Entry(kind="concat", kind_place=entry.place, place=entry.place)
        number = frame.counts[frame.group, "joined"] = frame.counts.get((frame.group, "joined"), 0) + 1
        path = f"{frame.path}{frame.group}joined{number}"
        return add_layer(self.draft, frame, joined, kind, path, {"axis": None}, nodes)

    # blocks and networks

    def _part(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        spec, draft = self.draft.spec, self.draft
        path = self._path(frame, entry, label)
        local = path.removeprefix(frame.path)
        network, block = spec.networks.get(entry.kind), spec.blocks.get(entry.kind)
        if network is None and block is None:
            known = [*spec.blocks, *spec.networks]
            draft.error(
                "E101", entry.kind_place, f"no block or network is called `{entry.kind}`",
                did_you_mean(entry.kind, known) or "Declare it under `blocks:` or `networks:`.",
            )  # fmt: skip
            return self._call(frame, local, UNKNOWN)
        if not parts.check_use(draft, frame, entry):
            return self._call(frame, local, UNKNOWN)
        bound = self._bound(frame, entry, reads, path)
        if bound is None:
            return self._call(frame, local, UNKNOWN)
        inner, body = bound
        first = next(iter(inner.names.values()), None)
        inner.input = first
        outputs = self._outputs(inner, body, first)
        for name, node in outputs.items():
            draft.known.setdefault(f"{path}.{name}", node)
        if len(outputs) > 1:
            frame.several[local] = tuple(outputs)
            return self._call(frame, local, UNKNOWN)
        return self._call(frame, local, next(iter(outputs.values()), UNKNOWN))

    def _bound(self, frame: Frame, entry: Entry, reads: str | None, path: str) -> tuple[Frame, Body] | None:
        """The frame of a part's body at this use, and the body."""
        spec, draft = self.draft.spec, self.draft
        network, block = spec.networks.get(entry.kind), spec.blocks.get(entry.kind)
        scope, weights, asked = Mapping, "", entry
        options_of: Entry = entry
        if network is not None:
            if network.follow is not None:
                draft.later("a network that follows another", network.place)
                return None
            if network.instance is not None:
                options_of, block = network.instance, spec.blocks.get(network.instance.kind)
        body = block.body if block is not None else network.body if network is not None else None
        if body is None or (block is not None and (block.state is not None or block.next is not None)):
            draft.later("a cell, or an instance of what is no block", entry.kind_place)
            return None
        raise NotImplementedError
