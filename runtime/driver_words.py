"""The driver's vocabulary: words in memory, shared words, an indirect call, the floating-point mode.

Addresses are int64. Shared words are read with acquire and written with release ordering.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from . import driver
from .target import machine

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
VOID = ir.VoidType()
WORD = types.int64
FLUSH = 0x8040
"""MXCSR bits: results flushed to zero (0x8000), denormal inputs taken as zero (0x40)."""


def _word(builder: ir.IRBuilder, address: ir.Value, index: ir.Value, kind: ir.Type) -> ir.Value:
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [index])


def _reader(kind: ir.Type, *, shared: bool = False) -> Any:
    @intrinsic
    def read(_context: Any, _address: Any, _index: Any) -> Any:
        def generate(_c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
            place = _word(b, a[0], a[1], kind)
            value = b.load_atomic(place, "acquire", 8) if shared else b.load(place)
            return value if kind is I64 else b.zext(value, I64)

        return WORD(WORD, WORD), generate

    return read


def _writer(kind: ir.Type, *, shared: bool = False) -> Any:
    @intrinsic
    def write(_context: Any, _address: Any, _index: Any, _value: Any) -> Any:
        def generate(c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
            place = _word(b, a[0], a[1], kind)
            value = a[2] if kind is I64 else b.trunc(a[2], kind)
            if shared:
                b.store_atomic(value, place, "release", 8)
            else:
                b.store(value, place)
            return c.get_dummy_value()

        return types.void(WORD, WORD, WORD), generate

    return write


@intrinsic
def add_shared(_context: Any, _address: Any, _index: Any, _value: Any) -> Any:
    def generate(_c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
        return b.atomic_rmw("add", _word(b, a[0], a[1], I64), a[2], "acq_rel")

    return WORD(WORD, WORD, WORD), generate


@intrinsic
def call(_context: Any, _f: Any, _arena: Any, _offsets: Any, _sizes: Any, _thread: Any, _threads: Any) -> Any:
    def generate(c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
        b.call(b.inttoptr(a[0], ir.FunctionType(VOID, [I64] * 5).as_pointer()), a[1:])
        return c.get_dummy_value()

    return types.void(*[WORD] * 6), generate


def _external(name: str, *, answer: ir.Type) -> Any:
    @intrinsic
    def invoke(_context: Any) -> Any:
        def generate(c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
            module = b.module
            function = module.globals.get(name) or ir.Function(module, ir.FunctionType(answer, []), name)
            b.call(function, [])
            return c.get_dummy_value()

        return types.void(), generate

    return invoke


@intrinsic
def pause(_context: Any) -> Any:
    def generate(c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        name, hint = ("llvm.x86.sse2.pause", []) if _is_x86() else ("llvm.aarch64.hint", [I32(1)])
        kind = ir.FunctionType(VOID, [word.type for word in hint])
        b.call(b.module.globals.get(name) or ir.Function(b.module, kind, name), hint)
        return c.get_dummy_value()

    return types.void(), generate


@intrinsic
def denormals_off(_context: Any) -> Any:
    """Treat denormals as zero in this thread; gives the flags to restore."""

    def generate(_c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        if not _is_x86():
            return I64(0)
        slot = b.alloca(I32)
        _mode(b, "llvm.x86.sse.stmxcsr", slot)
        old = b.load(slot)
        b.store(b.or_(old, I32(FLUSH)), slot)
        _mode(b, "llvm.x86.sse.ldmxcsr", slot)
        return b.zext(old, I64)

    return WORD(), generate


@intrinsic
def denormals_restore(_context: Any, _flags: Any) -> Any:
    """Put back what `denormals_off` found: NumPy in the same thread keeps its denormals."""

    def generate(c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
        if _is_x86():
            slot = b.alloca(I32)
            b.store(b.trunc(a[0], I32), slot)
            _mode(b, "llvm.x86.sse.ldmxcsr", slot)
        return c.get_dummy_value()

    return types.void(WORD), generate


def _mode(builder: ir.IRBuilder, name: str, slot: ir.Value) -> None:
    module = builder.module
    kind = ir.FunctionType(VOID, [I8.as_pointer()])
    function = module.globals.get(name) or ir.Function(module, kind, name)
    builder.call(function, [builder.bitcast(slot, I8.as_pointer())])


def _is_x86() -> bool:
    return machine() in ("x86_64", "AMD64")


def namespace() -> dict[str, Any]:
    """The names the driver's text may use."""
    names: dict[str, Any] = {
        "get": _reader(I64),
        "put": _writer(I64),
        "get32": _reader(I32),
        "put32": _writer(I32),
        "get_shared": _reader(I64, shared=True),
        "put_shared": _writer(I64, shared=True),
        "add_shared": add_shared,
        "call": call,
        "pause": pause,
        "give_way": _external("sched_yield", answer=I32),
        "denormals_off": denormals_off,
        "denormals_restore": denormals_restore,
    }
    exec(compile(driver.WORDS, "<driver words>", "exec"), names)  # noqa: S102  text of our own
    for name in ("meet", "walk", "begin_step", "guards_finite", "publish", "end_step"):
        names[name] = _inlined(names[name])
    return names


def _inlined(function: Callable[..., Any]) -> Any:
    return numba.njit(error_model="numpy", nogil=True, no_cpython_wrapper=True)(function)
