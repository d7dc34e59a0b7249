"""Frozen values that are stored as JSON and read back as something a stranger may have written.

class Point(Record):
    x: int
    y: int = 0

Point.model_validate_json('{"x": 3}') == Point(x=3)

The names of the methods are pydantic's, so that a reader knows what they do; it is not imported, for a built
plan is to start at once.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from functools import cache
from typing import Any, Literal, NoReturn, Self, Union, cast, dataclass_transform, get_args, get_origin, get_type_hints

Parse = Callable[[Any, str], Any]
"""A value as JSON has it, and its place; gives the value or raises `RecordError`."""
PLAIN = (str, int, bool)
DEEPEST = 64
"""How deep values of any shape may be nested."""


class RecordError(ValueError):
    """What is stored is no such record. `place` leads there by names and numbers with dots between them."""

    def __init__(self, place: str, wrong: str) -> None:
        super().__init__(f"{place or 'the whole'}: {wrong}")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Record:
    """A frozen value that refuses unknown fields. Fields are str, int, float, bool, Literal, records, Any, or tuples,
    dicts and unions of these."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        dataclass(frozen=True, kw_only=True)(cls)

    def model_copy(self, update: Mapping[str, Any] | None = None) -> Self:
        """The same with some fields changed, unchecked."""
        return replace(self, **(update or {}))  # type: ignore[type-var]

    def model_dump(self, mode: Literal["python", "json"] = "json") -> dict[str, Any]:
        """As plain lists and tables; with `python`, tuples stay tuples."""
        return {f.name: _plain(getattr(self, f.name), mode) for f in fields(self)}  # type: ignore[arg-type]

    def model_dump_json(self, indent: int | None = None) -> str:
        return json.dumps(
            self.model_dump(), indent=indent, ensure_ascii=False, separators=None if indent else (",", ":")
        )

    @classmethod
    def model_validate(cls, found: Any) -> Self:
        """The record of plain lists and tables, or of records. Raises `RecordError` with the first place that is wrong."""
        parsed: Self = _parser(cast("Any", cls))(found, "")
        return parsed

    @classmethod
    def model_validate_json(cls, text: str | bytes) -> Self:
        """Raises `RecordError`."""
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise RecordError("", f"no JSON: {error}") from None
        return cls.model_validate(found)


def _plain(value: Any, mode: str) -> Any:
    if isinstance(value, Record):
        return value.model_dump("json" if mode == "json" else "python")
    if isinstance(value, tuple | list):
        made = [_plain(item, mode) for item in value]
        return made if mode == "json" or isinstance(value, list) else tuple(made)
    if isinstance(value, dict):
        return {key: _plain(item, mode) for key, item in value.items()}
    return value


@cache
def _parser(kind: Any) -> Parse:
    """What reads a value of a type."""
    origin, inner = get_origin(kind), get_args(kind)
    if kind is Any:
        return _anything
    if kind is float:
        return _float
    if kind in PLAIN:
        return lambda value, place: _exactly(kind, value, place)
    if origin is Literal:
        return lambda value, place: value if value in inner else _fail(place, f"{value!r} is none of {inner}")
    if origin is tuple:
        return _tuple(inner)
    if origin in (dict, Mapping):
        return _dict(*inner)
    if origin in (Union, types.UnionType):
        return _union(inner)
    assert isinstance(kind, type) and issubclass(kind, Record), f"a record cannot hold {kind}"  # noqa: PT018
    return _record(kind)


def _record(kind: type[Record]) -> Parse:
    own = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    hints = get_type_hints(kind)
    required = {name for name, f in own.items() if f.default is MISSING and f.default_factory is MISSING}

    def parse(value: Any, place: str) -> Record:
        if isinstance(value, kind):
            return value
        if not isinstance(value, dict):
            _fail(place, f"{kind.__name__} is meant")
        if unknown := [name for name in value if name not in own]:
            _fail(_inside(place, unknown[0]), "unknown field")
        if missing := sorted(required - value.keys()):
            _fail(_inside(place, missing[0]), "is missing")
        return kind(**{name: _parser(hints[name])(item, _inside(place, name)) for name, item in value.items()})

    return parse


def _tuple(inner: tuple[Any, ...]) -> Parse:
    if len(inner) == 2 and inner[1] is Ellipsis:
        one = _parser(inner[0])
        return lambda value, place: tuple(one(v, _inside(place, i)) for i, v in enumerate(_list(value, place)))

    def parse(value: Any, place: str) -> tuple[Any, ...]:
        if len(_list(value, place)) != len(inner):
            _fail(place, f"{len(inner)} values are meant")
        return tuple(_parser(kind)(v, _inside(place, i)) for i, (kind, v) in enumerate(zip(inner, value, strict=True)))

    return parse


def _list(value: Any, place: str) -> Any:
    return value if isinstance(value, list | tuple) else _fail(place, "a list is meant")


def _dict(key: Any, kind: Any) -> Parse:
    one = _parser(kind)

    def name(word: Any, place: str) -> Any:
        if key is int and isinstance(word, str) and word.lstrip("-").isdigit():
            return int(word)
        return _exactly(key, word, place)

    def parse(value: Any, place: str) -> dict[Any, Any]:
        if not isinstance(value, dict):
            _fail(place, "a table is meant")
        return {name(word, place): one(item, _inside(place, word)) for word, item in value.items()}

    return parse


def _union(kinds: tuple[Any, ...]) -> Parse:
    def parse(value: Any, place: str) -> Any:
        if value is None and types.NoneType in kinds:
            return None
        for kind in kinds:
            if kind is not types.NoneType:
                try:
                    return _parser(kind)(value, place)
                except RecordError as error:
                    first = error
        raise first

    return parse


def _exactly(kind: type, value: Any, place: str) -> Any:
    # True is an int to Python, and no number to us
    return value if type(value) is kind else _fail(place, f"{kind.__name__} is meant, not {type(value).__name__}")


def _float(value: Any, place: str) -> float:
    if type(value) not in (int, float):
        _fail(place, f"float is meant, not {type(value).__name__}")
    try:
        return float(value)
    except OverflowError:
        _fail(place, "too large a number")


def _anything(value: Any, place: str, depth: int = 0) -> Any:
    """As JSON has it, lists as lists."""
    if depth > DEEPEST:
        _fail(place, "nested too deeply")
    if isinstance(value, dict):
        return {word: _anything(item, place, depth + 1) for word, item in value.items()}
    return [_anything(item, place, depth + 1) for item in value] if isinstance(value, list) else value


def _inside(place: str, name: object) -> str:
    return f"{place}.{name}" if place else str(name)


def _fail(place: str, wrong: str) -> NoReturn:
    raise RecordError(place, wrong)
