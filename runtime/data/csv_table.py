"""Text tables: a row a line, columns parted by comma, semicolon, tab or bar; `.gz` too."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from .bounded import TEXT_LIMIT_BYTES, damaged, whole
from .errors import DataError
from .raw import Raw, Words
from .reach import Reach

DELIMITERS = (",", ";", "\t", "|")
LOOK_LINES = 20


def read_csv(options: Mapping[str, object], reach: Reach) -> Raw:
    """Every column as words, cells stripped of blanks around them; rows without any cell are passed over.

    Options: `path`, `delimiter` (else the one of `, ; tab |` that parts the first lines evenly), `header`
    (true: the first line names the columns; false: they are column1, column2, …). UTF-8, at most 1 GiB.
    Raises DataError with line and counts where a row is longer or shorter than the header.
    """
    written = str(options["path"])
    path = reach.file(written)
    text = _text(path, written)
    delimiter = options.get("delimiter")
    header, lines, rows = _rows(
        text,
        written,
        str(delimiter) if delimiter else _sniffed(text),
        header=bool(options.get("header", True)),
    )
    columns = list(zip(*rows, strict=True)) if rows else [() for _ in header]
    found = {name: Words(cells, written, lines) for name, cells in zip(header, columns, strict=True)}
    return Raw(found, len(rows), file=written, table=True)


def _text(path: Path, written: str) -> str:
    content = whole(path, TEXT_LIMIT_BYTES)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            "E303", f"{written}, line {line}: not UTF-8 text", "Save the table as UTF-8."
        ) from error


def _rows(
    text: str, written: str, delimiter: str, *, header: bool
) -> tuple[tuple[str, ...], tuple[int, ...], list[list[str]]]:
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise DataError("E311", f"{delimiter!r} cannot part columns", "Write one character, as `,` or `;`.")
    lines, rows = list[int](), list[list[str]]()
    names: tuple[str, ...] | None = None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    try:
        for cells in reader:
            line, before = before + 1, reader.line_num
            row = [cell.strip() for cell in cells]
            if not any(row) and len(row) <= 1:
                continue
            if names is None:
                names = _names(row, written, line, header=header)
                if header:
                    continue
            if len(row) != len(names):
                raise _ragged(written, line, len(row), len(names))
            lines.append(line)
            rows.append(row)
    except csv.Error as error:
        raise damaged(f"{written}, line {reader.line_num}", f"not a table ({error})") from error
    if names is None:
        raise DataError("E303", f"{written} is empty", "Name a file with a header and rows.")
    return names, tuple(lines), rows


def _names(row: Sequence[str], written: str, line: int, *, header: bool) -> tuple[str, ...]:
    if not header:
        return tuple(f"column{n}" for n in range(1, len(row) + 1))
    for number, name in enumerate(row, 1):
        if not name:
            raise DataError(
                "E303",
                f"{written}, line {line}: column {number} has no name",
                "Name every column in the first line, or write header: false.",
            )
        if name in row[: number - 1]:
            raise DataError(
                "E303", f"{written}, line {line}: two columns are called `{name}`", "Rename one of them."
            )
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
