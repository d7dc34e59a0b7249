"""One picture file as one example, by Pillow where it is installed."""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np

from ...dsl.data_schema import Column
from .bounded import damaged
from .errors import DataError
from .raw import Array

PICTURES = ("png", "jpg", "jpeg", "bmp")
MODES = {1: "L", 3: "RGB"}


def read_picture(path: Path, column: Column) -> Array:
    """`[1, height, width, channels]` in the column's type; grey for one channel, red green blue for three.

    Brightness 0 to 255 becomes the column's own range (0 to 16 for digits). The size must be the column's: it
    is compared before the picture is decoded. Raises DataError.
    """
    if len(column.shape) != 3 or column.shape[2] not in MODES:
        raise DataError(
            "E312",
            f"{path} is a picture, and {column.name} has the shape {list(column.shape)}",
            "Give numbers.",
        )
    height, width, channels = column.shape
    try:
        pillow = importlib.import_module("PIL.Image")
    except ImportError as error:
        raise DataError("E300", f"reading {path} needs Pillow", "Install it: pip install pillow.") from error
    try:
        with pillow.open(path) as picture:
            if picture.size != (width, height):
                raise DataError(
                    "E312",
                    f"{path} is {picture.size[0]} x {picture.size[1]} pixels (width x height), "
                    f"the network reads {width} x {height}",
                    "Bring the picture to this size first.",
                )
            pixels = np.asarray(picture.convert(MODES[channels]))
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
        raise damaged(path, f"not a picture that can be read ({error})") from error
    high = 255.0 if column.high is None else column.high
    scaled = np.rint(pixels.astype(np.float64) * (high / 255.0))
    return scaled.astype(column.dtype).reshape(1, *column.shape)
