"""The driver on its own: threads that meet more often than they work, on as few cores as there may be."""

from __future__ import annotations

import os
from dataclasses import replace

import numpy as np
import pytest

from netloom.runtime import driver
from netloom.runtime.objects import Library
from netloom.runtime.stretch import Outcome
from netloom.runtime.target import host

from .toy import engine, training


def ran(library: Library, threads: int, steps: int = 300) -> tuple[bytes, Outcome]:
    made = engine(library, threads, target=replace(host(), cores=threads))
    outcome = made.run([training(steps), training(1, 3), training(2, seed=2, programs=("evaluate",))])
    assert len(made._team._threads) == threads
    return made.read("state/weight").tobytes(), outcome


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_more_threads_than_cores_come_to_the_same_bits(library: Library, threads: int) -> None:
    weight, outcome = ran(library, 1)
    others, other = ran(library, threads)
    assert weight == others
    assert (outcome.steps_done, outcome.status) == (other.steps_done, other.status) == (303, "done")
    np.testing.assert_array_equal(outcome.published["loss"], other.published["loss"])


@pytest.mark.parametrize("threads", [1, 2])
def test_timed_steps_come_to_the_same_bits(library: Library, threads: int) -> None:
    made = [engine(library, threads, target=replace(host(), cores=threads)) for _ in range(2)]
    segments = [training(40), training(3, 5)]
    plain, timed = (one.run(segments, timed=one is made[1]) for one in made)
    assert made[0].read("state/weight").tobytes() == made[1].read("state/weight").tobytes()
    np.testing.assert_array_equal(plain.published["loss"], timed.published["loss"])
    assert plain.timings == ()
    assert [(t.program, t.walls.shape, t.worked.shape) for t in timed.timings] == [
        ("gradients", (40, 2), (40, threads, 2)), ("update", (40, 1), (40, threads, 1)),
        ("gradients", (3, 2), (3, threads, 2)), ("update", (3, 1), (3, threads, 1)),
    ]  # fmt: skip
    assert all((t.walls >= 0).all() and (t.worked >= 0).all() for t in timed.timings)


def test_steps_that_were_not_done_have_no_times(library: Library) -> None:
    made = engine(library)
    made.start([training(1000), training(7)], timed=True)
    made.stop_after(1)
    assert made.wait(60)
    outcome = made.outcome()
    done = [len(t.began) for t in outcome.timings if t.program == "gradients"]
    assert sum(done) == outcome.steps_done


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system cannot hold threads on a core")
def test_threads_on_one_core_do_not_wait_for_each_other_for_ever(library: Library) -> None:
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        weight, _ = ran(library, 2)
    finally:
        os.sched_setaffinity(0, cores)
    assert weight == ran(library, 1)[0]


def test_words_that_threads_share_have_cache_lines_of_their_own() -> None:
    shared = [
        driver.STATUS, driver.STEPS_DONE, driver.STOP_AFTER, driver.ARRIVED, driver.GENERATION, driver.GO,
        driver.KEEP, driver.LEFT,
    ]  # fmt: skip
    assert len({word // 8 for word in shared}) == len(shared)
    assert all(word % 8 == 0 for word in shared)
    assert max(shared) + 8 <= driver.TEAM_WORDS
    assert driver.PIECE_COUNT < driver.SEGMENT_WORDS


def test_the_driver_is_named_by_its_text() -> None:
    assert len(driver.FINGERPRINT) == 64
    assert all(f"def {name}(" in driver.TEXT for name in ("meet", "walk", "begin_step", "end_step", "linger", "driver"))


@pytest.mark.parametrize("threads", [2, 3])
def test_a_thread_that_lingers_and_one_that_sleeps_take_the_same_work(library: Library, threads: int) -> None:
    """Runs that follow at once find the threads lingering, those after a rest find them asleep, as the queues tell."""
    alone, team = (engine(library, n, target=replace(host(), cores=n)) for n in (1, threads))
    posts = team._team._posts
    woken = []
    for round_ in range(40):
        if round_ % 4 == 3:
            while (posts[1:, 0] != driver.ASLEEP).any():
                pass
        for one in (alone, team):
            one.run([training(2, seed=round_)])
        woken.append(int((posts[1:, 1] == 0).sum()))
    assert alone.read("state/weight").tobytes() == team.read("state/weight").tobytes()
    assert woken[0] == threads - 1
    assert [woken[i] for i in range(3, 40, 4)] == [threads - 1] * 10
