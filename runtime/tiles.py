"""The register tile: a block of a matrix product whose sums stay in registers until they are done.

One word with the strides baked in. Sums are carried through the loop over k as PHI nodes; each number of the
result is one chain of fused multiply-adds in the order of k, so it does not depend on the tile it falls in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from llvmlite import ir

from .words import INT64, NOTHING, Word

F32, I32, I64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)
AHEAD = 8
"""Steps between asking for a row and needing it."""


def make_tile(
    lanes: int, rows: int, vectors: int, a_row: int, a_step: int, b_step: int, c_row: int, clamped: bool, fold: int = 1
) -> Word:
    """`tile(a, b, c, steps, valid)`: c[i, j] = sum over k < steps of a[i, k] b[k, j] for `rows` rows and
    `vectors` * lanes columns. a, b, c are addresses; strides count elements: a's between rows and between k,
    b's between k, c's between rows. `clamped`: only the first `valid` rows exist; the others repeat the last
    of them and are not stored. `fold`: of the last vector only the first lanes / `fold` columns exist; so many rows
    share one vector of sums there, and zeros are stored behind them."""
    vector = ir.VectorType(F32, lanes)

    def body(b: ir.IRBuilder, values: Sequence[ir.Value]) -> None:
        a, bb, c, steps, valid = values
        a_rows = _row_pointers(b, a, rows, a_row, valid if clamped else None)
        start = b.inttoptr(bb, F32.as_pointer())
        step = partial(_step, b, lanes, a_rows, a_step, start, b_step, vectors, fold)
        count = rows * vectors if fold == 1 else rows * (vectors - 1) + rows // fold
        sums = _unfolded(b, lanes, rows, fold, _loop(b, vector, steps, count, step))
        target = b.inttoptr(c, F32.as_pointer())
        for i in range(rows):
            if clamped and i > 0:
                with b.if_then(b.icmp_signed("<", I64(i), valid)):
                    _store_row(b, vector, target, i * c_row, sums[i], lanes)
            else:
                _store_row(b, vector, target, i * c_row, sums[i], lanes)

    name = f"tile.{lanes}.{rows}.{vectors}.{a_row}.{a_step}.{b_step}.{c_row}.{int(clamped)}.{fold}"

    return Word(NOTHING, (INT64,) * 5, lambda b, values: apart(b, name, values, body))


def apart(
    b: ir.IRBuilder, name: str, values: Sequence[ir.Value], body: Callable[[ir.IRBuilder, Sequence[ir.Value]], None]
) -> None:
    """Call `body` as a function of its own, with whole numbers as arguments: its sums want all the registers, and
    in a loop they would share them with what the loop keeps for other work."""
    function = b.module.globals.get(name)
    if function is None:
        kind = ir.FunctionType(ir.VoidType(), [I64] * len(values))
        function = ir.Function(b.module, kind, name)
        function.linkage = "internal"
        function.attributes.add("noinline")
        inside = ir.IRBuilder(function.append_basic_block("entry"))
        body(inside, function.args)
        inside.ret_void()
    b.call(function, values)


def _row_pointers(b: ir.IRBuilder, a: ir.Value, rows: int, a_row: int, valid: ir.Value | None) -> list[ir.Value]:
    start = b.inttoptr(a, F32.as_pointer())
    found = []
    for i in range(rows):
        index: ir.Value = I64(i * a_row)
        if valid is not None and i > 0:
            last = b.sub(valid, I64(1))
            row = b.select(b.icmp_signed("<", I64(i), valid), I64(i), last)
            index = b.mul(row, I64(a_row))
        found.append(b.gep(start, [index]))
    return found


def _loop(
    b: ir.IRBuilder, vector: ir.Type, steps: ir.Value, count: int,
    step: Callable[[ir.Value, list[ir.Value]], list[ir.Value]],
) -> list[ir.Value]:  # fmt: skip
    """`count` sums after `steps` steps, each of which gives the sums after it."""
    before = b.block
    loop, done = b.append_basic_block("k"), b.append_basic_block("k.done")
    b.cbranch(b.icmp_signed(">", steps, I64(0)), loop, done)
    b.position_at_end(loop)
    k = b.phi(I64)
    k.add_incoming(I64(0), before)
    zero = ir.Constant(vector, [0.0] * vector.count)
    sums = [b.phi(vector) for _ in range(count)]
    grown = step(k, sums)
    k_next = b.add(k, I64(1))
    k.add_incoming(k_next, loop)
    for one, more in zip(sums, grown, strict=True):
        one.add_incoming(zero, before)
        one.add_incoming(more, loop)
    b.cbranch(b.icmp_signed("<", k_next, steps), loop, done)
    b.position_at_end(done)
    result = []
    for more in grown:
        final = b.phi(vector)
        final.add_incoming(zero, before)
        final.add_incoming(more, loop)
        result.append(final)
    return result


def _step(
    b: ir.IRBuilder, lanes: int, a_rows: list[ir.Value], a_step: int, b_start: ir.Value, b_step: int,
    vectors: int, fold: int, k: ir.Value, sums: list[ir.Value],
) -> list[ir.Value]:  # fmt: skip
    """The sums with the products of step k added: those of a row one after another, and behind every `fold` rows the
    one that they share."""
    vector = ir.VectorType(F32, lanes)
    a_index, b_index = b.mul(k, I64(a_step)), b.mul(k, I64(b_step))
    line = b.gep(b_start, [b_index])
    _fetch_ahead(b, b.gep(line, [I64(AHEAD * b_step)]), vectors, lanes)

    def right(v: int) -> ir.Value:
        return b.load(b.bitcast(b.gep(line, [I64(v * lanes)]), vector.as_pointer()), align=4)

    def left(row: ir.Value) -> ir.Value:
        return spread(b, b.load(b.gep(row, [a_index])), lanes)

    grown = list(sums)

    def grow(place: int, x: ir.Value, y: ir.Value) -> None:
        grown[place] = fused(b, vector, x, y, sums[place])

    if fold == 1:
        rights = [right(v) for v in range(vectors)]
        for i, row in enumerate(a_rows):
            x = left(row)
            for v, y in enumerate(rights):
                grow(i * vectors + v, x, y)
        return grown
    # fewer registers are in use where all rows are at hand and one vector of b at a time
    full, group = vectors - 1, (vectors - 1) * fold + 1
    lefts = [left(row) for row in a_rows]
    for first in range(0, len(a_rows), fold):
        shared = _repeated(b, b.gep(line, [I64(full * lanes)]), lanes, fold)
        grow((first // fold + 1) * group - 1, _side_by_side(b, lefts[first : first + fold], lanes), shared)
    for v in range(full):
        y = right(v)
        for i, x in enumerate(lefts):
            grow(i // fold * group + i % fold * full + v, x, y)
    return grown


def _repeated(b: ir.IRBuilder, start: ir.Value, lanes: int, fold: int) -> ir.Value:
    """The first lanes / `fold` numbers, over and over."""
    part = ir.VectorType(F32, lanes // fold)
    few = b.load(b.bitcast(start, part.as_pointer()), align=4)
    order = ir.Constant(ir.VectorType(I32, lanes), [lane % part.count for lane in range(lanes)])
    return b.shuffle_vector(few, ir.Constant(part, ir.Undefined), order)


def _side_by_side(b: ir.IRBuilder, values: list[ir.Value], lanes: int) -> ir.Value:
    """A vector of which each value fills a part."""
    part = lanes // len(values)
    made = values[0]
    for place, value in enumerate(values[1:], 1):
        own = ir.Constant(ir.VectorType(ir.IntType(1), lanes), [lane // part == place for lane in range(lanes)])
        made = b.select(own, value, made)
    return made


def _unfolded(b: ir.IRBuilder, lanes: int, rows: int, fold: int, sums: list[ir.Value]) -> list[list[ir.Value]]:
    """The vectors of each row: what it has of a shared one comes first in its last, before zeros."""
    if fold == 1:
        width = len(sums) // rows
        return [sums[i * width : (i + 1) * width] for i in range(rows)]
    group, part = len(sums) * fold // rows, lanes // fold
    full = (group - 1) // fold
    kind = ir.VectorType(F32, lanes)
    zero = ir.Constant(kind, [0.0] * lanes)
    found = []
    for i in range(rows):
        whole, place = divmod(i, fold)
        start = whole * group
        own = [place * part + lane if lane < part else lanes for lane in range(lanes)]
        last = b.shuffle_vector(sums[start + group - 1], zero, ir.Constant(ir.VectorType(I32, lanes), own))
        found.append([*sums[start + place * full : start + (place + 1) * full], last])
    return found


def _fetch_ahead(b: ir.IRBuilder, line: ir.Value, vectors: int, lanes: int) -> None:
    """Ask for the row of b some steps on: rows lie apart, and the machine does not see by itself where the next is."""
    name = "llvm.prefetch.p0"
    kind = ir.FunctionType(ir.VoidType(), [F32.as_pointer(), I32, I32, I32])
    function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
    for start in range(0, vectors * lanes, 16):
        b.call(function, [b.gep(line, [I64(start)]), I32(0), I32(3), I32(1)])


def _store_row(b: ir.IRBuilder, vector: ir.Type, target: ir.Value, start: int, row: list[ir.Value], lanes: int) -> None:
    for v, value in enumerate(row):
        pointer = b.gep(target, [I64(start + v * lanes)])
        b.store(value, b.bitcast(pointer, vector.as_pointer()), align=4)


def spread(b: ir.IRBuilder, scalar: ir.Value, lanes: int) -> ir.Value:
    """A vector of one number, repeated."""
    kind = ir.VectorType(F32, lanes)
    single = b.insert_element(ir.Constant(kind, ir.Undefined), scalar, I32(0))
    return b.shuffle_vector(
        single, ir.Constant(kind, ir.Undefined), ir.Constant(ir.VectorType(I32, lanes), [0] * lanes)
    )


def fused(b: ir.IRBuilder, vector: ir.VectorType, x: ir.Value, y: ir.Value, z: ir.Value) -> ir.Value:
    """x y + z, rounded once."""
    name = f"llvm.fma.v{vector.count}f32"
    kind = ir.FunctionType(vector, [vector] * 3)
    function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
    return b.call(function, [x, y, z])
