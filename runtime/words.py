"""What kernel text is made of: the kinds of its values, and words, the instructions it calls by name.

A word is its result, its arguments and a generator of LLVM instructions. `translate` calls the generator itself;
`twin` makes an intrinsic of Numba's of it. Nothing here imports numba.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from llvmlite import ir


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: its name for people and in LLVM. `lanes` is 0 for single values."""

    name: str
    llvm: ir.Type
    lanes: int = 0


INT64 = Kind("int64", ir.IntType(64))
FLOAT32 = Kind("float32", ir.FloatType())
FLOAT64 = Kind("float64", ir.DoubleType())
TRUTH = Kind("truth", ir.IntType(1))
NOTHING = Kind("nothing", ir.VoidType())


@cache
def vector_kind(lanes: int) -> Kind:
    """`lanes` float32 numbers."""
    return Kind(f"vector of {lanes}", ir.VectorType(ir.FloatType(), lanes), lanes)


@cache
def mask_kind(lanes: int) -> Kind:
    """`lanes` truths, the result of a comparison."""
    return Kind(f"mask of {lanes}", ir.VectorType(ir.IntType(1), lanes), lanes)


Generator = Callable[[ir.IRBuilder, Sequence[Any]], "ir.Value | None"]
"""Emits a word's instructions for the values of its arguments; what the word gives (None: nothing)."""


@dataclass(frozen=True, slots=True)
class Word:
    """An instruction of kernel text."""

    result: Kind
    arguments: tuple[Kind, ...]
    generate: Generator


Maker = Callable[..., Word]
"""A word with its shape baked in, called with constants above a kernel: `whole = tile(8, 3, 1, 16, 32, 32, False)`."""

Names = dict[str, "Word | Maker | int | float"]
"""What the words of a text are called."""


def room(b: ir.IRBuilder, kind: ir.Type, align: int) -> ir.Value:
    """Memory on the stack until the function ends, taken in its first block: a loop takes it once."""
    with b.goto_entry_block():
        memory = b.alloca(kind)
    memory.align = align
    return memory
