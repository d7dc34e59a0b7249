"""A picture file as an example."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from netloom.dsl.data_schema import BUILTIN, Column, DataSchema
from netloom.runtime.data import picture_files, pictures
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.inputs import Needs, read_inputs

DIGITS = Needs.of(BUILTIN["digits"], ["image"])
COLOUR = Needs.of(DataSchema({"image": Column("image", (4, 5, 3), "float32")}), ["image"])


def save(path: Path, pixels: np.ndarray) -> Path:
    image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    image.fromarray(pixels.astype(np.uint8)).save(path)
    return path


def test_grey_is_brought_to_the_columns_range(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", np.tile([0, 255, 16, 128], 16).reshape(8, 8))
    found = read_inputs(DIGITS, [path])["image"]
    assert found.dtype == np.uint8
    assert found.reshape(-1)[:4].tolist() == [0, 16, 1, 8]


def test_colour_stays_colour(tmp_path: Path) -> None:
    pixels = np.arange(60).reshape(4, 5, 3)
    found = read_inputs(COLOUR, [save(tmp_path / "a.png", pixels)])["image"]
    assert np.array_equal(found[0], pixels)


def test_refusals(tmp_path: Path) -> None:
    path = save(tmp_path / "a.png", np.zeros((8, 9)))
    with pytest.raises(DataError, match="9 x 8 pixels"):
        read_inputs(DIGITS, [path])
    path.write_bytes(path.read_bytes()[:30])
    with pytest.raises(DataError, match="not a picture"):
        read_inputs(DIGITS, [path])
    with pytest.raises(DataError, match="has the shape"):
        read_inputs(Needs.of(BUILTIN["iris"], ["x"]), [path])


def test_without_pillow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.png").write_bytes(b"")

    def absent(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(picture_files.importlib, "import_module", absent)
    with pytest.raises(DataError, match="needs Pillow"):
        pictures.read_picture(tmp_path / "a.png", BUILTIN["digits"].columns["image"])
