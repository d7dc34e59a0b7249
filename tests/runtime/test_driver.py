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
        driver.KEEP,
    ]  # fmt: skip
    assert len({word // 8 for word in shared}) == len(shared)
    assert all(word % 8 == 0 for word in shared)
    assert max(shared) + 8 <= driver.TEAM_WORDS
    assert driver.PIECE_COUNT < driver.SEGMENT_WORDS


def test_the_driver_is_named_by_its_text() -> None:
    assert len(driver.FINGERPRINT) == 64
    assert all(f"def {name}(" in driver.TEXT for name in ("meet", "walk", "begin_step", "end_step", "driver"))
