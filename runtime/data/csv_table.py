"""Text tables: a row a line, columns parted by comma, semicolon, tab or bar; `.gz` too."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from pathlib import Path

from .bounded import TEXT_LIMIT_BYTES, damaged, too_large, whole
from .errors import DataError
from .raw import Raw, Words
from .reach import Reach

DELIMITERS = (",", ";", "\t", "|")
LOOK_LINES = 20
MOST_COLUMNS = 1 << 16
MOST_CELLS = 50_000_000
BLANK = ("",)


def read_csv(options: Mapping[str, object], reach: Reach) -> Raw:
    """Every column as words, cells stripped of blanks around them; blank lines are passed over.

    Options: `path`, `delimiter` (else the one of `, ; tab |` that parts the first lines evenly), `header`
    (true: the first line names the columns; false: they are column1, column2, …). UTF-8, at most 1 GiB.
    Raises DataError with line and counts where a row is longer or shorter than the header.
    """
    written = str(options["path"])
    path = reach.file(written)
    text = _text(path, written)
    given = options.get("delimiter")
    delimiter = str(given) if given else _sniffed(text)
    table = _lines(text, written, delimiter, header=bool(options.get("header", True)))
    columns = zip(*table.rows, strict=True) if table.rows else [()] * len(table.names)
    found = {name: Words(cells, written, table.numbers) for name, cells in zip(table.names, columns, strict=True)}
    return Raw(found, len(table.rows), file=written, table=True)


def _text(path: Path, written: str) -> str:
    content = whole(path, TEXT_LIMIT_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError("E303", f"{written}, line {line}: not UTF-8 text", "Save the table as UTF-8.") from error


@dataclass(frozen=True, slots=True)
class _Lines:
    """The rows of a table: cells, and the line of the file each begins on."""

    names: tuple[str, ...]
    numbers: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]


def _lines(text: str, written: str, delimiter: str, *, header: bool) -> _Lines:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise DataError("E311", f"{delimiter!r} cannot part columns", "Write one character, as `,` or `;`.")
    records = list(dropwhile(lambda record: record[1] == BLANK, _records(text, written, delimiter)))
    if not records:
        raise DataError("E303", f"{written} is empty", "Name a file with a header and rows.")
    names = _names(records[0][1], written, records[0][0], header=header)
    body = records[1:] if header else records
    if len(names) > 1:
        # in a table of one column a line of blanks is an empty cell
        body = [record for record in body if record[1] != BLANK]
    for line, row in body:
        if len(row) != len(names):
            raise _ragged(written, line, len(row), len(names))
    return _Lines(names, tuple(line for line, _ in body), tuple(row for _, row in body))


def _records(text: str, written: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    cells_left = MOST_CELLS
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            cells_left -= len(cells)
            if cells_left < 0:
                raise too_large(f"{written}, line {line}", f"more than {MOST_CELLS} cells", MOST_CELLS)
            if cells:
                yield line, tuple(cell.strip() for cell in cells)
    except csv.Error as error:
        raise damaged(f"{written}, line {reader.line_num}", f"not a table ({error})") from error


def _names(row: Sequence[str], written: str, line: int, *, header: bool) -> tuple[str, ...]:
    if len(row) > MOST_COLUMNS:
        raise too_large(f"{written}, line {line}", f"{len(row)} columns", MOST_COLUMNS)
    if not header:
        return tuple(f"column{n}" for n in range(1, len(row) + 1))
    seen: set[str] = set()
    for number, name in enumerate(row, 1):
        if not name:
            raise DataError(
                "E303",
                f"{written}, line {line}: column {number} has no name",
                "Name every column in the first line, or write header: false.",
            )
        if name in seen:
            raise DataError("E303", f"{written}, line {line}: two columns are called `{name}`", "Rename one of them.")
        seen.add(name)
    return tuple(row)


def _ragged(written: str, line: int, got: int, wanted: int) -> DataError:
    return DataError(
        "E303",
        f"{written}, line {line}: {got} cells where the table has {wanted} columns",
        "Add or take away cells, quote a cell that holds the delimiter, or name the `delimiter`.",
    )


def _sniffed(text: str) -> str:
    """The delimiter that parts the first lines evenly into the most cells; a comma where none does."""
    # whole lines only: a cell broken over lines makes its delimiter look uneven, and the next best is taken
    first = [line for line in text[: 1 << 16].splitlines()[:LOOK_LINES] if line.strip()]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        counts = {len(re.sub(r'"[^"]*"', "", line).split(delimiter)) for line in first}
        if len(counts) == 1 and (count := counts.pop()) > most:
            best, most = delimiter, count
    return best
