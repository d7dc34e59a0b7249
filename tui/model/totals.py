"""What a network takes: memory and the time of an epoch, as an estimate at once, or exactly from the compiled plan."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ...compiler.experiment import Experiment
from ...compiler.layer_table import LayerRow
from ...compiler.peak import inference_peak, training_peak
from ...compiler.plan import Plan
from ...dsl.data_schema import DataSchema
from ...runtime import start
from ...runtime.binding import ALONE_NS, MEETING_NS
from ...runtime.machine import Peak, machine_peak
from ...runtime.target import host
from .layers import Totals

FLOAT = 4
WAYS = 3
"""A training step multiplies three times as much as a prediction: forward, to the inputs, to the weights."""
FLOPS_A_NS, BYTES_A_NS = 16.0, 8.0
"""Of one thread, where the machine was never measured: what the compiler weighs its kernels by."""
REACHED = 0.5
"""The share of a machine's limits that small kernels reach."""
LAYER_NS = 1000.0
"""What a layer's kernels take to begin, forward and back."""
LEAST = 40_000
"""Bytes that the smallest network takes: knobs, published numbers, rows of the batch."""
BATCH_NS = 3000.0


def estimate(experiment: Experiment, rows: tuple[LayerRow, ...], schema: DataSchema) -> Totals:
    """Totals from the layers' sizes alone: nothing is compiled."""
    parameters, trainable = sum(r.parameters for r in rows), sum(r.trainable for r in rows)
    adds = sum(row.multiply_adds for row in rows)
    layers = [row for row in rows if row.kind != "data" and not row.name.startswith("train.")]
    examples = schema.parts.get("train") if schema.known else None
    return Totals(
        parameters=parameters,
        trainable=trainable,
        multiply_adds=adds,
        layers=len(layers),
        batch=experiment.batch,
        examples=examples,
        memory=_memory(experiment, rows, parameters, trainable),
        seconds=_seconds(experiment, rows, examples) if experiment.trains and examples else None,
        measured=machine_peak() is not None,
    )


def exact_totals(text: str, path: Path | None, estimated: Totals) -> Totals:
    """The same with memory and time from the compiled plan. Takes seconds for a large network: for a worker beside
    the screen. Raises SpecError for a text that cannot be built."""
    from .checking import loaded_of

    return from_plan(start.compile_loaded(loaded_of(text, path)).plan, estimated)


def from_plan(plan: Plan, estimated: Totals) -> Totals:
    """The totals of a compiled network."""
    peak = training_peak(plan) or inference_peak(plan)
    seconds = None
    if estimated.examples and "gradients" in plan.programs:
        steps = -(-estimated.examples // max(1, estimated.batch))
        seconds = steps * _step_ns(plan) / 1e9
    return replace(estimated, memory=peak.total if peak else None, seconds=seconds, exact=True)


def _memory(experiment: Experiment, rows: tuple[LayerRow, ...], parameters: int, trainable: int) -> int:
    """Bytes of a training step: weights, what the optimiser keeps, gradients, and what is kept of the layers."""
    batch = experiment.batch
    if not experiment.trains:
        widest = [row.activation_bytes for row in rows] or [0]
        return FLOAT * parameters + 2 * batch * max(widest)
    # gradients of values are dropped as soon as they are used: the two largest lie there at one time
    back = sum(sorted((row.gradient_bytes for row in rows), reverse=True)[:2])
    kept = sum(row.activation_bytes for row in rows if row.kind != "data")
    # half as much again for what is laid out anew, and some for the columns of a batch
    return (
        FLOAT * (parameters + (1 + start.slots(experiment)) * trainable + parameters // 2)
        + batch * (kept + back)
        + LEAST
    )


def _seconds(experiment: Experiment, rows: tuple[LayerRow, ...], examples: int) -> float:
    """The time of an epoch of training: the larger of multiplying and moving, and what each layer costs besides."""
    batch = max(1, min(experiment.batch, examples))
    steps = -(-examples // batch)
    adds = WAYS * batch * sum(row.multiply_adds for row in rows)
    weights = FLOAT * sum(row.trainable for row in rows)
    moved = WAYS * (batch * sum(row.bytes for row in rows) + weights)
    threads = host().cores
    peak = machine_peak()
    multiplying, moving = _rates(peak, threads, moved)
    step = max(adds / multiplying, moved / moving) + LAYER_NS * len(rows) + BATCH_NS
    return steps * step / 1e9


def _rates(peak: Peak | None, threads: int, moved: float) -> tuple[float, float]:
    """Multiply-adds and bytes a nanosecond that kernels reach on this machine."""
    if peak is None:
        return REACHED * FLOPS_A_NS / 2 * threads, BYTES_A_NS * threads
    rate = peak.team(threads).bandwidth[peak.level(moved, threads)]
    return REACHED * peak.multiply_adds(threads), REACHED * max(rate.read, rate.write, rate.copy_)


def _step_ns(plan: Plan) -> float:
    """Predicted nanoseconds of a training step on this machine's threads."""
    threads = host().cores
    total = 0.0
    for name in ("gradients", "update"):
        program = plan.programs.get(name)
        for call in program.calls if program is not None else ():
            total += call.cost if call.cost < ALONE_NS or threads == 1 else call.cost / threads + MEETING_NS
    return total
