"""Did you mean …? The nearest of the words that would have been right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from .habits import HINTS, OTHERWISE, SYNONYMS

MOST, MOST_WORDS, MOST_PAIRS = 200, 1000, 6000
"""A longer word is no slip of the pen, and comparing costs its length squared; nor are more words looked at, or more pairs of letters."""
SLIPS = ((4, 1), (8, 2), (MOST, 3))
"""(up to this length, so many letters may be wrong)."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The word of `known` that was most likely meant, or None: other words for it, then slips of the pen.

    Of very many known words the first are looked at.
    """
    return None if len(word) > MOST else _nearest(word, tuple(islice(known, MOST_WORDS)))


@lru_cache(maxsize=500)
def _nearest(word: str, words: tuple[str, ...]) -> str | None:
    lowered = word.lower().replace("-", "_")
    if found := next((other for other in called(lowered) if other in words), None):
        return found
    by_bare = {bare(w): w for w in words}
    if bare(word) in by_bare:
        return by_bare[bare(word)]
    if not any(letter.isalpha() for letter in lowered[1:]):
        return None
    allowed = next(slips for length, slips in SLIPS if len(lowered) <= length)
    best, left, letters = (allowed + 1, 0), MOST_PAIRS, _letters(lowered)
    for n, other in enumerate(words):
        # a letter that only one of the two has is a slip, or half of one
        if abs(len(other) - len(lowered)) > allowed or len(letters ^ _letters(other)) > 2 * allowed:
            continue
        mine, its = _apart(lowered, other.lower())
        left -= len(mine) * len(its) + 8
        if left < 0 or best[0] <= 1:
            break
        best = min(best, (distance(mine, its, min(allowed, best[0] - 1)), n))
    return words[best[1]] if best[0] <= allowed and best[0] < len(lowered) - 1 else None


def called(word: str) -> tuple[str, ...]:
    """What a word of other libraries may be called here, the likeliest first."""
    lowered = word.lower().replace("-", "_")
    likeliest = SYNONYMS.get(lowered) or SYNONYMS.get(bare(word))
    return (*([likeliest] if likeliest else ()), *OTHERWISE.get(lowered, ()))


def _apart(one: str, other: str) -> tuple[str, str]:
    """Two words without the letters that both begin and both end with: as far from each other as they were."""
    least = min(len(one), len(other))
    start = next((n for n in range(least) if one[n] != other[n]), least)
    least -= start
    end = next((n for n in range(least) if one[-1 - n] != other[-1 - n]), least)
    return one[start : len(one) - end], other[start : len(other) - end]


@lru_cache(maxsize=4096)
def _letters(word: str) -> frozenset[str]:
    return frozenset(word.lower())


@lru_cache(maxsize=4096)
def bare(word: str) -> str:
    """A word without what is easily written otherwise: capitals, dashes, zeros before a number."""
    return re.sub(r"(?<=[a-z])0+(?=[0-9])", "", word.lower().replace("-", "").replace("_", ""))


def distance(one: str, other: str, most: int) -> int:
    """How many letters have to be put in, taken out, changed, or exchanged with a neighbour; above `most` just more.

    Source: Damerau 1964, in the form where no part is changed twice.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, row = list[int](), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row, older = row, [i], before
        for j, b in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        before = above
        if min(row) > most:
            return most + 1
    return row[-1]


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """`Did you mean `dense`?`, or None when nothing is near."""
    found = nearest(word, known)
    return f"Did you mean `{found}`?" if found else None


def hint(word: str) -> str | None:
    """How something is said here that has no such name; None for a word that nobody is known to bring along."""
    return HINTS.get(word.lower()) or HINTS.get(bare(word))


def listed(words: Iterable[str]) -> str:
    """The words in order, for a message: `a, b, c`."""
    return ", ".join(words)
