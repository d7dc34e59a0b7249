"""Did you mean …? The nearest of the words that would have been right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from .habits import HINTS, SYNONYMS

MOST, MOST_WORDS = 200, 1000
"""A longer word is no slip of the pen, and comparing costs its length squared; nor are more words looked at."""
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
    if (other := SYNONYMS.get(lowered)) in words:
        return other
    by_bare = {bare(w): w for w in words}
    if bare(word) in by_bare:
        return by_bare[bare(word)]
    if not any(letter.isalpha() for letter in lowered[1:]):
        return None
    allowed = next(slips for length, slips in SLIPS if len(lowered) <= length)
    letters = set(lowered)
    like = ((n, w.lower()) for n, w in enumerate(words))
    # every letter that only one of the two has is wrong, and one slip makes two such at most
    near = ((distance(lowered, w, allowed), n) for n, w in like if len(letters.symmetric_difference(w)) <= 2 * allowed)
    best = min(near, default=(allowed + 1, 0))
    return words[best[1]] if best[0] <= allowed and best[0] < len(lowered) - 1 else None


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
    return HINTS.get(word.lower())


def listed(words: Iterable[str]) -> str:
    """The words in order, for a message: `a, b, c`."""
    return ", ".join(words)
