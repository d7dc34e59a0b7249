"""Numbers in words."""

from __future__ import annotations

import pytest

from netloom.tui.model.layers import Totals, counted, in_bytes, in_time


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0"),
        (976, "976"),
        (1000, "1 k"),
        (61_706, "61.7 k"),
        (999_600, "1 M"),
        (25_557_032, "25.6 M"),
        (3 * 10**12, "3 T"),
    ],
)
def test_counts(number: int, said: str) -> None:
    assert counted(number) == said


@pytest.mark.parametrize(("number", "said"), [(0, "0 B"), (784, "784 B"), (31_360, "31.4 kB"), (5 * 10**9, "5.0 GB")])
def test_bytes(number: int, said: str) -> None:
    assert in_bytes(number) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.001, "< 10 ms"), (0.0412, "41 ms"), (0.513, "510 ms"), (1.0, "1 s"), (2.53, "2.5 s"), (61.0, "61 s"),
     (150.0, "2.5 min"), (1200.0, "20 min"), (5400.0, "1.5 h"), (864_000.0, "10 days")],
)  # fmt: skip
def test_times(seconds: float, said: str) -> None:
    assert in_time(seconds) == said


def test_totals_in_one_line() -> None:
    totals = Totals(parameters=61_706, multiply_adds=416_520, layers=8, batch=32, memory=2_100_000, seconds=3.2)
    assert totals.words() == (
        "61.7 k parameters", "417 k multiply-adds", "≈ 2.1 MB in batches of 32", "≈ 3.2 s an epoch",
    )  # fmt: skip
    assert Totals().words() == ()
