"""CIFAR-10 from the archives its authors give out, packed or unpacked: the binary version and the one for Python.

A picture is 3072 bytes: 1024 red, 1024 green, 1024 blue, each row by row. The binary files hold a byte for the class
before each. Source: Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and its download page.
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from ...dsl.data_schema import BUILTIN
from .bounded import damaged, stream, too_large, whole
from .errors import DataError
from .inert_pickle import bytes_in, read_plain
from .raw import Array, Raw
from .reach import Reach

PIXELS = 3 * 32 * 32
RECORD = PIXELS + 1
CLASSES = 10
LARGEST_BATCH = 256 * 1024**2
"""No batch is larger: the real ones take 31 MB."""
LARGEST_ARCHIVE = 1024**3
"""What an archive may come to unpacked: the real ones take 180 MB."""

Batch = tuple[Array, Array]
Parse = Callable[[str, bytes], Batch]


def read_cifar10(options: Mapping[str, object], reach: Reach) -> Raw:
    """The 50000 rows to train on, then the 10000 of its own test part (fewer where the files hold fewer).

    From `$NETLOOM_DATA`, else the cache: `cifar-10-binary.tar.gz` or its files, `cifar-10-python.tar.gz` or its
    files. Nothing in a file for Python is run. Raises DataError naming the file.
    """
    batches = _unpacked(reach) or _packed(reach)
    if batches is None:
        folders = " or ".join(str(folder) for folder in reach.shelves())
        raise DataError(
            "E301",
            "the files of cifar10 are not here: neither cifar-10-binary.tar.gz nor cifar-10-python.tar.gz",
            f"Put one of them into {folders}; $NETLOOM_DATA names the first folder looked in.",
        )
    return Raw(
        {
            "image": np.concatenate([image for image, _ in batches]),
            "label": np.concatenate([label for _, label in batches]),
        },
        rows=sum(len(label) for _, label in batches),
        own_test=len(batches[-1][1]),
        known=BUILTIN["cifar10"].columns,
        file="cifar10",
    )


def _unpacked(reach: Reach) -> list[Batch] | None:
    for folder, names, parse in LAYOUTS:
        found = [reach.named(name, f"{folder}/{name}") for name in names]
        if any(path is not None for path in found):
            missing = [name for name, path in zip(names, found, strict=True) if path is None]
            _refuse_missing(missing, "cifar10")
            return [parse(str(path), whole(cast(Path, path), LARGEST_BATCH)) for path in found]
    return None


def _packed(reach: Reach) -> list[Batch] | None:
    for archive, (_, names, parse) in zip(ARCHIVES, LAYOUTS, strict=True):
        path = reach.named(f"{archive}.gz", archive)
        if path is not None:
            found = _members(path, names)
            _refuse_missing([name for name in names if name not in found], str(path))
            return [parse(f"{path}: {name}", found[name]) for name in names]
    return None


def _members(path: Path, names: tuple[str, ...]) -> dict[str, bytes]:
    """The plain files of an archive that bear one of the names, whatever folder they lie in; nothing is unpacked."""
    found: dict[str, bytes] = {}
    try:
        with stream(path) as file, tarfile.open(fileobj=cast(Any, _Bounded(file, path)), mode="r|") as archive:
            for member in archive:
                name = member.name.rpartition("/")[2]
                if name in names and member.isreg():
                    inner = archive.extractfile(member)
                    if member.size > LARGEST_BATCH or inner is None:
                        raise too_large(path, f"{name} of {member.size} bytes", LARGEST_BATCH)
                    found[name] = inner.read(LARGEST_BATCH)
    except (tarfile.TarError, EOFError, zlib.error, ValueError, OverflowError) as error:
        raise damaged(path, f"not a whole tar archive ({error})") from error
    return found


class _Bounded:
    """A file that is read no further than an archive of the set can reach."""

    def __init__(self, file: io.BufferedIOBase, path: Path) -> None:
        self.file, self.path, self.left = file, path, LARGEST_ARCHIVE

    def read(self, count: int) -> bytes:
        content = self.file.read(count)
        self.left -= len(content)
        if self.left < 0:
            raise too_large(self.path, "an archive that unpacks to more", LARGEST_ARCHIVE)
        return content


def _binary(what: str, content: bytes) -> Batch:
    if not content or len(content) % RECORD:
        raise damaged(what, f"{len(content)} bytes, not a number of records of {RECORD}")
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    return _pictures(records[:, 1:]), _labels(what, records[:, 0].astype(np.int32))


def _pickled(what: str, content: bytes) -> Batch:
    try:
        batch = read_plain(content)
        table = {_word(key): value for key, value in batch.items()} if isinstance(batch, dict) else {}
        values, labels = bytes_in(table.get("data")), table.get("labels")
    except (ValueError, OverflowError, TypeError) as error:
        raise damaged(what, f"not a batch of CIFAR-10 for Python ({error})") from error
    if values.ndim != 2 or values.shape[1] != PIXELS:
        raise damaged(what, f"an array {values.shape} where rows of {PIXELS} bytes belong")
    if not isinstance(labels, list) or len(labels) != len(values) or not all(type(n) is int for n in labels):
        raise damaged(what, f"it has no list of {len(values)} class numbers")
    if any(not 0 <= n < CLASSES for n in labels):
        raise damaged(what, "a class that is not 0 to 9")
    return _pictures(values), np.array(labels, np.int32)


def _word(key: object) -> object:
    return key.decode("latin-1") if isinstance(key, bytes) else key


def _pictures(rows: Array) -> Array:
    return np.ascontiguousarray(rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))


def _labels(what: str, labels: Array) -> Array:
    if int(labels.max()) >= CLASSES:
        raise damaged(what, f"a class {labels.max()}, where 9 is the greatest")
    return labels


def _refuse_missing(names: list[str], where: str) -> None:
    if names:
        raise DataError("E301", f"{where}: missing {', '.join(names)}", "Get the archive anew, or unpack it whole.")


_NUMBERS = range(1, 6)
LAYOUTS: tuple[tuple[str, tuple[str, ...], Parse], ...] = (
    ("cifar-10-batches-bin", (*(f"data_batch_{n}.bin" for n in _NUMBERS), "test_batch.bin"), _binary),
    ("cifar-10-batches-py", (*(f"data_batch_{n}" for n in _NUMBERS), "test_batch"), _pickled),
)
ARCHIVES = ("cifar-10-binary.tar", "cifar-10-python.tar")
