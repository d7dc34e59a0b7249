"""netloom's inference when the batches come in stretches, as `netloom evaluate` and `predict` run it."""

from __future__ import annotations

from ..task import Task
from .netloom_peer import LIBRARY, load, start

__all__ = ["LIBRARY", "load", "manners", "start"]


def manners(_task: Task) -> tuple[str, ...]:
    return ("stretches",)
