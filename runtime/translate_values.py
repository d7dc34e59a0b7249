"""Kernel text straight to LLVM: what operators and conversions do to values of each kind.

The rules are Numba's with `error_model="numpy"` (nothing raises):

- int64 with float32 or float64 is float64; float32 with float64 is float64; float32 with itself stays float32;
- `/` of integers is float64; `//` and `%` round down, and with a divisor of 0 (or -2^63 by -1) give 0;
- `min` and `max` of two numbers give the first unless the second is beyond it;
- comparisons with a NaN are false, but for `!=`; truths are made by comparisons, `and`, `or`, `not`, True and False;
- where a word wants int64 a truth is 0 or 1, and where it wants float64 any number is widened; nothing is narrowed
  without `F(x)` (float32), `float(x)` (float64, but a float32 stays one) or `int(x)` (towards zero).
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from llvmlite import ir

from .words import FLOAT32, FLOAT64, INT64, TRUTH, Kind

LEAST, GREATEST = -(1 << 63), (1 << 63) - 1
NUMBERS = (INT64, FLOAT32, FLOAT64)
I64 = ir.IntType(64)

EXTERNAL = frozenset(["log1p", "tanh", "erf", "floor"])
"""Functions of the C library; the others are known to LLVM."""
MATH = EXTERNAL | {"exp", "log", "sin", "cos", "sqrt", "fabs"}
"""Functions of `math` that kernel text may call."""


class TranslationError(ValueError):
    """A text is no kernel text, or holds what the translator does not know; says what, and its line."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value in LLVM, and its kind."""

    kind: Kind
    llvm: ir.Value


def constant(value: object) -> Value:
    """A number or a truth. Raises `TranslationError`."""
    match value:
        case bool():
            return Value(TRUTH, ir.Constant(TRUTH.llvm, int(value)))
        case int() if LEAST <= value <= GREATEST:
            return Value(INT64, ir.Constant(I64, value))
        case float():
            return Value(FLOAT64, ir.Constant(FLOAT64.llvm, value))
    raise TranslationError(f"{value!r} is no number of 64 bits")


def promoted(first: Kind, second: Kind) -> Kind:
    """The kind of both together. Raises `TranslationError`."""
    if first is second:
        return first
    if first in NUMBERS and second in NUMBERS:
        return FLOAT64
    raise TranslationError(f"{first.name} and {second.name} do not go together")


def converted(b: ir.IRBuilder, value: Value, kind: Kind) -> ir.Value:
    """A number as another kind, rounded where need be."""
    if value.kind is kind:
        return value.llvm
    if value.kind is INT64:
        return b.sitofp(value.llvm, kind.llvm)
    if kind is INT64:
        return b.fptosi(value.llvm, I64)
    return (b.fpext if kind is FLOAT64 else b.fptrunc)(value.llvm, kind.llvm)


def widened(b: ir.IRBuilder, value: Value, kind: Kind) -> ir.Value:
    """A value where `kind` is wanted; `TranslationError` where that would lose something."""
    if value.kind is kind:
        return value.llvm
    if kind is INT64 and value.kind is TRUTH:
        return b.zext(value.llvm, I64)
    if kind is FLOAT64 and value.kind in NUMBERS:
        return converted(b, value, kind)
    raise TranslationError(f"{kind.name} is wanted, and this is {value.kind.name}")


CASTS = ("F", "float", "int")


def cast(b: ir.IRBuilder, name: str, value: Value) -> Value:
    """`F(value)`, `float(value)`, `int(value)`."""
    if value.kind not in NUMBERS:
        raise TranslationError(f"{name} of {value.kind.name}")
    kind = {"F": FLOAT32, "int": INT64, "float": FLOAT32 if value.kind is FLOAT32 else FLOAT64}[name]
    return Value(kind, converted(b, value, kind))


def binary(b: ir.IRBuilder, sign: ast.operator, left: Value, right: Value) -> Value:
    """`left sign right`."""
    kind = promoted(left.kind, right.kind)
    if kind is INT64 and isinstance(sign, ast.Div):
        kind = FLOAT64
    made = (_WHOLE if kind is INT64 else _REAL if kind in NUMBERS else {}).get(type(sign))
    if made is None:
        raise TranslationError(f"kernel text has no {type(sign).__name__} of {kind.name}")
    return Value(kind, made(b, converted(b, left, kind), converted(b, right, kind)))


def compared(b: ir.IRBuilder, sign: str, left: Value, right: Value) -> Value:
    """`left sign right`, a truth."""
    kind = promoted(left.kind, right.kind)
    if kind not in NUMBERS:
        raise TranslationError(f"{kind.name} is not compared with {sign}")
    x, y = converted(b, left, kind), converted(b, right, kind)
    if kind is INT64:
        return Value(TRUTH, b.icmp_signed(sign, x, y))
    return Value(TRUTH, b.fcmp_unordered(sign, x, y) if sign == "!=" else b.fcmp_ordered(sign, x, y))


def negative(b: ir.IRBuilder, value: Value) -> Value:
    """`-value`."""
    if value.kind not in NUMBERS:
        raise TranslationError(f"{value.kind.name} has no sign")
    return Value(value.kind, b.neg(value.llvm) if value.kind is INT64 else b.fneg(value.llvm))


def extreme(b: ir.IRBuilder, name: str, left: Value, right: Value) -> Value:
    """`min` or `max` of two numbers, as Python has it: the first unless the second is beyond it."""
    beyond = compared(b, "<" if name == "min" else ">", right, left).llvm
    kind = promoted(left.kind, right.kind)
    return Value(kind, b.select(beyond, converted(b, right, kind), converted(b, left, kind)))


def mathematical(b: ir.IRBuilder, name: str, value: Value) -> Value:
    """`math.name(value)`: of an integer in float64; `floor` gives an integer."""
    if name not in MATH:
        raise TranslationError(f"kernel text has no math.{name}")
    if value.kind not in NUMBERS:
        raise TranslationError(f"math.{name} of {value.kind.name}")
    kind = FLOAT64 if value.kind is INT64 else value.kind
    suffix = ("", "f64") if kind is FLOAT64 else ("f", "f32")
    symbol = name + suffix[0] if name in EXTERNAL else f"llvm.{name}.{suffix[1]}"
    made = _call(b, symbol, kind.llvm, [converted(b, value, kind)])
    return Value(INT64, b.fptosi(made, I64)) if name == "floor" else Value(kind, made)


def _call(b: ir.IRBuilder, symbol: str, kind: ir.Type, given: list[ir.Value]) -> ir.Value:
    function = b.module.globals.get(symbol)
    if function is None:
        function = ir.Function(b.module, ir.FunctionType(kind, [kind] * len(given)), symbol)
    return b.call(function, given)


def _power(b: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return _call(b, f"llvm.pow.{'f64' if x.type == FLOAT64.llvm else 'f32'}", x.type, [x, y])


def _quotient(b: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return _divided(b, x, y)[0]


def _remainder(b: ir.IRBuilder, x: ir.Value, y: ir.Value) -> ir.Value:
    return _divided(b, x, y)[1]


def _divided(b: ir.IRBuilder, x: ir.Value, y: ir.Value) -> tuple[ir.Value, ir.Value]:
    """Quotient and remainder, rounded down; both 0 where the machine would trap."""
    zero, one = I64(0), I64(1)
    trap = None
    if not (isinstance(y, ir.Constant) and y.constant not in (0, -1)):
        overflow = b.and_(b.icmp_signed("==", x, I64(LEAST)), b.icmp_signed("==", y, I64(-1)))
        trap = b.or_(b.icmp_signed("==", y, zero), overflow)
        x, y = b.select(trap, zero, x), b.select(trap, one, y)
    quotient = b.sdiv(x, y)
    remainder = b.srem(x, y)
    uneven = b.and_(b.icmp_signed("!=", remainder, zero), b.icmp_signed("<", b.xor(remainder, y), zero))
    return b.select(uneven, b.sub(quotient, one), quotient), b.select(uneven, b.add(remainder, y), remainder)


Operation = Callable[[ir.IRBuilder, ir.Value, ir.Value], ir.Value]
_WHOLE: dict[type[ast.operator], Operation] = {
    ast.Add: lambda b, x, y: b.add(x, y),
    ast.Sub: lambda b, x, y: b.sub(x, y),
    ast.Mult: lambda b, x, y: b.mul(x, y),
    ast.FloorDiv: _quotient,
    ast.Mod: _remainder,
    ast.BitAnd: lambda b, x, y: b.and_(x, y),
    ast.BitOr: lambda b, x, y: b.or_(x, y),
    ast.BitXor: lambda b, x, y: b.xor(x, y),
}
_REAL: dict[type[ast.operator], Operation] = {
    ast.Add: lambda b, x, y: b.fadd(x, y),
    ast.Sub: lambda b, x, y: b.fsub(x, y),
    ast.Mult: lambda b, x, y: b.fmul(x, y),
    ast.Div: lambda b, x, y: b.fdiv(x, y),
    ast.Pow: _power,
}
