"""Reading files whose sizes are bounded before anything is decoded, compressed ones included."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import Path

from .errors import DataError

LIMIT_BYTES = 4 * 1024**3
"""What one array may take in memory, and what a compressed file may come to."""

TEXT_LIMIT_BYTES = 1024**3
"""What a text table may come to; as Python strings it takes some ten times that."""


@contextmanager
def stream(path: Path) -> Iterator[BufferedIOBase]:
    """The file's bytes, decompressed when it begins as a gzip file does. What goes wrong is a DataError."""
    try:
        with path.open("rb") as file:
            zipped = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            if not zipped:
                yield file
                return
            with gzip.GzipFile(fileobj=file) as inner:
                yield inner
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(path, f"its gzip data is cut off or damaged ({error})") from error
    except OSError as error:
        raise DataError("E301", f"cannot read {path}: {error.strerror}", "Check the file.") from error


def whole(path: Path, limit: int) -> bytes:
    """All bytes of a file, decompressed; a DataError when there are more than `limit`."""
    with stream(path) as file:
        # one byte more than allowed: exactly the limit would be ambiguous
        content = file.read(limit + 1)
    if len(content) > limit:
        raise too_large(path, f"more than {limit} bytes", limit)
    return content


def too_large(path: Path | str, what: str, limit: int) -> DataError:
    """The error for a file that holds more than is ever read."""
    return DataError("E304", f"{path} holds {what}; at most {limit} are read", "Give a smaller file.")


def damaged(path: Path | str, why: str) -> DataError:
    """The error for a file that is cut off, broken, or of another format."""
    return DataError("E303", f"{path}: {why}", "Get the file anew, or name the file that was meant.")
