"""How many rows each part gets: plain arithmetic, so that `check` knows the counts and opens no file."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from .diagnostics import NetloomError

PARTS = ("train", "validation", "test")


class SplitMistake(NetloomError):  # noqa: N818  a mistake of the user's, not a failure of ours
    """Shares that cannot be had of these rows; `part` is the one to blame, `suggestion` the way out."""

    def __init__(self, part: str, message: str, suggestion: str) -> None:
        super().__init__(message)
        self.part = part
        self.suggestion = suggestion


def part_counts(rows: int, shares: Mapping[str, float], own_test: int = 0) -> dict[str, int]:
    """Counts of `train`, `validation`, `test`, in that order; a part without rows is left out.

    `shares` holds `validation` and `test`, each a share (0 up to 1) of the whole; the rest trains, so without
    shares every row trains. `own_test` rows of a test part that the source brings are kept as the test part,
    and the share `validation` is then of the other `rows`; a given `test` joins them to the whole instead.
    A share is rounded to the nearest row, halves up. Raises SplitMistake.
    """
    for part, share in shares.items():
        _check_share(part, share)
    if own_test and "test" not in shares:
        return {**part_counts(rows, shares), "test": own_test}
    whole = rows + own_test
    counts = {part: _rounded(whole, shares.get(part, 0)) for part in PARTS[1:]}
    for part, share in shares.items():
        if share and not counts[part]:
            raise SplitMistake(
                part,
                f"{part}: {share} of {whole} rows is {_product(share, whole)} rows, which rounds to none",
                f"Give a larger share, or leave {part} out.",
            )
    train = whole - sum(counts.values())
    if shares and train < 1:
        raise SplitMistake(
            next(iter(shares)),
            f"nothing is left to train on: {whole} rows - "
            + " - ".join(f"{n} {part}" for part, n in counts.items() if n)
            + f" = {train}",
            "Give shares that add up to less than 1.",
        )
    return {part: n for part, n in {"train": train, **counts}.items() if n}


def _check_share(part: str, share: float) -> None:
    if part not in PARTS[1:]:
        raise SplitMistake(
            part, f"split has no part `{part}`", "Write shares for validation and test; the rest trains."
        )
    if not 0 <= share < 1:
        raise SplitMistake(
            part,
            f"{part}: {share} is not a share of the whole",
            "Write a number from 0 up to, but not including, 1: 0.2 is a fifth of the rows.",
        )


def _rounded(rows: int, share: float) -> int:
    return int(_exact(share) * rows + Fraction(1, 2))


def _exact(share: float) -> Fraction:
    # 0.29 as written, not the binary number below it: 0.29 of 50 rows is 14.5, and that rounds up
    return Fraction(Decimal(str(share)))


def _product(share: float, rows: int) -> float:
    return float(_exact(share) * rows)
