"""Which lane each tensor of a picture lies in, row after row: what the lanes of terminal and designer are drawn from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """The row of one box: the lane it takes, the lanes it reads from, those that end here, and whether it reads what
    lies in none."""

    own: int
    reading: tuple[int, ...]
    ending: frozenset[int]
    missed: bool

    @property
    def span(self) -> tuple[int, int]:
        """The lanes at both ends of the line across."""
        return min((self.own, *self.reading)), max((self.own, *self.reading))

    def corner(self, at: int) -> str:
        """The sign where the line across meets a lane that is read from."""
        (low, high), ends = self.span, at in self.ending
        if low < at < high:
            return "┴" if ends else "┼"
        if at == low:
            return "╰" if ends else "├"
        return "╯" if ends else "┤"


@dataclass(slots=True)
class Lanes:
    """The sources of the tensors that are still to be read, each in its lane; `readers` are the boxes that still read
    it. From lane `most` on none is kept."""

    readers: Mapping[str, set[str]]
    most: int | None = None
    sources: list[str | None] = field(default_factory=list)

    def enter(self, box: str, reads: Iterable[str]) -> Step:
        """Begin the row of a box: its lane is free, or comes free in this row; the others are as they were above."""
        asked = list(dict.fromkeys(reads))
        reading = tuple(self.sources.index(source) for source in asked if source in self.sources)
        for source in asked:
            self.readers[source].discard(box)
        ending = frozenset(at for at in reading if not self.readers[self.sources[at] or ""])
        own = min(ending) if ending else self._free(min(reading, default=-1))
        return Step(own, reading, ending, len(reading) < len(asked))

    def leave(self, box: str, step: Step) -> None:
        """End it: the lanes are then as they are below it."""
        for at in step.ending:
            self.sources[at] = None
        kept = self.readers.get(box) and (self.most is None or step.own < self.most)
        self.sources[step.own] = box if kept else None
        while self.sources and self.sources[-1] is None:
            self.sources.pop()

    def _free(self, right_of: int) -> int:
        for at in range(right_of + 1, len(self.sources)):
            if self.sources[at] is None:
                return at
        self.sources.append(None)
        return len(self.sources) - 1
