"""The register block of convolutions: sums of products over nested loops with constant strides.

Like the tile of `tiles`, for operands that move in several steps: rows of a window, points of a row, channels of a
point. Each number of the result is one chain of fused multiply-adds in the order of the loops.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from llvmlite import ir

from .tiles import apart, fused, spread
from .words import INT64, NOTHING, Names, Word, room

F32, I64 = ir.FloatType(), ir.IntType(64)
Loops = tuple[tuple[int, int, int], ...]
Sums = list[list[ir.Value]]


def make_block(
    lanes: int, a_rows: tuple[int, ...], vectors: int, loops: Loops, c_rows: tuple[int, ...], grows: bool
) -> Word:
    """`block(a, b, c)`: c[i, j] = sum of a[i, k] b[k, j], `len(a_rows)` rows by `vectors` * lanes columns.

    `a_rows` and `c_rows` are the rows' offsets in elements. k runs through `loops` from the outermost to the
    innermost, each a (count, step in a, step in b). `grows`: the sums go on from what c holds.
    """
    vector = ir.VectorType(F32, lanes)

    def body(b: ir.IRBuilder, values: Sequence[ir.Value]) -> None:
        a, right, c = (b.inttoptr(v, F32.as_pointer()) for v in values)
        places = [[_place(b, vector, c, row + v * lanes) for v in range(vectors)] for row in c_rows]
        zero = ir.Constant(vector, [0.0] * lanes)
        sums = [[b.load(p, align=4) if grows else zero for p in row] for row in places]
        made = _nest(b, vector, loops, a_rows, a, right, sums)
        for row, targets in zip(made, places, strict=True):
            for value, target in zip(row, targets, strict=True):
                b.store(value, target, align=4)

    shape = hashlib.sha256(repr((lanes, a_rows, vectors, loops, c_rows, grows)).encode()).hexdigest()[:16]

    return Word(NOTHING, (INT64,) * 3, lambda b, values: apart(b, f"block.{shape}", values, body))


def _place(b: ir.IRBuilder, vector: ir.Type, start: ir.Value, offset: int) -> ir.Value:
    return b.bitcast(b.gep(start, [I64(offset)]), vector.as_pointer())


def _nest(
    b: ir.IRBuilder, vector: ir.VectorType, loops: Loops, rows: tuple[int, ...],
    a: ir.Value, right: ir.Value, sums: Sums,
) -> Sums:  # fmt: skip
    """The loops, the outermost first; the sums are carried through each of them."""
    if not loops:
        return _step(b, vector, rows, a, right, sums)
    (count, a_step, b_step), inner = loops[0], loops[1:]
    if count == 1:
        return _nest(b, vector, inner, rows, a, right, sums)
    before = b.block
    loop, done = b.append_basic_block("k"), b.append_basic_block("k.done")
    b.branch(loop)
    b.position_at_end(loop)
    turn, a_at, b_at = b.phi(I64), b.phi(a.type), b.phi(right.type)
    carried = [[b.phi(vector) for _ in row] for row in sums]
    grown = _nest(b, vector, inner, rows, a_at, b_at, carried)
    end = b.block
    following = b.add(turn, I64(1))
    moved = (
        (turn, I64(0), following),
        (a_at, a, b.gep(a_at, [I64(a_step)])),
        (b_at, right, b.gep(b_at, [I64(b_step)])),
    )
    for phi, first, later in moved:
        phi.add_incoming(first, before)
        phi.add_incoming(later, end)
    for row, starts, ends in zip(carried, sums, grown, strict=True):
        for phi, first, later in zip(row, starts, ends, strict=True):
            phi.add_incoming(first, before)
            phi.add_incoming(later, end)
    b.cbranch(b.icmp_signed("<", following, I64(count)), loop, done)
    b.position_at_end(done)
    return grown


def _step(
    b: ir.IRBuilder, vector: ir.VectorType, rows: tuple[int, ...], a: ir.Value, right: ir.Value, sums: Sums
) -> Sums:
    width = len(sums[0])
    line = [b.load(_place(b, vector, right, v * vector.count), align=4) for v in range(width)]
    made = []
    for offset, row in zip(rows, sums, strict=True):
        left = spread(b, b.load(b.gep(a, [I64(offset)])), vector.count)
        made.append([fused(b, vector, left, line[v], row[v]) for v in range(width)])
    return made


def make_scratch(count: int) -> Word:
    """`hold()`: the address of `count` numbers of this thread's own, on its stack, until the kernel ends."""

    def generate(b: ir.IRBuilder, _values: Any) -> ir.Value:
        return b.ptrtoint(room(b, ir.ArrayType(F32, count), 64), I64)

    return Word(INT64, (), generate)


def make_turned(lanes: int, a_step: int, b_step: int, taken: int | None = None, given: int | None = None) -> Word:
    """`turned(a, b)`: b[y, x] = a[x, y] for a square of `lanes` numbers; the steps are those between rows.

    Only the first `taken` rows of a are read, the others count as zeros; only the first `given` of b are written.
    """
    vector = ir.VectorType(F32, lanes)

    def generate(b: ir.IRBuilder, values: Any) -> None:
        source, target = (b.inttoptr(v, F32.as_pointer()) for v in values)
        zero = ir.Constant(vector, [0.0] * lanes)
        rows = [b.load(_place(b, vector, source, i * a_step), align=4) for i in range(lanes)[:taken]]
        rows += [zero] * (lanes - len(rows))
        half = lanes // 2
        while half:
            rows = _swapped(b, rows, half)
            half //= 2
        for i, row in enumerate(rows[:given]):
            b.store(row, _place(b, vector, target, i * b_step), align=4)

    return Word(NOTHING, (INT64,) * 2, generate)


def _swapped(b: ir.IRBuilder, rows: list[ir.Value], half: int) -> list[ir.Value]:
    """Of every square of 2 `half` rows and lanes, the upper right and the lower left quarter change places."""
    count = len(rows)
    lanes = ir.VectorType(ir.IntType(32), count)
    made = list(rows)
    for i in range(count):
        if i & half:
            continue
        first = [lane if not lane & half else count + lane - half for lane in range(count)]
        second = [lane + half if not lane & half else count + lane for lane in range(count)]
        made[i] = b.shuffle_vector(rows[i], rows[i + half], ir.Constant(lanes, first))
        made[i + half] = b.shuffle_vector(rows[i], rows[i + half], ir.Constant(lanes, second))
    return made


def make_arrived() -> Word:
    """`arrived(shared, threads)`: 1 for the last of the threads to come here, which sets the count back; else 0."""

    def generate(b: ir.IRBuilder, values: Any) -> ir.Value:
        count = b.inttoptr(values[0], I64.as_pointer())
        before = b.atomic_rmw("add", count, I64(1), "acq_rel")
        last = b.icmp_signed("==", before, b.sub(values[1], I64(1)))
        with b.if_then(last):
            b.store(I64(0), count, align=8)
        return b.zext(last, I64)

    return Word(INT64, (INT64, INT64), generate)


def block_words(lanes: int) -> Names:
    """What kernel text calls these: words, and makers of words (`words.Word`: no Numba here; `twin` makes intrinsics
    of them)."""
    return {"block": lambda *shape: make_block(lanes, *shape), "scratch": make_scratch, "arrived": make_arrived(),
            "turned": lambda *steps: make_turned(lanes, *steps)}  # fmt: skip
