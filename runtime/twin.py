"""The slow, plain twin of `translate`: the same kernel text compiled by Numba, every word an intrinsic of Numba's.

It holds the translator to account in the tests, and compiles what the translator refuses. Only this module imports
numba.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic, models, register_model

from . import words
from .object_code import object_file
from .vocabulary import namespace
from .words import Kind, Word

SIGNATURE = (types.int64,) * 5
OPTIONS: dict[str, Any] = {
    "error_model": "numpy", "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
}  # fmt: skip
"""How every text is compiled: no check that raises, no way in from Python."""


class LanesType(types.Type):
    """A vector of float32 numbers or a mask of truths, as Numba's type."""

    def __init__(self, kind: Kind) -> None:
        self.llvm = kind.llvm
        super().__init__(name=kind.name)


@register_model(LanesType)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, manager: Any, kind: LanesType) -> None:
        super().__init__(manager, kind, kind.llvm)  # type: ignore[no-untyped-call]


PLAIN: dict[Kind, Any] = {
    words.INT64: types.int64, words.FLOAT32: types.float32, words.FLOAT64: types.float64, words.TRUTH: types.boolean,
    words.NOTHING: types.void,
}  # fmt: skip


@cache
def numba_type(kind: Kind) -> Any:
    """Numba's type of a kind."""
    return LanesType(kind) if kind.lanes else PLAIN[kind]


def numba_intrinsic(word: Word) -> Any:
    """A word to be called from functions that Numba compiles."""

    def codegen(context: Any, builder: ir.IRBuilder, _signature: Any, values: Any) -> ir.Value:
        made = word.generate(builder, values)
        return context.get_dummy_value() if word.result is words.NOTHING else made

    # Numba takes the arity from the parameters' names
    names = ", ".join(f"a{i}" for i in range(len(word.arguments)))
    signature = numba_type(word.result)(*map(numba_type, word.arguments))
    scope: dict[str, Any] = {"signature": signature, "codegen": codegen}
    exec(f"def word(context, {names}):\n    return signature, codegen\n", scope)
    return intrinsic(scope["word"])


@cache
def numba_namespace(lanes: int) -> dict[str, Any]:
    """The names of kernel text for Numba."""
    made: dict[str, Any] = {"F": types.float32, "math": math, "inlined": numba.njit(**OPTIONS)}
    for name, found in namespace(lanes).items():
        if isinstance(found, Word):
            made[name] = numba_intrinsic(found)
        else:
            made[name] = _maker(found) if callable(found) else found
    return made


def _maker(make: Callable[..., Word]) -> Callable[..., Any]:
    return lambda *shape: numba_intrinsic(make(*shape))


def compile_by_numba(symbol: str, text: str, lanes: int) -> bytes:
    """The object file of the function `kernel` (or `driver`) that `text` defines, under `symbol`.

    Raises ValueError when the text would need more than arithmetic: exceptions, Python's objects or memory.
    """
    names: dict[str, Any] = dict(numba_namespace(lanes))
    exec(compile(text, f"<{symbol}>", "exec"), names)
    arguments = SIGNATURE[:2] if "driver" in names else SIGNATURE
    function = names["driver"] if "driver" in names else names["kernel"]
    jitted = numba.njit(**OPTIONS, fastmath={"contract"})(function)
    jitted.compile(arguments)
    compiled = jitted.overloads[arguments]
    native = compiled.fndesc.llvm_func_name
    source = compiled.library.get_llvm_str()
    if ".const.picklebuf" in source:
        raise ValueError("the text can raise: what an exception needs is pickled into the object")
    module = llvm.parse_assembly(source + _wrapper(symbol, native, len(arguments)))
    module.get_function(native).linkage = "internal"
    return object_file(str(module), optimised=True)


def _wrapper(symbol: str, native: str, count: int) -> str:
    """A plain C function around Numba's own calling convention; the status it returns is not looked at,
    since kernel text cannot raise."""
    given = ", ".join(f"i64 %a{i}" for i in range(count))
    return (
        f"\ndefine void @{symbol}({given}) {{\n  %result = alloca ptr\n  %trouble = alloca ptr\n"
        f"  %status = call i32 @{native}(ptr %result, ptr %trouble, {given})\n  ret void\n}}\n"
    )
