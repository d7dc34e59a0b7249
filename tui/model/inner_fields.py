"""Fields within an option: of a schedule, of an activation with options, of a description of weights.

What is set within an option gives the whole option anew, so that one edit writes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ...dsl.edit import Document
from ...dsl.edit_parts import Part
from ...dsl.edit_write import Value, Written, value_of
from ...dsl.kinds.inner_kinds import WEIGHT_OPTIONS
from ...dsl.kinds.kind import REQUIRED, Family, Kind, Option
from ...dsl.kinds.tables import lookup, words
from ...dsl.reference.markdown import written as spelt
from .fields import Field
from .typed import of_type

FAMILIES: Mapping[str, Family] = {
    "activation": "activation", "live": "live", "schedulable": "live", "weights": "start",
}  # fmt: skip
"""The types of option whose values are kinds, with the kinds' family."""
START = of_type("start", "weights", "the first value: an initialiser, a number, or the numbers in lists")


def words_for(option: Option) -> tuple[str, ...]:
    """The words that may stand in an option, in the order of the tables."""
    if option.type == "bool":
        return ("true", "false")
    if option.choices and option.type in ("choice", "margin"):
        return option.choices
    if option.type == "weights":
        none = ("false",) if option.name == "bias" else ()
        return (*none, *(word for word in words("start") if _alone("start", word)), "{trainable: false}")
    family = FAMILIES.get(option.type)
    return tuple(word for word in words(family) if family == "live" or _alone(family, word)) if family else ()


def _alone(family: Family, word: str) -> bool:
    """Whether a kind can stand without options."""
    kind = lookup(family, word)
    return kind is not None and all(option.default is not REQUIRED for option in kind.options)


def default_of(option: Option) -> str:
    """The default as it would be written; empty for none."""
    if option.default is REQUIRED or option.default is None or option.default == ():
        return ""
    if option.type == "weights":
        return "0" if option.name == "bias" else "the layer's own"
    return spelt(option.default)


def inner_fields(outer: Field, part: Part | None, document: Document) -> Iterator[Field]:
    """The fields within an option that is written as `part`, from the outside in."""
    if part is None or part.nothing or (part.text or "").startswith("$"):
        return
    whole = value_of(part, document.text)
    if outer.option.type == "weights" and part.is_table and not _is_start(part):
        yield from _description(outer, part, document, _opened(whole))
        return
    family = FAMILIES.get(outer.option.type)
    name = part.text or str(next(iter(part.inner), "")) if part.text or part.is_table else ""
    kind = lookup(family, name) if family else None
    if kind is not None:
        yield from _of_kind(outer, kind, part.inner.get(name), document, whole)


def _is_start(part: Part) -> bool:
    """`{normal: 0.01}`: an initialiser with its options, and no description."""
    return len(part.inner) == 1 and lookup("start", str(next(iter(part.inner)))) is not None


def _description(outer: Field, part: Part, document: Document, whole: Value) -> Iterator[Field]:
    """`{start: he, trainable: false}`"""
    for option in (START, *WEIGHT_OPTIONS.values()):
        inner = part.inner.get(option.name)
        found = _field(outer, option, (option.name,), inner, document, whole)
        yield found
        if option is START:
            yield from inner_fields(found, inner, document)


def _of_kind(outer: Field, kind: Kind, value: Part | None, document: Document, whole: Value) -> Iterator[Field]:
    """The options of a kind that stands as the option's value."""
    given = dict(value.inner) if value is not None and value.is_table else {}
    if value is not None and not value.is_table and not value.nothing and kind.main:
        given[kind.main] = value
    whole = _named(whole, kind)
    if outer.depth:
        whole = _put(outer.whole, outer.path[1:], whole)
    options = [*kind.options, *(of_type(str(name), "number") for name in given if "open" in kind.traits)]
    for option in options:
        yield _field(outer, option, (kind.name, option.name), given.get(option.name), document, whole)


def _field(
    outer: Field, option: Option, path: tuple[str, ...], part: Part | None, document: Document, whole: Value
) -> Field:
    return Field(
        option=option,
        path=(*outer.path, *path),
        written=None if part is None else document.raw(part),
        default=default_of(option),
        section=outer.section,
        choices=words_for(option),
        only=option.type == "choice",
        scope=outer.scope,
        whole=whole,
        place=outer.place,
        fixed=part is not None and "\n" in document.raw(part),
    )


def _opened(whole: Value) -> Value:
    return dict(whole) if isinstance(whole, Mapping) else {"start": whole}


def _named(whole: Value, kind: Kind) -> Value:
    """`leaky_relu`, `{leaky_relu: 0.2}` and `{leaky_relu: {slope: 0.2}}` in the last form."""
    value = whole[kind.name] if isinstance(whole, Mapping) and kind.name in whole else {}
    if isinstance(value, Mapping):
        return {kind.name: dict(value)}
    if isinstance(value, Written) and not value.text:
        return {kind.name: {}}
    return {kind.name: {kind.main or "value": value}}


def set_within(field: Field, value: Value | None) -> Value | None:
    """The whole option after a value within it was set, or taken away (None)."""
    if not field.depth:
        return value
    return _short(_put(field.whole, field.path[1:], value))


def _put(at: Value | None, path: tuple[str, ...], value: Value | None) -> dict[str, Value]:
    table: dict[str, Value] = dict(at) if isinstance(at, Mapping) else {}
    step, rest = path[0], path[1:]
    inner = _put(table.get(step), rest, value) if rest else value
    if inner is None:
        table.pop(step, None)
    else:
        table[step] = inner
    return table


def _short(value: Value) -> Value | None:
    """Without what need not be said: `{leaky_relu: {}}` is `leaky_relu`, `{start: he}` is `he`."""
    if not isinstance(value, Mapping) or len(value) > 1:
        return value
    if not value:
        return None
    ((name, inner),) = value.items()
    if name == "start":
        return inner
    return name if isinstance(inner, Mapping) and not inner else {name: inner}
