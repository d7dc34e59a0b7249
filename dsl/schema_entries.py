"""JSON Schema of kinds and of the entries that use them: flat, so that an editor says what is wrong with one."""

from __future__ import annotations

from collections.abc import Sequence

from .entries import AUGMENT, LAYERS, LOSS, METRIC, OPTIMIZER, PENALTY, PREPARE, SOURCE, Site
from .kinds.kind import KINDS, REQUIRED, Kind
from .reference.keys import WIRING
from .schema_values import (
    NOT_BUILT,
    PART,
    Schema,
    Values,
    closed,
    described,
    family,
    formula,
    offered,
    one_of_words,
    ref,
    selectors,
)
from .settings import WEIGHT

SITES: dict[str, Site] = {
    "layer": LAYERS, "loss": LOSS, "metric": METRIC, "optimizer": OPTIMIZER, "penalty": PENALTY, "prepare": PREPARE,
    "augment": AUGMENT, "source": SOURCE,
}  # fmt: skip
"""The definition of an entry at each site."""
OWN_SITES = ("layer", "loss")
"""Where blocks and networks of the file's own may stand."""
HELP = {key.name: key.help for key in WIRING}


def definitions(values: Values) -> dict[str, Schema]:
    """Every kind, and every site's entry: one, and a list of them or one."""
    found: dict[str, Schema] = {"activation": _activation(), "weights": values.weights(), "part": _part()}
    for (group, word), kind in KINDS.items():
        found[f"{group}.{word}"] = kind_schema(kind, values)
    for name, site in SITES.items():
        found[name] = entry(name, site, values)
        many = {**found[name], "type": ["string", "object", "array", "null"], "items": ref(name)}
        found[plural(name)] = many
    found["line"] = _line(found["layer"])
    for part, names in values.own.parts.items():
        found[f"own.{part}"] = _own_part(part, names)
    return found


def plural(name: str) -> str:
    """The definition of several entries of a site, or one."""
    return {"loss": "losses", "penalty": "penalties"}.get(name, f"{name}s")


def entry(name: str, site: Site, values: Values) -> Schema:
    """An entry: a kind's name, or a table with one kind and what may stand beside it."""
    kinds = {kind.name: kind for part in site.families for kind in family(part)}
    found: Schema = {word: ref(f"{kind.family}.{word}") for word, kind in kinds.items()}
    parts = list(values.own.parts) if name in OWN_SITES else []
    found |= {part: ref(f"own.{part}") for part in parts}
    found |= {word: schema for word, schema in _wiring(values).items() if word in site.beside}
    own = {"patternProperties": {PART: ref("part")}} if name in OWN_SITES else {}
    words = [*kinds, *parts]
    return {
        "type": ["string", "object"],
        "description": f"{site.what}: kind, kind: main, or kind: {{option: value}}",
        "pattern": one_of_words(kinds, *([PART.strip("^$")] if own else [])),
        "patternErrorMessage": f"Here stands {site.what}: {', '.join(words)}.",
        **offered(words),
        "minProperties": 1,
        "properties": found,
        **own,
        "additionalProperties": False,
    }


def _wiring(values: Values) -> dict[str, Schema]:
    """What may stand beside a kind."""
    count: Schema = {
        "description": HELP["repeat"],
        "type": ["integer", "string", "object"],
        "minimum": 0,
        "pattern": r"^\$.+$",
        "additionalProperties": {"type": ["array", "string"]},
    }
    return {
        "name": {"description": HELP["name"], "type": ["string", "boolean"]},
        "from": values.tensors(HELP["from"]),
        "when": formula(HELP["when"]),
        "repeat": count,
        "weight": values.option(WEIGHT),
        "where": formula(HELP["where"]),
        "of": selectors(HELP["of"]),
    }


def kind_schema(kind: Kind, values: Values) -> Schema:
    """What may stand behind a kind: its main option, its options by name, or nothing."""
    options = {option.name: values.option(option) for option in kind.options}
    options |= {name: values.tensor("a tensor") for name in kind.tensors if name not in options}
    if "groups" in options and kind.family == "optimizer":
        options["groups"] = {**values.groups(options), "description": options["groups"]["description"]}
    if kind.name == "recurrent":
        computed = {"type": "string", "pattern": r"^\$.+$"}
        options["cell"] = described({"anyOf": [ref("layer"), computed]}, options["cell"]["description"])
    if kind.name == "chain":
        return {
            "title": kind.name,
            "description": _help(kind),
            "type": ["array", "string"],
            "items": ref("layer"),
            "pattern": r"^\$.+$",
        }
    table = closed(options)
    if kind.family == "joiner":
        table["additionalProperties"] = {"description": "a branch: a list of layers", "type": "array",
                                         "items": ref("layer")}  # fmt: skip
    if "open" in kind.traits:
        table["additionalProperties"] = True
    needed = [option.name for option in kind.options if option.default is REQUIRED]
    if needed:
        table["required"] = needed
    return {"title": kind.name, "description": _help(kind), **_with_main(kind, table, values, bare=not needed)}


def _with_main(kind: Kind, table: Schema, values: Values, *, bare: bool) -> Schema:
    """A kind's table of options, or what may stand alone in its place. `bare`: nothing may, too."""
    nothing = ["null"] if bare else []
    if kind.main is None:
        reads = ["string", "number", "array"] if kind.family in LAYERS.families else []
        return {**table, "type": [*reads, "object", *nothing]}
    option = kind.option(kind.main)
    assert option is not None, f"{kind.name} has its main option"
    if option.type == "choice":
        return {**table, "type": ["string", "object", *nothing], "pattern": one_of_words(option.choices, r"\$.+"),
                **offered(option.choices)}  # fmt: skip
    alone = values.by_type[option.type](option)
    if "anyOf" in alone or "type" not in alone:
        return {key: value for key, value in table.items() if key != "type"}
    keep = {key: value for key, value in alone.items() if key not in ("properties", "additionalProperties")}
    keep = {key: value for key, value in keep.items() if not key.endswith("Properties")}
    types = [name for name in alone["type"] if name not in ("object", "null")]
    return {**table, **keep, "type": [*types, "object", *nothing]}


def _activation() -> Schema:
    kinds = {kind.name: ref(f"activation.{kind.name}") for kind in family("activation")}
    return {
        "type": ["string", "object", "null"],
        "pattern": one_of_words(kinds, r"\$.+"),
        "patternErrorMessage": f"Here stands an activation: {', '.join(kinds)}.",
        **offered(kinds),
        "minProperties": 1,
        "maxProperties": 1,
        "properties": kinds,
        "additionalProperties": False,
    }


def _line(layer: Schema) -> Schema:
    """A line of a graph: a formula, a chain, or an entry."""
    found = {
        key: value for key, value in layer.items() if key not in ("pattern", "patternErrorMessage", "defaultSnippets")
    }
    return {
        **found,
        "description": "a formula, a list of layers, or an entry",
        "type": ["string", "number", "boolean", "array", "object"],
        "items": ref("layer"),
    }


def _part() -> Schema:
    return {"description": "a block or network of the file: its first option alone, or options and inputs by name"}


def _own_part(part: str, names: Sequence[str]) -> Schema:
    offered = {name: described({}, f"an option or input of {part}") for name in names}
    told = f"{part}, of this file: {', '.join(names)}" if names else f"{part}, of this file"
    return {"description": told, "properties": offered}


def _help(kind: Kind) -> str:
    parts = [kind.help, kind.formula, NOT_BUILT if "later" in kind.traits else ""]
    return "\n\n".join(part for part in parts if part)


def free_entry(description: str) -> Schema:
    """An entry of a family that has no table yet: any kind."""
    found: Schema = {"type": ["string", "object"], "minProperties": 1}
    return described(found, description)
