"""The driver's vocabulary: words in memory, shared words, an indirect call, the floating-point mode.

Addresses are int64. Shared words are read with acquire and written with release ordering.
"""

from __future__ import annotations

import sys
from typing import Any

from llvmlite import ir

from .target import is_x86
from .words import INT64, NOTHING, Names, Word, room

I8, I32, I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
VOID = ir.VoidType()
FLUSH_X86 = 0x8040
"""MXCSR bits: results flushed to zero (0x8000), denormal inputs taken as zero (0x40)."""
FLUSH_ARM = 1 << 24
"""FPCR bit: both."""

MONOTONIC = 6 if sys.platform == "darwin" else 1


def _word(builder: ir.IRBuilder, address: ir.Value, index: ir.Value, kind: ir.Type) -> ir.Value:
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [index])


def _reader(kind: ir.Type, *, shared: bool = False) -> Word:
    def read(b: ir.IRBuilder, a: Any) -> ir.Value:
        place = _word(b, a[0], a[1], kind)
        value = b.load_atomic(place, "acquire", 8) if shared else b.load(place)
        return value if kind is I64 else b.zext(value, I64)

    return Word(INT64, (INT64,) * 2, read)


def _writer(kind: ir.Type, *, shared: bool = False) -> Word:
    def write(b: ir.IRBuilder, a: Any) -> None:
        place = _word(b, a[0], a[1], kind)
        value = a[2] if kind is I64 else b.trunc(a[2], kind)
        if shared:
            b.store_atomic(value, place, "release", 8)
        else:
            b.store(value, place)

    return Word(NOTHING, (INT64,) * 3, write)


def add_shared(b: ir.IRBuilder, a: Any) -> ir.Value:
    """Add to a word that other threads add to as well, in one step; gives what it was."""
    return b.atomic_rmw("add", _word(b, a[0], a[1], I64), a[2], "acq_rel")


def call(b: ir.IRBuilder, a: Any) -> None:
    """Call the kernel at address `a[0]` for one thread of how many."""
    b.call(b.inttoptr(a[0], ir.FunctionType(VOID, [I64] * 5).as_pointer()), a[1:])


def pause(b: ir.IRBuilder, _a: Any) -> None:
    """Tell the core that this is a waiting loop."""
    wait(b, x86=is_x86())


def wait(b: ir.IRBuilder, *, x86: bool) -> None:
    """Emit the core's own hint that this is a waiting loop."""
    name, hint = ("llvm.x86.sse2.pause", []) if x86 else ("llvm.aarch64.hint", [I32(1)])
    b.call(_function(b, name, VOID, [word.type for word in hint]), hint)


def give_way(b: ir.IRBuilder, _a: Any) -> None:
    """Let another thread have this core."""
    b.call(_function(b, "sched_yield", I32, []), [])


def now(b: ir.IRBuilder, _a: Any) -> ir.Value:
    """Nanoseconds of a clock that never goes back."""
    seconds = b.bitcast(room(b, ir.ArrayType(I64, 2), 8), I64.as_pointer())
    b.call(_function(b, "clock_gettime", I32, [I32, I64.as_pointer()]), [I32(MONOTONIC), seconds])
    return b.add(b.mul(b.load(seconds), I64(10**9)), b.load(b.gep(seconds, [I64(1)])))


def ticks(b: ir.IRBuilder, _a: Any) -> ir.Value:
    """The core's own counter: 10 ns to read where the clock takes 25. How long a tick is, only the clock can tell."""
    return b.call(_function(b, "llvm.readcyclecounter", I64, []), [])


def denormals_off(b: ir.IRBuilder, _a: Any) -> ir.Value:
    """Treat denormals as zero in this thread; gives the mode to restore."""
    old = read_mode(b, x86=is_x86())
    write_mode(b, b.or_(old, I64(FLUSH_X86 if is_x86() else FLUSH_ARM)), x86=is_x86())
    return old


def denormals_restore(b: ir.IRBuilder, a: Any) -> None:
    """Put back what `denormals_off` found: NumPy in the same thread keeps its denormals."""
    write_mode(b, a[0], x86=is_x86())


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


def namespace() -> Names:
    """The names the driver's text may use."""
    clock = Word(INT64, (), now)
    return {
        "get": _reader(I64),
        "put": _writer(I64),
        "get32": _reader(I32),
        "put32": _writer(I32),
        "get_shared": _reader(I64, shared=True),
        "put_shared": _writer(I64, shared=True),
        "add_shared": Word(INT64, (INT64,) * 3, add_shared),
        "call": Word(NOTHING, (INT64,) * 6, call),
        "pause": Word(NOTHING, (), pause),
        "give_way": Word(NOTHING, (), give_way),
        "now": clock,
        # on ARM the counter that LLVM reads is closed to programs
        "ticks": Word(INT64, (), ticks) if is_x86() else clock,
        "denormals_off": Word(INT64, (), denormals_off),
        "denormals_restore": Word(NOTHING, (INT64,), denormals_restore),
    }
