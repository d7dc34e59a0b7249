"""Random vectors in kernels: Philox 4x32-10, as `compiler/ops/random.py` has it in NumPy."""

from __future__ import annotations

from llvmlite import ir

I32, I64 = ir.IntType(32), ir.IntType(64)
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)


def uniform_vector(
    b: ir.IRBuilder, lanes: int, step: ir.Value, row: ir.Value, key: ir.Value, start: ir.Value
) -> ir.Value:
    """Uniform numbers in [0, 1) for elements start … start + lanes - 1 of one example; `start` is a multiple
    of the lanes, so that one word of four serves the whole vector."""
    whole = ir.VectorType(I32, lanes)

    def spread(scalar: ir.Value) -> ir.Value:
        empty = ir.Constant(whole, ir.Undefined)
        single = b.insert_element(empty, scalar, I32(0))
        return b.shuffle_vector(single, empty, ir.Constant(whole, [0] * lanes))

    def low(word: ir.Value) -> ir.Value:
        return b.trunc(word, I32)

    def high(word: ir.Value) -> ir.Value:
        return b.trunc(b.lshr(word, I64(32)), I32)

    block = b.add(b.mul(b.udiv(start, I64(64)), I64(16)), b.urem(start, I64(16)))
    places = b.add(spread(low(block)), ir.Constant(whole, list(range(lanes))))
    words = [spread(low(step)), spread(low(row)), places, spread(high(step))]
    k0, k1 = low(key), high(key)
    for _ in range(10):
        (high0, low0), (high1, low1) = (_product(b, lanes, words[2 * i], MULTIPLIERS[i]) for i in (0, 1))
        words = [
            b.xor(b.xor(high1, words[1]), spread(k0)),
            low1,
            b.xor(b.xor(high0, words[3]), spread(k1)),
            low0,
        ]
        k0, k1 = b.add(k0, I32(KEY_STEPS[0])), b.add(k1, I32(KEY_STEPS[1]))
    which = b.udiv(b.urem(start, I64(64)), I64(16))
    chosen = words[3]
    for i in (2, 1, 0):
        chosen = b.select(b.icmp_unsigned("==", which, I64(i)), words[i], chosen)
    small = b.lshr(chosen, ir.Constant(whole, [8] * lanes))
    real = ir.VectorType(ir.FloatType(), lanes)
    return b.fmul(b.uitofp(small, real), ir.Constant(real, [2.0**-24] * lanes))


def _product(b: ir.IRBuilder, lanes: int, words: ir.Value, factor: int) -> tuple[ir.Value, ir.Value]:
    """Upper and lower half of the 64-bit products."""
    wide = ir.VectorType(I64, lanes)
    whole = ir.VectorType(I32, lanes)
    product = b.mul(b.zext(words, wide), ir.Constant(wide, [factor] * lanes))
    upper = b.trunc(b.lshr(product, ir.Constant(wide, [32] * lanes)), whole)
    return upper, b.trunc(product, whole)
