"""Random draws in kernels: the same bits as the op's NumPy meaning, whichever way they are drawn."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.ops.op import REGISTRY
from netloom.runtime.compile_worker import compile_object
from netloom.runtime.objects import Library

LIBRARY = Library()
KERNEL = ctypes.CFUNCTYPE(None, *[ctypes.c_int64] * 5)
HEAD = "def kernel(arena, offsets, sizes, thread, threads):\n"
GIVEN = "get(offsets, 0), get(offsets, 1), get(offsets, 2), j"
TEXTS = {
    "vector": f"""{HEAD}    j = 0
    while j < sizes:
        store_float32(arena, j, vuniform({GIVEN}))
        j += LANES
""",
    "block": f"""{HEAD}    d = draw_room()
    j = 0
    while j < sizes:
        if j & 63 == 0:
            draw_block(d, {GIVEN})
        store_float32(arena, j, load_float32(d, j & 63))
        j += LANES
""",
}


@cache
def compiled(way: str, lanes: int) -> Any:
    symbol = f"netloom_draw_{way}_{lanes}"
    LIBRARY.load(symbol, compile_object(symbol, TEXTS[way], lanes))
    return KERNEL(LIBRARY.address(symbol))


def kernel_draw(way: str, lanes: int, clock: int, row: int, key: int, count: int) -> Any:
    given_numbers = np.array([clock, row, key], np.int64)
    result = np.full(-(-count // 16) * 16, np.nan, np.float32)
    compiled(way, lanes)(result.ctypes.data, given_numbers.ctypes.data, result.size, 0, 1)
    return result[:count]


WORD = st.integers(0, (1 << 62) - 1)


@given(clock=WORD, row=st.integers(0, (1 << 40)), key=WORD, count=st.integers(1, 300))
def test_both_ways_draw_what_the_op_means(clock: int, row: int, key: int, count: int) -> None:
    meaning = REGISTRY["uniform"].oracle
    wanted = meaning(np.int64(clock), np.array([row]), key=key, shape=(1, count))[0]
    for way in TEXTS:
        for lanes in (16, 8, 4):
            np.testing.assert_array_equal(kernel_draw(way, lanes, clock, row, key, count), wanted)


def test_numbers_are_spread_evenly() -> None:
    drawn = kernel_draw("block", 16, 3, 5, 12345678901, 1 << 16)
    counts, _ = np.histogram(drawn, 64, (0.0, 1.0))
    assert drawn.min() >= 0.0
    assert drawn.max() < 1.0
    assert ((counts - 1024) ** 2 / 1024).sum() < 120.0  # chi-square, 63 degrees of freedom: beyond it, 1e-5
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.02
