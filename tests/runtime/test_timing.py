"""Stamps as times, by a made-up clock."""

from __future__ import annotations

import numpy as np
import pytest

from netloom.runtime.binding import Tape
from netloom.runtime.stretch import Outcome
from netloom.runtime.timing import Timing, entry_heads, stamps_for, tick, timing

ALONE, SHARED = (1, 0), (0, 1)


def tape(*heads: tuple[int, int]) -> Tape:
    """Entries with these words for `alone` and `meet`, two offsets and a size each."""
    words = [word for alone, meet in heads for word in (99, alone, meet, 2, 1, 64, 128, 7)]
    return Tape(np.array(words, np.int64), len(heads), 0.0, 0.0, 0)


def timed(steps: list[list[list[int]]], *heads: tuple[int, int]) -> Timing:
    return timing("gradients", np.array(steps, np.int64), 1.0, tape(*heads))


def test_heads_of_entries_are_found_over_their_offsets_and_sizes() -> None:
    assert entry_heads(tape(ALONE, SHARED))[:, :5].tolist() == [[99, 1, 0, 2, 1], [99, 0, 1, 2, 1]]


def test_one_thread_is_never_kept_waiting() -> None:
    # began at 100; done with the first call at 130, with the second at 190
    found = timed([[[100, 130, 131, 190, 191]]], ALONE, SHARED)
    assert found.walls.tolist() == [[30, 60]]
    assert found.busy.tolist() == [[30, 59]]
    assert not found.meets.any()


def test_a_call_ends_when_the_last_thread_is_done() -> None:
    steps = [[[0, 50, 82, 100, 132], [0, 80, 81, 130, 131]]]
    found = timed(steps, SHARED, SHARED)
    assert found.walls.tolist() == [[80, 50]]
    assert found.busy.tolist() == [[65, 33.5]]


def test_a_thread_that_wakes_late_does_not_hide_the_next_call() -> None:
    # thread 0 sees the first meeting's end at 200, when thread 1 has done all of the second call
    found = timed([[[0, 40, 200, 201, 202], [0, 50, 51, 150, 203]]], SHARED, SHARED)
    assert found.walls.tolist() == [[50, 151]]


def test_counters_that_disagree_are_not_compared() -> None:
    # thread 1's counter is a million ahead: thread 0 leaves the meeting "before" thread 1 comes
    ahead = 1_000_000
    found = timed([[[0, 50, 82, 100, 132], [ahead, ahead + 80, ahead + 81, ahead + 130, ahead + 131]]], SHARED, SHARED)
    assert found.walls.tolist() == [[82, 50]]
    assert found.busy.tolist() == [[65, 33.5]]


def test_calls_of_one_thread_end_with_it() -> None:
    found = timed([[[0, 30, 31, 60, 95], [0, 1, 2, 3, 94]]], ALONE, SHARED)
    assert found.alone.tolist() == [True, False]
    assert found.walls.tolist() == [[30, 30]]


@pytest.mark.parametrize(("clocks", "length"), [([0, 0, 500, 1000], 0.5), ([7, 7, 7, 7], 1.0)])
def test_ticks_are_as_long_as_the_clock_says(clocks: list[int], length: float) -> None:
    assert tick(np.array(clocks, np.int64)) == length


def test_room_for_stamps_is_touched_before() -> None:
    room = stamps_for(3, 2, 5)
    assert room.shape == (3, 2, 11)
    assert (room == -1).all()


def test_an_outcome_without_times_has_none() -> None:
    assert Outcome(1, "done", {}).timings == ()
