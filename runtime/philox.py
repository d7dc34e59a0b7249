"""Random vectors in kernels: Philox 4x32-10, as `compiler/ops/random.py` has it in NumPy."""

from __future__ import annotations

from llvmlite import ir

I32, I64 = ir.IntType(32), ir.IntType(64)
MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)


BLOCK = 64
"""Neighbouring elements that share their counters: sixteen counters of four words."""


def uniform_vector(
    b: ir.IRBuilder, lanes: int, step: ir.Value, row: ir.Value, key: ir.Value, start: ir.Value
) -> ir.Value:
    """Uniform numbers in [0, 1) for elements start … start + lanes - 1 of one example; `start` is a multiple
    of the lanes, so that one word of four serves the whole vector."""
    block = b.add(b.mul(b.udiv(start, I64(BLOCK)), I64(16)), b.urem(start, I64(16)))
    words = _words(b, lanes, step, row, key, block)
    which = b.udiv(b.urem(start, I64(BLOCK)), I64(16))
    chosen = words[3]
    for i in (2, 1, 0):
        chosen = b.select(b.icmp_unsigned("==", which, I64(i)), words[i], chosen)
    return _real(b, lanes, chosen)


def uniform_block(
    b: ir.IRBuilder, lanes: int, step: ir.Value, row: ir.Value, key: ir.Value, start: ir.Value, target: ir.Value
) -> None:
    """The numbers of elements start … start + 63 stored at `target`, a pointer to float32; `start` is a
    multiple of 64. A quarter of the work of `uniform_vector`, since no word is thrown away."""
    block = b.udiv(start, I64(BLOCK // 16))
    for first in range(0, 16, lanes):
        words = _words(b, lanes, step, row, key, b.add(block, I64(first)))
        for i, word in enumerate(words):
            number = _real(b, lanes, word)
            place = b.gep(target, [I64(16 * i + first)])
            b.store(number, b.bitcast(place, number.type.as_pointer()), align=4)


def _words(
    b: ir.IRBuilder, lanes: int, step: ir.Value, row: ir.Value, key: ir.Value, block: ir.Value
) -> list[ir.Value]:
    """The four words of counters block … block + lanes - 1."""
    whole = ir.VectorType(I32, lanes)

    def spread(scalar: ir.Value) -> ir.Value:
        empty = ir.Constant(whole, ir.Undefined)
        single = b.insert_element(empty, scalar, I32(0))
        return b.shuffle_vector(single, empty, ir.Constant(whole, [0] * lanes))

    def low(word: ir.Value) -> ir.Value:
        return b.trunc(word, I32)

    def high(word: ir.Value) -> ir.Value:
        return b.trunc(b.lshr(word, I64(32)), I32)

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
    return words


def _real(b: ir.IRBuilder, lanes: int, word: ir.Value) -> ir.Value:
    """The upper 24 bits as a number in [0, 1)."""
    small = b.lshr(word, ir.Constant(word.type, [8] * lanes))
    real = ir.VectorType(ir.FloatType(), lanes)
    return b.fmul(b.sitofp(small, real), ir.Constant(real, [2.0**-24] * lanes))


def _product(b: ir.IRBuilder, lanes: int, words: ir.Value, factor: int) -> tuple[ir.Value, ir.Value]:
    """Upper and lower half of the 64-bit products: even and odd lanes apart, each already where it belongs in
    a 64-bit lane (on little-endian machines), so that nothing is widened or packed."""
    pairs, whole = ir.VectorType(I64, lanes // 2), ir.VectorType(I32, lanes)

    def every(value: int) -> ir.Constant:
        return ir.Constant(pairs, [value] * (lanes // 2))

    both = b.bitcast(words, pairs)
    even = b.mul(b.and_(both, every(0xFFFFFFFF)), every(factor))
    odd = b.mul(b.lshr(both, every(32)), every(factor))
    upper = b.or_(b.lshr(even, every(32)), b.and_(odd, every(0xFFFFFFFF << 32)))
    lower = b.or_(b.and_(even, every(0xFFFFFFFF)), b.shl(odd, every(32)))
    return b.bitcast(upper, whole), b.bitcast(lower, whole)
