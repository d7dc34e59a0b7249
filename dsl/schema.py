"""The JSON Schema of the language (draft-07), made from the same tables that the reader checks by: editors complete
and explain from it. With a file, what that file has of its own is offered too."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from .bodies import OPTION_TYPES
from .diagnostics import Diagnostics
from .include import joined
from .kinds.kind import Option
from .reader import read
from .reference import keys
from .reference.keys import Key
from .schema_entries import definitions, free_entry, plural
from .schema_values import NAME, NOT_BUILT, PART, Own, Schema, Values, closed, described, offered, ref, selectors, text
from .settings import CLIP, RUN, SPLIT, STOP, TRAIN
from .tree import Scalar, Sequence, Table, Tree
from .walk import NAME as NAMES
from .walk import Walk

DRAFT = "http://json-schema.org/draft-07/schema#"
HEADER = "# yaml-language-server: $schema={}"
"""The first line of a file whose editor is to use a schema."""
NAMED = ("blocks", "networks", "network", "graph")
"""The sections that give tensors their names."""
Free = dict[str, Schema]


def schema(own: Own | None = None) -> Schema:
    """The schema of a file; `own` is what the file at hand has of its own."""
    return _Making(Values(own or Own())).file()


def own_words(source: str, file: str, diagnostics: Diagnostics, folder: Path | None = None) -> Own | None:
    """The parts, options and names of a file, and of those it includes; None where it cannot be read as YAML."""
    tree = read(source, file, diagnostics)
    if tree is None or diagnostics.errors or not isinstance(tree, Table):
        return None
    tree = joined(tree, file, source, folder or Path(file).parent, Walk(Diagnostics())).tree
    parts = {
        name: [*_keys(inner, "options"), *_keys(inner, "inputs")]
        for section in ("blocks", "networks")
        for name, inner in _table(tree, section).items()
    }
    names = {name for section in NAMED for name in _names(_only(tree, section))}
    names.update(_keys(tree.items["data"], "fields") if "data" in tree.items else ())
    return Own(parts, _keys(tree, "options"), sorted(names))


def _only(tree: Table, section: str) -> Tree:
    """The file with one of its sections."""
    return Table({key: inner for key, inner in tree.items.items() if key == section}, tree.keys, tree.place)


def _table(tree: Tree, key: str) -> dict[str, Tree]:
    found = tree.items.get(key) if isinstance(tree, Table) else None
    return dict(found.items) if isinstance(found, Table) else {}


def _keys(tree: Tree, key: str) -> list[str]:
    """The names of a table, or of a list, under a key."""
    found = tree.items.get(key) if isinstance(tree, Table) else None
    if isinstance(found, Sequence):
        return [item.text for item in found.items if isinstance(item, Scalar)]
    return list(found.items) if isinstance(found, Table) else []


def _names(tree: Tree) -> Iterable[str]:
    """The tensors that a file names: entries, lines of graphs, inputs."""
    if isinstance(tree, Sequence):
        for item in tree.items:
            yield from _names(item)
    elif isinstance(tree, Table):
        for key in ("graph", "inputs"):
            yield from _keys(tree, key)
        for key, inner in tree.items.items():
            if key == "name" and isinstance(inner, Scalar):
                yield from [inner.text] * bool(NAMES.fullmatch(inner.text))
            yield from _names(inner)


class _Making:
    """Section by section; help comes from the keys' tables, limits from the settings."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self.own = values.own

    def file(self) -> Schema:
        names: Schema = {"type": "object", "additionalProperties": {}, "propertyNames": {"pattern": NAME}}
        sections = self.keyed(keys.FILE, {
            "netloom": {"enum": [1], "default": 1},
            "name": text(),
            "about": text(),
            "include": {"type": ["array", "string"], "items": {"type": "string"}},
            "options": names,
            "run": self.settings(RUN),
            "data": ref("data"),
            "blocks": _parts("block"),
            "networks": _parts("network"),
            "network": ref("body"),
            "graph": ref("graph"),
            "train": ref("step"),
            "evaluate": {**self.measure(), "type": ["array", "object"], "items": ref("measure")},
            "generate": self.generate(),
            "study": self.study(),
        })  # fmt: skip
        return {
            "$schema": DRAFT,
            "title": "netloom",
            "description": "A page of YAML is a whole experiment: data, networks, what is minimised, what is reported.",
            **closed(sections),
            "definitions": {**self.parts(), **definitions(self.values)},
        }

    def keyed(self, rows: Iterable[Key], schemas: Free) -> Free:
        """Each key's schema with the key's help."""
        told = {key.name: f"{key.help}. {NOT_BUILT}" if key.later else key.help for key in rows}
        missing = set(told) ^ set(schemas)
        assert not missing, f"keys without a schema, or schemas without a key: {missing}"
        return {name: described({**schema}, told[name]) for name, schema in schemas.items()}

    def parts(self) -> Free:
        """The definitions that are no entries."""
        values, options = self.values, {option.name: self.values.option(option) for option in TRAIN}
        body = {
            "inputs": {"type": ["array", "object"], "items": {"type": ["string", "boolean"]},
                       "additionalProperties": {"type": ["array", "string", "null"]},
                       "propertyNames": {"pattern": NAME}},
            "layers": {"type": "array", "items": ref("layer")},
            "graph": ref("graph"),
            "output": values.tensors(),
        }  # fmt: skip
        weights: Free = {"weights": text()}
        settle = {"state": {"type": "object"}, "next": {"type": "object"}}
        follow: Free = {"follow": {"type": "string", "pattern": PART}, "every": {"type": ["number", "string"]},
                        "decay": {"type": ["number", "string"]}}  # fmt: skip
        step = {
            "name": text(), "update": selectors(), "loss": ref(plural("loss")), "fit": text(),
            "optimizer": ref("optimizer"), "last_batch": {"enum": ["keep", "drop"], "default": "keep"},
            "stop": self.settings(STOP), "penalties": ref(plural("penalty")), "clip_gradients": self.settings(CLIP),
            "metrics": ref(plural("metric")), "data": text(), "after_step": ref(plural("penalty")),
            "options": self.given(), "repeat": {"type": ["integer", "string", "object"]},
            "phases": _some("step"), "alternate": _some("step"), **options,
        }  # fmt: skip
        block_options = {"type": "object", "propertyNames": {"pattern": NAME},
                         "additionalProperties": offered(OPTION_TYPES)}  # fmt: skip
        return {
            "body": closed(self.keyed(keys.BODY, {**body, **weights})),
            "block": closed(self.keyed(keys.BLOCK, {"options": block_options, **body, **settle})),
            "network": {
                **closed(self.keyed(keys.NETWORK, {**body, **weights, **follow})),
                "patternProperties": {PART: ref("part")},
            },
            "graph": {
                "type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": ref("line"),
            },
            "step": closed(self.keyed(keys.STEP, step)),
            "measure": self.measure(),
            **self.data(),
        }  # fmt: skip

    def settings(self, options: Iterable[Option]) -> Schema:
        return closed({option.name: self.values.option(option) for option in options})

    def data(self) -> Free:
        """`data:` is a set, or sets by name."""
        several = {"type": ["string", "array", "null"], "items": text()}
        field = self.keyed(keys.FIELD, {
            "column": text(),
            "columns": {**several, "type": ["string", "integer", "array"]},
            "as": free_entry(""),
            "values": several,
            "prepare": ref(plural("prepare")),
            "missing": text(),
        })  # fmt: skip
        table: Schema = {"type": "object"}
        one = self.keyed(keys.DATA, {
            "source": ref("source"),
            "fields": {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": ref("field")},
            "missing": {**several, "items": {"type": ["string", "number", "boolean", "null"]}},
            "prepare": ref(plural("prepare")),
            "augment": ref(plural("augment")),
            "split": self.settings(SPLIT),
            "tokens": free_entry(""),
            "windows": table, "pairs": table, "batches": table, "nest": {"type": "array"}, "replay": table,
        })  # fmt: skip
        names = "|".join(one)
        return {
            "field": {**closed(field), "type": ["object", "null"]},
            "set": closed(one, required=["source"]),
            "data": {
                "type": "object",
                "properties": one,
                "if": {"required": ["source"]},
                "then": {"propertyNames": {"enum": list(one)}},
                "else": {"patternProperties": {f"^(?!({names})$)": ref("set")}},
            },
        }

    def given(self) -> Schema:
        """Values for options of the file."""
        offered = {name: {"description": "an option of this file"} for name in self.own.options}
        return {"type": "object", "properties": offered, "propertyNames": {"pattern": NAME}}

    def measure(self) -> Schema:
        return closed({
            "name": text("what the measurement is called"),
            "data": text("which data is measured on"),
            "set": {"description": "tensors that are replaced", "type": "object"},
            "samples": {"description": "how often each example is drawn", "type": ["integer", "string"]},
            "metrics": ref(plural("metric"), "what is reported"),
        })  # fmt: skip

    def generate(self) -> Schema:
        count = {"type": ["integer", "string"], "minimum": 1, "pattern": r"^\$.+$"}
        return closed({
            "output": self.values.tensor("what is decided on"),
            "feed": self.values.tensor("the tensor that a choice becomes one step later"),
            "choose": free_entry("how a choice is made: greedy, sample, beam"),
            "start": text("the first one"),
            "stop": text("what ends it"),
            "limit": {"description": "most steps", **count},
            "set": {"description": "tensors that are replaced", "type": "object"},
            "count": {"description": "how many are made", **count},
            "as": text("what they are shown as: text, images, scatter"),
        })  # fmt: skip

    def study(self) -> Schema:
        count = {"type": ["integer", "string"], "minimum": 1, "pattern": r"^\$.+$"}
        span = {"type": "array", "minItems": 2, "maxItems": 2}
        one = {
            "description": "values to try, or a span",
            **closed({"log": span, "linear": span}, minProperties=1, maxProperties=1),
            "type": ["array", "object", "string"],
        }
        vary = {
            "description": "options of the file, each with what is tried",
            "type": "object",
            "properties": dict.fromkeys(self.own.options, one),
            "additionalProperties": one,
            "propertyNames": {"pattern": NAME},
        }
        return closed({
            "vary": vary,
            "trials": {"description": "how many are tried", **count},
            "folds": {"description": "parts of a cross-validation", **count},
            "seeds": {"description": "runs of each trial, from other beginnings", **count},
            "best": {"description": "which trial is best", "type": ["string", "object"]},
        })  # fmt: skip


def _parts(name: str) -> Schema:
    return {"type": "object", "patternProperties": {PART: ref(name)}, "additionalProperties": False}


def _some(name: str) -> Schema:
    return {"type": "array", "items": ref(name)}
