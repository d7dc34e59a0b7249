"""The engine runs a hand-made plan: every step as NumPy does it, whatever the threads and the batches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from netloom.compiler.errors import PlanError
from netloom.runtime.engine import Engine, Segment
from netloom.runtime.objects import Library

from .toy import BOUND, WIDTH, data, engine, expected, training


@pytest.fixture(params=[1, 2])
def toy(request: pytest.FixtureRequest, library: Library) -> Iterator[Engine]:
    made = engine(library, request.param)
    yield made
    made.close()


def test_steps_are_what_numpy_makes_of_them(toy: Engine) -> None:
    segments = [training(5), training(1, batch=3, seed=1), training(4, seed=2)]
    outcome = toy.run(segments)
    weight, gradients = expected(segments)
    assert (outcome.status, outcome.steps_done, toy.clock) == ("done", 10, 10)
    np.testing.assert_allclose(toy.read("state/weight"), weight, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(outcome.published["loss"][:, 0], gradients.sum(1), rtol=1e-4, atol=1e-5)
    # the table lies with its axes exchanged, and comes out as the user knows it
    np.testing.assert_array_equal(outcome.published["table"], gradients[:, [0, 2, 4, 1, 3, 5]])
    assert [len(part["loss"]) for part in outcome.by_segment] == [5, 1, 4]


def test_threads_do_not_change_a_bit(library: Library) -> None:
    one, two = engine(library, 1), engine(library, 2)
    segments = [training(200), training(1, batch=5)]
    first, second = one.run(segments), two.run(segments)
    assert one.read("state/weight").tobytes() == two.read("state/weight").tobytes()
    for name, values in first.published.items():
        assert values.tobytes() == second.published[name].tobytes()


def test_runs_in_the_calling_thread_and_beside_it_take_turns(library: Library) -> None:
    """Others linger or sleep when the next begins, as it comes; the bits are those of one thread."""
    one, two = engine(library, 1), engine(library, 2)
    for number in range(60):
        segments = [training(1 + number % 3, seed=number)]
        one.run(segments)
        if number % 5 < 3:
            two.run(segments)
        else:
            two.start(segments)
            two.wait()
        assert one.read("state/weight").tobytes() == two.read("state/weight").tobytes()
    assert len(two._team._threads) == 2


@pytest.mark.parametrize("batch", range(1, BOUND + 1))
def test_any_batch_up_to_the_bound(toy: Engine, batch: int) -> None:
    segment = training(3, batch)
    toy.run([segment])
    np.testing.assert_allclose(toy.read("state/weight"), expected([segment])[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("batch", [0, BOUND + 1])
def test_no_other_batch(toy: Engine, batch: int) -> None:
    with pytest.raises(PlanError, match=f"a batch of {batch}: this plan takes 1 to {BOUND}"):
        toy.start([training(1, batch)])


@pytest.mark.parametrize("stop", [1, 4, 5, 7, 10])
def test_stops_exactly_at_the_step(toy: Engine, stop: int) -> None:
    segments = [training(5), training(5, seed=1)]
    # thread 0 sees the wish at the end of the step that reaches it, however early it was made
    hold_back(toy, segments, stop)
    outcome = toy.outcome()
    assert (outcome.status, outcome.steps_done, toy.clock) == ("stopped", stop, stop)
    assert len(outcome.published["loss"]) == stop
    rest = [cut(segments[0], min(stop, 5)), cut(segments[1], max(stop - 5, 0))]
    np.testing.assert_allclose(toy.read("state/weight"), expected(rest)[0], rtol=1e-5, atol=1e-6)


def test_a_stopped_run_goes_on_to_the_same_bits(library: Library) -> None:
    whole, parts = engine(library), engine(library)
    segment = training(9)
    whole.run([segment])
    hold_back(parts, [segment], 4)
    rest = Segment(segment.programs, BOUND, 5, segment.rows[4 * BOUND :], segment.knobs[4:])
    assert parts.run([rest]).status == "done"
    assert parts.clock == whole.clock
    assert parts.read("state/weight").tobytes() == whole.read("state/weight").tobytes()


def test_what_is_not_finite_stops_before_the_update(toy: Engine) -> None:
    columns = data()
    columns["x"][7, 3] = np.inf
    toy.attach(columns)
    segment = training(6)
    segment.rows[:] = 1
    segment.rows[3 * BOUND + 2] = 7
    outcome = toy.run([segment, training(2)])
    assert (outcome.status, outcome.steps_done, toy.clock) == ("not_finite", 3, 3)
    assert np.isfinite(outcome.published["loss"][:3]).all()
    assert np.isinf(outcome.published["loss"][3])
    assert len(outcome.published["loss"]) == 4
    np.testing.assert_allclose(toy.read("state/weight"), expected([cut(segment, 3)])[0], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("row", [-1, 50])
def test_a_row_outside_the_data_fails_and_changes_nothing(toy: Engine, row: int) -> None:
    segment = training(3)
    segment.rows[BOUND + 1] = row
    outcome = toy.run([segment])
    assert (outcome.status, outcome.steps_done, toy.clock) == ("failed", 1, 1)
    np.testing.assert_allclose(toy.read("state/weight"), expected([cut(segment, 1)])[0], rtol=1e-5, atol=1e-6)


def test_evaluation_leaves_the_clock_and_the_weights_alone(toy: Engine) -> None:
    toy.run([training(2)])
    before = toy.read("state/weight")
    outcome = toy.run([training(4, programs=("evaluate",))])
    assert (outcome.steps_done, toy.clock) == (4, 2)
    np.testing.assert_array_equal(toy.read("state/weight"), before)


def test_knobs_are_each_steps_own(toy: Engine) -> None:
    segment = training(3)
    segment.knobs[:, 1] = (0.0, 1.0, 0.0)
    toy.run([segment])
    _, gradients = expected([segment])
    np.testing.assert_allclose(toy.read("state/weight"), np.linspace(-1, 1, WIDTH) - gradients[1], rtol=1e-5)
    assert toy.read("knob/spare") == segment.knobs[2, 0]


def test_the_clock_can_be_set(toy: Engine) -> None:
    toy.clock = 41
    toy.run([training(1)])
    assert toy.clock == 42
    assert toy.read("clock") == 42


def test_data_lies_in_its_layout_with_zeros_at_the_pads(toy: Engine) -> None:
    np.testing.assert_array_equal(toy.read("column/x"), data()["x"])
    toy.attach(data(rows=9))
    assert toy.read("column/x").shape == (9, WIDTH)
    np.testing.assert_array_equal(toy.read("state/weight"), np.linspace(-1, 1, WIDTH, dtype=np.float32))


def test_data_that_does_not_fit_is_refused(toy: Engine) -> None:
    with pytest.raises(ValueError, match="the plan reads the column x, the data has y"):
        toy.attach({"y": data()["x"]})
    with pytest.raises(ValueError, match="column/x has shape"):
        toy.attach({"x": np.zeros((4, 3), np.float32)})


def test_a_small_program_runs_on_one_thread(library: Library) -> None:
    small, large = engine(library, 2, cost=3000.0), engine(library, 2, cost=100_000.0)
    assert threads_of(small) == 1
    assert threads_of(large) == 2


def test_what_takes_a_moment_begins_no_thread_of_its_own(library: Library) -> None:
    small = engine(library, 2, cost=3000.0)
    small.run([training(2)])
    assert not small._team._threads


def test_times_of_calls_are_measured_when_asked_for(toy: Engine) -> None:
    outcome = toy.run([training(50), training(3)], timed=True)
    assert {name: len(times) for name, times in outcome.nanoseconds.items()} == {"gradients": 2, "update": 1}
    assert all((times > 0).all() for times in outcome.nanoseconds.values())
    assert not toy.run([training(1)]).nanoseconds


def test_the_engine_is_left_alone_while_it_runs(library: Library) -> None:
    made = engine(library)
    long = training(20_000)
    made.start([long] * 500)  # seconds of work, so that it is still going when the next line looks
    with pytest.raises(AssertionError, match="wait for it first"):
        made.start([training(1)])
    made.close()
    assert made.steps_so_far < 500 * 20_000


def test_an_engine_that_is_forgotten_ends_its_threads(library: Library) -> None:
    made = engine(library, 2)
    made.start([training(2_000)] * 20)
    threads = list(made._team._threads.values())
    del made
    assert not any(thread.is_alive() for thread in threads)


def test_an_interrupt_ends_the_run_at_a_step(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    made = engine(library)
    waits = iter([KeyboardInterrupt()])

    def wait(timeout: float | None = None) -> bool:
        for trouble in waits:
            raise trouble
        return made._team.wait(timeout)

    monkeypatch.setattr(made, "wait", wait)
    with pytest.raises(KeyboardInterrupt):
        made.run([training(2_000)] * 20)
    assert made._team.idle
    assert made.clock == made.steps_so_far


def cut(segment: Segment, steps: int) -> Segment:
    return replace(segment, steps=steps, rows=segment.rows[: steps * segment.batch], knobs=segment.knobs[:steps])


def hold_back(toy: Engine, segments: list[Segment], stop: int) -> None:
    """Run with the wish to stop made before the team begins."""
    begin = toy._team.start

    def start(block: int, count: int) -> None:
        toy.stop_after(stop)
        begin(block, count)

    toy._team.start = start  # type: ignore[method-assign]
    toy.start(segments)
    toy.wait()
    toy._team.start = begin  # type: ignore[method-assign]


def threads_of(toy: Engine) -> int:
    toy.start([training(2)])
    toy.wait()
    return len(toy._team._threads)
