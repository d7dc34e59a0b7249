"""The register tile: a block of a matrix product whose sums stay in registers until they are done.

One word with the strides baked in. Sums are carried through the loop over k as PHI nodes; each number of the
result is one chain of fused multiply-adds in the order of k, so it does not depend on the tile it falls in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from llvmlite import ir

from .words import INT64, NOTHING, Word

F32, I32, I64 = ir.FloatType(), ir.IntType(32), ir.IntType(64)
AHEAD = 8
"""Steps between asking for a row and needing it."""


def make_tile(
    lanes: int, rows: int, vectors: int, a_row: int, a_step: int, b_step: int, c_row: int, clamped: bool
) -> Word:
    """`tile(a, b, c, steps, valid)`: c[i, j] = sum over k < steps of a[i, k] b[k, j] for `rows` rows and
    `vectors` * lanes columns. a, b, c are addresses; strides count elements: a's between rows and between k,
    b's between k, c's between rows. `clamped`: only the first `valid` rows exist; the others repeat the last
    of them and are not stored."""
    vector = ir.VectorType(F32, lanes)

    def body(b: ir.IRBuilder, values: Sequence[ir.Value]) -> None:
        a, bb, c, steps, valid = values
        a_rows = _row_pointers(b, a, rows, a_row, valid if clamped else None)
        start = b.inttoptr(bb, F32.as_pointer())
        sums = _loop(b, lanes, a_rows, a_step, start, b_step, steps, rows, vectors)
        target = b.inttoptr(c, F32.as_pointer())
        for i in range(rows):
            if clamped and i > 0:
                with b.if_then(b.icmp_signed("<", I64(i), valid)):
                    _store_row(b, vector, target, i * c_row, sums[i], lanes)
            else:
                _store_row(b, vector, target, i * c_row, sums[i], lanes)

    name = f"tile.{lanes}.{rows}.{vectors}.{a_row}.{a_step}.{b_step}.{c_row}.{int(clamped)}"

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
    b: ir.IRBuilder, lanes: int, a_rows: list[ir.Value], a_step: int, b_start: ir.Value, b_step: int,
    steps: ir.Value, rows: int, vectors: int,
) -> list[list[ir.Value]]:  # fmt: skip
    vector = ir.VectorType(F32, lanes)
    before = b.block
    loop, done = b.append_basic_block("k"), b.append_basic_block("k.done")
    b.cbranch(b.icmp_signed(">", steps, I64(0)), loop, done)
    b.position_at_end(loop)
    k = b.phi(I64)
    k.add_incoming(I64(0), before)
    zero = ir.Constant(vector, [0.0] * lanes)
    sums = [[b.phi(vector) for _ in range(vectors)] for _ in range(rows)]
    a_index, b_index = b.mul(k, I64(a_step)), b.mul(k, I64(b_step))
    line = b.gep(b_start, [b_index])
    _fetch_ahead(b, b.gep(line, [I64(AHEAD * b_step)]), vectors, lanes)
    right = [b.load(b.bitcast(b.gep(line, [I64(v * lanes)]), vector.as_pointer()), align=4) for v in range(vectors)]
    grown: list[list[ir.Value]] = []
    for i in range(rows):
        left = spread(b, b.load(b.gep(a_rows[i], [a_index])), lanes)
        grown.append([fused(b, vector, left, right[v], sums[i][v]) for v in range(vectors)])
    k_next = b.add(k, I64(1))
    k.add_incoming(k_next, loop)
    for i in range(rows):
        for v in range(vectors):
            sums[i][v].add_incoming(zero, before)
            sums[i][v].add_incoming(grown[i][v], loop)
    b.cbranch(b.icmp_signed("<", k_next, steps), loop, done)
    b.position_at_end(done)
    result = []
    for i in range(rows):
        row = []
        for v in range(vectors):
            final = b.phi(vector)
            final.add_incoming(zero, before)
            final.add_incoming(grown[i][v], loop)
            row.append(final)
        result.append(row)
    return result


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
