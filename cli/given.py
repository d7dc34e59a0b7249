"""Inputs that come through stdin: put into a file whose ending says what they are."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ..dsl.diagnostics import NetloomError
from ..runtime.data.errors import DataError

STDIN = "-"
MOST_BYTES = 1 << 31
BEGINNINGS = {
    b"\x93NUMPY": ".npy", b"PK\x03\x04": ".npz", b"\x89PNG": ".png", b"\xff\xd8\xff": ".jpg",
    b"\x00\x00\x08": ".idx", b"\x1f\x8b": ".idx.gz",
}  # fmt: skip


@contextmanager
def from_stdin(inputs: Sequence[str]) -> Iterator[list[Any]]:
    """The inputs, with what stdin holds in the place of `-`. Raises NetloomError where it holds nothing."""
    if STDIN not in inputs:
        yield list(inputs)
        return
    if list(inputs).count(STDIN) > 1:
        raise NetloomError("stdin is there once: give - once")
    content = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NetloomError(f"stdin holds more than {MOST_BYTES} bytes: give a file")
    if not content.strip():
        raise NetloomError("nothing came through stdin")
    with tempfile.TemporaryDirectory(prefix="netloom-") as folder:
        given = _arrays(content) if content.lstrip()[:1] in (b"[", b"{") else _file(content, Path(folder))
        try:
            yield [given if word == STDIN else word for word in inputs]
        except DataError as mistake:
            # the file is ours, and gone when this is read
            message, way = (words.replace(str(given), "stdin") for words in (mistake.message, mistake.suggestion))
            raise DataError(mistake.code, message, way) from None


def _file(content: bytes, folder: Path) -> Path:
    ending = next((ending for start, ending in BEGINNINGS.items() if content.startswith(start)), ".csv")
    path = folder / f"stdin{ending}"
    path.write_bytes(content)
    return path


def _arrays(content: bytes) -> Any:
    """A JSON list of examples, or an object with such a list for each column."""
    try:
        found = json.loads(content)
        if isinstance(found, dict):
            return {str(name): np.array(values) for name, values in found.items()}
        return np.array(found)
    except ValueError as trouble:
        raise NetloomError(f"stdin begins as JSON and is none: {trouble}") from None
