"""Measuring: gradients against differences, steps against the clock."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..compiler.gradcheck import Checked, gradcheck
from ..dsl.diagnostics import NetloomError
from . import start
from .compiling import Progress
from .data.dataset import Dataset
from .data.fitted import statistic
from .data.standin import random_like
from .engine import Segment
from .initial import first_value
from .live import Clockwork, knob_table
from .order import Order

EXAMPLES = 4
WARM_STEPS, LEAST_SECONDS = 20, 0.2


def gradcheck_file(path: Path, sets: start.Sets | None = None) -> list[Checked]:
    """Every gradient of a file's network at its first weights, on its first examples, dropout off."""
    loaded = start.load(path, sets)
    if not loaded.experiment.trains:
        raise NetloomError(f"{path} has no loss, so there is nothing to differentiate")
    data = data_at_hand(loaded)
    graph = start.differentiated(loaded)
    rows = data.parts["train"][:EXAMPLES]
    values: dict[str, Any] = {"rows": rows, "clock": np.int64(0)}
    for node in graph:
        if node.op == "column":
            values[f"column/{node.attr('name')}"] = data.columns[str(node.attr("name"))]
        elif node.op == "state":
            values[f"state/{node.attr('name')}"] = first_of(node, data, loaded.experiment.seed)
        elif node.op == "knob":
            values[f"knob/{node.attr('name')}"] = knob_of(node)
    return gradcheck(graph, values, {"B": len(rows), "N": len(next(iter(data.columns.values())))})


def first_of(node: Any, data: Dataset, seed: int) -> Any:
    """The first value of a state's node."""
    kind, options = node.attr("start")
    shape = tuple(node.type.shape)
    return first_value(
        str(node.attr("name")), shape, "float64", {kind: dict(options)}, seed, lambda c, of: statistic(data, c, of)
    )


def knob_of(node: Any) -> float:
    """What a knob's node is at the first step; rates of dropout are 0."""
    # dropout off: a random mask has corners of its own
    if str(node.attr("name")).endswith(".rate"):
        return 0.0
    kind, options = node.attr("live")
    return float(knob_table([{kind: dict(options)}], 0, 1, Clockwork(1, 1))[0, 0])


def data_at_hand(loaded: start.Loaded) -> Dataset:
    """The file's data; random values in its shapes where it is not at hand."""
    try:
        return start.dataset(loaded)
    except NetloomError:
        return random_like(loaded.schema, {part: min(count, 4096) for part, count in loaded.schema.parts.items()})


def bench_file(
    path: Path,
    sets: start.Sets | None = None,
    steps: int | None = None,
    batch: int | None = None,
    threads: int | None = None,
    mode: str = "train",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Milliseconds a step, in the engine alone: median and tenths of many short stretches."""
    loaded = start.load(path, sets)
    if batch is not None:
        loaded.experiment = replace(loaded.experiment, batch=batch)
    data = data_at_hand(loaded)
    began = time.perf_counter()
    compiled = start.compile_loaded(loaded)
    ready = start.make_ready(compiled, threads, progress)
    ready.engine.attach(data.columns)
    start.fresh_states(ready, data, loaded.experiment.seed)
    programs = ("gradients", "update") if mode == "train" else ("predict",)
    compile_s = time.perf_counter() - began
    segment = stretch_of(ready, data, loaded, programs, 1)
    ready.engine.run([segment])
    first_step_s = time.perf_counter() - began
    times = _times(ready, data, loaded, programs, steps)
    size = segment.batch
    result = {
        "step_ms": {
            name: float(np.quantile(times, q)) * 1e3 for name, q in (("median", 0.5), ("p10", 0.1), ("p90", 0.9))
        },
        "examples_per_s": size / float(np.median(times)),
        "first_step_s": first_step_s,
        "compile_s": compile_s,
        "kernels_compiled": ready.made.compiled,
        "kernels_reused": ready.made.reused,
        "peak_bytes": ready.engine.peak_bytes,
        "batch": size,
        "threads": ready.engine.threads,
        "mode": mode,
        "kernels": _profile(ready, data, loaded, programs),
    }
    ready.engine.close()
    return result


def stretch_of(
    ready: start.Ready, data: Dataset, loaded: start.Loaded, programs: tuple[str, ...], steps: int
) -> Segment:
    """So many steps of these programs over whole batches of the training examples, in the order of an epoch."""
    rows = data.parts["train"]
    batch = min(loaded.experiment.batch, len(rows))
    order = Order(rows, batch, True, loaded.experiment.seed)
    whole = order.epoch(0)[: max(1, len(rows) // batch) * batch]
    chosen = np.resize(whole, steps * batch)
    knobs = knob_table([k.live for k in ready.plan.knobs], 0, 1, Clockwork(order.steps, order.steps * 10))
    return Segment(programs, batch, steps, chosen, np.tile(knobs, (steps, 1)))


def _times(
    ready: start.Ready, data: Dataset, loaded: start.Loaded, programs: tuple[str, ...], steps: int | None
) -> list[float]:
    """Seconds a step of several stretches, each long enough for the clock."""
    stretch = stretch_of(ready, data, loaded, programs, WARM_STEPS)
    begun = time.perf_counter()
    ready.engine.run([stretch])
    guess = max((time.perf_counter() - begun) / WARM_STEPS, 1e-7)
    count = max(1, min(10_000, round(LEAST_SECONDS / 10 / guess)))
    total = steps or max(20 * count, 50)
    stretch = stretch_of(ready, data, loaded, programs, min(count, total))
    times = []
    for _ in range(max(1, total // stretch.steps)):
        begun = time.perf_counter()
        ready.engine.run([stretch])
        times.append((time.perf_counter() - begun) / stretch.steps)
    return times


def _profile(
    ready: start.Ready, data: Dataset, loaded: start.Loaded, programs: tuple[str, ...]
) -> list[Mapping[str, Any]]:
    """Microseconds a step of each kernel call."""
    stretch = stretch_of(ready, data, loaded, programs, WARM_STEPS)
    outcome = ready.engine.run([stretch], timed=True)
    found: list[Mapping[str, Any]] = []
    for name in programs:
        for call, spent in zip(ready.plan.programs[name].calls, outcome.nanoseconds.get(name, ()), strict=False):
            found.append({
                "kernel": ready.plan.kernels[call.kernel].name,
                "layers": sorted({origin.path for origin in call.origins}),
                "us": float(spent) / WARM_STEPS / 1e3,
            })  # fmt: skip
    return found
