"""The data of a run: columns in memory, and the rows of each part."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...dsl.data_schema import BUILTIN, Column, DataSchema
from ...dsl.diagnostics import Diagnostic, SpecError
from ...dsl.kinds.computed import Scope
from ...dsl.places import Place
from ...dsl.spec import Data
from ...dsl.splits import SplitMistake, part_counts
from .asked import Asked, asked
from .errors import DataError
from .fields import arrays_of, named_columns, wanted_values
from .raw import Array, Raw
from .reach import Reach
from .sources import peek, read
from .splitting import Rows, part_rows


@dataclass(frozen=True, slots=True)
class Dataset:
    """`columns` hold all rows of all parts (uint8 pixels, float32 numbers, int32 classes); `parts` the rows
    of each part, rising, as int64. Their counts are those of `schema`, which has no part without rows."""

    schema: DataSchema
    columns: Mapping[str, Array]
    parts: Mapping[str, Rows]

    @property
    def rows(self) -> int:
        """Rows of all parts together."""
        return sum(self.schema.parts.values())


def open_data(
    data: Data,
    base: Path,
    environment: Mapping[str, str] | None = None,
    *,
    seed: int = 0,
    scope: Scope | None = None,
    allowed: tuple[Path, ...] = (),
) -> Dataset:
    """Read the source, name its columns and draw its parts by the run's `seed`.

    Without a `split` every row trains, but for the test part a source brings with it. Rows are drawn class by
    class where there is one column of classes (`label` where there are several). `base` is the spec's folder,
    `scope` has the values of its options, `allowed` are more folders that files may lie in.
    Raises SpecError: data that is not there, not fit, or cannot be split so, at the place that names it.
    """
    with _told(data, scope) as wanted:
        reach = Reach.of(base, os.environ if environment is None else environment, allowed)
        raw = read(wanted.kind, wanted.options, reach)
        named = named_columns(raw, data.fields, data.missing)
        counts, own_test = _counts(wanted, raw.rows, raw.own_test)
        schema = DataSchema({name: column for name, (column, _) in named.items()}, counts)
        columns = arrays_of(named)
        label = stratified_by(schema)
        classes = None if label is None else columns[label].astype(np.int64)
        return Dataset(schema, columns, part_rows(counts, raw.rows, own_test, seed, classes))


def schema_of(
    data: Data,
    base: Path,
    environment: Mapping[str, str] | None = None,
    *,
    scope: Scope | None = None,
    allowed: tuple[Path, ...] = (),
) -> DataSchema:
    """What is known of the data with as little reading as can be: of a built-in set nothing is opened, of
    `npz` and `idx` the headers and the classes, of a csv all. Raises SpecError as `open_data` does."""
    with _told(data, scope) as wanted:
        raw = _builtin(data, wanted)
        if raw is None:
            reach = Reach.of(base, os.environ if environment is None else environment, allowed)
            raw = peek(wanted.kind, wanted.options, reach, wanted_values(data.fields))
        named = named_columns(raw, data.fields, data.missing)
        counts, _ = _counts(wanted, raw.rows, raw.own_test)
        return DataSchema({name: column for name, (column, _) in named.items()}, counts)


def stratified_by(schema: DataSchema) -> str | None:
    """The column whose classes the parts share evenly: `label`, else the only one that has classes."""
    found = [name for name, column in schema.columns.items() if column.classes is not None]
    if "label" in found:
        return "label"
    return found[0] if len(found) == 1 else None


def _builtin(data: Data, wanted: Asked) -> Raw | None:
    """A built-in set as columns without rows; None where the fields must see values."""
    schema = BUILTIN.get(wanted.kind)
    if schema is None:
        return None
    must_see = wanted_values(tuple(f for f in data.fields if f.as_ or f.values))
    if any(must_see(name) and column.classes is None for name, column in schema.columns.items()):
        return None
    columns: dict[str, Array] = {
        name: np.empty((0, *column.shape), column.dtype) for name, column in schema.columns.items()
    }
    return Raw(columns, sum(schema.parts.values()), schema.parts.get("test", 0), schema.columns, wanted.kind)


def _counts(wanted: Asked, rows: int, own_test: int) -> tuple[dict[str, int], int]:
    """The parts' counts, and how many rows of an own test part stay apart."""
    if not rows:
        raise DataError("E303", f"{wanted.kind}: there is not one row", "Give at least one example.")
    counts = part_counts(rows - own_test, wanted.split, own_test)
    return counts, 0 if "test" in wanted.split else own_test


@contextmanager
def _told(data: Data, scope: Scope | None) -> Iterator[Asked]:
    """What the spec asks for; mistakes found inside are told at their place in the spec."""
    try:
        yield asked(data, scope or Scope())
    except SplitMistake as mistake:
        tree = data.split.get(mistake.part)
        place = tree.place if tree else data.place
        raise _at(place, "E310", str(mistake), mistake.suggestion) from mistake
    except DataError as error:
        raise _at(data.source.kind_place, error.code, error.message, error.suggestion) from error


def _at(place: Place, code: str, message: str, suggestion: str) -> SpecError:
    return SpecError((Diagnostic(code, "error", place, message, suggestion),))


def set_opener(
    data: Data,
    base: Path,
    environment: Mapping[str, str] | None = None,
    *,
    seed: int = 0,
    scope: Scope | None = None,
    allowed: tuple[Path, ...] = (),
) -> Callable[[str], Dataset]:
    """For `read_inputs`: opens the run's own data by its source's name or as `data`, split as in the run."""

    def opened(name: str) -> Dataset:
        if name not in (data.source.kind, "data"):
            raise DataError(
                "E312",
                f"this run was trained on {data.source.kind}, not on {name}",
                f"Name its own rows, as {data.source.kind}:test[0:5], or a file.",
            )
        return open_data(data, base, environment, seed=seed, scope=scope, allowed=allowed)

    return opened


def column_of(schema: DataSchema, name: str) -> Column:
    """A column by name; DataError where there is none."""
    if name not in schema.columns:
        raise DataError("E308", f"the data has no column `{name}`", f"Its columns are {', '.join(schema.columns)}.")
    return schema.columns[name]
