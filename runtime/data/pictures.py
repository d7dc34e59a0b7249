"""One picture file as one example, by Pillow where it is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ...dsl.data_schema import Column
from .errors import DataError
from .picture_files import MODES, Wanted, header, pixels
from .raw import Array


def read_picture(path: Path, column: Column, resize: str | None = None) -> Array:
    """`[1, height, width, channels]` in the column's type; grey for one channel, red green blue for three.

    Brightness 0 to 255 becomes the column's own range (0 to 16 for digits). `resize` (`stretch`, `crop`, `pad`) brings
    a picture of another size to the column's; None: such a picture is refused before it is decoded. Raises DataError.
    """
    if len(column.shape) != 3 or column.shape[2] not in MODES:
        raise DataError(
            "E312",
            f"{path} is a picture, and {column.name} has the shape {list(column.shape)}",
            "Give numbers.",
        )
    height, width, channels = column.shape
    with path.open("rb") as file:
        seen = header(file, str(path)).size
        if resize is None and seen != (height, width):
            raise DataError(
                "E312",
                f"{path} is {seen[1]} x {seen[0]} pixels (width x height), the network reads {width} x {height}",
                "Add `--fit stretch` (or `crop`, `pad`) to bring it to this size.",
            )
        file.seek(0)
        found = pixels(file, str(path), Wanted((height, width), channels, resize))
    high = 255.0 if column.high is None else column.high
    scaled = np.rint(found.astype(np.float64) * (high / 255.0))
    return scaled.astype(column.dtype).reshape(1, *column.shape)
