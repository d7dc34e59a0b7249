"""Specs of data built without a file, and small files of each format."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from netloom.dsl.places import Place
from netloom.dsl.spec import Data, Entry, Field
from netloom.dsl.tree import Scalar, Sequence, Table, Tree

HERE = Place("net.yaml", 3, 7)


def tree(value: object) -> Tree:
    if isinstance(value, dict):
        return Table({k: tree(v) for k, v in value.items()}, dict.fromkeys(value, HERE), HERE)
    if isinstance(value, list | tuple):
        return Sequence(tuple(tree(v) for v in value), HERE)
    return Scalar(value, str(value), False, HERE)


def entry(kind: str, options: Mapping[str, object] | None = None, main: object = None) -> Entry:
    return Entry(
        kind=kind,
        kind_place=HERE,
        place=HERE,
        main=None if main is None else tree(main),
        options={name: tree(v) for name, v in (options or {}).items()},
        option_places=dict.fromkeys(options or {}, HERE),
    )


@pytest.fixture
def make_data() -> Callable[..., Data]:
    """`make_data("csv", path="a.csv", split={...}, fields=(...), missing=(...))`."""

    def make(
        kind: str,
        *,
        split: Mapping[str, object] | None = None,
        fields: tuple[Field, ...] = (),
        missing: tuple[str, ...] = (),
        **options: object,
    ) -> Data:
        return Data(
            source=entry(kind, options),
            fields=fields,
            missing=missing,
            split={name: tree(v) for name, v in (split or {}).items()},
            place=HERE,
        )

    return make


@pytest.fixture
def make_field() -> Callable[..., Field]:
    """`make_field("city", "town", kind="category", values=(...), missing="none")`."""

    def make(name: str, *columns: str, kind: str | None = None, **rest: object) -> Field:
        return Field(name=name, columns=columns, as_=entry(kind) if kind else None, place=HERE, **rest)

    return make


@pytest.fixture
def write_idx(tmp_path: Path) -> Callable[..., Path]:
    """Write an IDX file of bytes, gzip when the name says so."""

    def write(name: str, values: np.ndarray, folder: Path = tmp_path) -> Path:
        header = struct.pack(f">HBB{values.ndim}I", 0, 0x08, values.ndim, *values.shape)
        content = header + values.astype(np.uint8).tobytes()
        path = folder / name
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write


@pytest.fixture
def tiny_mnist(tmp_path: Path, write_idx: Callable[..., Path]) -> dict[str, str]:
    """The environment of a folder with 20 pictures to train on and 6 to test on, plain and gzip mixed."""
    random = np.random.default_rng(0)
    for prefix, rows, ending in (("train", 20, ".gz"), ("t10k", 6, "")):
        write_idx(f"{prefix}-images-idx3-ubyte{ending}", random.integers(0, 256, (rows, 28, 28)))
        write_idx(f"{prefix}-labels-idx1-ubyte{ending}", np.arange(rows) % 10)
    return {"NETLOOM_DATA": str(tmp_path), "HOME": str(tmp_path / "home")}
