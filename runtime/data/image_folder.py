"""Pictures in folders, one folder a class, on disk or in a zip archive: the columns `image` and `label`."""

from __future__ import annotations

import io
import math
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, cast

import numpy as np

from ...dsl.data_schema import Column
from .arrays import Wanted as WantedColumns
from .bounded import LIMIT_BYTES, damaged, too_large
from .errors import DataError
from .picture_files import ENDINGS, FITS, Wanted, header, pixels
from .raw import Array, Raw
from .reach import Reach

MOST_PICTURES = 5_000_000
LARGEST_FILE = 256 * 1024**2
"""No picture's file is larger, in an archive unpacked."""
PARTS = ("train", "test")
HIDDEN = ("__MACOSX", "@eaDir")
Names = Mapping[str, tuple[str, ...]]
Open = Callable[[str], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Found:
    """The pictures by class, in order; the class "" where they lie in no folder of their own. Of those of `test`
    the same. `opened` opens one by its name."""

    where: str
    train: Names
    test: Names
    opened: Open

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes in order: by number where all are numbers, else by letters."""
        return tuple(self.train)

    @property
    def pictures(self) -> list[tuple[str, int]]:
        """Every picture with its class number, those of `test` last."""
        of = {name: number for number, name in enumerate(self.classes)}
        return [(p, of[name]) for part in (self.train, self.test) for name, all_ in part.items() for p in all_]


def read_images(options: Mapping[str, object], reach: Reach) -> Raw:
    """Every picture decoded: `image` uint8 `[height, width, channels]`, `label` the folder's class.

    A folder (or zip) holds a folder a class; or `train` and `test` that do, and then `test` is a part of its own; or
    pictures alone, and then there is no `label`. Raises DataError naming the picture that cannot be read.
    """
    with _found(options, reach) as found:
        wanted = _wanted(found, options)
        names = found.pictures
        shape = (len(names), *wanted.size, wanted.channels)
        if math.prod(shape) > LIMIT_BYTES:
            raise too_large(found.where, f"pictures of {' x '.join(map(str, shape))} bytes", LIMIT_BYTES)
        image = np.empty(shape, np.uint8)
        for row, (name, _) in enumerate(names):
            with found.opened(name) as file:
                image[row] = pixels(file, _told(found, name), wanted)
        return _raw(found, wanted, image)


def peek_images(options: Mapping[str, object], reach: Reach, wanted: WantedColumns) -> Raw:
    """As `read_images` from the names and the first picture's header alone: `image` comes without rows."""
    with _found(options, reach) as found:
        shape = _wanted(found, options)
        return _raw(found, shape, np.empty((0, *shape.size, shape.channels), np.uint8))


def _raw(found: Found, wanted: Wanted, image: Array) -> Raw:
    names = found.pictures
    columns: dict[str, Array] = {"image": image}
    known = {"image": Column("image", (*wanted.size, wanted.channels), "uint8", low=0.0, high=255.0)}
    if found.classes != ("",):
        columns["label"] = np.array([number for _, number in names], np.int32)
        known["label"] = Column("label", (), "int32", classes=len(found.classes), class_names=found.classes)
    own_test = sum(len(pictures) for pictures in found.test.values())
    return Raw(columns, len(names), own_test, known, file=found.where)


def _wanted(found: Found, options: Mapping[str, object]) -> Wanted:
    channels, size = options.get("channels"), options.get("size")
    first = found.pictures[0][0]
    with found.opened(first) as file:
        seen = header(file, _told(found, first))
    sides = seen.size if size is None else cast(tuple[int, ...], size)
    if len(sides) > 2:
        raise DataError("E311", f"size has {len(sides)} numbers", "Write the height and the width, or one for both.")
    if channels == 2:
        raise DataError("E311", "channels is 2, which no picture has", "Write 1 (grey), 3 (colour) or 4.")
    return Wanted(
        (sides[0], sides[-1]),
        (1 if seen.grey else 3) if channels is None else cast(int, channels),
        None if size is None else str(options.get("fit", FITS[0])),
        exact=channels is None,
    )


def _told(found: Found, name: str) -> str:
    return name if Path(name).is_absolute() else f"{found.where}: {name}"


@contextmanager
def _found(options: Mapping[str, object], reach: Reach) -> Iterator[Found]:
    written = str(options["path"])
    path = reach.place(written)
    if path.is_dir():
        yield _ordered(written, _in_folder(path, reach), lambda name: _file(Path(name)))
        return
    try:
        with zipfile.ZipFile(path) as archive:
            names = _in_archive(archive, written)
            yield _ordered(written, names, lambda name: _member(archive, name, f"{written}: {name}"))
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise damaged(written, f"not a folder, and not a whole zip archive ({error})") from error
    except OSError as error:
        raise DataError("E301", f"cannot read {written}: {error}", "Check the file.") from error


def _file(path: Path) -> IO[bytes]:
    if path.stat().st_size > LARGEST_FILE:
        raise too_large(path, f"{path.stat().st_size} bytes", LARGEST_FILE)
    return path.open("rb")


def _member(archive: zipfile.ZipFile, name: str, told: str) -> IO[bytes]:
    """One picture unpacked in memory, no further than is allowed, whatever its entry says of its size."""
    with archive.open(name) as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise too_large(told, f"more than {LARGEST_FILE} bytes", LARGEST_FILE)
    return io.BytesIO(content)


def _in_folder(top: Path, reach: Reach) -> dict[tuple[str, ...], str]:
    """Every picture below a folder, by the names of its folders and its own: at most three deep."""
    found: dict[tuple[str, ...], str] = {}
    waiting: list[tuple[tuple[str, ...], Path]] = [((), top)]
    while waiting:
        above, folder = waiting.pop()
        for entry in _entries(folder):
            steps = (*above, entry.name)
            path = Path(entry.path)
            if entry.is_dir():
                _refuse_deep(str(path), len(steps))
                waiting.append((steps, reach.folder(path, str(path)) if entry.is_symlink() else path))
            elif _is_picture(entry.name):
                # what is no link lies where its folder does
                plain = entry.is_file(follow_symlinks=False)
                found[steps] = str(path if plain else reach.linked(path))
                _refuse_many(str(top), len(found))
    return found


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [entry for entry in entries if not _hidden(entry.name)]
    except OSError as error:
        raise DataError("E301", f"cannot read the folder {folder}: {error.strerror}", "Check it.") from error


def _in_archive(archive: zipfile.ZipFile, written: str) -> dict[tuple[str, ...], str]:
    """Every picture of an archive by its path. Nothing is written anywhere; a path that leads out is refused."""
    found: dict[tuple[str, ...], str] = {}
    total = 0
    for info in archive.infolist():
        steps = PurePosixPath(info.filename).parts
        if ".." in steps or info.filename.startswith("/") or "\\" in info.filename:
            raise damaged(written, f"it holds {info.filename!r}, a path that leads out of it")
        if info.is_dir() or any(_hidden(step) for step in steps) or not _is_picture(info.filename):
            continue
        total += info.file_size
        if info.file_size > LARGEST_FILE or total > LIMIT_BYTES:
            raise too_large(written, "pictures that unpack to more", LIMIT_BYTES)
        if steps in found:
            raise damaged(written, f"it holds {info.filename} twice")
        found[steps] = info.filename
        _refuse_many(written, len(found))
    return _without_top(found)


def _without_top(found: dict[tuple[str, ...], str]) -> dict[tuple[str, ...], str]:
    """An archive of one folder is that folder's content, where below it there are more folders."""
    if len({steps[0] for steps in found}) == 1 and all(len(steps) > 2 for steps in found):
        return {steps[1:]: name for steps, name in found.items()}
    return found


def _ordered(where: str, found: dict[tuple[str, ...], str], opened: Open) -> Found:
    if not found:
        raise DataError(
            "E303", f"{where} holds no picture",
            f"Give a folder or a zip with a folder a class, and pictures in them: {', '.join(sorted(ENDINGS))}.",
        )  # fmt: skip
    deepest = max(len(steps) for steps in found)
    odd = next((name for steps, name in found.items() if len(steps) != deepest), None)
    if odd is not None or deepest > 3:
        raise DataError(
            "E303", f"{where}: {odd or next(iter(found.values()))} does not lie where the others do",
            "Put every picture into the folder of its class, and nothing else beside these folders.",
        )  # fmt: skip
    if deepest < 3:
        return Found(where, _classes(found), {}, opened)
    parts = {part: _classes({s[1:]: n for s, n in found.items() if s[0] == part}) for part in PARTS}
    other = sorted({steps[0] for steps in found} - set(PARTS))
    if other or not parts["train"]:
        raise DataError(
            "E303", f"{where}: folders within folders, below {', '.join(other) or 'test'}",
            "Give a folder a class; or the folders train and test, with a folder a class in each.",
        )  # fmt: skip
    strange = [name for name in parts["test"] if name not in parts["train"]]
    if strange:
        raise DataError("E309", f"{where}: test has a class {strange[0]}, and train has not", "Give both the same.")
    return Found(where, parts["train"], parts["test"], opened)


def _classes(found: Mapping[tuple[str, ...], str]) -> Names:
    """Pictures by class; the order hangs on names alone, never on the disk's."""
    names = {"" if len(steps) == 1 else steps[0] for steps in found}
    numbers = all(name.isdecimal() and name.isascii() and len(name) < 19 for name in names)
    sorted_ = sorted(names, key=lambda name: (int(name), name) if numbers else (0, name))
    of: dict[str, list[str]] = {name: [] for name in sorted_}
    for steps in sorted(found):
        of["" if len(steps) == 1 else steps[0]].append(found[steps])
    return {name: tuple(pictures) for name, pictures in of.items()}


def _hidden(name: str) -> bool:
    return name.startswith(".") or name in HIDDEN


def _is_picture(name: str) -> bool:
    return name.lower().rpartition(".")[2] in ENDINGS


def _refuse_deep(folder: str, depth: int) -> None:
    if depth > 2:
        raise DataError(
            "E303", f"{folder} is a folder within the folder of a class",
            "Put the pictures of a class into one folder.",
        )  # fmt: skip


def _refuse_many(where: str, count: int) -> None:
    if count > MOST_PICTURES:
        raise too_large(where, f"more than {MOST_PICTURES} pictures", MOST_PICTURES)
