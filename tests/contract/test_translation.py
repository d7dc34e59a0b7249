"""The translator and its slow twin agree: the kernels of every op and whole steps of the standard workloads.

Both are run on the same memory, and what they leave there is compared bit for bit: both let LLVM fuse a product and the
sum that follows it, and it does so in the same places.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import netloom
from netloom.compiler.ops.op import Op
from netloom.compiler.pipeline import Compiled
from netloom.runtime import driver, start
from netloom.runtime.compile_worker import compile_object
from netloom.runtime.compiling import DRIVER, Made, symbol
from netloom.runtime.data.standin import random_like
from netloom.runtime.engine import Engine, Segment
from netloom.runtime.live import Clockwork, knob_table
from netloom.runtime.objects import Library
from netloom.runtime.target import host
from netloom.runtime.translate import translate
from netloom.runtime.twin import compile_by_numba
from netloom.runtime.vocabulary import namespace

from . import kernel_bench
from .test_kernels import CASES, graph_of

EXAMPLES = Path(netloom.__file__).resolve().parent / "examples"
SAMPLE = [
    case for case in CASES if case[0].name in ("softplus", "sum", "matmul", "conv2d", "where", "cumsum", "gather")
]
STEPS = 3


def results(op: Op, draw: Any, lanes: int, threads: int, make: Any) -> dict[str, Any]:
    graph, node, values, sizes = graph_of(op, draw, False)
    kernel_bench.compiled.cache_clear()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kernel_bench, "compile_object", make)
            return kernel_bench.run(graph, (node,), frozenset({node}), values, sizes, lanes, threads)
    finally:
        kernel_bench.compiled.cache_clear()


CONTRACTED = {"resample"}
"""Ops with products and sums of single numbers, which either compiler may round once or twice."""


def agree(op: Op, draw: Any, lanes: int) -> None:
    made = [results(op, draw, lanes, 2, make) for make in (compile_object, compile_by_numba)]
    assert made[0].keys() == made[1].keys()
    for name, array in made[0].items():
        if op.name in CONTRACTED:
            np.testing.assert_allclose(array, made[1][name], rtol=5e-7, atol=1e-7)
        else:
            assert array.tobytes() == made[1][name].tobytes(), f"{op.name} differs in {name}"


@pytest.mark.parametrize(("op", "draw"), SAMPLE, ids=[f"{o.name}-{i}" for i, (o, _) in enumerate(SAMPLE)])
def test_a_few_ops_agree_with_the_twin(op: Op, draw: Any) -> None:
    agree(op, draw, 8)


@pytest.mark.slow
@pytest.mark.parametrize("lanes", [16, 8, 4])
@pytest.mark.parametrize(("op", "draw"), CASES, ids=[f"{o.name}-{i}" for i, (o, _) in enumerate(CASES)])
def test_every_op_agrees_with_the_twin(op: Op, draw: Any, lanes: int) -> None:
    agree(op, draw, lanes)


def library(made: Compiled, make: Any) -> Library:
    """Every kernel of a plan and the driver, made by `make`."""
    target, found = host(), Library()
    found.load(name := symbol(DRIVER.fingerprint, target), make(name, driver.TEXT, target.lanes))
    for _, fingerprint, text in start.kernel_texts(made.plan):
        if (name := symbol(fingerprint, target)) not in found:
            found.load(name, make(name, text, target.lanes))
    return found


def steps(path: Path, make: Any) -> Any:
    """All memory of a network behind a few steps of training on random data, with one thread."""
    read = start.load(path)
    made = start.compile_loaded(read)
    engine = Engine(made.plan, library(made, make), 1)
    batch = next(iter(made.plan.sizes.values()), 1)
    data = random_like(read.schema, {"train": STEPS * batch})
    engine.attach(data.columns)
    start.fresh_states(start.Ready(made, engine, Made(0, 0), 0.0, None), data, 0)
    knobs = knob_table([knob.live for knob in made.plan.knobs], 0, STEPS, Clockwork(STEPS, STEPS * batch))
    outcome = engine.run([Segment(("gradients", "update"), batch, STEPS, np.arange(STEPS * batch), knobs)])
    assert outcome.status == "done"
    return engine._arena.bytes.copy()


WORKLOADS = ["start/digits", "recogniser/mnist_relu", "pictures/lenet5", "pictures/cnn_mnist", "pictures/resnet_small"]


@pytest.mark.parametrize(
    "name", [WORKLOADS[0], *(pytest.param(name, marks=pytest.mark.slow) for name in WORKLOADS[1:])]
)
def test_steps_of_a_workload_leave_the_same_memory(name: str) -> None:
    path = EXAMPLES / f"{name}.yaml"
    np.testing.assert_array_equal(steps(path, compile_object), steps(path, compile_by_numba))


def test_no_kernel_of_the_workloads_needs_numba() -> None:
    # a text that is refused would be compiled by numba: right, but twelve times as slow
    texts: dict[str, tuple[str, int]] = {}
    for name, lanes in zip(WORKLOADS, (16, 8, 4, 16, 16), strict=True):
        plan = start.compile_loaded(start.load(EXAMPLES / f"{name}.yaml"), lanes=lanes).plan
        texts |= {fingerprint: (text, lanes) for _, fingerprint, text in start.kernel_texts(plan)}
    assert len(texts) > 100
    for text, lanes in texts.values():
        assert "define" in translate("netloom_x", text, namespace(lanes))
