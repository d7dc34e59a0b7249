"""Elementary functions on vectors of float32, by polynomials, as LLVM instructions.

libm's functions are never vectorised and cost ten times as much. Each docstring states the greatest error in units of
the last place (ulp) of the true result, over all float32 numbers; the tests hold it. Infinities and NaN come out as
IEEE arithmetic has them, zeros keep their sign; denormals count as zero, whatever the thread's mode. The same number
gives the same bits in every lane and with every number of lanes: nothing looks across the vector. The polynomials
are minimax fits of our own (Remez in float64, each coefficient then rounded), the lowest power first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from llvmlite import ir

F32, F64, I1, I32, I64 = ir.FloatType(), ir.DoubleType(), ir.IntType(1), ir.IntType(32), ir.IntType(64)
LN2 = 0.6931471805599453
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440054690583e-4
"""LN2_HIGH has 10 bits: its product with an exponent is exact."""
ROUNDER = 1.5 * 2.0**23
"""Added to a number below 2^22 it leaves the nearest whole number in the last bits."""
LEAST = 2.0**-126
EXP_LOW, EXP_HIGH = -87.33654, 88.72283
"""Below, e^x is a denormal; above, infinite."""
EXP = (0.5, 0.16666541993618011, 0.04166628047823906, 0.008366644382476807, 0.0013946552062407136)
"""(e^r - 1 - r) / r^2 for |r| <= ln(2) / 2."""
LOG = (
    -0.5, 0.3333320915699005, -0.24999506771564484, 0.20010770857334137, -0.16689501702785492, 0.14000822603702545,
    -0.12078182399272919, 0.1400623768568039, -0.13311603665351868,
)  # fmt: skip
"""(log(1 + f) - f) / f^2 for |f| <= 1 / 3."""
LOG_FROM = 0x3F2AAAAB
"""The bits of 2 / 3: mantissas are taken between it and 4 / 3."""
ERF_NEAR = (
    0.12837915122509003, -0.3761253356933594, 0.11282230913639069, -0.02678198181092739, 0.005016258452087641,
    -0.0006111427792347968,
)  # fmt: skip
"""erf(x) / x - 1 over x^2, for |x| <= 0.9."""
ERF_FAR = (
    -0.00016895312000997365, 1.129487156867981, 0.6334033608436584, 0.10821758955717087, -0.02507879212498665,
    0.00415555527433753, -0.0004312480450607836, 2.0815941752516665e-05,
)  # fmt: skip
"""-log(1 - erf(x)) for 0.9 <= x <= 4; beyond, erf is 1."""
SIN = (-0.16666655242443085, 0.008332173340022564, -0.00019516656175255775)
COS = (0.04166664555668831, -0.001388736185617745, 2.4437729734927416e-05)
HALF_PI = (1.57079601287841796875, 3.139164732601784635335e-07, 5.390302529957764765e-15)
"""pi / 2 as a sum, the largest first, all positive: so a zero keeps its sign."""
WAVE_LIMIT = 48000.0
"""Up to here three parts of pi / 2 are enough; larger angles are given to the C library one by one."""


class Curves:
    """Emits instructions through one builder, for vectors of `lanes` numbers."""

    def __init__(self, builder: ir.IRBuilder, lanes: int) -> None:
        self.b, self.lanes = builder, lanes
        self.kind = ir.VectorType(F32, lanes)
        self.whole = ir.VectorType(I32, lanes)

    def number(self, value: float) -> ir.Value:
        return ir.Constant(self.kind, [value] * self.lanes)

    def integer(self, value: int) -> ir.Value:
        return ir.Constant(self.whole, [value] * self.lanes)

    def spread(self, scalar: ir.Value) -> ir.Value:
        """A vector of one number."""
        empty = ir.Constant(ir.VectorType(scalar.type, self.lanes), ir.Undefined)
        single = self.b.insert_element(empty, scalar, I32(0))
        return self.b.shuffle_vector(single, empty, ir.Constant(self.whole, [0] * self.lanes))

    def positions(self, start: ir.Value) -> ir.Value:
        """start, start + 1, … as numbers."""
        steps = ir.Constant(self.whole, list(range(self.lanes)))
        return self.b.sitofp(self.b.add(self.spread(self.b.trunc(start, I32)), steps), self.kind)

    def below(self, count: ir.Value) -> ir.Value:
        """Which lanes have an index below `count` (any int64)."""
        wide = ir.VectorType(I64, self.lanes)
        steps = ir.Constant(wide, list(range(self.lanes)))
        empty = ir.Constant(wide, ir.Undefined)
        single = self.b.insert_element(empty, count, I32(0))
        spread = self.b.shuffle_vector(single, empty, ir.Constant(self.whole, [0] * self.lanes))
        return self.b.icmp_signed("<", steps, spread)

    def call(self, name: str, *values: ir.Value) -> ir.Value:
        full = f"llvm.{name}.v{self.lanes}f32"
        module = self.b.module
        kind = ir.FunctionType(self.kind, [self.kind] * len(values))
        function = module.globals.get(full) or ir.Function(module, kind, full)
        return self.b.call(function, values)

    def fma(self, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
        return self.call("fma", x, y, z)

    def polynomial(self, x: ir.Value, coefficients: Sequence[float]) -> ir.Value:
        """Lowest power first, by Estrin's scheme: halves the chain that Horner's rule would make."""
        terms = [self.number(c) for c in coefficients]
        while len(terms) > 1:
            pairs = [self.fma(high, x, low) for low, high in zip(terms[::2], terms[1::2], strict=False)]
            terms = pairs + terms[2 * len(pairs) :]
            if len(terms) > 1:
                x = self.b.fmul(x, x)
        return terms[0]

    def sqrt(self, x: ir.Value) -> ir.Value:
        return self.call("sqrt", x)

    def absolute(self, x: ir.Value) -> ir.Value:
        return self.call("fabs", x)

    def floor(self, x: ir.Value) -> ir.Value:
        return self.call("floor", x)

    def negative(self, x: ir.Value) -> ir.Value:
        return self.b.fneg(x)

    def signed(self, size: ir.Value, sign: ir.Value) -> ir.Value:
        """The size of one with the sign of the other."""
        return self.call("copysign", size, sign)

    def at_most(self, x: ir.Value, bound: float) -> ir.Value:
        """The smaller of both; a NaN stays."""
        limit = self.number(bound)
        return self.b.select(self.b.fcmp_ordered("<", limit, x), limit, x)

    def at_least(self, x: ir.Value, bound: float) -> ir.Value:
        """The larger of both; a NaN stays."""
        limit = self.number(bound)
        return self.b.select(self.b.fcmp_ordered(">", limit, x), limit, x)

    def choose(self, x: ir.Value, sign: str, bound: float, yes: ir.Value, no: ir.Value) -> ir.Value:
        """Where x compares so, and is no NaN, the first."""
        return self.b.select(self.b.fcmp_ordered(sign, x, self.number(bound)), yes, no)

    # exponentials

    def _reduced(self, x: ir.Value, extra: ir.Value | None = None) -> tuple[ir.Value, ir.Value]:
        """e^x = (1 + p) 2^n: p, and n in the highest nine bits of a word; `extra` is added to x."""
        b = self.b
        shifted = self.fma(x, self.number(1.0 / LN2), self.number(ROUNDER))
        n = b.fsub(shifted, self.number(ROUNDER))
        r = self.fma(n, self.number(-LN2_HIGH), x)
        r = self.fma(n, self.number(-LN2_LOW), r)
        if extra is not None:
            r = b.fadd(r, extra)
        p = self.fma(self.polynomial(r, EXP), b.fmul(r, r), r)
        return p, b.shl(b.bitcast(shifted, self.whole), self.integer(23))

    def _grown(self, x: ir.Value, extra: ir.Value | None = None) -> ir.Value:
        """e^x where it is a normal number; elsewhere meaningless."""
        p, exponent = self._reduced(x, extra)
        value = self.b.fadd(p, self.number(1.0))
        return self.b.bitcast(self.b.add(self.b.bitcast(value, self.whole), exponent), self.kind)

    def _vanishing(self, x: ir.Value, value: ir.Value) -> ir.Value:
        """0 where e^x is below the normal numbers, NaN where x is one, elsewhere the value."""
        b = self.b
        return b.select(b.fcmp_unordered("<", x, self.number(EXP_LOW)), self.at_least(x, 0.0), value)

    def exp(self, x: ir.Value, extra: ir.Value | None = None) -> ir.Value:
        """e^x; at most 1.1 ulp; infinity above 88.72283, 0 below -87.33654."""
        value = self._vanishing(x, self._grown(x, extra))
        return self.choose(x, ">", EXP_HIGH, self.number(math.inf), value)

    def tanh(self, x: ir.Value) -> ir.Value:
        """Hyperbolic tangent, t / (t + 2) with t = e^2|x| - 1; at most 2.5 ulp."""
        b = self.b
        size = self.at_most(self.absolute(x), 10.0)
        p, exponent = self._reduced(b.fadd(size, size))
        one = self.number(1.0)
        power = b.bitcast(b.add(b.bitcast(one, self.whole), exponent), self.kind)
        t = self.fma(p, power, b.fsub(power, one))
        return self.signed(b.fdiv(t, b.fadd(t, self.number(2.0))), x)

    def sigmoid(self, x: ir.Value) -> ir.Value:
        """1 / (1 + e^-x); at most 2.5 ulp; 0 below -87.33654."""
        b = self.b
        grown = self._grown(self.at_least(self.at_most(b.fneg(x), 88.0), -87.0))
        value = b.fdiv(self.number(1.0), b.fadd(grown, self.number(1.0)))
        return self._vanishing(x, value)

    def mish(self, x: ir.Value) -> ir.Value:
        """x tanh(log(1 + e^x)) = x n / (n + 2) with n = w (w + 2), w = e^x; at most 5 ulp; -0 below -87.33654."""
        b = self.b
        held = self.at_most(x, 30.0)
        w = self._vanishing(held, self._grown(held))
        n = b.fmul(w, b.fadd(w, self.number(2.0)))
        return b.fmul(x, b.fdiv(n, b.fadd(n, self.number(2.0))))

    # logarithms

    def _mantissa(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        """The number k for which x 2^-k lies between 2/3 and 4/3, and k << 23."""
        b = self.b
        above = b.sub(b.bitcast(x, self.whole), self.integer(LOG_FROM))
        shifted = b.and_(above, self.integer(-0x800000))
        return b.sitofp(b.ashr(above, self.integer(23)), self.kind), shifted

    def _near_one(self, f: ir.Value) -> ir.Value:
        """log(1 + f) for |f| <= 1/3."""
        return self.fma(self.b.fmul(f, f), self.polynomial(f, LOG), f)

    def _edges(self, x: ir.Value, value: ir.Value) -> ir.Value:
        """What a logarithm is at 0 (and denormals), below, at infinity and NaN."""
        b = self.b
        value = self.choose(x, "<", LEAST, self.number(-math.inf), value)
        value = self.choose(x, "<=", -LEAST, self.number(math.nan), value)
        return b.select(b.fcmp_unordered(">=", x, self.number(math.inf)), x, value)

    def log(self, x: ir.Value) -> ir.Value:
        """Natural logarithm; at most 1.2 ulp; -infinity at 0, NaN below."""
        b = self.b
        k, shifted = self._mantissa(x)
        mantissa = b.bitcast(b.sub(b.bitcast(x, self.whole), shifted), self.kind)
        value = self._near_one(b.fsub(mantissa, self.number(1.0)))
        return self._edges(x, self.fma(k, self.number(LN2), value))

    def log1p(self, x: ir.Value) -> ir.Value:
        """log(1 + x); at most 2 ulp; -infinity at -1, NaN below."""
        b = self.b
        k, shifted = self._mantissa(b.fadd(x, self.number(1.0)))
        # x 2^-k and 2^-k - 1 are exact, so that f is rounded once; four times 2^-k is never a denormal
        scaled = b.bitcast(b.sub(b.bitcast(x, self.whole), shifted), self.kind)
        power = b.bitcast(b.sub(b.bitcast(self.number(4.0), self.whole), shifted), self.kind)
        f = b.fadd(scaled, self.fma(power, self.number(0.25), self.number(-1.0)))
        value = self.signed(self.fma(k, self.number(LN2), self._near_one(f)), x)
        value = self.choose(x, "<=", -1.0, self.number(-math.inf), value)
        value = self.choose(x, "<", -1.0, self.number(math.nan), value)
        return b.select(b.fcmp_unordered(">=", x, self.number(math.inf)), x, value)

    def softplus(self, x: ir.Value) -> ir.Value:
        """log(1 + e^x) = max(x, 0) + log(1 + e^-|x|); at most 2 ulp."""
        b = self.b
        down = b.fneg(self.absolute(x))
        y = self._vanishing(down, self._grown(down))
        large = b.fcmp_ordered(">", y, self.number(1.0 / 3.0))
        halved = self.fma(y, self.number(0.5), self.number(-0.5))
        rest = self._near_one(b.select(large, halved, y))
        rest = b.select(large, b.fadd(rest, self.number(LN2)), rest)
        return b.fadd(self.at_least(x, 0.0), rest)

    def power(self, x: ir.Value, exponent: ir.Value) -> ir.Value:
        """x^exponent for x >= 0 by e^(exponent log x), the logarithm in two parts; at most 5 ulp; NaN for
        x < 0. Within 1e-5 of the greatest and of the least number the result may be infinity or 0."""
        b = self.b
        high, low = self._log_parts(x)
        product = b.fmul(exponent, high)
        rest = self.fma(exponent, low, self.fma(exponent, high, b.fneg(product)))
        value = self.exp(product, rest)
        return self.choose(exponent, "==", 0.0, self.number(1.0), value)

    def _log_parts(self, x: ir.Value) -> tuple[ir.Value, ir.Value]:
        """log x as a sum of two, some ten bits longer than a float32."""
        b = self.b
        k, shifted = self._mantissa(x)
        f = b.fsub(b.bitcast(b.sub(b.bitcast(x, self.whole), shifted), self.kind), self.number(1.0))
        square = b.fmul(f, f)
        lost = self.fma(f, f, b.fneg(square))
        half = b.fmul(square, self.number(-0.5))
        whole = b.fmul(k, self.number(LN2_HIGH))
        first = b.fadd(whole, f)
        second = b.fadd(first, half)
        low = b.fadd(b.fsub(f, b.fsub(first, whole)), b.fsub(half, b.fsub(second, first)))
        low = self.fma(k, self.number(LN2_LOW), self.fma(lost, self.number(-0.5), low))
        low = self.fma(b.fmul(square, f), self.polynomial(f, LOG[1:]), low)
        high = b.fadd(second, low)
        return self._edges(x, high), b.fsub(low, b.fsub(high, second))

    # others

    def erf(self, x: ir.Value) -> ir.Value:
        """The error function; at most 2 ulp."""
        b = self.b
        size = self.absolute(x)
        near = self.fma(self.polynomial(b.fmul(x, x), ERF_NEAR), x, x)
        far = self._grown(b.fneg(self.polynomial(self.at_most(size, 4.0), ERF_FAR)))
        far = self.signed(b.fsub(self.number(1.0), far), x)
        # a NaN takes the first, too
        return b.select(b.fcmp_unordered("<", size, self.number(0.9)), near, far)

    def sin(self, x: ir.Value) -> ir.Value:
        """sin(x), x in radians; 1e-7 absolute; NaN of an infinity."""
        # the polynomial's terms would make +0 of -0
        return self.choose(x, "==", 0.0, x, self._wave(x, 0))

    def cos(self, x: ir.Value) -> ir.Value:
        """cos(x), x in radians; 1e-7 absolute; NaN of an infinity."""
        return self._wave(x, 1)

    def _wave(self, x: ir.Value, quarter: int) -> ir.Value:
        b = self.b
        shifted = self.fma(x, self.number(2.0 / math.pi), self.number(ROUNDER))
        n = b.fsub(shifted, self.number(ROUNDER))
        r = x
        for part in HALF_PI:
            r = self.fma(n, self.number(-part), r)
        square = b.fmul(r, r)
        sine = self.fma(b.fmul(self.polynomial(square, SIN), square), r, r)
        cosine = self.fma(
            self.polynomial(square, COS), b.fmul(square, square), self.fma(square, self.number(-0.5), self.number(1.0))
        )
        place = b.add(b.bitcast(shifted, self.whole), self.integer(quarter))
        odd = b.icmp_signed("!=", b.and_(place, self.integer(1)), self.integer(0))
        value = b.select(odd, cosine, sine)
        turn = b.shl(b.and_(place, self.integer(2)), self.integer(30))
        value = b.bitcast(b.xor(b.bitcast(value, self.whole), turn), self.kind)
        large = b.fcmp_unordered(">", self.absolute(x), self.number(WAVE_LIMIT))
        return self._one_by_one(("sin", "cos")[quarter], x, value, large)

    def _one_by_one(self, name: str, x: ir.Value, value: ir.Value, where: ir.Value) -> ir.Value:
        """The C library's function in float64 for the whole vector, where any lane asks for it: the branch is
        hardly ever taken."""
        b = self.b
        kind = ir.FunctionType(F64, [F64])
        function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
        any_kind = ir.FunctionType(I1, [where.type])
        any_name = f"llvm.vector.reduce.or.v{self.lanes}i1"
        any_of = b.module.globals.get(any_name) or ir.Function(b.module, any_kind, any_name)
        before = b.block
        asked = b.call(any_of, [where])
        with b.if_then(asked, likely=False):
            made = value
            for i in range(self.lanes):
                wide = b.fpext(b.extract_element(x, I32(i)), F64)
                made = b.insert_element(made, b.fptrunc(b.call(function, [wide]), F32), I32(i))
            made = b.select(where, made, value)
            inside = b.block
        chosen = b.phi(self.kind)
        chosen.add_incoming(value, before)
        chosen.add_incoming(made, inside)
        return chosen
