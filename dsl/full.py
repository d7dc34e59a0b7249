"""`netloom show --full`: a file with every default written out, and where each value comes from.

What comes out is a file itself and means the same: values that `$` computes stand computed, or as they are where that is
asked for (always in a file with a study, which varies what they are computed from), and what rule 18 fills in (the tensors of a loss, the input, the metrics)
stands written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from .data_schema import DataSchema
from .diagnostics import Diagnostics
from .entries import AUGMENT, LAYERS, LOSS, METRIC, OPTIMIZER, PENALTY, PREPARE, SOURCE, Site
from .formula import UNKNOWN
from .full_entries import Entries, Own, Row, default_entry
from .full_lines import Items, Leaf, Note, Part, Rows, flow, plain_table, tree_text
from .full_values import Asked, Use, default_rows, given_part, option_rows, raw
from .include import joined
from .kinds.computed import Scope
from .kinds.kind import Option
from .overrides import overridden
from .places import Place
from .reader import read
from .sections import is_several
from .settings import BATCH, CLIP, EPOCHS, RUN, SPLIT, STOP
from .spec import Spec
from .static_check import file_scope
from .tree import Scalar, Table, Tree
from .tree import Sequence as List
from .walk import Walk, nothing

LANGUAGE, RULE = "the language's default", "filled in"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the built network knows of a file: what `$` reads, what each entry came to, what was filled in.

    `tensors`: of each part of the loss, by its name. `metrics`: the kind, name and tensors of each; `thresholds`
    the names of those that a threshold says something to. `reads`: the column the network reads and its shape,
    where it reads one.
    """

    scope: Scope
    uses: Mapping[Place, Sequence[Use]] = field(default_factory=dict)
    tensors: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    metrics: Sequence[tuple[str, str, Mapping[str, str]]] = ()
    thresholds: frozenset[str] = frozenset()
    masked: bool = False
    """Whether a default metric leaves out examples, which no file can say; or it is not known what there is."""
    reads: tuple[str, tuple[int, ...]] | None = None
    schema: DataSchema | None = None


def full(
    spec: Spec,
    facts: Facts,
    sets: Mapping[str, str] | None = None,
    folder: Path | None = None,
    *,
    references: bool = False,
) -> Rows:
    """The whole file that `spec` was read from, with the same overrides and the same folder of included files.
    `references`: what `$` computes stays as the file has it, its value behind it, so that every option is still read."""
    tree = _tree(spec, sets or {}, folder)
    options = plain_table(tree.items.get("options") or Scalar(None, "", False, tree.place))
    asked = Asked(spec.file, facts.scope, {name: value.place for name, value in options.items.items()})
    asked = replace(asked, keep=references or "study" in tree.items)
    plain = replace(asked, scope=file_scope(spec, Diagnostics(), open=True))
    entries = Entries(asked, facts.uses, _own(spec), plain)
    return _File(spec, facts, entries).rows(tree)


def _tree(spec: Spec, sets: Mapping[str, str], folder: Path | None) -> Table:
    unheard = Diagnostics()
    tree = read(spec.text, spec.file, unheard)
    assert isinstance(tree, Table), "a file that was read is a table"
    first = {path: value for path, value in sets.items() if path.split(".")[0] == "include"}
    tree = overridden(tree, first, unheard)
    where = Path(spec.file).parent if folder is None else folder
    tree = joined(tree, spec.file, spec.text, where, Walk(unheard)).tree
    return overridden(tree, {path: value for path, value in sets.items() if path not in first}, unheard)


def _own(spec: Spec) -> dict[str, Own]:
    found = {
        name: Own(
            name, {o.name: (o.type, o.default) for o in block.options.values()},
            tuple(i.name for i in block.body.inputs or ()),
        )
        for name, block in spec.blocks.items()
    }  # fmt: skip
    for name, network in spec.networks.items():
        inputs = network.body.inputs if network.body else None
        found[name] = Own(name, {}, tuple(i.name for i in inputs or ()))
    return found


@dataclass(frozen=True, slots=True)
class _File:
    spec: Spec
    facts: Facts
    entries: Entries

    @property
    def asked(self) -> Asked:
        return self.entries.asked

    def rows(self, tree: Table) -> Rows:
        """The sections in the order of the file, those it leaves out where they belong."""
        rows: list[Row] = []
        if "netloom" not in tree.items:
            rows.append(("netloom", Leaf(str(self.spec.netloom), self.spec.netloom, LANGUAGE)))
        if "name" not in tree.items:
            rows.append(("name", Leaf(flow(self.spec.name), self.spec.name, f"{RULE}: the file's own name")))
        rows += [(key, self._section(key, inner)) for key, inner in tree.items.items() if key != "include"]
        if "run" not in tree.items:
            rows.append(("run", Rows(tuple(option_rows(RUN, {}, self.asked, LANGUAGE)))))
        return Rows(tuple(rows))

    def _section(self, key: str, tree: Tree) -> Part:
        if key in ("netloom", "name", "about") or not isinstance(tree, Table):
            return raw(tree, self.asked)
        makers = {
            "options": self._options, "run": self._run, "data": self._data, "train": self._train,
            "network": self._network, "blocks": self._blocks, "networks": self._networks, "graph": self._graph,
        }  # fmt: skip
        return makers[key](tree) if key in makers else raw(tree, self.asked)

    def _options(self, table: Table) -> Part:
        return Rows(tuple((name, given_part(tree, self.asked)) for name, tree in table.items.items()))

    def _run(self, table: Table) -> Part:
        return Rows(tuple(option_rows(RUN, table.items, self.asked, LANGUAGE)))

    # data

    def _data(self, table: Table) -> Part:
        if is_several(table):
            return raw(table, self.asked)
        rows: list[Row] = []
        for key, tree in table.items.items():
            if key == "source":
                rows.append((key, self.entries.one(tree, SOURCE)))
            elif key == "prepare":
                rows.append((key, self.entries.several(tree, PREPARE)))
            elif key == "augment":
                rows.append((key, self.entries.several(tree, AUGMENT)))
            elif key == "split" and isinstance(tree, Table):
                rows.append((key, self._split(tree)))
            elif key == "fields" and isinstance(tree, Table):
                rows.append((key, Rows(tuple((n, self._field(t)) for n, t in tree.items.items()))))
            else:
                rows.append((key, raw(tree, self.asked)))
        if "split" not in table.items:
            rows.append(("split", self._split(Table({}, {}, table.place))))
        return Rows(tuple(rows))

    def _split(self, table: Table) -> Part:
        # a test share of 0 is no default: a source that brings a test part keeps it where nothing is said
        known = [option for option in SPLIT if option.name != "test" or "test" in table.items]
        rows = list(option_rows(known, table.items, self.asked, LANGUAGE))
        if "test" not in table.items:
            rows.append(Note("test is left out: the test part that the source brings, if any"))
        return Rows(tuple(rows))

    def _field(self, tree: Tree) -> Part:
        if not isinstance(tree, Table):
            return raw(tree, self.asked)
        rows = [
            (key, self.entries.several(inner, PREPARE) if key == "prepare" else raw(inner, self.asked))
            for key, inner in tree.items.items()
        ]
        return Rows(tuple(rows))

    # bodies

    def _network(self, table: Table) -> Part:
        rows = list(self._body(table, self.entries))
        reads = self.facts.reads
        if reads is not None and "inputs" not in table.items and "layers" in table.items:
            shape = Leaf(flow(reads[1]), list(reads[1]), f"{RULE}: the data's first column of numbers")
            rows.insert(0, ("inputs", Rows(((reads[0], shape),))))
        return Rows(tuple(rows))

    def _body(self, table: Table, entries: Entries, *, main: bool = True) -> Iterator[Row]:
        for key, tree in table.items.items():
            if key == "layers":
                yield key, entries.several(tree, LAYERS)
            elif key == "graph" and isinstance(tree, Table):
                yield key, self._lines(tree, entries)
            elif key == "inputs":
                yield key, self._inputs(tree, entries.asked, main=main)
            else:
                yield key, raw(tree, entries.asked)

    def _inputs(self, tree: Tree, asked: Asked, *, main: bool) -> Part:
        """Declared inputs; those of the main body with the shapes of the data's columns."""
        names = tree.items if isinstance(tree, List) else () if isinstance(tree, Table) else (tree,)
        columns = self.facts.schema.columns if self.facts.schema is not None and main else {}
        shapes = {item.text: item for item in names if isinstance(item, Scalar) and item.text in columns}
        if isinstance(tree, Table):
            return Rows(tuple((name, self._shape(name, shape, asked, main=main)) for name, shape in tree.items.items()))
        if len(shapes) < len(names):
            return raw(tree, asked)
        rows = [(name, _column(columns[name].shape, asked.where(item.place))) for name, item in shapes.items()]
        return Rows(tuple(rows))

    def _shape(self, name: str, tree: Tree, asked: Asked, *, main: bool) -> Part:
        schema = self.facts.schema
        if nothing(tree) and main and schema is not None and name in schema.columns:
            return _column(schema.columns[name].shape, asked.where(tree.place))
        return given_part(tree, asked)

    def _lines(self, table: Table, entries: Entries) -> Part:
        rows: list[Row] = []
        for name, tree in table.items.items():
            if isinstance(tree, List):
                rows.append((name, entries.several(tree, LAYERS)))
            elif isinstance(tree, Table):
                rows.append((name, entries.one(tree, LAYERS)))
            else:
                rows.append((name, raw(tree, entries.asked)))
        return Rows(tuple(rows))

    def _graph(self, table: Table) -> Part:
        return self._lines(table, self.entries)

    def _blocks(self, table: Table) -> Part:
        return Rows(tuple((name, self._block(inner)) for name, inner in table.items.items()))

    def _block(self, tree: Tree) -> Part:
        """A block: its own options are known only where it is used."""
        if not isinstance(tree, Table):
            return raw(tree, self.asked)
        options = plain_table(tree.items.get("options") or Scalar(None, "", False, tree.place))
        inner = replace(self.asked, scope=Scope(dict.fromkeys(options.items, UNKNOWN), open=True), options={})
        rows: list[Row] = []
        for row in self._body(tree, self.entries.inside(inner), main=False):
            assert not isinstance(row, Note), "a body has no remarks of its own"
            rows.append((row[0], raw(options, self.entries.file_scope)) if row[0] == "options" else row)
        return Rows(tuple(rows))

    def _networks(self, table: Table) -> Part:
        # a network sees the file's options; the sizes of its own inputs hide those of the data's columns
        options = {name: value for name, value in self.asked.scope.options.items() if "." not in name}
        inside = self.entries.inside(replace(self.asked, scope=Scope(options)))
        rows: list[Row] = []
        for name, tree in table.items.items():
            if not isinstance(tree, Table) or "follow" in tree.items:
                rows.append((name, raw(tree, self.asked)))
            elif not {"layers", "graph"} & tree.items.keys():
                rows.append((name, self.entries.one(tree, LAYERS)))
            else:
                rows.append((name, Rows(tuple(self._body(tree, inside, main=False)))))
        return Rows(tuple(rows))

    # training

    def _train(self, table: Table) -> Part:
        rows: list[Row] = [(key, self._setting(key, tree)) for key, tree in table.items.items()]
        if "optimizer" not in table.items:
            rows.append(("optimizer", default_entry("adam", LANGUAGE)))
        # what stands here holds in every phase that says nothing else: a phase may count steps in place of epochs
        counted = {"steps", "phases", "alternate"} & table.items.keys()
        for name, value in (("batch", BATCH), ("epochs", EPOCHS)):
            if name not in table.items and not (name == "epochs" and counted):
                rows.append((name, Leaf(str(value), value, LANGUAGE)))
        if "last_batch" not in table.items:
            rows.append(("last_batch", Leaf("keep", "keep", LANGUAGE)))
        if "metrics" not in table.items:
            rows += self._default_metrics()
        return Rows(tuple(rows))

    def _setting(self, key: str, tree: Tree) -> Part:
        if key == "loss":
            return self._losses(tree)
        if key == "optimizer":
            return self.entries.one(tree, OPTIMIZER)
        if key in ("penalties", "after_step"):
            every = {"of": Leaf('"**.weights"', "**.weights", f"{LANGUAGE}: all weights, no bias")}
            parts = tree.items if isinstance(tree, List) else () if nothing(tree) else (tree,)
            return Items(tuple(self.entries.one(t, PENALTY, beside=every if key == "penalties" else {}) for t in parts))
        if key == "metrics":
            return self._metrics(tree)
        if key in ("stop", "clip_gradients") and isinstance(tree, Table):
            options = STOP if key == "stop" else tuple(o for o in CLIP if o.name in tree.items)
            return Rows(tuple(option_rows(options, tree.items, self.asked, LANGUAGE)))
        if key in ("phases", "alternate", "fit", "options"):
            return raw(tree, self.asked)
        return given_part(tree, self.asked)

    def _losses(self, tree: Tree) -> Part:
        """The parts of the loss, with the tensors that they leave out."""
        parts = tree.items if isinstance(tree, List) else () if nothing(tree) else (tree,)
        kinds = [_kind_of(part, LOSS) for part in parts]
        found: list[Part] = []
        for at, part in enumerate(parts):
            number = f"{kinds[: at + 1].count(kinds[at])}" if kinds.count(kinds[at]) > 1 else ""
            name = _name_of(part) or f"{kinds[at]}{number}"
            tensors = self.facts.tensors.get(name, {})
            filled = {key: Leaf(node, node, _rule(key)) for key, node in tensors.items()}
            beside: dict[str, Part] = {"weight": Leaf("1", 1, LANGUAGE)}
            found.append(self.entries.one(part, LOSS, filled, beside))
        return Items(tuple(found))

    def _metrics(self, tree: Tree) -> Part:
        parts = tree.items if isinstance(tree, List) else () if nothing(tree) else (tree,)
        tensors = {name: pair for _, name, pair in self.facts.metrics}
        found: list[Part] = []
        for part in parts:
            name = _name_of(part) or _kind_of(part, METRIC)
            filled = {
                key: Leaf(node, node, f"{RULE}: as the loss has it") for key, node in tensors.get(name, {}).items()
            }
            unsaid = () if name in self.facts.thresholds else ("threshold",)
            found.append(self.entries.one(part, METRIC, filled, unsaid=unsaid))
        return Items(tuple(found))

    def _default_metrics(self) -> Iterator[Row]:
        why = f"{RULE}: accuracy comes with cross-entropy"
        if self.facts.masked:
            yield Note("metrics are left out: accuracy comes with cross-entropy, of the examples that it counts")
            return
        found: list[Part] = []
        for kind, name, tensors in self.facts.metrics:
            rows: list[Row] = [(key, Leaf(node, node, why)) for key, node in tensors.items()]
            if name in self.facts.thresholds:
                rows += default_rows(Option("threshold", "number", 0.5), self.asked)
            called = () if name == kind else (("name", Leaf(flow(name), name, why)),)
            found.append(Rows(((kind, Rows(tuple(rows), why)), *called)))
        yield "metrics", Items(tuple(found), "" if found else f"{LANGUAGE}: none")


def _column(shape: tuple[int, ...], where: str) -> Leaf:
    return Leaf(flow(shape), list(shape), f"{where}; its shape is the data's")


def _rule(tensor: str) -> str:
    return f"{RULE}: {'the field to be predicted' if tensor == 'target' else 'what the network gives out'}"


def _kind_of(tree: Tree, site: Site) -> str:
    if isinstance(tree, Scalar):
        return tree.text
    keys = tree.items if isinstance(tree, Table) else {}
    return next((key for key in keys if site.find(key) or key[:1].isupper()), tree_text(tree))


def _name_of(tree: Tree) -> str | None:
    name = tree.items.get("name") if isinstance(tree, Table) else None
    return name.text if isinstance(name, Scalar) else None
