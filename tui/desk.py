"""What lies on the desk: the file that is edited, what is known of it, and the run that is watched.

All screens share the one desk; it knows nothing of how any of it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..runtime.runs import RUNS

if TYPE_CHECKING:
    from .model.checking import Checked
    from .model.run_client import RunClient
    from .model.sketch import Sketch


@dataclass(slots=True)
class Desk:
    """The shared state of the program. `runs` is the folder of runs; `read_only`: nothing is edited, steered or
    written; `plain`: signs in place of lines and pictures, for screen readers; `timers`: False in tests, where
    nothing happens by itself."""

    sketch: Sketch | None = None
    checked: Checked | None = None
    runs: Path = RUNS
    run: RunClient | None = None
    read_only: bool = False
    plain: bool = False
    timers: bool = True

    @property
    def stale(self) -> bool:
        """Whether the text is newer than what is known of it."""
        return self.sketch is not None and (self.checked is None or self.checked.revision != self.sketch.revision)
