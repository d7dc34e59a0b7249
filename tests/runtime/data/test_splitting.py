"""The rows of the parts: disjoint, exact in number, the same each time, fair to every class."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netloom.dsl.splits import SplitMistake, part_counts
from netloom.runtime.data.splitting import part_rows


@st.composite
def draws(draw: st.DrawFn) -> tuple[int, int, dict[str, float], int, np.ndarray | None]:
    rows = draw(st.integers(2, 300))
    own = draw(st.integers(0, 20))
    shares = draw(st.dictionaries(st.sampled_from(["validation", "test"]), st.floats(0, 0.6)))
    classes = draw(st.one_of(st.none(), st.integers(1, 12)))
    seed = draw(st.integers(-(2**63), 2**63))
    label = None
    if classes:
        label = np.random.default_rng(rows).integers(0, classes, rows + own)
    return rows, own, shares, seed, label


@settings(deadline=None)
@given(draws())
def test_parts_are_disjoint_exact_and_fair(
    drawn: tuple[int, int, dict[str, float], int, np.ndarray | None],
) -> None:
    rows, own, shares, seed, label = drawn
    try:
        counts = part_counts(rows, shares, own)
    except SplitMistake:
        return
    kept = 0 if "test" in shares else own
    parts = part_rows(counts, rows + own, kept, seed, label)
    assert {part: len(r) for part, r in parts.items()} == counts
    assert np.array_equal(np.sort(np.concatenate(list(parts.values()))), np.arange(rows + own))
    for part, chosen in parts.items():
        assert chosen.dtype == np.int64
        assert np.all(np.diff(chosen) > 0), part
    if kept:
        assert parts["test"].tolist() == list(range(rows, rows + own))
    again = part_rows(counts, rows + own, kept, seed, label)
    assert all(np.array_equal(parts[p], again[p]) for p in parts)
    if label is not None:
        _assert_fair(parts, label, rows + own - kept, drawn=[p for p in counts if not (p == "test" and kept)])


def _assert_fair(parts: dict[str, np.ndarray], label: np.ndarray, rows: int, drawn: list[str]) -> None:
    for number in np.unique(label[:rows]):
        share = (label[:rows] == number).mean()
        for part in drawn:
            got = (label[parts[part]] == number).sum()
            # one row of rounding for each draw before this one
            assert abs(got - share * len(parts[part])) < 2 + 1e-9


def test_another_seed_draws_other_rows() -> None:
    counts = {"train": 80, "test": 20}
    one, other = (part_rows(counts, 100, 0, seed, None)["test"] for seed in (1, 2))
    assert not np.array_equal(one, other)


def test_the_rows_of_a_seed_are_those_of_every_machine() -> None:
    rows = part_rows({"train": 12, "validation": 3, "test": 5}, 20, 0, 7, None)
    assert {part: r.tolist() for part, r in rows.items()} == {
        "train": [0, 5, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18],
        "validation": [2, 3, 19],
        "test": [1, 4, 6, 8, 16],
    }
