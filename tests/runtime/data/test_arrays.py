"""npz and npy files: read whole or refused; never unpickled; never larger than they may be."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netloom.runtime.data import arrays
from netloom.runtime.data.arrays import read_idx_pair, read_npz
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.raw import Raw, Words
from netloom.runtime.data.reach import Reach


def load(folder: Path, name: str = "a.npz") -> Raw:
    return read_npz({"path": name}, Reach.of(folder, {}))


def test_arrays_come_as_columns(tmp_path: Path) -> None:
    x = np.arange(12.0).reshape(3, 4)
    words = np.array(["cat", "dog", "cat"])
    np.savez_compressed(
        tmp_path / "a.npz",
        x=x,
        backwards=np.asfortranarray(x),
        big=x.astype(">f4"),
        words=words,
        n=np.arange(3),
    )
    raw = load(tmp_path)
    assert raw.rows == 3
    assert list(raw.columns) == ["x", "backwards", "big", "words", "n"]
    for name in ("x", "backwards", "big"):
        assert np.array_equal(raw.columns[name], x)
    assert isinstance(raw.columns["words"], Words)
    assert raw.columns["words"].texts == ("cat", "dog", "cat")


def test_a_bare_array_is_x(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.ones((2, 3), np.uint8))
    assert load(tmp_path, "a.npy").columns["x"].shape == (2, 3)


def test_only_headers_of_what_is_not_wanted(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.ones((5, 2)), label=np.arange(5))
    raw = read_npz({"path": "a.npz"}, Reach.of(tmp_path, {}), lambda name: name == "label")
    assert raw.rows == 5
    assert raw.columns["x"].shape == (0, 2)
    assert raw.columns["label"].tolist() == [0, 1, 2, 3, 4]


class Trap:
    """Writes a file when unpickled."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str, str]]:
        return open, ("sprung", "w")


def test_pickles_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    np.savez(tmp_path / "a.npz", x=np.array([Trap()], dtype=object))
    with pytest.raises(DataError, match="never read"):
        load(tmp_path)
    (tmp_path / "b.npz").write_bytes(b"\x80\x04cos\nsystem\n.")
    with pytest.raises(DataError, match="E303"):
        load(tmp_path, "b.npz")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        ({"x": np.ones(3), "y": np.ones(4)}, "different lengths: x 3, y 4"),
        ({"x": np.float64(3)}, "single value"),
        ({"x": np.ones(3, complex)}, "not numbers or words"),
        ({"x": np.zeros(3, [("a", "f4")])}, "not numbers or words"),
        ({"x": np.array([["a"]])}, "2 axes"),
        ({}, "holds no array"),
    ],
)
def test_what_does_not_make_columns(tmp_path: Path, saved: dict[str, np.ndarray], said: str) -> None:
    np.savez(tmp_path / "a.npz", **saved)
    with pytest.raises(DataError, match=said):
        load(tmp_path)


def npy_with(header: str) -> bytes:
    text = header.encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    "shape", ["(1000000000000,)", "(2, 99999999999999999999)", "(-5,)", "(4000000000, 4000000000)"]
)
def test_a_header_that_promises_too_much(tmp_path: Path, shape: str) -> None:
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}\n"
    (tmp_path / "a.npy").write_bytes(npy_with(header))
    with pytest.raises(DataError, match=r"E30[34]"):
        load(tmp_path, "a.npy")


def test_a_header_that_lies_within_the_limit(tmp_path: Path) -> None:
    header = "{'descr': '<f8', 'fortran_order': False, 'shape': (500000000,), }\n"
    (tmp_path / "a.npy").write_bytes(npy_with(header) + bytes(80))
    with pytest.raises(DataError, match="cut off: 80 bytes of values where its header tells 4000000000"):
        load(tmp_path, "a.npy")


def test_all_arrays_together_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrays, "LIMIT_BYTES", 1000)
    np.savez(tmp_path / "a.npz", a=np.zeros(100), b=np.zeros(100))
    with pytest.raises(DataError, match="array b holds more than 200 bytes"):
        load(tmp_path)


def whole_file() -> bytes:
    room = io.BytesIO()
    np.savez_compressed(room, x=np.arange(40.0).reshape(10, 4), label=np.arange(10))
    return room.getvalue()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.data())
def test_damaged_archives_are_refused_or_read_right(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(whole_file())
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content) - 1)) :]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "a.npz").write_bytes(content)
    try:
        raw = load(tmp_path)
    except DataError:
        return
    values = raw.columns.get("x")
    assert values is None or np.array_equal(values, np.arange(40.0).reshape(10, 4))


def test_an_archive_that_is_no_array(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("x.npy", "not an array at all")
    with pytest.raises(DataError, match="E303"):
        load(tmp_path)


def test_a_pair_of_idx_files(tmp_path: Path, write_idx: Callable[..., Path]) -> None:
    write_idx("pictures.gz", np.zeros((4, 5, 6)))
    write_idx("names", np.array([3, 1, 3, 0]))
    reach = Reach.of(tmp_path, {})
    raw = read_idx_pair({"images": "pictures.gz", "labels": "names"}, reach)
    assert raw.columns["image"].shape == (4, 5, 6, 1)
    assert raw.columns["label"].tolist() == [3, 1, 3, 0]
    write_idx("names", np.zeros(3))
    with pytest.raises(DataError, match="E307"):
        read_idx_pair({"images": "pictures.gz", "labels": "names"}, reach)
    with pytest.raises(DataError, match="names no file"):
        read_idx_pair({"images": None, "labels": None}, reach)
