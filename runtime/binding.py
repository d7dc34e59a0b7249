"""A program made ready for one batch size: the flat table the driver walks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..compiler.errors import PlanError
from ..compiler.plan import Call, Plan
from .arena import Arena
from .compiling import symbol
from .objects import Library
from .target import Target


@dataclass(frozen=True, slots=True)
class Tape:
    """`calls` entries of `[function, offsets, sizes, offset…, size…]`, one after another."""

    table: npt.NDArray[np.int64]
    calls: int


class Binder:
    """Binds the programs of one plan to one arena; remembers what it has bound."""

    def __init__(self, plan: Plan, arena: Arena, library: Library, target: Target, rows: int) -> None:
        self._plan, self._arena, self._library, self._target = plan, arena, library, target
        self._rows = rows
        self._known: dict[tuple[str, int], Tape] = {}
        columns = {column.buffer: column.name for column in plan.columns}
        self._offsets = [
            arena.column_offsets.get(columns[i], 0) if i in columns else buffer.offset
            for i, buffer in enumerate(plan.buffers)
        ]
        self._ends = [
            offset + (0 if i in columns else plan.buffers[i].bytes.at({**plan.sizes, "N": rows}))
            for i, offset in enumerate(self._offsets)
        ]

    def bind(self, program: str, batch: int) -> Tape:
        """The tape of `program` for `batch` examples, 1 to the plan's bound."""
        if not 1 <= batch <= self._plan.sizes["B"]:
            raise PlanError(f"a batch of {batch}: this plan takes 1 to {self._plan.sizes['B']}")
        if (program, batch) not in self._known:
            calls = self._plan.programs[program].calls
            words = [word for call in calls for word in self._entry(call, {"B": batch, "N": self._rows})]
            self._known[program, batch] = Tape(np.array(words, np.int64), len(calls))
        return self._known[program, batch]

    def _entry(self, call: Call, sizes: dict[str, int]) -> list[int]:
        kernel = self._plan.kernels[call.kernel]
        for operand in call.operands:
            if self._ends[operand] > self._arena.bytes.size:
                raise PlanError(f"{kernel.name}: {self._plan.buffers[operand].name} ends behind the arena")
        return [
            self._library.address(symbol(kernel.hash, self._target)),
            len(call.operands),
            len(call.sizes),
            *(self._offsets[operand] for operand in call.operands),
            *(extent.at({**self._plan.sizes, **sizes}) for extent in call.sizes),
        ]
