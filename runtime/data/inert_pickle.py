"""Pickled plain data read without running anything: names of functions become records, and are never looked up.

A pickle is a program. Here only the instructions that build numbers, texts, lists, tables and arrays of bytes are
known, and an instruction to call something only notes what was to be called and with what. Source of the format:
the table of instructions in Python's own `pickletools`.
"""

from __future__ import annotations

import io
import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .raw import Array

MOST_STEPS = 10_000_000
KEYS = (str, bytes, int)
NOT_A_PICKLE = (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError)
ARRAYS = frozenset({"numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct"})


class OddPickle(ValueError):  # noqa: N818  what is wrong is the pickle
    """Not a pickle of plain data: damaged, or holding what plain data never does."""


@dataclass(slots=True)
class Called:
    """What a pickle wanted made by calling `name`: the arguments, and the state it was to be given."""

    name: str
    arguments: tuple[Any, ...] = ()
    state: Any = None


@dataclass(slots=True)
class _Machine:
    stack: list[Any] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)
    memory: dict[int, Any] = field(default_factory=dict)

    def above_mark(self) -> list[Any]:
        start = self.marks.pop()
        found = self.stack[start:]
        del self.stack[start:]
        return found

    def tuple_of(self, count: int) -> None:
        if len(self.stack) < count:
            raise OddPickle("a tuple of more than there is")
        first = len(self.stack) - count
        self.stack[first:] = [tuple(self.stack[first:])]


def read_plain(content: bytes) -> Any:
    """The value a pickle holds: None, truths, numbers, str, bytes, lists, tuples, dicts, and `Called` for the rest.

    Texts written by Python 2 come as bytes. Raises OddPickle; calls and imports nothing that the pickle names.
    """
    machine = _Machine()
    try:
        for count, (instruction, argument, _) in enumerate(pickletools.genops(io.BytesIO(content))):
            if instruction.name == "STOP":
                return machine.stack.pop()
            if count > MOST_STEPS:
                raise OddPickle("more instructions than plain data needs")
            _step(machine, instruction.name, argument)
    except OddPickle:
        raise
    except NOT_A_PICKLE as error:
        raise OddPickle(str(error) or type(error).__name__) from error
    raise OddPickle("it does not end")


def bytes_in(value: Any) -> Array:
    """The array of uint8 that a value read by `read_plain` stands for. Raises OddPickle where it is none."""
    state = value.state if isinstance(value, Called) and value.name in ARRAYS else None
    if not isinstance(state, tuple) or len(state) != 5:
        raise OddPickle("not an array of NumPy")
    _, shape, kind, columns_first, raw = state
    if not isinstance(kind, Called) or kind.name != "numpy.dtype" or kind.arguments[:1] not in ((b"u1",), ("u1",)):
        raise OddPickle("an array of something other than uint8")
    if not isinstance(raw, bytes):
        raise OddPickle("an array without its bytes")
    values = np.frombuffer(raw, np.uint8)
    if not isinstance(shape, tuple) or not all(isinstance(size, int) and size >= 0 for size in shape):
        raise OddPickle("an array without a shape")
    return values.reshape(shape, order="F" if columns_first else "C")


def _step(machine: _Machine, name: str, argument: Any) -> None:
    if name in PUSHES:
        machine.stack.append(PUSHES[name](argument))
    elif name in DOES:
        DOES[name](machine, argument)
    else:
        raise OddPickle(f"it holds the instruction {name}, which plain data has no use for")


def _put(machine: _Machine, place: Any) -> None:
    machine.memory[len(machine.memory) if place is None else place] = machine.stack[-1]


def _appends(machine: _Machine, _: Any) -> None:
    found = machine.above_mark()
    _list(machine).extend(found)


def _append(machine: _Machine, _: Any) -> None:
    value = machine.stack.pop()
    _list(machine).append(value)


def _list(machine: _Machine) -> list[Any]:
    if not isinstance(machine.stack[-1], list):
        raise OddPickle("something appended to what is no list")
    return machine.stack[-1]


def _items(machine: _Machine, found: list[Any]) -> None:
    table = machine.stack[-1]
    # no other keys: the hash of a deeply nested tuple overruns the stack
    if not isinstance(table, dict) or len(found) % 2 or any(type(key) not in KEYS for key in found[::2]):
        raise OddPickle("something set in what is no table of names")
    table.update(zip(found[::2], found[1::2], strict=True))


def _setitem(machine: _Machine, _: Any) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _items(machine, [key, value])


def _named(machine: _Machine, _: Any) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise OddPickle("a name that is no text")
    machine.stack.append(Called(f"{module}.{name}"))


def _called(machine: _Machine, _: Any) -> None:
    arguments, what = machine.stack.pop(), machine.stack.pop()
    if not isinstance(what, Called) or not isinstance(arguments, tuple):
        raise OddPickle("a call of what is no function")
    machine.stack.append(_bytes(arguments) if what.name == "_codecs.encode" else Called(what.name, arguments))


def _bytes(arguments: tuple[Any, ...]) -> bytes:
    """What Python 3 writes for bytes in a pickle that Python 2 can read: a text and the name of its code."""
    text, code = arguments
    if not isinstance(text, str) or code not in ("latin1", b"latin1"):
        raise OddPickle("a text in another code")
    return text.encode("latin-1")


def _built(machine: _Machine, _: Any) -> None:
    state, what = machine.stack.pop(), machine.stack[-1]
    if not isinstance(what, Called):
        raise OddPickle("a state for what has none")
    what.state = state


def _old_text(text: str) -> bytes:
    return text.encode("latin-1")


PUSHES: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        ("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"), lambda n: n
    ),
    **dict.fromkeys(("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), lambda text: text),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"), lambda content: content),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING"), _old_text),
    "NONE": lambda _: None,
    "NEWTRUE": lambda _: True,
    "NEWFALSE": lambda _: False,
    "EMPTY_DICT": lambda _: {},
    "EMPTY_LIST": lambda _: [],
    "EMPTY_TUPLE": lambda _: (),
    "GLOBAL": lambda name: Called(name.replace(" ", ".")),
}
DOES: dict[str, Callable[[_Machine, Any], None]] = {
    **dict.fromkeys(("PROTO", "FRAME"), lambda _machine, _argument: None),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE"), _put),
    **dict.fromkeys(
        ("GET", "BINGET", "LONG_BINGET"), lambda machine, place: machine.stack.append(machine.memory[place])
    ),
    "MARK": lambda machine, _: machine.marks.append(len(machine.stack)),
    "TUPLE": lambda machine, _: machine.stack.append(tuple(machine.above_mark())),
    "TUPLE1": lambda machine, _: machine.tuple_of(1),
    "TUPLE2": lambda machine, _: machine.tuple_of(2),
    "TUPLE3": lambda machine, _: machine.tuple_of(3),
    "LIST": lambda machine, _: machine.stack.append(machine.above_mark()),
    "DICT": lambda machine, _: _made_dict(machine),
    "APPEND": _append,
    "APPENDS": _appends,
    "SETITEM": _setitem,
    "SETITEMS": lambda machine, _: _items(machine, machine.above_mark()),
    "STACK_GLOBAL": _named,
    "REDUCE": _called,
    "BUILD": _built,
}


def _made_dict(machine: _Machine) -> None:
    found = machine.above_mark()
    machine.stack.append({})
    _items(machine, found)
