"""Which row of the catalog of systems is shown where, for convolutions (C), regularisation (R), views (X), tools (P).

A row is shown by an example, which says so in its comment `# catalog: …`, or by a test, which says so in its mark
`catalog`; what cannot be shown yet stands here with its reason.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from .gallery import EXAMPLES

ROWS = {"C": 34, "R": 21, "X": 12, "P": 21}
NOT_YET = {
    "C30": "reading a picture between its points has no kind",
    "C31": "learning by competition has no rule of its own (`fit`)",
    "R15": "no pass folds a batch norm into the layer before it",
    "R19": "labels are not smoothed and examples not mixed yet",
    "X01": "a trained network cannot be read into another yet (`weights`)",
    "X02": "filters are not drawn yet",
    "X03": "patches are not drawn yet",
    "X07": "regions of the plane are not drawn yet",
    "X08": "recurrent layers are not built yet",
    "X10": "histograms are not kept yet",
    "X11": "slopes as tensors are not built yet (`gradient`)",
    "X12": "the designer is not built yet",
    "P04": "counted by tests/contract/test_plan_laws.py for all networks, not by an example",
    "P07": "it times loops of a general language against its vectors",
    "P08": "one kind of device so far",
    "P13": "the live monitor is not built yet",
    "P14": "knobs are turned by tests/runtime, not by an example",
    "P16": "the designer is not built yet",
    "P18": "phases are not built yet",
    "P20": "peak bytes are in `show` and `bench`; no example is about them",
    "P21": "one precision; gradients are not accumulated",
}
"""Rows without an example or a marked test, and why."""
ONLY_TESTED = {
    "C27", "X04", "X05", "X06", "X09", "R02", "P01", "P02", "P03", "P05", "P06", "P10", "P12", "P15", "P17", "P19",
}  # fmt: skip
"""Rows that are about what is done with a network, not about a network of their own: marked tests show them."""

TESTS = Path(__file__).resolve().parent.parent


@cache
def examples_of() -> dict[str, list[str]]:
    """The examples of each row."""
    found: dict[str, list[str]] = {}
    for path in EXAMPLES:
        line = re.search(r"^# catalog: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert line, path
        for row in line[1].split(", "):
            found.setdefault(row, []).append(f"{path.parent.name}/{path.stem}")
    return found


@cache
def marked_tests() -> dict[str, list[str]]:
    """The tests of each row."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                for row in marked(node):
                    found.setdefault(row, []).append(f"{path.stem}::{node.name}")
    return found


def marked(test: ast.FunctionDef) -> Iterator[str]:
    for mark in test.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.catalog":
            yield from (str(ast.literal_eval(row)) for row in mark.args)


@pytest.mark.parametrize("row", [f"{group}{n:02}" for group, count in ROWS.items() for n in range(1, count + 1)])
def test_a_row_is_shown_or_said_to_be_missing(row: str) -> None:
    """An example and a test for each row; one alone where the row wants no network; neither where it is missing."""
    example, test = row in examples_of(), row in marked_tests()
    if row in NOT_YET:
        assert not (example and test), f"{row} is shown now: take it out of NOT_YET"
    elif row in ONLY_TESTED:
        assert test
    else:
        assert example, f"no example says `# catalog: {row}`"
        assert test, f"no test is marked with {row}"


def test_every_row_named_is_one_of_the_catalog() -> None:
    for row in (*examples_of(), *marked_tests(), *NOT_YET, *ONLY_TESTED):
        assert re.fullmatch(r"[A-Z]\d\d", row)
        assert int(row[1:]) <= ROWS.get(row[0], 99)
