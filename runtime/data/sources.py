"""The sources by name: how each is read, and what of it can be known without reading all."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .arrays import Wanted, read_idx_pair, read_npz
from .cifar import read_cifar10
from .csv_table import read_csv
from .errors import DataError
from .image_folder import peek_images, read_images
from .inline import read_values
from .named_sets import read_mnist
from .raw import Raw
from .reach import Reach
from .science_sets import science_set
from .synthetic import generator, peeked, read_gates

Options = Mapping[str, object]
Reader = Callable[[Options, Reach], Raw]
Peek = Callable[[Options, Reach, Wanted], Raw]

READERS: Mapping[str, Reader] = {
    **{name: science_set(name) for name in ("digits", "iris", "wine", "breast_cancer", "diabetes")},
    "mnist": read_mnist,
    "cifar10": read_cifar10,
    "images": read_images,
    "csv": read_csv,
    "npz": read_npz,
    "idx": read_idx_pair,
    "values": read_values,
    "gates": read_gates,
    **{name: generator(name) for name in ("moons", "circles", "spirals", "blobs")},
}

PEEKS: Mapping[str, Peek] = {
    "images": peek_images,
    "npz": read_npz,
    "idx": read_idx_pair,
    **{name: peeked(name) for name in ("moons", "circles", "spirals", "blobs")},
}
"""Sources whose shapes stand in a header or are known; the others are small, or must be read to know their
classes."""


def read(kind: str, options: Options, reach: Reach) -> Raw:
    """All of a source. Raises DataError."""
    return _known(kind)(options, reach)


def peek(kind: str, options: Options, reach: Reach, wanted: Wanted) -> Raw:
    """As `read`, but columns that are not `wanted` may come without rows."""
    if kind in PEEKS:
        return PEEKS[kind](options, reach, wanted)
    return read(kind, options, reach)


def _known(kind: str) -> Reader:
    if kind not in READERS:
        raise DataError(
            "E300", f"there is no source `{kind}` in this version", f"There are {', '.join(sorted(READERS))}."
        )
    return READERS[kind]
