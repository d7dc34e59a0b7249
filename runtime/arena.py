"""One aligned block of memory: the plan's part first, the data columns behind it."""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..compiler.plan import Buffer

ALIGNMENT = 64
"""Bytes: a cache line, and the widest vector."""

LARGE_PAGE = 1 << 21
"""Bytes. An arena of several of these begins at one, so that the system can back it with large pages."""

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]
Sizes = Mapping[str, int]


def round_up(count: int, step: int = ALIGNMENT) -> int:
    """The next multiple of `step` that is no less than `count`."""
    return -(-count // step) * step


def aligned_zeros(count: int) -> Bytes:
    """`count` bytes from an aligned address on. Pages of them are the system's until they are touched, and again when
    nobody needs them; where there are many, it is asked for large ones."""
    step = LARGE_PAGE if count >= 4 * LARGE_PAGE else ALIGNMENT
    # a kernel may read a vector that begins in a buffer to its end
    memory = _pages(count + step + ALIGNMENT)
    start = -memory.ctypes.data % step
    return memory[start : start + count]


def _pages(count: int) -> Bytes:
    """Zeros. Not NumPy's: out of memory that has been used before, it would have to write them."""
    pages = mmap.mmap(-1, count, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if count >= 4 * LARGE_PAGE and hasattr(mmap, "MADV_HUGEPAGE"):
        pages.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(pages, np.uint8)


def copy_written(source: Bytes, target: Bytes) -> None:
    """Copy bytes into zeros, but for pages that are zeros themselves: neither side comes to hold memory that nothing
    was written to."""
    whole = len(source) // mmap.PAGESIZE * mmap.PAGESIZE
    written = source[:whole].reshape(-1, mmap.PAGESIZE).any(axis=1)
    for start in (mmap.PAGESIZE * np.flatnonzero(written)).tolist():
        target[start : start + mmap.PAGESIZE] = source[start : start + mmap.PAGESIZE]
    target[whole:] = source[whole:]


class Arena:
    """`planned` bytes, then one region for each column of so many bytes. Everything starts as zeros.

    `address` is that of the first byte; `columns` gives each region's offset.
    """

    def __init__(self, planned: int, columns: Mapping[str, int] | None = None) -> None:
        end = round_up(planned)
        self.columns: dict[str, int] = {}
        for name, size in (columns or {}).items():
            self.columns[name] = end
            # a kernel may read whole vectors up to the end of a cache line
            end = round_up(end + size) + ALIGNMENT
        self.bytes = aligned_zeros(end)
        self.address = int(self.bytes.ctypes.data)

    def matrix(self, buffer: Buffer, sizes: Sizes) -> Array:
        """The buffer's rows with their pads, as a view."""
        rows, _ = _rows_and_columns(buffer, sizes)
        stop = buffer.offset + rows * buffer.pitch * np.dtype(buffer.dtype).itemsize
        assert stop <= self.bytes.size, f"{buffer.name} ends at {stop}, the arena at {self.bytes.size}"
        return self.bytes[buffer.offset : stop].view(buffer.dtype).reshape(rows, buffer.pitch)

    def read(self, buffer: Buffer, sizes: Sizes) -> Array:
        """The logical array (a copy): layout undone, pads left out."""
        _, columns = _rows_and_columns(buffer, sizes)
        shape = _shape(buffer, sizes)
        physical = self.matrix(buffer, sizes)[:, :columns].reshape([shape[axis] for axis in buffer.order])
        return np.array(physical.transpose(np.argsort(buffer.order)), order="C")

    def write(self, buffer: Buffer, sizes: Sizes, array: Array) -> None:
        """Put a logical array in its place; pads become zero. Raises ValueError for another shape, TypeError
        where the buffer's type cannot hold the array's kind of number."""
        shape = _shape(buffer, sizes)
        if array.shape != shape:
            raise ValueError(f"{buffer.name} has shape {shape}, not {array.shape}")
        if not np.can_cast(array.dtype, buffer.dtype, "same_kind"):
            raise TypeError(f"{buffer.name} holds {buffer.dtype}, not {array.dtype}")
        rows, columns = _rows_and_columns(buffer, sizes)
        place = self.matrix(buffer, sizes)
        place[:, columns:] = 0
        place[:, :columns] = array.transpose(buffer.order).reshape(rows, columns)


def _shape(buffer: Buffer, sizes: Sizes) -> tuple[int, ...]:
    return tuple(extent.at(dict(sizes)) for extent in buffer.shape)


def _rows_and_columns(buffer: Buffer, sizes: Sizes) -> tuple[int, int]:
    shape = _shape(buffer, sizes)
    lengths = [shape[axis] for axis in buffer.order]
    return math.prod(lengths[: buffer.split]), math.prod(lengths[buffer.split :])
