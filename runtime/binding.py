"""A program made ready for one batch size: the flat table the driver walks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..compiler.errors import PlanError
from ..compiler.plan import Call, Extent, Plan
from .driver import ENTRY_WORDS

MEETING_NS = 1000.0
"""A meeting of all threads: 250 ns on a quiet machine, more beside busy neighbours."""

ALONE_NS = 2 * MEETING_NS
"""Below this cost thread 0 runs a call by itself: half of it saved is less than what a meeting takes."""

Words = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tape:
    """The entries of `calls` calls, and their predicted nanoseconds: of those that one thread runs by itself,
    of those shared by all, and how often threads meet."""

    table: Words
    calls: int
    alone: float
    shared: float
    meetings: int

    def cost(self, threads: int) -> float:
        """Predicted nanoseconds with so many threads."""
        return self.alone + self.shared / threads + (self.meetings * MEETING_NS if threads > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class _Template:
    """A table before its sizes are known: each word is `factor` times each named size to its `powers`."""

    factors: Words
    powers: dict[str, Words]
    starts: Words
    costs: npt.NDArray[np.float64]
    grows: npt.NDArray[np.bool_]
    """Whether a call's cost grows with the batch."""


class Binder:
    """Binds the programs of one plan to one arena and data of `rows` rows; remembers what it has bound."""

    def __init__(
        self, plan: Plan, address: Callable[[int], int], columns: Mapping[str, int], rows: int, arena_bytes: int
    ) -> None:
        """`address`: where a kernel of the plan lies, asked of those that a program calls; `columns`: the offset of
        each data column, empty while there is no data. Raises `PlanError` for a buffer that does not lie in the arena.
        """
        self._plan, self._address, self._rows = plan, address, rows
        names = {column.buffer: column.name for column in plan.columns}
        self._offsets = [
            columns.get(names[i], 0) if i in names else buffer.offset for i, buffer in enumerate(plan.buffers)
        ]
        for offset, buffer in zip(self._offsets, plan.buffers, strict=True):
            end = offset + buffer.bytes.at({**plan.sizes, "N": rows})
            if offset < 0 or end > arena_bytes:
                raise PlanError(f"{buffer.name} ends at {end}, the arena at {arena_bytes}")
        self._templates: dict[str, _Template] = {}
        self._tapes: dict[tuple[str, int], Tape] = {}

    def bind(self, program: str, batch: int) -> Tape:
        """The tape of `program` for `batch` examples, 1 to the plan's bound."""
        if not 1 <= batch <= self._plan.sizes["B"]:
            raise PlanError(f"a batch of {batch}: this plan takes 1 to {self._plan.sizes['B']}")
        if (program, batch) not in self._tapes:
            if program not in self._templates:
                self._templates[program] = self._template(program)
            self._tapes[program, batch] = self._bound(self._templates[program], batch)
        return self._tapes[program, batch]

    def _bound(self, template: _Template, batch: int) -> Tape:
        sizes = {**self._plan.sizes, "B": batch, "N": self._rows}
        table = template.factors.copy()
        for name, powers in template.powers.items():
            table *= sizes[name] ** powers
        costs = np.where(template.grows, template.costs * (batch / self._plan.sizes["B"]), template.costs)
        alone = costs < ALONE_NS
        # thread 0 goes on by itself from one call of its own to the next, and to what follows the last
        meet = ~(alone & np.append(alone[1:], True))
        table[template.starts + 1], table[template.starts + 2] = alone, meet
        return Tape(table, len(costs), float(costs[alone].sum()), float(costs[~alone].sum()), int(meet.sum()))

    def _template(self, program: str) -> _Template:
        calls = self._plan.programs[program].calls
        words = [word for call in calls for word in self._entry(call)]
        lengths = [ENTRY_WORDS + len(call.operands) + len(call.sizes) for call in calls]
        names = sorted({name for word in words for name in word.names})
        return _Template(
            np.array([word.factor for word in words], np.int64),
            {name: np.array([word.names.count(name) for word in words], np.int64) for name in names},
            np.cumsum([0, *lengths], dtype=np.int64)[:-1],
            np.array([call.cost for call in calls], np.float64),
            np.array([any("B" in extent.names for extent in call.sizes) for call in calls], np.bool_),
        )

    def _entry(self, call: Call) -> list[Extent]:
        head = (self._address(call.kernel), 0, 0, len(call.operands), len(call.sizes))
        fixed = (*head, *(self._offsets[operand] for operand in call.operands))
        return [*(Extent(factor=word) for word in fixed), *call.sizes]
