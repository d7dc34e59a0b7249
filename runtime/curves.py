"""Elementary functions on vectors of float32, by polynomials, as LLVM instructions.

libm's functions are never vectorised and cost ten times as much. Each docstring states the greatest error over the
function's range, as the tests measure it. The polynomials are the single-precision ones of the Cephes library
(Moshier 1992), used as numbers; infinities and NaN come out as IEEE arithmetic has them, denormals as zero.
"""

from __future__ import annotations

import math

from llvmlite import ir

F32, I32, I64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)
LN2_HIGH, LN2_LOW = 0.693359375, -2.12194440e-4
EXP = (1.9875691500e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1)
LOG = (
    7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
    2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
)  # fmt: skip
TANH = (-5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1)
ERF = (
    7.853861353153693e-5, -8.010193625184903e-4, 5.188327685732524e-3, -2.685381193529856e-2,
    1.128358514861418e-1, -3.761262582423300e-1, 1.128379165726710e0,
)  # fmt: skip
ERFC_NEAR = (
    2.326819970068386e-2, -1.387039388740657e-1, 3.687424674597105e-1, -5.824733027278666e-1,
    6.210004621745983e-1, -4.944515323274145e-1, 3.404879937665872e-1, -2.741127028184656e-1,
    5.638259427386472e-1,
)  # fmt: skip
ERFC_FAR = (
    -1.047766399936249e1, 1.297719955372516e1, -7.495518717768503e0, 2.921019019210786e0,
    -1.015265279202700e0, 4.218463358204948e-1, -2.820767439740514e-1, 5.641895067754075e-1,
)  # fmt: skip
SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
HALF_PI = (1.5703125, 4.837512969970703e-4, 7.549789948768648e-8)


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

    def polynomial(self, x: ir.Value, coefficients: tuple[float, ...]) -> ir.Value:
        """By Horner's rule, the highest power's coefficient first."""
        value = self.number(coefficients[0])
        for coefficient in coefficients[1:]:
            value = self.fma(value, x, self.number(coefficient))
        return value

    def sqrt(self, x: ir.Value) -> ir.Value:
        return self.call("sqrt", x)

    def absolute(self, x: ir.Value) -> ir.Value:
        return self.call("fabs", x)

    def floor(self, x: ir.Value) -> ir.Value:
        return self.call("floor", x)

    def negative(self, x: ir.Value) -> ir.Value:
        return self.b.fneg(x)

    def limited(self, x: ir.Value, low: float, high: float) -> ir.Value:
        """x held between two numbers; a NaN stays."""
        x = self.b.select(self.b.fcmp_ordered(">", x, self.number(high)), self.number(high), x)
        return self.b.select(self.b.fcmp_ordered("<", x, self.number(low)), self.number(low), x)

    def power_of_two(self, n: ir.Value) -> ir.Value:
        """2^n for whole n between -126 and 127, by the exponent's bits."""
        return self.b.bitcast(self.b.shl(self.b.add(n, self.integer(127)), self.integer(23)), self.kind)

    def exp(self, x: ir.Value) -> ir.Value:
        """e^x; at most 2 ulp; infinity from 88.73 on, 0 below -87.4."""
        b = self.b
        held = self.limited(x, -104.0, 89.0)
        n = self.floor(self.fma(held, self.number(math.log2(math.e)), self.number(0.5)))
        r = self.fma(n, self.number(-LN2_HIGH), held)
        r = self.fma(n, self.number(-LN2_LOW), r)
        value = b.fadd(self.fma(self.polynomial(r, EXP), b.fmul(r, r), r), self.number(1.0))
        whole = b.fptosi(n, self.whole)
        half = b.ashr(whole, self.integer(1))
        scaled = b.fmul(b.fmul(value, self.power_of_two(half)), self.power_of_two(b.sub(whole, half)))
        return b.select(b.fcmp_unordered("uno", x, x), x, scaled)

    def log(self, x: ir.Value) -> ir.Value:
        """Natural logarithm; at most 2 ulp; -infinity at 0, NaN below."""
        b = self.b
        bits = b.bitcast(x, self.whole)
        exponent = b.sub(b.lshr(bits, self.integer(23)), self.integer(126))
        mantissa = b.bitcast(b.or_(b.and_(bits, self.integer(0x007FFFFF)), self.integer(0x3F000000)), self.kind)
        small = b.fcmp_ordered("<", mantissa, self.number(math.sqrt(0.5)))
        e = b.sitofp(b.sub(exponent, b.zext(small, self.whole)), self.kind)
        m = b.fsub(b.fadd(mantissa, b.select(small, mantissa, self.number(0.0))), self.number(1.0))
        square = b.fmul(m, m)
        y = b.fmul(b.fmul(self.polynomial(m, LOG), m), square)
        y = self.fma(e, self.number(LN2_LOW), y)
        y = self.fma(square, self.number(-0.5), y)
        value = self.fma(e, self.number(LN2_HIGH), b.fadd(m, y))
        tiny = self.number(2.0**-126)
        value = b.select(b.fcmp_ordered("<", x, tiny), self.number(-math.inf), value)
        value = b.select(b.fcmp_ordered("<", x, self.number(0.0)), self.number(math.nan), value)
        value = b.select(b.fcmp_ordered("==", x, self.number(math.inf)), x, value)
        return b.select(b.fcmp_unordered("uno", x, x), x, value)

    def log1p(self, x: ir.Value) -> ir.Value:
        """log(1 + x); at most 4 ulp."""
        b = self.b
        u = b.fadd(x, self.number(1.0))
        # the rounding of 1 + x is undone by the factor x / (u - 1)
        corrected = b.fmul(self.log(u), b.fdiv(x, b.fsub(u, self.number(1.0))))
        corrected = b.select(b.fcmp_ordered("==", x, self.number(math.inf)), x, corrected)
        return b.select(b.fcmp_ordered("==", u, self.number(1.0)), x, corrected)

    def tanh(self, x: ir.Value) -> ir.Value:
        """Hyperbolic tangent; at most 2 ulp."""
        b = self.b
        size = self.absolute(x)
        square = b.fmul(x, x)
        near = self.fma(b.fmul(self.polynomial(square, TANH), square), x, x)
        grown = self.exp(b.fadd(size, size))
        far = b.fsub(self.number(1.0), b.fdiv(self.number(2.0), b.fadd(grown, self.number(1.0))))
        far = self.call("copysign", far, x)
        return b.select(b.fcmp_ordered("<", size, self.number(0.625)), near, far)

    def erf(self, x: ir.Value) -> ir.Value:
        """The error function; at most 4 ulp."""
        b = self.b
        size = self.absolute(x)
        near = b.fmul(x, self.polynomial(b.fmul(x, x), ERF))
        held = self.limited(size, 1.0, 1e18)
        q = b.fdiv(self.number(1.0), held)
        y = b.fmul(q, q)
        far = b.select(
            b.fcmp_ordered("<", held, self.number(2.0)),
            self.polynomial(y, ERFC_NEAR),
            self.polynomial(y, ERFC_FAR),
        )
        rest = b.fmul(b.fmul(self.exp(b.fneg(b.fmul(held, held))), q), far)
        outer = self.call("copysign", b.fsub(self.number(1.0), rest), x)
        outer = b.select(b.fcmp_unordered("uno", x, x), x, outer)
        return b.select(b.fcmp_ordered("<", size, self.number(1.0)), near, outer)

    def sin(self, x: ir.Value) -> ir.Value:
        """sin(x), x in radians; 1e-7 absolute up to |x| = 8192."""
        return self._wave(x, 0)

    def cos(self, x: ir.Value) -> ir.Value:
        """cos(x), x in radians; 1e-7 absolute up to |x| = 8192."""
        return self._wave(x, 1)

    def power(self, x: ir.Value, exponent: ir.Value) -> ir.Value:
        """x^exponent for x > 0 by e^(exponent log x); relative error grows with |exponent log x|."""
        b = self.b
        value = self.exp(b.fmul(exponent, self.log(x)))
        return b.select(b.fcmp_ordered("==", exponent, self.number(0.0)), self.number(1.0), value)

    def _wave(self, x: ir.Value, quarter: int) -> ir.Value:
        b = self.b
        n = self.floor(self.fma(x, self.number(2.0 / math.pi), self.number(0.5)))
        r = x
        for part in HALF_PI:
            r = self.fma(n, self.number(-part), r)
        square = b.fmul(r, r)
        sine = self.fma(b.fmul(self.polynomial(square, SIN), square), r, r)
        cosine = self.fma(
            self.polynomial(square, COS), b.fmul(square, square), self.fma(square, self.number(-0.5), self.number(1.0))
        )
        place = b.add(b.fptosi(n, self.whole), self.integer(quarter))
        odd = b.icmp_signed("!=", b.and_(place, self.integer(1)), self.integer(0))
        value = b.select(odd, cosine, sine)
        turned = b.icmp_signed("!=", b.and_(place, self.integer(2)), self.integer(0))
        return b.select(turned, b.fneg(value), value)
