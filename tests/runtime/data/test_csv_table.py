"""Text tables: what is written is read back; what is odd is refused with its line."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from netloom.runtime.data import csv_table
from netloom.runtime.data.csv_table import read_csv
from netloom.runtime.data.errors import DataError
from netloom.runtime.data.fields import named_columns
from netloom.runtime.data.raw import Raw, Words
from netloom.runtime.data.reach import Reach


def load(folder: Path, content: str | bytes, **options: object) -> Raw:
    data = content.encode() if isinstance(content, str) else content
    (folder / "t.csv").write_bytes(data)
    return read_csv({"path": "t.csv", **options}, Reach.of(folder, {}))


def cells(raw: Raw, name: str) -> tuple[str, ...]:
    column = raw.columns[name]
    assert isinstance(column, Words)
    return column.texts


def test_a_table(tmp_path: Path) -> None:
    raw = load(tmp_path, 'area, "the city"\n 1 ,Bonn\n\n2.5, "a, b"\n')
    assert cells(raw, "area") == ("1", "2.5")
    assert cells(raw, "the city") == ("Bonn", "a, b")


def test_quotes_blanks_and_lines(tmp_path: Path) -> None:
    raw = load(tmp_path, 'area,"the city"\r\n 1 ,"Köln,\nsüd"\r\n\r\n  \r\n2.5, Bonn \r\n')
    assert cells(raw, "area") == ("1", "2.5")
    assert cells(raw, "the city") == ("Köln,\nsüd", "Bonn")
    column = raw.columns["the city"]
    assert isinstance(column, Words)
    assert column.lines == (2, 6)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_or_given(tmp_path: Path, delimiter: str) -> None:
    text = f'a{delimiter}b\n1{delimiter}"x,y;z"\n'
    for options in ({}, {"delimiter": delimiter}):
        raw = load(tmp_path, text, **options)
        assert cells(raw, "b") == ("x,y;z",)


def test_no_header(tmp_path: Path) -> None:
    raw = load(tmp_path, "1,2\n3,4\n", header=False)
    assert cells(raw, "column1") == ("1", "3")
    assert cells(raw, "column2") == ("2", "4")


def test_gzip_and_byte_order_mark(tmp_path: Path) -> None:
    raw = load(tmp_path, gzip.compress("\ufeffa\n1\n".encode()))
    assert cells(raw, "a") == ("1",)


word = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8).map(str.strip)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(
    header=st.lists(word.filter(bool), min_size=1, max_size=4, unique=True),
    rows=st.data(),
    delimiter=st.sampled_from(csv_table.DELIMITERS),
)
def test_what_python_writes_is_read_back(
    tmp_path: Path, header: list[str], rows: st.DataObject, delimiter: str
) -> None:
    table = rows.draw(st.lists(st.lists(word, min_size=len(header), max_size=len(header)), max_size=5))
    room = io.StringIO(newline="")
    writer = csv.writer(room, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([header, *table])
    raw = load(tmp_path, "\ufeff" + room.getvalue(), delimiter=delimiter)
    assert list(raw.columns) == header
    assert raw.rows == len(table)
    assert [cells(raw, name) for name in header] == [tuple(row[i] for row in table) for i in range(len(header))]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1,2\n3\n", "line 3: 1 cells where the table has 2 columns"),
        ("a,b\n1,2,3\n", "line 2: 3 cells"),
        ("a,,c\n1,2,3\n", "line 1: column 2 has no name"),
        ("a,b,a\n1,2,3\n", "line 1: two columns are called `a`"),
        ('a,b\n1,"open\n', "not a table"),
        ('a,b\n1,"x"y\n', "line 2: not a table"),
        ("", "t.csv is empty"),
        ("\n \n", "t.csv is empty"),
        (b"a,b\n1,\xff\n", "line 2: not UTF-8"),
        (b"\x1f\x8b\x08", "cut off or damaged"),
    ],
)
def test_what_is_refused(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(DataError, match=said):
        load(tmp_path, content)


@pytest.mark.parametrize("delimiter", ["ab", '"', "\n"])
def test_what_cannot_part_columns(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(DataError, match="E311"):
        load(tmp_path, "a,b\n1,2\n", delimiter=delimiter)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=200)
@given(st.one_of(st.binary(max_size=60), st.text('ab1.,;"\n\r\t ?-e_', max_size=60).map(str.encode)))
def test_any_bytes_at_all(tmp_path: Path, content: bytes) -> None:
    try:
        raw = load(tmp_path, content)
        found = named_columns(raw, ())
    except DataError:
        return
    for column, values in found.values():
        assert values.shape == (raw.rows, *column.shape)
        assert np.isfinite(values).all()


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="100000 columns"):
        load(tmp_path, ",".join(f"c{n}" for n in range(100_000)) + "\n")
    with pytest.raises(DataError, match="line 2"):
        load(tmp_path, "a\n" + "x" * 200_000 + "\n")
    monkeypatch.setattr(csv_table, "MOST_CELLS", 9)
    with pytest.raises(DataError, match="line 4 holds more than 9 cells"):
        load(tmp_path, "a,b,c\n1,2,3\n1,2,3\n1,2,3\n")
    monkeypatch.setattr(csv_table, "TEXT_LIMIT_BYTES", 1000)
    with pytest.raises(DataError, match="more than 1000 bytes"):
        load(tmp_path, gzip.compress(b"a\n" + b"1\n" * 10_000))
