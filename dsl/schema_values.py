"""JSON Schema of option values: what each type of option may be, computed values included.

A value is one flat schema: the types it may have, and beside them what holds of each. Numbers with an exponent
may be text, because readers of YAML 1.1 take `2e-4` for a word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .kinds.inner_kinds import WEIGHT_OPTIONS
from .kinds.kind import KINDS, REQUIRED, Kind, Option, OptionType
from .kinds.option_values import UNITS
from .kinds.values import Chosen, Quantity, WeightsSpec
from .reference.markdown import default_of, limits_of

Schema = dict[str, Any]
COMPUTED = r"\$.+"
"""`$name` and `$(formula)`."""
EXPONENT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+"
NUMBER = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
NAME = r"^[a-z][a-z0-9_]*$"
PART = r"^[A-Z][A-Za-z0-9]*$"
NOT_BUILT = "Not built yet by this version."


@dataclass(frozen=True, slots=True)
class Own:
    """What a file has of its own: parts with the names of their options and inputs, options, named tensors."""

    parts: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    options: Sequence[str] = ()
    names: Sequence[str] = ()


def ref(name: str, description: str = "") -> Schema:
    """A definition by name. Validators pass over the description beside it; editors show it."""
    found: Schema = {"$ref": f"#/definitions/{name}"}
    return {"description": description, **found} if description else found


def text(description: str = "") -> Schema:
    """Any text, also one that a reader of YAML takes for a number or a truth."""
    return described({"type": ["string", "number", "boolean"]}, description)


def described(schema: Schema, description: str) -> Schema:
    """The schema with a description, where there is one."""
    return {"description": description, **schema} if description else schema


def closed(properties: Mapping[str, Schema], **more: Any) -> Schema:
    """A table with these keys and no others."""
    return {"type": "object", "properties": dict(properties), "additionalProperties": False, **more}


def offered(found: Iterable[str]) -> Schema:
    """Words that an editor completes where a text may stand; validators pass over them."""
    return {"defaultSnippets": [{"label": word, "body": word} for word in found]}


def one_of_words(found: Iterable[str], *others: str) -> str:
    """A pattern: one of the words, or what one of the other patterns takes."""
    return f"^({'|'.join([*(re.escape(word) for word in found), *others])})$"


class Values:
    """Schemas of options; `own` are the file's own words, offered beside the language's."""

    def __init__(self, own: Own) -> None:
        self.own = own
        self.offers = [f"${name}" for name in own.options]
        self.by_type: dict[OptionType, Callable[[Option], Schema]] = {
            "int": self.whole, "number": self.number, "text": lambda option: text(), "bool": self.truth,
            "choice": self.choice, "shape": self.shape, "ints": self.wholes, "tensor": lambda option: self.tensor(),
            "list": lambda option: {}, "any": lambda option: {}, "quantity": self.quantity, "live": self.live,
            "schedulable": self.live, "activation": lambda option: ref("activation"),
            "weights": lambda option: ref("weights"), "groups": lambda option: {"type": ["array", "object", "null"]},
            "margin": self.margin,
        }  # fmt: skip

    def option(self, option: Option) -> Schema:
        """The value of an option, with its help, default and limits."""
        found = self.by_type[option.type](option)
        if option.default is not REQUIRED:
            found = _or_nothing(found)
        default = default_value(option.default)
        return {
            "description": told(option),
            **found,
            **({} if default is None else {"default": default}),
        }

    def whole(self, option: Option) -> Schema:
        return {"type": ["integer", "string"], **self._limits(option), **self._numeric("a whole number")}

    def number(self, option: Option) -> Schema:
        return {"type": ["number", "string"], **self._limits(option), **self._numeric("a number")}

    def truth(self, option: Option) -> Schema:
        return {"type": ["boolean", "string"], "pattern": f"^{COMPUTED}$"}

    def choice(self, option: Option) -> Schema:
        return {"anyOf": [{"enum": list(option.choices)}, {"type": "string", "pattern": f"^{COMPUTED}$"}]}

    def shape(self, option: Option) -> Schema:
        size = {"type": ["integer", "string"], **self._limits(option), "pattern": f"^([a-z][a-z0-9_]*|{COMPUTED})$"}
        return {"type": ["array", "string"], "items": size, "pattern": f"^{COMPUTED}$"}

    def wholes(self, option: Option) -> Schema:
        one = self.whole(option)
        return {**one, "type": ["integer", "array", "string"], "items": one, "minItems": 1}

    def margin(self, option: Option) -> Schema:
        """Words or whole numbers, for both axes or for each; a computed text may be any of them."""
        one = {**self.whole(option), "pattern": one_of_words(option.choices, COMPUTED), **offered(option.choices)}
        one["patternErrorMessage"] = f"Here stands {', '.join(option.choices)}, or a whole number."
        return {**one, "type": ["integer", "array", "string"], "items": one, "minItems": 1}

    def quantity(self, option: Option) -> Schema:
        units = {form for unit in option.choices or UNITS for form in (unit, unit.removesuffix("s") or unit)}
        amount = f"{NUMBER}[ ]*({'|'.join(sorted(units))})"
        found: Schema = {"type": ["number", "string"], **self._limits(option)}
        message = f"Here stands a number with a unit: {', '.join(option.choices or UNITS)}."
        return {**found, "pattern": f"^({COMPUTED}|{EXPONENT}|{amount})$", "patternErrorMessage": message}

    def live(self, option: Option) -> Schema:
        kinds = {kind.name: ref(f"live.{kind.name}") for kind in family("live")}
        return {
            **self.number(option),
            **closed(kinds, minProperties=1, maxProperties=1),
            "type": ["number", "string", "object"],
        }

    def tensor(self, description: str = "") -> Schema:
        """The name or path of a tensor, or a number."""
        # a reader of YAML 1.1 takes the name `y` for a truth
        found: Schema = {"type": ["string", "number", "boolean"]}
        if self.own.names:
            found = {"anyOf": [{"enum": list(self.own.names)}, found]}
        return described(found, description)

    def tensors(self, description: str = "") -> Schema:
        """One tensor or several."""
        one = self.tensor()
        many = {"type": "array", "items": one, "minItems": 1}
        return described({"anyOf": [*one.get("anyOf", [one]), many]}, description)

    def groups(self, options: Mapping[str, Schema]) -> Schema:
        """The groups of an optimiser: its own options for some weights."""
        own = {name: schema for name, schema in options.items() if name != "groups"}
        group = closed({"of": selectors("which weights"), **own}, required=["of"])
        return {"type": ["array", "null"], "items": group}

    def weights(self) -> Schema:
        """The description of a trainable tensor: its start, or a table."""
        starts = {kind.name: ref(f"start.{kind.name}") for kind in family("start")}
        keys = {name: self.option(option) for name, option in WEIGHT_OPTIONS.items()}
        start: Schema = {
            "description": "the first value: an initialiser, a number, numbers in lists, or a field",
            "type": ["string", "number", "array", "object"],
            **offered(starts),
            "minProperties": 1,
            "maxProperties": 1,
            "properties": starts,
            "additionalProperties": False,
        }
        return {
            **closed({"start": start, **keys, **starts}),
            "type": ["string", "number", "boolean", "array", "object", "null"],
            **offered(starts),
        }

    def _numeric(self, what: str) -> Schema:
        """What text may stand for a number."""
        offers = offered(self.offers) if self.offers else {}
        message = f"Here stands {what}, $option or $(formula)."
        return {"pattern": f"^({COMPUTED}|{EXPONENT})$", "patternErrorMessage": message, **offers}

    @staticmethod
    def _limits(option: Option) -> Schema:
        found: Schema = {}
        if option.low is not None:
            found["exclusiveMinimum" if option.open_low else "minimum"] = option.low
        if option.high is not None:
            found["exclusiveMaximum" if option.open_high else "maximum"] = option.high
        return found


def selectors(description: str = "") -> Schema:
    """Paths of weights, in which a step may be `*` or `**`."""
    return described({"type": ["string", "array"], "items": {"type": "string"}}, description)


def formula(description: str = "") -> Schema:
    """The schema of a formula: a text, or a number or truth value that stands alone."""
    return described({"type": ["string", "number", "boolean"]}, description)


def family(name: str) -> list[Kind]:
    """The kinds of a family, in the order of the tables."""
    return [kind for (of, _), kind in KINDS.items() if of == name]


def told(option: Option) -> str:
    """An option's help, limits and default as an editor shows them."""
    limits, default = limits_of(option).replace("`", ""), default_of(option).replace("`", "")
    parts = [option.help, limits, "needed" if default == "needed" else f"default: {default}"]
    said = "; ".join(part for part in parts if part and part != "default: none")
    return f"{said}. {NOT_BUILT}" if option.later else said


def default_value(value: object) -> object:
    """A default as JSON; None where there is none that could be written."""
    if value is REQUIRED or isinstance(value, WeightsSpec):
        return None
    if isinstance(value, Chosen):
        return value.options["value"] if value.kind == "constant" else value.kind
    if isinstance(value, Quantity):
        return str(value)
    if isinstance(value, tuple):
        found = [default_value(item) for item in value]
        return found[0] if len(found) == 1 else found
    return value


def _or_nothing(schema: Schema) -> Schema:
    """Nothing after the colon stands for the default."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "type" in schema and "null" not in schema["type"]:
        return {**schema, "type": [*([schema["type"]] if isinstance(schema["type"], str) else schema["type"]), "null"]}
    return schema
