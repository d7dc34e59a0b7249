"""IDX files: the format of the MNIST set, an array of bytes or numbers behind a small header, gzip or plain.

Header: two zero bytes, a type byte, the number of axes, then each axis' size as four bytes, high byte first.
"""

from __future__ import annotations

import math
import struct
from io import BufferedIOBase
from pathlib import Path

import numpy as np

from .bounded import LIMIT_BYTES, damaged, stream, too_large
from .raw import Array

TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
MOST_AXES = 8


def read_idx(path: Path, *, header_only: bool = False) -> tuple[tuple[int, ...], Array]:
    """The shape the header tells, and the array; with `header_only` an array without rows, of the same type.

    Raises DataError: not an IDX file, cut off, more data than the header says, over 4 GiB.
    """
    with stream(path) as file:
        shape, dtype = _header(path, file)
        if header_only:
            return shape, np.empty((0, *shape[1:]), dtype.newbyteorder("="))
        values = _values(path, file, shape, dtype)
    return shape, values.astype(dtype.newbyteorder("="), copy=False)


def _header(path: Path, file: BufferedIOBase) -> tuple[tuple[int, ...], np.dtype[np.generic]]:
    start = file.read(4)
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in TYPES or not 1 <= start[3] <= MOST_AXES:
        raise damaged(path, "not an IDX file: it does not begin as one")
    sizes = file.read(4 * start[3])
    if len(sizes) < 4 * start[3]:
        raise damaged(path, "an IDX file cut off inside its header")
    shape = struct.unpack(f">{start[3]}I", sizes)
    dtype: np.dtype[np.generic] = np.dtype(TYPES[start[2]])
    if math.prod(shape) * dtype.itemsize > LIMIT_BYTES:
        raise too_large(path, f"an array of {' x '.join(map(str, shape))}", LIMIT_BYTES)
    return shape, dtype


def _values(path: Path, file: BufferedIOBase, shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> Array:
    values = np.empty(shape, dtype)
    # written through its bytes: no second copy of a large set
    room = values.reshape(-1).view(np.uint8).data
    filled = 0
    while filled < len(room):
        count = file.readinto(room[filled:])
        if not count:
            raise damaged(path, f"cut off: {filled} bytes of values where its header tells {len(room)}")
        filled += count
    if file.read(1):
        raise damaged(path, f"longer than the {len(room)} bytes of values its header tells")
    return values
