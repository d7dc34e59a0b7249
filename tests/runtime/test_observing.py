"""Looking inside a training: what is seen is true, and no bit of the training is another for it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.interpret import interpret
from netloom.runtime import checkpoints, looking, observing, start
from netloom.runtime.control import send
from netloom.runtime.events import Evaluated, Event, Observed, Paused, Stepped, Steps, Warned, from_json
from netloom.runtime.fold import MOST_LOOKS, fold
from netloom.runtime.launch import Launch, Request
from netloom.runtime.looking import unpacked
from netloom.runtime.observe import values_for
from netloom.runtime.observing import ALLOWANCE, SHARE, USUAL_SECONDS, WATCHED_SECONDS, WATCHED_SHARE, Pace
from netloom.runtime.wishes import Ask

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
SPEC = """
name: small
data: {source: digits, prepare: [scale], split: {validation: 0.1, test: 0.1}}
network:
  layers:
    - conv2d: {filters: 4, kernel: 3, padding: same}
      name: conv
    - batch_norm
    - relu
    - flatten
    - dropout: 0.25
    - dense: {units: 24, activation: tanh}
      name: hidden
    - dense: 10
      name: out
train:
  loss: cross_entropy
  optimizer: {adam: {learning_rate: {cosine: {start: 2e-3, end: 1e-4}}}}
  batch: 100
  epochs: 3
  stop: {patience: 2, restore: best}
"""
LOOKS: tuple[dict[str, Any], ...] = (
    {"what": "input", "part": "test", "row": 3},
    {"what": "activation", "layer": "hidden", "part": "validation", "row": 0},
    {"what": "weights", "layer": "conv"},
    {"what": "predictions", "part": "validation", "most": 5},
)


def launch(tmp_path: Path, name: str, *, observe: bool = True, text: str = SPEC) -> Launch:
    file = tmp_path / "small.yaml"
    file.write_text(text, encoding="utf-8")
    return Launch(Request(file, runs=tmp_path / name, threads=1, observe=observe))


class Always(Pace):
    """Looks whenever there is something new."""

    def due(self, elapsed: float, *, watched: bool, last: bool = False) -> bool:
        return True


def curious(made: Launch) -> Iterator[Event]:
    """The events of a training that is looked at wherever it can be, and asked for all there is to see."""
    assert made.observer is not None
    made.observer.pace = Always(0.0, made.observer.pace.ends)
    for event in made.events():
        if isinstance(event, Steps):
            made.training.wishes.asks.extend(Ask({"do": "look", **look}) for look in LOOKS)
            made.training.wishes.checkpoint = True
        yield event


def outcome(folder: Path) -> tuple[dict[str, bytes], list[Any], list[Any]]:
    """The weights, the loss of every step and the results of every epoch."""
    states, progress = checkpoints.read(folder / "checkpoints" / "last.safetensors")
    events = [from_json(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    return (
        {name: array.tobytes() for name, array in states.items()},
        sorted(progress.metrics.items()),
        [(e.epoch, e.part, e.metrics) for e in events if isinstance(e, Evaluated)],
    )


def test_looking_changes_no_bit(tmp_path: Path) -> None:
    plain = launch(tmp_path, "plain", observe=False)
    assert not any(isinstance(event, Observed) for event in plain.events())
    seen = launch(tmp_path, "seen")
    looks = [event for event in curious(seen) if isinstance(event, Observed)]
    assert len(looks) >= 3
    assert outcome(plain.folder.path) == outcome(seen.folder.path)


def test_what_is_seen_is_the_next_step(tmp_path: Path) -> None:
    made = launch(tmp_path, "runs")
    stream = curious(made)
    look = next(event for event in stream if isinstance(event, Observed))
    assert (look.step, look.rows) == (0, 32)
    training, engine = made.training, made.ready.engine
    rows = training.order.epoch(0)[:32]
    graph = start.differentiated(made.loaded)
    values = values_for(graph, engine, made.data.columns, rows, {"learning_rate": 0.002, "dropout1.rate": 0.25})
    gradient = interpret(graph, values, {"B": 32, "N": 32}, "float32")["gradient/hidden.weights"]
    told = look.layers["hidden"]
    assert told["gradient"]["rms"] == pytest.approx(float(np.sqrt(np.mean(gradient**2))), rel=2e-3)
    assert told["gradient"]["mean"] == pytest.approx(float(np.abs(gradient).mean()), rel=2e-3)
    assert sum(told["gradient"]["counts"]) == np.count_nonzero(gradient)
    assert 0 <= told["activation"]["saturated"] <= 1
    # the first step of adam moves each weight by the learning rate
    weights = engine.read("state/hidden.weights")
    moved = 0.002 * np.sqrt(np.mean(gradient != 0)) / np.sqrt(np.mean(weights**2))
    assert told["ratio"] == pytest.approx(moved, rel=0.01)
    assert set(look.layers) >= {"conv", "hidden", "out"}
    assert look.layers["relu1"]["activation"].keys() >= {"dead", "zero"}
    stream.close()  # type: ignore[attr-defined]


def test_a_look_is_recorded_and_read_again(tmp_path: Path) -> None:
    made = launch(tmp_path, "runs")
    events = list(curious(made))
    view = made.folder.view()
    given = [event for event in events if isinstance(event, Observed)]
    assert [look.step for look in view.looks] == [look.step for look in given]
    assert view.looks[-1].layers["hidden"]["weight"]["rms"] == given[-1].layers["hidden"]["weight"]["rms"]
    assert len(given[-1].to_json()) < 2500


def test_looks_are_thinned_and_keep_the_newest() -> None:
    looks = [Observed(step=i, rows=1, layers={}, seconds=0.1) for i in range(5 * MOST_LOOKS)]
    kept = fold(looks).looks
    assert len(kept) <= MOST_LOOKS
    assert [look.step for look in kept[-50:]] == list(range(5 * MOST_LOOKS - 50, 5 * MOST_LOOKS))
    assert kept[0].step < MOST_LOOKS


def test_numbers_that_are_not_finite_are_counted_and_recorded_as_json(tmp_path: Path) -> None:
    made = launch(tmp_path, "runs")
    weights = made.ready.engine.read("state/hidden.weights")
    weights[0, 0], weights[0, 1] = np.nan, np.inf
    made.ready.engine.write("state/hidden.weights", weights)
    look = next(event for event in curious(made) if isinstance(event, Observed))
    assert look.layers["hidden"]["weight"]["bad"] == 2
    told = json.loads(look.to_json(), parse_constant=pytest.fail)
    assert told["layers"]["out"]["gradient"]["bad"] > 0


@pytest.mark.parametrize(
    ("watched", "share", "gap"), [(False, SHARE, USUAL_SECONDS), (True, WATCHED_SHARE, WATCHED_SECONDS)]
)
def test_looks_take_a_small_share_of_the_time_and_not_at_once(watched: bool, share: float, gap: float) -> None:
    pace = Pace(expected=0.01)
    looks, now, cost = [], 0.0, 0.1
    for _ in range(60_000):
        now += 0.01
        if pace.due(now, watched=watched):
            looks.append(now)
            pace.took(now, cost)
    assert looks[0] <= 0.02
    assert pace.spent == pytest.approx((len(looks) - 1) * cost)
    assert len(looks) * cost <= ALLOWANCE + share * now + cost
    assert min(np.diff(looks)) >= gap - 1e-6


def test_when_a_look_may_be() -> None:
    usual = Pace(expected=0.0)
    usual.took(0.0, 0.0)
    assert not usual.due(USUAL_SECONDS / 2, watched=False)
    assert usual.due(USUAL_SECONDS, watched=False)
    assert usual.due(WATCHED_SECONDS, watched=True)
    assert not Pace(expected=60.0).due(100.0, watched=True)
    assert not Pace(expected=0.2).due(0.0, watched=True)
    assert Pace(expected=0.2, ends=0.5).due(0.0, watched=False, last=True)


def test_of_a_network_that_is_too_large_the_weights_alone_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "LONGEST_SECONDS", 0.0)
    made = launch(tmp_path, "runs")
    assert made.observer is not None
    made.observer.pace.ends = 0.0
    stream = curious(made)
    look = next(event for event in stream if isinstance(event, Observed))
    assert look.rows == 0
    assert set(look.layers["hidden"]) == {"weight"}
    stream.close()  # type: ignore[attr-defined]


def test_a_look_that_fails_ends_no_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> Any:
        raise MemoryError("no room")

    monkeypatch.setattr(observing, "interpret_all", fails)
    monkeypatch.setattr(looking, "interpret_all", fails)
    made = launch(tmp_path, "runs")
    ask = Ask({"do": "look", "what": "activation", "layer": "hidden"})
    made.training.wishes.asks.append(ask)
    events = list(made.events())
    assert [event.message for event in events if isinstance(event, Warned)] == [
        "gradients and activations are looked at no more (MemoryError: no room)"
    ]
    assert ask.wait(0) == {"ok": False, "error": "it cannot be seen: MemoryError: no room"}
    assert events[-1].status == "finished"  # type: ignore[attr-defined]


def test_looks_are_answered_between_stretches(tmp_path: Path) -> None:
    made = launch(tmp_path, "runs")
    asks = [Ask({"do": "look", **look}) for look in (*LOOKS, {"what": "activation", "layer": "hiden"},
            {"what": "input", "part": "none"}, {"what": "input", "row": 99999}, {"what": "dance"},
            {"what": "attention", "layer": "hidden"})]  # fmt: skip
    made.training.wishes.asks.extend(asks)
    stream = made.events()
    while made.training.wishes.asks:
        next(stream)
    shown, activation, weights, predictions, *wrong = [ask.wait(0) or {} for ask in asks]
    row = made.data.parts["test"][3]
    assert (unpacked(shown["columns"]["image"]) == made.data.columns["image"][row]).all()
    assert shown["truth"] == str(made.data.columns["label"][row])
    value = unpacked(activation["value"])
    assert value.shape == (24,)
    assert np.abs(value).max() <= 1
    assert (unpacked(weights["value"]).shape, weights["name"]) == ((4, 3, 3, 1), "conv.weights")
    confusion = np.array(predictions["confusion"])
    assert confusion.sum() == predictions["count"] == len(made.data.parts["validation"])
    assert predictions["right"] == pytest.approx(np.trace(confusion) / confusion.sum(), rel=1e-3)
    assert len(predictions["worst"]) == 5
    first = predictions["worst"][0]
    assert first["truth"] != first["taken"]
    given = [mistake["given"] for mistake in predictions["worst"]]
    assert given == sorted(given)
    assert [answer["ok"] for answer in wrong] == [False] * 5
    assert "hidden" in wrong[0]["error"]
    assert "there are train, validation, test" in wrong[1]["error"]
    stream.close()  # type: ignore[attr-defined]


def test_attention_is_the_softmax_of_a_layer(tmp_path: Path) -> None:
    made = launch(tmp_path, "runs", text=(EXAMPLES / "pictures" / "vision_transformer.yaml").read_text("utf-8"))
    ask = Ask({"do": "look", "what": "attention", "layer": "one", "part": "train", "row": 0})
    made.training.wishes.asks.append(ask)
    stream = made.events()
    while made.training.wishes.asks:
        next(stream)
    answer = ask.wait(0)
    assert answer is not None
    assert answer["ok"], answer
    (matrices,) = [unpacked(told) for told in answer["values"]]
    assert matrices.sum(-1) == pytest.approx(np.ones(matrices.shape[:-1]), rel=1e-5)
    stream.close()  # type: ignore[attr-defined]


def test_single_steps_are_taken_and_told(tmp_path: Path) -> None:
    straight = launch(tmp_path, "straight", observe=False)
    list(straight.events())
    made = launch(tmp_path, "runs")
    wishes = made.training.wishes
    wishes.paused = True
    stream = (event for event in made.events() if not isinstance(event, Observed))
    assert isinstance(next(event for event in stream if not _is_about_begin(event)), Paused)
    wishes.steps.extend((1, 2))
    events = [next(stream), next(stream)]
    assert [event.kind for event in events] == ["steps", "stepped"]
    assert isinstance(events[1], Stepped)
    assert (events[1].count, events[1].step, made.training.progress.step) == (3, 3, 3)
    wishes.steps.append(1)
    assert [next(stream).kind for _ in range(2)] == ["steps", "stepped"]
    wishes.paused = False
    assert next(stream).kind == "continued"
    list(stream)
    assert outcome(made.folder.path) == outcome(straight.folder.path)
    assert not made.folder.view().paused


def _is_about_begin(event: Event) -> bool:
    return event.kind in ("run_started", "warned")


def test_commands_over_the_socket_while_it_rests(tmp_path: Path) -> None:
    made = launch(tmp_path, "runs")
    folder, done = made.folder.path, list[str]()
    made.training.wishes.paused = True

    def steer() -> None:
        done.append(str(send(folder, {"do": "look", "what": "weights", "layer": "out"})["name"]))
        send(folder, {"do": "dropout", "on": False})
        send(folder, {"do": "watch", "seconds": 1e9})
        send(folder, {"do": "step", "count": 2})
        done.append(send(folder, {"do": "knob", "name": "learning_rate", "value": float("nan")})["error"])
        send(folder, {"do": "stop", "checkpoint": False})

    thread: threading.Thread | None = None
    events = []
    for event in made.events():
        events.append(event)
        if isinstance(event, Paused) and thread is None:
            thread = threading.Thread(target=steer)
            thread.start()
    assert thread is not None
    thread.join()
    assert done == ["out.weights", "`learning_rate` must be a number, not nan"]
    kinds = [event.kind for event in events]
    assert kinds[-1] == "run_ended"
    assert "checkpoint_saved" not in kinds
    assert made.folder.view().changes == ((0, "dropout1.rate", 0.0),)
    assert not made.folder.last.exists()
