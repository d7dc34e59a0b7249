"""States that hang on others are computed again when those change, and at no other time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.expand import expand
from netloom.compiler.interpret import interpret
from netloom.runtime import start
from netloom.runtime.data.standin import random_like
from netloom.runtime.engine import Segment
from netloom.runtime.live import Clockwork, knob_table
from netloom.runtime.observe import values_for
from netloom.runtime.predicting import run_batches

SPEC = Path(netloom.__file__).resolve().parent / "examples" / "pictures" / "resnet_small.yaml"
ROWS = np.arange(5, dtype=np.int64)
TOLERANCE = 1e-6


class Net:
    """A small residual network with batch norms, its data, and what it should answer."""

    def __init__(self) -> None:
        self.loaded = start.load(SPEC)
        self.ready = start.make_ready(start.compile_loaded(self.loaded))
        self.engine = self.ready.engine
        self.data = random_like(self.loaded.schema, {"train": 2 * self.loaded.experiment.batch})
        self.engine.attach(self.data.columns)
        self.again()

    def again(self) -> None:
        start.fresh_states(self.ready, self.data, 3)
        draw = np.random.default_rng(5)
        for state in self.ready.plan.states:
            old = self.engine.read(f"state/{state.name}")
            if state.role == "statistic" or (state.role == "weight" and old.ndim == 1):
                # scales that begin at 0 would hide what stands before them
                self.engine.write(f"state/{state.name}", draw.uniform(0.5, 2.0, old.shape).astype(old.dtype))

    def knobs(self) -> Any:
        return knob_table([k.live for k in self.ready.plan.knobs], 0, 1, Clockwork(5, 50))[0]

    def said(self) -> dict[str, Any]:
        return run_batches(self.engine, ROWS, self.knobs())

    def wanted(self) -> dict[str, Any]:
        """The graph before any pass, in double precision."""
        graph = expand(self.loaded.experiment, "predict").graph
        names = {knob.name: 0.0 for knob in self.ready.plan.knobs}
        values = values_for(graph, self.engine, self.data.columns, ROWS, names)
        found = interpret(graph, values, {"B": len(ROWS), "N": len(ROWS)})
        return {name.removeprefix("out/"): value for name, value in found.items()}

    def agree(self) -> None:
        wanted = self.wanted()
        for name, found in self.said().items():
            scale = max(1.0, float(np.abs(wanted[name]).max()))
            assert np.abs(found - wanted[name]).max() <= 2 * TOLERANCE * scale, name


@pytest.fixture(scope="module")
def net() -> Net:
    return Net()


def test_what_is_folded_answers_as_the_graph_before_any_pass(net: Net) -> None:
    net.again()
    net.agree()


def test_a_weight_that_is_written_is_seen_by_the_next_prediction(net: Net) -> None:
    net.again()
    before = net.said()
    name = next(s.name for s in net.ready.plan.states if s.role == "statistic")
    net.engine.write(f"state/{name}", 1.5 * net.engine.read(f"state/{name}"))
    after = net.said()
    assert any(not np.array_equal(before[output], after[output]) for output in before)
    net.agree()


def test_what_is_learnt_is_seen_by_the_next_prediction(net: Net) -> None:
    net.again()
    net.said()
    batch = net.loaded.experiment.batch
    rows, knobs = np.arange(2 * batch, dtype=np.int64), np.tile(net.knobs(), (2, 1))
    assert net.engine.run([Segment(("gradients", "update"), batch, 2, rows, knobs)]).status == "done"
    net.agree()


def test_nothing_is_computed_again_while_nothing_changes(net: Net) -> None:
    net.again()
    first = net.said()
    derived = [b.name for b in net.ready.plan.buffers if b.name.startswith("state/predict/")]
    assert derived
    kept = net.engine.read(derived[0])
    # behind the engine's back: a new computation would put it right
    place = net.engine._arena.matrix(net.engine._buffers[derived[0]], dict(net.ready.plan.sizes))
    place[:] = 0
    assert any(not np.array_equal(first[name], values) for name, values in net.said().items())
    net.engine.write(derived[0], kept)


def test_norms_cost_nothing_when_a_network_predicts(net: Net) -> None:
    plan = net.ready.plan
    calls = plan.programs["predict"].calls
    ops = {op for call in calls for op in plan.kernels[call.kernel].name.partition(": ")[2].split()}
    assert "power" not in ops
    assert len(plan.programs["predict"].published) == 0
    states = [plan.buffers[o].name for call in calls for o in call.operands if plan.buffers[o].space == "state"]
    assert not any("batch_norm" in name for name in states)
