"""The table of a program at a batch size, and the predictions that go with it."""

from __future__ import annotations

import pytest

from netloom.compiler.errors import PlanError
from netloom.compiler.plan import Plan
from netloom.runtime.arena import Arena
from netloom.runtime.binding import ALONE_NS, MEETING_NS, Binder

from .toy import BOUND, DATA, PITCH, plan

ADDRESSES = (1000, 2000, 3000)


def binder(made: Plan, rows: int = 50) -> tuple[Binder, Arena]:
    arena = Arena(made.arena_bytes, {"x": made.buffers[DATA].bytes.at({"N": rows})})
    return Binder(made, ADDRESSES.__getitem__, arena.columns, rows, int(arena.bytes.size)), arena


@pytest.mark.parametrize("batch", [1, 3, BOUND])
def test_a_table_is_each_call_with_its_places_and_sizes(batch: int) -> None:
    bound, arena = binder(plan())
    tape = bound.bind("gradients", batch)
    # function, alone, meet, offsets, sizes, then the offsets and the sizes
    assert tape.table.tolist() == [
        *(1000, 0, 1, 3, 1, arena.columns["x"], 0, 384, batch),
        *(2000, 1, 0, 3, 1, 384, 576, 640, batch),
    ]
    assert tape.calls == 2


def test_what_is_bound_is_remembered() -> None:
    bound, _ = binder(plan())
    assert bound.bind("gradients", 3) is bound.bind("gradients", 3)
    assert bound.bind("gradients", 3) is not bound.bind("gradients", 4)


def test_costs_follow_the_batch_and_the_threads() -> None:
    bound, _ = binder(plan(cost=80_000.0))
    whole, part = bound.bind("gradients", BOUND), bound.bind("gradients", BOUND // 4)
    assert (whole.alone, whole.shared, whole.meetings) == (10.0, 80_000.0, 1)
    assert (part.alone, part.shared) == (2.5, 20_000.0)
    assert whole.cost(1) == 80_010.0
    assert whole.cost(2) == 40_010.0 + MEETING_NS


def test_calls_that_one_thread_runs_alone_need_no_meeting() -> None:
    bound, _ = binder(plan(cost=ALONE_NS / 2))
    tape = bound.bind("gradients", BOUND)
    assert (tape.meetings, tape.shared) == (0, 0.0)
    assert tape.cost(2) == tape.cost(1)


def test_a_call_alone_before_a_shared_one_is_waited_for() -> None:
    made = plan()
    first, second = made.programs["gradients"].calls
    turned = made.programs["gradients"].model_copy(update={"calls": (second, first, second, second)})
    programs = {**made.programs, "gradients": turned}
    tape = binder(made.model_copy(update={"programs": programs}))[0].bind("gradients", BOUND)
    flags = tape.table.reshape(4, 9)[:, 1:3].tolist()
    assert flags == [[1, 1], [0, 1], [1, 0], [1, 0]]


@pytest.mark.parametrize(("place", "offset"), [("state/weight", 832 - PITCH * 4 + 64), ("gradient", -64)])
def test_a_buffer_outside_the_arena_is_refused(place: str, offset: int) -> None:
    made = plan()
    moved = tuple(b.model_copy(update={"offset": offset}) if b.name == place else b for b in made.buffers)
    changed = made.model_copy(update={"buffers": moved})
    with pytest.raises(PlanError, match=place):
        Binder(changed, ADDRESSES.__getitem__, {}, 0, changed.arena_bytes)


def test_more_rows_than_the_arena_holds_are_refused() -> None:
    made = plan()
    arena = Arena(made.arena_bytes, {"x": made.buffers[DATA].bytes.at({"N": 5})})
    with pytest.raises(PlanError, match="column/x ends at"):
        Binder(made, ADDRESSES.__getitem__, arena.columns, 50, int(arena.bytes.size))
