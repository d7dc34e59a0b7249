"""Logical arrays come back as they were put, whatever their layout; pads are zero."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netloom.compiler.layouts import padded
from netloom.compiler.plan import Buffer, Extent
from netloom.runtime.arena import ALIGNMENT, LARGE_PAGE, Arena, aligned_zeros


@st.composite
def laid_out(draw: st.DrawFn) -> tuple[Buffer, dict[str, int]]:
    shape = draw(st.lists(st.integers(1, 20), max_size=3))
    order = tuple(draw(st.permutations(range(len(shape)))))
    split = draw(st.integers(0, len(shape)))
    dtype = draw(st.sampled_from(["float32", "int32", "int64", "uint8", "float64"]))
    extents = [Extent(factor=length) for length in shape]
    sizes = {"B": 7}
    if split and draw(st.booleans()):
        extents[order[0]] = Extent(factor=1, names=("B",))
    columns = int(np.prod([shape[axis] for axis in order[split:]], dtype=int))
    rows = int(np.prod([extents[axis].at(sizes) for axis in order[:split]], dtype=int))
    size = rows * padded(columns) * np.dtype(dtype).itemsize
    return _buffer(dtype, tuple(extents), order, split, padded(columns), size), sizes


def _buffer(dtype: Any, shape: tuple[Extent, ...], order: tuple[int, ...], split: int, pitch: int, size: int) -> Buffer:
    return Buffer(
        name="x", space="scratch", offset=64, bytes=Extent(factor=size), dtype=dtype, shape=shape, order=order,
        split=split, pitch=pitch,
    )  # fmt: skip


@given(laid_out())
def test_what_is_written_is_read_and_nothing_else_is_touched(drawn: tuple[Buffer, dict[str, int]]) -> None:
    buffer, sizes = drawn
    shape = tuple(extent.at(sizes) for extent in buffer.shape)
    array = np.arange(1, 1 + np.prod(shape, dtype=int)).reshape(shape).astype(buffer.dtype)
    arena = Arena(64 + buffer.bytes.factor + 64)
    arena.bytes[:] = 255
    arena.write(buffer, sizes, array)
    np.testing.assert_array_equal(arena.read(buffer, sizes), array)
    matrix = arena.matrix(buffer, sizes)
    # every element of the buffer is one of the array's or a zero
    assert np.count_nonzero(matrix) == np.count_nonzero(array)
    assert (arena.bytes[:64] == 255).all()
    assert (arena.bytes[64 + buffer.bytes.factor :] == 255).all()


def test_what_is_read_is_a_copy() -> None:
    arena = Arena(1024)
    buffer = _buffer("float32", (Extent(factor=3),), (0,), 0, 16, 64)
    arena.read(buffer, {})[:] = 5
    assert not arena.read(buffer, {}).any()


@pytest.mark.parametrize("count", [1, 1000, 4 * LARGE_PAGE])
def test_memory_is_aligned(count: int) -> None:
    memory = aligned_zeros(count)
    assert memory.ctypes.data % (LARGE_PAGE if count >= 4 * LARGE_PAGE else ALIGNMENT) == 0
    assert (memory.size, memory[0], memory[-1]) == (count, 0, 0)


def test_columns_lie_apart_behind_the_plan() -> None:
    arena = Arena(100, {"a": 1, "b": 64, "c": 0, "d": 130})
    ends = [100, *(arena.columns[n] + size for n, size in (("a", 1), ("b", 64), ("c", 0), ("d", 130)))]
    for start, end in zip([*arena.columns.values(), arena.bytes.size], ends, strict=True):
        assert start % ALIGNMENT == 0
        assert start >= end
    assert arena.address == arena.bytes.ctypes.data


def test_only_what_fits_is_written() -> None:
    arena, buffer = Arena(1024), _buffer("int32", (Extent(factor=3),), (0,), 0, 16, 64)
    with pytest.raises(ValueError, match=r"x has shape \(3,\), not \(4,\)"):
        arena.write(buffer, {}, np.zeros(4))
    with pytest.raises(TypeError, match="x holds int32, not float64"):
        arena.write(buffer, {}, np.zeros(3))
    with pytest.raises(AssertionError, match="ends at"):
        Arena(64).read(buffer, {})
