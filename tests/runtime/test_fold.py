"""A run after its events: all at once as one by one, and as an older reader sees it."""

from __future__ import annotations

from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from netloom.runtime.events import (
    CheckpointSaved,
    Continued,
    Evaluated,
    Event,
    KnobChanged,
    Mapped,
    Observed,
    Paused,
    Resumed,
    RunEnded,
    RunFailed,
    Stepped,
    Steps,
    Warned,
    from_json,
)
from netloom.runtime.fold import View, after, fold

COUNTS = st.integers(0, 50)
NUMBERS = st.floats(0, 10)
EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        Steps, step=COUNTS, first=COUNTS, stride=st.integers(1, 3), epoch=st.integers(1, 5),
        series=st.fixed_dictionaries({"loss": st.tuples(NUMBERS, NUMBERS)}),
        knobs=st.fixed_dictionaries({"rate": NUMBERS}), examples_per_s=NUMBERS, seconds=NUMBERS,
        input_share=st.none() | NUMBERS,
    ),
    st.builds(
        Evaluated, step=COUNTS, epoch=st.integers(1, 5), part=st.sampled_from(["train", "validation"]),
        metrics=st.fixed_dictionaries({"loss": NUMBERS}), best=st.booleans(),
    ),
    st.builds(KnobChanged, step=COUNTS, knob=st.just("rate"), value=st.none() | NUMBERS),
    st.builds(Paused, step=COUNTS),
    st.builds(Continued, step=COUNTS),
    st.builds(Stepped, step=COUNTS, count=COUNTS),
    st.builds(Observed, step=COUNTS, rows=COUNTS, layers=st.just({"a": {"ratio": 0.5}}), seconds=NUMBERS),
    st.builds(Mapped, step=COUNTS, axes=st.just((("x", -1.0, 1.0),)), counts=st.just((4,)), values=st.just("AA=="),
              points=st.sampled_from(["", "BB=="])),
    st.builds(CheckpointSaved, step=COUNTS, file=st.just("last"), seconds=NUMBERS),
    st.builds(Resumed, step=COUNTS, epoch=st.integers(0, 5)),
    st.builds(Warned, step=COUNTS, message=st.just("late")),
    st.builds(RunFailed, step=COUNTS, message=st.just("NaN")),
    st.builds(RunEnded, step=COUNTS, status=st.just("stopped"), epochs=COUNTS, seconds=NUMBERS, metrics=st.just({})),
)  # fmt: skip


@given(st.lists(EVENTS, max_size=30), st.integers(0, 30))
def test_all_at_once_is_as_one_by_one(events: list[Event], cut: int) -> None:
    one_by_one = reduce(after, events, View())
    assert fold(events) == one_by_one
    assert fold(events[cut:], fold(events[:cut])) == one_by_one


@given(EVENTS)
def test_an_event_is_read_as_it_was_written(event: Event) -> None:
    assert from_json(event.to_json()) == event


def test_records_of_before_are_read() -> None:
    old = (
        '{"v": 1, "kind": "steps", "step": 4, "first": 0, "stride": 2, "epoch": 1, "series": {"loss": [2.0, null]}, '
        '"knobs": {"rate": 0.1}, "examples_per_s": 10.0}'
    )
    event = from_json(old)
    assert isinstance(event, Steps)
    assert event.seconds == 0.0
    assert event.input_share is None
    view = fold([event])
    assert (view.step, view.paused, view.looks, view.changes, view.maps) == (4, False, (), (), ())


def test_kinds_that_are_not_known_are_passed_over() -> None:
    assert from_json('{"v": 1, "kind": "of_tomorrow", "step": 3}') is None
    assert from_json('{"v": 9, "kind": "paused", "step": 3}') is None


def test_resting_is_seen_until_it_goes_on_or_ends() -> None:
    view = fold([Paused(step=3), Stepped(step=4, count=1)])
    assert (view.paused, view.step) == (True, 3)
    assert not fold([Continued(step=4)], view).paused
    ended = RunEnded(step=4, status="stopped", epochs=0, seconds=1.0, metrics={})
    assert not fold([ended], view).paused
