"""IDX files: read whole, and refused in every damaged form."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netloom.runtime.data.errors import DataError
from netloom.runtime.data.idx import TYPES, read_idx


def idx_bytes(values: np.ndarray, code: int) -> bytes:
    shape = struct.pack(f">{values.ndim}I", *values.shape)
    return struct.pack(">HBB", 0, code, values.ndim) + shape + values.astype(TYPES[code]).tobytes()


@pytest.mark.parametrize("code", sorted(TYPES))
@pytest.mark.parametrize("zipped", [False, True])
def test_every_type_is_read(tmp_path: Path, code: int, zipped: bool) -> None:
    values = np.arange(24).reshape(2, 3, 4)
    content = idx_bytes(values, code)
    path = tmp_path / "a"
    path.write_bytes(gzip.compress(content) if zipped else content)
    shape, read = read_idx(path)
    assert shape == (2, 3, 4)
    assert read.dtype.isnative
    assert np.array_equal(read, values)


def test_the_header_alone(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(idx_bytes(np.zeros((5, 3)), 0x0D)[:14])
    shape, empty = read_idx(path, header_only=True)
    assert (shape, empty.shape, empty.dtype) == ((5, 3), (0, 3), np.float32)


def test_an_empty_array(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(idx_bytes(np.zeros((0, 3)), 0x08))
    assert read_idx(path)[1].shape == (0, 3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(cut=st.integers(0, 39), zipped=st.booleans())
def test_cut_off_anywhere_is_refused(tmp_path: Path, cut: int, zipped: bool) -> None:
    content = idx_bytes(np.arange(24).reshape(2, 3, 4), 0x08)
    path = tmp_path / "cut"
    path.write_bytes(gzip.compress(content[:cut]) if zipped else content[:cut])
    with pytest.raises(DataError, match="E303"):
        read_idx(path)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damaged_gzip_is_refused_or_read_right(tmp_path: Path, data: st.DataObject) -> None:
    values = np.arange(24).reshape(2, 3, 4)
    content = bytearray(gzip.compress(idx_bytes(values, 0x08)))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(2, len(content) - 1)) :]
    else:
        content[data.draw(st.integers(2, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "damaged"
    path.write_bytes(content)
    with suppress(DataError):
        assert np.array_equal(read_idx(path)[1], values)  # a flipped bit of the time stamp does no harm


@given(st.binary(max_size=64))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_bytes_at_all(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    with suppress(DataError):
        shape, values = read_idx(path)
        assert values.shape == shape


def test_longer_than_its_header_tells(tmp_path: Path) -> None:
    path = tmp_path / "long"
    path.write_bytes(idx_bytes(np.zeros(4), 0x08) + b"x")
    with pytest.raises(DataError, match="longer than the 4 bytes"):
        read_idx(path)


def test_a_header_that_promises_too_much_allocates_nothing(tmp_path: Path) -> None:
    path = tmp_path / "vast"
    path.write_bytes(struct.pack(">HBB3I", 0, 0x0E, 3, 2**32 - 1, 2**32 - 1, 2**32 - 1))
    with pytest.raises(DataError, match="E304"):
        read_idx(path)


def test_a_gzip_bomb_is_read_no_further_than_its_header_tells(tmp_path: Path, write_idx: Callable[..., Path]) -> None:
    path = write_idx("bomb.gz", np.zeros(4))
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + bytes(10**8), 1))
    with pytest.raises(DataError, match="longer"):
        read_idx(path)
