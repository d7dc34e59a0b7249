"""How large the register blocks of convolutions are: as many sums as the registers hold, as few as are wasted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

REGISTERS = {16: 28, 8: 12, 4: 12}
"""Sums held at once, by lanes: what is left of 32 or 16 vector registers beside the operands."""
WORTH_SHARING = 500_000
"""Multiply-adds of one picture from which it is cut into bands, so that threads can share it."""
LARGEST_HOLD = 1 << 16
"""Numbers a thread may hold of one operand at once (a quarter of a megabyte: the second-level cache)."""
CALL, TURN, STORED = 12.0, 1.0, 1.0
"""Cycles a block costs beside its multiply-adds: to begin, a turn of its inner loop, a vector stored."""


@dataclass(frozen=True, slots=True)
class Patch:
    """A block of `down` x `across` places by `vectors` of channels."""

    down: int
    across: int
    vectors: int


def step_cycles(rows: int, vectors: int) -> float:
    """Cycles of one step of a block: two multiply-adds a cycle, two loads a cycle; fewer than 8 sums wait."""
    return max(rows * vectors / 2, (rows + vectors) / 2, 4.0) + TURN / 2


@lru_cache(maxsize=1024)
def patch_of(down: int, across: int, vectors: int, steps: int, lanes: int) -> Patch:
    """The patch that covers `down` x `across` places and `vectors` of channels at the least cost.

    Patches at the edge are moved inwards until they fit, so what they share with others is done twice.
    """
    best, least = Patch(1, 1, 1), float("inf")
    for wide in range(1, min(vectors, 4) + 1):
        for low in range(1, min(down, 8) + 1):
            for long in range(1, min(across, 32) + 1):
                if low * long * wide > REGISTERS[lanes]:
                    break
                count = -(-down // low) * -(-across // long)
                cost = sum(
                    count * (steps * step_cycles(low * long, width) + CALL + STORED * low * long * width)
                    for width in _widths(vectors, wide)
                )
                if cost < least:
                    best, least = Patch(low, long, wide), cost
    return best


def _widths(vectors: int, wide: int) -> list[int]:
    return [wide] * (vectors // wide) + [vectors % wide] * (vectors % wide > 0)


@lru_cache(maxsize=1024)
def shares_of(run: int, runs: int, vectors: int, steps: int, lanes: int) -> tuple[tuple[int, ...], int]:
    """Rows of weights in blocks: the places where blocks begin and end, and the vectors of channels of each.

    There are `runs` runs of `run` rows. Blocks begin anew at each run or hold whole runs, so that few kinds of block
    are needed; two threads share them.
    """
    best: tuple[tuple[int, ...], int] = ((0, 1), 1)
    least = float("inf")
    for wide in range(1, min(vectors, 4) + 1):
        most = REGISTERS[lanes] // wide
        cuts = [_even(run, parts) for parts in range(1, run + 1) if -(-run // parts) <= most]
        choices = [(*(start + r * run for r in range(runs) for start in cut[:-1]), runs * run) for cut in cuts[:6]]
        choices += [
            tuple(r * run for r in _even(runs, parts))
            for parts in range(1, runs + 1)
            if -(-runs // parts) * run <= most
        ]
        for ends in choices:
            cost = [
                steps * step_cycles(stop - start, width) + 2 * STORED * (stop - start) * width + CALL
                for width in _widths(vectors, wide)
                for start, stop in pairwise(ends)
            ]
            whole = max(*cost, sum(cost) / 2 + max(cost) * (len(cost) % 2) / 2)
            if whole < least:
                best, least = (ends, wide), whole
    return best


def _even(count: int, parts: int) -> tuple[int, ...]:
    return tuple(count * i // parts for i in range(parts + 1))
