"""Pictures of many sizes and kinds decoded to one: upright, of one size, grey, in colour, or with what shows through.

By Pillow where it is installed. A picture's header is looked at first, and nothing large is decoded.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

from .bounded import damaged, too_large
from .errors import DataError
from .raw import Array

ENDINGS = frozenset({"png", "jpg", "jpeg", "bmp", "gif", "webp", "ppm", "pgm", "tif", "tiff"})
FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "PPM", "TIFF")
"""What Pillow may read a file as, whatever its name says: formats that need no other program."""
MOST_PIXELS = 64_000_000
ORIENTATION = 0x0112
TURNED = (5, 6, 7, 8)
"""Orientations of EXIF in which height and width are exchanged."""
DEEP_GREY = ("I", "I;16", "I;16B", "I;16L", "I;16N")
GREY = ("1", "L", "LA", "La", *DEEP_GREY)
MODES = {1: "L", 3: "RGB", 4: "RGBA"}
FITS = ("stretch", "crop", "pad")
Size = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Header:
    """`size` is (height, width) as the picture is seen, `grey` whether it holds no colour."""

    size: Size
    grey: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every picture becomes. `resize` None: it must have `size` already. `exact`: a picture in colour is refused
    where one channel is wanted."""

    size: Size
    channels: int
    resize: str | None = None
    exact: bool = False


def header(file: IO[bytes], name: str) -> Header:
    """What the header says. Raises DataError: no picture, or one of more than `MOST_PIXELS`."""
    with _opened(file, name) as picture:
        return _header(picture, name)


def pixels(file: IO[bytes], name: str, wanted: Wanted) -> Array:
    """uint8 `[height, width, channels]`. What shows through stands on white, but with four channels, the last of which
    says how solid a point is; numbers of 16 bits are brought to 8. Raises DataError naming the picture."""
    with _opened(file, name) as picture:
        found = _header(picture, name)
        _compare(found, name, wanted)
        upright = importlib.import_module("PIL.ImageOps").exif_transpose(picture)
        plain = _plain(upright, name, wanted.channels)
        if wanted.resize is not None and found.size != wanted.size:
            plain = _resized(plain, wanted)
        return np.asarray(plain, np.uint8).reshape(*wanted.size, wanted.channels)


@contextmanager
def _opened(file: IO[bytes], name: str) -> Iterator[Any]:
    try:
        pillow = importlib.import_module("PIL.Image")
    except ImportError as error:
        raise DataError("E300", f"reading {name} needs Pillow", "Install it: pip install pillow.") from error
    broken = (OSError, ValueError, SyntaxError, EOFError, OverflowError, KeyError, IndexError, TypeError, MemoryError)
    try:
        with warnings.catch_warnings():
            # remarks on odd files are for a person with one picture, not for one with fifty thousand
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", pillow.DecompressionBombWarning)
            with pillow.open(file, formats=FORMATS) as picture:
                yield picture
    except (pillow.DecompressionBombError, pillow.DecompressionBombWarning) as error:
        raise too_large(name, "a picture with more pixels", MOST_PIXELS) from error
    except pillow.UnidentifiedImageError as error:
        raise damaged(name, f"not a picture of a kind that is read ({', '.join(FORMATS)})") from error
    except broken as error:
        raise damaged(name, f"not a picture that can be read ({error})") from error


def _header(picture: Any, name: str) -> Header:
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise too_large(name, f"a picture of {width} x {height} pixels", MOST_PIXELS)
    if picture.getexif().get(ORIENTATION) in TURNED:
        width, height = height, width
    return Header((height, width), picture.mode in GREY or _grey_palette(picture))


def _grey_palette(picture: Any) -> bool:
    """Whether each of a table of colours is grey: many programs store grey pictures so."""
    if picture.mode != "P" or picture.palette is None:
        return False
    colours = np.asarray(picture.getpalette("RGB") or [], np.int64).reshape(-1, 3)
    return bool((colours == colours[:, :1]).all())


def _compare(found: Header, name: str, wanted: Wanted) -> None:
    (height, width), size = found.size, wanted.size
    if wanted.resize is None and found.size != size:
        raise DataError(
            "E312",
            f"{name} is {height} x {width} (height x width), the first picture {size[0]} x {size[1]}",
            f"Bring all to one size: `size: [{size[0]}, {size[1]}]` beside `path`.",
        )
    if wanted.exact and wanted.channels == 1 and not found.grey:
        raise DataError(
            "E312",
            f"{name} is in colour, the first picture is grey",
            "Say which: `channels: 1` (grey) or `channels: 3` (colour) beside `path`.",
        )


def _plain(picture: Any, name: str, channels: int) -> Any:
    pillow = importlib.import_module("PIL.Image")
    if picture.mode == "F":
        raise damaged(name, "a picture of fractions, whose white is not known")
    if picture.mode in DEEP_GREY:
        deep = np.asarray(picture).astype(np.int64)
        picture = pillow.fromarray((deep.clip(0, 65535) >> 8).astype(np.uint8))
    through = picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info
    if channels == 4 or not through:
        return picture.convert(MODES[channels])
    solid = picture.convert("RGBA")
    white = pillow.new("RGBA", solid.size, (255, 255, 255, 255))
    return pillow.alpha_composite(white, solid).convert(MODES[channels])


def _resized(picture: Any, wanted: Wanted) -> Any:
    pillow, ops = importlib.import_module("PIL.Image"), importlib.import_module("PIL.ImageOps")
    size = wanted.size[::-1]
    if wanted.resize == "crop":
        return ops.fit(picture, size, pillow.Resampling.BILINEAR)
    if wanted.resize == "pad":
        return ops.pad(picture, size, pillow.Resampling.BILINEAR)
    return picture.resize(size, pillow.Resampling.BILINEAR)
