"""The schema of the data that was looked at last: a table is not read again at every key."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...dsl.data_schema import DataSchema
from ...dsl.edit import Document, Refused
from ...dsl.spec import Spec

Signature = tuple[object, ...]
MOST_WORDS = 200
SECTIONS = ("data", "options", "include", "run")
"""What the schema of the data depends on."""


@dataclass(slots=True)
class Looked:
    """The last schema, and what it was read from."""

    _signature: Signature | None = None
    _schema: DataSchema | None = None

    def known(self, asked: Signature | None) -> DataSchema | None:
        """The schema, where it was read from just this."""
        return self._schema if asked is not None and asked == self._signature else None

    def keep(self, asked: Signature, schema: DataSchema) -> None:
        self._signature, self._schema = asked, schema


LOOKED = Looked()


def signature(document: Document, spec: Spec, base: Path) -> Signature | None:
    """All that the data's schema hangs on: what the text says of it, and the files that it names as they are now.
    None where the text cannot be read by its parts."""
    try:
        sections = [document.raw(part) for key, part in document.root.inner.items() if key in SECTIONS]
        data = document.find("data")
    except Refused:
        return None
    words = [part.text for part in data.walk() if part.text] if data is not None else []
    files = tuple(_stamp(folder / word) for word in words[:MOST_WORDS] for folder in _folders(base))
    return None if len(words) > MOST_WORDS else (str(base.absolute()), *sections, *spec.included.items(), *files)


def _folders(base: Path) -> Iterator[Path]:
    yield base
    if given := os.environ.get("NETLOOM_DATA"):
        yield Path(given)


def _stamp(path: Path) -> tuple[int, int] | None:
    """When a file was changed last, and its size; None where there is none."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size
