"""CIFAR-10 from small archives made here, packed and not, binary and for Python; nothing in a pickle is run."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netloom.dsl.data_schema import BUILTIN
from netloom.dsl.spec import Data
from netloom.runtime.data import cifar
from netloom.runtime.data.cifar import read_cifar10
from netloom.runtime.data.dataset import open_data, schema_of
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.inert_pickle import Called, OddPickle, bytes_in, read_plain
from netloom.runtime.data.raw import Raw
from netloom.runtime.data.reach import Reach

ROWS = 3
RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.integers(0, 256, (6, ROWS, 3, 32, 32), np.uint8)
LABELS = RANDOM.integers(0, 10, (6, ROWS))


def binary(batch: int) -> bytes:
    rows = PIXELS[batch].reshape(ROWS, -1)
    return np.hstack([LABELS[batch][:, np.newaxis].astype(np.uint8), rows]).tobytes()


def by_python_2(batch: int) -> bytes:
    """A batch as Python 2.7 pickled those of the archive: protocol 2, texts as bytes."""
    rows = PIXELS[batch].reshape(ROWS, -1).tobytes()

    def text(word: bytes) -> bytes:
        return b"U" + struct.pack("<B", len(word)) + word

    kind = b"cnumpy\ndtype\n" + text(b"u1") + b"K\x00K\x01\x87R(K\x03" + text(b"|") + b"NNN" + b"J\xff\xff\xff\xff" * 2
    kind += b"K\x00tb"
    array = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85" + text(b"b") + b"\x87R(K\x01"
    array += b"K" + bytes([ROWS]) + b"M" + struct.pack("<H", 3072) + b"\x86" + kind + b"\x89"
    array += b"T" + struct.pack("<I", len(rows)) + rows + b"tb"
    labels = b"](" + b"".join(b"K" + bytes([n]) for n in LABELS[batch]) + b"e"
    return b"\x80\x02}q\x01(" + text(b"labels") + labels + text(b"data") + array + b"u."


def by_python_3(protocol: int) -> Callable[[int], bytes]:
    def made(batch: int) -> bytes:
        table = {b"data": PIXELS[batch].reshape(ROWS, -1), b"labels": LABELS[batch].tolist(), b"batch_label": b"one"}
        return pickle.dumps(table, protocol)

    return made


KINDS: dict[str, tuple[str, tuple[str, ...], Callable[[int], bytes]]] = {
    "binary": (*cifar.LAYOUTS[0][:2], binary),
    "python 2": (*cifar.LAYOUTS[1][:2], by_python_2),
    "protocol 2": (*cifar.LAYOUTS[1][:2], by_python_3(2)),
    "protocol 4": (*cifar.LAYOUTS[1][:2], by_python_3(4)),
}


def archive(kind: str, path: Path) -> None:
    folder, names, made = KINDS[kind]
    with tarfile.open(path, "w:gz" if path.suffix == ".gz" else "w") as tar:
        for number, name in enumerate(names):
            add(tar, f"{folder}/{name}", made(number))
        add(tar, f"{folder}/readme.html", b"read me")


def add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def unpacked(kind: str, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for number, name in enumerate(KINDS[kind][1]):
        (folder / name).write_bytes(KINDS[kind][2](number))


def read(folder: Path) -> Raw:
    return read_cifar10({}, Reach.of(folder / "spec", {"NETLOOM_DATA": str(folder), "HOME": str(folder)}))


def as_it_was(raw: Raw) -> None:
    assert (raw.rows, raw.own_test) == (18, 3)
    assert raw.columns["image"].dtype == np.uint8
    assert np.array_equal(raw.columns["image"], PIXELS.reshape(18, 3, 32, 32).transpose(0, 2, 3, 1))
    assert raw.columns["label"].tolist() == LABELS.reshape(-1).tolist()
    assert raw.columns["label"].dtype == np.int32


@pytest.mark.parametrize("packed", [".tar.gz", ".tar"])
@pytest.mark.parametrize("kind", KINDS)
def test_archives(tmp_path: Path, kind: str, packed: str) -> None:
    archive(kind, tmp_path / f"cifar-10-{'binary' if kind == 'binary' else 'python'}{packed}")
    as_it_was(read(tmp_path))


@pytest.mark.parametrize("within", [True, False], ids=["in their folder", "laid out"])
@pytest.mark.parametrize("kind", KINDS)
def test_files(tmp_path: Path, kind: str, within: bool) -> None:
    unpacked(kind, tmp_path / KINDS[kind][0] if within else tmp_path)
    as_it_was(read(tmp_path))


def test_parts_and_schema(tmp_path: Path, make_data: Callable[..., Data]) -> None:
    archive("binary", tmp_path / "cifar-10-binary.tar.gz")
    shelf = {"NETLOOM_DATA": str(tmp_path), "HOME": str(tmp_path)}
    dataset = open_data(make_data("cifar10", split={"validation": 0.4}), tmp_path, shelf)
    assert dataset.schema.parts == {"train": 9, "validation": 6, "test": 3}
    assert dataset.schema.columns == BUILTIN["cifar10"].columns
    # known without a file
    assert schema_of(make_data("cifar10"), tmp_path, {"HOME": str(tmp_path)}) == BUILTIN["cifar10"]


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"cifar-10-binary\.tar\.gz") as told:
        read(tmp_path)
    assert (told.value.code, str(tmp_path) in told.value.suggestion) == ("E301", True)
    unpacked("binary", tmp_path)
    (tmp_path / "data_batch_3.bin").unlink()
    with pytest.raises(DataError, match=r"missing data_batch_3\.bin"):
        read(tmp_path)


def test_an_archive_without_a_batch(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as tar:
        add(tar, "cifar-10-batches-bin/test_batch.bin", binary(0))
    with pytest.raises(DataError, match=r"missing data_batch_1\.bin"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("test_batch.bin", binary(5)[:-1], "records of 3073"),
        ("test_batch.bin", b"", "records of 3073"),
        ("test_batch.bin", b"\x0a" + binary(5)[1:], "a class 10"),
    ],
)
def test_damaged_binary(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    unpacked("binary", tmp_path)
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=said):
        read(tmp_path)


def table(**changes: object) -> bytes:
    return pickle.dumps({"data": PIXELS[0].reshape(ROWS, -1), "labels": LABELS[0].tolist(), **changes}, 4)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table(labels=[1, 2]), "no list of 3 class numbers"),
        (table(labels=[1, 2, 10]), "not 0 to 9"),
        (table(labels=[1, 2, "3"]), "class numbers"),
        (table(data=PIXELS[0].reshape(-1)), "rows of 3072"),
        (table(data=PIXELS[0].astype(float).reshape(ROWS, -1)), "other than uint8"),
        (table(data=PIXELS[0].astype(object).reshape(ROWS, -1)), "other than uint8"),
        (table(data=[1, 2]), "not an array"),
        (pickle.dumps([1, 2]), "not an array"),
        (by_python_2(0)[:-200], "not a batch"),
        (b"", "not a batch"),
    ],
)
def test_damaged_pickles(tmp_path: Path, content: bytes, said: str) -> None:
    unpacked("python 2", tmp_path)
    (tmp_path / "test_batch").write_bytes(content)
    with pytest.raises(DataError, match=said):
        read(tmp_path)


def test_a_tar_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "LARGEST_ARCHIVE", 100_000)
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as tar:
        add(tar, "vast", bytes(10**7))
    with pytest.raises(DataError, match="E304"):
        read(tmp_path)


def test_a_member_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cifar, "LARGEST_BATCH", 1000)
    archive("binary", tmp_path / "cifar-10-binary.tar.gz")
    with pytest.raises(DataError, match="E304"):
        read(tmp_path)


def test_a_name_that_promises_more_than_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long name of an archive has a size of its own, which is read before any member is seen."""
    monkeypatch.setattr(cifar, "LARGEST_ARCHIVE", 100_000)
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 2**33
    (tmp_path / "cifar-10-binary.tar.gz").write_bytes(gzip.compress(info.tobuf(tarfile.GNU_FORMAT) + bytes(10**6)))
    with pytest.raises(DataError, match="E304"):
        read(tmp_path)


def test_links_in_an_archive_are_no_batches(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "cifar-10-binary.tar.gz", "w:gz") as tar:
        for name in KINDS["binary"][1]:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
            tar.addfile(info)
    with pytest.raises(DataError, match="missing"):
        read(tmp_path)


@pytest.mark.parametrize("name", ["cifar-10-binary.tar.gz", "data_batch_1.bin", "cifar-10-batches-py/test_batch"])
def test_no_link_leads_out(tmp_path: Path, name: str) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    (outside / "it").write_bytes(binary(0))
    (inside / name).parent.mkdir(parents=True)
    (inside / name).symlink_to(outside / "it")
    with pytest.raises(DataError, match="E302"):
        read(inside)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(st.data())
def test_a_damaged_archive_is_refused_or_read(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "cifar-10-binary.tar"
    archive("binary", path)
    content = bytearray(path.read_bytes())
    del content[data.draw(st.integers(0, len(content))) :]
    for _ in range(data.draw(st.integers(0, 4)) if content else 0):
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    with suppress(DataError):
        assert read(tmp_path).columns["image"].shape[1:] == (32, 32, 3)


# pickles

HOSTILE = [b"cos\nsystem\n(S'touch %s'\ntR.", b'c__builtin__\neval\n(S\'open("%s", "w")\'\ntR.']


@pytest.mark.parametrize("content", HOSTILE)
def test_what_a_pickle_wants_called_is_only_noted(tmp_path: Path, content: bytes) -> None:
    mark = tmp_path / "mark"
    found = read_plain(content % str(mark).encode())
    assert isinstance(found, Called)
    assert found.name in ("os.system", "__builtin__.eval")
    assert not mark.exists()


class Stranger:
    """A class whose pickles run a function."""

    def __reduce__(self) -> tuple[object, ...]:
        return print, ("run",)


def test_strangers_are_noted_too(capsys: pytest.CaptureFixture[str]) -> None:
    (found,) = read_plain(pickle.dumps([Stranger()], 4))
    assert (found.name, found.arguments) == ("builtins.print", ("run",))
    assert capsys.readouterr().out == ""
    with pytest.raises(OddPickle):
        bytes_in(found)


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
)


@given(PLAIN, st.sampled_from([3, 4]))
def test_plain_values_are_read_as_pickle_reads_them(value: object, protocol: int) -> None:
    assert read_plain(pickle.dumps(value, protocol)) == value


@given(st.binary(max_size=80))
def test_any_bytes_at_all(content: bytes) -> None:
    with suppress(OddPickle):
        read_plain(content)


@pytest.mark.parametrize(
    "content",
    [
        b"}" + b")" * 1 + b"\x85" * 100_000 + b"K\x01s.",  # a key nested so deeply that its hash overruns the stack
        b"(lp0\n0" * 3 + b".",
        b"]K\x01K\x02\x93.",
        b"K\x01)R.",
        b"K\x01}b.",
        b"K\x01K\x02a.",
        b"r\xff\xff\xff\xff.",
        b"]K\x01",
        b"\x80\x05\x96" + struct.pack("<Q", 2**62) + b".",
    ],
)
def test_odd_pickles(content: bytes) -> None:
    with pytest.raises(OddPickle):
        read_plain(content)
