"""The walk over bodies: entries become layers, blocks and networks are walked in their place, sizes on the way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from ..dsl import formula as formulas
from ..dsl.bodies import named
from ..dsl.formula import Formula
from ..dsl.kinds.kind import Kind
from ..dsl.kinds.resolve import find_layer, not_built, resolve, suggest
from ..dsl.kinds.tables import NETWORK, words
from ..dsl.spec import Body, Entry, GraphLine
from ..dsl.suggest import did_you_mean, hint, nearest
from ..dsl.tree import Scalar
from ..dsl.walk import Walk as Reader
from .build_data import declare_inputs
from .build_draft import UNKNOWN, Draft, Frame, named_sizes
from .build_layer import add_formula, add_layer
from .build_lines import reading_order
from .build_modes import chosen, mark
from .build_names import check_name, name_node, new_name, reference
from .build_options import copies, wanted
from .build_parts import Chain, bound_part, may_use
from .build_sources import read_by, sources, told
from .build_tensors import add_split, complete


class Walk:
    """Walks every body of a file into one draft."""

    def __init__(self, draft: Draft, main: Frame) -> None:
        self.draft, self.main = draft, main

    def main_body(self) -> dict[str, str]:
        """The network's outputs by name."""
        body = self.draft.spec.network
        self.main.input = declare_inputs(self.draft, self.main, body)
        return self.body(self.main, body)

    # bodies

    def body(self, frame: Frame, body: Body) -> dict[str, str]:
        """A body's outputs by name; its first layer reads `frame.input`."""
        if body.weights is not None:
            self.draft.later("`weights:` of a whole network", body.place)
        if body.graph is not None:
            self._lines(frame, body.graph)
        frame.below = frozenset(name for name, _ in named(body.layers or ()))
        last = self.chain(frame, body.layers or (), frame.input) if body.graph is None else None
        if body.output is not None:
            return {name: reference(self, frame, name, place) for name, place in body.output}
        if body.graph is not None:
            return self._ends(frame, body)
        if last is None or last == UNKNOWN:
            return {}
        return {next((name for name, node in frame.names.items() if node == last), "output"): last}

    def chain(self, frame: Frame, entries: Iterable[Entry], previous: str | None) -> str | None:
        """Each entry reads the one before, unless it says `from`."""
        for entry in entries:
            previous = self.entry(frame, entry, previous)
        return previous

    def _lines(self, frame: Frame, lines: tuple[GraphLine, ...]) -> None:
        frame.lines = {line.name: line for line in lines}
        for line in lines:
            check_name(self.draft, frame, line.name, line.name_place)
        for name in reading_order(frame.lines):
            self.line(frame, name)

    def _ends(self, frame: Frame, body: Body) -> dict[str, str]:
        """What a graph without `output` gives out: in the form `graph:` of a file, what no line reads."""
        if frame is not self.main or "graph" not in self.draft.spec.later:
            near = f"Add `output: {[*frame.lines, 'NAME'][-2 if frame.lines else -1]}`."
            if "output" in frame.lines:
                place, near = frame.lines["output"].name_place, "Set it at the column of `graph:`: `output: NAME`."
                self.draft.error("E205", place, "`output` is the body's own word, and stands among the tensors", near)
                return {}
            place = body.graph_place or body.place
            self.draft.error("E205", place, "a graph body has to say which tensor it gives out", near)
            return {}
        read = {source for node in self.draft.nodes.values() for source in node.inputs}
        ends = {name: frame.names[name] for name in frame.lines}
        for name, outputs in frame.several.items():
            ends |= {f"{name}.{output}": self.draft.known[f"{name}.{output}"] for output in outputs}
        return {name: node for name, node in ends.items() if node not in read and node != UNKNOWN}

    def line(self, frame: Frame, name: str) -> str:
        """The node of a graph line, walked now if it was not yet."""
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
        self.draft.asked[frame.path + name] = line.name_place
        node = self._line(frame, line)
        frame.reading.pop()
        if node in (None, UNKNOWN) and name not in frame.several:
            node = self.draft.stand_in(frame.path + name, "formula", (), line.name_place)
        return name_node(self.draft, frame, name, node or UNKNOWN)

    def _line(self, frame: Frame, line: GraphLine) -> str | None:
        if isinstance(line.what, Formula):
            return self.formula(frame, line.name, line.what)
        if isinstance(line.what, Entry):
            return self.entry(frame, line.what, None, line.name)
        return self._labelled(frame, line.what, None, line.name)

    def _labelled(self, frame: Frame, entries: tuple[Entry, ...], previous: str | None, label: str) -> str | None:
        """A chain with a name: its last entry bears it, the unnamed ones before it `label.kind1`."""
        inner = replace(frame, group=f"{label}.")
        previous = self.chain(inner, entries[:-1], previous)
        return self.entry(inner, entries[-1], previous, label) if entries else previous

    def formula_entry(self, frame: Frame, name: str, entry: Entry, reads: str | None) -> str:
        """The kind `formula`, whether it is written after the colon or as an option."""
        formula = entry.formula
        if formula is None and "formula" in entry.options:
            formula = Reader(self.draft.diagnostics).formula(entry.options["formula"], "a formula")
        if (
            formula is not None
            and reads is not None
            and any(str(p) == "previous" for p in formulas.names(formula.tree))
        ):
            told(self.draft, entry, reads)
        return UNKNOWN if formula is None else self.formula(frame, name, formula, reads)

    def formula(
        self, frame: Frame, name: str, formula: Formula, previous: str | None = None, *, classes: bool = False
    ) -> str:
        """The node of a formula; `previous` in it is what the entry before gives out."""
        numbers: dict[str, object] = {}
        tensors: dict[str, str] = {}
        for path in formulas.names(formula.tree):
            value = frame.scope.options.get(str(path))
            if isinstance(value, formulas.Unknown):
                return UNKNOWN
            if isinstance(value, int | float) and not isinstance(value, bool):
                numbers[str(path)] = value
            elif str(path) == "previous" and previous is not None:
                tensors["previous"] = previous
            else:
                tensors[str(path)] = reference(self, frame, str(path), path.place)
        if not tensors:
            self.draft.error("E216", formula.place, f"`{formula.text}` reads no tensor", "Write it as an option.")
            return UNKNOWN
        return add_formula(self.draft, frame.path + name, formula, numbers, tensors, classes=classes)

    # entries

    def entry(self, frame: Frame, entry: Entry, previous: str | None, label: str | None = None) -> str | None:
        """Add what one entry says; the node it gives out. `label` is the name its line gives it."""
        label = entry.name or label
        reads = read_by(self, frame, entry, previous)
        inner = self._reading(frame, reads)
        asked = wanted(self.draft, inner.scope, entry)
        if asked is False:
            return self._passed_on(frame, entry, reads, label)
        before = len(self.draft.nodes)
        node = (
            self._once(inner, entry, reads, label)
            if entry.repeat is None
            else self._repeated(inner, entry, reads, label)
        )
        if asked is not True:
            mark(self.draft, islice(list(self.draft.nodes), before, None), asked)
            path = f"{node}.mode" if label is None else f"{frame.path}{label}.mode"
            node = chosen(self.draft, path, asked, node or UNKNOWN, reads, entry.place)
        return node if label is None else name_node(self.draft, frame, label, node or UNKNOWN)

    def _reading(self, frame: Frame, reads: str | None) -> Frame:
        """The frame in which the sizes of what an entry reads are names: `input.channels`."""
        if reads is None:
            return frame
        sizes = named_sizes("input", self.draft.sizes[reads], formulas.UNKNOWN)
        return replace(frame, scope=frame.scope.with_options(sizes))

    def _passed_on(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        """What is left out passes its input on."""
        if label is None:
            return reads
        if reads is None:
            way = "Add `from: NAME` beside it."
            self.draft.error("E207", entry.place, f"`{label}` is left out, and has no input to pass on", way)
        return name_node(self.draft, frame, label, reads or UNKNOWN)

    def _repeated(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        """The copies one behind the other: the n-th of `stage` is `stage.n`."""
        if label is not None:
            self.draft.asked[frame.path + label] = entry.place
        for copy, walked in enumerate(copies(self.draft, frame.scope, entry), 1):
            one = self._reading(frame, reads)
            one = replace(one, scope=one.scope.with_options(walked))
            if label is None:
                one.after = f"{frame.after}.{copy}"
            reads = self._once(one, entry, reads, None if label is None else f"{label}.{copy}")
        return reads

    def _once(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        self.draft.step(entry.place)
        if label is not None:
            self.draft.asked[frame.path + label] = entry.place
        if entry.kind == "chain":
            return self._grouped(frame, entry, reads, label)
        meant = self._meant(entry)
        name = new_name(self.draft, frame, meant, label)
        if self.draft.lenient:
            entry = meant
        if entry.kind == "formula":
            node = self.formula_entry(frame, name, entry, reads)
        elif entry.kind[:1].isupper():
            node = self.part(frame, entry, reads, name)
        else:
            node = self._layer(frame, entry, reads, name)
        if node == UNKNOWN and name not in frame.several:
            node = self.draft.stand_in(frame.path + name, entry.kind, (reads,), entry.place)
        return name_node(self.draft, frame, name, node)

    def _meant(self, entry: Entry) -> Entry:
        """The entry under the kind that was likely meant: a slip of the pen leaves all layers their names."""
        spec = self.draft.spec
        if find_layer(entry.kind) is not None or entry.kind in spec.blocks or entry.kind in spec.networks:
            return entry
        found = nearest(entry.kind, [*spec.blocks, *spec.networks, *words(*NETWORK)])
        return entry if found is None else entry.model_copy(update={"kind": found})

    def _grouped(self, frame: Frame, entry: Entry, reads: str | None, label: str | None) -> str | None:
        """`chain`: several entries under one `repeat` or `when`, or those of an option."""
        inner, entries = replace(frame), (entry.branches or {}).get("layers", ())
        if isinstance(entry.main, Scalar):
            given = frame.scope.options.get(entry.main.text.removeprefix("$"))
            if not isinstance(given, Chain):
                way = "Declare the option as `layers`."
                self.draft.error("E217", entry.main.place, f"`{entry.main.text}` is no list of layers", way)
                return reads
            inner.scope, entries = given.scope, given.entries
        if label is None or not entries:
            return self.chain(inner, entries, reads)
        if "." in label:
            inner.before = f"{label}."
        return self._labelled(inner, entries, reads, label)

    def _layer(self, frame: Frame, entry: Entry, reads: str | None, name: str) -> str:
        kind, draft = find_layer(entry.kind), self.draft
        if kind is None and (entry.kind in draft.spec.blocks or entry.kind in draft.spec.networks):
            return UNKNOWN
        if kind is None:
            near = suggest(entry.kind, "layer", "joiner", "activation")
            draft.error("E101", entry.kind_place, f"there is no layer `{entry.kind}`", near)
            return UNKNOWN
        if "later" in kind.traits:
            draft.later(f"`{entry.kind}`", entry.kind_place)
        if kind.sizes is None:
            return UNKNOWN
        return self._resolved(frame, entry, kind, reads, name)

    def _resolved(self, frame: Frame, entry: Entry, kind: Kind, reads: str | None, name: str) -> str:
        for option, place in not_built(kind, entry):
            self.draft.later(f"`{option}`", place)
        options = resolve(kind, entry, frame.scope, self.draft.diagnostics)
        found = sources(self, frame, entry, kind, reads, options or {})
        if (
            options is None
            or found is None
            or not complete(self.draft, entry, kind, options, found)
            or any(isinstance(v, formulas.Unknown) for v in options.values())
        ):
            return UNKNOWN
        if entry.branches and len(entry.branches) == len(found):
            self.draft.branches[frame.path + name] = tuple(entry.branches)
        if kind.name == "split":
            return add_split(self.draft, frame, entry, name, options, found[0])
        return add_layer(self.draft, frame, entry, kind, frame.path + name, options, found)

    def part(self, frame: Frame, entry: Entry, reads: str | None, name: str) -> str:
        """A block or network, walked in its place."""
        draft, spec = self.draft, self.draft.spec
        if entry.kind not in spec.blocks and entry.kind not in spec.networks:
            near = did_you_mean(entry.kind, [*spec.blocks, *spec.networks, *words(*NETWORK)]) or hint(entry.kind)
            draft.error(
                "E101", entry.kind_place, f"no block or network is called `{entry.kind}`",
                near or "Declare it under `blocks:` or `networks:`.",
            )  # fmt: skip
            return UNKNOWN
        bound = bound_part(self, frame, entry, reads, name) if may_use(draft, frame, entry) else None
        if bound is None:
            return UNKNOWN
        inner, body = bound
        draft.parts[inner.path.removesuffix(".")] = entry.kind
        draft.asked[inner.path.removesuffix(".")] = entry.place
        outputs = self.body(inner, body)
        for output, node in outputs.items():
            draft.known.setdefault(inner.path + output, node)
        if len(outputs) > 1:
            frame.several[name] = tuple(outputs)
            return UNKNOWN
        return next(iter(outputs.values()), UNKNOWN)
