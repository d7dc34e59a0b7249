"""When to look inside a network: with every new checkpoint, but seldom enough to disturb nobody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ...dsl.diagnostics import NetloomError
from ...runtime.runs import RunFolder
from .look_inside import look_beside
from .observed import Inside

LEAST_SECONDS, SHARE = 10.0, 10.0
"""Between looks: at least so long, and so many times what a look takes."""


@dataclass(slots=True)
class Seeing:
    """What was seen last of one run. `trouble`: why nothing was."""

    inside: Inside = field(default_factory=Inside)
    trouble: str = ""
    looker: Callable[[Path], Inside] = look_beside
    _checkpoint: int = 0
    _next: float = 0.0
    _busy: bool = False

    def due(self, folder: Path, now: float) -> bool:
        """Whether there is a checkpoint that was not looked at, and the last look is long enough ago."""
        return not self._busy and now >= self._next and _changed(folder) not in (0, self._checkpoint)

    def see(self, folder: Path, clock: Callable[[], float]) -> None:
        """Look, which takes a while."""
        begun, self._busy, self._checkpoint = clock(), True, _changed(folder)
        try:
            self.inside, self.trouble = self.looker(folder), ""
        except NetloomError as trouble:
            self.trouble = str(trouble)
        finally:
            self._busy = False
            took = clock() - begun
            self._next = begun + took + max(LEAST_SECONDS, SHARE * took)


def _changed(folder: Path) -> int:
    try:
        return RunFolder(folder).last.stat().st_mtime_ns
    except OSError:
        return 0
