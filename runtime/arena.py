"""One aligned block of memory: the plan's part first, the data columns behind it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from ..compiler.plan import Buffer

ALIGNMENT = 64
Array = npt.NDArray[Any]
Sizes = Mapping[str, int]


def round_up(count: int) -> int:
    return -(-count // ALIGNMENT) * ALIGNMENT


class Arena:
    """`planned` bytes of arena, then one region a data column. Everything starts as zeros."""

    def __init__(self, planned: int, columns: Mapping[str, tuple[Buffer, Array]] | None = None) -> None:
        columns = columns or {}
        total = round_up(planned)
        self.column_offsets: dict[str, int] = {}
        for name, (buffer, column) in columns.items():
            self.column_offsets[name] = total
            total += round_up(len(column) * buffer.pitch * column.itemsize) + ALIGNMENT
        self._memory = np.zeros(total + ALIGNMENT, np.uint8)
        start = -self._memory.ctypes.data % ALIGNMENT
        self.bytes = self._memory[start : start + total]
        self.address = self.bytes.ctypes.data
        for name, (buffer, column) in columns.items():
            place = buffer.model_copy(update={"offset": self.column_offsets[name]})
            self.write(place, {"N": len(column)}, column)

    def matrix(self, buffer: Buffer, sizes: Sizes) -> Array:
        """The buffer's rows with their pads, as a view."""
        rows, _ = _rows_and_columns(buffer, sizes)
        itemsize = np.dtype(buffer.dtype).itemsize
        stop = buffer.offset + rows * buffer.pitch * itemsize
        assert stop <= self.bytes.size, f"{buffer.name} ends behind the arena"
        return self.bytes[buffer.offset : stop].view(buffer.dtype).reshape(rows, buffer.pitch)

    def read(self, buffer: Buffer, sizes: Sizes) -> Array:
        """The logical array (a copy): layout undone, pads left out."""
        _, columns = _rows_and_columns(buffer, sizes)
        shape = [extent.at(dict(sizes)) for extent in buffer.shape]
        physical = self.matrix(buffer, sizes)[:, :columns].reshape([shape[axis] for axis in buffer.order])
        return np.ascontiguousarray(physical.transpose(np.argsort(buffer.order)))

    def write(self, buffer: Buffer, sizes: Sizes, array: Array) -> None:
        """Put a logical array in its place; pads become zero."""
        shape = tuple(extent.at(dict(sizes)) for extent in buffer.shape)
        if tuple(array.shape) != shape:
            raise ValueError(f"{buffer.name} has shape {shape}, not {tuple(array.shape)}")
        rows, columns = _rows_and_columns(buffer, sizes)
        place = self.matrix(buffer, sizes)
        place[:, columns:] = 0
        place[:, :columns] = np.asarray(array, buffer.dtype).transpose(buffer.order).reshape(rows, columns)


def _rows_and_columns(buffer: Buffer, sizes: Sizes) -> tuple[int, int]:
    lengths = [buffer.shape[axis].at(dict(sizes)) for axis in buffer.order]
    return math.prod(lengths[: buffer.split]), math.prod(lengths[buffer.split :])
