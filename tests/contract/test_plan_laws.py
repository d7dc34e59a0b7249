"""The laws of the plan, over all examples: pads hold zeros, what was in the arena before does not matter, any batch,
any number of threads, the same bits; looking changes nothing; no call leaves its footprint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from netloom.compiler.interpret import interpret_all
from netloom.compiler.plan import Plan
from netloom.compiler.plan_check import read_plan
from netloom.runtime import binding, engine, start
from netloom.runtime.data.standin import random_like
from netloom.runtime.engine import Engine, Segment
from netloom.runtime.live import Clockwork, knob_table
from netloom.runtime.observe import values_for

from ..examples.gallery import EXAMPLES, NAMES

LOADED = {name: start.load(path) for name, path in zip(NAMES, EXAMPLES, strict=True)}
CHAOTIC = {"pictures/resnet20_mnist"}
"""So deep that rounding turns relus over: compared step by step with PyTorch in `tests/oracle`."""
TRAINED = [name for name, loaded in LOADED.items() if loaded.experiment.trains and name not in CHAOTIC]
READY: dict[tuple[str, int], start.Ready] = {}


def ready(name: str, threads: int = 1) -> tuple[start.Ready, Any, start.Loaded]:
    loaded = LOADED[name]
    key = (name, threads)
    if key not in READY:
        READY[key] = start.make_ready(start.compile_loaded(loaded), threads)
    made = READY[key]
    data = random_like(loaded.schema, {"train": 2 * loaded.experiment.batch + 3})
    made.engine.attach(data.columns)
    reset(made, data, loaded)
    return made, data, loaded


def reset(made: start.Ready, data: Any, loaded: start.Loaded) -> None:
    start.fresh_states(made, data, loaded.experiment.seed)
    made.engine.clock = 0


def segments(plan: Plan, batches: list[int], steps: int = 2) -> list[Segment]:
    knobs = knob_table([k.live for k in plan.knobs], 0, 1, Clockwork(5, 50))
    found = []
    for batch in batches:
        rows = np.arange(steps * batch, dtype=np.int64) % (2 * batch)
        found.append(Segment(("gradients", "update"), batch, steps, rows, np.tile(knobs, (steps, 1))))
    return found


def states(engine: Engine) -> dict[str, bytes]:
    return {s.name: engine.read(f"state/{s.name}").tobytes() for s in engine.plan.states}


def kinds_of_bytes(plan: Plan, spaces: tuple[str, ...]) -> list[Any]:
    return [b for b in plan.buffers if b.space in spaces]


@pytest.mark.parametrize("name", TRAINED)
def test_what_lay_in_the_arena_changes_no_bit(name: str) -> None:
    made, data, loaded = ready(name)
    bound = loaded.experiment.batch
    work = segments(made.plan, sorted({bound, max(1, bound - 1), 1}))
    assert made.engine.run(work).status == "done"
    clean = states(made.engine)
    reset(made, data, loaded)
    for buffer in kinds_of_bytes(made.plan, ("scratch", "published")):
        stop = buffer.offset + buffer.bytes.at(dict(made.plan.sizes))
        made.engine._arena.bytes[buffer.offset : stop] = 0xFF  # NaN in every float
    assert made.engine.run(work).status == "done"
    assert states(made.engine) == clean


@pytest.mark.parametrize("name", TRAINED)
def test_pads_hold_zeros_after_the_last_call(name: str) -> None:
    made, _, loaded = ready(name)
    made.engine.run(segments(made.plan, [loaded.experiment.batch]))
    sizes = {**made.plan.sizes, "N": 1}
    live: dict[int, Any] = {}
    for program in ("gradients", "update"):
        for call in made.plan.programs[program].calls:
            for position in call.writes:
                buffer = made.plan.buffers[call.operands[position]]
                overlapping = [o for o, b in live.items() if _overlap(b, buffer, sizes)]
                for other in overlapping:
                    live.pop(other)
                live[call.operands[position]] = buffer
    assert live
    for buffer in live.values():
        columns = 1
        for axis in buffer.order[buffer.split :]:
            columns *= buffer.shape[axis].at(sizes)
        assert not made.engine._arena.matrix(buffer, sizes)[:, columns:].any(), buffer.name


def _overlap(a: Any, b: Any, sizes: dict[str, int]) -> bool:
    return a.offset < b.offset + b.bytes.at(sizes) and b.offset < a.offset + a.bytes.at(sizes)


@pytest.mark.parametrize("name", TRAINED)
def test_one_thread_and_two_give_the_same_bits(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # however small the step and its calls are, two threads share every one of them
    monkeypatch.setattr(engine, "GAIN", float("inf"))
    monkeypatch.setattr(binding, "ALONE_NS", 0.0)
    found = []
    for threads in (1, 2):
        made, _, loaded = ready(name, threads)
        outcome = made.engine.run(segments(made.plan, [loaded.experiment.batch, 1], 3))
        found.append((states(made.engine), {n: v.tobytes() for n, v in outcome.published.items()}))
    assert found[0] == found[1]


@pytest.mark.parametrize("name", TRAINED)
def test_any_batch_from_one_to_the_bound(name: str) -> None:
    """The loss of a batch is the mean of its examples' losses, whatever the batch: nothing reads beyond B."""
    made, data, loaded = ready(name)
    if any(term.where for term in loaded.experiment.terms):
        pytest.skip("a mean over what counts is no mean of the examples' means")
    bound = loaded.experiment.batch
    knobs = knob_table([k.live for k in made.plan.knobs], 0, 1, Clockwork(5, 50))
    single = []
    for row in range(min(bound, 7)):
        outcome = made.engine.run([Segment(("evaluate",), 1, 1, np.array([row]), knobs)])
        single.append(float(outcome.published["loss"][0, 0]))
    for batch in range(1, len(single) + 1):
        outcome = made.engine.run([Segment(("evaluate",), batch, 1, np.arange(batch), knobs)])
        loss = float(outcome.published["loss"][0, 0])
        assert loss == pytest.approx(float(np.mean(single[:batch])), rel=1e-4, abs=1e-6)
    assert data is not None


@pytest.mark.parametrize("name", TRAINED)
def test_looking_changes_no_bit(name: str) -> None:
    made, data, loaded = ready(name)
    batch = loaded.experiment.batch
    work = segments(made.plan, [batch])
    made.engine.run(work)
    plain = states(made.engine)
    reset(made, data, loaded)
    graph = made.compiled.graphs["train"]
    knobs = {k.name: 0.1 for k in made.plan.knobs}
    rows = np.arange(batch)
    values = values_for(graph, made.engine, data.columns, rows, knobs)
    assert interpret_all(graph, values, {"B": batch, "N": 1}, "float32")
    made.engine.run(work)
    assert states(made.engine) == plain


@pytest.mark.parametrize("name", NAMES)
def test_no_call_leaves_the_arena(name: str) -> None:
    plan = start.compile_loaded(LOADED[name]).plan
    assert read_plan(plan.model_dump_json()) == plan


@pytest.mark.parametrize("name", TRAINED)
def test_the_engine_agrees_with_the_interpreter(name: str) -> None:
    """One whole step: loss, gradients' norm and every next state, against the graph run node by node."""
    made, data, loaded = ready(name)
    batch = loaded.experiment.batch
    rows = np.arange(batch, dtype=np.int64)
    table = knob_table([k.live for k in made.plan.knobs], 0, 1, Clockwork(5, 50))
    graph = made.compiled.graphs["train"]
    knobs = dict(zip([k.name for k in made.plan.knobs], map(float, table[0]), strict=True))
    values = values_for(graph, made.engine, data.columns, rows, knobs)
    every = interpret_all(graph, values, {"B": batch, "N": len(rows)}, "float32")
    outcome = made.engine.run([Segment(("gradients", "update"), batch, 1, rows, table)])
    assert outcome.status == "done"
    for output, node in graph.outputs.items():
        kind, _, rest = output.partition("/")
        if kind == "publish":
            np.testing.assert_allclose(outcome.published[rest][0], every[node].ravel(), rtol=2e-3, atol=1e-5)
        if kind == "next":
            near = np.isclose(made.engine.read(f"state/{rest}"), every[node], rtol=2e-3, atol=2e-4)
            # where a gradient is next to nothing, Adam's step has the sign of its rounding
            assert near.mean() > 0.98, rest
    assert Path(loaded.spec.file).exists()
