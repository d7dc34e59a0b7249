"""The words kernel text is written in: vectors of float32, loads and stores, the register tile.

A kernel is `kernel(arena, offsets, sizes, thread, threads)`, all int64: the arena's address, the address of its
operands' byte offsets, the address of its sizes, and which thread of how many it is. Addresses are int64; a place
is an address and an index in elements. Vectors hold `lanes` numbers (16, 8 or 4); the text is the same for all.
Nothing here can raise.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

from llvmlite import ir

from . import driver_words
from .blocks import block_words
from .curves import Curves
from .philox import BLOCK, uniform_block, uniform_vector
from .tiles import make_tile
from .words import FLOAT32, FLOAT64, INT64, NOTHING, Names, Word, mask_kind, room, vector_kind

WORD, REAL = INT64, FLOAT32
F32, I8, I32, I64 = ir.FloatType(), ir.IntType(8), ir.IntType(32), ir.IntType(64)
ELEMENTS: dict[str, ir.Type] = {
    "float32": F32, "float64": ir.DoubleType(), "int32": I32, "int64": I64, "uint8": I8,
}  # fmt: skip
COMPARISONS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<=", "eq": "==", "ne": "!="}


def place(b: ir.IRBuilder, address: ir.Value, index: ir.Value, kind: ir.Type) -> ir.Value:
    """The pointer to element `index` behind an address."""
    return b.gep(b.inttoptr(address, kind.as_pointer()), [index])


@cache
def namespace(lanes: int) -> Names:
    """The names kernel text may use, for vectors of `lanes` numbers."""
    words = driver_words.namespace()
    words |= {
        "LANES": lanes,
        "INF": math.inf,
        "NAN": math.nan,
        "tile": lambda *shape: make_tile(lanes, *shape),
    }
    words |= block_words(lanes)
    words |= _draws(lanes) | _memory(lanes) | _arithmetic(lanes) | _choices(lanes) | _sums(lanes) | _scalars()
    return words


def _memory(lanes: int) -> Names:
    vector = vector_kind(lanes)
    whole = ir.VectorType(F32, lanes)

    def load(kind: ir.Type) -> Any:
        def generate(b: ir.IRBuilder, a: Any) -> ir.Value:
            several = ir.VectorType(kind, lanes)
            pointer = b.bitcast(place(b, a[0], a[1], kind), several.as_pointer())
            value = b.load(pointer, align=1 if kind is I8 else 4)
            if kind is I8:
                return b.uitofp(value, whole)
            return b.sitofp(value, whole) if kind is I32 else value

        return Word(vector, (WORD, WORD), generate)

    def store(b: ir.IRBuilder, a: Any) -> None:
        b.store(a[2], b.bitcast(place(b, a[0], a[1], F32), whole.as_pointer()), align=4)

    def store_int(b: ir.IRBuilder, a: Any) -> None:
        several = ir.VectorType(I32, lanes)
        b.store(b.fptosi(a[2], several), b.bitcast(place(b, a[0], a[1], I32), several.as_pointer()), align=4)

    def prefetch(b: ir.IRBuilder, a: Any) -> None:
        pointer = I8.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [pointer, I32, I32, I32])
        name = "llvm.prefetch.p0"
        function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
        # to be read, of some use later, data: an address that is no memory does no harm
        b.call(function, [b.inttoptr(a[0], pointer), I32(0), I32(2), I32(1)])

    return {
        "prefetch": Word(NOTHING, (WORD,), prefetch),
        "load_float32": load(F32),
        "load_int32": load(I32),
        "load_uint8": load(I8),
        "store_float32": Word(NOTHING, (WORD, WORD, vector), store),
        "store_int32": Word(NOTHING, (WORD, WORD, vector), store_int),
    }


def _arithmetic(lanes: int) -> Names:
    vector = vector_kind(lanes)

    def one(method: str) -> Any:
        return Word(vector, (vector,), lambda b, a: getattr(Curves(b, lanes), method)(a[0]))

    def two(method: str) -> Any:
        return Word(vector, (vector, vector), lambda b, a: getattr(b, method)(a[0], a[1]))

    def multiply_add(b: ir.IRBuilder, a: Any) -> ir.Value:
        kind = ir.FunctionType(a[0].type, [a[0].type] * 3)
        name = f"llvm.fma.v{lanes}f32"
        return b.call(b.module.globals.get(name) or ir.Function(b.module, kind, name), a)

    names = (
        "exp", "log", "log1p", "tanh", "sigmoid", "softplus", "mish", "erf", "sin", "cos", "sqrt", "absolute",
        "floor", "negative",
    )  # fmt: skip
    return {
        **{f"v{name}": one(name) for name in names},
        "vadd": two("fadd"),
        "vsub": two("fsub"),
        "vmul": two("fmul"),
        "vdiv": two("fdiv"),
        "vfma": Word(vector, (vector, vector, vector), multiply_add),
        "vpow": Word(vector, (vector, vector), lambda b, a: Curves(b, lanes).power(a[0], a[1])),
        "splat": Word(vector, (REAL,), lambda b, a: Curves(b, lanes).spread(a[0])),
        "first": Word(REAL, (vector,), lambda b, a: b.extract_element(a[0], I32(0))),
        "lane": Word(REAL, (vector, WORD), lambda b, a: b.extract_element(a[0], a[1])),
        "positions": Word(vector, (WORD,), lambda b, a: Curves(b, lanes).positions(a[0])),
    }


def _draws(lanes: int) -> Names:
    def vector(b: ir.IRBuilder, a: Any) -> ir.Value:
        return uniform_vector(b, lanes, a[0], a[1], a[2], a[3])

    def block(b: ir.IRBuilder, a: Any) -> None:
        uniform_block(b, lanes, a[1], a[2], a[3], a[4], b.inttoptr(a[0], F32.as_pointer()))

    def take(b: ir.IRBuilder, _a: Any) -> ir.Value:
        return b.ptrtoint(room(b, ir.ArrayType(F32, BLOCK), 4), I64)

    return {
        "vuniform": Word(vector_kind(lanes), (WORD,) * 4, vector),
        "draw_room": Word(WORD, (), take),
        "draw_block": Word(NOTHING, (WORD,) * 5, block),
    }


def _choices(lanes: int) -> Names:
    vector, mask = vector_kind(lanes), mask_kind(lanes)

    def compare(sign: str) -> Any:
        # only "not equal" is true of a NaN, as in IEEE arithmetic
        def generate(b: ir.IRBuilder, a: Any) -> ir.Value:
            return b.fcmp_unordered(sign, a[0], a[1]) if sign == "!=" else b.fcmp_ordered(sign, a[0], a[1])

        return Word(mask, (vector, vector), generate)

    def keep(b: ir.IRBuilder, a: Any) -> ir.Value:
        curves = Curves(b, lanes)
        return b.select(curves.below(a[1]), a[0], curves.number(0.0))

    def keep_or(b: ir.IRBuilder, a: Any) -> ir.Value:
        return b.select(Curves(b, lanes).below(a[1]), a[0], a[2])

    return {
        **{f"v{name}": compare(sign) for name, sign in COMPARISONS.items()},
        "vselect": Word(vector, (mask, vector, vector), lambda b, a: b.select(*a)),
        "keep": Word(vector, (vector, WORD), keep),
        "keep_or": Word(vector, (vector, WORD, vector), keep_or),
    }


def _sums(lanes: int) -> Names:
    vector = vector_kind(lanes)

    def fold(choose: str | None) -> Any:
        """Halve the vector until one number is left: the order of the sum is fixed by the lanes."""

        def generate(b: ir.IRBuilder, a: Any) -> ir.Value:
            value, width = a[0], lanes
            while width > 1:
                width //= 2
                halves = [
                    b.shuffle_vector(
                        value,
                        ir.Constant(value.type, ir.Undefined),
                        ir.Constant(ir.VectorType(I32, width), [start + i for i in range(width)]),
                    )
                    for start in (0, width)
                ]
                if choose is None:
                    value = b.fadd(*halves)
                else:
                    value = b.select(b.fcmp_ordered(choose, *halves), *halves)  # one instruction on x86
            return b.extract_element(value, I32(0))

        return Word(REAL, (vector,), generate)

    return {"hsum": fold(None), "hmax": fold(">"), "hmin": fold("<")}


def _scalars() -> Names:
    """Single elements of any type, as a double (float32 too: no rounding on the way) or as they are."""

    def get(name: str) -> Any:
        kind = ELEMENTS[name]

        def generate(b: ir.IRBuilder, a: Any) -> ir.Value:
            value = b.load(place(b, a[0], a[1], kind))
            if name == "float64":
                return value
            if name == "float32":
                return b.fpext(value, ir.DoubleType())
            return (b.uitofp if name == "uint8" else b.sitofp)(value, ir.DoubleType())

        return Word(FLOAT64, (WORD, WORD), generate)

    def put(name: str) -> Any:
        kind = ELEMENTS[name]

        def generate(b: ir.IRBuilder, a: Any) -> None:
            value = a[2]
            if name == "float32":
                value = b.fptrunc(value, F32)
            elif name != "float64":
                value = b.fptosi(value, kind)
            b.store(value, place(b, a[0], a[1], kind))

        return Word(NOTHING, (WORD, WORD, FLOAT64), generate)

    one = {
        "number": Word(REAL, (WORD, WORD), lambda b, a: b.load(place(b, a[0], a[1], F32))),
        "set_number": Word(NOTHING, (WORD, WORD, REAL), lambda b, a: b.store(a[2], place(b, a[0], a[1], F32))),
    }
    return one | {f"get_{n}": get(n) for n in ELEMENTS} | {f"put_{n}": put(n) for n in ELEMENTS}
