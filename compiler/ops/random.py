"""Counter-based random numbers: the same element of the same example at the same step draws the same number,
on every machine, in any order, with any number of threads; the backward pass draws again instead of storing.

Source: Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3" (Philox 4x32-10).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..types import Shape, TensorType
from .op import labels, op

MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
KEY_STEPS = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox(counter: tuple[Any, Any, Any, Any], key: tuple[int, int]) -> tuple[Any, Any, Any, Any]:
    """Ten rounds of Philox 4x32: four 32-bit words (held in uint64 arrays) for each counter."""
    c0, c1, c2, c3 = (np.asarray(word, np.uint64) for word in counter)
    k0, k1 = np.uint64(key[0]), np.uint64(key[1])
    for _ in range(10):
        p0, p1 = MULTIPLIERS[0] * c0, MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ k0, p1 & LOW, (p0 >> HALF) ^ c3 ^ k1, p0 & LOW
        k0, k1 = (k0 + KEY_STEPS[0]) & LOW, (k1 + KEY_STEPS[1]) & LOW
    return c0, c1, c2, c3


@op(
    ", B -> ...",
    kind="movement",
    attrs={"key": ..., "shape": ...},
    draws=(labels((), (3,), dtypes=("int64", "int64"), key=12345678901, shape=(3, 70)),),
    because="a random draw does not depend on its counters smoothly",
    result="float32",
)
def uniform(clock: Any, rows: Any, *, key: int, shape: tuple[int, ...]) -> Any:
    """Uniform in [0, 1), one number for each element of each example.

    For element e of example `row` at step `clock`: counter (step low, row, 16 (e // 64) + e % 16, step high),
    word (e % 64) // 16, its upper 24 bits times 2^-24.  Source: Salmon et al. 2011.
    """
    elements = np.arange(int(np.prod(shape[1:], dtype=np.int64)), dtype=np.uint64)
    step, row = np.uint64(int(clock)), np.asarray(rows, np.int64).astype(np.uint64)[:, None]
    place = (elements // np.uint64(64)) * np.uint64(16) + elements % np.uint64(16)
    counter = np.broadcast_arrays(step & LOW, row & LOW, place[None, :], step >> HALF)
    words = np.stack(philox(tuple(counter), (key & 0xFFFFFFFF, key >> 32)))  # type: ignore[arg-type]
    which = ((elements % np.uint64(64)) // np.uint64(16)).astype(np.int64)
    chosen = np.take_along_axis(words, np.broadcast_to(which, words.shape[1:])[None], 0)[0]
    return ((chosen >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)).reshape(shape)


@uniform.shape
def _(_clock: TensorType, _rows: TensorType, *, key: int, shape: Shape) -> TensorType:
    return TensorType(shape, "float32")
