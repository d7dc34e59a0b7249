"""The driver's vocabulary: words in memory, shared words, an indirect call, the floating-point mode.

Addresses are int64. Shared words are read with acquire and written with release ordering.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numba
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from .target import is_x86

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
VOID = ir.VoidType()
WORD = types.int64
FLUSH_X86 = 0x8040
"""MXCSR bits: results flushed to zero (0x8000), denormal inputs taken as zero (0x40)."""
FLUSH_ARM = 1 << 24
"""FPCR bit: both."""
OPTIONS: dict[str, Any] = {
    "error_model": "numpy", "nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
}  # fmt: skip
"""How every text is compiled: no check that raises, no way in from Python."""

MONOTONIC = 6 if sys.platform == "darwin" else 1


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
    """Add to a word that other threads add to as well, in one step; gives what it was."""

    def generate(_c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
        return b.atomic_rmw("add", _word(b, a[0], a[1], I64), a[2], "acq_rel")

    return WORD(WORD, WORD, WORD), generate


@intrinsic
def call(_context: Any, _f: Any, _arena: Any, _offsets: Any, _sizes: Any, _thread: Any, _threads: Any) -> Any:
    """Call the kernel at address `f` for one thread of `threads`."""

    def generate(c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
        b.call(b.inttoptr(a[0], ir.FunctionType(VOID, [I64] * 5).as_pointer()), a[1:])
        return c.get_dummy_value()

    return types.void(*[WORD] * 6), generate


@intrinsic
def pause(_context: Any) -> Any:
    """Tell the core that this is a waiting loop."""

    def generate(c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        wait(b, x86=is_x86())
        return c.get_dummy_value()

    return types.void(), generate


def wait(b: ir.IRBuilder, *, x86: bool) -> None:
    """Emit the core's own hint that this is a waiting loop."""
    name, hint = ("llvm.x86.sse2.pause", []) if x86 else ("llvm.aarch64.hint", [I32(1)])
    b.call(_function(b, name, VOID, [word.type for word in hint]), hint)


@intrinsic
def give_way(_context: Any) -> Any:
    """Let another thread have this core."""

    def generate(c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        b.call(_function(b, "sched_yield", I32, []), [])
        return c.get_dummy_value()

    return types.void(), generate


@intrinsic
def now(_context: Any) -> Any:
    """Nanoseconds of a clock that never goes back."""

    def generate(_c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        with b.goto_entry_block():
            time = b.alloca(ir.ArrayType(I64, 2))
        seconds = b.bitcast(time, I64.as_pointer())
        b.call(_function(b, "clock_gettime", I32, [I32, I64.as_pointer()]), [I32(MONOTONIC), seconds])
        return b.add(b.mul(b.load(seconds), I64(10**9)), b.load(b.gep(seconds, [I64(1)])))

    return WORD(), generate


@intrinsic
def ticks(_context: Any) -> Any:
    """The core's own counter: 10 ns to read where the clock takes 25. How long a tick is, only the clock can tell."""

    def generate(_c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        return b.call(_function(b, "llvm.readcyclecounter", I64, []), [])

    return WORD(), generate


@intrinsic
def denormals_off(_context: Any) -> Any:
    """Treat denormals as zero in this thread; gives the mode to restore."""

    def generate(_c: Any, b: ir.IRBuilder, _s: Any, _a: Any) -> ir.Value:
        old = read_mode(b, x86=is_x86())
        write_mode(b, b.or_(old, I64(FLUSH_X86 if is_x86() else FLUSH_ARM)), x86=is_x86())
        return old

    return WORD(), generate


@intrinsic
def denormals_restore(_context: Any, _mode: Any) -> Any:
    """Put back what `denormals_off` found: NumPy in the same thread keeps its denormals."""

    def generate(c: Any, b: ir.IRBuilder, _s: Any, a: Any) -> ir.Value:
        write_mode(b, a[0], x86=is_x86())
        return c.get_dummy_value()

    return types.void(WORD), generate


def read_mode(b: ir.IRBuilder, *, x86: bool) -> ir.Value:
    """The thread's floating-point mode: MXCSR, or FPCR on ARM."""
    if not x86:
        return b.call(_function(b, "llvm.aarch64.get.fpcr", I64, []), [])
    slot = b.alloca(I32)
    b.call(_function(b, "llvm.x86.sse.stmxcsr", VOID, [I8.as_pointer()]), [b.bitcast(slot, I8.as_pointer())])
    return b.zext(b.load(slot), I64)


def write_mode(b: ir.IRBuilder, mode: ir.Value, *, x86: bool) -> None:
    """Set the thread's floating-point mode: MXCSR, or FPCR on ARM."""
    if not x86:
        b.call(_function(b, "llvm.aarch64.set.fpcr", VOID, [I64]), [mode])
        return
    slot = b.alloca(I32)
    b.store(b.trunc(mode, I32), slot)
    b.call(_function(b, "llvm.x86.sse.ldmxcsr", VOID, [I8.as_pointer()]), [b.bitcast(slot, I8.as_pointer())])


def _function(b: ir.IRBuilder, name: str, answer: ir.Type, arguments: list[ir.Type]) -> ir.Value:
    return b.module.globals.get(name) or ir.Function(b.module, ir.FunctionType(answer, arguments), name)


def _inlined(function: Callable[..., Any]) -> Any:
    return numba.njit(**OPTIONS)(function)


def namespace() -> dict[str, Any]:
    """The names the driver's text may use."""
    return {
        "get": _reader(I64),
        "put": _writer(I64),
        "get32": _reader(I32),
        "put32": _writer(I32),
        "get_shared": _reader(I64, shared=True),
        "put_shared": _writer(I64, shared=True),
        "add_shared": add_shared,
        "call": call,
        "pause": pause,
        "give_way": give_way,
        "now": now,
        # on ARM the counter that LLVM reads is closed to programs
        "ticks": ticks if is_x86() else now,
        "denormals_off": denormals_off,
        "denormals_restore": denormals_restore,
        "inlined": _inlined,
    }
