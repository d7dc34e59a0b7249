"""The program `predict` over many rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from .engine import Engine, Segment
from .order import Rows


def in_batches(bound: int, rows: Rows, knobs: Any, program: str) -> list[Segment]:
    """The segments that run a program once over the rows, in batches of at most `bound`."""
    whole, rest = divmod(len(rows), bound)
    parts = [(bound, whole, rows[: whole * bound])] if whole else []
    parts += [(rest, 1, rows[whole * bound :])] if rest else []
    return [Segment((program,), batch, steps, part, np.tile(knobs, (steps, 1))) for batch, steps, part in parts]


def run_batches(engine: Engine, rows: Rows, knobs: Any) -> dict[str, Any]:
    """Every output by its name, a row an example; each is read back before the next batch."""
    plan = engine.plan
    found: dict[str, list[Any]] = {output.name: [] for output in plan.outputs}
    bound = plan.sizes["B"]
    for first in range(0, len(rows), bound):
        some = rows[first : first + bound]
        engine.run(in_batches(bound, some, knobs, "predict"))
        for output in plan.outputs:
            found[output.name].append(engine.read(plan.buffers[output.buffer].name, len(some)))
    return {name: np.concatenate(parts) for name, parts in found.items()}
