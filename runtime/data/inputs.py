"""Inputs to predict from, as files, arrays or rows of a set, brought to the columns a network reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ...dsl.data_schema import DataSchema
from .arrays import read_npz
from .csv_table import read_csv
from .errors import DataError
from .fields import Reading, find_column, fit_name, joined, read_column
from .fitting import fit
from .idx import read_idx
from .numbers import word_number
from .picture_files import ENDINGS
from .pictures import read_picture
from .raw import Array, Raw, Words
from .reach import Reach

if TYPE_CHECKING:
    from ...dsl.spec import Data
    from .dataset import Dataset

Given = str | Path | Array | Mapping[str, Array]

REFERENCE = re.compile(r"(?P<set>[a-z][a-z0-9_]*):(?P<part>train|validation|test)(\[(?P<rows>[0-9:]*)\])?")


class Field(Protocol):
    """How a column is found in a table: a field of a spec, or what a built plan keeps of it."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def missing(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Needs:
    """What a network reads: the columns `names` of `schema`. `fields` and `missing` are those of its spec; `resize` is
    how a picture of another size is brought to the network's (`stretch`, `crop`, `pad`; None: not at all)."""

    schema: DataSchema
    names: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    missing: tuple[str, ...] = ()
    resize: str | None = None

    @classmethod
    def of(cls, schema: DataSchema, names: Sequence[str], data: Data | None = None, resize: str | None = None) -> Needs:
        """The needs of a network trained on `data`. Raises DataError for a name that is no column."""
        for name in names:
            if name not in schema.columns:
                raise DataError("E308", f"the data has no column `{name}`", "Name a column of the data.")
        return cls(schema, tuple(names), data.fields if data else (), data.missing if data else (), resize)

    def only(self, what: str) -> str:
        """The one column, where a file holds but one array."""
        if len(self.names) != 1:
            raise DataError(
                "E312",
                f"{what} holds one array, and the network reads {', '.join(self.names)}",
                "Give an .npz or .csv file with a column for each.",
            )
        return self.names[0]


def read_inputs(
    needs: Needs, given: Sequence[Given], open_set: Callable[[str], Dataset] | None = None
) -> dict[str, Array]:
    """The needed columns, the rows of all that is given one after another.

    Files by their ending: .csv, .npz, .npy, IDX (`-ubyte`, with .gz or not), .png, .jpg and other pictures; a folder
    stands for the pictures below it. Arrays have a row an example (one example alone may leave that axis out). `digits:test[0:5]` are rows of a part
    of the set that `open_set` opens by name. Raises DataError for what does not fit, with file, row, column.
    """
    if not given:
        raise DataError("E312", "nothing is given to predict from", "Name files, or rows as digits:test[0:5].")
    given = each(given)
    pieces = [_piece(needs, item, open_set) for item in given]
    for item, piece in zip(given, pieces, strict=True):
        if not all(len(values) for values in piece.values()):
            what = str(item) if isinstance(item, str | Path) else "what is given"
            raise DataError("E312", f"{what} has no rows to predict from", "Give one line or row for each example.")
    return {name: np.concatenate([piece[name] for piece in pieces]) for name in needs.names}


def each(given: Sequence[Given]) -> list[Given]:
    """What is given, for a folder the pictures below it, in the order of their names. Raises DataError: no pictures."""
    found: list[Given] = []
    for item in given:
        if not isinstance(item, str | Path) or not Path(item).is_dir():
            found.append(item)
            continue
        inside = sorted(path for path in Path(item).rglob("*") if _is_picture(path) and path.is_file())
        if not inside:
            raise DataError("E312", f"the folder {item} holds no pictures", "Name the files themselves.")
        found += inside
    return found


def picture_names(given: Sequence[Given]) -> tuple[str, ...]:
    """The files that the rows come from, where all that is given is pictures."""
    names = [str(item) for item in each(given) if isinstance(item, str | Path) and _is_picture(Path(item))]
    return tuple(names) if len(names) == len(each(given)) else ()


def read_told(
    needs: Needs, given: Sequence[Given], open_set: Callable[[str], Dataset] | None = None
) -> dict[str, Array] | None:
    """The columns that are to be predicted, where all that is given tells them by name: rows of the run's own data,
    tables and archives with these columns, pictures in a folder that is called as their class. None where not."""
    try:
        pieces = [_told(needs, item, open_set) for item in each(given)]
        if not pieces or not all(pieces):
            return None
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in needs.names}
    except DataError:
        return None


def _told(needs: Needs, given: Given, open_set: Callable[[str], Dataset] | None) -> dict[str, Array]:
    """As `_piece`, and nothing where the columns are not named."""
    if isinstance(given, str) and reference(given):
        return _piece(needs, given, open_set)
    if isinstance(given, Mapping):
        return _piece(needs, given, open_set) if all(name in given for name in needs.names) else {}
    if not isinstance(given, str | Path):
        return {}
    path = Path(given)
    if _is_picture(path):
        column, folder = needs.schema.columns[needs.names[0]], path.absolute().parent.name
        known = column.classes is not None and folder in column.class_names
        return {column.name: np.array([column.class_names.index(folder)], np.int32)} if known else {}
    if path.suffix == ".npz":
        raw = read_npz({"path": str(path)}, _anywhere(path))
        return _from_file(needs, path) if all(name in raw.columns for name in needs.names) else {}
    if path.suffix == ".csv":
        raw = read_csv({"path": str(path), "header": True}, _anywhere(path))
        named = all(_has(raw, column) for name in needs.names for column in _columns(needs, name))
        return {name: _by_name(needs, raw, name) for name in needs.names} if named else {}
    return {}


def _is_picture(path: Path) -> bool:
    return path.suffix.lower().removeprefix(".") in ENDINGS


def _anywhere(path: Path) -> Reach:
    """For what is named by the user at the command line, not by a spec: anywhere on this machine."""
    return Reach(Path(), None, Path(), (Path(path.absolute().anchor),))


def reference(text: str) -> tuple[str, str, slice] | None:
    """`digits:test[0:5]` as set, part and rows; None when the text is no such reference.

    `[3]` is one row, `[2:]`, `[:9]` and nothing at all as in Python. Raises DataError for odd brackets.
    """
    found = REFERENCE.fullmatch(text)
    if found is None:
        return None
    rows = found["rows"]
    if rows is None:
        return found["set"], found["part"], slice(None)
    ends = rows.split(":")
    if len(ends) > 2 or rows == "":
        raise DataError("E312", f"{text}: [{rows}] names no rows", "Write [0:5], [3] or [2:].")
    if len(ends) == 1:
        return found["set"], found["part"], slice(int(rows), int(rows) + 1)
    return found["set"], found["part"], slice(*(int(end) if end else None for end in ends))


def _piece(needs: Needs, given: Given, open_set: Callable[[str], Dataset] | None) -> dict[str, Array]:
    if isinstance(given, str) and open_set and (found := reference(given)):
        name, part, which = found
        return _rows(needs, given, open_set(name), part, which)
    if isinstance(given, str | Path):
        return _from_file(needs, Path(given))
    if isinstance(given, Mapping):
        return _from_arrays(needs, {n: np.asarray(v) for n, v in given.items()}, "the arrays given")
    return _from_arrays(needs, {needs.only("the input"): np.asarray(given)}, "the array given")


def _rows(needs: Needs, text: str, dataset: Dataset, part: str, which: slice) -> dict[str, Array]:
    rows = dataset.parts.get(part)
    if rows is None:
        raise DataError("E312", f"{text}: the data has no part {part}", f"Its parts are {', '.join(dataset.parts)}.")
    if not len(rows[which]):
        raise DataError("E312", f"{text}: {part} has {len(rows)} rows, and none of these", "Ask for others.")
    return {name: dataset.columns[name][rows[which]] for name in needs.names}


def _from_file(needs: Needs, path: Path) -> dict[str, Array]:
    reach = _anywhere(path)
    if not path.exists() and REFERENCE.fullmatch(str(path)):
        raise DataError(
            "E312",
            f"{path}: a built plan has the network and no data: it knows no data sets",
            f'`netloom predict RUN "{path}"` asks the run it was built from; or give the plan the examples as a file.',
        )
    if not path.exists():
        raise DataError("E301", f"there is no file {path}", f"Paths start at the folder you are in, {Path.cwd()}.")
    ending = path.name.lower().removesuffix(".gz").rpartition(".")[2]
    if ending in ("npz", "npy"):
        raw = read_npz({"path": str(path)}, reach)
        arrays = {name: values for name, values in raw.columns.items() if not isinstance(values, Words)}
        if ending == "npy":
            arrays = {needs.only(str(path)): next(iter(arrays.values()))} if arrays else {}
        return _from_arrays(needs, arrays, str(path))
    if ending == "csv":
        return _from_table(needs, path, reach)
    if _is_picture(path):
        name = needs.only(str(path))
        return {name: read_picture(reach.file(str(path)), needs.schema.columns[name], needs.resize)}
    if ending.endswith("ubyte") or ending == "idx":
        return _from_arrays(needs, {needs.only(str(path)): read_idx(reach.file(str(path)))[1]}, str(path))
    raise DataError(
        "E312",
        f"{path}: cannot tell what it is by its name",
        "Give a .csv, .npz, .npy, IDX, .png or .jpg file, or a folder of pictures.",
    )


def _from_arrays(needs: Needs, arrays: Mapping[str, Array], what: str) -> dict[str, Array]:
    if len(arrays) == 1 and len(needs.names) == 1:
        arrays = {needs.names[0]: next(iter(arrays.values()))}
    missing = [name for name in needs.names if name not in arrays]
    if missing:
        held = ", ".join(arrays) or "none"
        raise DataError(
            "E312",
            f"{what}: no array {', '.join(missing)}; there is {held}",
            "Name arrays as the inputs are.",
        )
    found = {name: fit(arrays[name], needs.schema.columns[name], what) for name in needs.names}
    if len({len(values) for values in found.values()}) > 1:
        told = ", ".join(f"{name} {len(values)}" for name, values in found.items())
        raise DataError("E307", f"{what}: columns of different lengths: {told}", "Give each the same rows.")
    return found


def _from_table(needs: Needs, path: Path, reach: Reach) -> dict[str, Array]:
    """By the header's names where it has them all, else by position when the count of columns is right."""
    raw = read_csv({"path": str(path), "header": False}, reach)
    first = [column.texts[0] for column in raw.columns.values() if isinstance(column, Words)]
    if all(word_number(cell) is not None for cell in first):
        return _by_position(needs, raw)
    raw = read_csv({"path": str(path), "header": True}, reach)
    if all(_has(raw, column) for name in needs.names for column in _columns(needs, name)):
        return {name: _by_name(needs, raw, name) for name in needs.names}
    return _by_position(needs, raw)


def _field(needs: Needs, name: str) -> Field | None:
    return next((field for field in needs.fields if field.name == name), None)


def _columns(needs: Needs, name: str) -> tuple[str, ...]:
    field = _field(needs, name)
    return (field.columns if field else ()) or (name,)


def _has(raw: Raw, column: str) -> bool:
    return column in raw.columns or column in {fit_name(name) for name in raw.columns}


def _by_name(needs: Needs, raw: Raw, name: str) -> Array:
    field, column = _field(needs, name), needs.schema.columns[name]
    kind = "number" if column.classes is None else "category"
    sources = [find_column(raw, c, name) for c in _columns(needs, name)]
    gaps = frozenset({"", *needs.missing})
    fill = field.missing if field else None
    readings = [Reading(s, kind, column.class_names or None, gaps, fill) for s in sources]
    parts = [read_column(raw, s, r) for s, r in zip(sources, readings, strict=True)]
    return fit(joined(name, sources, parts)[1], column, raw.file)


def _by_position(needs: Needs, raw: Raw) -> dict[str, Array]:
    sizes = {name: int(np.prod(needs.schema.columns[name].shape)) for name in needs.names}
    if any(needs.schema.columns[name].classes is not None for name in needs.names) or sum(sizes.values()) != len(
        raw.columns
    ):
        wanted = ", ".join(f"{name} ({size})" for name, size in sizes.items())
        raise DataError(
            "E312",
            f"{raw.file}: {len(raw.columns)} columns ({', '.join(list(raw.columns)[:8])}), and the network "
            f"reads {wanted}",
            "Give a column for each number in this order, or a header with the names of the inputs.",
        )
    parts = [read_column(raw, s, Reading(s, "number"))[1] for s in raw.columns]
    table, found, first = np.concatenate(parts, axis=1), dict[str, Array](), 0
    for name, size in sizes.items():
        found[name] = fit(table[:, first : first + size], needs.schema.columns[name], raw.file)
        first += size
    return found
