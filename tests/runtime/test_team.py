"""A Ctrl-C between two calls of the team: what was begun is done to its end, and the team can be used and closed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

import numpy as np
import pytest

from netloom.runtime.driver import ASLEEP, HAND_OVER, TOGETHER
from netloom.runtime.engine import Engine, Segment
from netloom.runtime.objects import Library
from netloom.runtime.team import Job

from .toy import engine, expected, training

SECONDS = 60.0
"""Long after anything that ends has ended."""
CALLS = {TOGETHER: "together", HAND_OVER: "hand over", 0: "own part"}
Pair = Callable[[], "tuple[Engine, Stopped]"]


class Stopped:
    """Stands before the driver and the queues of an engine's team. Each call that the calling thread makes and that is
    named in `at` is done, and then stopped by a Ctrl-C: as Python does, which looks for one behind a call."""

    def __init__(self, of: Engine) -> None:
        self.at: set[str] = set()
        self.stops: list[str] = []
        self._here = threading.get_ident()
        self._team, self._driver = of._team, of._team._driver
        self._team._driver = self._drive  # type: ignore[assignment]
        self._team._queues = [Queue(self) for _ in range(of._team.size)]  # type: ignore[misc]

    def after(self, what: str) -> None:
        if what in self.at and threading.get_ident() == self._here:
            self.stops.append(what)
            raise KeyboardInterrupt

    def _drive(self, block: int, thread: int) -> None:
        self._driver(block, thread)
        self.after(CALLS.get(thread, "another's part"))


class Queue:
    """A queue that is stopped when it has taken a job."""

    def __init__(self, stopped: Stopped) -> None:
        self._stopped, self._jobs = stopped, SimpleQueue[Job]()

    def put(self, job: Job) -> None:
        self._jobs.put(job)
        if job is not None:
            self._stopped.after("put")

    def get(self) -> Job:
        return self._jobs.get()


@pytest.fixture
def pair(library: Library) -> Iterator[Pair]:
    """Makes an engine of two threads, and what stops its calls; closing it must come to an end."""
    made: list[Engine] = []

    def make() -> tuple[Engine, Stopped]:
        made.append(engine(library, 2))
        return made[0], Stopped(made[0])

    yield make
    closing = threading.Thread(target=made[0].close, daemon=True)
    closing.start()
    closing.join(SECONDS)
    assert not closing.is_alive(), "close never ended"


def whole(of: Engine, segments: list[Segment]) -> None:
    """All that was asked for so far was done, once."""
    assert of.wait(SECONDS), "the team never came to an end"
    assert of._team.idle
    assert of.outcome().status == "done"
    assert of.clock == sum(segment.steps for segment in segments)
    np.testing.assert_allclose(of.read("state/weight"), expected(segments)[0], rtol=1e-5, atol=1e-6)


def asleep(of: Engine) -> None:
    """Wait until the second thread has stopped waiting for more work, and has to be woken."""
    while of._team._posts[1, 0] != ASLEEP:
        os.sched_yield()


def interrupted(act: Callable[[], object], stopped: Stopped, at: set[str]) -> list[str]:
    """Do something while calls are stopped; gives which were. Raised in another thread, a Ctrl-C is one all the same."""
    stopped.stops, stopped.at = [], at
    try:
        act()
    except KeyboardInterrupt:
        assert stopped.stops
    else:
        assert not stopped.stops, "a Ctrl-C was swallowed"
    finally:
        stopped.at = set()
    return stopped.stops


@pytest.mark.parametrize(
    "at", [{"together"}, {"put"}, {"own part"}, {"together", "put"}, {"together", "put", "own part"}], ids=sorted
)
def test_a_run_in_the_calling_thread_is_done_before_it_stops(pair: Pair, at: set[str]) -> None:
    toy, stopped = pair()
    done: list[Segment] = []
    for number in range(12):
        segment = training(1 + number % 3, seed=number)
        if number % 2:
            # the other thread waits for more work, or has just gone to sleep, as it comes
            interrupted(lambda: toy.run([segment]), stopped, at)  # noqa: B023  done at once
        else:
            asleep(toy)
            assert set(interrupted(lambda: toy.run([segment]), stopped, at)) == at  # noqa: B023
        done.append(segment)
        whole(toy, done)
    toy.run([segment := training(2, seed=99)])
    whole(toy, [*done, segment])


@pytest.mark.parametrize("at", [{"hand over"}, {"put"}, {"hand over", "put"}], ids=sorted)
def test_a_run_beside_is_begun_before_it_stops(pair: Pair, at: set[str]) -> None:
    toy, stopped = pair()
    done: list[Segment] = []
    for number in range(6):
        segment = training(50, seed=number)
        if number % 2:
            interrupted(lambda: toy.start([segment]), stopped, at)  # noqa: B023  done at once
        else:
            asleep(toy)
            assert set(interrupted(lambda: toy.start([segment]), stopped, at)) == at  # noqa: B023
        done.append(segment)
        whole(toy, done)


def test_a_thread_whose_start_was_not_noted_ends_with_the_others(pair: Pair) -> None:
    """And a team that was closed can be used again."""
    toy, _ = pair()
    segments = [training(50), training(50, seed=1)]
    toy.start(segments[:1])
    whole(toy, segments[:1])
    first = toy._team._threads.pop(0)
    toy.start(segments[1:])
    whole(toy, segments)
    again = toy._team._threads[0]
    toy._team.close()
    first.join(SECONDS)
    assert not first.is_alive()
    assert not again.is_alive()
    toy.start([training(50, seed=2)])
    whole(toy, [*segments, training(50, seed=2)])


def test_looking_whether_all_is_done_takes_no_lock(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    toy, _ = pair()
    monkeypatch.setattr(toy._team, "_here", Unlocked())
    assert toy.wait(0.0)


class Unlocked:
    """A lock that may be looked at, and not taken."""

    def locked(self) -> bool:
        return False
