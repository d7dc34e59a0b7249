"""Which rows each part gets: shuffled by a seed, class by class, exact in size."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from .chance import SPLIT, shuffled

Rows = NDArray[np.int64]


def part_rows(counts: Mapping[str, int], rows: int, own_test: int, seed: int, label: Rows | None) -> dict[str, Rows]:
    """Rows of each part, rising; parts share no row, have exactly `counts` rows and together are all rows.

    With a `label` (one class number a row) each part gets its share of each class, to within two rows.
    `own_test` rows at the end are the test part as they are, and stay out of the draw.
    """
    drawn = dict(counts)
    parts: dict[str, Rows] = {}
    if own_test:
        parts["test"] = np.arange(rows - own_test, rows, dtype=np.int64)
        del drawn["test"]
    # in a random order, then taken from the front of each class: order within a part plays no role
    left = shuffled(seed, SPLIT, rows - own_test)
    for part in ("test", "validation"):
        if part in drawn:
            taken = _stratified(left, drawn[part], label)
            parts[part] = np.sort(left[taken])
            left = left[~taken]
    parts["train"] = np.sort(left)
    return {part: parts[part] for part in counts}


def _stratified(order: Rows, count: int, label: Rows | None) -> NDArray[np.bool_]:
    """Which `count` of the rows in `order` to take: the first ones, or the first ones of each class."""
    taken = np.zeros(len(order), np.bool_)
    if label is None:
        taken[:count] = True
        return taken
    of_row = label[order]
    _, sizes = np.unique(of_row, return_counts=True)
    by_class = np.argsort(of_row, kind="stable")
    place_in_class = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    taken[by_class[place_in_class < np.repeat(_quotas(sizes, count), sizes)]] = True
    return taken


def _quotas(sizes: Rows, count: int) -> Rows:
    """Whole numbers that add up to `count`, each within one of its share; greatest remainders round up."""
    total = int(sizes.sum())
    quotas, remainders = np.divmod(sizes * count, total)
    missing = count - int(quotas.sum())
    most = np.argsort(-remainders, kind="stable")[:missing]
    quotas[most] += 1
    return quotas
