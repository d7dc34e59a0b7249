"""NumPy's own files, `.npz` and `.npy`, and IDX pairs named in the spec. Nothing in them is unpickled."""

from __future__ import annotations

import math
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from .bounded import LIMIT_BYTES, damaged, too_large
from .errors import DataError
from .idx import read_idx
from .raw import Array, Raw, Words
from .reach import Reach

Wanted = Callable[[str], bool]
"""Whether a column's values are needed, or only its header."""


def every(name: str) -> bool:
    """All columns are wanted."""
    return True


@dataclass(frozen=True, slots=True)
class Header:
    """What a `.npy` array says of itself before its values."""

    shape: tuple[int, ...]
    columns_first: bool
    dtype: np.dtype[np.generic]


def read_npz(options: Mapping[str, object], reach: Reach, wanted: Wanted = every) -> Raw:
    """One column an array, named as in the file; a bare `.npy` is the column `x`. The first axis is the rows.

    Of columns that are not `wanted` only the header is read. Raises DataError: not such a file, Python
    objects inside, arrays of different lengths, over 4 GiB.
    """
    written = str(options["path"])
    path = reach.file(written)
    found: dict[str, Array | Words] = {}
    lengths: dict[str, int] = {}
    left = LIMIT_BYTES
    for name, file in _members(path, written):
        where = f"{written}, array {name}"
        with _said(where):
            header = _header(where, file)
            if not header.shape:
                raise DataError("E307", f"{where}: a single value, without rows", "Save one entry a row.")
            lengths[name] = header.shape[0]
            empty = np.empty((0, *header.shape[1:]), header.dtype)
            # words count as classes, and classes are known by their values only
            values = _values(where, file, header, left) if wanted(name) or empty.dtype.kind in "US" else empty
        left -= values.nbytes
        found[name] = _words(values, written) if values.dtype.kind in "US" else values
    rows = _one_length(written, lengths)
    return Raw(found, rows, file=written)


def read_idx_pair(options: Mapping[str, object], reach: Reach, wanted: Wanted = every) -> Raw:
    """`images` and `labels` by path: the columns `image` (with an axis of channels added where it has none)
    and `label`; one of them may be left out."""
    found: dict[str, Array | Words] = {}
    lengths: dict[str, int] = {}
    for option, name in (("images", "image"), ("labels", "label")):
        if options.get(option) is None:
            continue
        shape, values = read_idx(reach.file(str(options[option])), header_only=not wanted(name))
        found[name] = values[..., np.newaxis] if name == "image" and values.ndim == 3 else values
        lengths[f"{name} of {options[option]}"] = shape[0]
    if not found:
        raise DataError("E311", "idx names no file", "Write idx: {images: FILE, labels: FILE}.")
    return Raw(found, _one_length("idx", lengths), file="idx")


def _one_length(written: str, lengths: Mapping[str, int]) -> int:
    if not lengths:
        raise DataError("E303", f"{written} holds no array", "Save arrays with numpy.savez(FILE, x=..., y=...).")
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} {count}" for name, count in lengths.items())
        raise DataError("E307", f"{written}: columns of different lengths: {told}", "Give each the same rows.")
    return next(iter(lengths.values()))


def _members(path: Path, written: str) -> Iterator[tuple[str, IO[bytes]]]:
    with _said(written), path.open("rb") as file:
        start = file.read(6)
        file.seek(0)
        if start == b"\x93NUMPY":
            yield "x", file
            return
        with zipfile.ZipFile(file) as archive:
            for info in archive.infolist():
                with archive.open(info) as member:
                    yield info.filename.removesuffix(".npy"), member


@contextmanager
def _said(where: str) -> Iterator[None]:
    """Failures of the zip and array formats, told as a DataError."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise damaged(where, f"not a whole NumPy file ({error})") from error
    except OSError as error:
        raise DataError("E301", f"cannot read {where}: {error}", "Check the file.") from error


def _header(where: str, file: IO[bytes]) -> Header:
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        shape, columns_first, dtype = np.lib.format.read_array_header_1_0(file)
    elif version == (2, 0):
        shape, columns_first, dtype = np.lib.format.read_array_header_2_0(file)
    else:
        raise damaged(where, f"a NumPy format {version} that is not read")
    if dtype.kind not in "buifUS":
        raise DataError(
            "E303",
            f"{where}: holds {dtype}, not numbers or words",
            "Save plain arrays; Python objects and records are never read.",
        )
    if min(shape, default=0) < 0:
        raise damaged(where, f"a header that tells the shape {shape}")
    return Header(shape, columns_first, dtype)


def _values(where: str, file: IO[bytes], header: Header, limit: int) -> Array:
    size = math.prod(header.shape) * header.dtype.itemsize
    if size > limit:
        # all arrays together: entries of an archive may lie over each other and cost a hostile file nothing
        raise too_large(where, f"more than {limit} bytes", LIMIT_BYTES)
    content = bytearray()
    # in pieces, so that a header that lies about a small file costs nothing
    while len(content) < size and (piece := file.read(min(1 << 20, size - len(content)))):
        content += piece
    if len(content) < size:
        raise damaged(where, f"cut off: {len(content)} bytes of values where its header tells {size}")
    if not size:
        return np.empty(header.shape, header.dtype)
    values: Array = np.frombuffer(content, header.dtype)
    if header.columns_first:
        return values.reshape(header.shape[::-1]).transpose()
    return values.reshape(header.shape)


def _words(values: Array, written: str) -> Words:
    if values.ndim != 1:
        raise DataError("E303", f"{written}: words in a table of {values.ndim} axes", "Save one word a row.")
    texts = tuple(w.decode("utf-8", "replace") if isinstance(w, bytes) else str(w) for w in values.tolist())
    return Words(texts, written, tuple(range(1, len(texts) + 1)))
